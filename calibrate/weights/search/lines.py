"""The candidate lines of a sparse grid on plain arrays, and what points they may have together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .fits import Floats, Ints, sums

Flags = NDArray[np.bool_]
LARGEST = 1 << 40
WHOLE = 1000
"""Columns of whole numbers up to this size have whole scores that are worth counting."""


@dataclass(frozen=True)
class Lines:
    """Candidate lines (p), the rows they are judged on (n), and the points each may have.

    A line gives its points to some levels of one criterion (`codes`, `sizes`, `gives`), or multiplies a column of
    numbers (`columns`); a set of lines is all of the one kind or all of the other.

    ========= =========== ==============================================================================
    field     shape       meaning
    ========= =========== ==============================================================================
    leads     (n,)        leads of the row, and `customers` among them
    lowest    (p,)        fewest whole points the line may have, and `highest`; equal: the line is pinned
    criterion (p,)        the criterion that a line belongs to
    codes     (c, n)      level of each criterion per row, and `sizes`, the levels of each criterion
    gives     (p, q)      levels that a line gives its points to, of all levels criterion after criterion
    columns   (p, n)      numbers that the points of a line are multiplied by
    clash     (p, p)      pairs of lines that may not both have points, or None
    floor     (q,)        fewest points of a level (the sum over its lines) and `ceiling`, or empty: free
    ========= =========== ==============================================================================
    """

    leads: Floats
    customers: Floats
    lowest: Ints
    highest: Ints
    criterion: NDArray[np.intp]
    codes: NDArray[np.uint8] | None = None
    sizes: tuple[int, ...] = ()
    gives: Flags = field(default_factory=lambda: np.zeros((0, 0), bool))
    columns: NDArray[Any] | None = None
    clash: Flags | None = None
    floor: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    ceiling: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.lowest)

    @property
    def pinned(self) -> Flags:
        """Lines whose points are given and not 0."""
        same: Flags = (self.lowest == self.highest) & (self.lowest != 0)
        return same

    @property
    def bounds(self) -> NDArray[np.intp]:
        """Where each criterion's levels start, and the end."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)

    def column(self, line: int) -> NDArray[Any]:
        """What one point on a line adds to the score of each row: (n,)."""
        if self.codes is None:
            assert self.columns is not None
            column: NDArray[Any] = self.columns[line]
            return column
        at, start = self.criterion[line], self.bounds
        levels = self.gives[line, start[at] : start[at + 1]].astype(np.uint8)
        fires: NDArray[Any] = levels.take(self.codes[at])
        return fires

    def only(self, keep: NDArray[np.intp]) -> Lines:
        """Some of the lines, in the given order."""
        return replace(
            self,
            lowest=self.lowest[keep],
            highest=self.highest[keep],
            criterion=self.criterion[keep],
            gives=self.gives[keep] if self.codes is not None else self.gives,
            columns=None if self.columns is None else self.columns[keep],
            clash=None if self.clash is None else self.clash[np.ix_(keep, keep)],
        )


@dataclass(frozen=True)
class Budget:
    """At most this many lines, and criteria, with points; a line more must lower the loss by `worth`."""

    lines: int
    criteria: int
    worth: float = 0.0


def plain(columns: NDArray[Any], leads: Floats, customers: Floats, cap: int) -> Lines:
    """Lines without structure: each column (p, n) a criterion of its own, points from -cap to cap."""
    p = len(columns)
    most, numbers = np.full(p, cap, np.int64), np.arange(p, dtype=np.intp)
    if ((columns == 0) | (columns == 1)).all():
        gives = np.zeros((p, 2 * p), bool)
        gives[numbers, 2 * numbers + 1] = True
        codes = np.ascontiguousarray(columns, np.uint8)
        return Lines(leads, customers, -most, most, numbers, codes, (2,) * p, gives)
    return Lines(leads, customers, -most, most, numbers, columns=columns)


