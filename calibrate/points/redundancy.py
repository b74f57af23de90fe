"""Criteria that only repeat what another one says: methods that look at each criterion alone count such a fact twice.

B repeats A where the close rates of B's answers are those that A's answers let expect of them: A explains nearly all of
what B's answers differ by, and what is left is no more than chance. `logistic` and `sparse` need no such rule, they
weigh all criteria together. (Conditional independence by Pearson's chi-square on expected counts: Cochran 1954.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..grid.notes import note
from ..weights.base import Weights
from ..weights.constraints import Limits
from ..weights.profile_algebra import FIT_ROWS, Rows, predict, rows_of
from .curve import gain

Floats = NDArray[np.float64]

EXPLAINED = 0.8
"""Share of what a criterion's answers differ by that the other must explain."""
LEFT, TOLD = 0.05, 0.001
"""Chance below which what is left counts as more than chance, and below which a criterion tells anything at all."""


def repeats(tally: Tally) -> dict[str, str]:
    """Criteria that say nothing beyond another one, each with that other one; the one that says more stays.

    >>> from calibrate.counts.tally import tally_of
    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> levels = (Level("a"), Level("b"), Level("c"), *ends)
    >>> ask = [Criterion(name, name, "text", "fit", levels) for name in ("result", "before")]
    >>> result = np.repeat([0, 1, 2], [200, 300, 500])
    >>> before = np.where(result == 2, 1, 0)                                  # whether there is a result at all
    >>> bought = np.concatenate([np.arange(200) < 120, np.arange(300) < 40, np.arange(500) < 70])
    >>> repeats(tally_of(ask, np.array([result, before], np.uint8), bought))
    {'before': 'result'}
    """
    rows = rows_of(tally, FIT_ROWS)
    total, bought = float(rows.leads.sum()), float(rows.customers.sum())
    if not 0 < bought < total:
        return {}
    rate = bought / total
    counts = [_by_level(rows, i) for i in range(len(rows.sizes))]
    signal = np.array([_statistic(k, n, np.full(len(n), rate)) for n, k in counts]).reshape(-1, 2)
    order = [i for i in np.argsort(-signal[:, 0], kind="stable") if special.chdtrc(signal[i, 1], signal[i, 0]) < TOLD]
    repeated: dict[str, str] = {}
    stays: list[int] = []
    for i in order:
        leads, customers = counts[i]
        for first in stays:
            expected = _expected(rows, i, first, counts[first])
            left, freedom = _statistic(customers, leads, expected)
            if signal[i, 0] - left >= EXPLAINED * signal[i, 0] and special.chdtrc(freedom, left) >= LEFT:
                repeated[tally.criteria[i].name] = tally.criteria[first].name
                break
        else:
            stays.append(int(i))
    return repeated


def without_repeats(
    weights: Weights, tally: Tally, limits: Limits, repeated: Mapping[str, str] | None = None
) -> Weights:
    """The weights without lines on criteria that repeat another one, where leads are told apart as well without them.

    As well: the score gains no less over one rate than before, but for what so many lines would gain from chance.
    Pinned lines stay. Coarse points (`lift`) may tell a fact better in two lines than in one. `repeated` are the
    criteria that say nothing beyond another one, where they are known (`repeats`).
    """
    pairs = repeats(tally) if repeated is None else repeated
    if not pairs:
        return weights
    mine = np.concatenate([np.full(len(c.levels), c.name in pairs) for c in tally.criteria]) & ~limits.pinned
    lines = {c.name for c, part in zip(tally.criteria, _parts(weights.values, tally), strict=True) if part.any()}
    notes = tuple(note("repeats", criterion=name, by=other) for name, other in pairs.items() if name in lines)
    fewer = replace(weights, values=np.where(mine, 0.0, weights.values), notes=(*weights.notes, *notes))
    rows, gone = rows_of(tally, FIT_ROWS), int(np.count_nonzero(weights.values[mine]))
    return fewer if _told_by(fewer, rows) >= _told_by(weights, rows) - gone else weights


def _told_by(weights: Weights, rows: Rows) -> float:
    """What the score gains over one rate for all leads: twice the log-likelihood."""
    values = np.rint(weights.values) if weights.unit == "points" else weights.values
    score, place = np.unique(predict(rows, values).round(6), return_inverse=True)
    leads, customers = (np.bincount(place, counts, len(score)) for counts in (rows.leads, rows.customers))
    return gain(score, leads.astype(np.float64), customers.astype(np.float64))


def _parts(values: Floats, tally: Tally) -> list[Floats]:
    return np.split(values, np.cumsum([len(c.levels) for c in tally.criteria])[:-1])


def _by_level(rows: Rows, i: int) -> tuple[Floats, Floats]:
    """Leads and customers of each level of a criterion."""
    size = rows.sizes[i]
    leads, customers = (np.bincount(rows.codes[i], counts, size) for counts in (rows.leads, rows.customers))
    return leads.astype(np.float64), customers.astype(np.float64)


def _expected(rows: Rows, i: int, other: int, counts: tuple[Floats, Floats]) -> Floats:
    """Close rate of each level of a criterion that the answers to the other one let expect: (levels,)."""
    leads, customers = counts
    rates = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
    all_leads = np.bincount(rows.codes[i], rows.leads, rows.sizes[i])
    bought = np.bincount(rows.codes[i], rows.leads * rates[rows.codes[other]], rows.sizes[i])
    return np.divide(bought, all_leads, out=np.zeros(len(all_leads)), where=all_leads > 0)


def _statistic(customers: Floats, leads: Floats, expected: Floats) -> tuple[float, float]:
    """Pearson's chi-square of customers against expected rates, and its degrees of freedom."""
    used = (leads > 0) & (expected > 0) & (expected < 1)
    n, k, p = leads[used], customers[used], expected[used]
    return float(((k - n * p) ** 2 / (n * p * (1 - p))).sum()), float(max(used.sum() - 1, 1))
