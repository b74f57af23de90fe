"""How far the levels of each criterion may spread, estimated from the data: the shrinkage of `logistic`.

Each criterion's weights have a normal prior with its own precision ("strength"). Levels without an order are drawn
around their common mean; ordered levels have small steps (first differences) and small bends (second differences)
between neighbours, so that adjacent bins share strength. The strengths maximise the Laplace approximation of the
marginal likelihood under a log-normal prior around the mean strength of their kind, also estimated: a criterion
with few customers borrows the strength that the others have.

Sources: MacKay, "Bayesian interpolation" (1992); Wood and Fasiolo, "A generalized Fellner-Schall method for
smoothing parameter optimization" (2017); Lang and Brezger, "Bayesian P-splines" (2004) for differences as a prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..grid.criteria import Criterion, offsets

Floats = NDArray[np.float64]
Kind = Literal["spread", "step", "bend"]

START = 20.0
WEAKEST, STRONGEST = 0.02, 1e5
ALIKE = 0.5
"""Standard deviation of log strengths around the mean of their kind."""
GROUND = 1e-4
"""Precision of what no component reaches (a shift of all levels of an ordered criterion, which the intercept takes)."""
ALL_KINDS: tuple[Kind, ...] = ("spread", "step", "bend")
USUAL_SPREAD = 1.0
SPREADS = np.geomspace(0.03, 3.0, 12)
"""Standard deviations of a criterion's log-odds to integrate over; half of all lie below the usual one beforehand."""
DIFFERENCES: tuple[tuple[Kind, int], ...] = (("step", 1), ("bend", 2))


@dataclass(frozen=True)
class Component:
    """One precision to estimate: a penalty matrix over a criterion's levels (positions among the seen levels)."""

    criterion: int
    kind: Kind
    positions: NDArray[np.intp]
    matrix: Floats

    @cached_property
    def block(self) -> tuple[slice, slice]:
        """Where its levels meet in a matrix over the seen levels: they stand side by side."""
        side = slice(int(self.positions[0]), int(self.positions[-1]) + 1) if len(self.positions) else slice(0)
        return side, side


@dataclass(frozen=True)
class Posterior:
    """Weights at given strengths on a quadratic loss, with penalty, covariance and log strengths."""

    weights: Floats
    penalty: Floats
    covariance: Floats
    log_strengths: Floats


def components(criteria: Sequence[Criterion], occupied: NDArray[np.bool_]) -> tuple[Component, ...]:
    """The components of each criterion, over its levels that have leads.

    Beside the ordered levels of a criterion, which spread as one (by their mean), its other levels spread as usual.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> bins = tuple(Level(str(i), low=i, high=i + 1) for i in range(4))
    >>> visits = Criterion("visits", "visits", "number", "engagement", bins + ends, ordered=True)
    >>> [(c.kind, c.positions.tolist()) for c in components([visits], np.ones(6, bool))]
    [('step', [0, 1, 2, 3, 4, 5]), ('bend', [0, 1, 2, 3, 4, 5]), ('spread', [0, 1, 2, 3, 4, 5])]
    """
    place = np.cumsum(occupied) - 1
    bounds = offsets(criteria)
    parts = []
    for i, criterion in enumerate(criteria):
        occupied_levels = np.flatnonzero(occupied[bounds[i] : bounds[i + 1]])
        row = np.array([criterion.ordered and criterion.levels[j].role == "value" for j in occupied_levels], bool)
        if row.sum() < 3:
            row[:] = False
        where = np.flatnonzero(row)
        matrices: list[tuple[Kind, Floats]] = []
        for kind, order in DIFFERENCES:
            if len(where) > order + (order > 1):
                rows = np.diff(np.eye(len(occupied_levels))[where], n=order, axis=0)
                matrices.append((kind, rows.T @ rows))
        if not row.all():
            mean = row / max(int(row.sum()), 1)
            matrices.append(("spread", np.diag(np.where(row, 0.0, 1.0)) + np.outer(mean, mean)))
        parts += [Component(i, kind, place[bounds[i] + occupied_levels], matrix) for kind, matrix in matrices]
    return tuple(parts)


