"""What the meeting needs beside the verdict: who changes sides, whom a change harms, grades, months, feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..counts.tally import Tally
from ..days import day_number
from ..errors import GridError, HistoryError
from ..evaluation.backtest import Backtest
from ..evaluation.segments import by_segment, segment_criteria
from ..evaluation.swap import Swap, swap_all, swap_later
from ..evaluation.unseen_grades import later_grades
from ..funnel.feedback import read_feedback
from ..funnel.kpis import months_of
from ..grid.criteria import Criterion
from ..grid.diff import beside
from ..grid.grid import STAGES
from ..leads.history import History
from ..monitoring.base_rate import broken
from ..monitoring.drift import find_drift
from ..monitoring.drift_looks import Drift
from ..points.grade import demand, grades
from ..points.thresholds import Policy, choose, unmet
from ..report.review import Candidate, Changes, Handover, Review, Warning_
from .from_settings import CURRENT, policy_of
from .settings import Settings


def changes_of(review: Review, settings: Settings, backtests: Sequence[Backtest], capacity: float) -> Changes:
    """The proposed grid against the baseline, and every candidate segment by segment.

    `capacity` is the share of leads that sales can call.
    """
    if review.chosen_candidate is None:
        return Changes()
    criteria_shown = review.rates.criteria
    baseline = next(candidate for candidate in review.candidates if candidate.name == review.comparison.baseline)
    rival = _rival(review, baseline)
    by_name = {backtest.name: backtest for backtest in backtests}
    rivals = [backtest for backtest in backtests if backtest.name != baseline.name and len(backtest.later.row)]
    criteria = segment_criteria(criteria_shown, settings.report.segments)
    return Changes(
        swap=_swap(review, by_name, baseline, rival, criteria_shown) if rival else None,
        lines=beside([baseline.grid, rival.grid]) if rival else (),
        sides=by_segment(review.tally, by_name[baseline.name], rivals, criteria, capacity=capacity),
    )


def handover_of(review: Review, settings: Settings, history: History, backtests: Sequence[Backtest]) -> Handover:
    """Grades, demand and figures per month of the chosen grid, and what sales said.

    Grades are counted on the later leads of its backtest.
    """
    candidate = review.chosen_candidate
    if candidate is None:
        return Handover()
    grid, tally, thresholds, feedback = candidate.grid, review.tally, settings.thresholds, settings.feedback
    cost = thresholds.cost_of_call
    backtest = next((backtest for backtest in backtests if backtest.name == candidate.name), None)
    cells = grades(tally, grid)
    return Handover(
        grades=cells if backtest is None else later_grades(cells, tally, backtest),
        demands=demand(tally, grid, months=review.months),
        kpis=months_of(tally, grid) if grid.thresholds and review.months else (),
        feedback=read_feedback(history, tally, grid, feedback.file, lead_id=feedback.lead_id, reason=feedback.reason)
        if feedback.file
        else None,
        minutes_per_call=thresholds.minutes_per_call,
        policy=Policy() if grid.provenance.get("adopted_in") else _asked_for(settings),
        money=None if cost is None else (cost, thresholds.value_of_customer or 0.0),
    )


def warnings_of(review: Review, settings: Settings, backtests: Sequence[Backtest]) -> Iterator[Warning_]:
    """What a reader should know of the grids: a wish for thresholds that is not met, or not what was decided."""
    candidate = review.chosen_candidate
    if candidate is None:
        return
    qualified = candidate.unseen_at("marketing_qualified")
    policy = policy_of(settings)
    for warning in (unmet(qualified, policy, review.months, candidate.unseen), _beside(review, policy)):
        if warning:
            yield warning
    yield from _known(review, backtests)
    yield from _of_late(candidate, review.tally)


def _of_late(candidate: Candidate, tally: Tally) -> Iterator[Warning_]:
    """That what the grid promises is broken by the newest leads."""
    newest = broken(candidate.grid, tally)
    if newest is not None:
        yield (
            "promise_broken",
            {
                "name": candidate.name,
                "since": newest.since,
                "leads": newest.entered,
                "open": newest.undecided,
                "customers": newest.customers,
                "promised": newest.promised,
                "part": newest.size,
            },
        )


def _beside(review: Review, policy: Policy) -> Warning_ | None:
    """What a wish for thresholds would make of those that the last meeting decided on: they stay as they are."""
    candidate = next((candidate for candidate in review.candidates if candidate.name == CURRENT), None)
    last = review.past.story[-1].decision if review.past.story else None
    if candidate is None or last is None or candidate.grid.provenance.get("adopted_in") != last.month:
        return None
    if policy.kind == "top":
        return None
    enough = {stage: candidate.unseen_at(stage) for stage in STAGES}
    wish = choose(candidate.unseen, policy, review.months, enough)
    (was, were), (now, new) = (
        (limits.marketing_qualified, limits.sales_qualified) for limits in (last.thresholds, wish)
    )
    if (was, were) == (now, new):
        return None
    return "thresholds_beside", {"month": last.month, "marketing": was, "sales": were, "wish": now, "sales_wish": new}


def _known(review: Review, backtests: Sequence[Backtest]) -> list[Warning_]:
    """Given grids that were made from some of the very leads that all are judged on.

    Where their method is ours, what it makes from earlier leads has stood in for them there; else that flatters them.
    """
    tally = review.tally
    risks: list[Warning_] = []
    window = review.account.observe_days + (review.account.close_within_days or 0)
    grids = {candidate.name: candidate.grid for candidate in review.candidates}
    for backtest in backtests:
        grid = grids[backtest.name]
        facts: dict[str, str | int] = {"name": backtest.name, "leads": review.comparison.leads}
        if any(backtest.stood_in):
            folds = zip(review.comparison.folds, backtest.stood_in, strict=True)
            overlap = sum(fold.leads for fold, stood_in in folds if stood_in)
            unseen = review.comparison.leads - overlap
            risks.append(("grid_stood_in", {**facts, "seen": overlap, "rest": unseen, "method": grid.method}))
        elif backtest.fixed and tally.ends is not None and (since := grid.first_unseen_day(window)) is not None:
            cohorts = {cohort for fold in review.comparison.folds for cohort in fold.cohorts_judged}
            begins = np.concatenate([[-np.inf], tally.ends[:-1] + 1])
            learnt_from = (begins < day_number(since)) & [cohort in cohorts for cohort in tally.cohorts]
            if overlap := int(tally.totals[learnt_from, 0].sum()):
                risks.append(("grid_knows", {**facts, "seen": overlap}))
    return risks


def drift_of(review: Review) -> Drift | None:
    """What moved since the current grid was calibrated, in months that its calibration had not judged.

    Where the grid does not say on what it was counted, or asks for what is counted no longer, there is nothing to say.
    """
    grid = next((candidate.grid for candidate in review.candidates if candidate.name == CURRENT), None)
    if grid is None or review.tally.ends is None:
        return None
    since = grid.first_unseen_day(review.account.observe_days + (review.account.close_within_days or 0))
    if since is None:
        return None
    try:
        return find_drift(grid, review.tally, since=since)
    except (GridError, HistoryError):
        return None


def _asked_for(settings: Settings) -> Policy:
    """How thresholds are chosen, a pivot that grids are scaled to among the ways."""
    policy, pivot = policy_of(settings), settings.candidates.pivot
    return Policy("pivot", pivot) if policy.kind == "top" and pivot is not None else policy


def _rival(review: Review, baseline: Candidate) -> Candidate | None:
    """The grid to hold against the baseline: the one proposed, else the one that ranks best of the others."""
    rivals = [candidate for candidate in review.candidates if candidate.name != baseline.name]
    best = {candidate.name: candidate for candidate in rivals}.get(str(review.comparison.verdict.facts.get("best", "")))
    return next(
        (candidate for candidate in rivals if candidate.name == review.chosen), best or next(iter(rivals), None)
    )


def _swap(
    review: Review, by_name: dict[str, Backtest], old: Candidate, new: Candidate, criteria: Sequence[Criterion]
) -> Swap | None:
    """On later leads where there are any, else on all."""
    swap = swap_later(review.tally, by_name[old.name], by_name[new.name], criteria)
    if swap is not None:
        return swap
    try:
        return swap_all(review.tally, old.grid, new.grid, criteria)
    except GridError:
        return None
