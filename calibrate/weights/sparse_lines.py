"""The lines that criteria offer to a sparse grid, and the criteria that a card of such lines makes.

A level is a line. The value levels of an ordered criterion also offer runs of adjacent levels ('10 or more', '5 to
49'), so that one line can say what several levels would. Two runs of one criterion may both have points only where
each adds at most one interval to the grid: they are apart, or one lies in the other and shares an end with it. The
values of another criterion offer runs in the order of their weights ('Retail / Public'): the best way to part answers
into groups never skips one in that order. Levels of the same points become one level of the grid, ordered ones only
side by side, so lines are counted as the grid shows them.

Source: Breiman, Friedman, Olshen and Stone, "Classification and regression trees" (1984), theorem 4.5, for the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import RateTable
from ..grid.criteria import Criterion, Level, interval_name, offsets
from .base import is_reference
from .constraints import Chain, Limits
from .profile_algebra import Rows
from .search.levels import Order
from .search.lines import Lines

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CAP = 10
"""Points per line, up or down, where no cap is asked for."""
MOST_NAMED = 5
"""Answers that the name of a line lists, where it says several."""
MOST_RUNS = 9
"""Up to this many ordered levels all runs are offered; beyond it runs to either end, and single levels."""


@dataclass(frozen=True)
class Offer:
    """Lines over all levels: `gives` (lines, levels), bounds per line and per level, criterion, pairs that clash."""

    gives: Flags
    lowest: Ints
    highest: Ints
    criterion: NDArray[np.intp]
    clash: Flags
    floor: Ints
    ceiling: Ints

    def on(self, rows: Rows) -> Lines:
        """The lines with the rows to judge them on."""
        return Lines(
            rows.leads,
            rows.customers,
            self.lowest,
            self.highest,
            self.criterion,
            rows.codes,
            rows.sizes,
            self.gives,
            clash=self.clash,
            floor=self.floor,
            ceiling=self.ceiling,
        )


def point_bounds(criteria: Sequence[Criterion], rates: RateTable, limits: Limits, thin: Flags) -> tuple[Ints, Ints]:
    """Fewest and most whole points of each level: (levels,) each; thin and reference levels have 0 unless pinned."""
    most = np.where(np.isfinite(limits.ceiling), limits.ceiling, CAP)
    least = np.where(np.isfinite(limits.floor), limits.floor, -CAP)
    most = np.where(rates.customers == 0, np.minimum(most, 0), most)
    shut = thin | is_reference(criteria)
    least, most = np.where(shut, 0, least), np.where(shut, 0, most)
    floor = np.where(limits.pinned, limits.pins, least).astype(np.int64)
    return floor, np.where(limits.pinned, limits.pins, most).astype(np.int64)


def orders(criteria: Sequence[Criterion], rates: RateTable, limits: Limits, thin: Flags) -> tuple[Order, ...]:
    """The orders that points must follow, over levels that are not thin."""
    demands = []
    for chain in limits.chains:
        at = chain.positions[~thin[chain.positions] | limits.pinned[chain.positions]]
        demands.append(Order(at, _direction(chain, rates) or 1))
    return tuple(demands)


def offered(
    criteria: Sequence[Criterion],
    rates: RateTable,
    limits: Limits,
    thin: Flags,
    weights: NDArray[np.float64] | None = None,
) -> Offer:
    """All lines that the levels of some criteria offer; thin and reference levels have points only where pinned.

    `weights` of all levels say the order in which answers may be one line; without them close rates do.
    """
    bounds = offsets(criteria)
    order = rates.rate if weights is None else weights
    fixed = limits.pinned | is_reference(criteria)
    floor, ceiling = point_bounds(criteria, rates, limits, thin)
    usable = (floor < ceiling) & ~limits.pinned
    blocks: list[tuple[int, list[int], int, int]] = []
    for at, (criterion, (start, end)) in enumerate(zip(criteria, pairwise(bounds), strict=True)):
        chain = next((c for c in limits.chains if start <= c.positions[0] < end), None)
        for block, sign in _blocks(criterion, int(start), usable, _direction(chain, rates), fixed, order):
            low, high = int(floor[block].max()), int(ceiling[block].min())
            blocks.append((at, block, max(low, 0) if sign > 0 else low, min(high, 0) if sign < 0 else high))
        blocks += [(at, [i], int(floor[i]), int(floor[i])) for i in range(start, end) if limits.pinned[i]]
    blocks = [block for block in blocks if block[2] < 0 or block[3] > 0]
    gives = np.zeros((len(blocks), int(bounds[-1])), bool)
    for row, (_, block, _, _) in enumerate(blocks):
        gives[row, block] = True
    return Offer(
        gives,
        np.array([b[2] for b in blocks], np.int64),
        np.array([b[3] for b in blocks], np.int64),
        np.array([b[0] for b in blocks], np.intp),
        _clashes(gives, np.array([_in_order(criteria[b[0]]) for b in blocks], bool)),
        floor,
        ceiling,
    )


def _blocks(
    criterion: Criterion,
    start: int,
    usable: Flags,
    direction: int | None,
    fixed: Flags,
    weights: NDArray[np.float64],
) -> Iterator[tuple[list[int], int]]:
    """The levels of each line of one criterion, as positions over all levels, and the sign its points must have.

    Where points must follow the order (`direction` +1 rising, -1 falling), runs reach to one end: rising, those to
    the upper end give points and those to the lower end take them.
    """
    values = [start + i for i, level in enumerate(criterion.levels) if level.role == "value"]
    special = [start + i for i, level in enumerate(criterion.levels) if level.role != "value"]
    yield from (([i], 0) for i in special if usable[i])
    if direction is not None:
        yield from _chained(values, usable, direction, fixed)
    elif _in_order(criterion):
        for run in _runs(values, usable):
            yield from ((part, 0) for part in _parts(run))
    else:
        by_weight = sorted((i for i in values if usable[i]), key=lambda i: (weights[i], i))
        yield from ((sorted(part), 0) for part in _parts(by_weight))


def _in_order(criterion: Criterion) -> bool:
    """Whether the values of a criterion have an order of their own."""
    return criterion.ordered or criterion.kind == "number"


def _parts(run: list[int]) -> Iterator[list[int]]:
    """Levels side by side in a run: all such parts of a short one, of a long one single levels and those to an end."""
    size = len(run)
    for a in range(size):
        for b in range(a + 1, size + 1):
            if size <= MOST_RUNS or b == a + 1 or a == 0 or b == size:
                yield run[a:b]


def _chained(values: list[int], usable: Flags, direction: int, fixed: Flags) -> Iterator[tuple[list[int], int]]:
    """Runs to either end of levels in order; none crosses a level whose points are given (pinned, or reference)."""
    for n, i in enumerate(values):
        if not usable[i]:
            continue
        if not fixed[values[n:]].any():
            yield [j for j in values[n:] if usable[j]], direction if n else 0
        if n < len(values) - 1 and not fixed[values[: n + 1]].any():
            yield [j for j in values[: n + 1] if usable[j]], -direction


def _runs(values: list[int], usable: Flags) -> list[list[int]]:
    """Usable levels side by side."""
    runs: list[list[int]] = [[]]
    for i in values:
        if usable[i]:
            runs[-1].append(i)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _direction(chain: Chain | None, rates: RateTable) -> int | None:
    """+1 where points must rise along a criterion's levels, -1 where they must fall: as asked, or as the rates do."""
    if chain is None or chain.direction:
        return None if chain is None else chain.direction
    at = chain.positions
    leads = np.maximum(rates.leads[at].astype(float), 1e-9)
    steps = np.arange(len(at)) - np.average(np.arange(len(at)), weights=leads)
    return 1 if float((leads * steps * rates.rate[at]).sum()) >= 0 else -1


