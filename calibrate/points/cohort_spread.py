"""How far close rates move from one cohort to the next, and the interval that a rate of what is to come must carry.

The log-odds of a cohort stray around those of all by a spread b. Fifteen months of ten customers cannot tell b = 0 from
b = 0.2: an estimate of it is 0 in half of the histories whose rates move by a tenth, and an interval that takes it for
true is too short. So b is not estimated. Each value has a chance, given the customers of every cohort beside those to
be expected (negative binomial; the level of all integrated over, as restricted likelihood does) and a half-t prior of
four degrees of freedom on the spread (Gelman 2006), and the interval is one that holds a later cohort's rate in 95 % of
cases over all of them (a predictive interval; Higgins, Thompson and Spiegelhalter 2009, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.intervals import Z95, wilson
from .score_table import Scores

Floats = NDArray[np.float64]

GRID = np.concatenate([[0.0], np.geomspace(0.01, 2.5, 40)])
"""Spreads that are tried."""
SCALE, FREEDOM = 0.25, 4
"""Half of all histories are taken to move by less than 0.19 in log-odds, one in sixty by more than 1."""
ROUNDS = 40
KNOTS = 32
"""Sizes at which the interval is worked out; between them it is read off."""


@dataclass(frozen=True)
class CohortSpread:
    """What is known of the spread: `chance` of each value of `spreads`, (values,).

    `mean` is how much of one cohort's variance the mean of all cohorts has, `room` how far the log-odds of a lead that
    becomes a customer move its chance: 1 less its chance, on average.
    """

    spreads: Floats
    chance: Floats
    mean: float = 0.0
    room: float = 1.0

    @property
    def variance(self) -> Floats:
        """Variance of a later cohort's rate around the mean rate of all, relative to it, for each spread."""
        variance: Floats = np.expm1(self.spreads**2) * (1 + self.mean)
        return variance

    @property
    def typical(self) -> float:
        """The mean spread."""
        return float(self.chance @ self.spreads)


STILL = CohortSpread(np.zeros(1), np.ones(1))
"""Nothing moves, or there is one cohort alone."""


def spread_between(scores: Scores) -> CohortSpread:
    """What the cohorts of a score table say of how far close rates move, beyond chance and the mix of scores.

    >>> still, moved = (Scores(tuple("abcdef"), np.zeros(1, int), np.full((6, 1), 400.0), np.array([k]).T)
    ...     for k in ([20.0, 21, 19, 22, 18, 20], [5.0, 30, 12, 40, 8, 25]))
    >>> round(spread_between(still).typical, 2), round(spread_between(moved).typical, 2)
    (0.09, 0.57)
    """
    leads, customers = scores.total
    rate = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
    expected, noise = scores.leads @ rate, scores.leads @ (rate * (1 - rate))
    informative = noise > 0
    if informative.sum() < 2:
        return STILL
    expected, noise = expected[informative], noise[informative]
    room = float(noise.sum() / expected.sum())
    wider = room * (float(scores.effect[0]) if len(scores.effect) else 1.0)
    came, mean = scores.customers.sum(axis=1)[informative] / wider, expected / wider
    variance = np.expm1(GRID**2)[:, None]
    weight = mean / (1 + variance * mean)
    level = (weight * came / mean).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    fit = _likelihood(came, mean * np.maximum(level, 1e-9), variance) - 0.5 * np.log(weight.sum(axis=1))
    chance = _prior() * np.exp(fit - fit.max())
    return CohortSpread(GRID, chance / chance.sum(), float((mean**2).sum() / mean.sum() ** 2), room)


def prediction(customers: Floats, leads: Floats, effect: Floats, spread: CohortSpread) -> tuple[Floats, Floats]:
    """95 % interval of the close rate that a later cohort has, from counts and how far cohorts move.

    Where rates move by b, a rate p of n leads has the variance ``p (1 - p) / n + p^2 v`` with v that of the spread: it
    is as sure as ``n / (1 + n v p / (1 - p))`` leads are. The interval is Wilson's of as many leads as make it miss in
    5 % of cases over all spreads, ``sum of chance(b) 2 Phi(-1.96 sqrt(n_b / n)) = 0.05``; where nothing moves, of all
    of them.

    >>> low, high = prediction(np.array([30.0]), np.array([200.0]), np.ones(1), STILL)
    >>> low.round(3).tolist(), high.round(3).tolist()                                       # Wilson, 30 of 200
    ([0.107], [0.206])
    >>> tenth = CohortSpread(np.array([0.2]), np.ones(1), 1 / 12)
    >>> low, high = prediction(np.array([30.0]), np.array([200.0]), np.ones(1), tenth)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.09], [0.233])
    """
    if not len(leads):
        return leads, leads
    rate = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
    alone = leads / effect
    moves = (1 - rate) / spread.room
    size = alone * rate / np.maximum(1 - rate, 1e-9) * moves**2
    knots = np.unique(size)
    if len(knots) > KNOTS:
        knots = np.unique(
            np.append(0.0, np.geomspace(max(knots[knots > 0].min(), 1e-6), max(knots.max(), 1e-5), KNOTS))
        )
    share = np.interp(size, knots, _share_of_leads(knots, spread))
    middle = rate * np.exp(-0.5 * float(spread.chance @ spread.spreads**2) * moves**2)
    low, high = wilson(middle * alone * share, alone * share)
    return np.minimum(low, rate), np.maximum(high, rate)


def _share_of_leads(sizes: Floats, spread: CohortSpread) -> Floats:
    """Share of the leads whose Wilson interval misses in 5 % of cases, by their size n p / (1 - p): (sizes,)."""
    as_sure = 1 / (1 + sizes[:, None] * spread.variance)
    low, high = np.log(as_sure.min(axis=1) / 20), np.zeros(len(sizes))
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        missed = 2 * special.ndtr(-Z95 * np.sqrt(as_sure / np.exp(middle)[:, None])) @ spread.chance
        low, high = np.where(missed > 0.05, low, middle), np.where(missed > 0.05, middle, high)
    share: Floats = np.exp(high)
    return share


def _likelihood(came: Floats, mean: Floats, variance: Floats) -> Floats:
    """Log-likelihood of counts (cohorts,) for each spread: Poisson counts whose means stray by gamma factors."""
    steady = special.xlogy(came, mean[0]) - mean[0]
    shape = 1 / variance[1:]
    strayed = special.gammaln(came + shape) - special.gammaln(shape) - shape * np.log1p(mean[1:] / shape)
    strayed += special.xlogy(came, mean[1:] / (mean[1:] + shape))
    total: Floats = np.append(steady.sum(), strayed.sum(axis=1))
    return total


def _prior() -> Floats:
    """Chance of each spread beforehand: half of Student's t, cut halfway between the values tried."""
    edges = np.concatenate([[0.0], (GRID[1:] + GRID[:-1]) / 2, [np.inf]])
    chances: Floats = np.diff(2 * special.stdtr(FREEDOM, edges / SCALE) - 1)
    return chances
