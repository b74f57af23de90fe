"""Local search over cards: other points on a line, a line more or less, one line for another.

Moves are screened by a second-order model of the loss in which scale and intercept follow; the promising ones are
computed exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .beam import CERTAIN, fitted
from .fits import STEEPEST, Fits, Floats, Ints
from .lines import Budget, room
from .rounding import Card, card, exact, rounded
from .views import Source, View

NEAR = 0.01
"""Cards within this share of the best loss are kept in the pool."""
LEAST_GAIN = 1e-9
"""A move must lower the loss by this share."""


@dataclass(frozen=True)
class Care:
    """How many moves are computed exactly at each step, and how many swaps are fitted anew in the end."""

    moves: int = 10
    swaps: int = 40
    refits: int = 4


class Climb:
    """Local search from several starts; keeps every good card it has computed."""

    def __init__(self, source: Source, budget: Budget, care: Care) -> None:
        self.source, self.budget, self.care = source, budget, care
        lines = source.lines
        free = ~lines.pinned
        reach = int(max(-lines.lowest[free].min(initial=-1), lines.highest[free].max(initial=1)))
        self.values = np.arange(-reach, reach + 1)
        self.best: Card | None = None
        self.pool: dict[bytes, Card] = {}
        self._done: set[bytes] = set()

    def climb(self, start: Card) -> None:
        """Move from a card until no move helps."""
        here, view = start, self._view(start)
        self.keep(here)
        while here.points.tobytes() not in self._done and here.loss > CERTAIN:
            self._done.add(here.points.tobytes())
            better = self._change(here, view) or self._nudge(here, view) or self._swap(here, view)
            if better is None:
                return
            if ((better.points != 0) != (here.points != 0)).any():
                view = self._view(better)
            here = better

    def _view(self, at: Card) -> View:
        used = (at.points != 0) & ~self.source.lines.pinned
        return self.source.view(tuple(int(j) for j in np.flatnonzero(used)))

    def keep(self, candidate: Card) -> None:
        """Remember a card if it is a good one."""
        if self.best is None or self.cost(candidate) < self.cost(self.best):
            self.best = candidate
        if self.near(candidate):
            self.pool[candidate.points.tobytes()] = candidate

    def cost(self, at: Card) -> float:
        """Loss, and what the lines must be worth."""
        return at.loss + self.budget.worth * int(np.count_nonzero(at.points))

    def near(self, candidate: Card) -> bool:
        """Whether a card is nearly as good as the best."""
        return self.best is not None and self.cost(candidate) <= self.cost(self.best) * (1 + NEAR) + CERTAIN

    def _scores(self, view: View, points: Ints) -> Floats:
        """Score of each cell of a view."""
        head = len(view.design) - len(view.support)
        scores: Floats = points[list(view.support)] @ view.design[head:]
        return scores + view.design[1] if self.source.pinned else scores

    def _change(self, here: Card, view: View) -> Card | None:
        """The best other number of points on one line, if it helps."""
        scores = self._scores(view, here.points)
        scale, intercept = np.array([here.scale]), np.array([here.intercept])
        slope, curve = self._model(view, scores[None], scale, intercept)
        low, high = room(self.source.lines, self.budget, here.points)
        change = self._changes(slope[0], curve[0], here.points, low, high)
        change[here.points == 0] += self.budget.worth
        change[here.points != 0, -self.values[0]] -= self.budget.worth
        lines, points = self._least(change, self.care.moves)
        if not len(lines):
            return None
        step = points - here.points[lines]
        trials = np.repeat(here.points[None], len(lines), axis=0)
        trials[np.arange(len(lines)), lines] = points
        start = (np.repeat(scale, len(lines)), np.repeat(intercept, len(lines)))
        return self._best_of(here, view, trials, np.repeat(scores[None], len(lines), axis=0), lines, step, start)

    def _nudge(self, here: Card, view: View) -> Card | None:
        """The best of one point more or less on a line in use, whatever the model says of it."""
        low, high = room(self.source.lines, self.budget, here.points)
        used = np.repeat(np.array(view.support, np.intp), 2)
        step = np.tile(np.array([-1, 1], np.int64), len(view.support))
        points = here.points[used] + step
        good = (points >= low[used]) & (points <= high[used])
        if not good.any():
            return None
        used, step, points = used[good], step[good], points[good]
        trials = np.repeat(here.points[None], len(used), axis=0)
        trials[np.arange(len(used)), used] = points
        head = len(view.design) - len(view.support)
        scores = self._scores(view, here.points)[None] + step[:, None] * view.design[head:][np.flatnonzero(good) // 2]
        start = (np.full(len(used), here.scale), np.full(len(used), here.intercept))
        fits = exact(scores, view.leads, view.customers, self.source.whole, start)
        return self._chosen(here, trials, fits)

    def _swap(self, here: Card, view: View) -> Card | None:
        """The best line for another, if it helps; else the best after all points have been fitted anew."""
        lines, out = self.source.lines, np.array(view.support, np.intp)
        if not len(out):
            return None
        scores = self._scores(view, here.points)
        without = scores[None] - here.points[out][:, None] * view.design[len(view.design) - len(out) :]
        start = (np.full(len(out), here.scale), np.full(len(out), here.intercept))
        fits = exact(without, view.leads, view.customers, self.source.whole, start)
        slope, curve = self._model(view, without, fits.scale, fits.intercept)
        change = np.full((len(out), len(lines), len(self.values)), np.inf)
        for i, j in enumerate(out):
            remaining = here.points.copy()
            remaining[j] = 0
            low, high = room(lines, self.budget, remaining)
            occupied = remaining != 0
            occupied[j] = True
            low[occupied], high[occupied] = 1, 0
            change[i] = self._changes(slope[i], curve[i], remaining, low, high) + fits.loss[i]
        best, points = self._least(change.reshape(-1, len(self.values)), self.care.swaps)
        if not len(best):
            return None
        removed, added = best // len(lines), best % len(lines)
        trials = np.repeat(here.points[None], len(best), axis=0)
        trials[np.arange(len(best)), out[removed]] = 0
        trials[np.arange(len(best)), added] = points
        start = (fits.scale[removed], fits.intercept[removed])
        return self._best_of(here, view, trials, without[removed], added, points, start, self.care.refits)

    def _best_of(
        self,
        here: Card,
        view: View,
        trials: Ints,
        scores: Floats,
        lines: NDArray[np.intp],
        step: Ints,
        start: tuple[Floats, Floats],
        refits: int = 0,
    ) -> Card | None:
        """The best of some moves (each adds `step` points on a line) if it beats the card; else of those refitted."""
        extended = view.joined(lines)
        trial = np.tile(scores, (1, extended.copies)) + step[:, None] * extended.column
        fits = exact(trial, extended.leads, extended.customers, self.source.whole, start)
        better = self._chosen(here, trials, fits)
        if better is not None or not refits:
            return better
        order = np.argsort(fits.loss, kind="stable")
        return self._refitted(here, trials[order], fits, order)

    def _chosen(self, here: Card, trials: Ints, fits: Fits) -> Card | None:
        """The best of some cards if it beats the one we are at; the good ones are kept."""
        costs = fits.loss + self.budget.worth * (trials != 0).sum(axis=1)
        for i in np.flatnonzero(costs <= self.cost(here) * (1 + NEAR) + CERTAIN):
            self.keep(card(trials[i], fits, int(i)))
        first = int(np.argmin(costs))
        return card(trials[first], fits, first) if costs[first] < self.cost(here) - LEAST_GAIN * here.loss else None

    def _refitted(self, here: Card, trials: Ints, fits: Fits, order: NDArray[np.intp]) -> Card | None:
        """The first of some swaps that beats the card once real weights have been fitted to its lines and rounded."""
        tried: set[tuple[int, ...]] = set()
        for points, i in zip(trials, order, strict=True):
            used = tuple(int(j) for j in np.flatnonzero((points != 0) & ~self.source.lines.pinned))
            if used in tried:
                continue
            if len(tried) == self.care.refits:
                break
            tried.add(used)
            pins = [fits.scale[i]] if self.source.pinned else []
            start = np.concatenate([[fits.intercept[i]], pins, fits.scale[i] * points[list(used)]])
            for better in rounded(self.source, self.budget, fitted(self.source, used, start), 1):
                self.keep(better)
                if self.cost(better) < self.cost(here) - LEAST_GAIN * here.loss:
                    return better
        return None

    def _model(self, view: View, scores: Floats, scale: Floats, intercept: Floats) -> tuple[Floats, Floats]:
        """Slope and curvature of the loss in the points of every line (cards, lines); scale and intercept follow."""
        z = np.minimum(scores * scale[:, None] + intercept[:, None], STEEPEST)
        t = np.exp(z)
        share = t / (1 + t)
        spread = share / (1 + t)
        expected, cross, along = np.split(view.by_leads(np.concatenate([share, spread, spread * scores])), 3)
        square = cross if self.source.binary else view.by_leads_squared(spread)
        h0, h1, h2 = (spread * scores**power @ view.leads for power in (0, 1, 2))
        det = np.maximum(h0 * h2 - h1 * h1, 1e-9 * h0 * h2 + 1e-300)[:, None]
        follow = (h2[:, None] * cross**2 - 2 * h1[:, None] * cross * along + h0[:, None] * along**2) / det
        a = scale[:, None]
        return -a * (view.bought - expected), a * a * np.maximum(square - follow, 1e-9 * square)

    def _changes(self, slope: Floats, curve: Floats, points: Ints, low: Ints, high: Ints) -> Floats:
        """Estimated change of the loss for each line and number of points (lines, values); infinite if not allowed."""
        step = self.values[None, :] - points[:, None]
        change = step * slope[:, None] + step * step * (curve[:, None] / 2)
        change[(step == 0) | (self.values < low[:, None]) | (self.values > high[:, None])] = np.inf
        return change

    def _least(self, change: Floats, most: int) -> tuple[NDArray[np.intp], Ints]:
        """Lines and points of the moves with the smallest estimate."""
        flat = change.ravel()
        few = np.argpartition(flat, most)[:most] if most < len(flat) else np.arange(len(flat))
        few = few[np.argsort(flat[few], kind="stable")]
        few = few[np.isfinite(flat[few])]
        return few // len(self.values), self.values[few % len(self.values)]