def _clashes(gives: Flags, ordered: Flags) -> Flags:
    """Pairs of lines that overlap without one lying in the other, and, where levels have an order, sharing an end."""
    if not len(gives):
        return np.zeros((0, 0), bool)
    shared = gives.astype(np.float32) @ gives.T.astype(np.float32)
    size = shared.diagonal()
    first = gives.argmax(axis=1)
    last = gives.shape[1] - 1 - gives[:, ::-1].argmax(axis=1)
    nested = shared == np.minimum(size[:, None], size[None, :])
    nested &= ~ordered[:, None] | (first[:, None] == first[None, :]) | (last[:, None] == last[None, :])
    clash: Flags = (shared > 0) & ~nested
    np.fill_diagonal(clash, False)
    return clash


def joined(
    criteria: Sequence[Criterion], points: Ints, fixed: Flags, lines: NDArray[np.intp] | None = None
) -> tuple[Criterion, ...]:
    """The criteria with levels made one that a line says together.

    These are ordered levels side by side with the same points, and levels of other criteria that are of one of the
    `lines` (its number, for every level). `points` and `fixed` (levels that stay as they are) run over all levels.

    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> size = Criterion("size", "size", "number", "fit", (Level("<10", high=10), Level("10-49", low=10, high=50),
    ...     Level("50+", low=50), *ends), ordered=True)
    >>> [level.name for level in joined([size], np.array([0, 4, 4, 0, 0]), np.zeros(5, bool))[0].levels]
    ['<10', '10+', 'missing', 'other']
    >>> role = Criterion("role", "role", "text", "fit", (*(Level(v, values=(v,)) for v in "abc"), *ends))
    >>> points, free = np.array([2, 0, 2, 0, 0]), np.zeros(5, bool)
    >>> [level.name for level in joined([role], points, free, np.array([0, 1, 0, 3, 4]))[0].levels]
    ['a / c', 'b', 'missing', 'other']
    """
    bounds = offsets(criteria)
    place = joined_places(criteria, points, fixed, lines)
    return tuple(
        _joined(criterion, place[a:b] - (place[a] if b > a else 0))
        for criterion, (a, b) in zip(criteria, pairwise(bounds), strict=True)
    )


