"""The search for a sparse grid on a quadratic model of the loss: no row is touched.

At weights of all levels the loss of lines with points p, scale a and intercept b is, to second order and with the
intercept following, ``constant - a T.p + a^2 p'K p / 2``; the best scale leaves ``constant - (T.p)^2 / (2 p'K p)``.
What a set of lines, a rounding, or any one change of points would gain is read off T and K.

Sources: Piironen, Paasiniemi and Vehtari, "Projective inference in high-dimensional problems" (2020), for lines that
stand for a fit of all levels; Golub and Van Loan, "Matrix computations" (2013), 6.5.4, for bordered systems.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .fits import Floats, Ints
from .lines import Budget, Lines, allowed, closed

SCALES, CLIPPED = 20, 8
"""Scales that keep all points within bounds, and scales at which the largest are cut off."""
MOST_MOVES = 200
LEAST_GAIN = 1e-9
"""A move must gain this share of what the card gains."""
SAME = 1e-6
"""A line says nothing beside others if less than this share of its curvature is its own."""


@dataclass(frozen=True)
class Quadratic:
    """The model: `pull` T (p,) and `curve` K (p, p) of the candidate lines.

    >>> from .lines import plain
    >>> columns = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.int8)
    >>> lines = plain(columns, np.full(4, 100.0), np.array([5.0, 30.0, 12.0, 55.0]), cap=5)
    >>> model = Quadratic(lines, Budget(2, 2), np.array([55.0, 33.0]), np.array([[16.0, 0.0], [0.0, 16.0]]))
    >>> float(model.gains(np.array([[5, 3]]))[0])                    # (5 * 55 + 3 * 33)^2 / (2 * 16 * 34)
    128.56...
    >>> [card.tolist() for card in model.climb(np.array([1, 0]))][-1]                 # about as 55 to 33
    [2, 1]
    """

    lines: Lines
    budget: Budget
    pull: Floats
    curve: Floats

    def gains(self, cards: Ints) -> Floats:
        """How far the loss falls below that of no lines at the best scale, less what the lines must be worth."""
        points = cards.astype(np.float64)
        along = points @ self.pull
        across = np.einsum("cp,cp->c", points @ self.curve, points)
        gains: Floats = _fall(along, across) - self.budget.worth * (cards != 0).sum(axis=1)
        return gains

    def grown(self, most: int) -> tuple[list[int], Floats]:
        """Lines chosen one by one, each the one that gains most beside those before it, with their real weights."""
        support = [int(j) for j in np.flatnonzero(self.lines.pinned)]
        while len(support) < most:
            line, gain = self._joining(support)
            if not gain > 0:
                break
            support.append(line)
        return support, self._real(support)[0]

    def _real(self, support: list[int]) -> tuple[Floats, Floats]:
        """Real weights of some lines, and how they answer to each other line: (lines,) and (lines, p)."""
        if not support:
            return np.zeros(0), np.zeros((0, len(self.lines)))
        inner, cross = self.curve[np.ix_(support, support)], self.curve[support]
        inner = inner + 1e-9 * np.diag(inner.diagonal() + 1e-300)
        solved = np.linalg.solve(inner, np.column_stack([self.pull[support], cross])).astype(np.float64)
        return solved[:, 0], solved[:, 1:]

    def _joining(self, support: list[int]) -> tuple[int, float]:
        """The line that gains most beside others, and how much it gains more than it must be worth."""
        lines, used = self.lines, np.zeros(len(self.lines), bool)
        used[support] = True
        weights, follow = self._real(support)
        cross = self.curve[support]
        pull, own = self.pull - weights @ cross, self.curve.diagonal()
        alone = own - np.einsum("sp,sp->p", cross, follow)
        free = (alone > SAME * own) & ~used & ~closed(lines, self.budget, used)
        step = np.where(free, pull / np.where(free, alone, 1.0), 0.0)
        gain = np.where(free, pull * step / 2, 0.0) - self.budget.worth
        gain[~free | np.where(step > 0, lines.highest <= 0, lines.lowest >= 0)] = -np.inf
        moved, at = weights[:, None] - follow * step, np.array(support, np.intp)
        against = np.where(moved > 0, lines.highest[at][:, None] <= 0, lines.lowest[at][:, None] >= 0)
        gain[(against & ~lines.pinned[at][:, None]).any(axis=0)] = -np.inf
        best = int(gain.argmax())
        return best, float(gain[best])

    def rounded(self, support: list[int], weights: Floats, most: int) -> Ints:
        """The best roundings of real weights over many scales, best first: (cards, p)."""
        lines, at = self.lines, np.array(support, np.intp)
        if not len(at):
            return np.zeros((0, len(lines)), np.int64)
        low, high = lines.lowest[at], lines.highest[at]
        cap = float(np.where(weights > 0, high, -low).max(initial=1))
        largest = float(np.abs(weights).max()) or 1.0
        scales = np.concatenate([np.linspace(0.8, cap + 0.49, SCALES), np.linspace(cap + 0.5, 4 * cap, CLIPPED)])
        trial = np.clip(np.rint(np.outer(scales / largest, weights)), low, high).astype(np.int64)
        points = np.zeros((len(trial), len(lines)), np.int64)
        points[:, at] = trial
        points = np.unique(points, axis=0)
        points = points[allowed(lines, self.budget, points) & points.any(axis=1)]
        return points[np.argsort(-self.gains(points), kind="stable")[:most]]

    def climb(self, start: Ints) -> list[Ints]:
        """Cards from a start, each one move better by the model: other points on a line, or a line for another."""
        path, here = [], start
        for _ in range(MOST_MOVES):
            better = self._changed(here)
            better = self._swapped(here) if better is None else better
            if better is None:
                break
            here = better
            path.append(here)
        return path

    @cached_property
    def _values(self) -> Ints:
        """Numbers of points that a line may have at all."""
        free = ~self.lines.pinned
        reach = int(max(-self.lines.lowest[free].min(initial=-1), self.lines.highest[free].max(initial=1)))
        return np.arange(-reach, reach + 1)

    @cached_property
    def _given(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Levels that the lines give points to, line after line, and where each line's begin."""
        line, level = np.nonzero(self.lines.gives)
        return level, np.searchsorted(line, np.arange(len(self.lines)))

    def rooms(self, cards: Ints) -> tuple[Ints, Ints]:
        """Fewest and most points of each line next, all others of its card staying: (cards, p) each (see `room`)."""
        lines, budget, used = self.lines, self.budget, cards != 0
        low, high = (
            np.repeat(lines.lowest[None], len(cards), axis=0),
            np.repeat(lines.highest[None], len(cards), axis=0),
        )
        if len(lines.floor):
            level, starts = self._given
            levels = cards @ lines.gives
            up = np.minimum.reduceat((lines.ceiling - levels)[:, level], starts, axis=1)
            down = np.maximum.reduceat((lines.floor - levels)[:, level], starts, axis=1)
            low, high = np.maximum(low, cards + down), np.minimum(high, cards + up)
        shut = np.repeat(((lines.lowest >= 0) & (lines.highest <= 0))[None], len(cards), axis=0)
        shut |= (used.sum(axis=1) >= budget.lines)[:, None]
        if lines.clash is not None:
            shut |= used.astype(np.float32) @ lines.clash.astype(np.float32) > 0
        size = int(lines.criterion.max(initial=0)) + 1
        if budget.criteria < size:
            in_use = np.zeros((len(cards), size), bool)
            card, line = np.nonzero(used)
            in_use[card, lines.criterion[line]] = True
            shut |= (in_use.sum(axis=1) >= budget.criteria)[:, None] & ~in_use[:, lines.criterion]
        shut &= ~used
        low[shut], high[shut] = 0, 0
        return low, high

    def _changed(self, here: Ints) -> Ints | None:
        """The card after the best other number of points on one line, if it helps."""
        gain = self._gain(here[None])
        gain -= self.budget.worth * (np.count_nonzero(here) - (here != 0)[:, None] + (self._values != 0)[None, :])
        return self._better(here, here[None], gain)

    def _swapped(self, here: Ints) -> Ints | None:
        """The card after the best exchange of a line for another, if it helps."""
        out = np.flatnonzero((here != 0) & ~self.lines.pinned)
        if not len(out):
            return None
        without = np.repeat(here[None], len(out), axis=0)
        without[np.arange(len(out)), out] = 0
        gain = self._gain(without)
        gain[:, here != 0, :] = -np.inf
        gain[:, :, self._values == 0] = -np.inf
        gain -= self.budget.worth * np.count_nonzero(here)
        return self._better(here, without, gain)

    def _better(self, here: Ints, cards: Ints, gain: Floats) -> Ints | None:
        """The card with the largest gain, of cards with one line changed, if it gains more than the one at hand."""
        at, line, value = (int(n) for n in np.unravel_index(int(gain.argmax()), gain.shape))
        before = float(self.gains(here[None])[0])
        if not gain[at, line, value] > before + LEAST_GAIN * abs(before) + 1e-12:
            return None
        changed: Ints = cards[at].copy()
        changed[line] = self._values[value]
        return changed

    def _gain(self, cards: Ints) -> Floats:
        """Gain of each card with other points on one line: (cards, p, values); -inf where it may not have them."""
        points, values = cards.astype(np.float64), self._values
        inner = points @ self.curve
        along, across = points @ self.pull, np.einsum("cp,cp->c", inner, points)
        step = values[None, None, :] - points[:, :, None]
        gain = _fall(
            along[:, None, None] + step * self.pull[:, None],
            across[:, None, None] + step * (2 * inner[:, :, None] + step * self.curve.diagonal()[:, None]),
        )
        low, high = self.rooms(cards)
        gain[(values < low[:, :, None]) | (values > high[:, :, None])] = -np.inf
        return gain


def _fall(along: Floats, across: Floats) -> Floats:
    """Gain at the best scale above 0."""
    fine = (along > 0) & (across > 0)
    gain: NDArray[np.float64] = np.where(fine, along * along / (2 * np.where(fine, across, 1.0)), 0.0)
    return gain
