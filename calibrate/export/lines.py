"""A grid cut down to its lines: answers without points fall into `other`, where they have none either.

What is left scores every lead alike; tests replay it on hostile grids. A criterion whose answers could be read
otherwise without its other levels (a truth value that two levels name) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..grid.criteria import Criterion, as_number, meaning
from ..grid.grid import Grid
from ..grid.moved import shifted
from ..grid.reasons import start_reason, words_in
from ..language import load
from .remarks import Remark, remark

MOST_TRIED = 300


def zero_line(language: str) -> str:
    """What every answer is worth that is not listed.

    >>> zero_line("en")
    'Every answer that is not listed has 0 points.'
    """
    return load(language)("sheet.zero")


LOWERED = "lowered"
"""The remark on thresholds that stand lower, since no lead can start with points."""
IN_THRESHOLDS = "start_in_thresholds"
"""In the provenance of a grid for a system in which no lead can start with points: how many its thresholds lack."""


def lowered(grid: Grid) -> Grid:
    """The grid for a system in which no lead can start with points: thresholds, bands and curve stand lower instead.

    >>> from calibrate.grid.grid import Thresholds
    >>> small = lowered(Grid("g", "m", (), (), Thresholds(15, 30), start=6))
    >>> small.start, small.thresholds.marketing_qualified, small.provenance
    (0, 9, {'start_in_thresholds': 6})
    """
    if not grid.start:
        return grid
    return replace(shifted(grid, -grid.start), provenance={**grid.provenance, IN_THRESHOLDS: grid.start})


def start_of(grid: Grid) -> dict[str, int]:
    """How far a file for such a system has lowered its thresholds, for whoever reads it back; empty for not at all."""
    start = grid.provenance.get(IN_THRESHOLDS)
    return {"start": start} if isinstance(start, int) else {}


def lowered_remark(grid: Grid) -> Remark | None:
    """What is to be said of thresholds that stand lower; None where they stand as they are."""
    for start in start_of(grid).values():
        return remark(LOWERED, start=start, shift=-start)
    return None


def start_texts(grid: Grid, language: str) -> list[str]:
    """The reason that every lead has, ``every lead (+6)``; nothing where leads start with no points."""
    start = start_reason(grid, words_in(language))
    return [str(start)] if start is not None else []


def lines_only(grid: Grid) -> Grid:
    """The grid without levels of 0 points, where `other` has none either, and without criteria that have no points.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sectors = (Level("a", values=("a",)), Level("b", values=("b",)), *ends)
    >>> columns = [Criterion(name, name, "text", "fit", sectors) for name in ("sector", "branch")]
    >>> small = lines_only(Grid("g", "m", (*columns,), ((5, 0, 0, 0), (0, 0, 0, 0))))
    >>> [[level.name for level in criterion.levels] for criterion in small.criteria]
    [['a', 'missing', 'other']]
    """
    criteria, points, evidence = [], [], []
    for at, (criterion, worth) in enumerate(zip(grid.criteria, grid.points, strict=True)):
        if not any(worth):
            continue
        places, less = _cut(criterion, worth)
        criteria.append(less)
        points.append(tuple(worth[place] for place in places))
        evidence.append(tuple(grid.evidence[at][place] for place in places) if grid.evidence else ())
    if not criteria:
        return grid
    names = {(criterion.name, level.name) for criterion in criteria for level in criterion.levels}
    return replace(
        grid,
        criteria=tuple(criteria),
        points=tuple(points),
        evidence=tuple(evidence) if grid.evidence else (),
        expiry=tuple(rule for rule in grid.expiry if (rule.criterion, rule.level) in names),
        pins=tuple(pin for pin in grid.pins if (pin.criterion, pin.level) in names),
    )


def _cut(criterion: Criterion, worth: tuple[int, ...]) -> tuple[list[int], Criterion]:
    """Places of the levels that stay, and the criterion of these."""
    everything = list(range(len(worth)))
    if worth[criterion.other]:
        return everything, criterion
    places = [
        place
        for place, level in enumerate(criterion.levels)
        if level.role != "value" or criterion.kind == "presence" or worth[place]
    ]
    less = _of(criterion, places, criterion.levels[criterion.missing].values)
    values = [value for level in criterion.levels for value in level.values]
    tried = list(dict.fromkeys(_ambiguous(values)))
    if len(tried) > MOST_TRIED or not _alike(criterion, worth, less, places, tried):
        return everything, criterion
    bare = _of(criterion, places, ())
    spelt = [*tried, *criterion.levels[criterion.missing].values]
    if len(spelt) <= MOST_TRIED and _alike(criterion, worth, bare, places, spelt):
        return places, bare
    return places, less


def _of(criterion: Criterion, places: list[int], no_answers: tuple[str | bool, ...]) -> Criterion:
    levels = [criterion.levels[place] for place in places]
    levels = [replace(level, values=no_answers) if level.role == "missing" else level for level in levels]
    reference = criterion.reference if criterion.reference in [level.name for level in levels] else None
    return replace(criterion, levels=tuple(levels), reference=reference)


def _ambiguous(values: Iterable[str | bool]) -> Iterable[str | bool | float]:
    """Values that more than one level may hold: truth values and words for them, numbers and texts that spell one."""
    for value in values:
        number = as_number(value)
        if meaning(value) is not None:
            yield from (value, True, False, "true", "false", "True", "FALSE")
        if number is not None and not isinstance(value, bool):
            yield from (value, number)


def _alike(
    criterion: Criterion, worth: tuple[int, ...], less: Criterion, places: list[int], values: Iterable[object]
) -> bool:
    return all(worth[criterion.index_of(value)] == worth[places[less.index_of(value)]] for value in values)
