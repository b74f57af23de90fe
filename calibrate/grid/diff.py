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
    found: list[Line] = []
    for key in order:
        places = [next((i for i, c in enumerate(grid.criteria) if _key(c) == key), None) for grid in grids]
        asked = [None if i is None else grid.criteria[i] for grid, i in zip(grids, places, strict=True)]
        rows = [None if i is None else grid.points[i] for grid, i in zip(grids, places, strict=True)]
        name = [criterion for criterion in asked if criterion is not None][-1]
        for level, cell in _cells(asked):
            points = tuple(None if row is None else row[at] for row, at in zip(rows, cell, strict=True))
            found.append(Line(name.name, name.axis, level, points))
    return tuple(found)


def _key(criterion: Criterion) -> tuple[str, bool]:
    return criterion.column, criterion.kind == "presence"


def _cells(asked: Sequence[Criterion | None]) -> Iterator[tuple[Level, tuple[int, ...]]]:
    """Each answer with its position in every grid's criterion (-1 where there is none)."""
    known = [criterion for criterion in asked if criterion is not None]
    values: dict[tuple[int, ...], list[object]] = {}
    for value in _examples(known):
        cell = tuple(-1 if criterion is None else criterion.index_of(value) for criterion in asked)
        values.setdefault(cell, []).append(value)
    for cell, held in values.items():
        levels = [c.levels[at] for c, at in zip(asked, cell, strict=True) if c is not None]
        whole = [
            criterion.levels[at]
            for i, (criterion, at) in enumerate(zip(asked, cell, strict=True))
            if criterion is not None and sum(other[i] == at for other in values) == 1  # all of the level lies here
        ]
        yield (whole[-1] if whole else _named(levels, known, held)), cell


def _examples(known: Sequence[Criterion]) -> Iterator[object]:
    """One value for each answer that may count differently somewhere."""
    numbers = [criterion for criterion in known if criterion.kind == "number"]
    cuts = sorted({cut for criterion in numbers for cut in criterion.cuts})
    if numbers:
        between = ((low + high) / 2 for low, high in pairwise(cuts))
        yield from [cuts[0] - 1, *between, cuts[-1] + 1] if cuts else [0]
    yield from dict.fromkeys(
        value for criterion in known for level in criterion.levels if level.role == "value" for value in level.values
    )
    yield None
    yield UNSEEN


def _named(levels: Sequence[Level], known: Sequence[Criterion], held: Sequence[object]) -> Level:
    """A level of its own for an answer that is only a part of every grid's level."""
    role: Role = "missing" if None in held else "value"
    numbers = [value for value in held if isinstance(value, int | float) and not isinstance(value, bool)]
    if numbers:
        cuts = sorted({cut for criterion in known if criterion.kind == "number" for cut in criterion.cuts})
        low = max((cut for cut in cuts if cut <= min(numbers)), default=None)
        high = min((cut for cut in cuts if cut > max(numbers)), default=None)
        name = f"<{high:g}" if low is None else f"{low:g}+" if high is None else f"{low:g} to {high:g}"
        return Level(name, role, low=low, high=high)
    texts = [value for value in held if isinstance(value, str) and value != UNSEEN]
    if not texts:
        return levels[-1]
    more = ", …" if len(texts) > MOST_NAMED else ""
    return Level(", ".join(texts[:MOST_NAMED]) + more, role, tuple(texts))
