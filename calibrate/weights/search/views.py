"""A set of lines, and every other line seen from it: counts and sums that the search asks for.

Rows that agree on the lines of a set are one cell. For lines on levels, leads and customers are counted per level and
cell, once (`TableView`): whatever the search then asks about a line, it asks of that table. For columns of numbers
each row is a cell (`RowView`).
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fits import STEEPEST, Floats, sums
from .lines import WHOLE, Lines

ALONE_ROUNDS = 3
LISTED_ROWS = 100_000
"""Up to this many rows, entries away from the most common levels are listed once."""
BITS = 10
"""Lines packed into one number before the cells that nobody is in are left out."""
TABLE_COST = 4
"""What a number of a table costs, as a multiple of an entry in a sum over rows."""


class Joined(NamedTuple):
    """Cells of a set with one line more: the set's cells, `copies` times, with counts and the line's column.

    Counts are (lines or 1, cells), the column too.
    """

    copies: int
    leads: Floats
    customers: Floats
    column: Floats


class Entries(NamedTuple):
    """Where rows are not at the most common level of a criterion: row and level of each such place."""

    row: NDArray[np.intp]
    level: NDArray[np.intp]


class TableView:
    """A set of lines on levels: `design` (head + lines, cells) has the constant 1 first, then the pinned score."""

    def __init__(self, source: TableSource, support: tuple[int, ...]) -> None:
        self.source, self.support = source, support
        lines = source.lines
        place, bits, self.leads = _packed(source, (*source.pinned, *support))
        self.place = place
        self.customers = sums(place, lines.customers, len(self.leads))
        pins = len(source.pinned)
        head = [np.ones((1, len(self.leads)))]
        if pins:
            head.append((lines.lowest[list(source.pinned)] @ bits[:pins])[None, :].astype(np.float64))
        self.design: Floats = np.concatenate([*head, bits[pins:].astype(np.float64)])

    @cached_property
    def levels(self) -> Floats:
        """Leads per level and cell: (q, cells)."""
        return self._per_level(self.source.lines.leads, self.leads)

    @cached_property
    def table(self) -> tuple[Floats, Floats]:
        """Leads and customers per line and cell: (p, cells) each."""
        customers = self._per_level(self.source.lines.customers, self.customers)
        return self.source.of_lines(self.levels), self.source.of_lines(customers)

    def _per_level(self, values: Floats, totals: Floats) -> Floats:
        table = self.source.per_level(self.place, values, len(totals))
        table[self.source.base] = np.maximum(totals - np.add.reduceat(table, self.source.lines.bounds[:-1], axis=0), 0)
        return table

    def _row_by_row(self, several: int) -> bool:
        """Whether so many sums over the rows cost less than a table: of a long set nearly every row is a cell."""
        entries = self.source.entries
        if entries is None or "table" in self.__dict__:
            return False
        return several * len(entries.row) < TABLE_COST * self.leads.size * int(self.source.lines.gives.shape[1])

    def by_leads(self, values: Floats) -> Floats:
        """Sum over the rows of each line of leads times a value per cell: (m, cells) -> (m, p)."""
        if self._row_by_row(len(values)):
            return self.source.by_rows(values[:, self.place] * self.source.lines.leads)
        if "table" in self.__dict__:
            summed: Floats = values @ self.table[0].T
            return summed
        return self.source.of_lines((values @ self.levels.T).T).T

    def by_leads_squared(self, values: Floats) -> Floats:
        """The same: 0 and 1 are their own squares."""
        return self.by_leads(values)

    @property
    def bought(self) -> Floats:
        """Customers of each line: (p,)."""
        return self.source.bought

    def joined(self, lines: NDArray[np.intp]) -> Joined:
        """The set with each of some lines added."""
        if self._row_by_row(len(lines)):
            leads, customers = self._counted(lines)
        else:
            leads, customers = self.table[0][lines], self.table[1][lines]
        leads = np.concatenate([np.maximum(self.leads - leads, 0), leads], axis=1)
        customers = np.concatenate([np.maximum(self.customers - customers, 0), customers], axis=1)
        return Joined(2, leads, customers, np.repeat([0.0, 1.0], len(self.leads))[None, :])

    def _counted(self, lines: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Leads and customers of some lines per cell, counted from their rows: (lines, cells) each."""
        every = self.source.lines
        tables = np.empty((2, len(lines), len(self.leads)))
        for i, line in enumerate(lines):
            rows = np.flatnonzero(every.column(int(line)))
            place = self.place[rows]
            tables[0, i] = sums(place, every.leads[rows], len(self.leads))
            tables[1, i] = sums(place, every.customers[rows], len(self.leads))
        return tables[0], tables[1]

    def alone(self, base: Floats, weights: Floats) -> tuple[Floats, Floats]:
        """What each line gains when its weight alone is fitted, and that weight, by Newton steps from `weights`."""
        leads, customers = self.table
        start = (leads @ np.log1p(np.exp(base))) - customers @ base

        def at_weight(weight: Floats) -> tuple[Floats, Floats]:
            z = np.minimum(base + weight[:, None], STEEPEST)
            t = np.exp(z)
            return t, np.einsum("pc,pc->p", leads, np.log1p(t)) - np.einsum("pc,pc->p", customers, z)

        t, loss = at_weight(weights)
        for _ in range(ALONE_ROUNDS):
            expected = leads * (t / (1 + t))
            step = (self.bought - expected.sum(axis=1)) / np.maximum((expected / (1 + t)).sum(axis=1), 1e-12)
            t, new = at_weight(weights + step)
            weights, loss = np.where(new < loss, weights + step, weights), np.minimum(new, loss)
        return start - loss, weights


