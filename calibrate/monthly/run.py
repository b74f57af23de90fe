"""The month's work from settings to a review: open, observe, count, calibrate, compare.

Every step is one library call; this file only puts them in order, tells the settings' words to them and times
them. What is written to disk is decided in `report`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from .. import __version__
from ..cores import Task
from ..counts.power import pace, power_of_history
from ..counts.tally import Tally
from ..days import day_number
from ..errors import SettingsError
from ..evaluation.any_age import SUFFIX, AnyAge
from ..evaluation.backtest import Backtest, Fold, folds, replay, with_thresholds
from ..evaluation.band_rates import counted_bands
from ..evaluation.by_age import rates_by_age
from ..evaluation.by_line import Line as BusinessLine
from ..evaluation.by_line import grids_by_line
from ..evaluation.ceiling import ceiling_of
from ..evaluation.comparison import Comparison, Verdict, compare
from ..evaluation.decision import outcomes
from ..evaluation.grid_sizes import Frontier, Point, judge_frontier, plans_along, slim
from ..evaluation.limits_cost import LimitsCost, cost_of_limits
from ..evaluation.near_optimal import MOST_NEAR
from ..evaluation.usefulness import useful
from ..export.reading import read_grid as read_grid
from ..grid.grid import Grid
from ..grid.lead_age import ANY_AGE
from ..leads.columns.roles import newest_first
from ..leads.history import History
from ..points.company_evidence import CompanyEvidence
from ..points.plan import Plan, Prepared, all_redrawn, calibrate_prepared, prepare
from ..points.recency import sorted_by_outcome
from ..points.score_table import score, with_minimums
from ..report.review import Candidate, Handover, Past, Review, Robustness
from ..weights.constraints import check as check_names
from . import with_impact
from .account import account_of, warnings
from .counted import QUICK_ROWS, Counted, Progress, quick
from .from_settings import CURRENT, plans_of, policy_of
from .read import read_rows as read_rows
from .read import timed_step
from .with_any_age import any_age_of
from .with_funnel import funnel_of, warnings_of, with_expiry
from .with_impact import changes_of, drift_of, handover_of
from .with_robustness import audited, costs_of, near_of

Named = TypeVar("Named", Candidate, Point)
MOST_CRITERIA = 300
"""So many criteria are weighed together: 200 take some minutes, 800 would take hours."""
FOLDS, FEW_FOLDS = 5, 3
"""Steps through time in which candidates are judged; with many profiles each step holds leads enough."""


def review(
    reading: Counted, progress: Progress = lambda stage: None, *, timing: dict[str, float] | None = None
) -> Review:
    """Make every candidate, judge them on later leads, put all together; `timing` gets the seconds of each step."""
    timed = partial(timed_step, timing if timing is not None else {}, progress)
    settings, tally = _weighable(reading).settings, reading.tally
    ceiling = Task(_ceiling, *_for_ceiling(reading)) if _wants_ceiling(reading) else None
    lines = _along(reading, timed)
    allowed, min_leads = reading.allowed, settings.columns.min_leads
    rates, prepared, rolling, capacity = reading.rates, lines.prepared, lines.rolling, lines.capacity
    plans, backtests, frontier = lines.plans, lines.backtests, lines.frontier
    nearly = Task(near_of, *_for_near(lines))
    with timed("redrawn_s", "candidates"):
        grids = _redrawn(lines, tally)
    candidates = tuple(_candidate(plan, grids[plan.name], reading) for plan in plans)
    with timed("compare_s", "compare"):
        recipe = next((plan.name for plan in plans if plan.method == "lift"), plans[0].name)
        comparison = compare(
            backtests,
            baseline=CURRENT if CURRENT in reading.grids else recipe,
            capacity=capacity,
            reliable=bool(rates.distinct.any()),
            grids=grids,
            frontier=frontier,
        )
        comparison = _in_time(_with_use(comparison, backtests, grids, tally), reading)
    base = Review(
        Path(reading.table.name).name,
        account_of(reading, rates),
        tally,
        rates,
        reading.suspects,
        candidates,
        comparison,
        chosen=_chosen(comparison, candidates),
        months=tally.months,
        ceiling=None if ceiling is None else ceiling.result(),
        past=Past(reading.story, outcomes(reading.story, tally, _newest(reading.history))),
        frontier=_signed(frontier, reading),
        limits=lines.limits,
    )
    by_name = {plan.name: plan for plan in plans}
    with timed("constraints_s", "constraints"):
        costs = costs_of(base, by_name, backtests, allowed=allowed, min_leads=min_leads, capacity=capacity)
    with timed("near_s", "near"):
        pool = nearly.result()
        near = tuple(_candidate(pool[0], grid, reading) for grid in pool[1].near) if pool else ()
    with timed("meeting_s", "meeting"):
        changes = changes_of(base, settings, backtests, capacity)
        handover = handover_of(base, settings, reading.history, backtests)
        handover = _with_ages_and_lines(handover, reading, base.chosen, backtests, by_name, rolling)
    with timed("ages_s", "ages"):
        handover = _with_any_age(handover, reading, by_name, grids, base.chosen)
    risks = *warnings(reading, prepared.recency), *with_impact.warnings_of(base, settings, backtests)
    with timed("times_s", "times"):
        funnel = funnel_of(base, reading, by_name, allowed, min_leads)
    if settings.candidates.expiry:
        candidates, near = (with_expiry(grids, by_name, funnel) for grids in (candidates, near))
    return replace(
        base,
        frontier=replace(base.frontier, points=_naming(handover.any_age, base.frontier.points)),
        asked=reading.asked,
        power=power_of_history(base.rates, pace(tally)),
        candidates=_naming(handover.any_age, candidates),
        warnings=(*risks, *warnings_of(funnel)),
        changes=changes,
        handover=handover,
        funnel=funnel,
        past=replace(base.past, drift=drift_of(base)),
        robustness=Robustness(costs, near, pool[1].room if pool else None),
    )


def _for_near(lines: _Along) -> tuple[Prepared, Sequence[Plan], Mapping[str, Grid], Collection[str]]:
    """What grids nearly as good are made from, and the names that they may not have."""
    names_used = [*(plan.name for plan in lines.plans), *(point.name for point in lines.frontier.points)]
    return lines.prepared, lines.plans, {plan.name: lines.grids[plan.name] for plan in lines.plans}, names_used


def _redrawn(lines: _Along, tally: Tally) -> dict[str, Grid]:
    """The candidates' grids with what resamples say of them, slim, their bands counted on later leads."""
    grids = all_redrawn(lines.prepared, lines.plans, lines.grids)
    grids |= {plan.name: slim(grids[plan.name]) for plan in lines.plans if plan.size is not None}
    evidence = CompanyEvidence(tally)
    return {
        backtest.name: replace(
            evidence.on(grids[backtest.name]), bands=counted_bands(grids[backtest.name], tally, backtest)
        )
        for backtest in lines.backtests
    }


