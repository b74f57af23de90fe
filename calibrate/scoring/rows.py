"""Scoring a whole file or table in the engine: every source column, then score, band, close rate and reasons.

Rows stream through one statement from the source into a CSV or Parquet file; nothing is held in memory. The
reasons are the weightiest lines of each lead, in the order of their points, as `explain.reasons` tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeAlias

from sqlglot import exp

from ..counts.encoding import code_sql
from ..days import day_number
from ..engine import Session, sql
from ..engine.dates import moment
from ..engine.derived import derive
from ..engine.query import call, case, cast, either, empty, join, named, quoted, rows, select, value
from ..engine.table import Column, Table, kinds
from ..errors import GridError, InputError, unknown
from ..export.base import CLOSE_RATE, band_condition, close_rate_sql
from ..export.reading import as_answered
from ..files import beside, on_this_machine
from ..grid.derived import Derived
from ..grid.event_columns import ALL_DAYS, OBSERVE_DAYS, dated_in, is_event_column, types_in
from ..grid.grid import Grid
from ..grid.lead_age import AGE
from ..grid.mailbox_kinds import made_from
from ..grid.reasons import words_in
from ..leads.columns.date_columns import find_dates
from ..leads.columns.derived import with_derived
from ..leads.columns.mailbox import with_mailboxes
from ..leads.columns.roles import find_id
from ..leads.events import EventNames, join_events
from ..leads.landmarks import age_sql
from ..leads.terms import Terms
from ..numbers import Signs
from ..spreadsheet_cells import safe
from .reasons import LARGE, SMALL, marked

ADDED = ("score", "band", *CLOSE_RATE, "reasons")
TREND, TREND_DAYS = "trend", 30
"""The column that says whether a score has gone up or down in so many days."""
SUFFIXES = (".csv", ".parquet")


def score_file(
    grid: Grid,
    source: str,
    out: str,
    *,
    table: str | None = None,
    events: str | None = None,
    at: date | None = None,
    language: str = "en",
    every_line: bool = False,
    memory: str | None = None,
) -> int:
    """Write the leads of a source with score, band, close rate and reasons added, and return how many there are.

    The close rate is the one to expect at the score, with its 95 % interval; empty where the grid has no curve.

    `events` is a second source from which the grid's event columns are made, as they were when it was calibrated: from
    each lead's observation. With `at`, leads are scored as they stand on that day: all events up to it count, and lines
    with an expiry rule keep what the age of their signal leaves, and the column `trend` says whether the score of a
    lead is up, steady or down against 30 days before (empty for leads that had not come by then).
    Reasons are told in a language of `words_in`: the three weightiest lines, or with `every_line` all that fired, whose
    points add up to the score. `memory` bounds what reading may use, such as "4GB".

    The file appears whole or not at all. Raises GridError where the grid
    does not fit the data, InputError where the data already has a column of that name or the file cannot be written.
    """
    target = on_this_machine(out)
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(f"'{out}' must end in {' or '.join(SUFFIXES)}: the suffix says how it is written")
    with Session(memory=memory) as session:
        opened = open_rows(session, grid, source, table=table)
        happened = session.open(events) if events is not None else None
        columns = tuple(column.name for column in opened.columns)
        leads = as_on(grid, opened, happened, at)
        how = language, every_line, target.suffix.lower() == SUFFIXES[0]
        statement = scored(grid, leads, columns, at, *how)
        if at is not None:
            before = as_on(grid, opened, happened, at - _TREND_SPAN)
            statement = with_trend(grid, (leads, before), columns, at, statement, how)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with beside(target) as part:
                leads_written = session.write(leads, statement, part)
        except OSError as fault:
            raise InputError(f"'{out}' cannot be written: {fault.strerror}. Choose another folder") from None
    return leads_written


def score_table(
    grid: Grid,
    source: str,
    name: str,
    *,
    table: str | None = None,
    events: str | None = None,
    at: date | None = None,
    language: str = "en",
    every_line: bool = False,
    memory: str | None = None,
) -> int:
    """Make a new table of the scored leads in the database or cluster in which they lie, and return how many there are.

    No row comes over. What is added, and what the other parameters mean, `score_file` says. Raises InputError where the
    table exists already or may not be made.
    """
    with Session(memory=memory) as session:
        leads, columns = open_leads(session, grid, source, table=table, events=events, at=at)
        return session.store(leads, scored(grid, leads, columns, at, language, every_line), name)


def open_leads(
    session: Session, grid: Grid, source: str, *, table: str | None, events: str | None, at: date | None
) -> tuple[Table, tuple[str, ...]]:
    """The leads of a source with all columns that a grid makes from others, and the names of the source's own."""
    opened = open_rows(session, grid, source, table=table)
    happened = session.open(events) if events is not None else None
    return as_on(grid, opened, happened, at), tuple(column.name for column in opened.columns)


