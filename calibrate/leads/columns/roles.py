"""Columns with a part of their own: the id of a lead, and what tells the order of leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...engine.query import NOTHING, as_text, both, call, constants, count, filled, quoted, rows, select, total, whole
from ...engine.table import Table, column_of
from .id_numbers import different_ids, different_numbers, letters_of_first, ticked_off
from .naming import in_order, names_id, words_of
from .profile import LOOKED_AT, one_way, profiles_of

_IDS = in_order("""
    lead id, id, leadid, prospect id, contact id, record id, lead number, lead no, customer id,
    client id, opportunity id, deal id, opportunity number, uuid, guid, identifiant, id lead,
    id prospect, id contact, id client, user id, visitor id, session id,
    numero, external id, hubspot id, row id, unnamed 0
""")
_LEAD = (
    r"leads?|prospects?|contacts?|contact[eo]s?|contatto|contatti|contatos?|kontakte?|records?|opport\w*|oportun\w*|"
    r"deals?|affaires?|chancen?|verkaufschancen?|interessent(en)?|negocios?|trattativ[ae]|pistes?|anfragen?|personen|"
    r"inquir(y|ies)|enquir(y|ies)|vorgangs?"
)
_KEY = (
    r"ids?|uid|uuid|guid|identifiant|identifier|identificador|identificativo|kennung|no|nr|num|number|numero|nummer|n|"
    r"numer|code|codigo|codice|ref|reference|referencia|riferimento|referenz|key|schlussel"
)
_OF_LEADS = re.compile(
    rf"({_LEAD}) ({_KEY})|({_KEY}) ((de|des|du|d|del|della|da|do|der|van|of|l|la|el|il|o) )*({_LEAD})|"
    rf"({_LEAD})(s|en)?(id|nr|nummer|nummern|kennung)"
)
"""Names of the id of a lead, an opportunity or a deal, in seven languages."""
_BARE = re.compile(
    rf"{_KEY}|({_KEY}) ((de|du|del|do|da|della) )?(clientes?|clienti|cliente|klant|kunden?)|"
    r"(kunden|klant|klanten|beleg|lauf|kontakt)(nr|nummer|id)|(kunden|klant|klanten|cliente) (nr|no|nummer|id)"
)
"""Names that may be anybody's id: they are the leads' only where (nearly) every row has its own value."""
OFTEN_ITS_OWN = 0.5
"""Share of different values from which a column called the id of a lead is one."""


FIRST_ROWS = 200_000
"""Rows that say whether a file stands newest first."""
MOSTLY = 0.9


def find_id(table: Table) -> str | None:
    """The column that names each lead: by its name, and because (nearly) every row has its own value.

    Of several, one that only rises or only falls is taken first: it also tells the order. Where there is none, a
    column called the id of a lead is one though leads stand in several rows, as long as half of its values differ.
    """
    candidates = [c.name for c in table.columns if _rank(c.name) < NO_ID]
    candidates.sort(key=_rank)
    profiles = profiles_of(table, tuple(candidates)) if candidates else {}
    unique = [
        n
        for n in candidates
        if profiles[n].filled >= 0.98 * profiles[n].rows and profiles[n].distinct >= 0.95 * profiles[n].filled
    ]
    rising = [n for n in unique if (values := profiles[n].numbers) is not None and len(values) > 1 and one_way(values)]
    again = [
        n
        for n in candidates
        if (_OF_LEADS.fullmatch(words_of(n)) or words_of(n) in _ITS_OWN)
        and profiles[n].filled >= 0.98 * profiles[n].rows
        and profiles[n].distinct >= OFTEN_ITS_OWN * profiles[n].filled
    ]
    return next(iter([*rising, *unique, *again]), None)


NO_ID = 1000
_ITS_OWN = ("id", "uuid", "guid", "identifiant", "identificador", "identificativo", "kennung")
"""Without another word the id of what the table lists, also where it comes twice."""


def _rank(name: str) -> int:
    """Place of a name among those of ids, the surest first; `NO_ID` for a name that is none."""
    words = words_of(name)
    if words in _IDS:
        return _IDS.index(words)
    if _OF_LEADS.fullmatch(words):
        return len(_IDS)
    return len(_IDS) + 1 if _BARE.fullmatch(words) else NO_ID


def newest_first(table: Table) -> tuple[str, float] | None:
    """An id of numbers that nearly always falls from row to row, and how often: the file stands newest first."""
    if table.position is None:
        return None
    for column in table.columns:
        if column.type == "number" and names_id(column.name):
            first = select({"v": quoted(column.name)}, table.relation, limit=FIRST_ROWS)
            steps = np.diff(table.fetch(first)["v"])
            falls = float((steps < 0).mean()) if len(steps) else 0.0
            if falls >= MOSTLY:
                return column.name, falls
    return None


def monotone(table: Table, column: str) -> int:
    """1 if a column strictly rises from row to row in the order of the source, -1 if it strictly falls, else 0.

    A gap, an equal neighbour or a source without order gives 0.
    """
    kind = column_of(table, column).type
    if table.position is None or kind == "boolean":
        return 0
    direction, last = 0, None
    for piece in table.stream(select({"v": quoted(column)}, table.relation)):  # a table with positions keeps its order
        values = piece["v"]
        if any(value is None for value in values) if values.dtype == object else bool((values != values).any()):
            return 0
        if last is not None:
            values = np.concatenate([last, values])
        rises, falls = bool((values[1:] > values[:-1]).all()), bool((values[1:] < values[:-1]).all())
        if len(values) > 1:
            step = 1 if rises else -1 if falls else 0
            if not step or (direction and step != direction):
                return 0
            direction = step
        last = values[-1:]
    return direction


MOST_HASHES, MOST_HELD = 2**28, 2**25
"""Up to so many ids are compared in memory, so many at a time, before the engine is asked for the different ones."""


class Ids(NamedTuple):
    """The ids of a column: whether one stands in several rows, and what stands before their numbers, if known."""

    repeated: bool
    letters: str | None = None


def ids_of(table: Table, name: str) -> Ids:
    """What is to be known of the ids in a column."""
    column, integral, in_spark = quoted(name), column_of(table, name).whole, table.dialect == "spark"
    large = table.rows > LOOKED_AT and table.dialect in ("duckdb", "spark")
    letters = letters_of_first(table, name) if large else None
    if letters is not None or (large and integral and in_spark):
        numbers = ticked_off(table, name, letters) if in_spark else different_ids(table, name, letters or "")
        if numbers is not None and numbers[0] == numbers[1]:
            return Ids(False, letters)
    return Ids(repeats(table, column, integral=integral))


def repeats(table: Table, expression: str, *, integral: bool = False) -> bool:
    """Whether some value of an expression (`integral`: of whole numbers) stands in more than one row."""
    filled, different = values_of(table, expression, integral=integral)
    return filled != different


def values_of(table: Table, expression: str, *, integral: bool = False) -> tuple[int, int]:
    """Rows where an expression has a value, and how many different ones.

    Texts are compared by their hashes of 64 bits: of a hundred million, two have one hash with a chance of 0.0003.
    """
    if table.dialect == "duckdb" and 0 < table.rows <= MOST_HASHES:
        close = different_numbers(lambda: _whole(table, expression), table.rows) if integral else None
        return close or _in_memory(table, expression, integral)
    key = expression if integral else call.hash(expression)
    keyed = rows(select({"keyed": key}, table.relation, where=filled(expression)), "keys")
    if table.dialect == "postgres":  # which sorts whole numbers in a fourth of the time that it groups them in
        row = table.fetch(select({"filled": count("keyed"), "different": count("keyed", different=True)}, keyed))
    else:
        counted = rows(select({"keyed": "keyed", "n": count()}, keyed, group=("keyed",)), "counted")
        row = table.fetch(select({"filled": total("n"), "different": count()}, counted))
    return int(row["filled"][0]), int(row["different"][0])


def _whole(table: Table, expression: str) -> Iterator[NDArray[np.int64]]:
    """The whole numbers of an expression."""
    for piece in table.stream(select({"key": whole(expression)}, table.relation, where=filled(expression))):
        yield piece["key"].astype(np.int64, copy=False)


def _in_memory(table: Table, expression: str, integral: bool) -> tuple[int, int]:
    """The same from arrays of whole numbers, or of hashes, which are split by their hash where they are many."""
    key, parts = whole(expression) if integral else call.hash(expression), -(-table.rows // MOST_HELD)
    nothing = None if integral else table.fetch(constants({"key": call.hash(as_text(NOTHING))}))["key"][0]
    present = [filled(expression)] if integral else []  # the hash of no text is looked for below
    filled_rows, different = 0, 0
    for part in range(parts):
        of_part = [f"{call.hash(expression)} % {parts} = {part}"] if parts > 1 else []
        source = select({"key": key}, table.relation, where=both(*present, *of_part) if present or of_part else "")
        keys = _keys(table, source, nothing, table.rows // parts)
        filled_rows += len(keys)
        if (keys[1:] > keys[:-1]).all():
            different += len(keys)
            continue
        keys.sort()
        different += len(keys) - int(np.count_nonzero(keys[1:] == keys[:-1]))
    return filled_rows, different


def _keys(table: Table, source: str, nothing: int | None, about: int) -> NDArray[Any]:
    """All keys of a statement in one array, but those that stand for no value."""
    keys, end = np.empty(0, np.int64 if nothing is None else np.uint64), 0
    for piece in table.stream(source):
        mine = piece["key"] if nothing is None else piece["key"][piece["key"] != nothing]
        if end + len(mine) > len(keys):
            keys.resize(max(end + len(mine), about + about // 64, len(keys) + len(keys) // 4), refcheck=False)
        keys[end : end + len(mine)] = mine
        end += len(mine)
    return keys[:end]
