"""The month's work from settings to a review: open, observe, count, calibrate, compare.

Every step is one library call; this file only puts them in order, tells the settings' words to them and times
them. What is written to disk is decided in `report`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from .. import __version__
from ..counts.leakage import judge
from ..counts.power import pace, power
from ..counts.protected import protected
from ..counts.tally import Tally, count
from ..engine import Session
from ..engine.table import Fact, Table
from ..errors import InputError, SettingsError
from ..evaluation import decision
from ..evaluation.backtest import Backtest, Fold, folds, replay, with_thresholds
from ..evaluation.ceiling import available, ceiling
from ..evaluation.comparison import Comparison, compare
from ..evaluation.decision import Adopted, outcomes
from ..evaluation.frontier import Frontier, judge_frontier, plans_along, slim
from ..export.reading import as_answered
from ..export.reading import read_grid as read_grid
from ..grid.event_columns import is_event_column
from ..grid.grid import Grid
from ..grid.mailbox_kinds import made_from
from ..leads.history import History, last_day, observe
from ..leads.terms import Terms
from ..points.plan import Plan, Prepared, calibrate_prepared, prepare, redrawn
from ..points.score_table import score, with_minimums
from ..report.review import Candidate, Past, Review, Robustness
from ..weights.constraints import check as check_names
from . import with_impact
from .account import account, warnings
from .column_roles import resolved
from .counted import QUICK_ROWS, Counted, Progress, _month, quick
from .crm_defaults import recognised
from .decisions import read_adopted
from .from_settings import (
    CURRENT,
    grids_of,
    plans_of,
    proposal_of,
    seen_until,
    terms_of,
    with_events,
    with_kinds,
)
from .settings import Settings
from .with_funnel import funnel_of, warnings_of, with_expiry
from .with_impact import changes_of, drift_of, handover_of
from .with_robustness import audited, costs_of, near_of

FOLDS, FEW_FOLDS = 5, 3
"""Steps through time in which candidates are judged; with many profiles each step holds leads enough."""


def read_rows(
    settings: Settings,
    progress: Progress = lambda stage: None,
    *,
    follow: bool = True,
    cohorts: Callable[[Terms], Terms] = lambda terms: terms,
    timing: dict[str, float] | None = None,
    frames: Mapping[str, Any] | None = None,
) -> Counted:
    """Open the source, decide what each row is, count the leads and set suspects aside.

    With `follow`, the grid that the newest earlier month decided on is the current one, unless one is named. `cohorts`
    may say how leads are parted into cohorts (`Terms.by`, `Terms.split`). Seconds of each step are put into `timing`.
    `frames` are tables in memory that the settings name instead of files.
    """
    timed = partial(_timed, timing if timing is not None else {}, progress)
    asked = settings  # written out as it was asked for: what was found by itself is found again next month
    grids = grids_of(settings)
    with timed("open_s", "open"):
        session = Session(frames)
        table = session.open(settings.data.file, table=settings.data.table)
        outcomes = session.open(settings.outcome.outcomes) if settings.outcome.outcomes else None
        happened = session.open(settings.events.file, table=settings.events.table) if settings.events.file else None
    with timed("resolve_s", "propose"):
        origin = recognised(settings, table, outcomes)
        roles = resolved(origin.settings, table, origin.outcomes)
        settings, found = roles.settings, [*origin.facts, *roles.facts]
        table = with_kinds(settings, table, grids)
        grids = {name: as_answered(grid, table) for name, grid in grids.items()}
        terms = cohorts(terms_of(settings, table, origin.outcomes))
        if happened is not None:
            terms = seen_until(settings, happened, terms)
        asked, story, month = _followed(asked, table, terms, follow)
        if story and _replaces(story[-1], asked, month):
            made = story[-1].decision
            grids = {**grids, CURRENT: replace(story[-1].grid, name=CURRENT)}
            grids = {CURRENT: grids.pop(CURRENT), **grids}
            found.append(Fact("adopted_grid", {"month": made.month, "candidate": made.candidate, "who": made.who}))
    with timed("events_s", "events"):
        if happened is not None:
            table = with_events(settings, table, happened, terms, grids)
    with timed("propose_s", "propose"):
        proposal = proposal_of(settings, table, terms, grids, origin.aside)
        if not proposal.criteria:
            reasons = "; ".join(f"{column}: {reason}" for column, reason in proposal.ignored.items())
            raise InputError(f"{table.name}: no column can be a criterion ({reasons or 'there are no others'})")
    with timed("observe_s", "observe"):
        history = observe(table, proposal.criteria, terms)
        history = replace(history, facts=(*table.facts, *found, *proposal.facts, *history.facts))
    with timed("count_s", "count"):
        tally = count(history)
    with timed("suspects_s", "suspects"):
        candidates = tally.without(proposal.only_needed)
        leakage = judge(candidates, clear=_clear(settings, candidates), back=settings.columns.only)
        late = [suspect.column for suspect in leakage.suspects]
        aside = (*leakage.suspects, *protected(candidates, proposal.sensitive, aside=late))
        hidden = {suspect.column for suspect in aside}
        allowed = tuple(c.name for c in candidates.criteria if c.column not in hidden)
    doubts = tuple(question for question in leakage.asked if question.column not in hidden)
    told = (story, (*roles.warnings, *origin.warnings), happened, doubts)
    return Counted(asked, table, history, proposal, tally, aside, allowed, grids, *told)


def _clear(settings: Settings, tally: Tally) -> list[str]:
    """Columns whose provenance is known: from events within the observation, from the address, or answered for."""
    sure = [c.column for c in tally.criteria if is_event_column(c.column) or made_from(c.column) is not None]
    return [*sure, *settings.columns.keep, *settings.columns.known]


def review(
    counted: Counted, progress: Progress = lambda stage: None, *, timing: dict[str, float] | None = None
) -> Review:
    """Make every candidate, judge them on later leads, and put everything found together.

    Seconds of each step are put into `timing`.
    """
    timed = partial(_timed, timing if timing is not None else {}, progress)
    settings, tally = counted.settings, counted.tally
    lines = _along(counted, timed)
    allowed, min_leads = counted.allowed, settings.columns.min_leads
    rates, prepared, rolling, capacity = counted.rates, lines.prepared, lines.rolling, lines.capacity
    plans, backtests, frontier, grids = lines.plans, lines.backtests, lines.frontier, lines.grids
    with timed("redrawn_s", "candidates"):
        grids = {plan.name: redrawn(prepared, plan, grids[plan.name]) for plan in plans}
    candidates = tuple(_candidate(plan, grids[plan.name], counted) for plan in plans)
    with timed("compare_s", "compare"):
        recipe = next((plan.name for plan in plans if plan.method == "lift"), plans[0].name)
        comparison = compare(
            backtests,
            baseline=CURRENT if CURRENT in counted.grids else recipe,
            capacity=capacity,
            reliable=bool(rates.distinct.any()),
            grids=grids,
            frontier=frontier,
        )
    base = Review(
        Path(counted.table.name).name,
        account(counted, rates),
        tally,
        rates,
        counted.suspects,
        candidates,
        comparison,
        chosen=_chosen(comparison, candidates),
        months=float((tally.totals[:, 0] > 0).sum()) if tally.ends is not None else None,
        ceiling=_ceiling(counted, rolling) if _wants_ceiling(counted) else None,
        past=Past(counted.story, outcomes(counted.story, tally, _newest(counted.history))),
    )
    by_name = {plan.name: plan for plan in plans}
    with timed("constraints_s", "constraints"):
        costs = costs_of(base, by_name, backtests, allowed=allowed, min_leads=min_leads, capacity=capacity)
    with timed("near_s", "near"):
        pool = near_of(base, by_name, prepared)
        near = tuple(_candidate(pool[0], grid, counted) for grid in pool[1].near) if pool else ()
    with timed("meeting_s", "meeting"):
        changes = changes_of(base, settings, backtests, capacity)
        handover = handover_of(base, settings, counted.history)
        past = replace(base.past, drift=drift_of(base))
    with timed("times_s", "times"):
        funnel = funnel_of(base, counted, by_name, allowed, min_leads)
    if settings.candidates.expiry:
        candidates, near = (with_expiry(grids, by_name, funnel) for grids in (candidates, near))
    return replace(
        base,
        asked=counted.asked,
        power=power(base.rates, pace(tally)),
        candidates=candidates,
        warnings=(*warnings(counted), *with_impact.warnings_of(base, settings, backtests), *warnings_of(funnel)),
        changes=changes,
        handover=handover,
        funnel=funnel,
        past=past,
        robustness=Robustness(costs, near, pool[1].room if pool else None),
        frontier=_signed(frontier, counted),
    )


def frontier_of(
    counted: Counted, progress: Progress = lambda stage: None, *, timing: dict[str, float] | None = None
) -> Frontier:
    """The best grid of every number of lines by each method, judged on later leads."""
    timed = partial(_timed, timing if timing is not None else {}, progress)
    return _signed(_along(counted, timed).frontier, counted)


@dataclass(frozen=True)
class _Along:
    """Grids of every size, made and judged: plans and backtests of the candidates, all grids by name."""

    plans: tuple[Plan, ...]
    backtests: tuple[Backtest, ...]
    grids: Mapping[str, Grid]
    frontier: Frontier
    prepared: Prepared
    rolling: tuple[Fold, ...]
    capacity: float


def _along(counted: Counted, timed: Callable[[str, str], AbstractContextManager[None]]) -> _Along:
    """Make every candidate and the shorter grids of its method, and judge them on later leads."""
    settings, tally = counted.settings, counted.tally
    _check_allowed(counted)
    plans = plans_of(quick(settings, tally), counted.grids, counted.history.window)
    check_names(plans[-1].constraints, [c for c in tally.criteria if c.name in counted.allowed])
    allowed, min_leads = counted.allowed, settings.columns.min_leads
    with timed("rates_s", "rates"):
        prepared = prepare(tally, allowed=allowed, min_leads=min_leads)
    with timed("candidates_s", "candidates"):
        grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
        sized = plans_along(plans, grids)
        grids |= {plan.name: slim(calibrate_prepared(prepared, plan)) for plan in sized}
    with timed("backtest_s", "backtest"):
        rolling = _rolling(counted)
        backtests = replay(tally, (*plans, *sized), rolling, allowed=allowed, min_leads=min_leads)
    with timed("frontier_s", "frontier"):
        capacity = plans[0].policy.top_share(prepared.months, tally.overall)
        judged = [backtest for backtest in backtests if not backtest.fixed or backtest.name == CURRENT]
        frontier = judge_frontier(judged, (*plans, *sized), grids, capacity=capacity)
        plans, backtests = _with_proposed(plans, sized, backtests, frontier, tally)
    return _Along(plans, backtests, grids, frontier, prepared, rolling, capacity)


def _with_proposed(
    plans: tuple[Plan, ...], sized: Sequence[Plan], backtests: Sequence[Backtest], frontier: Frontier, tally: Tally
) -> tuple[tuple[Plan, ...], tuple[Backtest, ...]]:
    """The plans and backtests of the candidates: the settings' own, and the grid that the frontier proposes."""
    proposed = frontier.proposed
    by_name = {each.name: each for each in backtests}
    chosen = next((plan for plan in sized if proposed is not None and plan.name == proposed.name), None)
    own = tuple(by_name[plan.name] for plan in plans)
    if chosen is None:
        return plans, own
    return (*plans, chosen), (*own, with_thresholds(by_name[chosen.name], tally, chosen))


