"""Questions to a review: which grid stands first, what it rests on, what thresholds promise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_case import review

from calibrate.counts.leakage import Question
from calibrate.grid.grid import Curve

REVIEW = review(4000)


def test_the_chosen_grid_stands_first_and_the_others_keep_their_order() -> None:
    later = replace(REVIEW, chosen="lift")
    assert later.chosen_candidate is REVIEW.candidates[2]
    assert [c.name for c in later.in_order] == ["lift", "logistic", "cautious", "current"]
    unknown = replace(REVIEW, chosen="gone")
    assert unknown.chosen_candidate is REVIEW.candidates[0]
    assert replace(REVIEW, candidates=()).chosen_candidate is None and replace(REVIEW, candidates=()).in_order == ()
    assert REVIEW.judged("lift") is REVIEW.comparison.judged[2] and REVIEW.judged("gone") is None


def test_a_grid_rests_on_the_columns_asked_about_that_it_gives_points_for() -> None:
    grid = REVIEW.candidates[0].grid
    used = {c.column for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
    questions = tuple(Question(c.column, "later", {}, "", 0.8, 0.7) for c in grid.criteria)
    assert set(replace(REVIEW, asked=questions).rests_on) == used
    silent = replace(grid, points=tuple((0,) * len(points) for points in grid.points))
    none = replace(REVIEW, asked=questions, candidates=(replace(REVIEW.candidates[0], grid=silent),))
    assert none.rests_on == () == replace(REVIEW, asked=questions, candidates=()).rests_on


def test_thresholds_promise_what_the_curve_expects_and_months_keep_their_customers() -> None:
    candidate = REVIEW.candidates[0]
    flat = replace(candidate, grid=replace(candidate.grid, curve=Curve((-99,), (0.05,))))
    unseen = flat.unseen
    months = candidate.scores.customers.sum(axis=1) / candidate.scores.customers.sum()
    assert unseen.customers.sum(axis=1) / unseen.customers.sum() == pytest.approx(months, rel=1e-6)
    share = unseen.customers.sum(axis=0) / unseen.leads.sum(axis=0).clip(1e-9)
    some = share[unseen.leads.sum(axis=0) > 0]
    assert some.max() == pytest.approx(some.min(), rel=0.05)  # a level curve levels all scores
    half = replace(candidate.scores, leads=candidate.scores.leads / 2, customers=candidate.scores.customers / 2)
    few = replace(flat, enough={"sales_qualified": half})
    assert few.unseen_at("marketing_qualified") is few.unseen
    assert few.unseen_at("sales_qualified").leads.sum() == pytest.approx(candidate.scores.leads.sum() / 2)