def _with_use(
    comparison: Comparison, backtests: Sequence[Backtest], grids: Mapping[str, Grid], tally: Tally
) -> Comparison:
    """The comparison, its verdict with what the grid to use does for sales on later leads."""
    verdict = comparison.verdict
    backtest = next((backtest for backtest in backtests if backtest.name == verdict.candidate), None)
    use = None if backtest is None else useful(grids[backtest.name], tally, backtest)
    facts = {} if use is None else use.facts()
    return replace(comparison, verdict=replace(verdict, facts={**verdict.facts, **facts}))


def frontier_of(
    reading: Counted, progress: Progress = lambda stage: None, *, timing: dict[str, float] | None = None
) -> Frontier:
    """The best grid of every number of lines by each method, judged on later leads."""
    timed = partial(timed_step, timing if timing is not None else {}, progress)
    return _signed(_along(reading, timed).frontier, reading)


@dataclass(frozen=True)
class _Along:
    """Grids of every size, made and judged: plans and backtests of the candidates, all grids by name."""

    plans: tuple[Plan, ...]
    backtests: tuple[Backtest, ...]
    grids: Mapping[str, Grid]
    frontier: Frontier
    limits: LimitsCost | None
    prepared: Prepared
    rolling: tuple[Fold, ...]
    capacity: float


def _along(reading: Counted, timed: Callable[[str, str], AbstractContextManager[None]]) -> _Along:
    """Make every candidate and the shorter grids of its method, and judge them on later leads."""
    settings, tally = _weighable(reading).settings, reading.tally
    requested = plans_of(quick(settings, tally), reading.grids, reading.history.window)
    plans = tuple(plan for plan in requested if plan.limits is None)
    check_names(requested[-1].constraints, [c for c in tally.criteria if c.name in reading.allowed])
    allowed, min_leads = reading.allowed, settings.columns.min_leads
    with timed("rates_s", "rates"):
        prepared = replace(prepare(tally, allowed=allowed, min_leads=min_leads), answers=MOST_NEAR + 1)
    with timed("candidates_s", "candidates"):
        grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
        sized = plans_along(plans, grids)
        grids |= {plan.name: calibrate_prepared(prepared, plan) for plan in sized}
    with timed("backtest_s", "backtest"):
        rolling = _rolling(reading)
        backtests = replay(tally, (*plans, *sized), rolling, allowed=allowed, min_leads=min_leads)
    with timed("frontier_s", "frontier"):
        capacity = policy_of(settings).top_share(prepared.months, tally.overall)
        rankable = [b for b in backtests if not b.fixed or b.name == CURRENT]
        frontier = judge_frontier(rankable, (*plans, *sized), grids, capacity=capacity)
        held = [_no_longer(plan, frontier) for plan in requested if plan.limits is not None]
        grids |= {plan.name: calibrate_prepared(prepared, plan) for plan in held}
        within = replay(tally, held, rolling, allowed=allowed, min_leads=min_leads) if held else ()
        every = (*plans, *held, *sized)
        limits = cost_of_limits(every, (*backtests, *within), grids, frontier, capacity=capacity)
        plans, backtests = _with_proposed((*plans, *held), sized, (*backtests, *within), frontier, tally)
    return _Along(plans, backtests, grids, frontier, limits, prepared, rolling, capacity)