class TableSource:
    """Rows of level codes, ready for views."""

    whole = True
    binary = True

    def __init__(self, lines: Lines) -> None:
        assert lines.codes is not None
        self.lines = lines
        self.pinned = tuple(int(j) for j in np.flatnonzero(lines.pinned))
        counts = [np.bincount(code, minlength=size) for code, size in zip(lines.codes, lines.sizes, strict=True)]
        self.base = lines.bounds[:-1] + np.array([int(count.argmax()) for count in counts], np.intp)
        self.entries = self._listed(lines) if len(lines.leads) <= LISTED_ROWS else None
        single = lines.gives.sum(axis=1) == 1
        self._single = lines.gives.argmax(axis=1) if single.all() else None
        self._gives = lines.gives.astype(np.float64)
        per_level = [np.bincount(code, lines.customers, n) for code, n in zip(lines.codes, lines.sizes, strict=True)]
        self.bought: Floats = self._gives @ np.concatenate(per_level)

    def _listed(self, lines: Lines) -> Entries:
        """Row and level of every entry that is not at its criterion's most common level."""
        assert lines.codes is not None
        rows, levels = [], []
        for start, code, common in zip(lines.bounds, lines.codes, self.base, strict=False):
            row = np.flatnonzero(code != common - start)
            rows.append(row)
            levels.append(code[row].astype(np.intp) + start)
        return Entries(np.concatenate(rows), np.concatenate(levels))

    def per_level(self, place: NDArray[np.intp], values: Floats, size: int) -> Floats:
        """Sums per level and cell, (q, cells); those of most common levels may be left out."""
        levels = self.lines.gives.shape[1]
        if self.entries is not None:
            row, level = self.entries
            return sums(level * size + place[row], values[row], levels * size).reshape(levels, size)
        assert self.lines.codes is not None
        table = np.empty((levels, size))
        at = np.empty(len(place), np.intp)
        for start, code, width in zip(self.lines.bounds, self.lines.codes, self.lines.sizes, strict=False):
            np.multiply(code, size, out=at, casting="unsafe", dtype=np.intp)
            at += place
            table[start : start + width] = sums(at, values, width * size).reshape(width, size)
        table[self.base] = 0.0
        return table

    def by_rows(self, values: Floats) -> Floats:
        """Sum over the rows of each line of a value per row: (m, n) -> (m, p)."""
        assert self.entries is not None
        row, level = self.entries
        size = self.lines.gives.shape[1]
        levels = np.array([sums(level, numbers[row], size) for numbers in values])
        levels[:, self.base] = values.sum(axis=1)[:, None] - np.add.reduceat(levels, self.lines.bounds[:-1], axis=1)
        lines: Floats = levels @ self._gives.T
        return lines

    def of_lines(self, levels: Floats) -> Floats:
        """Sums per line of sums per level: (q, cells) -> (p, cells)."""
        lines: Floats = levels[self._single] if self._single is not None else self._gives @ levels
        return lines

    def view(self, support: tuple[int, ...]) -> TableView:
        """The view from a set of lines."""
        return TableView(self, support)


