"""Counts of values made in the engine: how often each value of a column occurs, numbers on a fine fixed grid.

Cut points follow from these counts alone, so that they are the same wherever the rows lie. A number column of few
different values is counted value by value; of many, by cells: the sign, the power of ten and three digits of a number.
That is arithmetic which every engine does alike (comparisons, an exact power of ten, one division, FLOOR), and a cell
is 0.1 to 1 % of its numbers wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .query import (
    between,
    call,
    case,
    cast,
    cell_by_cell,
    count,
    grouping_sets,
    listing,
    negated,
    one_after_another,
    over,
    rows,
    select,
    total,
    value,
    whole,
)

MOST_VALUES = 5_000
"""Different numbers of a column that are counted one by one; of more, the cells of the grid are counted."""
LARGEST = 1.7976931348623157e308
_LOW, _HIGH, _CELLS = -6, 18, 1_000
"""Powers of ten that the grid tells apart, and places of one."""


def counted_by_column(
    cells: Sequence[str],
    source: str,
    dialect: str,
    by: Mapping[str, int] | None = None,
    sizes: Sequence[int] = (),
    added: str | None = None,
) -> str:
    """Statement for ``place`` (of the cell in the list), ``v`` and ``n``: how many rows have each value of each cell.

    Cells are names of columns of the source, all of one type; `by` are more columns that groups differ in, with about
    how many values they have; `added` is a column of whole numbers that is added up beside ``n``. A row store reads its
    rows once for all cells. Spark, whose files hold column by column, counts cells together whose numbers of different
    values (`sizes`, where known) multiply to few, and takes those counts apart.

    >>> print(counted_by_column(["a"], "t", "duckdb"))
    SELECT 0 AS place, a AS v, COUNT(*) AS n FROM t GROUP BY a
    """
    by = by or {}
    more = {name: name for name in by}
    measures = {"n": count()} | ({added: total(added)} if added else {})
    if len(cells) == 1:
        return select({"place": "0", "v": cells[0], **more, **measures}, source, group=(*by, cells[0]))
    if dialect == "spark":
        return _counted_together(cells, source, by, sizes or [MOST_TOGETHER] * len(cells), measures)
    counts = {
        "place": case(*((f"{call.grouping(cell)} = 0", place) for place, cell in enumerate(cells))),
        "v": call.coalesce(*cells),
        **more,
        **measures,
    }
    return select(counts, source, group=grouping_sets(listing((*by, cell)) for cell in cells))


MOST_TOGETHER = 2**16
"""Values of several columns together, as far as one can tell, that Spark counts at once."""


def _counted_together(
    cells: Sequence[str], source: str, by: Mapping[str, int], sizes: Sequence[int], measures: Mapping[str, str]
) -> str:
    parts = []
    for places in together(sizes, MOST_TOGETHER // math.prod(by.values())):
        some = {place: cells[place] for place in places}
        keys = (*by, *some.values())
        counted = rows(select({**{key: key for key in keys}, **measures}, source, group=keys), "counted")
        parts.append(cell_by_cell(some, counted, (*by, *measures)))
    names = ("place", "v", *by)
    single = rows(one_after_another(parts), "single")
    sums = {measure: total(measure) for measure in measures}
    return select({name: name for name in names} | sums, single, group=names)


def together(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Places of sizes, the smallest first, in groups whose sizes multiply to at most so many.

    >>> together([3, 60, 3, 20], 1000)
    [[0, 2, 3], [1]]
    """
    groups: list[list[int]] = []
    product = most + 1
    for place in sorted(range(len(sizes)), key=lambda place: sizes[place]):
        product *= sizes[place]
        if product > most:
            groups.append([])
            product = sizes[place]
        groups[-1].append(place)
    return groups


def numbers_counted(cells: Sequence[str], source: str, dialect: str, sizes: Sequence[int] = ()) -> str:
    """Statement for ``place``, ``v``, ``n`` and ``differ`` of number cells: each value with its rows where few differ.

    Where more than `MOST_VALUES` differ, ``v`` is the least number of each cell of the grid and ``n`` counts the rows
    of the cell; ``differ`` are the different numbers. NaN and infinities are not counted.
    """
    counted = rows(counted_by_column(cells, source, dialect, sizes=sizes), "counted")
    standing = {"place": "place", "v": "v", "n": "n", "differ": over(count(), by="place")}
    finite = rows(select(standing, counted, where=_finite("v")), "standing")
    few = f"differ <= {MOST_VALUES}"
    measures = {"place": "place", "v": call.min("v"), "n": whole(call.sum("n")), "differ": call.max("differ")}
    groups = ("place", case((few, "v")), case((negated(few), grid_cell("v"))))
    return select(measures, finite, group=groups)


def cells_counted(cell: str, place: int, source: str) -> str:
    """The same for one column of which more than `MOST_VALUES` numbers differ, without counting each of them first."""
    numbers = rows(select({"v": cell}, source), "numbers")
    measures = {"place": str(place), "v": call.min("v"), "n": count(), "differ": str(MOST_VALUES + 1)}
    return select(measures, numbers, where=_finite("v"), group=(grid_cell("v"),))


def _finite(cell: str) -> str:
    return between(cell, value(-LARGEST), value(LARGEST))


def grid_cell(cell: str) -> str:
    """The cell of the grid that holds a finite number, as a whole number that rises with it.

    >>> import duckdb
    >>> numbers = "(SELECT unnest([-2500.0, -0.5, 0.0, 1e-9, 1.234, 1.239, 1234567.0, 1e30]) AS v)"
    >>> [row[0] for row in duckdb.sql(select([grid_cell("v")], numbers)).fetchall()]
    [-9250, -5500, 0, 0, 6123, 6123, 12123, 24000]
    """
    size = call.abs(cell)
    place = case(
        (f"{size} < {value(10.0**_LOW)}", 0),
        (f"{size} >= {value(10.0**_HIGH)}", (_HIGH - _LOW) * _CELLS),
        otherwise=_by_halves(size, list(range(_LOW, _HIGH))),
    )
    return case((f"{cell} < 0", f"-({place})"), otherwise=place)


def _by_halves(size: str, powers: Sequence[int]) -> str:
    if len(powers) > 1:
        half = len(powers) // 2
        below = f"{size} < {value(10.0 ** powers[half])}"
        return case((below, _by_halves(size, powers[:half])), otherwise=_by_halves(size, powers[half:]))
    power = powers[0]
    exact = cast(value(float(10 ** abs(power - 2))), "double")
    digits = f"{size} / {exact}" if power > 2 else f"{size} * {exact}"
    return f"{(power - _LOW) * _CELLS} + {whole(call.floor(digits))}"
