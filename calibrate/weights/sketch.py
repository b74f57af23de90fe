"""A quick search for a sparse grid: on a quadratic model of the loss, built anew at each better card.

The model has every pair of lines, so that a whole climb needs one pass over the rows; the cards that it passes are
then computed exactly. It begins where the joint fit of all levels is, and goes on from the best card until none on
the way is better.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .profile_algebra import Rows, gram, predict, sums
from .search.fits import counted, fit_scores
from .search.lines import Budget, Lines
from .search.quadratic import Quadratic
from .search.rounding import Card, card

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 8
"""Models built at most."""
STARTS = 2
"""Roundings that the first climb starts from."""
LEAST_GAIN = 1e-9


def quick_card(
    lines: Lines, rows: Rows, budget: Budget, joint: tuple[Floats, float], first: Card | None = None
) -> Card | None:
    """A card nearly as good as the best; None where no line may have points, or none is worth it.

    The search begins with a card `first`, or at the weights of all levels and the intercept of the `joint` fit.
    """
    positions = _varied(lines, rows)
    few = lines.only(positions)
    if not len(few):
        return None
    if first is None:
        here = _best(few, rows, budget, _fresh(_model(few, rows, budget, *joint)))
    else:
        here = _best(few, rows, budget, [first.points[positions]])
    for _ in range(ROUNDS if here is not None else 0):
        assert here is not None
        levels = np.asarray(here.scale * (here.points @ few.gives), np.float64)
        model = _model(few, rows, budget, levels, here.intercept)
        path = model.climb(here.points)
        better = _further(few, rows, budget, here, path)
        if better is None:
            break
        here = better
    if here is None:
        return None
    return _all_lines(here, positions, len(lines), bool(few.pinned.any()))


def _fresh(model: Quadratic) -> list[Ints]:
    """Cards that a climb reaches from the lines that the model chooses one by one."""
    starts = model.rounded(*model.grown(model.budget.lines), STARTS)
    return [(model.climb(start) or [start])[-1] for start in starts]


def _varied(lines: Lines, rows: Rows) -> NDArray[np.intp]:
    """Lines that some rows have and others not, and that may have points."""
    fired = lines.gives @ sums(rows, np.ones(len(rows.leads)))
    varied = (fired > 0) & (fired < len(rows.leads)) & ((lines.lowest < 0) | (lines.highest > 0))
    return np.flatnonzero(varied | lines.pinned)


def _model(lines: Lines, rows: Rows, budget: Budget, values: Floats, intercept: float) -> Quadratic:
    """The quadratic model of the loss at the given values of all levels."""
    rate = special.expit(predict(rows, values) + intercept)
    expected = rows.leads * rate
    weights = expected * (1 - rate)
    matrix, cross, mass = gram(rows, weights), sums(rows, weights), max(float(weights.sum()), 1e-300)
    residual = rows.customers - expected
    slope, slope0 = sums(rows, residual), float(residual.sum())
    pull = slope + matrix @ values - cross * ((slope0 + float(cross @ values)) / mass)
    gives = lines.gives.astype(np.float64)
    by_line = gives @ cross
    return Quadratic(lines, budget, gives @ pull, gives @ matrix @ gives.T - np.outer(by_line, by_line / mass))


def _best(lines: Lines, rows: Rows, budget: Budget, cards: Sequence[Ints]) -> Card | None:
    """The best of some cards by their exact loss and number of lines; None without any."""
    if not cards:
        return None
    points = np.unique(np.array(cards), axis=0)
    levels = points @ lines.gives
    scores = np.array([predict(rows, row.astype(np.float64)) for row in levels])
    fits = fit_scores(*counted(np.rint(scores).astype(np.int64), rows.leads, rows.customers))
    costs = fits.loss + budget.worth * (points != 0).sum(axis=1)
    best = int(costs.argmin())
    return card(points[best], fits, best)


def _cost(at: Card, budget: Budget) -> float:
    return at.loss + budget.worth * int(np.count_nonzero(at.points))


def _further(lines: Lines, rows: Rows, budget: Budget, here: Card, path: Sequence[Ints]) -> Card | None:
    """The last card of a path if it is better than the one it starts from, else the best one before it that is."""
    for cards in (path[-1:], path[:-1]):
        better = _best(lines, rows, budget, cards)
        if better is not None and _cost(better, budget) < _cost(here, budget) - LEAST_GAIN * here.loss:
            return better
    return None


def _all_lines(at: Card, positions: NDArray[np.intp], size: int, pinned: bool) -> Card:
    """A card over all lines, in its smallest numbers."""
    common = 1 if pinned else max(int(np.gcd.reduce(at.points)), 1)
    points = np.zeros(size, np.int64)
    points[positions] = at.points // common
    return Card(points, at.scale * common, at.intercept, at.loss)