class RowView:
    """A set of lines that multiply columns of numbers; every row is a cell."""

    def __init__(self, source: RowSource, support: tuple[int, ...]) -> None:
        self.source, self.support = source, support
        self.leads, self.customers = source.lines.leads, source.lines.customers
        head = [np.ones((1, len(self.leads)))]
        if source.pinned:
            pinned = list(source.pinned)
            head.append((source.lines.lowest[pinned] @ source.values[pinned])[None, :])
        self.design: Floats = np.concatenate([*head, source.values[list(support)]])

    def by_leads(self, values: Floats) -> Floats:
        """Sum over the rows of each line of leads times column times a value per row: (m, n) -> (m, p)."""
        return ((values * self.leads).astype(np.float32) @ self.source.single.T).astype(np.float64)

    def by_leads_squared(self, values: Floats) -> Floats:
        """The same with the squared column."""
        return ((values * self.leads).astype(np.float32) @ self.source.squares.T).astype(np.float64)

    @property
    def bought(self) -> Floats:
        """Customers times column, summed: (p,)."""
        return self.source.bought

    def joined(self, lines: NDArray[np.intp]) -> Joined:
        """The set with each of some lines added."""
        return Joined(1, self.leads[None, :], self.customers[None, :], self.source.values[lines])

    def alone(self, base: Floats, weights: Floats) -> tuple[Floats, Floats]:
        """What each line gains when its weight alone is fitted, and that weight, by Newton steps from `weights`."""
        source = self.source
        base = base[source.row]

        def at_weight(weight: Floats) -> tuple[Floats, Floats]:
            z = np.minimum(base + np.repeat(weight, source.counts) * source.value, STEEPEST)
            t = np.exp(z)
            return t, np.add.reduceat(source.leads * np.log1p(t) - source.customers * z, source.starts)

        _, start = at_weight(np.zeros(len(weights)))
        t, loss = at_weight(weights)
        for _ in range(ALONE_ROUNDS):
            expected = source.leads * (t / (1 + t))
            pull = np.add.reduceat((source.customers - expected) * source.value, source.starts)
            spread = np.add.reduceat(expected / (1 + t) * source.value**2, source.starts)
            step = pull / np.maximum(spread, 1e-12)
            t, new = at_weight(weights + step)
            weights, loss = np.where(new < loss, weights + step, weights), np.minimum(new, loss)
        return start - loss, weights


class RowSource:
    """Rows of numbers, ready for views."""

    binary = False

    def __init__(self, lines: Lines) -> None:
        assert lines.columns is not None
        self.lines = lines
        self.pinned = tuple(int(j) for j in np.flatnonzero(lines.pinned))
        self.values: Floats = np.ascontiguousarray(lines.columns, np.float64)
        self.whole = bool((self.values == np.rint(self.values)).all() and np.abs(self.values).max(initial=0) < WHOLE)
        self.single = self.values.astype(np.float32)
        self.squares = self.single**2
        self.bought = self.values @ lines.customers
        line, self.row = np.nonzero(self.values)
        self.value = self.values[line, self.row]
        self.counts = np.bincount(line, minlength=len(lines))
        self.starts = np.cumsum(self.counts) - self.counts
        self.leads, self.customers = lines.leads[self.row], lines.customers[self.row]

    def view(self, support: tuple[int, ...]) -> RowView:
        """The view from a set of lines."""
        return RowView(self, support)


View = TableView | RowView
Source = TableSource | RowSource


def source_of(lines: Lines) -> Source:
    """The rows of some lines, ready for views."""
    return TableSource(lines) if lines.codes is not None else RowSource(lines)


def _packed(source: TableSource, lines: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.int64], Floats]:
    """Cell of each row, the lines' bits of each cell (lines, cells), and leads per cell."""
    rows = len(source.lines.leads)
    place = np.zeros(rows, np.intp)
    bits = np.zeros((0, 1), np.int64)
    leads = source.lines.leads.sum(keepdims=True)
    for first in range(0, len(lines), BITS):
        some = lines[first : first + BITS]
        for j in some:
            place <<= 1
            place |= source.lines.column(j)
        leads = sums(place, source.lines.leads, bits.shape[1] << len(some))
        occupied = np.flatnonzero(leads)
        added = (occupied >> np.arange(len(some) - 1, -1, -1)[:, None]) & 1
        bits = np.concatenate([bits[:, occupied >> len(some)], added])
        number = np.empty(len(leads), np.intp)
        number[occupied] = np.arange(len(occupied))
        place, leads = number[place], leads[occupied]
    return place, bits, leads
