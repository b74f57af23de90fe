"""Where the table begins and ends: title rows, two rows of names, no names at all, totals and footers.

Everything here looks at rows of cells as text and says which of them are the table; what is left out is a fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..free_names import free_name
from .duckdb import Connection
from .sql import identifier
from .table import Fact

TAIL = 25
"""Rows at the end of a table among which totals and footers are looked for."""
BODY = 60
"""Rows below the names that say what stands in a column."""
_NUMBER = re.compile(r"[-+]?[$€£]?\s?\d[\d.,'\s]*\s?[%€$£]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]+\d{1,2}:\d{2}.*)?")
_YEAR = re.compile(r"(19|20)\d\d")
_TOTAL = re.compile(
    r"(grand[ -]?|sub[ -]?|sous[ -]?|zwischen|gesamt|report )?(total|totals|totale|totali|totaux|totales|totais|totaal|"
    r"summe|gesamt|insgesamt|somme|suma|somma|soma|sum)\b[^\w]*"
    r"((general|général|generale|geral|overall|all|leads?|rows?|records?|count|insgesamt|[\d.,'\s]+)\b[^\w]*)*",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(copyright|©|\(c\)|confidential|confidentiel|vertraulich|(report )?(generated|exported|created|run) (by|on|at)\b|"
    r"as of\b|filter(s|ed)?\b.*:|\d[\d.,'\s]* (records?|rows?|leads?|results?|lignes?|zeilen|datensätze|filas|righe)$|"
    r"(record|row|lead)s?( count)?\s*:|erstellt (am|von)|généré (le|par)|export(é|e)? (du|le|vom)|page \d+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Head:
    """The names of columns, how many records stand above them, and how many they take (none, one or two)."""

    names: tuple[str, ...]
    above: int = 0
    taken: int = 1

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is worth saying about it."""
        facts = [Fact("title_rows", {"rows": self.above})] if self.above else []
        if self.taken == 2:
            facts.append(Fact("two_header_rows", {}))
        if self.taken == 0:
            facts.append(Fact("no_header", {"columns": len(self.names)}))
        return tuple(facts)


def head_of(records: Sequence[Sequence[str]], *, has_names: bool | None = None) -> Head:
    """Which of the first records of a table holds the names of its columns.

    Rows above it with few cells are titles; a row with gaps or repeated labels above a row of names is a row of
    groups; a first row like all others holds no names. `has_names` says whether the first record holds them, where the
    user knows.

    >>> head_of([["Report", ""], ["", ""], ["id", "won"], ["1", "yes"]])
    Head(names=('id', 'won'), above=2, taken=1)
    >>> head_of([["1", "2025-01-01", "Web"], ["2", "2025-01-02", "Web"], ["3", "2025-01-02", "Fair"]]).names
    ('column_1', 'column_2', 'column_3')
    """
    if has_names is not None:
        first = [cell.strip() for cell in records[0]]
        return Head(tuple(first)) if has_names else _unnamed(len(first))
    above = _above(records)
    first, body = [cell.strip() for cell in records[above]], records[above + 1 : above + 1 + BODY]
    if _nameless(first, body):
        return Head(_unnamed(len(first)).names, above, 0)
    if len(body) > 1 and _groups(first, [cell.strip() for cell in body[0]], body[1:]):
        return Head(_joined(first, [cell.strip() for cell in body[0]]), above, 2)
    return Head(tuple(first), above)


def _unnamed(width: int) -> Head:
    return Head(tuple(f"column_{i}" for i in range(1, width + 1)), 0, 0)


def _filled(record: Sequence[str]) -> int:
    return sum(1 for cell in record if cell.strip())