def integrated(
    weights: Floats,
    precision: Floats,
    penalty: Floats,
    covariance: Floats,
    bounds: NDArray[np.intp],
    occupied: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Mean and covariance of all weights with each criterion's strength integrated over, not taken as estimated.

    On a criterion's levels, the other criteria summed out, the data say ``x' J x / 2 - b' x``; with its strengths
    multiplied by a factor the posterior is normal and its marginal likelihood is known. The factors run over spreads of
    the levels from `SPREADS`, under a half-Cauchy prior times the spread: few levels never say that a criterion tells
    nothing at all, and intervals that half believe it are too short. Covariances between criteria are stretched alike.
    Sources: Rue, Martino and Chopin, "Approximate Bayesian inference by nested Laplace approximations" (2009);
    Gelman, "Prior distributions for variance parameters in hierarchical models" (2006); Chung et al., "A nondegenerate
    penalized likelihood estimator for variance parameters" (2013).
    """
    mean, stretch = weights.copy(), np.zeros_like(covariance)
    certain = _inverse(precision)
    for a, b in pairwise(bounds):
        block = slice(int(a), int(b))
        posterior = _inverse(certain[block, block])
        ground = np.eye(b - a) * GROUND
        scaled = penalty[block, block] - ground
        spread = np.sqrt(_spread((scaled + ground)[np.ix_(occupied[block], occupied[block])]))
        data, pull = posterior - penalty[block, block], posterior @ weights[block]
        priors = ground + scaled * ((spread / SPREADS) ** 2)[:, None, None]
        covariances = _inverse(data + priors)
        means = covariances @ pull
        likelihood = np.linalg.slogdet(priors)[1] + np.linalg.slogdet(covariances)[1] + means @ pull
        chances = likelihood / 2 - np.log1p((SPREADS / USUAL_SPREAD) ** 2) + 2 * np.log(SPREADS)
        share = special.softmax(chances)
        mean[block] = share @ means
        away = means - mean[block]
        mixed = np.einsum("s,sij->ij", share, covariances) + np.einsum("s,si,sj->ij", share, away, away)
        root, now = (np.linalg.cholesky(part + 1e-12 * np.eye(b - a)) for part in (certain[block, block], mixed))
        stretch[block, block] = now @ _inverse(root)
    return mean, stretch @ covariance @ stretch.T


def _spread(prior: Floats) -> float:
    """Variance of a criterion's levels around their mean under a prior precision."""
    size = len(prior)
    centring = np.eye(size) - 1 / size
    return float(np.trace(centring @ _inverse(prior) @ centring)) / max(size - 1, 1)


def penalty_of(parts: Sequence[Component], log_strengths: Floats, size: int) -> Floats:
    """The precision matrix of the prior over all seen levels."""
    penalty = np.eye(size) * GROUND
    for part, strength in zip(parts, np.exp(log_strengths), strict=True):
        penalty[part.block] += strength * part.matrix
    return penalty


def settle(curvature: Floats, pull: Floats, parts: Sequence[Component], log_strengths: Floats, steps: int) -> Posterior:
    """Weights on the quadratic loss ``x' A x / 2 - pull' x``, after some Newton steps on the log strengths.

    The derivative of the log marginal likelihood by a log strength t is
    ``(trace of (prior covariance - posterior covariance) S - x' S x) / 2`` with S the scaled penalty.
    """
    current = log_strengths
    for step in range(steps + 1):
        penalty = penalty_of(parts, current, len(pull))
        covariance = _inverse(curvature + penalty)
        posterior = Posterior(covariance @ pull, penalty, covariance, current)
        if step == steps or not parts:
            break
        current = _stronger(posterior, parts)
        if np.abs(current - posterior.log_strengths).max(initial=0.0) < 0.05:
            break
    return posterior


def _stronger(at: Posterior, parts: Sequence[Component]) -> Floats:
    """One Newton step on all log strengths, with the mean of each kind moving along."""
    strengths = np.exp(at.log_strengths)
    slope, steepness = np.zeros(len(parts)), np.zeros(len(parts))
    prior = _by_criterion(at.penalty, parts)
    for i, part in enumerate(parts):
        x, posterior = at.weights[part.positions], at.covariance[part.block]
        freedom = strengths[i] * float(((prior[part.criterion] - posterior) * part.matrix).sum())
        spread = strengths[i] * float(x @ part.matrix @ x)
        slope[i], steepness[i] = (freedom - spread) / 2, spread / 2 + abs(freedom) / 4 + 1e-6
    system = np.diag(steepness)
    kinds = np.array([part.kind for part in parts])
    for kind in ALL_KINDS:
        same = np.flatnonzero(kinds == kind)
        pull_to_mean = (np.eye(len(same)) - 1 / max(len(same), 1)) / ALIKE**2
        slope[same] -= pull_to_mean @ at.log_strengths[same]
        system[np.ix_(same, same)] += pull_to_mean
    move = np.clip(np.linalg.solve(system, slope), -1.5, 1.5)
    changed: Floats = np.clip(at.log_strengths + move, np.log(WEAKEST), np.log(STRONGEST))
    return changed


def _by_criterion(penalty: Floats, parts: Sequence[Component]) -> dict[int, Floats]:
    """The inverse of every criterion's block of the penalty; blocks of one size at once."""
    block = {part.criterion: part for part in reversed(parts)}  # the first part of each criterion
    by_size: dict[int, list[int]] = {}
    for criterion, part in block.items():
        by_size.setdefault(len(part.positions), []).append(criterion)
    inverses: dict[int, Floats] = {}
    for same in by_size.values():
        blocks = _inverse(np.array([penalty[block[criterion].block] for criterion in same]))
        inverses.update(zip(same, blocks, strict=True))
    return inverses


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)
