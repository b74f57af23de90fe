"""Design effects of what drift looks at: contacts of one company tell less than as many strangers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.design_effect import Pairs, contrast_effect, pairs_of, rate_effect
from ..counts.tally import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def effects(tally: Tally, bounds: NDArray[np.intp]) -> tuple[Floats, list[float]]:
    """Design effects: of the close rate of every level and of all leads behind them, (L + 1,), and of each mix.

    They are those of all leads counted, also where a span holds few of a group's. That of a mix is the mean one of its
    levels' shares, each weighted by what it leaves to the others (Rao and Scott 1981, first order).
    """
    grouped, pairs = tally.grouped, tally.pairs
    criteria = len(bounds) - 1
    if grouped is None or pairs is None:
        return np.ones(bounds[-1] + 1), [1.0] * criteria
    total, leads = tally.overall[0], tally.by_level[:, 0].astype(float)
    rates = np.append(rate_effect(leads, pairs.own), tally.effect())
    alike = replace(grouped, covariance=np.ones(len(grouped.covariance)))
    mixes = []
    for i, (a, b) in enumerate(pairwise(bounds)):
        own_pairs, shared_ = pairs_of(alike, tally.codes[i], int(b - a))
        room = np.where(leads[a:b] > 0, 1 - leads[a:b] / max(total, 1), 0)
        per_level = contrast_effect(leads[a:b], total, Pairs(own_pairs, shared_, float(alike.company.sum())))
        mixes.append(float(room @ per_level / room.sum()) if room.sum() > 0 else 1.0)
    return rates, mixes


def fewer(counts: Ints, effect: Floats) -> Ints:
    """Leads and customers (last axis) divided by a design effect, in whole leads.

    >>> fewer(np.array([[100, 7]]), np.array([2.0])).tolist()
    [[50, 4]]
    """
    result = np.rint(counts / effect[..., None]).astype(np.int64)
    result[..., 1] = np.minimum(result[..., 1], result[..., 0])
    return result
