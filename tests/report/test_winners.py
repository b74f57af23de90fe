"""Who gains and who loses at the same number of calls: beside leads called one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import review

from calibrate.evaluation.segments import Segmented, Sides
from calibrate.language import load
from calibrate.points.score_table import row_scores
from calibrate.report.level_text import level_name
from calibrate.report.review import Changes
from calibrate.report.what_if import later_leads
from calibrate.report.winners import called_shares, segment_gains

EN = load("en")
SIDES = (Sides("current", "logistic", (Segmented("sector", ()),)),)
REVIEW = replace(review(6000), changes=Changes(sides=SIDES))
ROWS = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 20)), min_size=1, max_size=12)


@given(ROWS, st.floats(0, 200))
def test_the_best_scores_are_called_first_and_one_score_in_proportion(
    rows: list[tuple[int, int]], calls: float
) -> None:
    scores, leads = (np.array(column) for column in zip(*rows, strict=True))
    shares = called_shares(scores, leads.astype(float), calls)
    assert shares @ leads == pytest.approx(min(calls, leads.sum()))
    for score in set(scores.tolist()):
        own = shares[(scores == score)]
        assert np.ptp(own) < 1e-12
        better = shares[(scores > score) & (leads > 0)]
        if own[0] > 0 and leads[scores == score].sum():
            assert (better > 1 - 1e-9).all()


def test_segments_hold_the_customers_that_leads_called_one_by_one_have() -> None:
    """The chosen grid's calls, then the same number by today's grid; a score that is called in part, by that part."""
    found = {gain.name: gain for gain in segment_gains(REVIEW, EN)}
    later = later_leads(REVIEW)
    new, old = REVIEW.candidates[0].grid, REVIEW.candidates[-1].grid
    assert new.thresholds is not None
    calls = later.leads[row_scores(later, new) >= new.thresholds.marketing_qualified].sum()
    sector = next(c for c in later.criteria if c.name == "sector")
    codes = later.codes[later.position("sector")]
    for name, grid in (("after", new), ("before", old)):
        left, sums = float(calls), np.zeros(len(sector.levels))
        scores = row_scores(later, grid)
        for score in sorted(set(scores.tolist()), reverse=True):
            rows = scores == score
            share = min(1.0, left / later.leads[rows].sum())
            left -= share * later.leads[rows].sum()
            sums += np.bincount(codes[rows], later.customers[rows] * share, len(sums))
            if left <= 1e-9:
                break
        for level, total in zip(sector.levels, sums, strict=True):
            gain = found.get(EN.pair("sector", level_name(level, EN)))
            assert gain is None or getattr(gain, name) == pytest.approx(total)
    assert found and [g.customers for g in found.values()] == sorted(
        (g.customers for g in found.values()), reverse=True
    )
    assert all(0 <= min(g.before, g.after) <= max(g.before, g.after) <= g.customers for g in found.values())


def test_sides_are_only_taken_beyond_chance() -> None:
    for gain in segment_gains(REVIEW, EN):
        assert gain.side in ("", "more" if gain.after > gain.before else "less")
        assert not gain.side or abs(gain.after - gain.before) >= 1


def test_no_table_without_a_grid_to_change_or_segments() -> None:
    assert segment_gains(review(4000), EN) == []
    assert segment_gains(replace(REVIEW, chosen="current"), EN) == []
    first = REVIEW.candidates[0]
    bare = replace(first, grid=replace(first.grid, thresholds=None))
    assert segment_gains(replace(REVIEW, candidates=(bare,)), EN) == []
