"""Whole points on levels, settled: single levels move by a point, or to 0, as long as the loss falls by that.

Such a move changes the counts per score in a way that one table of leads per level and score tells for all of them,
so that every step is exact, whatever the number of leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .fits import Floats, Ints, counted, fit_scores, sums
from .levels import Levels
from .rounding import Card, card

MOST_STEPS = 400
TOGETHER = 6
"""Moves on different criteria that are tried together in one step."""


def settled(levels: Levels, start: Card) -> Card:
    """Single levels moved, a point at a time or to 0, until none helps and no more than the allowed lines are left."""
    at = _Place(levels, start.points)
    here = at.fit()
    for _ in range(MOST_STEPS):
        excess = int(np.count_nonzero(at.points) - levels.lines)
        moves = at.moves(here, excess > 0)
        if not moves:
            break
        here = at.take(moves, here, excess > 0)
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
        for criterion, (a, b) in enumerate(levels.spans):
            if points[a:b].any():
                self.scores += points[a:b].take(levels.codes[criterion])
        used = np.array([points[a:b].any() for a, b in levels.spans])
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
        totals = np.array([sums(place + reach, counts, size) for counts in (levels.leads, levels.customers)])
        table = self._table(place, width)
        cells = np.repeat(totals[:, None, :], len(trial), axis=1)
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
        better = [_Move(float(c), q, p) for c, (q, p) in zip(costs, trial, strict=True) if c < limit]
        return sorted(better)

    def take(self, moves: Sequence[_Move], here: Card, must_drop: bool) -> Card:
        """Take the best moves on different criteria together, or the best alone where that is better."""
        best: list[_Move] = []
        criteria: set[int] = set()
        for move in moves:
            criterion = int(np.searchsorted(self.levels.bounds, move.level, side="right")) - 1
            if criterion not in criteria and len(best) < (1 if must_drop else TOGETHER):
                criteria.add(criterion)
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
