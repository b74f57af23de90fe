"""Ids that mean one lead in two tables: 123.0 is 123, addresses fold case, Salesforce writes 15 or 18 characters.

The two columns are compared as they are written first. Where ids of the second table stay without a lead, looser
readings are tried, and one is taken only if it finds more of them and parts no two ids of the leads. What was found is
said with numbers; where nothing matches at all, the join is blamed, with one id of each side by its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..engine import sql
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
    return f"TRIM(CAST({cell} AS VARCHAR))"


def _number(cell: str) -> str:
    """Whole numbers however they are stored or filled up: 00123, 123.0 and 123 are 123."""
    text = _text(cell)
    digits = f"REGEXP_REPLACE(REGEXP_REPLACE({text}, '^0+([0-9])', '\\1'), '\\.0+$', '')"
    return f"CASE WHEN REGEXP_MATCHES({text}, '^[0-9]+(\\.0+)?$') THEN {digits} END"


def _address(cell: str) -> str:
    return f"CASE WHEN {_text(cell)} LIKE '%_@_%' THEN LOWER({_text(cell)}) END"


def _salesforce(cell: str) -> str:
    """The first 15 characters, which the longer id only repeats; they tell capitals apart."""
    text = _text(cell)
    shape = "'^[0-9A-Za-z]{3}[0-9A-Za-z]{2}[0-9A-Za-z]{10}([A-Z0-5]{3})?$'"
    is_record = f"REGEXP_MATCHES({text}, {shape}) AND REGEXP_MATCHES({text}, '[0-9]')"
    return f"CASE WHEN {is_record} THEN SUBSTRING({text}, 1, 15) END"


def _folded(cell: str) -> str:
    return f"LOWER({_text(cell)})"


READINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("addresses", _address),
    ("numbers", _number),
    ("salesforce", _salesforce),
    ("folded", _folded),
)
"""Looser readings by name, the strictest first."""


LOOKED_AT = 2000
"""Rows that say whether ids are addresses or those of a CRM at all."""
SAME = ("addresses", "salesforce")
"""Readings by which two ids are one beyond doubt; of the others, none may make one of two ids of the leads."""


def same_id(table: Table, column: str) -> str:
    """SQL for the id of a row by which the same lead is known again: 15 or 18 characters, any case of an address.

    The column as it stands where its ids are written in one way.
    """
    name = sql.identifier(column).sql("duckdb")
    if table.dialect != "duckdb" or column_of(table, column).type != "text":
        return name
    for reading in (_address, _salesforce):
        first = f"(SELECT {name} FROM {table.relation} LIMIT {LOOKED_AT}) AS first"
        if not int(table.fetch(f"SELECT COUNT({reading(name)}) AS held FROM {first}")["held"][0]):
            continue
        answer = table.fetch(
            f"SELECT COUNT({reading(name)}) AS held, COUNT(DISTINCT {reading(name)}) AS apart, "
            f"COUNT(DISTINCT CASE WHEN {reading(name)} IS NOT NULL THEN {name} END) AS written FROM {table.relation}"
        )
        if int(answer["held"][0]) and int(answer["apart"][0]) < int(answer["written"][0]):
            return f"COALESCE({reading(name)}, {name})"
    return name


def keys(leads: Table, lead_column: str, deals: Table, deal_column: str, *, alias: str = "") -> Keys:
    """How the ids of two tables of a session are compared.

    `alias` qualifies the leads' column in the SQL that is returned. Raises HistoryError where no reading finds any.
    """
    mine, theirs = sql.identifier(lead_column).sql("duckdb"), sql.identifier(deal_column).sql("duckdb")
    plain = "CAST({} AS VARCHAR)"
    types = column_of(leads, lead_column), column_of(deals, deal_column)
    if all(column.type == "number" and column.whole for column in types):
        plain = "CAST(CAST({} AS BIGINT) AS VARCHAR)"
    ids, matched = _matches(leads, plain.format(mine), deals, plain.format(theirs))
    best = Keys(plain.format(f"{alias}{mine}"), plain.format(theirs), "written", matched, ids)
    if leads.dialect != "duckdb" or not ids or matched == ids:
        return best
    for name, reading in READINGS:
        _, count = _matches(leads, reading(mine), deals, reading(theirs))
        if count > best.matched and (name in SAME or _apart(leads, mine, reading(mine))):
            best = Keys(_or(reading, f"{alias}{mine}"), _or(reading, theirs), name, count, ids)
    return best


def _or(reading: Callable[[str], str], cell: str) -> str:
    """A cell by a reading, as written where the reading does not know it."""
    return f"COALESCE({reading(cell)}, CAST({cell} AS VARCHAR))"


def _matches(leads: Table, mine: str, deals: Table, theirs: str) -> tuple[int, int]:
    """Different ids of the second table, and how many of them a lead has."""
    answer = leads.fetch(
        "SELECT COUNT(*) AS ids, COUNT(own.id) AS matched "
        f"FROM (SELECT DISTINCT {theirs} AS id FROM {deals.relation}) "
        f"AS other LEFT JOIN (SELECT DISTINCT {mine} AS id FROM {leads.relation}) AS own ON other.id = own.id "
        "WHERE other.id IS NOT NULL"
    )
    return int(answer["ids"][0]), int(answer["matched"][0])


def _apart(leads: Table, mine: str, read: str) -> bool:
    """Whether a reading keeps different ids of the leads apart."""
    answer = leads.fetch(
        f"SELECT COUNT(DISTINCT TRIM(CAST({mine} AS VARCHAR))) AS written, COUNT(DISTINCT {read}) AS kept "
        f"FROM {leads.relation} WHERE {read} IS NOT NULL"
    )
    return int(answer["written"][0]) == int(answer["kept"][0])


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
    text = _text(sql.identifier(column).sql("duckdb"))
    answer = table.fetch(
        f"SELECT {text} AS id FROM {table.relation} WHERE {text} <> '' ORDER BY LENGTH({text}), {text} LIMIT 1"
    )["id"]
    if not len(answer):
        return "nothing: the column is empty"
    return f"'{shape_of(str(answer[0]))}' ({len(str(answer[0]))} characters)"
