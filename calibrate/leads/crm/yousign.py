"""Yousign: signature events as outcomes (webhook envelopes, one a line, or the same as CSV).

Rules that follow from its documentation: an event may arrive again with the same `event_id` and `event_time`; what has
`sandbox` true is a test; `signature_request.done` (all have signed) is a customer, `event_time` is in Unix seconds.
What identifies a lead inside `data` is not confirmed: the user names that column.
"""

from __future__ import annotations

from ...engine.derived import answered
from ...engine.query import (
    ALWAYS,
    as_text,
    both,
    call,
    case,
    count,
    count_where,
    either,
    empty,
    in_utc,
    negated,
    none_of,
    quoted,
    select,
    value,
    whole,
)
from ...engine.table import Column, Fact, Table, column_of
from ...errors import InputError
from .base import YES, System

DONE = "signature_request.done"
ID, NAME, TIME, SANDBOX, SIGNED = "event_id", "event_name", "event_time", "sandbox", "signed_at"

YOUSIGN = System("yousign", "Yousign", signs=((ID, NAME, TIME),), unconfirmed=("join",))


def signatures(events: Table, key: str | None) -> Table:
    """One row per finished signature request: the key of the lead, and when it was signed.

    Raises
    ------
    InputError
        The file is no list of such events, nobody said what identifies the lead, or nothing was signed.
    """
    names = [column.name for column in events.columns]
    for name in (ID, NAME, TIME):
        if name not in names:
            raise InputError(f"{events.name}: no column '{name}', so these are no Yousign events")
    if key is None:
        candidates = [
            name for name in names if name not in (ID, NAME, TIME, SANDBOX) and not name.startswith("subscription")
        ]
        raise InputError(
            f"{events.name}: which column identifies the lead that signed? Name it with --outcomes-id, and the lead's "
            f"own column with --outcomes-by if it is not the lead id. Columns: {', '.join(candidates[:30])}"
        )
    real = ALWAYS
    if SANDBOX in names:
        sandbox = quoted(SANDBOX)
        real = either(empty(sandbox), none_of(call.lower(as_text(sandbox)), YES))
    done = both(f"{quoted(NAME)} = {value(DONE)}", real)
    lead = quoted(column_of(events, key).name)
    at = in_utc(call.to_timestamp(call.min(whole(quoted(TIME)))))
    statement = select({lead: lead, SIGNED: at}, events.relation, where=done, group=(quoted(ID), lead))
    measures = {
        "events": count(),
        "different": count(quoted(ID), different=True),
        "tests": count_where(negated(real)),
        "signed": count(case((done, quoted(ID))), different=True),
    }
    counts = events.fetch(select(measures, events.relation))
    events_, different, tests, signed = (int(counts[name][0]) for name in measures)
    if not signed:
        raise InputError(
            f"{events.name}: none of its {events_:,} events is a finished signature ({DONE}) outside tests"
        )
    fact = Fact(
        "signatures",
        {"name": events.name, "events": events_, "signed": signed, "tests": tests, "repeated": events_ - different},
    )
    columns = (Column(key, column_of(events, key).type, column_of(events, key).whole), Column(SIGNED, "timestamp"))
    return answered(events, statement, columns, facts=(*events.facts, fact))
