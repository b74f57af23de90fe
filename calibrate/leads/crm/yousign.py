"""Yousign: signature events as outcomes (webhook envelopes, one a line, or the same as CSV).

Rules that follow from its documentation: an event may arrive again with the same `event_id` and `event_time`; what has
`sandbox` true is a test; `signature_request.done` (all have signed) is a customer, `event_time` is in Unix seconds.
What identifies a lead inside `data` is not confirmed: the user names that column.
"""

from __future__ import annotations

from ...engine import sql
from ...engine.derived import answered
from ...engine.table import Column, Fact, Table, column_of
from ...errors import InputError
from .base import System

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
    real = "TRUE"
    if SANDBOX in names:
        flag = f"LOWER(CAST({_quoted(SANDBOX)} AS VARCHAR))"
        real = f"({_quoted(SANDBOX)} IS NULL OR {flag} NOT IN ('true', '1', 'yes'))"
    of_done = f"{_quoted(NAME)} = '{DONE}'"
    at = f"CAST({_quoted(TIME)} AS BIGINT)"
    statement = (
        f"SELECT {_quoted(column_of(events, key).name)} AS {_quoted(key)}, "
        f"CAST(TO_TIMESTAMP(MIN({at})) AT TIME ZONE 'UTC' AS TIMESTAMP) AS {SIGNED} FROM {events.relation} "
        f"WHERE {of_done} AND {real} GROUP BY {_quoted(ID)}, {_quoted(key)}"
    )
    counts = events.fetch(
        f"SELECT COUNT(*) AS events, COUNT(DISTINCT {_quoted(ID)}) AS apart, "
        f"COUNT(CASE WHEN NOT {real} THEN 1 END) AS tests, "
        f"COUNT(DISTINCT CASE WHEN {of_done} AND {real} THEN {_quoted(ID)} END) AS signed FROM {events.relation}"
    )
    events_, different, tests, signed = (int(counts[name][0]) for name in ("events", "apart", "tests", "signed"))
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


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