def placed(criteria: Sequence[Criterion], fine: Sequence[Criterion]) -> NDArray[np.intp]:
    """Where each level of finer criteria is among the levels of coarser ones."""
    pairs = zip(criteria, fine, strict=True)
    places = [start + coarse.placed(finer) for start, (coarse, finer) in zip(offsets(criteria), pairs, strict=False)]
    return np.concatenate([np.zeros(0, np.intp), *places]).astype(np.intp)


def joined_places(
    criteria: Sequence[Criterion], points: Ints, fixed: Flags, lines: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Where each level is among the levels of the joined criteria: (levels,)."""
    leader = np.arange(len(points))
    for criterion, a in zip(criteria, offsets(criteria)[:-1], strict=True):
        values = a + np.array([i for i, level in enumerate(criterion.levels) if level.role == "value"], np.intp)
        free = values[~fixed[values] & (points[values] != 0)]
        if _in_order(criterion):
            for one, two in pairwise(free.tolist()):
                if two == one + 1 and points[one] == points[two]:
                    leader[two] = leader[one]
        elif lines is not None:
            for level in free.tolist():
                leader[level] = free[(lines[free] == lines[level]) & (points[free] == points[level])][0]
    return np.unique(leader, return_inverse=True)[1].astype(np.intp)


def _joined(criterion: Criterion, place: NDArray[np.intp]) -> Criterion:
    """A criterion with its levels at the same place made one; places in the order of their first levels."""
    if len(np.unique(place)) == len(place):
        return criterion
    integer_cuts = all(float(cut).is_integer() for cut in criterion.cuts)
    parts: dict[int, list[Level]] = {}
    for level, position in zip(criterion.levels, place.tolist(), strict=True):
        parts.setdefault(position, []).append(level)
    return replace(criterion, levels=tuple(_one(levels, integer_cuts) for levels in parts.values()))


def _one(levels: Sequence[Level], integer_cuts: bool) -> Level:
    """Several levels as one."""
    first, last = levels[0], levels[-1]
    if len(levels) == 1:
        return first
    if any(level.values for level in levels):
        names = [level.name for level in levels]
        more = f" / +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else ""
        values = tuple(value for level in levels for value in level.values)
        return Level(" / ".join(names[:MOST_NAMED]) + more, values=values)
    return Level(interval_name(first.low, last.high, integers=integer_cuts), low=first.low, high=last.high)
