"""Sums over profile rows without a design matrix: scores, gradients and Gram matrices straight from level codes.

A one-hot design matrix has a single 1 per criterion and row, so ``X b`` is a sum of table look-ups, ``X' r`` a
`bincount` (both take two criteria at once) and ``X' W X`` a `bincount` per pair of criteria. Nothing here uses threads
or BLAS, so that the same rows give the same bits on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..grid.criteria import offsets

Floats = NDArray[np.float64]
FIT_ROWS = 60_000
"""Rows that curvature is measured on; beyond them it is estimated from a sample."""
BLOCK = 16_384
CELLS_PER_ROW, FEWEST_CELLS = 2, 4096
"""Cells of a table of four criteria at most, for each row."""
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Rows:
    """Profile rows to sum over: codes (criteria, rows), levels per criterion, leads and customers (rows,).

    `times` is how many rows of the tally each row stands for (its leads and customers are multiplied already).
    """

    codes: NDArray[np.uint8]
    sizes: tuple[int, ...]
    leads: Floats
    customers: Floats
    times: Floats

    @property
    def bounds(self) -> NDArray[np.intp]:
        """Where each criterion's levels start, and the end."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)

    @cached_property
    def pairs(self) -> tuple[NDArray[np.uint16], ...]:
        """Codes of two criteria in one, ``i * levels of the second + j``; the last criterion may stand alone."""
        codes = []
        for i in range(0, len(self.sizes), 2):
            pair = self.codes[i].astype(np.uint16)
            if i + 1 < len(self.sizes):
                pair *= np.uint16(self.sizes[i + 1])
                pair += self.codes[i + 1]
            codes.append(pair)
        return tuple(codes)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Levels of the two criteria of each pair (1 where there is no second)."""
        return tuple((self.sizes[i], (*self.sizes, 1)[i + 1]) for i in range(0, len(self.sizes), 2))


def rows_of(tally: Tally, most: int | None = None) -> Rows:
    """The rows of a tally; if there are more than `most`, a deterministic sample of about that many.

    Rows with customers come first (up to a third of the places), the others fill the rest; both are chosen by a
    hash of their position and weighted so that leads and customers sum to the tally's. A sample is drawn once: the
    tally keeps it.
    """
    if most is None:
        return _drawn(tally, None)
    samples: dict[int, Rows] = vars(tally).setdefault("_samples", {})  # as a cached property does
    if most not in samples:
        samples[most] = _drawn(tally, most)
    return samples[most]


def _drawn(tally: Tally, most: int | None) -> Rows:
    sizes = tuple(int(s) for s in np.diff(offsets(tally.criteria)))
    if most is None or tally.rows <= most:
        return Rows(tally.codes, sizes, tally.leads, tally.customers, np.ones(tally.rows))
    bought = tally.customers > 0
    buyers = int(bought.sum())
    places = min(buyers, max(most // 3, most - (tally.rows - buyers)))
    order = (np.arange(tally.rows, dtype=np.uint64) * GOLDEN) >> np.uint64(32)
    parts = []
    for part, size, share in ((bought, buyers, places), (~bought, tally.rows - buyers, most - places)):
        chance = min(1.0, share / max(size, 1))
        sampled = np.flatnonzero(part & (order < np.uint64(chance * 2**32)))
        weight = tally.leads[part].sum() / max(tally.leads[sampled].sum(), 1e-300)
        parts.append((sampled, np.full(len(sampled), weight)))
    sampled = np.concatenate([rows for rows, _ in parts])
    weight = np.concatenate([weights for _, weights in parts])
    codes = np.ascontiguousarray(tally.codes[:, sampled])
    return Rows(codes, sizes, tally.leads[sampled] * weight, tally.customers[sampled] * weight, weight)


def predict(rows: Rows, values: Floats) -> Floats:
    """Sum per row of one value per level: ``X b``, shape (rows,)."""
    total = np.zeros(rows.codes.shape[1])
    tables, start = [], 0
    for one, two in rows.shapes:
        second = values[start + one : start + one + two] if start + one < len(values) else np.zeros(1)
        tables.append(np.add.outer(values[start : start + one], second).ravel())
        start += one + two
    for start in range(0, len(total), BLOCK):
        block = total[start : start + BLOCK]
        for table, codes in zip(tables, rows.pairs, strict=True):
            block += table.take(codes[start : start + BLOCK])
    return total


def sums(rows: Rows, values: Floats) -> Floats:
    """Sum per level of one value per row: ``X' r``, shape (levels,)."""
    marginals = [np.zeros(0)]
    for codes, (one, two) in zip(rows.pairs, rows.shapes, strict=True):
        cells = np.bincount(codes, values, one * two).reshape(one, two)
        marginals += [cells.sum(axis=1), cells.sum(axis=0)]
    return np.concatenate(marginals)[: rows.bounds[-1]]


