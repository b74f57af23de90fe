"""Event columns of a grid as a join: one row per lead with what it did from its creation to its observation moment.

The statement repeats `calibrate.events`: only events with ``created <= at <= created + observe_days`` count, whole days
where either side has no time of day, and no lead is seen beyond the last day on which anything happened. With a day to
score on, all events from the creation to that day count, as in `calibrate score --at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..days import day_number
from ..grid.event_columns import (
    ALL_DAYS,
    BEFORE,
    COUNT,
    DAYS,
    FASTER,
    FIRST,
    LAST,
    LAST_SUFFIX,
    OBSERVE_DAYS,
    PACE,
    RECENT,
    SINCE,
    SUFFIX,
    is_event_column,
)
from ..grid.grid import Grid
from .dialects import Dialect, identifier, literal


@dataclass(frozen=True)
class Clock:
    """How a dialect says days and moments: {x} is a date or a timestamp, {n} a number of days; `today` is this day."""

    day: str
    moment: str = "CAST({x} AS TIMESTAMP)"
    midnight: str = "CAST(CAST({x} AS DATE) AS TIMESTAMP)"
    later: str = "{x} + INTERVAL '{n}' DAY"
    text: str = "CAST({x} AS VARCHAR)"
    first: str = ""
    last: str = ""
    today: str = "CURRENT_DATE"


_DATEADD = "DATEADD(DAY, {n}, {x})"
CLOCKS = {
    "duckdb": Clock(
        "DATE_DIFF('DAY', DATE '1970-01-01', CAST({x} AS DATE))",
        first="ARG_MIN(value, ROW(moment, value))",
        last="ARG_MAX(value, ROW(moment, value))",
    ),
    "postgres": Clock(
        "(CAST({x} AS DATE) - DATE '1970-01-01')",
        first="(ARRAY_AGG(value ORDER BY moment, value) FILTER (WHERE NOT value IS NULL))[1]",
        last="(ARRAY_AGG(value ORDER BY moment DESC, value DESC) FILTER (WHERE NOT value IS NULL))[1]",
    ),
    "sqlite": Clock(
        "CAST(STRFTIME('%s', DATE({x})) / 86400 AS INTEGER)",
        "CAST(STRFTIME('%s', {x}) AS INTEGER)",
        "CAST(STRFTIME('%s', DATE({x})) AS INTEGER)",
        "{x} + {n} * 86400",
        "CAST({x} AS TEXT)",
        today="DATE('now')",
    ),
    "snowflake": Clock("DATEDIFF(DAY, DATE '1970-01-01', CAST({x} AS DATE))", later=_DATEADD),
    "redshift": Clock("DATEDIFF(DAY, DATE '1970-01-01', CAST({x} AS DATE))", later=_DATEADD),
    "bigquery": Clock(
        "DATE_DIFF(CAST({x} AS DATE), DATE '1970-01-01', DAY)",
        "CAST({x} AS DATETIME)",
        "CAST(CAST({x} AS DATE) AS DATETIME)",
        "DATETIME_ADD({x}, INTERVAL {n} DAY)",
        "CAST({x} AS STRING)",
    ),
    "databricks": Clock("DATEDIFF(CAST({x} AS DATE), DATE '1970-01-01')", text="CAST({x} AS STRING)"),
    "spark": Clock("DATEDIFF(CAST({x} AS DATE), DATE '1970-01-01')", text="CAST({x} AS STRING)"),
    "tsql": Clock(
        "DATEDIFF(DAY, '19700101', CAST({x} AS DATE))",
        "CAST({x} AS DATETIME2)",
        "CAST(CAST({x} AS DATE) AS DATETIME2)",
        _DATEADD,
        "CAST({x} AS NVARCHAR(4000))",
        today="GETDATE()",
    ),
    "mysql": Clock(
        "DATEDIFF(CAST({x} AS DATE), '1970-01-01')",
        "CAST({x} AS DATETIME(6))",
        "CAST(CAST({x} AS DATE) AS DATETIME(6))",
        "{x} + INTERVAL {n} DAY",
        "CAST({x} AS CHAR)",
    ),
}


@dataclass(frozen=True)
class EventJoin:
    """A derived table `done` with a column per event column of the grid, to be joined to the leads by `key`."""

    table: str
    key: str
    columns: dict[str, str]


def event_columns(grid: Grid, at: date | str = "") -> list[str]:
    """Columns of the grid that are made from events; with a day to score on, also those that date its signals."""
    columns = [criterion.column for criterion in grid.criteria]
    columns += [rule.dated for rule in grid.expiry if rule.dated and at]
    return list(dict.fromkeys(column for column in columns if is_event_column(column)))


def day_number_sql(at: date | str, words: Dialect) -> str:
    """The day to score on as days since 1970: a date, or "today" for the server's own."""
    if isinstance(at, date):
        return str(day_number(at))
    return CLOCKS[words.name].day.replace("{x}", CLOCKS[words.name].today)


def dated_by(column: str, columns_made: Mapping[str, str], source: str, words: Dialect) -> str:
    """Days since 1970 of the column that dates a signal, made from events or in the source."""
    return columns_made.get(column) or CLOCKS[words.name].day.replace("{x}", source)


def can_make(column: str, dialect: str) -> bool:
    """Whether a dialect can make an event column."""
    return column not in (FIRST, LAST) or bool(CLOCKS[dialect].first)


