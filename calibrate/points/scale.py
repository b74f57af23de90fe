"""Scale: how many points a unit of weight is worth, so that the points are small, or stand where somebody wants them.

By default the smallest whole points that keep what the unrounded weights can do, at most 20 a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..weights.constraints import Chain
from ..weights.profile_algebra import Rows, predict
from .rounding import loss, plain, together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Scale = Literal["natural", "pivot", "hundred", "double"]
SCALES: tuple[Scale, ...] = ("natural", "pivot", "hundred", "double")

PIVOT = 15
"""Points at which a lead goes to sales, where a pivot is asked for (the published recipe)."""
HUNDRED = 100
"""Points of the best lead, where a scale to a hundred is asked for."""
DOUBLES = 10
"""Points that double the odds, where that is asked for."""
MOST = 20
"""Points of one line, up or down, where no scale is asked for: the published demo is 20."""
LARGEST = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20)
"""Largest lines that are tried, the smallest first."""
MULTIPLES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""How many times larger points of the recipe may become where its own are too coarse."""
CLIPPED = (1.0, 1.25, 1.6, 2.0, 2.5)
"""How far the scale may go beyond the one at which the largest line fits, that line being cut."""
LOST_AUC, LOST_LOG_LOSS = 0.001, 0.001
"""AUC and share of the log-loss that rounding may lose."""
HOPELESS = 10
"""Where rounding each point alone loses so many times more, rounding them together does not help enough: measured."""

Measure = Callable[[Floats], tuple[float, float]]
"""AUC and log-loss of values per level on the leads that they come from."""


@dataclass(frozen=True)
class Target:
    """Weights to be rounded, in groups of levels that share one number; arrays over groups, bounds in points."""

    values: Floats
    metric: Floats
    floor: Floats
    ceiling: Floats
    chains: Sequence[Chain] = ()

    def alone(self, scale: float) -> Ints:
        """Whole points at a scale, each rounded alone."""
        return plain(np.clip(self.values * scale, self.floor, self.ceiling), self.floor, self.ceiling)

    def rounded(self, scale: float) -> Ints:
        """Whole points at a scale, rounded together."""
        aim = np.clip(self.values * scale, self.floor, self.ceiling)
        return together(aim, self.metric, self.floor, self.ceiling, self.chains)


def smallest(
    target: Target, leads: float, measure: Measure, groups: NDArray[np.bool_], most: int, movable: NDArray[np.bool_]
) -> float:
    """The scale with the smallest whole points that lose at most `LOST_AUC` and `LOST_LOG_LOSS`, else the best one.

    The curvature says which scales are worth a look; the leads, as `measure` has them, decide.
    """
    size = float(np.abs(target.values[movable]).max(initial=0.0))
    if size <= 0:
        return 1.0
    shape = groups.astype(float)
    before = measure(target.values @ shape)
    best, least = float(most / size), np.inf
    for largest in sorted({largest for largest in LARGEST if largest <= most} | {most}):
        for beyond in CLIPPED if largest == most else (1.0,):
            scale = largest / size * beyond
            if _grown(target, target.alone(scale), leads) > HOPELESS * LOST_LOG_LOSS * before[1]:
                continue
            points = target.rounded(scale)
            if _grown(target, points, leads) > 2 * LOST_LOG_LOSS * before[1]:
                continue
            after = measure(points @ shape)
            share = lost(before, after)
            if share <= 1:
                return scale
            if share < least:
                best, least = scale, share
    return best


def multiple(values: Floats, measure: Measure, rounded: Callable[[float], Ints]) -> float:
    """For weights that are points: 1, or the smallest whole multiple of them whose rounding loses no more than it may.

    `rounded` gives the whole points at a multiple, within bounds; where every multiple loses more, the best is taken.
    """
    before = measure(values)
    best, least = 1.0, np.inf
    for unit in MULTIPLES:
        share = lost(before, measure(rounded(unit).astype(float)))
        if share <= 1:
            return unit
        if share < least:
            best, least = unit, share
    return best


def lost(before: tuple[float, float], after: tuple[float, float]) -> float:
    """AUC and log-loss that rounding costs, against what it may cost: at most 1 is fine."""
    if not before[1]:
        return 0.0
    return max((before[0] - after[0]) / LOST_AUC, (after[1] / before[1] - 1) / LOST_LOG_LOSS)


def _grown(target: Target, points: Ints, leads: float) -> float:
    """By how much the log-loss grows with rounded points, as the curvature says; endless without any point."""
    if not points.any():
        return np.inf
    total = float(target.values @ target.metric @ target.values)
    return loss(target.values, points, target.metric) * total / 2 / max(leads, 1e-300)


def best_of(values: Floats, bounds: NDArray[np.intp]) -> float:
    """Sum of the best weight of every criterion."""
    return max(float(sum(values[a:b].max() for a, b in pairwise(bounds))), 1e-9)


def cut_of(rows: Rows, values: Floats, share: float) -> float:
    """The positive score at or above which the share of leads comes nearest to the one wanted."""
    score = predict(rows, values)
    score = np.round(score / max(np.abs(score).max(initial=0.0), 1e-300), 9)
    scores, place = np.unique(score, return_inverse=True)
    above = np.cumsum(np.bincount(place, rows.leads)[::-1])[::-1]
    usable = (scores > 0) & (above > 0)
    if not usable.any():
        return max(float(np.abs(values).max(initial=0.0)), 1e-9)
    miss = np.abs(np.log(above[usable] / (share * above[0])))
    nearest = scores[usable][int(np.argmin(miss))]
    return float(nearest * np.abs(predict(rows, values)).max())