def gram(rows: Rows, weights: Floats) -> Floats:
    """``X' W X`` for one weight per row, shape (levels, levels).

    Four criteria are counted in one table where its cells are few for the rows; its margins are the blocks wanted.
    """
    bounds, shapes = rows.bounds.tolist(), rows.shapes
    diagonal = sums(rows, weights)
    size = len(diagonal)
    matrix = np.zeros((size + 1, size + 1))  # with room for the second criterion that the last pair may lack
    pairs = [codes.astype(np.intp) for codes in rows.pairs]
    starts = [bounds[2 * a] for a in range(len(shapes))]
    most = CELLS_PER_ROW * max(len(weights), FEWEST_CELLS)
    cell = np.empty(len(weights), np.intp)
    for a, (one, two) in enumerate(shapes):
        i, j = starts[a], starts[a] + one
        matrix[j : j + two, i:j] = np.bincount(pairs[a], weights, one * two).reshape(one, two).T
        for b, (three, four) in enumerate(shapes[:a]):
            k, m = starts[b], starts[b] + three
            if one * two * three * four > most:
                _counted_by_two(rows, weights, (2 * a, 2 * b), matrix)
                continue
            np.multiply(pairs[a], three * four, out=cell)
            np.add(cell, pairs[b], out=cell)
            table = np.bincount(cell, weights, one * two * three * four).reshape(one, two, three * four)
            for at, margin in ((slice(i, j), table.sum(axis=1)), (slice(j, j + two), table.sum(axis=0))):
                by_pair = margin.reshape(-1, three, four)
                np.add.reduce(by_pair, axis=2, out=matrix[at, k:m])
                np.add.reduce(by_pair, axis=1, out=matrix[at, m : m + four])
    matrix = matrix[:size, :size]
    matrix += matrix.T
    matrix[np.diag_indices(size)] = diagonal
    return np.ascontiguousarray(matrix)


def _counted_by_two(rows: Rows, weights: Floats, firsts: tuple[int, int], matrix: Floats) -> None:
    """Put the blocks of two pairs of criteria into the matrix, each counted in a table of its own."""
    bounds, criteria = rows.bounds, len(rows.sizes)
    for i in range(firsts[0], min(firsts[0] + 2, criteria)):
        for j in (firsts[1], firsts[1] + 1):
            cells = rows.codes[i].astype(np.uint16) * np.uint16(rows.sizes[j]) + rows.codes[j]
            block = np.bincount(cells, weights, rows.sizes[i] * rows.sizes[j]).reshape(rows.sizes[i], rows.sizes[j])
            matrix[bounds[i] : bounds[i + 1], bounds[j] : bounds[j + 1]] = block


def curvature(rows: Rows, predicted: Floats) -> tuple[Floats, Floats, float]:
    """Second derivative of the logistic loss at predicted close rates, with its part for the intercept.

    Returns ``X' W X``, ``X' W 1`` and ``1' W 1`` for ``W = leads * p * (1 - p)``.
    """
    weights = rows.leads * predicted * (1 - predicted)
    return gram(rows, weights), sums(rows, weights), float(weights.sum())


def profiled(matrix: Floats, cross: Floats, intercept: float) -> Floats:
    """Curvature of the level weights when the intercept follows them: ``A - a a' / a0``."""
    result: Floats = matrix - np.outer(cross, cross) / max(intercept, 1e-300)
    return result


def level_out(linear: Floats, leads: Floats, customers: Floats, intercept: float) -> float:
    """The intercept at which as many customers are expected as there are."""
    for _ in range(50):
        expected = special.expit(linear + intercept)
        mass = float((leads * expected * (1 - expected)).sum())
        move = float((customers - leads * expected).sum()) / max(mass, 1e-300)
        intercept += float(np.clip(move, -2, 2))
        if abs(move) < 1e-10:
            break
    return intercept
