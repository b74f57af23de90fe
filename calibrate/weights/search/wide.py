"""Whole points on every level of a few criteria: for budgets in criteria, or in many lines.

The criteria are chosen as a whole, the weights of their levels rounded at many scales, and single levels then settled.
"""

from __future__ import annotations

import numpy as np

from .choose import Design, chosen_criteria
from .fits import Fits, Floats, counted, fit_scores
from .level_descent import settled
from .levels import Levels
from .rounding import Card, card

SCALES = 32


def wide_search(levels: Levels) -> tuple[Card, Floats]:
    """The best points found, and the variance of each level's weight: points (levels,)."""
    design = Design(levels)
    selected, weights = chosen_criteria(levels, design)
    start = _rounded(levels, _in_order(levels, weights))
    best = settled(levels, start)
    return best, design.variance(selected)


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
    pinned = ~levels.free
    most = np.where(weights > 0, levels.ceiling, -levels.floor).astype(float)
    movable = (weights != 0) & ~pinned & (most > 0)
    top = float((np.abs(weights[movable]) / most[movable]).max(initial=1e-9))
    trial = np.rint(np.outer(np.geomspace(0.3, 2.5, SCALES) / top, weights))
    trial = np.unique(np.clip(trial, levels.floor, levels.ceiling).astype(np.int64), axis=0)
    used = np.array([bool(weights[a:b].any() or levels.floor[a:b].any()) for a, b in levels.spans])
    scores = np.zeros((len(trial), len(levels.leads)), np.int64)
    for criterion, (a, b) in enumerate(levels.spans):
        if used[criterion]:
            scores += trial[:, a:b].take(levels.codes[criterion], axis=1)
    fits: Fits = fit_scores(*counted(scores, levels.leads, levels.customers))
    return card(trial[int(np.argmin(fits.loss))], fits, int(np.argmin(fits.loss)))
