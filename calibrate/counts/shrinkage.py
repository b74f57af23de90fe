"""Shrinkage: a level's rate given those of its criterion, with neither spread nor middle of these taken as known.

The log-odds of a criterion's levels are drawn around a middle with a spread (standard deviation). The spread has a
half-Cauchy prior, the middle one that counts the global rate as one more level. Both are integrated over a grid, each
level over cells of its own log-odds, so that an interval says what is not known about spread and middle too.

Sources: Morris, "Parametric empirical Bayes inference" (1983); Carlin and Gelfand, "A sample reuse method for accurate
parametric empirical Bayes confidence intervals" (1991); Gelman, "Prior distributions for variance parameters in
hierarchical models" (2006). Levels follow a logistic distribution, whose tails are longer than the normal's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

USUAL_SPREAD = 1.0
"""Scale of the half-Cauchy prior: half of all criteria spread less than this beforehand."""
LOGISTIC = np.sqrt(3) / np.pi
"""Scale of a logistic distribution of standard deviation 1."""
REACH = 6.5
"""Standard errors on either side of a level's own log-odds that its cells span."""

AT_ONCE = 64
"""Criteria whose levels are integrated in one piece: of many more the cells would take gigabytes."""


class Precision(NamedTuple):
    """How fine the grids are: spreads, middles per spread, cells per level."""

    spreads: int = 14
    middles: int = 5
    cells: int = 80


FINE, QUICK = Precision(), Precision(7, 3, 40)
"""For figures that are shown; for resamples, of which only the spread counts."""


@dataclass(frozen=True)
class Shrunk:
    """What is known of each level's rate once its criterion's levels are: arrays (levels,), `strength` (criteria,).

    `rate` is the posterior mean, `low` to `high` the central 95 % interval, `above` the chance that the rate is higher
    than the global one. `strength` is how many leads the other levels are worth as a prior: as many as would make
    a level's log-odds as certain as the spread does, ``1 / (spread^2 p (1 - p))``.
    """

    rate: Floats
    low: Floats
    high: Floats
    above: Floats
    strength: Floats


def shrink(
    customers: NDArray[np.number],
    leads: NDArray[np.number],
    bounds: NDArray[np.intp],
    overall: tuple[float, float],
    precision: Precision = FINE,
) -> Shrunk:
    """Rates of levels that lie criterion after criterion (from `bounds`), `overall` the leads and customers in all.

    Counts may be fractions (effective leads). Where nobody or everybody is a customer, nothing is known of rates: they
    stay what they are, with the interval of a flat prior.

    >>> k, n = np.array([2, 48, 100]), np.array([10, 990, 2000])
    >>> [f"{value:.3f}" for value in shrink(k, n, np.array([0, 3]), (3000, 150)).rate]
    ['0.072', '0.049', '0.050']
    """
    k, n = customers.astype(float), leads.astype(float)
    criteria = len(bounds) - 1
    if criteria <= AT_ONCE:
        return _shrunk(k, n, bounds, overall, precision)
    parts = []
    for first in range(0, criteria, AT_ONCE):
        part = bounds[first : first + AT_ONCE + 1]
        here = slice(part[0], part[-1])
        parts.append(_shrunk(k[here], n[here], part - part[0], overall, precision))
    return Shrunk(*(np.concatenate(columns) for columns in zip(*map(_fields, parts), strict=True)))


def _fields(part: Shrunk) -> tuple[Floats, ...]:
    return part.rate, part.low, part.high, part.above, part.strength


def _shrunk(
    k: Floats, n: Floats, bounds: NDArray[np.intp], overall: tuple[float, float], precision: Precision
) -> Shrunk:
    """The same of some criteria: none of them says anything of another's levels."""
    total, bought = overall
    criteria = len(bounds) - 1
    if not 0 < bought < total:
        share = np.full(len(k), bought / total if total else 0.0)
        low, high = (special.betaincinv(k + 0.5, n - k + 0.5, tail) for tail in (0.025, 0.975))
        return Shrunk(
            share, np.minimum(low, share), np.maximum(high, share), np.zeros(len(k)), np.full(criteria, total)
        )
    usual = float(special.logit(bought / total))
    edges, middle = _cells(k, n, usual, precision.cells)
    likelihood = k[:, None] * special.log_expit(middle) + (n - k)[:, None] * special.log_expit(-middle)
    likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    spread, centre, log_prior = _hyper(k, n, bounds, overall, precision)
    owner = np.repeat(np.arange(criteria), np.diff(bounds))
    below = special.expit((edges[None, :, 1:-1] - centre[:, owner, None]) / (LOGISTIC * spread[:, None, None]))
    mass = np.diff(below, axis=2, prepend=0.0, append=1.0)
    marginal = np.maximum(np.einsum("hlg,lg->hl", mass, likelihood), 1e-300)
    weight = special.softmax(log_prior + _sums(np.log(marginal), bounds), axis=0)
    posterior = likelihood * np.einsum("hl,hlg->lg", weight[:, owner] / marginal, mass)
    posterior /= posterior.sum(axis=1, keepdims=True)
    cumulated = np.concatenate([np.zeros((len(k), 1)), np.cumsum(posterior, axis=1)], axis=1)
    low, high = (special.expit(_quantile(cumulated, edges, tail)) for tail in (0.025, 0.975))
    log_spread = np.einsum("hc,h->c", weight, np.log(spread))
    information = bought / total * (1 - bought / total)
    return Shrunk(
        (posterior * special.expit(middle)).sum(axis=1),
        low,
        high,
        1 - _chance_below(cumulated, edges, usual),
        np.exp(-2 * log_spread) / information,
    )


