"""Gradient boosting on level codes and counts: what interactions of answers tell beyond any sum of points.

Trees of a few splits, each on half of the rows, added up with a short step: Friedman, "Stochastic gradient boosting"
(2002). Sums of all nodes of a depth come from one count over the places where rows are not at the most common level of
a criterion; what is at that level is the remainder. The same leads give the same trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Places = NDArray[np.intp]

SEED = 20261122
TREES, STEP, DEPTH = 48, 0.17, 4
PULL = 5.0
"""Leads' worth of curvature that pulls each leaf to 0."""
FEWEST_LEADS = 40
"""Leads on each side of a split at least, as their curvature is at the mean close rate."""


@dataclass(frozen=True)
class Tree:
    """One tree: criterion and last level to the left of each node, depth by depth; a value per leaf."""

    criterion: tuple[Places, ...]
    last: tuple[Places, ...]
    value: Floats

    def leaf(self, codes: Codes) -> Places:
        """The leaf of each row: codes (C, rows) -> (rows,)."""
        rows = np.arange(codes.shape[1])
        node = np.zeros(codes.shape[1], np.intp)
        for criterion, last in zip(self.criterion, self.last, strict=True):
            node = 2 * node + (codes[criterion[node], rows] > last[node])
        return node


def boosted(
    codes: Codes, sizes: Sequence[int], leads: Floats, customers: Floats, judged: Codes, trees: int = TREES
) -> Floats:
    """Log-odds of a customer of judged rows, (rows,), from the counts of known ones: codes (C, rows) each.

    >>> known = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], np.uint8)                       # together, or not
    >>> odds = boosted(known, (2, 2), np.full(4, 500.0), np.array([200.0, 50, 50, 200]), known, trees=200)
    >>> special.expit(odds).round(2).tolist()
    [0.4, 0.1, 0.1, 0.4]
    """
    rate = float(customers.sum() / leads.sum())
    start = float(np.log(rate / (1 - rate)))
    log_odds, result = np.full(codes.shape[1], start), np.full(judged.shape[1], start)
    least = FEWEST_LEADS * rate * (1 - rate)
    for rows in _halves(codes.shape[1], trees):
        known = codes[:, rows]
        share = special.expit(log_odds[rows])
        pull, curve = customers[rows] - leads[rows] * share, leads[rows] * share * (1 - share)
        tree = _grown(known, sizes, pull, curve, least)
        log_odds += tree.value[tree.leaf(codes)]
        result += tree.value[tree.leaf(judged)]
    return result


def _halves(rows: int, trees: int) -> Iterator[Places]:
    """Half of the rows, another one for each tree; all of few rows."""
    rng = np.random.default_rng(SEED)
    for _ in range(trees):
        half = np.flatnonzero(rng.random(rows) < 0.5)
        yield half if len(half) > 4 * FEWEST_LEADS else np.arange(rows)


@dataclass(frozen=True)
class _Entries:
    """Where rows are not at the most common level of a criterion: row and level, with what is added up there."""

    row: Places
    level: Places
    pull: Floats
    curve: Floats
    starts: Places
    common: Places

    def below(self, node: Places, totals: tuple[Floats, Floats], nodes: int) -> Iterator[Floats]:
        """Pull and curvature of each node's rows up to each level of each criterion: (nodes, levels) each."""
        levels = int(self.starts[-1])
        place = node[self.row] * levels + self.level
        for values, total in zip((self.pull, self.curve), totals, strict=True):
            table = np.bincount(place, values, nodes * levels).reshape(nodes, levels)
            table[:, self.common] = total[:, None] - np.add.reduceat(table, self.starts[:-1], axis=1)
            until = np.concatenate([np.zeros((nodes, 1)), np.cumsum(table, axis=1)], axis=1)
            yield until[:, 1:] - np.repeat(until[:, self.starts[:-1]], np.diff(self.starts), axis=1)


def _entries(codes: Codes, sizes: Sequence[int], pull: Floats, curve: Floats) -> _Entries:
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    common = np.array([np.bincount(code).argmax() for code in codes], np.intp)
    criterion, row = np.nonzero(codes != common[:, None])
    level = starts[criterion] + codes[criterion, row]
    return _Entries(row, level, pull[row], curve[row], starts, starts[:-1] + common)


def _grown(codes: Codes, sizes: Sequence[int], pull: Floats, curve: Floats, least: float) -> Tree:
    """The tree that lowers the loss most, node by node, to second order."""
    entries = _entries(codes, sizes, pull, curve)
    starts, levels = entries.starts, int(entries.starts[-1])
    owner = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.isin(np.arange(levels), starts[1:] - 1)
    every, node = np.arange(codes.shape[1]), np.zeros(codes.shape[1], np.intp)
    chosen: list[Places] = []
    last: list[Places] = []
    for depth in range(DEPTH):
        nodes = 1 << depth
        both, mass = (np.bincount(node, values, nodes).astype(np.float64) for values in (pull, curve))
        left, left_mass = entries.below(node, (both, mass), nodes)
        right, right_mass = both[:, None] - left, mass[:, None] - left_mass
        gain = left**2 / (np.maximum(left_mass, 0) + PULL) + right**2 / (np.maximum(right_mass, 0) + PULL)
        gain[(left_mass < least) | (right_mass < least) | ends] = -np.inf
        best = gain.argmax(axis=1)
        splits = np.isfinite(gain[np.arange(nodes), best])  # what tells nothing alone may do so with the next
        chosen.append(owner[best])
        last.append(np.where(splits, best - starts[owner[best]], levels))
        node = 2 * node + (codes[chosen[-1][node], every] > last[-1][node])
    leaves = 1 << DEPTH
    value = STEP * np.bincount(node, pull, leaves) / (np.bincount(node, curve, leaves) + PULL)
    return Tree(tuple(chosen), tuple(last), value)
