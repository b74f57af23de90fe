"""Whole points on every level of a few criteria: for budgets in criteria, or in many lines.

The criteria are chosen by backward elimination from the logistic fit of all levels (Wald's statistic of a criterion),
and exchanged while that helps. The weights of their levels are rounded at many scales; then single levels move by a
point, or to 0, as long as the loss falls by that. Such a move changes the counts per score in a way that one table of
leads per level and score tells for all of them, so that every step is exact, whatever the number of leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fits import Fits, Floats, Ints, counted, fit_scores, sums
from .rounding import Card, card

RIDGE = 0.5
"""Precision of the normal prior on each real weight: keeps levels that tell leads apart finite."""
ROUNDS = 12
SCALES = 32
EXCHANGES = 3
MOST_STEPS = 400
TOGETHER = 6
"""Moves on different criteria that are tried together in one step."""


class Order(NamedTuple):
    """Levels whose points must rise (+1) or fall (-1) from one to the next: positions over all levels."""

    positions: NDArray[np.intp]
    direction: int


@dataclass(frozen=True)
class Levels:
    """Rows of level codes and the points each level may have; levels whose bounds are equal are given.

    `codes` is (criteria, rows), `floor` and `ceiling` run over all levels, criterion after criterion. Levels with
    `given` 0 have no say. At most `lines` levels and `criteria` criteria get points; one more level must be `worth` it.
    """

    codes: NDArray[np.uint8]
    sizes: tuple[int, ...]
    leads: Floats
    customers: Floats
    floor: Ints
    ceiling: Ints
    orders: tuple[Order, ...]
    lines: int
    criteria: int
    worth: float

    @cached_property
    def bounds(self) -> NDArray[np.intp]:
        """Where each criterion's levels start, and the end."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Levels whose points are open."""
        open_: NDArray[np.bool_] = self.floor < self.ceiling
        return open_


def wide(levels: Levels) -> tuple[Card, Floats]:
    """The best points found, and the variance of each level's weight: points (levels,)."""
    design = _Design(levels)
    chosen, weights = _chosen(levels, design)
    start = _rounded(levels, _in_order(levels, weights))
    found = settled(levels, start)
    return found, design.variance(chosen)


def settled(levels: Levels, start: Card) -> Card:
    """Single levels moved, a point at a time or to 0, until none helps and no more than the allowed lines are left."""
    at = _Place(levels, start.points)
    here = at.fit()
    for _ in range(MOST_STEPS):
        over = int(np.count_nonzero(at.points) - levels.lines)
        moves = at.moves(here, over > 0)
        if not moves:
            break
        here = at.take(moves, here, over > 0)
        if not at.moved:
            break
    return here


class _Move(NamedTuple):
    """Other points on one level, and what they cost: loss plus what the lines must be worth."""

    cost: float
    level: int
    points: int


