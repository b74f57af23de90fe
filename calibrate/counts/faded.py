"""Faded counts: earlier cohorts count less, where a history has moved on.

A lead of weight w counts as w leads (the power prior: Ibrahim and Chen 2000), so that rates follow the newest cohorts
and their intervals widen by what is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .tally import Tally

Floats = NDArray[np.float64]


def half_life_weights(occupied: NDArray[np.bool_], half_life: float) -> Floats:
    """Weight of each cohort: 1 for the newest that holds leads, half of that so many cohorts earlier; (T,).

    >>> half_life_weights(np.array([True, True, True, False]), 1).tolist()
    [0.25, 0.5, 1.0, 0.0]
    """
    newest = int(np.flatnonzero(occupied).max(initial=0))
    age = newest - np.arange(len(occupied))
    return np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / half_life), 0.0)


def faded_tally(tally: Tally, weights: Sequence[float] | Floats) -> Tally:
    """The tally whose cohorts count by these weights: (T,). Exact counts stay whole numbers, rounded in their sums.

    >>> from calibrate.counts.tally import tally_of
    >>> tally = tally_of([], np.zeros((0, 6), np.uint8), np.array([1, 0, 1, 0, 0, 1]), np.repeat([0, 1], 3), ("a", "b"))
    >>> faded_tally(tally, [0.5, 1.0]).totals.tolist()
    [[2, 1], [3, 1]]
    """
    factor = np.asarray(weights, np.float64)
    share = factor[tally.cohort]
    return replace(
        tally,
        totals=_whole_sums(tally.totals * factor[:, None]),
        marginals=tuple(_whole_sums(margin * factor[:, None, None]) for margin in tally.marginals),
        leads=tally.leads * share,
        customers=tally.customers * share,
    )


def _whole_sums(counts: Floats) -> NDArray[np.int64]:
    """Whole numbers whose running sums over cohorts are the rounded running sums; customers are no more than leads."""
    sums = np.floor(np.cumsum(counts, axis=0) + 0.5)
    parts = np.diff(sums, axis=0, prepend=0.0).astype(np.int64)
    parts[..., 1] = np.minimum(parts[..., 1], parts[..., 0])
    return parts
