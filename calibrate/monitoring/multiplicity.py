"""Attention: how the chance of a false alarm is shared out over all that is looked at, and what is saved together.

A look tests many lines over several spans of time, and what is spent on one is missing for the others:

- Each test's share follows from how well a halved rate would be seen in so many leads (Roeder and Wasserman 2009), from
  the leads' number alone, never from who bought. A line in which not even zero customers would alarm takes nothing
  (Tarone 1990).
- Tests of the same leads go wrong together: "no demo" and "no trial" are nearly the same leads, so two alarms of theirs
  cost little more than one. The correlation follows from the leads that two tests have in common, and a fixed draw of
  correlated normals says how much larger every share may be until one of them alarms by chance in just the allowed
  share of looks (smallest p of all: Westfall and Young 1993; by correlated normals: Conneely and Boehnke 2007).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally, flat_codes
from .shift_tests import FALLS, changed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SEEN = 4.0
DRAWS = 2_000
FACTOR_ROUNDS = 3
SMALLEST = 1e-3
"""A share below this part of the whole is none: it could not alarm, and its test would only cost time."""


def seen(leads: Ints, then: Ints) -> Floats:
    """How many standard errors a halved rate would lie away in so many leads: (T, L), at most 4."""
    n = leads.astype(float)
    p = np.divide(then[:, 1], then[:, 0], out=np.zeros(len(then)), where=then[:, 0] > 0)
    spread = np.sqrt(np.maximum(n * p * (1 - p) * (1 + n / np.maximum(then[:, 0], 1)), 1e-12))
    errors_away: Floats = np.minimum(0.5 * n * p / spread, MOST_SEEN)
    return errors_away


def shares(visible: Floats, chance: float) -> Floats:
    """Share of the alarm chance for each line of each look: (T, L) standard errors -> (T, L), sums 1 (or 0).

    ``P(Z > x / 2 + c / x)`` with x the effect one looks for and c such that they sum to the chance: no other shares
    find more of such effects (Roeder and Wasserman 2009, section 4).

    >>> shares(np.array([[3.0, 3.0, 0.1]]), 0.05).round(2).tolist()
    [[0.5, 0.5, 0.0]]
    """
    x = np.maximum(visible, 1e-3)
    low, high = np.full((len(x), 1), -10.0), np.full((len(x), 1), 100.0)
    for _ in range(50):
        middle = (low + high) / 2
        too_much = special.ndtr(-(x / 2 + middle / x)).sum(axis=1, keepdims=True) > chance
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return whole(np.where(visible > 0, special.ndtr(-(x / 2 + high / x)), 0))


def whole(parts: Floats) -> Floats:
    """Parts divided by their sum per look, (T, L) -> (T, L); a look without any keeps its zeros."""
    total = parts.sum(axis=1, keepdims=True)
    result: Floats = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
    return result


def able(leads: Ints, then: Ints, level: Floats) -> NDArray[np.bool_]:
    """Whether zero customers among so many leads would be beyond chance at a level: (T, L) (Tarone 1990).

    >>> able(np.array([[10, 30]]), np.array([[1000, 100], [1000, 100]]), np.array([[0.05, 0.05]])).tolist()
    [[False, True]]
    """
    n, calibrated = leads.ravel(), np.broadcast_to(then, (*leads.shape, 2)).reshape(-1, 2)
    possible = np.zeros(len(n), np.bool_)
    there = (n > 0) & (calibrated[:, 0] > 0) & (level.ravel() > 0)
    nobody = np.zeros(int(there.sum()), np.int64)
    possible[there] = changed(nobody, n[there], calibrated[there, 1], calibrated[there, 0]) <= level.ravel()[there]
    return possible.reshape(leads.shape)


def shared(tally: Tally) -> Floats:
    """Leads that two levels have in common, summed up to each cohort: (T + 1, L, L)."""
    cohorts, size = len(tally.cohorts), sum(len(c.levels) for c in tally.criteria)
    common = np.zeros((cohorts + 1, size, size))
    columns = [
        (start, len(c.levels), codes) for (start, codes), c in zip(flat_codes(tally), tally.criteria, strict=True)
    ]
    for i, (a, levels, ours) in enumerate(columns):
        cell = (tally.cohort.astype(np.intp) * levels + ours) * 256
        for b, second_levels, theirs in columns[i:]:
            counts = np.bincount(cell + theirs, tally.leads, cohorts * levels * 256)
            both = counts.reshape(cohorts, levels, 256)[:, :, :second_levels]
            common[1:, a : a + levels, b : b + second_levels] = both
            common[1:, b : b + second_levels, a : a + levels] = both.transpose(0, 2, 1)
    return np.cumsum(common, axis=0)


def correlation(now: Floats, then: Floats, leads: Floats, leads_then: Floats) -> Floats:
    """Correlation of the differences between rates now and then: (M, M) leads in common -> (M, M).

    The covariance of two is ``n_ab / (n_a n_b) + N_ab / (N_a N_b)``, now and then, times the standard deviations of a
    single lead, which cancel.

    >>> correlation(np.array([[90.0, 80], [80, 100]]), np.array([[900.0, 800], [800, 1000]]),
    ...             np.array([90.0, 100]), np.array([900.0, 1000])).round(3).tolist()      # 80 / sqrt(90 * 100)
    [[1.0, 0.843], [0.843, 1.0]]
    """
    covariance = now / np.outer(leads, leads) + then / np.outer(leads_then, leads_then)
    spread = np.sqrt(np.diag(covariance))
    matrix: Floats = covariance / np.outer(spread, spread)
    return matrix


def saved(correlated: Floats, share: Floats, chance: float) -> float:
    """How many times its share of the chance each test may take, since the tests go wrong together; at least 1.

    The chance that any of them alarms is the sum of their chances times the mean of 1 / (alarms at once), taken over
    draws in which a test, picked by its share, does alarm (Owen, Maximov and Chertkov 2019).

    >>> saved(np.ones((4, 4)), np.full(4, 0.25), 0.05)        # four times the same test: one of them is enough
    4.0
    >>> round(saved(np.eye(4), np.full(4, 0.25), 0.05), 2)    # four that know nothing of each other: 1.019 by pencil
    1.02
    """
    if not len(share):
        return 1.0
    values, vectors = np.linalg.eigh(correlated)
    normals, uniform, sides = _draws(-(-len(share) // 64) * 64)
    free = normals[:, : len(share)] @ (vectors * np.sqrt(np.maximum(values, 0))).T
    picked = np.minimum(np.searchsorted(np.cumsum(share), (np.arange(DRAWS) + 0.5) / DRAWS), len(share) - 1)
    fell = sides < FALLS
    every, factor = np.arange(DRAWS), 1.0
    for _ in range(FACTOR_ROUNDS):
        level = factor * chance * share
        low, high = special.ndtri(np.minimum(level * FALLS, 0.5)), -special.ndtri(np.minimum(level * (1 - FALLS), 0.5))
        tail = np.minimum(uniform * level[picked] * np.where(fell, FALLS, 1 - FALLS), 0.5)
        at = special.ndtri(tail) * np.where(fell, 1, -1)
        draws = free + correlated[picked] * (at - free[every, picked])[:, None]
        alarms = ((draws <= low) | (draws >= high)).sum(axis=1)
        factor = 1 / float(np.mean(1 / np.maximum(alarms, 1)))
    return max(1.0, round(factor, 6))


@lru_cache(maxsize=4)
def _draws(tests: int) -> tuple[Floats, Floats, Floats]:
    """The same draws every time: normals, and how deep in which tail the picked test lies."""
    rng = np.random.default_rng(20261122)
    return rng.standard_normal((DRAWS, tests)), rng.random(DRAWS), rng.random(DRAWS)


def in_common(tally: Tally, later: NDArray[np.bool_]) -> Floats:
    """Leads that two levels have in common, summed up to each cohort looked at; all leads as one more level."""
    cohorts = np.concatenate([[0], np.flatnonzero(later) + 1])
    levels = shared(tally.only(later))[cohorts]
    leads = np.cumsum(np.concatenate([[0], tally.totals[later, 0]]))
    every = np.diagonal(levels, axis1=1, axis2=2)
    common = np.zeros((len(leads), levels.shape[1] + 1, levels.shape[1] + 1))
    common[:, :-1, :-1] = levels
    common[:, -1, :-1] = common[:, :-1, -1] = every
    common[:, -1, -1] = leads
    return common