def _signed(frontier: Frontier, counted: Counted) -> Frontier:
    """The frontier, each grid with where its points come from."""
    origin = _provenance(counted)
    points = (
        replace(point, grid=replace(point.grid, provenance={**point.grid.provenance, **origin}))
        for point in frontier.points
    )
    return replace(frontier, points=tuple(points))


def _check_allowed(counted: Counted) -> None:
    if not counted.allowed:
        raise SettingsError(
            "no column is left to be a criterion: all were ignored, excluded or set aside as suspects "
            f"({', '.join(s.column for s in counted.suspects) or 'none'}). Put one back with --criteria"
        )


def _rolling(counted: Counted) -> tuple[Fold, ...]:
    """The steps through time, fewer where profiles are many; with dates, none trains on leads that were still open."""
    tally = counted.tally
    return folds(tally, close_days=counted.history.window, at_most=FEW_FOLDS if tally.rows > QUICK_ROWS else FOLDS)


def _wants_ceiling(counted: Counted) -> bool:
    """As asked; without a wish where it is quick: scikit-learn is there and the profiles are not too many."""
    asked = counted.settings.candidates.ceiling
    return asked if asked is not None else available() and counted.tally.rows <= QUICK_ROWS


def _ceiling(counted: Counted, rolling: Sequence[Fold]) -> dict[str, float] | None:
    return ceiling(counted.tally, rolling, counted.allowed) or None