def _no_longer(plan: Plan, frontier: Frontier) -> Plan:
    """The plan for a system's limits, with no more lines than the frontier proposes, where such a size is known."""
    proposed = frontier.proposed
    size = None if proposed is None else proposed.size or proposed.lines
    return replace(plan, size=max(size, 1) if size else None)


def _with_proposed(
    plans: tuple[Plan, ...], sized: Sequence[Plan], backtests: Sequence[Backtest], frontier: Frontier, tally: Tally
) -> tuple[tuple[Plan, ...], tuple[Backtest, ...]]:
    """The plans and backtests of the candidates: the settings' own, and the grid that the frontier proposes."""
    proposed = frontier.proposed
    by_name = {backtest.name: backtest for backtest in backtests}
    added = next((plan for plan in sized if proposed is not None and plan.name == proposed.name), None)
    candidates = tuple(by_name[plan.name] for plan in plans)
    if added is None:
        return plans, candidates
    return (*plans, added), (*candidates, with_thresholds(by_name[added.name], tally, added))


def _signed(frontier: Frontier, reading: Counted) -> Frontier:
    """The frontier, each grid with where its points come from."""
    origin, evidence = _provenance(reading), CompanyEvidence(reading.tally)
    points = (
        replace(point, grid=evidence.on(slim(replace(point.grid, provenance={**point.grid.provenance, **origin}))))
        for point in frontier.points
    )
    return replace(frontier, points=tuple(points))


def _in_time(comparison: Comparison, reading: Counted) -> Comparison:
    """The comparison without a verdict where the file's order is no time, or runs backwards: nothing in it is later."""
    if reading.history.order != "file":
        return comparison
    baseline, falling = comparison.verdict.baseline, newest_first(reading.table)
    if falling is not None:
        facts: dict[str, float | int | str] = {"column": falling[0], "share": falling[1]}
        return replace(comparison, verdict=Verdict("wait", None, "reversed_time", facts, baseline))
    if sorted_by_outcome(reading.tally.totals):
        return replace(comparison, verdict=Verdict("wait", None, "sorted_by_outcome", {}, baseline))
    return comparison


def _with_ages_and_lines(
    handover: Handover,
    reading: Counted,
    chosen: str,
    backtests: Sequence[Backtest],
    plans: Mapping[str, Plan],
    rolling: Sequence[Fold],
) -> Handover:
    """The handover with how the chosen grid holds at every age, and with the lines of business that are asked for."""
    judged = next((backtest for backtest in backtests if backtest.name == chosen), backtests[0])
    lines = _lines(reading, plans, chosen, rolling) if reading.settings.candidates.by else ()
    return replace(handover, ages=rates_by_age(reading.tally, judged), lines=lines)


def _with_any_age(
    handover: Handover, reading: Counted, plans: Mapping[str, Plan], grids: Mapping[str, Grid], chosen: str
) -> Handover:
    """The handover with the grid for leads of any age beside the chosen one, and with where its points come from."""
    result = any_age_of(reading, plans, grids, chosen)
    if result is None:
        return handover
    grid = slim(result.grid)
    ages = str(grid.provenance.get("ages") or "")
    origin = {**_provenance(reading), "ages": ages, "observe_days": int(ages.split(",")[-1])}
    signed = replace(result, grid=replace(grid, provenance={**grid.provenance, **origin}))
    return replace(handover, ages=signed.rows, any_age=signed)


def _naming(any_age: AnyAge | None, entries: Sequence[Named]) -> tuple[Named, ...]:
    """Candidates or points of the frontier; the grid like which one for any age was made names it."""
    if any_age is None or not any_age.proposed:
        return tuple(entries)
    name = any_age.grid.name
    return tuple(
        replace(entry, grid=replace(entry.grid, provenance={**entry.grid.provenance, ANY_AGE: name}))
        if f"{entry.name}{SUFFIX}" == name
        else entry
        for entry in entries
    )


