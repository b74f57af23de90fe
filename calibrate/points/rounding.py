"""Whole points from real ones: rounded together, so that the ranking of leads is kept.

Rounding each point alone throws away more than needed: errors of levels that occur together add up. The loss of a
rounding is, to second order, ``(p - t)' M (p - t)`` with M the curvature of the logistic loss, and the score's slope
is free (the curve from score to close rate is fitted afterwards), so what counts is the part of the target t that no
multiple of p explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.auc import auc_by_counts
from ..weights.constraints import Chain
from .platt import line_loss, platt_line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
MOST_MOVES = 2_000
TRIED = 8
"""Best moves looked at per step, until one keeps the order."""
FAR = 2.0
"""Points beyond which `to_maximum` moves nothing from its target."""
PAIRED = 400
"""Levels up to which steps of two points are tried once no single one helps."""
SHRINK_STEPS = 200
BINS = 2_000
MANY, FINE = 4_000, 2**16
"""More scores than so many are not sorted but put in so many bins: an AUC moves by a hundred-thousandth."""
RIDGE = 1e-6
"""Keeps the line of separable leads finite."""


def plain(target: Floats, floor: Floats, ceiling: Floats) -> Ints:
    """Each point rounded alone (halves away from zero) and kept within its bounds.

    >>> free = np.full(3, np.inf)
    >>> plain(np.array([2.5, -2.5, 0.4]), -free, free).tolist()
    [3, -3, 0]
    """
    rounded = np.sign(target) * np.floor(np.abs(target) + 0.5)
    points: Ints = np.clip(rounded, np.ceil(floor), np.floor(ceiling)).astype(np.int64)
    return points


def together(target: Floats, metric: Floats, floor: Floats, ceiling: Floats, chains: Sequence[Chain] = ()) -> Ints:
    """Whole points next to the targets whose scores rank leads most alike: descent in steps of 1, of one point or two.

    Starts from `plain`; every point stays one of the two whole numbers around its target (a target of 0 stays 0),
    within bounds and order.

    >>> target, alike = np.array([0.5, 0.5, 4.0]), np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    >>> free = np.full(3, np.inf)
    >>> together(target, alike, -free, free).tolist()    # the first two always fire together and are worth 1
    [0, 1, 4]
    """
    points = plain(target, floor, ceiling)
    low = np.maximum(np.ceil(target - 1 + 1e-9), np.ceil(floor))
    high = np.minimum(np.floor(target + 1 - 1e-9), np.floor(ceiling))
    low, high = np.minimum(low, points), np.maximum(high, points)
    x = points.astype(float)
    pull, product = metric @ target, metric @ x
    for _ in range(MOST_MOVES):
        moves = _single(x, pull, product, metric, low, high, chains)
        if not moves and len(x) <= PAIRED:
            moves = _pair(x, pull, product, metric, low, high, chains)
        if not moves:
            break
        for i, step in moves:
            x[i] += step
            product = product + step * metric[:, i]
    return x.astype(np.int64)


Moves = list[tuple[int, int]]


def _single(
    x: Floats, pull: Floats, product: Floats, metric: Floats, low: Floats, high: Floats, chains: Sequence[Chain]
) -> Moves:
    """The step of one point that explains most more of the target, if any does."""
    cross, square = float(pull @ x), float(x @ product)
    least = _explained_once(cross, square) * (1 + 1e-12)
    best: Moves = []
    for step in (1, -1):
        allowed = (x + step <= high) & (x + step >= low)
        explained = _explained(cross + step * pull, square + 2 * step * product + np.diag(metric), allowed)
        for i in np.argsort(-explained, kind="stable")[:TRIED]:
            if explained[i] <= least:
                break
            if in_order(x, chains, int(i), step):
                least, best = float(explained[i]), [(int(i), step)]
                break
    return best


def _pair(
    x: Floats, pull: Floats, product: Floats, metric: Floats, low: Floats, high: Floats, chains: Sequence[Chain]
) -> Moves:
    """The steps of two points that together explain most more of the target, if any do."""
    cross, square = float(pull @ x), float(x @ product)
    least = _explained_once(cross, square) * (1 + 1e-9)
    diagonal = np.diag(metric)
    best: Moves = []
    for one, second in ((1, 1), (1, -1), (-1, -1)):
        at = np.flatnonzero((x + one <= high) & (x + one >= low))
        beside = np.flatnonzero((x + second <= high) & (x + second >= low))
        if not len(at) or not len(beside):
            continue
        allowed = at[:, None] != beside[None, :]
        new_cross = cross + one * pull[at][:, None] + second * pull[beside][None, :]
        new_square = square + (2 * one * product + diagonal)[at][:, None]
        new_square = new_square + (2 * second * product + diagonal)[beside][None, :]
        new_square += 2 * one * second * metric[np.ix_(at, beside)]
        explained = _explained(new_cross, new_square, allowed).ravel()
        places = np.argpartition(-explained, min(TRIED, len(explained) - 1))[:TRIED]
        for place in places[np.argsort(-explained[places], kind="stable")]:
            if explained[place] <= least:
                break
            i, j = int(at[place // len(beside)]), int(beside[place % len(beside)])
            stepped = x.copy()
            stepped[i] += one
            if in_order(x, chains, i, one) and in_order(stepped, chains, j, second):
                least, best = float(explained[place]), [(i, one), (j, second)]
                break
    return best


def loss(target: Floats, points: NDArray[np.number], metric: Floats) -> float:
    """Share of the target's curvature that no multiple of the points explains (0: same ranking)."""
    x = points.astype(float)
    total = float(target @ metric @ target)
    cross, square = float(target @ metric @ x), float(x @ metric @ x)
    if total <= 0:
        return 0.0
    return 1 - _explained_once(cross, square) / total