def _cells(k: Floats, n: Floats, usual: float, cells: int) -> tuple[Floats, Floats]:
    """Edges (levels, cells + 1) and middles (levels, cells) of the cells of each level's log-odds."""
    log_odds = np.where(n > 0, np.log((k + 0.5) / (n - k + 0.5)), usual)
    error = np.where(n > 0, np.sqrt(1 / (k + 0.5) + 1 / (n - k + 0.5)), 2.0)
    edges = log_odds[:, None] + error[:, None] * np.linspace(-REACH, REACH, cells + 1)
    return edges, (edges[:, 1:] + edges[:, :-1]) / 2


def _hyper(
    k: Floats, n: Floats, bounds: NDArray[np.intp], overall: tuple[float, float], precision: Precision
) -> tuple[Floats, Floats, Floats]:
    """Spreads (grid,), middles (grid, criteria) and log prior weights (grid, criteria) to integrate over.

    For each spread the middles are the nodes of Gauss and Hermite around where the levels' own log-odds put it. The
    prior of the middle is normal around the global log-odds with the variance of one level, and a hundred times that
    of the global rate itself, which has been counted on the same leads.
    """
    total, bought = overall
    usual, information = float(special.logit(bought / total)), bought * (1 - bought / total)
    share = (k + bought / total) / (n + 1)
    log_odds, error = special.logit(share), 1 / ((n + 1) * share * (1 - share))
    spreads = np.geomspace(0.03, 3.0, precision.spreads)
    nodes, node_weights = special.roots_hermite(precision.middles)
    precise = np.where(n > 0, 1 / (error[None] + spreads[:, None] ** 2), 0.0)
    prior = spreads[:, None] ** 2 + 100 / information
    certain = _sums(precise, bounds) + 1 / prior
    centre = (_sums(precise * log_odds, bounds) + usual / prior) / certain
    middles = centre[:, None] + np.sqrt(2 / certain)[:, None] * nodes[None, :, None]
    log_prior = (
        -np.log1p((spreads / USUAL_SPREAD) ** 2)[:, None, None]
        + np.log(spreads)[:, None, None]
        - (middles - usual) ** 2 / (2 * prior[:, None])
        - np.log(prior)[:, None] / 2
        + (np.log(node_weights) + nodes**2)[None, :, None]
        - np.log(certain)[:, None] / 2
    )
    size = len(spreads) * len(nodes)
    return np.repeat(spreads, len(nodes)), middles.reshape(size, -1), log_prior.reshape(size, -1)


def _sums(values: Floats, bounds: NDArray[np.intp]) -> Floats:
    """Sum over each criterion's levels of values (grid, levels)."""
    cumulated = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.diff(cumulated[:, bounds], axis=1)


def _quantile(cumulated: Floats, edges: Floats, chance: float) -> Floats:
    """Log-odds below which so much of each level's posterior lies, straight within a cell."""
    at = np.arange(len(edges))
    cell = np.clip((cumulated < chance).sum(axis=1) - 1, 0, edges.shape[1] - 2)
    start, end = cumulated[at, cell], cumulated[at, cell + 1]
    part = (chance - start) / np.maximum(end - start, 1e-300)
    quantile: Floats = edges[at, cell] + part * (edges[at, cell + 1] - edges[at, cell])
    return quantile


def _chance_below(cumulated: Floats, edges: Floats, value: float) -> Floats:
    """How much of each level's posterior lies below a log-odds."""
    place = np.clip((value - edges[:, 0]) / (edges[:, 1] - edges[:, 0]), 0, edges.shape[1] - 1 - 1e-9)
    cell, at = place.astype(np.intp), np.arange(len(edges))
    chance: Floats = cumulated[at, cell] + (place - cell) * (cumulated[at, cell + 1] - cumulated[at, cell])
    return chance