def _lines(
    reading: Counted, plans: Mapping[str, Plan], chosen: str, rolling: Sequence[Fold]
) -> tuple[BusinessLine, ...]:
    """Lines of business with grids of their own, made like the chosen one, or like the first that is made at all."""
    made = [plan for plan in plans.values() if plan.grid is None]
    if not made:
        raise SettingsError("--by needs a method to make grids with: name one with --methods")
    plan = next((plan for plan in made if plan.name == chosen), made[0])
    column = str(reading.settings.candidates.by)
    named = next((c.column for c in reading.tally.criteria if column in (c.name, c.column)), column)
    min_leads = reading.settings.columns.min_leads
    lines = grids_by_line(reading.tally, plan, rolling, named, allowed=reading.allowed, min_leads=min_leads)
    origin = _provenance(reading)
    return tuple(
        replace(line, grid=slim(replace(line.grid, provenance={**line.grid.provenance, **origin, "line": line.name})))
        for line in lines
    )


def _weighable(reading: Counted) -> Counted:
    """The same, if it has criteria, and not more than are weighed together."""
    if not reading.allowed:
        raise SettingsError(
            "no column is left to be a criterion: all were ignored, excluded or set aside as suspects "
            f"({', '.join(s.column for s in reading.suspects) or 'none'}). Put one back with --criteria"
        )
    if len(reading.allowed) > MOST_CRITERIA:
        raise SettingsError(
            f"{len(reading.allowed):,} criteria, and at most {MOST_CRITERIA} are weighed together, since the time it "
            "takes grows with the cube of their levels. Name those that say something of a lead with --criteria "
            "(calibrate rates shows how each closes), or leave columns out with --exclude"
        )
    return reading


def _rolling(reading: Counted) -> tuple[Fold, ...]:
    """The steps through time, fewer where profiles are many; with dates, none trains on leads that were still open."""
    tally = reading.tally
    return folds(tally, close_days=reading.history.window, at_most=FEW_FOLDS if tally.rows > QUICK_ROWS else FOLDS)


def _wants_ceiling(reading: Counted) -> bool:
    """As asked; without a wish where it is quick: the profiles are not too many."""
    wish = reading.settings.candidates.ceiling
    return wish if wish is not None else reading.tally.rows <= QUICK_ROWS


def _for_ceiling(reading: Counted) -> tuple[Tally, Sequence[Fold], Collection[str]]:
    return reading.tally, _rolling(reading), reading.allowed


def _ceiling(tally: Tally, rolling: Sequence[Fold], allowed: Collection[str]) -> dict[str, float] | None:
    return ceiling_of(tally, rolling, allowed) or None


def _newest(history: History) -> int | None:
    """Last day (since 1970) on which a lead can have entered whose outcome is known."""
    if history.as_of is None or history.ends is None:
        return None
    return day_number(history.as_of) - history.terms.observe_days - history.terms.close_within_days


def _candidate(plan: Plan, grid: Grid, reading: Counted) -> Candidate:
    if plan.grid is None:
        grid = replace(grid, provenance={**grid.provenance, **_provenance(reading)})
    enough = with_minimums(reading.tally, grid, grid.thresholds) if grid.thresholds else {}
    candidate = Candidate(grid.name, plan.method, grid, score(reading.tally, grid), enough=enough)
    return audited(candidate, reading.tally, reading.history.as_of)


def _provenance(reading: Counted) -> dict[str, str | int | float | None]:
    """Where the points come from: the same settings and data give the same words."""
    leads, customers = reading.tally.overall
    wishes = reading.settings.model_dump(mode="json", exclude={"report", "data"})
    return {
        "calibrate": __version__,
        "source": Path(reading.table.name).name,
        "input_sha256": reading.table.fingerprint,
        "settings_sha256": hashlib.sha256(repr(sorted(wishes.items())).encode()).hexdigest(),
        "as_of": reading.history.as_of.isoformat() if reading.history.as_of else None,
        **_named(reading),
        "leads": leads,
        "customers": customers,
    }


def _named(reading: Counted) -> dict[str, str | int | float | None]:
    """What a scorer must know to make the same columns from the same source: names of columns, and the window."""
    terms = reading.history.terms
    names: dict[str, str | int | float | None] = {"lead_id": terms.lead_id}
    for key, facts in reading.history.facts:
        if key == "events":
            names |= {"created_at": terms.created_at, "observe_days": terms.observe_days}
            names |= {f"events_{part}": facts[part] or None for part in ("lead_id", "at", "type", "value")}
    for key, facts in reading.history.facts:
        if key == "ages":
            names |= {"lead_id": facts["lead_id"], "created_at": facts["created_at"], "ages": facts["ages"]}
            names["observe_days"] = facts["oldest"]
    return names


def _chosen(comparison: Comparison, candidates: tuple[Candidate, ...]) -> str:
    """Name of the grid whose thresholds stand in the report: the one to adopt or to keep, else the baseline."""
    name = comparison.verdict.candidate or comparison.baseline
    return name if name in [c.name for c in candidates] else candidates[0].name