def open_rows(session: Session, grid: Grid, source: str, *, table: str | None) -> Table:
    """The rows of a source, its numbers read as the grid met them."""
    signs = {c.column: Signs(c.decimal, c.thousands, c.units) for c in grid.criteria if c.kind == "number"}
    return session.open(source, table=table, signs=signs)


def as_on(grid: Grid, leads: Table, happened: Table | None, at: date | None) -> Table:
    """The leads with all columns that a grid makes from others; with a day, as they stand on it."""
    leads = with_mailboxes(leads, [name for c in grid.criteria if (name := made_from(c.column)) is not None])
    leads = with_lead_age(grid, with_derived(leads, derived_columns(grid)), at)
    return leads if happened is None else with_events(grid, leads, happened, at)


def with_trend(
    grid: Grid,
    leads: tuple[Table, Table],
    columns: Sequence[str],
    at: date,
    statement: str,
    how: _How,
) -> str:
    """A statement of scores with the column `trend`: against the scores of the same leads 30 days before.

    `leads` are the leads on the day and before. Where rows have neither a place nor an id, there is no such column.
    """
    now, before = leads
    created = str(grid.provenance.get("created_at") or find_dates(before)[0] or "")
    place = now.position or find_id(now)
    if place is None or place not in (*(column.name for column in before.columns), before.position):
        return statement
    if TREND in [name.lower() for name in columns]:
        raise InputError(f"{now.name} already has a column '{TREND}'; rename it, so that nothing is overwritten")
    earlier = {"place": quoted(place), "earlier": "score"}
    if created in [column.name for column in before.columns]:
        earlier["came"] = sql.day(moment(before, created).expression).sql("duckdb")
    marks = scored(grid, before, (*(() if created not in columns else (created,)), place), at - _TREND_SPAN, *how)
    past = select(earlier, rows(marks, "past"))
    here = rows(scored(grid, now, (*columns, *(() if place in columns else (place,))), at, *how), "here")
    unknown_then = [empty("past.earlier")]
    if "came" in earlier:
        unknown_then.append(f"past.came > {day_number(at - _TREND_SPAN)}")
    trend = case(
        (either(*unknown_then), value("")),
        ("here.score > past.earlier", value("up")),
        ("here.score < past.earlier", value("down")),
        otherwise=value("steady"),
    )
    cells = {quoted(name): f"here.{quoted(name)}" for name in (*columns, *ADDED[:-1])}
    cells |= {TREND: trend, "reasons": "here.reasons"}
    order = (f"here.{quoted(place)}",) if now.position is not None else ()
    return select(
        cells, join(here, named(f"({past})", "past"), f"here.{quoted(place)} = past.place", left=True), order=order
    )


_TREND_SPAN = timedelta(days=TREND_DAYS)
_How: TypeAlias = tuple[str, bool, bool]
"""Language, whether every line is a reason, whether a spreadsheet opens the file."""


def derived_columns(grid: Grid) -> dict[str, Derived]:
    """The rules of columns that a grid derives from the texts of others, by column."""
    return {c.column: c.derived for c in grid.criteria if c.derived is not None}


def with_lead_age(grid: Grid, leads: Table, at: date | None) -> Table:
    """The leads with their age in days on the day on which they are scored, where the grid asks for it."""
    names = [column.name for column in leads.columns]
    if AGE in names or AGE not in [criterion.column for criterion in grid.criteria]:
        return leads
    if at is None:
        raise GridError(f"grid '{grid.name}' asks how old a lead is on the day it is scored: name the day with --at")
    created = str(grid.provenance.get("created_at") or find_dates(leads)[0] or "")
    if created not in names:
        raise GridError(f"the age of leads needs the day they came: {unknown('column', created, names)}")
    listed = (*names, *([leads.position] if leads.position is not None else []))
    cells = {quoted(name): quoted(name) for name in listed} | {quoted(AGE): age_sql(leads, created, at)}
    column = Column(AGE, "number", True)
    return derive(leads, select(cells, leads.relation), [column], facts=leads.facts, fingerprint=leads.fingerprint)