def said(grid: Grid, key: str, default: str) -> str:
    """A name from the provenance of the grid."""
    value = grid.provenance.get(key)
    return default if value is None else str(value)


def event_join(grid: Grid, words: Dialect, leads: str, events: str, lead_id: str, at: date | str = "") -> EventJoin:
    """The join for one dialect; `leads` and `events` are quoted tables, `lead_id` the quoted key of the leads."""
    clock = CLOCKS[words.name]
    window = ALL_DAYS if at else int(grid.provenance.get("observe_days") or OBSERVE_DAYS)
    event_made = event_columns(grid, at)

    def name(key: str, default: str) -> str:
        return identifier(said(grid, key, default), words)

    created, when = name("created_at", "created_at"), name("events_at", "at")
    happened = (
        f"SELECT {clock.text.replace('{x}', name('events_lead_id', 'lead_id'))} AS lead_key, "
        f"{clock.moment.replace('{x}', when)} AS moment, {clock.day.replace('{x}', when)} AS day, "
        f"{clock.text.replace('{x}', name('events_type', 'type'))} AS type, "
        f"{name('events_value', 'value') if FIRST in event_made or LAST in event_made else 'NULL'} "
        f"AS value FROM {events}"
    )
    key, moment = clock.text.replace("{x}", lead_id), clock.moment.replace("{x}", created)
    entered = (
        f"SELECT {key} AS lead_key, MIN({moment}) AS moment, MIN({clock.day.replace('{x}', created)}) AS day "
        f"FROM {leads} GROUP BY {key}"
    )
    times = [f"(SELECT MAX({_beside(clock, column)}) FROM {t})" for column, t in ((created, leads), (when, events))]
    last_day = day_number_sql(at, words) if at else _last_day(clock.day.replace("{x}", when), events, words)
    bounds = f"SELECT {last_day} AS last_day, {' * '.join(times)} AS timed"
    span = f"CASE WHEN entered.day + {window} <= last_day THEN {window} ELSE last_day - entered.day END"
    later = clock.later.replace("{x}", "entered.moment").replace("{n}", str(window))
    until = "happened.day <= last_day" if at else f"happened.moment <= {later}"
    inside = (
        f"timed = 1 AND happened.moment >= entered.moment AND {until} "
        f"OR timed = 0 AND happened.day >= entered.day AND happened.day <= entered.day + {span}"
    )
    hits = (
        f"SELECT happened.lead_key, type, value, happened.moment, happened.day - entered.day AS day, {span} AS seen"
        f"{', happened.day AS on_day' if at else ''}\n"
        f"FROM ({happened}) AS happened\nJOIN ({entered}) AS entered ON happened.lead_key = entered.lead_key\n"
        f"CROSS JOIN ({bounds}) AS bounds\nWHERE {inside}"
    )
    columns, parts = {}, []
    for number, column in enumerate(event_made, 1):
        aggregate, nothing = _feature(column, words, clock, window)
        parts.append(f"{aggregate} AS f_{number}")
        columns[column] = f"COALESCE(done.f_{number}, {nothing})" if nothing else f"done.f_{number}"
    table = f"(SELECT lead_key, {', '.join(parts)} FROM (\n{hits}\n) AS hits GROUP BY lead_key) AS done"
    return EventJoin(table, clock.text.replace("{x}", f"leads.{lead_id}"), columns)


def _last_day(day: str, events: str, words: Dialect) -> str:
    """The day of the newest event; one after today is believed only where all are (a day that was typed wrongly)."""
    newest = f"SELECT MAX({day}) FROM {events}"
    return f"COALESCE(({newest} WHERE {day} <= {day_number_sql('today', words)} + 1), ({newest}))"


def _feature(column: str, words: Dialect, clock: Clock, window: int) -> tuple[str, str]:
    """Aggregate of one event column over the hits, and its value for a lead without events."""
    if column == COUNT:
        return "COUNT(*)", "0"
    if column == DAYS:
        return "COUNT(DISTINCT day)", "0"
    if column == SINCE:
        return "MAX(seen) - MAX(day)", ""
    if column == PACE:
        before = max(1, min(BEFORE, window + 1 - RECENT))
        late = f"COUNT(CASE WHEN seen - day < {RECENT} THEN 1 END) * {before}"
        early = f"COUNT(CASE WHEN seen - day BETWEEN {RECENT} AND {RECENT + before - 1} THEN 1 END) * {RECENT}"
        up, down = round(FASTER * 2), 2
        return (
            f"CASE WHEN {late} + {early} = 0 THEN 'none' WHEN {late} * {down} > {early} * {up} THEN 'faster' "
            f"WHEN {late} * {up} < {early} * {down} THEN 'slower' ELSE 'steady' END"
        ), "'none'"
    if column in (FIRST, LAST):
        return (clock.first if column == FIRST else clock.last) or "NULL", ""
    if column.endswith(LAST_SUFFIX):
        return f"MAX(CASE WHEN type = {literal(column.removesuffix(LAST_SUFFIX), words)} THEN on_day END)", ""
    return f"COUNT(CASE WHEN type = {literal(column.removesuffix(SUFFIX), words)} THEN 1 END)", "0"


def _beside(clock: Clock, column: str) -> str:
    """1 where a moment lies beside midnight."""
    moment, midnight = clock.moment.replace("{x}", column), clock.midnight.replace("{x}", column)
    return f"CASE WHEN {moment} <> {midnight} THEN 1 ELSE 0 END"
