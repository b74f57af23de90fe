"""Counts of values made in the engine: how often each value of a column occurs, numbers on a fine fixed grid.

Cut points follow from these counts alone, so that they are the same wherever the rows lie. A number column of few
different values is counted value by value; of many, by cells: the sign, the power of ten and three digits of a number.
That is arithmetic which every engine does alike (comparisons, an exact power of ten, one division, FLOOR), and a cell
is 0.1 to 1 % of its numbers wide.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    over,
    rows,
    select,
    value,
    whole,
)

MOST_VALUES = 5_000
"""Different numbers of a column that are counted one by one; of more, the cells of the grid are counted."""
LARGEST = 1.7976931348623157e308
_LOW, _HIGH, _CELLS = -6, 18, 1_000
"""Powers of ten that the grid tells apart, and places of one."""


def counted_by_column(cells: Sequence[str], source: str, dialect: str, by: Sequence[str] = ()) -> str:
    """Statement for ``place`` (of the cell in the list), ``v`` and ``n``: how many rows have each value of each cell.

    Cells are names of columns of the source, all of one type; `by` are more columns that groups differ in. All cells
    are counted in one reading; Spark, which makes whole rows of grouping sets, is given a row for each cell.

    >>> print(counted_by_column(["a"], "t", "duckdb"))
    SELECT 0 AS place, a AS v, COUNT(*) AS n FROM t GROUP BY a
    """
    more = {name: name for name in by}
    if len(cells) == 1:
        return select({"place": "0", "v": cells[0], **more, "n": count()}, source, group=(*by, cells[0]))
    if dialect == "spark":
        names = ("place", "v", *by)
        single = rows(cell_by_cell(cells, source, by), "single")
        return select({**{name: name for name in names}, "n": count()}, single, group=names)
    counts = {
        "place": case(*((f"{call.grouping(cell)} = 0", place) for place, cell in enumerate(cells))),
        "v": call.coalesce(*cells),
        **more,
        "n": count(),
    }
    return select(counts, source, group=grouping_sets(listing((*by, cell)) for cell in cells))


def numbers_counted(cells: Sequence[str], source: str, dialect: str) -> str:
    """Statement for ``place``, ``v``, ``n`` and ``differ`` of number cells: each value with its rows where few differ.

    Where more than `MOST_VALUES` differ, ``v`` is the least number of each cell of the grid and ``n`` counts the rows
    of the cell; ``differ`` are the different numbers. NaN and infinities are not counted.
    """
    counted = rows(counted_by_column(cells, source, dialect), "counted")
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