def to_maximum(
    points: Ints, target: Floats, metric: Floats, ceiling: Floats, bounds: NDArray[np.intp], best: int, movable: Mask
) -> Ints:
    """The points moved by as little as possible until the best lead has exactly `best` points, or as near as may be.

    Each step raises one best level by 1, or lowers all best levels of one criterion by 1, where that costs least;
    no point goes further than `FAR` from its target, or above its ceiling.
    """
    x = points.astype(float)
    for _ in range(MOST_MOVES):
        short = best - sum(x[a:b].max() for a, b in pairwise(bounds))
        if not short:
            break
        step = 1.0 if short > 0 else -1.0
        costs: list[tuple[float, int, Floats]] = []
        for a, b in pairwise(bounds):
            top = a + np.flatnonzero(x[a:b] == x[a:b].max())
            free = movable[top] & (np.abs(x[top] + step - target[top]) < FAR) & (x[top] + step <= ceiling[top])
            if step > 0:
                top = top[free][np.argsort((x - target)[top[free]], kind="stable")][:1]
            if not len(top) or (step < 0 and (x[top[0]] <= 1 or not free.all())):
                continue
            tried = x.copy()
            tried[top] += step
            costs.append((float((tried - target) @ metric @ (tried - target)), len(costs), tried))
        if not costs:
            break
        x = min(costs)[2]
    return x.astype(np.int64)


def clipped_to_share(points: Ints, bounds: NDArray[np.intp], share: float, fixed: Mask) -> Ints | None:
    """The points clipped so that no line holds more than a share of the maximum; None where that cannot be.

    The clip is the largest whole t with ``t <= share * sum over criteria of min(best, t)``.

    >>> clipped_to_share(np.array([10, 0, 4, 0, 3, 0]), np.array([0, 2, 4, 6]), 0.4, np.zeros(6, bool)).tolist()
    [4, 0, 4, 0, 3, 0]
    """
    for most in range(int(points.max(initial=0)), 0, -1):
        clipped = np.where(fixed, points, np.minimum(points, most))
        total = sum(clipped[a:b].max() for a, b in pairwise(bounds))
        if clipped.max() <= share * total + 1e-9:
            return clipped
    return None if points.max(initial=0) > 0 else points


def shrunk_to(
    points: Ints, target: Floats, part: Mask, movable: Mask, bounds: NDArray[np.intp], most: int
) -> Ints | None:
    """The movable points of some criteria brought down in proportion until these give at most `most`, up or down.

    None where the points that may not move are too many already.

    >>> points, every = np.array([9, -1, 6, 0]), np.ones(4, bool)
    >>> shrunk_to(points, points.astype(float), every, every, np.array([0, 2, 4]), 10).tolist()
    [6, 0, 4, 0]
    """
    for step in range(SHRINK_STEPS, -1, -1):
        smaller = np.trunc(target * (step / SHRINK_STEPS)).astype(np.int64)
        smaller = np.where(np.abs(smaller) > np.abs(points), points, smaller)
        tried = points if step == SHRINK_STEPS else np.where(part & movable, smaller, points)
        up = sum(max(tried[a:b].max(), 0) for a, b in pairwise(bounds) if part[a])
        down = sum(min(tried[a:b].min(), 0) for a, b in pairwise(bounds) if part[a])
        if up <= most and -down <= most:
            return tried
    return None


