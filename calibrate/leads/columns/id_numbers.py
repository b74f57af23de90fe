"""Ids that are whole numbers behind the same few letters, such as L-00042: told apart, and sampled, by their numbers.

A hash of every text costs several times what reading it does. Whether the ids are such numbers is decided by all rows,
so that the answer is the same wherever they lie.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ...engine.query import (
    call,
    case,
    cast,
    count,
    count_where,
    empty,
    filled,
    quoted,
    rows,
    select,
    total,
    value,
    whole,
)
from ...engine.table import Table, column_of

FIRST_IDS = 1000
"""Ids that are looked at before all are."""
_PLAIN = re.compile(r"[A-Za-z0-9 _/:#-]{0,20}")
"""Letters before the number that stand for themselves in patterns of every engine."""
NONE, NO_NUMBER = -1, -2
"""What stands for a row without an id, and for an id that is no such number."""
MOST_PLACES = 2**28
"""Numbers within so many places, and no more than twice as many as rows, are ticked off one by one."""
Pieces = Callable[[], Iterator[NDArray[np.int64]]]
"""A reading of whole numbers, piece by piece."""


def letters_before(texts: list[str]) -> str | None:
    """What stands before the number in each of the texts; None where they are not such numbers.

    >>> letters_before(["L-7", "L-0012"]), letters_before(["42"]), letters_before(["L-7", "M-7"]), letters_before([])
    ('L-', '', None, None)
    """
    if not texts:
        return None
    letters = texts[0].rstrip("0123456789")
    pattern = re.compile(f"{re.escape(letters)}[0-9]{{1,18}}")
    return letters if _PLAIN.fullmatch(letters) and all(map(pattern.fullmatch, texts)) else None


def letters_of_first(table: Table, name: str) -> str | None:
    """The same of the first ids of a text column."""
    if column_of(table, name).type != "text":
        return None
    first = select({"v": quoted(name)}, table.relation, where=filled(quoted(name)), limit=FIRST_IDS)
    return letters_before([str(text) for text in table.fetch(first)["v"]])


def letters_of_all(table: Table, name: str) -> str | None:
    """The same of all ids of a column, which the engine looks at."""
    letters = letters_of_first(table, name)
    if letters is None:
        return None
    cell = quoted(name)
    row = table.fetch(select({"given": count(cell), "fit": count_where(_fits(cell, letters))}, table.relation))
    return letters if row["given"][0] == row["fit"][0] else None


def number_in(cell: str, letters: str) -> str:
    """The number behind so many letters.

    >>> number_in("id", "L-")
    'CAST(SUBSTRING(id, 3) AS BIGINT)'
    """
    return whole(call.substring(cell, str(len(letters) + 1)) if letters else cell)


def _fits(cell: str, letters: str) -> str:
    return call.regexp_matches(cell, value(f"^{letters}[0-9]{{1,18}}$"))


def different_ids(table: Table, name: str, letters: str) -> tuple[int, int] | None:
    """Rows with an id, and how many numbers differ; None where some id is no such number, or they lie far apart."""
    cell = quoted(name)
    number = number_in(cell, letters)
    first = case((empty(cell), NONE), (_fits(cell, letters), number), otherwise=NO_NUMBER)
    again = case((filled(cell), number), otherwise=NONE)
    readings = iter((first, again))

    def numbers() -> Iterator[NDArray[np.int64]]:
        for piece in table.stream(select({"key": next(readings)}, table.relation)):
            keys = piece["key"].astype(np.int64, copy=False)
            yield keys[keys != NONE] if (keys == NONE).any() else keys

    return different_numbers(numbers, table.rows, refused=NO_NUMBER)


BITS = 62
"""Numbers that are ticked off in one whole number of an engine."""


def ticked_off(table: Table, name: str, letters: str | None) -> tuple[int, int] | None:
    """The same, ticked off in the engine (Spark), where grouping by all numbers would send each of them around.

    `letters` is None for a column of whole numbers.
    """
    cell = quoted(name)
    number = whole(cell) if letters is None else case((_fits(cell, letters), number_in(cell, letters)))
    measures = {"given": count("v"), "fit": count("number"), "low": call.min("number"), "high": call.max("number")}
    numbers = rows(select({"v": cell, "number": number}, table.relation), "numbers")
    first = {measure: values[0] for measure, values in table.fetch(select(measures, numbers)).items()}
    if not first["given"] or first["given"] != first["fit"] or int(first["high"]) - int(first["low"]) >= 8 * table.rows:
        return None
    place = f"(number - {int(first['low'])})"
    bit = f"{whole('1')} << {cast(f'{place} % {BITS}', 'integer')}"
    marks = select({"marks": call.bit_or(bit)}, numbers, where=filled("number"), group=(f"{place} // {BITS}",))
    different = table.fetch(select({"n": total(call.bit_count("marks"))}, rows(marks, "marked")))
    return int(first["given"]), int(different["n"][0])


def different_numbers(pieces: Pieces, size: int, refused: int | None = None) -> tuple[int, int] | None:
    """How many whole numbers there are, and how many differ, without sorting them: they rise, fall, or lie close by.

    They are read twice at most; None of others, and where the number `refused` is among them.

    >>> parts = [np.array([5, 3, 3]), np.array([4])]
    >>> different_numbers(lambda: iter(parts), 4), different_numbers(lambda: iter(parts), 4, refused=4)
    ((4, 3), None)
    >>> different_numbers(lambda: iter([np.array([9, 10**15, 7])]), 3) is None
    True
    """
    most = min(2 * size + 1024, MOST_PLACES)
    total, low, high, last = 0, 0, -1, None
    rises = falls = True
    for piece in pieces():
        if not len(piece):
            continue
        if refused is not None and (piece == refused).any():
            return None
        least, greatest = int(piece.min()), int(piece.max())
        low, high = (least, greatest) if last is None else (min(low, least), max(high, greatest))
        steps = piece if last is None else np.concatenate([last, piece])
        rises = rises and bool((steps[1:] > steps[:-1]).all())
        falls = falls and bool((steps[1:] < steps[:-1]).all())
        if not (rises or falls) and high - low >= most:
            return None
        total, last = total + len(piece), piece[-1:].copy()
    if rises or falls:
        return total, total
    present = np.zeros(high - low + 1, np.bool_)
    for piece in pieces():
        present[piece - low] = True
    return total, int(np.count_nonzero(present))