class _Place:
    """Points as they stand, with the score of every row."""

    def __init__(self, levels: Levels, points: Ints) -> None:
        self.levels, self.points = levels, points.copy()
        self.scores = np.zeros(len(levels.leads), np.int64)
        self.moved = True
        for criterion, (a, b) in enumerate(_pairs(levels.bounds)):
            if points[a:b].any():
                self.scores += points[a:b].take(levels.codes[criterion])
        used = np.array([points[a:b].any() for a, b in _pairs(levels.bounds)])
        self.used = [int(i) for i in np.flatnonzero(used)]

    def fit(self) -> Card:
        """The points with their best scale."""
        fits = fit_scores(*counted(self.scores[None], self.levels.leads, self.levels.customers))
        return card(self.points.copy(), fits, 0)

    def cost(self, at: Card) -> float:
        """Loss, and what the lines must be worth."""
        return at.loss + self.levels.worth * int(np.count_nonzero(at.points))

    def moves(self, here: Card, must_drop: bool) -> list[_Move]:
        """Moves that lower the cost, best first; all that take a line away if one must go."""
        levels, low = self.levels, int(self.scores.min())
        width = int(self.scores.max()) - low + 1
        place = self.scores - low
        trial = [(level, points) for level in self._open() for points in self._others(level, must_drop)]
        if not trial:
            return []
        reach = max(abs(points - int(self.points[level])) for level, points in trial)
        size = width + 2 * reach
        whole = np.array([sums(place + reach, counts, size) for counts in (levels.leads, levels.customers)])
        table = self._table(place, width)
        cells = np.repeat(whole[:, None, :], len(trial), axis=1)
        for i, (level, points) in enumerate(trial):
            step = points - int(self.points[level])
            cells[:, i, reach : reach + width] -= table[level]
            cells[:, i, reach + step : reach + step + width] += table[level]
        scores = np.broadcast_to(np.arange(size) + low - reach, cells.shape[1:]).astype(np.float64)
        start = (np.full(len(trial), here.scale), np.full(len(trial), here.intercept))
        fits = fit_scores(scores, np.maximum(cells[0], 0), np.maximum(cells[1], 0), start)
        lines = int(np.count_nonzero(self.points))
        costs = fits.loss + levels.worth * np.array([lines + (p != 0) - (self.points[q] != 0) for q, p in trial])
        limit = np.inf if must_drop else self.cost(here) * (1 - 1e-9)
        found = [_Move(float(c), q, p) for c, (q, p) in zip(costs, trial, strict=True) if c < limit]
        return sorted(found)

    def take(self, moves: Sequence[_Move], here: Card, must_drop: bool) -> Card:
        """Take the best moves on different criteria together, or the best alone where that is better."""
        best: list[_Move] = []
        taken: set[int] = set()
        for move in moves:
            criterion = int(np.searchsorted(self.levels.bounds, move.level, side="right")) - 1
            if criterion not in taken and len(best) < (1 if must_drop else TOGETHER):
                taken.add(criterion)
                best.append(move)
        before = self.cost(here)
        for several in (best, best[:1]):
            back = [_Move(0.0, move.level, int(self.points[move.level])) for move in several]
            self._set(several)
            new = self.fit()
            if must_drop or self.cost(new) <= min(several[0].cost, before) + 1e-9 * before:
                return new
            self._set(back)
            if len(best) == 1:
                break
        self.moved = False
        return here

    def _set(self, moves: Sequence[_Move]) -> None:
        for move in moves:
            criterion = int(np.searchsorted(self.levels.bounds, move.level, side="right")) - 1
            step = move.points - int(self.points[move.level])
            change = np.zeros(self.levels.sizes[criterion], np.int64)
            change[move.level - self.levels.bounds[criterion]] = step
            self.scores += change.take(self.levels.codes[criterion])
            self.points[move.level] = move.points

    def _open(self) -> Iterator[int]:
        """Levels of the criteria in use whose points are open."""
        bounds, free = self.levels.bounds, self.levels.free
        for criterion in self.used:
            yield from (int(q) for q in range(bounds[criterion], bounds[criterion + 1]) if free[q])

    def _others(self, level: int, must_drop: bool) -> Iterator[int]:
        """Points that a level may have next."""
        now = int(self.points[level])
        tried = {0} if must_drop else {now - 1, now + 1, 0}
        if not now and np.count_nonzero(self.points) >= self.levels.lines:
            return
        for points in sorted(tried - {now}):
            if self.levels.floor[level] <= points <= self.levels.ceiling[level] and self._ordered(level, points):
                yield points

    def _ordered(self, level: int, points: int) -> bool:
        for order in self.levels.orders:
            if level in order.positions:
                values = np.where(order.positions == level, points, self.points[order.positions])
                if (np.diff(values) * order.direction < 0).any():
                    return False
        return True

    def _table(self, place: Ints, width: int) -> Floats:
        """Leads and customers per level and score: (levels, 2, scores)."""
        levels = self.levels
        table = np.zeros((int(levels.bounds[-1]), 2, width))
        for criterion in self.used:
            start, size = int(levels.bounds[criterion]), levels.sizes[criterion]
            at = np.multiply(levels.codes[criterion], width, dtype=np.intp, casting="unsafe")
            at += place
            for i, counts in enumerate((levels.leads, levels.customers)):
                table[start : start + size, i] = sums(at, counts, size * width).reshape(size, width)
        return table