def _followed(asked: Settings, table: Table, terms: Terms, follow: bool) -> tuple[Settings, tuple[Adopted, ...], str]:
    """The settings with the month from which a grid named just now holds; decisions of earlier months; this month."""
    reports = Path(asked.report.out)
    named_now = asked.candidates.current_since == "now"
    if not named_now and not (follow and decision.months_decided(reports)):
        return asked, (), ""
    month = _month(last_day(table, terms))
    if named_now:
        asked = asked.model_copy(update={"candidates": asked.candidates.model_copy(update={"current_since": month})})
    found = []
    for name in decision.months_decided(reports, before=month) if follow else ():
        found.append(read_adopted(reports / name))
    return asked, tuple(found), month


def _newest(history: History) -> int | None:
    """Last day (since 1970) on which a lead can have entered whose outcome is known."""
    if history.as_of is None or history.ends is None:
        return None
    return (history.as_of - date(1970, 1, 1)).days - history.terms.observe_days - history.terms.close_within_days


def _replaces(adopted: Adopted, asked: Settings, month: str) -> bool:
    """Whether the newest decision's grid is the current one: not where another was named between it and this month."""
    named = asked.candidates
    if CURRENT in named.grids:
        return False
    if named.current is None or named.current_since is None:
        return True
    return not adopted.decision.month < named.current_since <= month


