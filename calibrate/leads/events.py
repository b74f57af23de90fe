"""Events become columns of the leads: what each lead did from its creation to its observation moment.

Only events with ``created <= at <= created + observe_days`` count (whole days where either side has no time of day);
later ones never do. Per common event type: its count. Over all events: count, distinct active days, days since the
last one, pace, and the first and last value. After that a criterion over events is a column like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..days import day_at, day_number
from ..engine import dates, sql
from ..engine.derived import derived, kept
from ..engine.table import Column, Fact, Table, column_of
from ..errors import HistoryError, InputError
from ..grid.event_columns import BEFORE, COUNT, DAYS, FASTER, FIRST, LAST, LAST_SUFFIX, PACE, RECENT, SINCE, SUFFIX
from ..vocabulary import shape_of
from .columns.naming import in_order, words_of
from .columns.person_names import may_be_shown
from .day_span import span_of
from .terms import Terms

COMMON = 20
"""Event types that get a column of their own, the commonest first; the rest counts in the totals."""
LOOKED_AT = 200
"""Event types among which these are looked for."""
MASK = 60
"""Days that one BIGINT holds as a mask of active days."""
MOST_MASKS = 4
SPLIT_UP_TO = 5_000_000
"""Events up to this number are also counted by the reason why they do not count, which is one more reading."""

_AT = in_order("""
    at, timestamp, event time, event timestamp, event at, occurred at, happened at, time, date,
    datetime, event date, ts, created at, date evenement, horodatage, date et heure
""")
_TYPE = in_order("""
    type, event type, event, event name, action, activity type, activity, name, evenement,
    type d evenement, type evenement, activite
""")
_VALUE = ("value", "event value", "url", "page", "campaign", "amount", "valeur", "montant", "campagne")
_LEAD = in_order("""
    lead id, leadid, contact id, prospect id, lead, customer id, client id, user id, id lead,
    id contact, id prospect, visitor id, session id, email, id
