"""What the meeting needs beside the verdict: who changes sides, whom a change harms, grades, months, feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..days import DAY_ZERO
from ..errors import GridError, HistoryError
from ..evaluation.backtest import Backtest
from ..evaluation.segments import by_segment, segment_criteria
from ..evaluation.swap import Swap, swap_all, swap_later
from ..funnel.emails import mail_rates
from ..funnel.feedback import read_feedback
from ..funnel.kpis import months_of
from ..grid.criteria import Criterion
from ..grid.diff import beside
from ..leads.history import History
from ..monitoring.drift import drift
from ..points.grade import demand, grades
from ..points.thresholds import Policy, unmet
from ..report.review import Candidate, Review
from .from_settings import CURRENT, policy_of
from .settings import Settings


def with_meeting(
    review: Review, settings: Settings, history: History, backtests: Sequence[Backtest], capacity: float
) -> Review:
    """The review with the comparison in depth, the grade, figures per month and what sales said.

    `capacity` is the share of leads that sales can call.
    """
    shown = review.rates.criteria
    chosen = review.chosen_candidate
    if chosen is None:
        return review
    baseline = next(each for each in review.candidates if each.name == review.comparison.baseline)
    rival = _rival(review, baseline)
    by_name = {each.name: each for each in backtests}
    criteria = segment_criteria(shown, settings.report.segments)
    asked = settings.thresholds
    grid, tally = chosen.grid, review.tally
    missed = unmet(
        chosen.enough.get("marketing_qualified", chosen.scores), policy_of(settings), review.months, chosen.scores
    )
    others = [each for each in backtests if each.name != baseline.name and len(each.later.row)]
    feedback = None
    if settings.feedback.file:
        named = settings.feedback
        feedback = read_feedback(history, tally, grid, named.file or "", lead_id=named.lead_id, reason=named.reason)
    return replace(
        review,
        warnings=(*review.warnings, *(each for each in (missed, _anew(review), *_known(review, backtests)) if each)),
        swap=_swap(review, by_name, baseline, rival, shown) if rival else None,
        changes=beside([baseline.grid, rival.grid]) if rival else (),
        sides=by_segment(tally, by_name[baseline.name], others, criteria, capacity=capacity),
        grades=grades(tally, grid),
        demands=demand(tally, grid, months=review.months),
        kpis=months_of(tally, grid) if grid.thresholds and review.months else (),
        mails=mail_rates(history) if review.months else None,
        feedback=feedback,
        minutes_per_call=asked.minutes_per_call,
        policy=_asked_for(settings),
        money=None if asked.cost_of_call is None else (asked.cost_of_call, asked.value_of_customer or 0.0),
    )  # fmt: skip


def _anew(review: Review) -> tuple[str, Mapping[str, str | int]] | None:
    """That the current grid is shown with other thresholds than the last meeting decided on, where it is so."""
    grid = next((each.grid for each in review.candidates if each.name == CURRENT), None)
    last = review.story[-1].decision if review.story else None
    if grid is None or grid.thresholds is None or last is None or grid.provenance.get("adopted_in") != last.month:
        return None
    (was, were), (now, new) = (
        (each.marketing_qualified, each.sales_qualified) for each in (last.thresholds, grid.thresholds)
    )
    if (was, were) == (now, new):
        return None
    return "thresholds_anew", {"month": last.month, "marketing": was, "sales": were, "now": now, "sales_now": new}


def _known(review: Review, backtests: Sequence[Backtest]) -> list[tuple[str, Mapping[str, str | int]]]:
    """Given grids that were made from some of the very leads that all are judged on.

    Where their method is ours, what it makes from earlier leads has stood in for them there; else that flatters them.
    """
    tally = review.tally
    found: list[tuple[str, Mapping[str, str | int]]] = []
    window = review.account.observe_days + (review.account.close_within_days or 0)
    grids = {each.name: each.grid for each in review.candidates}
    for each in backtests:
        grid = grids[each.name]
        facts: dict[str, str | int] = {"name": each.name, "leads": review.comparison.leads}
        if any(each.stood_in):
            folds = zip(review.comparison.folds, each.stood_in, strict=True)
            seen = sum(fold.leads for fold, stood_in in folds if stood_in)
            rest = review.comparison.leads - seen
            found.append(("grid_stood_in", {**facts, "seen": seen, "rest": rest, "method": grid.method}))
        elif each.fixed and tally.ends is not None and (since := grid.first_unseen_day(window)) is not None:
            judged = {cohort for fold in review.comparison.folds for cohort in fold.cohorts_judged}
            begins = np.concatenate([[-np.inf], tally.ends[:-1] + 1])
            known = (begins < (since - DAY_ZERO).days) & [cohort in judged for cohort in tally.cohorts]
            if seen := int(tally.totals[known, 0].sum()):
                found.append(("grid_knows", {**facts, "seen": seen}))
    return found


def with_drift(review: Review) -> Review:
    """The review with what moved since the current grid was calibrated, in months that its calibration had not judged.

    Where the grid does not say on what it was counted, or asks for what is counted no longer, there is nothing to say.
    """
    grid = next((each.grid for each in review.candidates if each.name == CURRENT), None)
    if grid is None or review.tally.ends is None:
        return review
    since = grid.first_unseen_day(review.account.observe_days + (review.account.close_within_days or 0))
    if since is None:
        return review
    try:
        return replace(review, drift=drift(grid, review.tally, since=since))
    except (GridError, HistoryError):
        return review


def _asked_for(settings: Settings) -> Policy:
    """How thresholds are chosen, a pivot that grids are scaled to among the ways."""
    policy, pivot = policy_of(settings), settings.candidates.pivot
    return Policy("pivot", pivot) if policy.kind == "top" and pivot is not None else policy


def _rival(review: Review, baseline: Candidate) -> Candidate | None:
    """The grid to hold against the baseline: the one proposed, else the one that ranks best of the others."""
    others = [each for each in review.candidates if each.name != baseline.name]
    best = {each.name: each for each in others}.get(str(review.comparison.verdict.facts.get("best", "")))
    return next((each for each in others if each.name == review.chosen), best or next(iter(others), None))


def _swap(
    review: Review, by_name: dict[str, Backtest], old: Candidate, new: Candidate, shown: Sequence[Criterion]
) -> Swap | None:
    """On later leads where there are any, else on all."""
    found = swap_later(review.tally, by_name[old.name], by_name[new.name], shown)
    if found is not None:
        return found
    try:
        return swap_all(review.tally, old.grid, new.grid, shown)
    except GridError:
        return None
