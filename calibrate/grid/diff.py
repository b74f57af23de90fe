"""Lines of several grids beside each other: the same answer, and the points that each grid gives it.

Grids rarely cut alike. So the answers are cut finely enough that every grid gives each of them one number of
points: numbers at the cuts of all grids, texts by every value that one of them lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .criteria import Axis, Criterion, Level, Role
from .grid import Grid

UNSEEN = "\x00 a value that no grid lists"
MOST_NAMED = 3


@dataclass(frozen=True)
class Line:
    """One answer to one criterion, with its points in each grid; None where a grid does not ask the question."""

    criterion: str
    axis: Axis
    level: Level
    points: tuple[int | None, ...]

    @property
    def change(self) -> int:
        """Points that the last grid gives more than the first."""
        return (self.points[-1] or 0) - (self.points[0] or 0)


def beside(grids: Sequence[Grid]) -> tuple[Line, ...]:
    """Every answer that any of the grids knows, in the order of the last grid, then of the others.

    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> def visits(cut: int) -> Criterion:
    ...     few, many = Level(f"<{cut}", high=cut), Level(f"{cut}+", low=cut)
    ...     return Criterion("visits", "visits", "number", "engagement", (few, many, *ends))
    >>> old = Grid("old", "file", (visits(5),), ((0, 4, 0, 0),))
    >>> new = Grid("new", "lift", (visits(9),), ((1, 6, 0, 0),))
    >>> [(line.level.name, line.points) for line in beside([old, new]) if line.level.role == "value"]
    [('<5', (0, 1)), ('5 to 9', (4, 1)), ('9+', (4, 6))]
    """
    order: dict[tuple[str, bool], None] = {}
    for grid in (*grids[-1:], *grids[:-1]):
        order.update(dict.fromkeys(_key(criterion) for criterion in grid.criteria))
    lines: list[Line] = []
    for key in order:
        places = [next((i for i, c in enumerate(grid.criteria) if _key(c) == key), None) for grid in grids]
        criteria = [None if i is None else grid.criteria[i] for grid, i in zip(grids, places, strict=True)]
        rows = [None if i is None else grid.points[i] for grid, i in zip(grids, places, strict=True)]
        name = [criterion for criterion in criteria if criterion is not None][-1]
        for level, cell in _cells(criteria):
            points = tuple(None if row is None else row[at] for row, at in zip(rows, cell, strict=True))
            lines.append(Line(name.name, name.axis, level, points))
    return tuple(lines)


def _key(criterion: Criterion) -> tuple[str, bool]:
    return criterion.column, criterion.kind == "presence"


def _cells(criteria: Sequence[Criterion | None]) -> Iterator[tuple[Level, tuple[int, ...]]]:
    """Each answer with its position in every grid's criterion (-1 where there is none)."""
    present = [criterion for criterion in criteria if criterion is not None]
    values: dict[tuple[int, ...], list[object]] = {}
    for value in _examples(present):
        cell = tuple(-1 if criterion is None else criterion.index_of(value) for criterion in criteria)
        values.setdefault(cell, []).append(value)
    for cell, examples in values.items():
        levels = [c.levels[at] for c, at in zip(criteria, cell, strict=True) if c is not None]
        complete = [
            criterion.levels[at]
            for i, (criterion, at) in enumerate(zip(criteria, cell, strict=True))
            if criterion is not None
            and sum(another_cell[i] == at for another_cell in values) == 1  # all of the level lies here
        ]
        yield (complete[-1] if complete else _named(levels, present, examples)), cell


def _examples(criteria: Sequence[Criterion]) -> Iterator[object]:
    """One value for each answer that may count differently somewhere."""
    numbers = [criterion for criterion in criteria if criterion.kind == "number"]
    cuts = sorted({cut for criterion in numbers for cut in criterion.cuts})
    if numbers:
        between = ((low + high) / 2 for low, high in pairwise(cuts))
        yield from [cuts[0] - 1, *between, cuts[-1] + 1] if cuts else [0]
    yield from dict.fromkeys(
        value for criterion in criteria for level in criterion.levels if level.role == "value" for value in level.values
    )
    yield None
    yield UNSEEN


def _named(levels: Sequence[Level], criteria: Sequence[Criterion], examples: Sequence[object]) -> Level:
    """A level of its own for an answer that is only a part of every grid's level."""
    role: Role = "missing" if None in examples else "value"
    numbers = [value for value in examples if isinstance(value, int | float) and not isinstance(value, bool)]
    if numbers:
        cuts = sorted({cut for criterion in criteria if criterion.kind == "number" for cut in criterion.cuts})
        low = max((cut for cut in cuts if cut <= min(numbers)), default=None)
        high = min((cut for cut in cuts if cut > max(numbers)), default=None)
        name = f"<{high:g}" if low is None else f"{low:g}+" if high is None else f"{low:g} to {high:g}"
        return Level(name, role, low=low, high=high)
    texts = [value for value in examples if isinstance(value, str) and value != UNSEEN]
    if not texts:
        return levels[-1]
    more = ", …" if len(texts) > MOST_NAMED else ""
    return Level(", ".join(texts[:MOST_NAMED]) + more, role, tuple(texts))