""")


@dataclass(frozen=True)
class EventNames:
    """What an event source calls things: columns by name; those not given are looked for by `named`."""

    lead_id: str | None = None
    at: str | None = None
    type: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Joined:
    """Leads with their event columns: `added` names them, `types` are the event types that have one."""

    table: Table
    added: tuple[str, ...]
    types: tuple[str, ...]
    names: EventNames


def join_events(
    leads: Table,
    events: Table,
    terms: Terms,
    names: EventNames | None = None,
    *,
    types: Sequence[str] | None = None,
    more: Sequence[str] = (),
    as_of: date | None = None,
    dated: Sequence[str] = (),
    scoring: bool = False,
) -> Joined:
    """The leads with columns for what they did in their first `terms.observe_days` days.

    Parameters
    ----------
    leads, events
        Tables of one session.
    terms
        Names the leads' id and creation day, and says how long they are observed.
    names
        Columns of the events.
    types
        Event types that get a column; nothing given: the commonest.
    more
        Event types that get one as well, because grids or settings name them.
    as_of
        Leads that are younger than their observation are seen on this day; nothing given: on the last day of it.
    dated
        Event types that get a column with the day of the last one as well.
    scoring
        Leads are scored, not learnt from: they may be younger than their observation, and none need have an event.
    """
    if terms.lead_id is None or terms.created_at is None:
        missing = "--lead-id" if terms.lead_id is None else "--created-at"
        raise HistoryError(
            "events need the id of each lead and the day it was created, so that only what was known at the time "
            f"counts; name the column with {missing}"
        )
    names = named(events, terms.lead_id, names or EventNames())
    event_types = tuple(types) if types is not None else common_types(events, names.type or "")
    event_types = tuple(dict.fromkeys((*event_types, *more)))
    if scoring and as_of is None:
        as_of = last_event_day(events, names.at or "")
    plan = _Plan(leads, events, terms, names, event_types, as_of, dated)
    conflicts = {column.name for column in leads.columns} & {column.name for column in plan.columns}
    if conflicts:
        raise InputError(
            f"{leads.name} already has a column '{min(conflicts)}'; rename it, so that nothing is overwritten"
        )
    features = kept(leads, plan.features(), rows=leads.rows)
    facts = () if scoring else plan.account(features)
    fingerprint = hashlib.sha256(f"{leads.fingerprint} {events.fingerprint}".encode()).hexdigest()
    facts = (*leads.facts, *facts)
    source = plan.joined(features)
    table = derived(leads, source, plan.columns, facts=facts, fingerprint=fingerprint, from_join=True)
    return Joined(table, tuple(column.name for column in plan.columns), event_types, names)


def named(events: Table, lead_id: str, names: EventNames) -> EventNames:
    """The columns of an event source: as given, else found by their names."""
    for name in (names.lead_id, names.at, names.type, names.value):
        if name is not None:
            column_of(events, name)
    columns = replace(
        names,
        lead_id=names.lead_id or _same(events, (words_of(lead_id), *_LEAD), ()),
        type=names.type or _same(events, _TYPE, ("text", "boolean", "number")),
    )
    used = (columns.lead_id, columns.type)
    columns = replace(columns, at=columns.at or _same(events, _AT, ("date", "timestamp", "number", "text"), used))
    if columns.at is None:
        dated = [c.name for c in events.columns if c.type in ("date", "timestamp")]
        columns = replace(columns, at=dated[0] if len(dated) == 1 else None)
    columns = replace(columns, value=columns.value or _same(events, _VALUE, ("text", "number"), (*used, columns.at)))
    for part, what in (("lead_id", "the lead"), ("at", "the moment"), ("type", "the type")):
        if getattr(columns, part) is None:
            raise InputError(
                f"{events.name}: no column is recognised as {what} of an event (columns: "
                f"{', '.join(c.name for c in events.columns[:30])}). Name it in calibration.toml under [events]: "
                f'{part} = "…"'
            )
    return columns


def _same(
    events: Table, candidates: Sequence[str], kinds: Sequence[str], used: Sequence[str | None] = ()
) -> str | None:
    """The column with the first of the wanted names, of one of the kinds."""
    places = {
        words_of(c.name): c.name
        for c in reversed(events.columns)
        if (not kinds or c.type in kinds) and c.name not in used
    }
    return next((places[name] for name in candidates if name in places), None)


def common_types(events: Table, column: str) -> tuple[str, ...]:
    """The commonest event types, the commonest first; a text that is personal is none (`people.may_be_shown`)."""
    text = f"CAST({_quoted(column)} AS VARCHAR)"
    blank = sql.is_blank(sql.identifier("type")).sql("duckdb")
    answer = events.fetch(
        f"SELECT type, events FROM (SELECT {text} AS type, COUNT(*) AS events FROM {events.relation} GROUP BY 1) "
        f"AS counted WHERE type IS NOT NULL AND NOT {blank} ORDER BY events DESC, type LIMIT {LOOKED_AT}"
    )
    return tuple(may_be_shown([str(event_type) for event_type in answer["type"]])[:COMMON])


def last_event_day(events: Table, at: str) -> date | None:
    """The last day on which anything happened; days that are not believed (`day_span`) do not count."""
    newest = span_of(events, sql.day(dates.moment(events, at).expression).sql("duckdb")).newest
    return None if newest is None else day_at(newest)


class _Plan:
    """The statements that make the features; built once, never changed."""

    def __init__(
        self,
        leads: Table,
        events: Table,
        terms: Terms,
        names: EventNames,
        types: Sequence[str],
        as_of: date | None,
        dated: Sequence[str] = (),
    ) -> None:
        self.leads, self.events, self.names, self.types, self.dated = leads, events, names, types, dated
        self.window = terms.observe_days
        self.lead_id, self.duck = terms.lead_id or "", leads.dialect == "duckdb"
        self.last = None if as_of is None else day_number(as_of)
        self.created = dates.moment(leads, terms.created_at or "")
        self.moment = dates.moment(events, names.at or "")
        self.timed = has_times(leads, self.created) and has_times(events, self.moment)
        mine, theirs = column_of(leads, self.lead_id).type, column_of(events, names.lead_id or "").type
        self.as_text = mine != theirs or mine not in ("text", "number")
        value = column_of(events, names.value) if names.value and self.duck else None
        self.value = value if value is not None and value.type in ("text", "number") else None
        self.parts = self._parts()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are added."""
        return tuple(column for column, _, _ in self.parts)

    def _parts(self) -> list[tuple[Column, str, str]]:
        """Each added column with its aggregate over the hits, and its value for a lead without events."""
        integer = "CAST({} AS INTEGER)"
        parts = [
            (
                Column(f"{name}{SUFFIX}", "number", True),
                integer.format(f"COUNT(CASE WHEN type = {sql.literal(name).sql('duckdb')} THEN 1 END)"),
                "0",
            )
            for name in self.types
        ]
        end = "MAX(seen)" if self.last is not None else str(self.window)
        parts += [
            (Column(COUNT, "number", True), integer.format("COUNT(*)"), "0"),
            (Column(DAYS, "number", True), integer.format(self._active_days()), "0"),
            (Column(SINCE, "number", True), integer.format(f"{end} - MAX(day)"), ""),
        ]
        if self.window >= RECENT:
            parts.append((Column(PACE, "text"), self._pace(), "'none'"))
        for name in self.dated:
            last = f"MAX(CASE WHEN type = {sql.literal(name).sql('duckdb')} THEN born + day END)"
            parts.append((Column(name + LAST_SUFFIX, "date"), f"DATE '1970-01-01' + CAST({last} AS INTEGER)", ""))
        if self.value is not None:
            for name, first in ((FIRST, "ARG_MIN"), (LAST, "ARG_MAX")):
                parts.append((Column(name, self.value.type), f"{first}(value, ROW(moment, value))", ""))
        return parts

    def _active_days(self) -> str:
        """Distinct days with an event: bits of a mask where the window is short enough."""
        masks = self.window // MASK + 1
        if not self.duck or masks > MOST_MASKS:
            return "COUNT(DISTINCT day)"
        if masks == 1:
            return "BIT_COUNT(BIT_OR(CAST(1 AS BIGINT) << CAST(day AS INTEGER)))"
        parts = [
            f"BIT_COUNT(BIT_OR(CASE WHEN day >= {i * MASK} AND day < {(i + 1) * MASK} "
            f"THEN CAST(1 AS BIGINT) << CAST(day - {i * MASK} AS INTEGER) ELSE 0 END))"
            for i in range(masks)
        ]
        return " + ".join(parts)

    def _pace(self) -> str:
        """Text for the last days against those before, per day."""
        end = "seen" if self.last is not None else str(self.window)
        before = min(BEFORE, self.window + 1 - RECENT)
        late = f"COUNT(CASE WHEN {end} - day < {RECENT} THEN 1 END) * {float(before)}e0"
        early = (
            f"COUNT(CASE WHEN {end} - day BETWEEN {RECENT} AND {RECENT + before - 1} THEN 1 END) * {float(RECENT)}e0"
        )
        return (
            f"CASE WHEN {late} + {early} = 0 THEN 'none' WHEN {late} > {early} * {FASTER}e0 THEN 'faster' "
            f"WHEN {late} * {FASTER}e0 < {early} THEN 'slower' ELSE 'steady' END"
        )

    def features(self) -> str:
        """One row per lead with at least one event inside its observation."""
        aggregates = ", ".join(f"{aggregate} AS f{i}" for i, (_, aggregate, _) in enumerate(self.parts))
        return f"SELECT place, {aggregates} FROM ({self.hits()}) AS hits GROUP BY place"

    def hits(self) -> str:
        """One row per event that counts: the lead's place, type, moment, value and day since creation."""
        columns = ["type"]
        columns += ["happened.moment", "value"] if self.value is not None else []
        columns += ["seen"] if self.last is not None else []
        columns += ["entered.day AS born"] if self.dated else []
        return (
            f"SELECT place, {', '.join(columns)}, happened.day - entered.day AS day FROM ({self._happened()}) AS "
            f"happened JOIN ({self._entered()}) AS entered ON happened.lead = entered.lead WHERE {self._inside()}"
        )

    def _inside(self) -> str:
        """The event falls into the lead's observation."""
        until = "seen" if self.last is not None else str(self.window)
        if self.timed:
            inside = (
                "happened.moment >= entered.moment AND "
                f"happened.moment <= entered.moment + INTERVAL '{self.window}' DAY"
            )
            return inside if self.last is None else f"{inside} AND happened.day <= {self.last}"
        return f"happened.day >= entered.day AND happened.day <= entered.day + {until}"

    def _happened(self) -> str:
        """The events: lead, moment, day, type, value."""
        value = f", {_quoted(self.value.name)} AS value" if self.value is not None else ""
        moment = self.moment.expression.sql("duckdb")
        return (
            f"SELECT {self._id(self.names.lead_id or '')} AS lead, {moment} AS moment, "
            f"{sql.day(self.moment.expression).sql('duckdb')} AS day, "
            f"CAST({_quoted(self.names.type or '')} AS VARCHAR) AS type{value} FROM {self.events.relation}"
        )

    def _entered(self) -> str:
        """The leads: place, id, moment and day of creation, and how many days of each are seen."""
        moment, day = self.created.expression.sql("duckdb"), sql.day(self.created.expression).sql("duckdb")
        lead = self._id(self.lead_id)
        if self.leads.position is not None:
            columns = f"{_quoted(self.leads.position)} AS place, {lead} AS lead, {moment} AS moment, {day} AS day"
            source = f"SELECT {columns} FROM {self.leads.relation}"
        else:
            source = (
                f"SELECT {lead} AS place, {lead} AS lead, MIN({moment}) AS moment, MIN({day}) AS day "
                f"FROM {self.leads.relation} GROUP BY 1, 2"
            )
        if self.last is None:
            return source
        days_observed = f"CASE WHEN day + {self.window} <= {self.last} THEN {self.window} ELSE {self.last} - day END"
        return f"SELECT place, lead, moment, day, {days_observed} AS seen FROM ({source}) AS found"

    def _id(self, column: str) -> str:
        return f"CAST({_quoted(column)} AS VARCHAR)" if self.as_text else _quoted(column)

    def joined(self, features: str) -> str:
        """Every row of the leads with its columns, and the features beside them."""
        leads = [sql.identifier(c.name, "known").sql("duckdb") for c in self.leads.columns]
        position = self.leads.position
        key = self._id(self.lead_id)
        if position is not None:
            leads.append(sql.identifier(position, "known").sql("duckdb"))
            key = sql.identifier(position, "known").sql("duckdb")
        added = [
            f"{f'COALESCE(done.f{i}, {nothing})' if nothing else f'done.f{i}'} AS {_quoted(column.name)}"
            for i, (column, _, nothing) in enumerate(self.parts)
        ]
        source = f"(SELECT * FROM {self.leads.relation}) AS known"
        return f"SELECT {', '.join((*leads, *added))} FROM {source} LEFT JOIN {features} AS done ON {key} = done.place"

    def account(self, features: str) -> tuple[Fact, ...]:
        """How many events were read and count, and why the others do not."""
        total = next(f"f{i}" for i, (column, _, _) in enumerate(self.parts) if column.name == COUNT)
        totals = self.leads.fetch(
            f"SELECT COUNT(*) AS leads, CAST(COALESCE(SUM({total}), 0) AS BIGINT) AS events FROM {features} AS done"
        )
        leads, hits = int(totals["leads"][0]), int(totals["events"][0])
        if not hits:
            raise InputError(self._nothing())
        facts = [
            Fact(
                "events",
                {
                    "name": self.events.name,
                    "rows": self.events.rows,
                    "counted": hits,
                    "leads": leads,
                    "days": self.window,
                    "lead_id": self.names.lead_id or "",
                    "at": self.names.at or "",
                    "type": self.names.type or "",
                    "value": self.names.value or "",
                },
            )
        ]
        if self.events.rows <= SPLIT_UP_TO:
            facts.append(Fact("events_outside", self._outside(hits)))
        numbered = column_of(self.events, self.names.at or "").type == "number"
        date_facts = [self.moment.fact] if numbered else [fact for fact in self.events.facts if fact.key == "dates"]
        return (*facts, *date_facts)

    def _outside(self, hits: int) -> dict[str, str | int]:
        """Events that do not count, by reason; an event of a lead listed twice is told once per row."""
        early = "happened.moment < entered.moment" if self.timed else "happened.day < entered.day"
        entered = f"SELECT lead, MIN(moment) AS moment, MIN(day) AS day FROM ({self._entered()}) AS each_row GROUP BY 1"
        counts = self.leads.fetch(
            "SELECT COUNT(CASE WHEN happened.moment IS NULL THEN 1 END) AS undated, "
            "COUNT(CASE WHEN happened.moment IS NOT NULL AND entered.lead IS NULL THEN 1 END) AS unknown, "
            f"COUNT(CASE WHEN {early} THEN 1 END) AS early FROM ({self._happened()}) AS happened "
            f"LEFT JOIN ({entered}) AS entered ON happened.lead = entered.lead"
        )
        reasons: dict[str, str | int] = {name: int(counts[name][0]) for name in ("undated", "unknown", "early")}
        late = self.events.rows - hits - sum(int(n) for n in reasons.values())
        return {**reasons, "late": max(late, 0)}

    def _nothing(self) -> str:
        """Why no event counts at all."""
        mine = self.leads.fetch(f"SELECT MIN({self._id(self.lead_id)}) AS v FROM {self.leads.relation}")["v"][0]
        theirs = self.events.fetch(
            f"SELECT MIN({self._id(self.names.lead_id or '')}) AS v FROM {self.events.relation}"
        )["v"][0]
        mine, theirs = (shape_of(str(example)) for example in (mine, theirs))
        return (
            f"{self.events.name}: none of its {self.events.rows:,} events belongs to a lead in its first "
            f"{self.window} days. Ids of leads are written like '{mine}' ({self.lead_id}), in events like '{theirs}' "
            f"({self.names.lead_id}); check both columns, the dates, or --observe-days"
        )


def has_times(table: Table, moment: dates.Moment) -> bool:
    """Whether moments have a time of day: any of them lies beside midnight."""
    if not moment.timed:
        return False
    at = moment.expression.sql("duckdb")
    answer = table.fetch(
        f"SELECT 1 AS beside FROM {table.relation} WHERE {at} <> CAST(CAST({at} AS DATE) AS TIMESTAMP) LIMIT 1"
    )
    return len(answer["beside"]) > 0


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