def _above(records: Sequence[Sequence[str]]) -> int:
    """How many records at the top are titles: few cells, above a record with names in most columns."""
    most = max(_filled(record) for record in records)
    if most < 2 or 2 * _filled(records[0]) > most:
        return 0
    place = next(i for i, record in enumerate(records) if 2 * _filled(record) > most)
    names = [cell.strip() for cell in records[place] if cell.strip()]
    looks_named = not any(_kind(name) != "text" for name in names) and len(set(names)) == len(names)
    return place if looks_named and place + 1 < len(records) else 0


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return ""
    if _DATE.fullmatch(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"


def _nameless(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first record is a row like those below it."""
    if "\\N" in first:
        return True
    if len(body) < 2 or not any(first) or all(_YEAR.fullmatch(cell) or _kind(cell) == "text" for cell in first if cell):
        return False
    if [cell for cell in first if cell.isdigit()] == [str(i) for i in range(len(first))]:
        return False
    typed = again = 0
    for i, cell in enumerate(first):
        below = [record[i].strip() for record in body if i < len(record) and record[i].strip()]
        kind = _kind(cell)
        if not below or not kind:
            continue
        if kind == "text":
            again += cell in below
        elif not _YEAR.fullmatch(cell) and sum(_kind(value) == kind for value in below) >= 0.9 * len(below):
            typed += 1
    return typed >= 2 and (again > 0 or typed == len(first))


def _groups(first: Sequence[str], second: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names groups of columns, and the second the columns."""
    labels = [label for label in first if label]
    if len(labels) == len(first) == len(set(labels)) or _filled(second) < max(len(first), 2):
        return False
    if any(_kind(name) != "text" for name in second):
        return False
    unlike = 0
    for i, name in enumerate(second):
        below = [record[i].strip() for record in body if i < len(record) and record[i].strip()]
        if name in below:
            return False
        unlike += bool(below) and all(_kind(value) in ("number", "date") for value in below)
    return unlike > 0


def _joined(groups: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The second row's names; one that occurs twice is told with its group, which stands to its left."""
    spread, group = [], ""
    for i in range(len(names)):
        group = (groups[i] if i < len(groups) else "") or group
        spread.append(group)
    twice = {name for name in names if names.count(name) > 1}
    return tuple(f"{spread[i]} {name}".strip() if name in twice else name for i, name in enumerate(names))


def unlike_names(names: Sequence[str]) -> tuple[list[str], tuple[Fact, ...]]:
    """Names that differ (capitals make no difference): the second of one name is told with its number.

    >>> unlike_names(["Date", "id", "date"])
    (['Date', 'id', 'date (2)'], (Fact(key='repeated_name', facts={'position': 3, 'name': 'date', 'as': 'date (2)'}),))
    """
    folds = {name.casefold() for name in names}
    used: set[str] = set()
    unique: list[str] = []
    facts: list[Fact] = []
    for position, name in enumerate(names, start=1):
        free = free_name(name, folds | used) if name.casefold() in used else name
        if free != name:
            facts.append(Fact("repeated_name", {"position": position, "name": name, "as": free}))
        used.add(free.casefold())
        unique.append(free)
    return unique, tuple(facts)


def is_footer(record: Sequence[str], width: int) -> bool:
    """Whether a line with fewer cells than the table has stands below it and not in it.

    >>> is_footer(["Confidential"], 5), is_footer(["4", "5"], 3), is_footer(["Total", "", "", "17"], 5)
    (True, False, True)
    """
    if len(record) >= width:
        return False
    text = next((cell.strip() for cell in record if cell.strip()), "")
    if _TOTAL.fullmatch(text) or _FOOTER.match(text):
        return True
    return width >= 3 and _filled(record) <= 1


def without_totals(connection: Connection, table: str, names: Sequence[str]) -> tuple[Fact, ...]:
    """Take total rows and footers off a table of texts, in place; what was taken off is returned."""
    if len(names) < 2 or any(name.lower() == "rowid" for name in names):
        return ()
    low, high = connection.execute(f"SELECT MIN(rowid), MAX(rowid) FROM {table}")[0]
    if low is None:
        return ()
    columns = ", ".join(identifier(name).sql("duckdb") for name in names)
    rows = connection.execute(
        f"SELECT rowid, {columns} FROM {table} WHERE rowid > {high - TAIL} OR rowid < {low + TAIL} ORDER BY rowid"
    )
    cells = {int(row[0]): ["" if value is None else str(value) for value in row[1:]] for row in rows}
    usual = _usual([record for place, record in cells.items() if low < place < high])
    first, last = cells[int(low)], [cells[place] for place in sorted(cells) if place > high - TAIL]
    above = [int(low)] if len(cells) > 2 and _is_total(first, usual) else []
    below = last_of_table(last, lambda record: _is_total(record, usual) or _is_note(record))
    dropped = [*above, *(int(high) - i for i in range(below) if int(high) - i not in above)]
    if not dropped or len(dropped) >= len(cells):
        return ()
    connection.execute(f"DELETE FROM {table} WHERE rowid IN ({', '.join(map(str, dropped))})")
    return (Fact("outside_rows", {"rows": len(dropped)}),)


def last_of_table(records: Sequence[Sequence[str]], ends: Callable[[Sequence[str]], bool]) -> int:
    """How many records at the end stand below the table: from the first that `ends` it, with only short ones below."""
    count = 0
    for i, record in enumerate(reversed(records), start=1):
        if ends(record):
            count = i
        elif _filled(record) > 1:
            break
    return count


def _usual(records: Sequence[Sequence[str]]) -> set[int]:
    """Columns filled in nearly every record."""
    width = len(records[0]) if records else 0
    return {i for i in range(width) if sum(bool(record[i].strip()) for record in records) >= 0.8 * len(records)}


def _is_total(record: Sequence[str], usual: set[int]) -> bool:
    """A row called total with gaps where other rows have none."""
    text = next((cell.strip() for cell in record if cell.strip()), "")
    gaps = sum(not record[i].strip() for i in usual)
    return bool(_TOTAL.fullmatch(text)) and gaps >= min(2, max(len(usual) - 1, 1))


def _is_note(record: Sequence[str]) -> bool:
    return _filled(record) == 1 and bool(_FOOTER.match(next(cell.strip() for cell in record if cell.strip())))
