"""One lead made up to test a grid where it has been loaded: for each criterion an answer that brings points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ..grid.criteria import Criterion
from ..grid.grid import Grid

Answer = str | bool | float | None


def lead_to_test(grid: Grid) -> dict[str, Answer]:
    """Source columns of the criteria with points, each with an answer of the level that is worth the most points.

    A criterion without a level that brings points takes the one that costs most; every third criterion is left
    without an answer where that is worth points, so that a missing answer is tested too.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> size = Criterion("Size", "staff", "number", "fit", (Level("<10", high=10), Level("10+", low=10), *ends))
    >>> demo = Criterion("Demo", "demo", "presence", "engagement", (Level("yes"), *ends))
    >>> lead_to_test(Grid("g", "m", (size, demo), ((-3, 8, 0, 0), (20, -1, 0))))
    {'staff': 10.0, 'demo': 'yes'}
    """
    lead: dict[str, Answer] = {}
    for at, (criterion, points) in enumerate(zip(grid.criteria, grid.points, strict=True)):
        if not any(points) or {criterion.column, criterion.source} & {*lead}:
            continue
        order = sorted(range(len(points)), key=lambda place: (-points[place], place))
        if points[order[0]] <= 0:
            order.sort(key=lambda place: (points[place], place))
        if at % 3 == 2 and points[criterion.missing]:
            order.insert(0, criterion.missing)
        for place in order:
            fits, answer = answer_of(criterion, place)
            text = criterion.derived.example(str(answer)) if criterion.derived and answer is not None else None
            if fits and (answer is None or criterion.derived is None or text is not None):
                lead[criterion.source] = answer if text is None else text
                break
    return lead


def answer_of(criterion: Criterion, place: int) -> tuple[bool, Answer]:
    """Whether a level can be answered, and an answer that falls into it, as plain as there is one.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing", ("0",)), Level("other", "other"))
    >>> size = Criterion("Size", "staff", "number", "fit", (Level("<10", low=0, high=10), *ends))
    >>> [answer_of(size, place) for place in range(3)]
    [(True, 5.0), (True, None), (True, 11.0)]
    """
    level = criterion.levels[place]
    candidates: list[Answer] = [*sorted(level.values, key=_plainness)]
    if level.role == "missing":
        candidates = [None]
    elif criterion.kind == "presence":
        candidates = ["yes", "1", "given"]
    elif criterion.kind == "number":
        candidates = [*_inside(level.low, level.high)] if level.role == "value" else [*_outside(criterion.cuts)]
    elif level.role == "other":
        candidates = ["zzz", "zzzz"]
    for candidate in candidates:
        if criterion.index_of(candidate) == place:
            return True, candidate
    return False, None


def _inside(low: float | None, high: float | None) -> Iterable[float]:
    """Numbers between two bounds, the lower one first."""
    if low is None and high is None:
        return (1.0, 2.0, 0.0)
    if low is None:
        end = float(high or 0)
        return (end - 1, end - 2, end - 0.5)
    if high is None:
        return (float(low), low + 1.0, low + 2.0)
    return (float(low), (low + high) / 2, low + (high - low) / 4)


def _outside(cuts: Iterable[float]) -> Iterable[float]:
    edges = sorted(map(float, cuts))
    between = [(low + high) / 2 for low, high in pairwise(edges)]
    return [edges[-1] + 1, edges[0] - 1, *between] if edges else []


def _plainness(value: str | bool) -> tuple[bool, int]:
    """Letters and digits before anything that is hard to type."""
    return (isinstance(value, str) and not value.replace(" ", "").replace("-", "").isalnum()), len(str(value))