def with_events(grid: Grid, leads: Table, events: Table, at: date | None = None) -> Table:
    """The leads with the event columns of a grid, made as its provenance says; with `at`, of all events up to then."""
    provenance = grid.provenance

    def said(key: str) -> str | None:
        return None if provenance.get(key) is None else str(provenance[key])

    types = types_in([criterion.column for criterion in grid.criteria])
    terms = Terms(
        lead_id=said("lead_id") or find_id(leads),
        created_at=said("created_at") or find_dates(leads)[0],
        observe_days=int(provenance.get("observe_days") or OBSERVE_DAYS) if at is None else ALL_DAYS,
    )
    names = EventNames(said("events_lead_id"), said("events_at"), said("events_type"), said("events_value"))
    dated = [] if at is None else dated_in([rule.dated for rule in grid.expiry])
    return join_events(leads, events, terms, names, types=types, as_of=at, dated=dated, scoring=True).table


def scored(
    grid: Grid,
    leads: Table,
    columns_shown: Sequence[str] | None = None,
    at: date | None = None,
    language: str = "en",
    every_line: bool = False,
    spreadsheet: bool = False,
) -> str:
    """The statement: the source's columns (or those of them to show) in their order, then what is added.

    For a file that a `spreadsheet` opens, a band's name that it would run as a formula has an apostrophe before it.
    With `at`, lines with an expiry rule give what the age of their signal leaves; one with nothing left is no reason.
    """
    names = [column.name for column in leads.columns]
    clashes = [name for name in names if name.lower() in ADDED]
    if clashes:
        raise InputError(f"{leads.name} already has a column '{clashes[0]}'; rename it, so that nothing is overwritten")
    grid, codes = coded(grid, leads)
    remaining, words = points_left(grid, leads, at), words_in(language)
    most_bits = LARGE if leads.dialect == "duckdb" else SMALL
    marks = marked(grid, codes, remaining, names, words, every_line=every_line, most_bits=most_bits)
    name_of = safe if spreadsheet else str
    steps = [(band_condition(band, marks.names), value(name_of(band.name))) for band in grid.ladder]
    columns = {quoted(name): quoted(name) for name in (names if columns_shown is None else columns_shown)}
    score = marks.names["score"]
    columns |= {"score": score, "band": case(*steps, otherwise=value("")) if steps else value("")}
    for part, name in enumerate(CLOSE_RATE):
        columns[name] = cast(close_rate_sql(grid, part, score), "double")
    columns["reasons"] = marks.reasons
    order = (quoted(leads.position),) if leads.joined and leads.position is not None else ()
    return select(columns, marks.over(leads.relation), order=order)


def coded(grid: Grid, leads: Table) -> tuple[Grid, list[exp.Expr]]:
    """The grid as the leads answer it, and the expression of each criterion's level code.

    Raises GridError, with the nearest column, where the leads lack one that the grid asks for.
    """
    names = [column.name for column in leads.columns]
    for criterion in grid.criteria:
        if criterion.column not in names:
            wanted = criterion.source
            hint = "; it is made from events: add --events FILE" if is_event_column(criterion.column) else ""
            raise GridError(f"grid '{grid.name}' does not fit {leads.name}: {unknown('column', wanted, names)}{hint}")
    grid = as_answered(grid, leads)
    types = kinds(leads)
    return grid, [code_sql(criterion, types[criterion.column]) for criterion in grid.criteria]


def points_left(grid: Grid, leads: Table, at: date | None) -> dict[int, dict[int, str]]:
    """SQL for the points that are left on a day, for each line with an expiry rule: by criterion and level."""
    if at is None:
        return {}
    names = {column.name for column in leads.columns}
    places = {criterion.name: i for i, criterion in enumerate(grid.criteria)}
    remaining: dict[int, dict[int, str]] = {}
    for rule in grid.expiry:
        if rule.dated is None:
            continue
        if rule.dated not in names:
            hint = "; it is made from events: add --events FILE" if is_event_column(rule.dated) else ""
            raise GridError(f"the expiry of '{rule.criterion}' needs: {unknown('column', rule.dated, names)}{hint}")
        criterion = places[rule.criterion]
        level = [answer.name for answer in grid.criteria[criterion].levels].index(rule.level)
        points = grid.points[criterion][level]
        day = sql.day(moment(leads, rule.dated).expression).sql("duckdb")
        age = f"({day_number(at)} - {day})"
        if rule.days is not None:
            worth_left = case((f"{age} >= {rule.days}", 0), otherwise=points)
        else:
            times = f"{call.greatest(age, 0)} // {rule.every_days or 1}"
            share = call.greatest(0, f"100 - {rule.percent or 0} * {call.coalesce(times, 0)}")
            worth_left = f"({'-' if points < 0 else ''}(({2 * abs(points)} * {share} + 100) // 200))"
        remaining.setdefault(criterion, {})[level] = worth_left
    return remaining
