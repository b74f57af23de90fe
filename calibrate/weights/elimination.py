"""The criteria worth keeping where their number is limited, and what a level tells."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.criteria import offsets
from .base import Weights
from .constraints import Limits

Floats = NDArray[np.float64]


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