class _Design:
    """The constant and every level that may have points, as columns (1 + levels, rows), with real weights."""

    def __init__(self, levels: Levels) -> None:
        self.levels = levels
        columns, position, criterion = [np.ones(len(levels.leads))], [], []
        pinned = ~levels.free & (levels.floor != 0)
        for at, (a, b) in enumerate(_pairs(levels.bounds)):
            code = levels.codes[at]
            held = np.bincount(code, levels.leads, levels.sizes[at])
            wanted = (levels.free | pinned)[a:b] & (held > 0)
            if wanted.sum() == (held > 0).sum():
                wanted[held.argmax()] = False
            for level in np.flatnonzero(wanted):
                columns.append((code == level).astype(np.float64))
                position.append(a + level)
                criterion.append(at)
        self.columns = np.array(columns)
        self.position, self.criterion = np.array(position, np.intp), np.array(criterion, np.intp)

    def fitted(self, chosen: NDArray[np.bool_], start: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights of the columns of some criteria (0 elsewhere), slope and curvature of all columns there."""
        held = np.concatenate([[True], chosen[self.criterion]])
        weights = np.where(held, start, 0.0)
        ridge = np.full(len(weights), RIDGE)
        ridge[0] = 1e-9
        for _ in range(ROUNDS):
            share = 1 / (1 + np.exp(-np.clip(weights @ self.columns, -30, 30)))
            expected = self.levels.leads * share
            slope = self.columns @ (self.levels.customers - expected) - ridge * weights
            curve = (self.columns * (expected * (1 - share))) @ self.columns.T + np.diag(ridge)
            move = np.zeros(len(weights))
            move[held] = np.linalg.solve(curve[np.ix_(held, held)], slope[held])
            weights = weights + move * min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-9))
            if float(slope @ move) < 1e-2:
                break
        return weights, slope, curve

    def variance(self, chosen: NDArray[np.bool_]) -> Floats:
        """Variance of each level's weight: (levels,); 0 where a level has no column."""
        curve = self.fitted(chosen, np.zeros(len(self.columns)))[2]
        held = np.concatenate([[True], chosen[self.criterion]])
        inverse = np.linalg.inv(curve[np.ix_(held, held)]).diagonal()[1:]
        variance = np.zeros(int(self.levels.bounds[-1]))
        variance[self.position[held[1:]]] = inverse
        return variance


def _chosen(levels: Levels, design: _Design) -> tuple[NDArray[np.bool_], Floats]:
    """The criteria worth keeping, and real weights of their levels: (criteria,) and (levels,)."""
    count = len(levels.sizes)
    pinned = np.zeros(count, bool)
    for at, (a, b) in enumerate(_pairs(levels.bounds)):
        pinned[at] = bool((~levels.free[a:b] & (levels.floor[a:b] != 0)).any())
    chosen = np.ones(count, bool)
    weights, _, curve = design.fitted(chosen, np.zeros(len(design.columns)))
    chosen = _eliminated(levels, design, weights, curve, pinned)
    for _ in range(EXCHANGES):
        weights, slope, curve = design.fitted(chosen, weights)
        gains, losses = _gains(design, chosen, slope, curve), _losses(design, chosen, weights, curve)
        out = [c for c in losses if chosen[c] and not pinned[c]]
        if not out or not gains:
            break
        leaving, joining = min(out, key=lambda c: losses[c]), max(gains, key=lambda c: gains[c])
        if gains[joining] <= 1.05 * losses[leaving]:
            break
        chosen[leaving], chosen[joining] = False, True
    weights, _, _ = design.fitted(chosen, weights)
    full = np.zeros(int(levels.bounds[-1]))
    full[design.position] = weights[1:]
    return chosen, full


def _eliminated(
    levels: Levels, design: _Design, weights: Floats, curve: Floats, pinned: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Criteria left when the one with the smallest Wald statistic goes, again and again."""
    covariance = np.linalg.inv(curve)
    weights = weights.copy()
    chosen = np.isin(np.arange(len(levels.sizes)), design.criterion)
    while True:
        worths = {}
        for c in np.flatnonzero(chosen & ~pinned):
            own = 1 + np.flatnonzero(design.criterion == c)
            worths[int(c)] = float(weights[own] @ np.linalg.solve(covariance[np.ix_(own, own)], weights[own])) / 2
        if not worths:
            return chosen
        least = min(worths, key=lambda c: worths[c])
        if chosen.sum() <= levels.criteria and worths[least] > levels.worth:
            return chosen
        own = 1 + np.flatnonzero(design.criterion == least)
        link = np.linalg.solve(covariance[np.ix_(own, own)], covariance[own])
        weights = weights - weights[own] @ link
        covariance = covariance - covariance[:, own] @ link
        chosen[least] = False


def _gains(design: _Design, chosen: NDArray[np.bool_], slope: Floats, curve: Floats) -> dict[int, float]:
    """What each criterion left out would gain (Rao's score statistic, halved)."""
    held = np.concatenate([[True], chosen[design.criterion]])
    inverse = np.linalg.inv(curve[np.ix_(held, held)])
    found = {}
    for c in np.unique(design.criterion[~held[1:]]):
        own = 1 + np.flatnonzero(design.criterion == c)
        cross = curve[np.ix_(own, held)]
        found[int(c)] = (
            float(slope[own] @ np.linalg.solve(curve[np.ix_(own, own)] - cross @ inverse @ cross.T, slope[own])) / 2
        )
    return found


def _losses(design: _Design, chosen: NDArray[np.bool_], weights: Floats, curve: Floats) -> dict[int, float]:
    """What each chosen criterion is worth (Wald's statistic, halved)."""
    held = np.flatnonzero(np.concatenate([[True], chosen[design.criterion]]))
    covariance = np.linalg.inv(curve[np.ix_(held, held)])
    found = {}
    for c in np.unique(design.criterion[held[1:] - 1]):
        own = np.flatnonzero(design.criterion[held[1:] - 1] == c) + 1
        w = weights[held[own]]
        found[int(c)] = float(w @ np.linalg.solve(covariance[np.ix_(own, own)], w)) / 2
    return found


def _in_order(levels: Levels, weights: Floats) -> Floats:
    """Real weights within the signs of the bounds and in the orders asked for (pool adjacent violators)."""
    weights = np.where(levels.floor >= 0, np.maximum(weights, 0), weights)
    weights = np.where(levels.ceiling <= 0, np.minimum(weights, 0), weights)
    for order in levels.orders:
        at = order.positions
        blocks: list[list[float]] = []
        for value in weights[at] * order.direction:
            blocks.append([float(value), 1.0])
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                value, size = blocks.pop()
                blocks[-1] = [
                    (blocks[-1][0] * blocks[-1][1] + value * size) / (blocks[-1][1] + size),
                    blocks[-1][1] + size,
                ]
        weights[at] = np.concatenate([np.full(int(size), value) for value, size in blocks]) * order.direction
    return weights


def _rounded(levels: Levels, weights: Floats) -> Card:
    """The rounding of real weights, over many scales, with the smallest loss."""
    given = ~levels.free
    most = np.where(weights > 0, levels.ceiling, -levels.floor).astype(float)
    held = (weights != 0) & ~given & (most > 0)
    top = float((np.abs(weights[held]) / most[held]).max(initial=1e-9))
    trial = np.rint(np.outer(np.geomspace(0.3, 2.5, SCALES) / top, weights))
    trial = np.unique(np.clip(trial, levels.floor, levels.ceiling).astype(np.int64), axis=0)
    used = np.array([bool(weights[a:b].any() or levels.floor[a:b].any()) for a, b in _pairs(levels.bounds)])
    scores = np.zeros((len(trial), len(levels.leads)), np.int64)
    for criterion, (a, b) in enumerate(_pairs(levels.bounds)):
        if used[criterion]:
            scores += trial[:, a:b].take(levels.codes[criterion], axis=1)
    fits: Fits = fit_scores(*counted(scores, levels.leads, levels.customers))
    return card(trial[int(np.argmin(fits.loss))], fits, int(np.argmin(fits.loss)))


def _pairs(bounds: NDArray[np.intp]) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in pairwise(bounds)]
