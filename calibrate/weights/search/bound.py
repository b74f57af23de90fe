"""How far any grid of a given size could still go: a lower bound on its loss, by relaxation and branch and bound.

A grid of N lines rests on at most N criteria. The relaxation lets these criteria have any real weight on every level;
without a limit on their number it is plain logistic regression, whose loss no grid undercuts. Branch and bound then
decides, criterion by criterion, whether it is in or out: out raises the bound, and N criteria that are in give their
own exact relaxation. It stops after a number of fits, not of seconds, so that the same input gives the same bound.

Source: Furnival and Wilson, "Regressions by leaps and bounds" (1974), for the idea.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fits import STEEPEST, Floats
from .lines import Lines, merge

CLOSE = 1e-6
"""A fit ends when the next step would gain less than this share of the loss; that much is taken off its bound."""
CERTAIN = 1e-2
ROUNDS = 30


@dataclass(frozen=True)
class Bound:
    """No grid on at most `criteria` criteria has a smaller loss than `loss`; the grid at hand has `best`.

    `closed` says that branch and bound came to its end: more fits would not raise the bound.
    """

    loss: float
    best: float
    criteria: int
    fits: int
    closed: bool

    @property
    def left(self) -> float:
        """Share by which the loss could still fall at most.

        >>> round(Bound(90.0, 100.0, 5, 1, False).left, 3)
        0.1
        """
        return max(0.0, 1 - self.loss / self.best) if self.best > 0 else 0.0


def bound_of(lines: Lines, most: int, best: float, fits: int = 1) -> Bound:
    """A lower bound on the loss of any grid that rests on at most `most` criteria, given the best loss known.

    >>> from calibrate.weights.search.lines import plain
    >>> columns = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.int8)
    >>> lines = plain(columns, np.full(4, 100.0), np.array([5.0, 30.0, 12.0, 55.0]), cap=5)
    >>> bound_of(lines, 2, 200.0).loss <= 186.8 <= 187.0
    True
    """
    tree = _Tree(lines)
    every = tuple(range(tree.units))
    value, weight = tree.fit(every)
    if value < CERTAIN:
        return Bound(0.0, best, most, tree.fits, False)
    heap = [_Node(value, 0, (), every, weight)]
    born = 0
    while heap and heap[0].low < best:
        node = heap[0]
        if len(node.inside) == most or not node.open:
            return Bound(node.low, best, most, tree.fits, True)
        if tree.fits >= fits:
            return Bound(node.low, best, most, tree.fits, False)
        heapq.heappop(heap)
        branching_unit = max(node.open, key=lambda unit: (node.weight[unit], -unit))
        still_open = tuple(unit for unit in node.open if unit != branching_unit)
        including = node._replace(order=born - 1, inside=(*node.inside, branching_unit), open=still_open)
        if len(including.inside) == most:
            including = including._replace(low=max(node.low, tree.fit(including.inside)[0]), open=())
        value, weight = tree.fit((*node.inside, *still_open))
        without = _Node(max(node.low, value), born - 2, node.inside, still_open, weight)
        born -= 2
        for child in (including, without):
            if child.low < best:
                heapq.heappush(heap, child)
    return Bound(best, best, most, tree.fits, True)


class _Node(NamedTuple):
    """A part of all grids: criteria that are in, criteria still open; of equal bounds the youngest comes first.

    `weight` is how much the loss would rise without each criterion, to second order.
    """

    low: float
    order: int
    inside: tuple[int, ...]
    open: tuple[int, ...]
    weight: Floats


class _Tree:
    """Fits of sets of criteria with free weights on every level."""

    def __init__(self, lines: Lines) -> None:
        merged, _ = merge(lines)
        self.leads, self.customers = merged.leads, merged.customers
        self.design, self.unit = _free(merged)
        self.units = int(self.unit.max(initial=-1)) + 1
        self.fits = 0
        self._start = np.zeros(len(self.design) + 1)

    def fit(self, units: tuple[int, ...]) -> tuple[float, Floats]:
        """A value just below the smallest loss on some criteria, and how much each of them weighs."""
        self.fits += 1
        at = np.flatnonzero(np.isin(self.unit, units))
        design = np.concatenate([np.ones((1, len(self.leads))), self.design[at]])
        index = np.concatenate([[0], at + 1])
        rate = float(self.customers.sum() / self.leads.sum())
        flat = np.zeros(len(index))
        flat[0] = np.log(rate / (1 - rate))
        weights = self._start[index] if 2 * len(units) > self.units else flat  # near the fit of all, start from it
        loss, t = self._loss(weights @ design)
        gain = np.inf
        for _ in range(ROUNDS):
            expected = self.leads * (t / (1 + t))
            slope = design @ (self.customers - expected)
            curve = (design * (expected / (1 + t))) @ design.T
            curve.flat[:: len(curve) + 1] += 1e-9 * (1 + curve.diagonal())
            move = np.linalg.solve(curve, slope)
            gain = float(slope @ move) / 2
            if gain < CLOSE * loss:
                break
            step = 1.0
            while (new := self._loss((weights + step * move) @ design))[0] > loss and step > 1e-4:
                step /= 4
            if new[0] > loss:
                break
            weights, (loss, t) = weights + step * move, new
        if len(units) == self.units:
            self._start[index] = weights
        return max(loss - 2 * gain - CLOSE * loss, 0.0), self._weigh(weights[1:], curve, at)

    def _weigh(self, weights: Floats, curve: Floats, at: NDArray[np.intp]) -> Floats:
        """Wald's statistic of each criterion."""
        covariance = np.linalg.inv(curve)[1:, 1:]
        wald = np.zeros(self.units)
        for unit in np.unique(self.unit[at]):
            columns = np.flatnonzero(self.unit[at] == unit)
            wald[unit] = float(
                weights[columns] @ np.linalg.solve(covariance[np.ix_(columns, columns)], weights[columns])
            )
        return wald

    def _loss(self, z: Floats) -> tuple[float, Floats]:
        t = np.exp(np.minimum(z, STEEPEST))
        return float(self.leads @ np.maximum(z, np.log1p(t)) - self.customers @ z), t


def _free(lines: Lines) -> tuple[Floats, NDArray[np.intp]]:
    """Columns that span all that the lines of each criterion can say, and the criterion of each column."""
    if lines.codes is None:
        return np.array([lines.column(j) for j in range(len(lines))], np.float64), np.arange(len(lines))
    columns, unit = [], []
    used = np.unique(lines.criterion)
    for number, at in enumerate(used):
        code, size = lines.codes[at], lines.sizes[at]
        counts = np.bincount(code, lines.leads, size)
        touched = lines.gives[lines.criterion == at][:, lines.bounds[at] : lines.bounds[at + 1]].any(axis=0)
        levels = np.flatnonzero((counts > 0) & touched)
        if len(levels) == (counts > 0).sum():
            levels = levels[levels != counts.argmax()]
        columns += [(code == level).astype(np.float64) for level in levels]
        unit += [number] * len(levels)
    return np.array(columns).reshape(len(columns), len(lines.leads)), np.array(unit, np.intp)
