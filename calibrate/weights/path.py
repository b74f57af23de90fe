"""The path from all lines to few: one backward pass gives the weights of a grid of every size.

A joint method drops the line, or makes one of two lines of a criterion (neighbours where it is ordered), that costs
least in its curvature, and lets the others follow; at the sizes asked for the lines that are left are fitted again on
the counted leads, shrunk as the method shrinks. A marginal method keeps its own weights and takes in, one after
another, the line with which its score comes nearest to the joint fit, so that two lines with one fact between them do
not both come first.

Sources: Hassibi and Stork, "Second order derivatives for network pruning: optimal brain surgeon" (1993); Efroymson,
"Multiple regression analysis" (1960), for the forward choice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..grid.criteria import Criterion
from .base import Weights
from .constraints import Limits
from .elimination import information
from .profile_algebra import Rows, level_out, rows_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIZES = (30, 20, 16, 12, 10, 8, 6, 5, 4, 3)
"""Sizes of the frontier, from the longest; before them stands the grid with all lines."""
MOST_REFITTED = 30
"""Lines up to which a size is fitted again on the leads; beyond, the curvature of the first fit tells enough."""
REFIT_ROWS = 15_000
REFIT_STEPS = 2
GROUND = 1e-9


@dataclass(frozen=True)
class Lines:
    """Some lines of a grid: the levels each gives its weight to (lines, levels), and the weights (lines,)."""

    gives: Flags
    values: Floats

    @property
    def by_level(self) -> Floats:
        """The weight of every level: (levels,)."""
        values: Floats = self.values @ self.gives.astype(float)
        return values

    @property
    def groups(self) -> Flags:
        """All levels in groups that have one weight: the lines, then every other level alone, (groups, levels)."""
        alone = np.eye(self.gives.shape[1], dtype=bool)[~self.gives.any(axis=0)]
        return np.concatenate([self.gives, alone])


@dataclass(frozen=True)
class Guide:
    """What a joint fit says of all levels: weights (levels,), what a change of them costs, leads that two levels share.

    `curvature` and `shared` are (levels, levels); the diagonal of `shared` is each level's leads.
    """

    values: Floats
    curvature: Floats
    shared: Floats


def shortened(
    weights: Weights, tally: Tally, limits: Limits, sizes: Collection[int], guide: Guide | None = None
) -> dict[int, Lines]:
    """The lines of the best grids of some sizes, pinned lines counted: each on the way to the next smaller one.

    `guide` is a joint fit on the same levels, for methods that are none; without it they keep the lines with most
    information.
    """
    descending = sorted({size for size in sizes if size > 0}, reverse=True)
    pins = int(np.count_nonzero(limits.pins[limits.pinned]))
    values = np.where(limits.pinned, 0.0, weights.values)
    rooms = {size: max(size - pins, 0) for size in descending}
    if weights.curvature is not None and weights.penalty is not None:
        return _backward(weights, values, tally, rooms)
    order = _forward(values, guide) if guide is not None else np.argsort(-information(tally), kind="stable")
    order = order[values[order] != 0]
    return {size: _singles(values, order[:room]) for size, room in rooms.items()}


def _singles(values: Floats, levels: NDArray[np.intp]) -> Lines:
    gives = np.zeros((len(levels), len(values)), bool)
    gives[np.arange(len(levels)), levels] = True
    return Lines(gives, values[levels])


def _forward(values: Floats, guide: Guide) -> NDArray[np.intp]:
    """All lines in the order in which they explain most of the joint fit: share ``(t' M x)^2 / x' M x``."""
    metric, pull = guide.curvature, guide.curvature @ guide.values
    remaining = [int(i) for i in np.flatnonzero(values)]
    order: list[int] = []
    product, cross, square = np.zeros(len(values)), 0.0, 0.0
    while remaining:
        at = np.array(remaining)
        w = values[at]
        crosses = cross + pull[at] * w
        squares = square + 2 * product[at] * w + metric[at, at] * w**2
        share = np.where(crosses > 0, crosses**2, -(crosses**2)) / np.maximum(squares, 1e-300)
        best = int(np.argmax(share))
        line = remaining.pop(best)
        order.append(line)
        cross, square = float(crosses[best]), float(squares[best])
        product = product + metric[:, line] * values[line]
    return np.array(order, np.intp)


@dataclass(frozen=True)
class _State:
    """Lines on the way, with the covariance of their weights where the loss is a parabola."""

    gives: Flags
    values: Floats
    covariance: Floats

    def without(self, line: int) -> _State:
        """The lines without one, the others following."""
        column = self.covariance[:, line] / max(float(self.covariance[line, line]), 1e-300)
        return self._conditioned(column * self.values[line], np.outer(column, self.covariance[line]), self.gives, line)

    def joined(self, one: int, two: int) -> _State:
        """The lines with two as one, the others following."""
        column = self.covariance[:, one] - self.covariance[:, two]
        variance = max(float(column[one] - column[two]), 1e-300)
        gap = float(self.values[one] - self.values[two])
        gives = self.gives.copy()
        gives[one] |= gives[two]
        return self._conditioned(column * (gap / variance), np.outer(column, column) / variance, gives, two)

    def _conditioned(self, move: Floats, explained: Floats, gives: Flags, gone: int) -> _State:
        stay = np.arange(len(self.values)) != gone
        return _State(
            gives[stay],
            (self.values - move)[stay],
            (self.covariance - explained)[np.ix_(stay, stay)],
        )


def _backward(weights: Weights, values: Floats, tally: Tally, rooms: dict[int, int]) -> dict[int, Lines]:
    """Backward elimination, each size from the next larger one."""
    assert weights.curvature is not None
    start = _singles(values, np.flatnonzero(values).astype(np.intp))
    shape = start.gives.astype(float)
    precision = shape @ weights.curvature @ shape.T + np.eye(len(start.values)) * _strength(start.values)
    state = _State(start.gives, start.values, _inverse(precision))
    return _fewer_and_fewer(state, rooms, rows_of(tally, REFIT_ROWS), weights)


def fewer_of(weights: Weights, tally: Tally, sizes: Collection[int]) -> dict[int, Lines]:
    """The same from lines that a search has chosen: `weights` without curvature, on the levels of the tally.

    Their weights are fitted again, shrunk towards 0 by a normal prior with the spread that they have.
    """
    lines = np.flatnonzero(weights.values).astype(np.intp)
    start, rows = _singles(weights.values, lines), rows_of(tally, REFIT_ROWS)
    state = _State(start.gives, start.values, np.eye(len(lines)))
    strength = _strength(start.values)
    if len(lines):
        state = _refitted(state, rows, strength, weights.intercept)
    rooms = {size: size for size in sorted({size for size in sizes if size > 0}, reverse=True)}
    return _fewer_and_fewer(state, rooms, rows, weights, strength)


def _strength(values: Floats) -> float:
    """Precision of a normal prior around 0 with the spread that the weights of some lines have.

    A joint method's own prior of ordered levels asks for weights that rise evenly; a grid of few lines has steps.
    """
    return len(values) / max(float((values**2).sum()), 1e-12)


def _fewer_and_fewer(
    state: _State, rooms: dict[int, int], rows: Rows, weights: Weights, strength: float | None = None
) -> dict[int, Lines]:
    """The lines of each size, the largest first, fitted again wherever they are few enough.

    Without a `strength` the prior has the spread of the lines that are left.
    """
    spans, lines_of = _spans(weights.criteria), {}
    for size, room in rooms.items():
        state = _reduced(state, room, spans)
        if len(state.values) <= MOST_REFITTED and len(state.values):
            state = _refitted(state, rows, strength or _strength(state.values), weights.intercept)
        lines_of[size] = Lines(state.gives, state.values)
    return lines_of


def _reduced(state: _State, room: int, spans: _Spans) -> _State:
    """The lines with the cheapest dropped, or two of a criterion made one, until so many are left."""
    while len(state.values) > room:
        values, covariance = state.values, state.covariance
        cost = values**2 / np.maximum(np.diag(covariance), 1e-300)
        out = int(np.argmin(cost))
        pairs = _neighbours(state, spans)
        if len(pairs):
            one, two = pairs.T
            spread = covariance[one, one] + covariance[two, two] - 2 * covariance[one, two]
            fused = (values[one] - values[two]) ** 2 / np.maximum(spread, 1e-300)
            best = int(np.argmin(fused))
            if fused[best] < cost[out]:
                state = state.joined(int(one[best]), int(two[best]))
                continue
        state = state.without(out)
    return state


@dataclass(frozen=True)
class _Spans:
    """For each level the criterion within which it may be one line with others, or -1, and whether it is ordered."""

    criterion: NDArray[np.intp]
    ordered: Flags


def _spans(criteria: Sequence[Criterion]) -> _Spans:
    span_of_level: list[int] = []
    ordered: list[bool] = []
    for at, criterion in enumerate(criteria):
        span_of_level += [at if level.role == "value" else -1 for level in criterion.levels]
        ordered += [criterion.ordered or criterion.kind == "number"] * len(criterion.levels)
    return _Spans(np.array(span_of_level, np.intp), np.array(ordered, bool))


def _neighbours(state: _State, spans: _Spans) -> NDArray[np.intp]:
    """Pairs of lines that may be one: side by side in an ordered criterion, else on the same side of 0: (pairs, 2)."""
    gives, values = state.gives, state.values
    if not len(gives):
        return np.zeros((0, 2), np.intp)
    first = gives.argmax(axis=1)
    last = gives.shape[1] - 1 - gives[:, ::-1].argmax(axis=1)
    span, ordered = spans.criterion[first], spans.ordered[first]
    alike = (span[:, None] == span[None, :]) & (span >= 0)[:, None]
    adjacent = (first[None, :] == last[:, None] + 1) & ordered[:, None]
    loose = (first[:, None] < first[None, :]) & ~ordered[:, None] & (values[:, None] * values[None, :] > 0)
    return np.argwhere(alike & (adjacent | loose)).astype(np.intp)


def _refitted(state: _State, rows: Rows, strength: float, intercept: float) -> _State:
    """Newton steps on the leads for the lines that are left; a line that would change sides stays where it is."""
    columns, prior = _columns(state.gives, rows), np.eye(len(state.values)) * strength
    values, covariance = state.values, state.covariance
    for _ in range(REFIT_STEPS):
        linear = values @ columns
        intercept = level_out(linear, rows.leads, rows.customers, intercept)
        expected = special.expit(linear + intercept)
        mass = rows.leads * expected * (1 - expected)
        cross = columns @ mass
        curve = (columns * mass) @ columns.T - np.outer(cross, cross) / max(float(mass.sum()), 1e-300)
        slope = columns @ (rows.customers - rows.leads * expected) - prior @ values
        covariance = _inverse(curve + prior)
        values = values + np.clip(covariance @ slope, -1.0, 1.0)
    turned = values * state.values < 0
    return _State(state.gives, np.where(turned, state.values, values), covariance)


def _columns(gives: Flags, rows: Rows) -> Floats:
    """Which rows each line fires on: (lines, rows)."""
    columns = np.zeros((len(gives), rows.codes.shape[1]))
    bounds = rows.bounds
    at = np.searchsorted(bounds, gives.argmax(axis=1), side="right") - 1
    for line, criterion in enumerate(at):
        levels = gives[line, bounds[criterion] : bounds[criterion + 1]].astype(float)
        columns[line] = levels.take(rows.codes[criterion])
    return columns


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix + np.eye(len(matrix)) * GROUND), np.float64)