def in_order(x: Floats, chains: Sequence[Chain], i: int, step: int) -> bool:
    """Whether a step on one level keeps the direction that each chain has now (or demands)."""
    for chain in chains:
        if i in chain.positions:
            tried = x[chain.positions] + step * (chain.positions == i)
            moves = np.diff(tried)
            if not ((moves >= 0).all() and chain.direction >= 0) and not ((moves <= 0).all() and chain.direction <= 0):
                return False
    return True


def _explained(cross: Floats, square: Floats, allowed: Mask) -> Floats:
    usable = allowed & (cross > 0) & (square > 0)
    gain: Floats = np.where(usable, cross**2 / np.where(square > 0, square, 1.0), -np.inf)
    return gain


def _explained_once(cross: float, square: float) -> float:
    return cross**2 / square if square > 1e-12 and cross > 0 else 0.0


def fitted_line(score: Floats, leads: Floats, customers: Floats) -> Floats:
    """Log-odds of a customer as a line in the score, on binned scores: one value per row."""
    intercept, slope, middle = _line(*_binned(score, leads, customers))
    linear: Floats = intercept + slope * (score - middle)
    return linear


def quality(score: Floats, leads: Floats, customers: Floats) -> tuple[float, float]:
    """AUC and log-loss of a score on the leads it was made from, the log-loss with the best line in log-odds."""
    values, n, k = _counted(score, leads, customers)
    intercept, slope, middle = _line(*(_binned(values, n, k) if len(values) > BINS else (values, n, k)))
    linear = intercept + slope * (values - middle)
    return float(auc_by_counts(n, k)), line_loss(linear, n, k) / max(float(n.sum()), 1e-300)


def _line(score: Floats, n: Floats, k: Floats) -> tuple[float, float, float]:
    """Intercept at the mean score, slope, and that mean, of the line in log-odds through counts per score."""
    share = min(max(float(k.sum() / max(n.sum(), 1e-300)), 1e-9), 1 - 1e-9)
    level = float(np.log(share / (1 - share)))
    if not 0 < k.sum() < n.sum():
        return level, 0.0, 0.0
    middle = float(np.average(score, weights=n))
    spread = float(np.sqrt(np.average((score - middle) ** 2, weights=n)))
    if spread <= 0:
        return level, 0.0, middle
    intercept, slope = platt_line((score - middle) / spread, n, k, RIDGE)
    return intercept, slope / spread, middle


def _counted(score: Floats, leads: Floats, customers: Floats) -> tuple[Floats, Floats, Floats]:
    """Different scores, ascending, with leads and customers of each; whole or many ones are counted without sorting."""
    if not len(score):
        return score, leads, customers
    above = score - score.min()
    if above.max() < 4 * len(score) + 1000 and np.array_equal(place := above.astype(np.intp), above):
        n, k = (np.bincount(place, mass).astype(float) for mass in (leads, customers))
        occupied = np.flatnonzero(n)
        return np.asarray(occupied + float(score.min()), np.float64), n[occupied], k[occupied]
    if len(score) > MANY:
        return _binned(score, leads, customers, FINE)
    values, place = np.unique(score, return_inverse=True)
    n, k = (np.bincount(place, mass, len(values)).astype(float) for mass in (leads, customers))
    return values, n, k


def _binned(score: Floats, leads: Floats, customers: Floats, bins: int = BINS) -> tuple[Floats, Floats, Floats]:
    """Scores in narrow bins: mean score, leads and customers per bin that has leads."""
    low, high = float(score.min(initial=0.0)), float(score.max(initial=0.0))
    place = ((score - low) * ((bins - 1) / max(high - low, 1e-300))).astype(np.intp)
    n, k, total = (np.bincount(place, mass, bins).astype(float) for mass in (leads, customers, leads * score))
    occupied = n > 0
    return total[occupied] / n[occupied], n[occupied], k[occupied]
