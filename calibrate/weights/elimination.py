"""The lines worth keeping where their number is limited."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.criteria import offsets
from .base import Weights, condition
from .constraints import Limits

Floats = NDArray[np.float64]


def fewer(weights: Weights, tally: Tally, limits: Limits, metric: Floats, most: int) -> Floats:
    """The weights with at most so many lines other than 0, pinned lines counted.

    A joint method drops the line that costs least in its curvature, ``w^2 / variance``, and lets the others follow,
    one after another (backward elimination; Hassibi and Stork, "Optimal brain surgeon", 1993). A marginal one keeps
    the lines with most information.
    """
    pinned = limits.pinned
    values = np.where(pinned, 0.0, weights.values)
    room = max(most - int(np.count_nonzero(limits.pins[pinned])), 0)
    if np.count_nonzero(values) <= room:
        return values
    if weights.curvature is None:
        order = np.argsort(np.where(values == 0, np.inf, -information(tally)), kind="stable")
        values[order[room:]] = 0.0
        return values
    return _eliminated(values, metric, room)


def fewer_criteria(weights: Weights, tally: Tally, limits: Limits, metric: Floats, most: int) -> Floats:
    """The weights of at most so many criteria, those with pins counted: the ones whose weights cost most to lose.

    To second order a criterion's loss is ``w' A w / 2`` over its own levels, with A the curvature.
    """
    values, bounds = weights.values.copy(), offsets(tally.criteria)
    parts = list(pairwise(bounds))
    pinned = [bool((limits.pins[a:b] != 0).any()) for a, b in parts]
    cost = [float(values[a:b] @ metric[a:b, a:b] @ values[a:b]) for a, b in parts]
    order = sorted(range(len(parts)), key=lambda c: (not pinned[c], -cost[c], c))
    for c in order[most:]:
        values[parts[c][0] : parts[c][1]] = 0.0
    return values


def information(tally: Tally) -> Floats:
    """Each level's term of the information value: ``|k / K - l / L| * |log(k L / (l K))|`` with l the leads lost.

    Half a lead is added to each count. Source: Kullback and Leibler, "On information and sufficiency" (1951).
    """
    leads, customers = tally.overall
    k = tally.by_level[:, 1] + 0.5
    lost = tally.by_level[:, 0] - tally.by_level[:, 1] + 0.5
    share, lost_share = k / (customers + 0.5), lost / (leads - customers + 0.5)
    terms: Floats = np.abs(share - lost_share) * np.abs(np.log(share / lost_share))
    return terms


def _eliminated(values: Floats, metric: Floats, room: int) -> Floats:
    """Backward elimination; a line that would change its sign on the way is dropped too."""
    covariance: Floats = np.asarray(np.linalg.inv(metric + np.eye(len(values)) / 2), np.float64)
    start, held = values.copy(), values != 0
    for out in np.flatnonzero(~held):
        condition(start.copy(), covariance, int(out))
    while held.sum() > room:
        cost = np.where(held, values**2 / np.maximum(np.diag(covariance), 1e-300), np.inf)
        i = int(np.argmin(cost))
        condition(values, covariance, i)
        held[i] = False
        turned = held & (values * start < 0)
        for j in np.flatnonzero(turned):
            condition(values, covariance, int(j))
        held &= ~turned
        values[~held] = 0.0
    return values