@contextmanager
def _timed(timing: dict[str, float], progress: Progress, name: str, stage: str) -> Iterator[None]:
    progress(stage)
    start = time.perf_counter()
    yield
    timing[name] = round(time.perf_counter() - start, 4)


def _candidate(plan: Plan, grid: Grid, counted: Counted) -> Candidate:
    if plan.grid is None:
        grid = replace(grid, provenance={**grid.provenance, **_provenance(counted)})
    enough = with_minimums(counted.tally, grid, grid.thresholds) if grid.thresholds else {}
    made = Candidate(grid.name, plan.method, grid, score(counted.tally, grid), enough=enough)
    return audited(made, counted.tally, counted.history.as_of)


def _provenance(counted: Counted) -> dict[str, str | int | float | None]:
    """Where the points come from: the same settings and data give the same words."""
    leads, customers = counted.tally.overall
    asked = counted.settings.model_dump(mode="json", exclude={"report", "data"})
    return {
        "calibrate": __version__,
        "source": Path(counted.table.name).name,
        "input_sha256": counted.table.fingerprint,
        "settings_sha256": hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest(),
        "as_of": counted.history.as_of.isoformat() if counted.history.as_of else None,
        **_named(counted),
        "leads": leads,
        "customers": customers,
    }


def _named(counted: Counted) -> dict[str, str | int | float | None]:
    """What a scorer must know to make the same columns from the same source: names of columns, and the window."""
    terms = counted.history.terms
    names: dict[str, str | int | float | None] = {"lead_id": terms.lead_id}
    for key, facts in counted.history.facts:
        if key == "events":
            names |= {"created_at": terms.created_at, "observe_days": terms.observe_days}
            names |= {f"events_{part}": facts[part] or None for part in ("lead_id", "at", "type", "value")}
    return names


def _chosen(comparison: Comparison, candidates: tuple[Candidate, ...]) -> str:
    """Name of the grid whose thresholds stand in the report: the one to adopt or to keep, else the baseline."""
    name = comparison.verdict.candidate or comparison.baseline
    return name if name in [c.name for c in candidates] else candidates[0].name
