"""Ids that mean one lead in two tables: 123.0 is 123, addresses fold case, Salesforce writes 15 or 18 characters.

The two columns are compared as they are written first. Where ids of the second table stay without a lead, looser
readings are tried, and one is taken only if it finds more of them and parts no two ids of the leads. What was found is
said with numbers; where nothing matches at all, the join is blamed, with one id of each side by its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..engine.query import (
    among,
    as_text,
    both,
    call,
    case,
    count,
    filled,
    join,
    like,
    negated,
    quoted,
    rows,
    select,
    value,
    whole,
)
from ..engine.table import Fact, Table, column_of
from ..errors import HistoryError
from ..vocabulary import shape_of


@dataclass(frozen=True)
class Keys:
    """SQL for the id in the leads and in the other table, how both are read, and what was found."""

    own: str
    other: str
    reading: str
    matched: int
    ids: int

    def fact(self, name: str) -> Fact | None:
        """What is worth saying: another reading than as written."""
        if self.reading == "written":
            return None
        return Fact(f"joined_{self.reading}", {"name": name, "matched": self.matched, "ids": self.ids})


def _text(cell: str) -> str:
    return call.trim(as_text(cell))


def _number(cell: str) -> str:
    """Whole numbers however they are stored or filled up: 00123, 123.0 and 123 are 123."""
    text = _text(cell)
    unfilled = call.regexp_replace(text, value(r"^0+([0-9])"), value(r"\1"))
    digits = call.regexp_replace(unfilled, value(r"\.0+$"), value(""))
    return case((call.regexp_matches(text, value(r"^[0-9]+(\.0+)?$")), digits))


def _address(cell: str) -> str:
    return case((like(_text(cell), "%_@_%"), call.lower(_text(cell))))


def _salesforce(cell: str) -> str:
    """The first 15 characters, which the longer id only repeats; they tell capitals apart."""
    text = _text(cell)
    patterns = r"^[0-9A-Za-z]{3}[0-9A-Za-z]{2}[0-9A-Za-z]{10}([A-Z0-5]{3})?$", "[0-9]"
    is_record = both(*(call.regexp_matches(text, value(pattern)) for pattern in patterns))
    return case((is_record, call.substring(text, 1, 15)))


def _guid(cell: str) -> str:
    """A GUID by its 32 digits: in braces or not, with hyphens or not, in capitals or not."""
    text = call.lower(_text(cell))
    is_guid = call.regexp_matches(text, value(r"^[{(]?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}[)}]?$"))
    return case((is_guid, call.regexp_replace(text, value("[^0-9a-f]"), value(""), value("g"))))


def _folded(cell: str) -> str:
    return call.lower(_text(cell))


READINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("addresses", _address),
    ("numbers", _number),
    ("salesforce", _salesforce),
    ("guid", _guid),
    ("folded", _folded),
)
"""Looser readings by name, the strictest first."""


LOOKED_AT = 2000
"""Rows that say whether ids are addresses or those of a CRM at all."""
FIRST_EVENTS = 20_000
"""Events whose ids are looked for among those of the leads as they are written."""
SAME = ("addresses", "salesforce", "guid")
"""Readings by which two ids are one beyond doubt; of the others, none may make one of two ids of the leads."""


def same_id(table: Table, column: str) -> str:
    """SQL for the id of a row by which the same lead is known again: 15 or 18 characters, any case of an address.

    The column as it stands where its ids are written in one way.
    """
    name = quoted(column)
    if table.dialect != "duckdb" or column_of(table, column).type != "text":
        return name
    for reading in (_address, _salesforce):
        read = reading(name)
        first = rows(select([name], table.relation, limit=LOOKED_AT), "first")
        if not int(table.fetch(select({"fitting": count(read)}, first))["fitting"][0]):
            continue
        counts = {
            "fitting": count(read),
            "ids": count(read, different=True),
            "spellings": count(case((filled(read), name)), different=True),
        }
        answer = table.fetch(select(counts, table.relation))
        if int(answer["fitting"][0]) and int(answer["ids"][0]) < int(answer["spellings"][0]):
            return call.coalesce(read, name)
    return name


def keys_of(leads: Table, lead_column: str, deals: Table, deal_column: str, *, alias: str = "") -> Keys:
    """How the ids of two tables of a session are compared.

    `alias` qualifies the leads' column in the SQL that is returned. Raises HistoryError where no reading finds any.
    """
    mine, theirs, plain = quoted(lead_column), quoted(deal_column), as_text
    types = column_of(leads, lead_column), column_of(deals, deal_column)
    if all(column.type == "number" and column.whole for column in types):
        plain = _whole_text
    ids, matched = _matches(leads, plain(mine), deals, plain(theirs))
    best = Keys(plain(f"{alias}{mine}"), plain(theirs), "written", matched, ids)
    if leads.dialect != "duckdb" or not ids or matched == ids:
        return best
    for name, reading in READINGS:
        _, count = _matches(leads, reading(mine), deals, reading(theirs))
        if count > best.matched and (name in SAME or _apart(leads, mine, reading(mine))):
            best = Keys(_or(reading, f"{alias}{mine}"), _or(reading, theirs), name, count, ids)
    return best


def keys_of_events(leads: Table, lead_id: str, events: Table, event_id: str) -> Keys:
    """How ids of leads and of events are compared: numbers as such, texts as written where the first all match.

    Else looser readings are tried (`keys`): the case of an address, 15 or 18 characters, 123.0.
    """
    mine, theirs = (column_of(leads, lead_id), column_of(events, event_id))
    written = Keys(quoted(lead_id), quoted(event_id), "written", 0, 0)
    if mine.type == theirs.type == "number":
        return written
    if mine.type != theirs.type or mine.type != "text":
        written = Keys(as_text(written.own), as_text(written.other), "written", 0, 0)
    if leads.dialect != "duckdb":
        return written
    first = select({"id": written.other}, events.relation, where=filled(written.other), limit=FIRST_EVENTS)
    of_leads = select([written.own], leads.relation, where=filled(written.own))
    answer = leads.fetch(select({"n": count()}, rows(first, "first"), where=negated(among("id", of_leads))))
    if not int(answer["n"][0]):
        return written
    compared = keys_of(leads, lead_id, events, event_id)
    return written if compared.reading == "written" else compared


def _or(reading: Callable[[str], str], cell: str) -> str:
    """A cell by a reading, as written where the reading does not know it."""
    return call.coalesce(reading(cell), as_text(cell))


def _whole_text(cell: str) -> str:
    return as_text(whole(cell))


def _matches(leads: Table, mine: str, deals: Table, theirs: str) -> tuple[int, int]:
    """Different ids of the second table, and how many of them a lead has."""
    ids = rows(select({"id": theirs}, deals.relation, different=True), "other")
    of_leads = rows(select({"id": mine}, leads.relation, different=True), "own")
    pairs = join(ids, of_leads, "other.id = own.id", left=True)
    answer = leads.fetch(select({"ids": count(), "matched": count("own.id")}, pairs, where=filled("other.id")))
    return int(answer["ids"][0]), int(answer["matched"][0])


def _apart(leads: Table, mine: str, read: str) -> bool:
    """Whether a reading keeps different ids of the leads apart."""
    counts = {"spellings": count(_text(mine), different=True), "ids": count(read, different=True)}
    answer = leads.fetch(select(counts, leads.relation, where=filled(read)))
    return int(answer["spellings"][0]) == int(answer["ids"][0])


def refuse_empty(match: Keys, leads: Table, lead_column: str, deals: Table, deal_column: str) -> None:
    """Blame the join where no id of the second table is one of a lead."""
    if match.matched or not match.ids:
        return
    shapes = [_shape(table, column) for table, column in ((leads, lead_column), (deals, deal_column))]
    raise HistoryError(
        f"0 of {match.ids:,} ids in {deals.name} match a lead: in '{lead_column}' of {leads.name} they look like "
        f"{shapes[0]}, in '{deal_column}' of {deals.name} like {shapes[1]}. Name that column with the lead's "
        "id with --outcomes-id, and the leads' column that it holds with --outcomes-by"
    )


def _shape(table: Table, column: str) -> str:
    """How the ids of a column are written, without telling one: their commonest beginning of three, then a shape."""
    text = _text(quoted(column))
    shortest = (call.length(text), text)
    answer = table.fetch(select({"id": text}, table.relation, where=f"{text} <> ''", order=shortest, limit=1))["id"]
    if not len(answer):
        return "nothing: the column is empty"
    return f"'{shape_of(str(answer[0]))}' ({len(str(answer[0]))} characters)"
