"""Rows read: the source opened, each row decided, the leads counted, suspects set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

from ..counts.counting import count
from ..counts.derived_answers import tried_answers
from ..counts.leakage import Question, Suspect, judge
from ..counts.ledger import Moved, moved
from ..counts.protected import sensitive_ones
from ..counts.replication import by_chance
from ..counts.tally import Tally
from ..engine import Session
from ..engine.row_filter import filtered
from ..engine.table import Fact, Table
from ..errors import InputError
from ..evaluation import decision
from ..evaluation.decision import Adopted
from ..export.reading import as_answered
from ..grid.event_columns import is_event_column
from ..grid.grid import Grid
from ..grid.lead_age import AGE
from ..grid.mailbox_kinds import made_from
from ..leads.columns.derived import with_derived
from ..leads.columns.proposal import Proposal
from ..leads.history import History, TooYoungError, last_day, observe
from ..leads.terms import Terms
from ..report.remains import settled
from ..report.review import Warning_
from .column_roles import resolved
from .counted import Counted, Progress, month_of
from .crm_defaults import recognised
from .decisions import read_adopted
from .earlier import earlier_ledger
from .from_settings import (
    CURRENT,
    at_ages,
    falls,
    grids_of,
    proposal_of,
    seen_until,
    terms_of,
    text_rules,
    title_facts,
    with_events,
    with_kinds,
)
from .settings import Settings


@dataclass(frozen=True)
class Observed:
    """The source as it was understood, before its leads are counted."""

    settings: Settings
    table: Table
    history: History
    proposal: Proposal
    grids: Mapping[str, Grid]
    story: tuple[Adopted, ...]
    warnings: tuple[Warning_, ...]
    events: Table | None
    bare: tuple[Table, Terms] | None = None


class Reading(TypedDict, total=False):
    """How a source is read: see `read_history`."""

    follow: bool
    cohorts: Callable[[Terms], Terms]
    frames: Mapping[str, Any] | None
    bare: bool


def read_rows(
    settings: Settings,
    progress: Progress = lambda stage: None,
    *,
    timing: dict[str, float] | None = None,
    **how: Unpack[Reading],
) -> Counted:
    """What `read_history` gives by the same words, its leads counted and suspects set aside."""
    timing = timing if timing is not None else {}
    timed = partial(timed_step, timing, progress)
    observed = read_history(settings, progress, timing=timing, **how)
    with timed("count_s", "count"):
        tally = count(observed.history)
    with timed("suspects_s", "suspects"):
        candidates = tally.without(observed.proposal.only_needed)
        reports = Path(settings.report.out)
        with settled(reports):
            before = earlier_ledger(reports, observed.history.as_of)
        days = observed.history.terms.observe_days
        changed = moved(before.ledger, before.as_of, candidates, days) if before else ()
        aside, doubts = set_aside(candidates, observed.proposal, changed)
        late = {suspect.column for suspect in aside}  # of these one reason is said
        pointers = by_chance(candidates, free=(*settings.columns.only, *settings.columns.keep))
        chance = tuple(pointed for pointed in pointers if pointed.column not in late)
        answers = tried_answers(candidates, free=(*settings.columns.only, *settings.columns.keep))
        facts = (
            *observed.history.facts,
            *(Fact("answers_kept" if part.telling else "answers_by_chance", part.facts) for part in answers),
            *(Fact(f"{pointed.kind}_by_chance", pointed.facts) for pointed in chance),
        )
        hidden = {*late, *(pointed.column for pointed in chance)}
        hidden |= {column for part in answers for column in part.idle}
        allowed = tuple(c.name for c in candidates.criteria if c.column not in hidden)
    return Counted(
        observed.settings,
        observed.table,
        replace(observed.history, facts=facts),
        observed.proposal,
        tally,
        aside,
        allowed,
        observed.grids,
        observed.story,
        observed.warnings,
        observed.events,
        doubts,
        observed.bare,
    )


def set_aside(
    tally: Tally, proposal: Proposal, changed: Collection[Moved] = ()
) -> tuple[tuple[Suspect, ...], tuple[Question, ...]]:
    """Columns that should not be criteria by themselves, and questions about others.

    Columns whose provenance is known are clear: from events within the observation, from the address, or answered for.
    `changed` are columns whose values have moved since an earlier month.
    """
    sure = [c.column for c in tally.criteria if is_event_column(c.column) or made_from(c.column) is not None]
    sure.append(AGE)
    leakage = judge(tally, clear=[*sure, *proposal.clear], back=proposal.back, changed=changed)
    late = [suspect.column for suspect in leakage.suspects]
    suspects = (*leakage.suspects, *sensitive_ones(tally, proposal.sensitive, aside=late))
    hidden = {suspect.column for suspect in suspects}
    return suspects, tuple(question for question in leakage.asked if question.column not in hidden)


def read_history(
    settings: Settings,
    progress: Progress = lambda stage: None,
    *,
    follow: bool = True,
    cohorts: Callable[[Terms], Terms] = lambda terms: terms,
    timing: dict[str, float] | None = None,
    frames: Mapping[str, Any] | None = None,
    bare: bool = False,
) -> Observed:
    """Open the source, propose criteria and decide what each row is.

    With `follow`, the grid that the newest earlier month decided on is the current one, unless one is named. `cohorts`
    may say how leads are parted into cohorts (`Terms.by`, `Terms.split`). Seconds of each step are put into `timing`.
    `frames` are tables in memory that the settings name instead of files. With `bare`, a source without any column that
    can be a criterion is read too, and one whose leads are all too young, for what its rows are.
    """
    timed = partial(timed_step, timing if timing is not None else {}, progress)
    original = settings  # written out as it was asked for: what was found by itself is found again next month
    grids = grids_of(settings)
    with timed("open_s", "open"):
        session = Session(frames, settings.data.memory)
        table = session.open(settings.data.file, table=settings.data.table, header_row=settings.data.header_row)
        table = filtered(table, settings.data.where) if settings.data.where else table
        outcomes = session.open(settings.outcome.outcomes) if settings.outcome.outcomes else None
        happened = session.open(settings.events.file, table=settings.events.table) if settings.events.file else None
    with timed("resolve_s", "propose"):
        origin = recognised(settings, table, outcomes)
        roles = resolved(origin.settings, table, origin.outcomes)
        settings, facts = roles.settings, [*origin.facts, *roles.facts]
        table = with_kinds(settings, table, grids)
        rules = text_rules(settings, table, grids)
        table = with_derived(table, rules)
        facts += title_facts(rules)
        grids = {name: as_answered(grid, table) for name, grid in grids.items()}
        terms = cohorts(terms_of(settings, table, origin.outcomes))
        if settings.time.order is None and terms.order is not None and (falling := falls(table)) is not None:
            facts.append(Fact("ordered_falling", falling))
        if happened is not None:
            terms = seen_until(settings, happened, terms)
        original, story, month = _followed(original, table, terms, follow)
        if story and _replaces(story[-1], original, month):
            newest = story[-1].decision
            grids = {**grids, CURRENT: replace(story[-1].grid, name=CURRENT)}
            grids = {CURRENT: grids.pop(CURRENT), **grids}
            facts.append(
                Fact("adopted_grid", {"month": newest.month, "candidate": newest.candidate, "who": newest.who})
            )
    without_events = (table, terms)
    with timed("events_s", "events"):
        if settings.time.ages:
            seen = at_ages(settings, table, happened, terms, grids)
            table, terms = seen.table, seen.terms
        elif happened is not None:
            table = with_events(settings, table, happened, terms, grids)
    with timed("propose_s", "propose"):
        proposal = proposal_of(settings, table, terms, grids, origin.aside, rules)
        columns = settings.columns
        derived_from_known = [name for name, rule in rules.items() if rule.source in columns.known]
        proposal = replace(proposal, clear=(*columns.keep, *columns.known, *derived_from_known), back=columns.only)
        if not proposal.criteria and not bare:
            reasons = "; ".join(f"{column}: {reason}" for column, reason in proposal.ignored.items())
            raise InputError(f"{table.name}: no column can be a criterion ({reasons or 'there are no others'})")
    with timed("observe_s", "observe"):
        history, young = _observed(table, proposal, terms, bare)
        history = replace(history, proposal=proposal, facts=(*table.facts, *facts, *proposal.facts, *history.facts))
    warnings = (*young, *roles.warnings, *origin.warnings)
    bare_table = without_events if happened is not None else None
    return Observed(original, table, history, proposal, grids, story, warnings, happened, bare_table)


def _observed(table: Table, proposal: Proposal, terms: Terms, bare: bool) -> tuple[History, tuple[Warning_, ...]]:
    """What each row is; with `bare`, as it stands today where all leads are too young, and a warning that says so."""
    try:
        return observe(table, proposal.criteria, terms), ()
    except TooYoungError as fault:
        if not bare:
            raise
        young: Warning_ = ("all_too_young", {"as_of": fault.as_of.isoformat(), "days": fault.days})
        return observe(table, proposal.criteria, replace(terms, created_at=None)), (young,)


def _followed(
    settings: Settings, table: Table, terms: Terms, follow: bool
) -> tuple[Settings, tuple[Adopted, ...], str]:
    """The settings with the month from which a grid named just now holds; decisions of earlier months; this month."""
    reports = Path(settings.report.out)
    with settled(reports):
        return _following(settings, table, terms, follow, reports)


def _following(
    settings: Settings, table: Table, terms: Terms, follow: bool, reports: Path
) -> tuple[Settings, tuple[Adopted, ...], str]:
    named_now = settings.candidates.current_since == "now"
    if not named_now and not (follow and decision.months_decided(reports)):
        return settings, (), ""
    month = month_of(last_day(table, terms))
    if named_now:
        settings = settings.model_copy(
            update={"candidates": settings.candidates.model_copy(update={"current_since": month})}
        )
    story = []
    for name in decision.months_decided(reports, before=month) if follow else ():
        story.append(read_adopted(reports / name))
    return settings, tuple(story), month


def _replaces(adopted: Adopted, settings: Settings, month: str) -> bool:
    """Whether the newest decision's grid is the current one: not where another was named between it and this month."""
    candidates = settings.candidates
    if CURRENT in candidates.grids:
        return False
    if candidates.current is None or candidates.current_since is None:
        return True
    return not adopted.decision.month < candidates.current_since <= month


@contextmanager
def timed_step(timing: dict[str, float], progress: Progress, name: str, stage: str) -> Iterator[None]:
    """Say that a step begins and note how many seconds it took."""
    progress(stage)
    start = time.perf_counter()
    yield
    timing[name] = round(time.perf_counter() - start, 4)
