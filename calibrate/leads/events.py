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
from ..engine.derived import derive, kept
from ..engine.query import (
    EVERYTHING,
    as_date,
    as_text,
    between,
    both,
    call,
    case,
    cast,
    count,
    count_where,
    days_after,
    empty,
    filled,
    join,
    quoted,
    rows,
    select,
    total,
    value,
    whole,
)
from ..engine.query import named as named_source
from ..engine.table import Column, Fact, Table, column_of
from ..errors import HistoryError, InputError
from ..grid.event_columns import BEFORE, COUNT, DAYS, FASTER, FIRST, LAST, LAST_SUFFIX, PACE, RECENT, SINCE, SUFFIX
from ..vocabulary import shape_of
from .columns.naming import in_order, words_of
from .columns.person_names import may_be_shown
from .columns.profile import commonest
from .day_span import day_of, span_of
from .keys import keys_of_events
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
    table = derive(leads, source, plan.columns, facts=facts, fingerprint=fingerprint, from_join=True)
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
    return tuple(may_be_shown(commonest(events, column, LOOKED_AT))[:COMMON])


def last_event_day(events: Table, at: str) -> date | None:
    """The last day on which anything happened; days that are not believed (`day_span`) do not count."""
    newest = span_of(events, day_of(events, at)).newest
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
        self.keys = keys_of_events(leads, self.lead_id, events, names.lead_id or "")
        column = column_of(events, names.value) if names.value and self.duck else None
        self.value = column if column is not None and column.type in ("text", "number") else None
        self.parts = self._parts()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are added."""
        return tuple(column for column, _, _ in self.parts)

    def _parts(self) -> list[tuple[Column, str, str]]:
        """Each added column with its aggregate over the hits, and its value for a lead without events."""
        parts = [
            (Column(f"{name}{SUFFIX}", "number", True), cast(count_where(f"type = {value(name)}"), "integer"), "0")
            for name in self.types
        ]
        end = call.max("seen") if self.last is not None else str(self.window)
        parts += [
            (Column(COUNT, "number", True), cast(count(), "integer"), "0"),
            (Column(DAYS, "number", True), cast(self._active_days(), "integer"), "0"),
            (Column(SINCE, "number", True), cast(f"{end} - {call.max('day')}", "integer"), ""),
        ]
        if self.window >= RECENT:
            parts.append((Column(PACE, "text"), self._pace(), value("none")))
        for name in self.dated:
            last = call.max(case((f"type = {value(name)}", "born + day")))
            parts.append((Column(name + LAST_SUFFIX, "date"), as_date(cast(last, "integer")), ""))
        if self.value is not None:
            key = call.row("moment", "value")
            parts.append((Column(FIRST, self.value.type), call.arg_min("value", key), ""))
            parts.append((Column(LAST, self.value.type), call.arg_max("value", key), ""))
        return parts

    def _active_days(self) -> str:
        """Distinct days with an event: bits of a mask where the window is short enough."""
        masks = self.window // MASK + 1
        if not self.duck or masks > MOST_MASKS:
            return count("day", different=True)

        def bit(place: str) -> str:
            return f"{whole('1')} << {cast(place, 'integer')}"

        if masks == 1:
            return call.bit_count(call.bit_or(bit("day")))
        parts = []
        for i in range(masks):
            inside = both(f"day >= {i * MASK}", f"day < {(i + 1) * MASK}")
            parts.append(call.bit_count(call.bit_or(case((inside, bit(f"day - {i * MASK}")), otherwise=0))))
        return " + ".join(parts)

    def _pace(self) -> str:
        """Text for the last days against those before, per day."""
        end = "seen" if self.last is not None else str(self.window)
        before = min(BEFORE, self.window + 1 - RECENT)
        late = f"{count_where(f'{end} - day < {RECENT}')} * {float(before)}e0"
        early = f"{count_where(between(f'{end} - day', RECENT, RECENT + before - 1))} * {float(RECENT)}e0"
        return case(
            (f"{late} + {early} = 0", value("none")),
            (f"{late} > {early} * {FASTER}e0", value("faster")),
            (f"{late} * {FASTER}e0 < {early}", value("slower")),
            otherwise=value("steady"),
        )

    def features(self) -> str:
        """One row per lead with at least one event inside its observation."""
        aggregates = {f"f{i}": aggregate for i, (_, aggregate, _) in enumerate(self.parts)}
        return select({"place": "place", **aggregates}, rows(self.hits(), "hits"), group=("place",))

    def hits(self) -> str:
        """One row per event that counts: the lead's place, type, moment, value and day since creation."""
        columns = {"place": "place", "type": "type"}
        columns |= {"moment": "happened.moment", "value": "value"} if self.value is not None else {}
        columns |= {"seen": "seen"} if self.last is not None else {}
        columns |= {"born": "entered.day"} if self.dated else {}
        columns["day"] = "happened.day - entered.day"
        entered = rows(self._entered(), "entered")
        pairs = join(rows(self._happened(), "happened"), entered, "happened.lead = entered.lead")
        return select(columns, pairs, where=self._inside())

    def _inside(self) -> str:
        """The event falls into the lead's observation."""
        until = "seen" if self.last is not None else str(self.window)
        if not self.timed:
            return both("happened.day >= entered.day", f"happened.day <= entered.day + {until}")
        end = days_after("entered.moment", self.window)
        last = [f"happened.day <= {self.last}"] if self.last is not None else []
        return both("happened.moment >= entered.moment", f"happened.moment <= {end}", *last)

    def _happened(self) -> str:
        """The events: lead, moment, day, type, value."""
        moment = self.moment.expression
        columns = {
            "lead": self.keys.other,
            "moment": moment.sql("duckdb"),
            "day": sql.day(moment).sql("duckdb"),
            "type": as_text(quoted(self.names.type or "")),
        }
        columns |= {"value": quoted(self.value.name)} if self.value is not None else {}
        return select(columns, self.events.relation)

    def _entered(self) -> str:
        """The leads: place, id, moment and day of creation, and how many days of each are seen."""
        moment, day = self.created.expression.sql("duckdb"), sql.day(self.created.expression).sql("duckdb")
        lead, position = self.keys.own, self.leads.position
        if position is not None:
            columns = {"place": quoted(position), "lead": lead, "moment": moment, "day": day}
            source = select(columns, self.leads.relation)
        else:
            columns = {"place": lead, "lead": lead, "moment": call.min(moment), "day": call.min(day)}
            source = select(columns, self.leads.relation, group=(1, 2))
        if self.last is None:
            return source
        days_seen = case((f"day + {self.window} <= {self.last}", self.window), otherwise=f"{self.last} - day")
        return select({**{name: name for name in columns}, "seen": days_seen}, rows(source, "leads"))

    def joined(self, features: str) -> str:
        """Every row of the leads with its columns, and the features beside them."""
        position = self.leads.position
        names = [column.name for column in self.leads.columns] + ([position] if position is not None else [])
        columns = {quoted(name): quoted(name, "known") for name in names}
        for i, (column, _, nothing) in enumerate(self.parts):
            columns[quoted(column.name)] = call.coalesce(f"done.f{i}", nothing) if nothing else f"done.f{i}"
        key = quoted(position, "known") if position is not None else self.keys.own
        leads = rows(select(EVERYTHING, self.leads.relation), "known")
        return select(columns, join(leads, named_source(features, "done"), f"{key} = done.place", left=True))

    def account(self, features: str) -> tuple[Fact, ...]:
        """How many events were read and count, and why the others do not."""
        events = next(f"f{i}" for i, (column, _, _) in enumerate(self.parts) if column.name == COUNT)
        measures = {"leads": count(), "events": total(events)}
        totals = self.leads.fetch(select(measures, named_source(features, "done")))
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
        folded = self.keys.fact(self.events.name)
        return (*facts, *([folded] if folded is not None else []), *date_facts)

    def _outside(self, hits: int) -> dict[str, str | int]:
        """Events that do not count, by reason; an event of a lead listed twice is told once per row."""
        early = "happened.moment < entered.moment" if self.timed else "happened.day < entered.day"
        firsts = {"lead": "lead", "moment": call.min("moment"), "day": call.min("day")}
        entered = select(firsts, rows(self._entered(), "each_row"), group=(1,))
        measures = {
            "undated": count_where(empty("happened.moment")),
            "unknown": count_where(both(filled("happened.moment"), empty("entered.lead"))),
            "early": count_where(early),
        }
        pairs = (rows(self._happened(), "happened"), rows(entered, "entered"))
        counts = self.leads.fetch(select(measures, join(*pairs, "happened.lead = entered.lead", left=True)))
        reasons: dict[str, str | int] = {name: int(counts[name][0]) for name in measures}
        late = self.events.rows - hits - sum(int(n) for n in reasons.values())
        return {**reasons, "late": max(late, 0)}

    def _nothing(self) -> str:
        """Why no event counts at all."""
        sides = (self.leads, self.lead_id), (self.events, self.names.lead_id or "")
        mine, theirs = (
            table.fetch(select({"v": call.min(as_text(quoted(name)))}, table.relation))["v"][0] for table, name in sides
        )
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
    midnight = cast(cast(at, "date"), "timestamp")
    answer = table.fetch(select({"one": "1"}, table.relation, where=f"{at} <> {midnight}", limit=1))
    return len(answer["one"]) > 0