def room(lines: Lines, budget: Budget, points: Ints) -> tuple[Ints, Ints]:
    """Fewest and most points each line may have next, all others staying as they are: (p,) each.

    A line without points keeps 0 where the budget is spent or where it clashes with one that has points.
    """
    low, high = lines.lowest.copy(), lines.highest.copy()
    used = points != 0
    if len(lines.floor):
        levels = points @ lines.gives
        up = np.where(lines.gives, (lines.ceiling - levels)[None, :], LARGEST).min(axis=1)
        down = np.where(lines.gives, (lines.floor - levels)[None, :], -LARGEST).max(axis=1)
        low, high = np.maximum(low, points + down), np.minimum(high, points + up)
    shut = ~used & closed(lines, budget, used)
    low[shut], high[shut] = 0, 0
    return low, high


def closed(lines: Lines, budget: Budget, used: Flags) -> Flags:
    """Lines that may not join those in use: the budget is spent, or they clash."""
    shut = (lines.lowest >= 0) & (lines.highest <= 0)
    if used.sum() >= budget.lines:
        shut[:] = True
    if lines.clash is not None:
        shut |= lines.clash[used].any(axis=0)
    in_use = np.zeros(int(lines.criterion.max(initial=0)) + 1, bool)
    in_use[lines.criterion[used]] = True
    if in_use.sum() >= budget.criteria:
        shut |= ~in_use[lines.criterion]
    return shut


def allowed(lines: Lines, budget: Budget, points: Ints) -> Flags:
    """Which rows of whole points (cards, p) meet every bound and budget."""
    used = points != 0
    good: Flags = (used.sum(axis=1) <= budget.lines) & (points >= np.minimum(lines.lowest, 0)).all(axis=1)
    good &= (points <= np.maximum(lines.highest, 0)).all(axis=1)
    good &= (points == lines.lowest)[:, lines.pinned].all(axis=1)
    good &= ~((lines.lowest > 0) & (points == 0)).any(axis=1) & ~((lines.highest < 0) & (points == 0)).any(axis=1)
    if budget.criteria < len(lines):
        good &= np.array([len(np.unique(lines.criterion[row])) <= budget.criteria for row in used], bool)
    if lines.clash is not None:
        good &= np.array([not lines.clash[np.ix_(row, row)].any() for row in used], bool)
    if len(lines.floor):
        levels = points @ lines.gives
        good &= ((levels >= lines.floor) & (levels <= lines.ceiling)).all(axis=1)
    return good


def merge(lines: Lines) -> tuple[Lines, NDArray[np.intp]]:
    """Lines that say something, on merged identical rows; and their positions among the lines given."""
    if lines.codes is None:
        assert lines.columns is not None
        columns = lines.columns
        varied = (columns != columns[:, :1]).any(axis=1)
    else:
        counts = [np.bincount(code, minlength=size) for code, size in zip(lines.codes, lines.sizes, strict=True)]
        rows_fired = lines.gives @ np.concatenate(counts)
        varied = (rows_fired > 0) & (rows_fired < lines.codes.shape[1])
    positions = np.flatnonzero((varied & ((lines.lowest < 0) | (lines.highest > 0))) | lines.pinned)
    lines = lines.only(positions)
    table = lines.codes if lines.codes is not None else lines.columns
    assert table is not None
    if table.dtype.kind in "bui" or bool((table == np.rint(table)).all() and np.abs(table).max(initial=0) < WHOLE):
        first, place = _alike(table)
        if len(first) < 0.95 * len(place):
            merged = np.ascontiguousarray(table[:, first])
            lines = replace(
                lines,
                leads=sums(place, lines.leads, len(first)),
                customers=sums(place, lines.customers, len(first)),
                codes=None if lines.codes is None else merged,
                columns=None if lines.columns is None else merged,
            )
    return lines, positions


def _alike(table: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First of each kind of identical columns of a table, and the kind of every column."""
    key = np.zeros(table.shape[1], np.uint64)
    for row in table.astype(np.int16):
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
        key += row.astype(np.uint64)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    if not all((row[first][place] == row).all() for row in table):  # two kinds fell on one key: compare them all
        _, first, place = np.unique(table, axis=1, return_index=True, return_inverse=True)
    return first, place.ravel()
