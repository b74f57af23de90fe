"""`logistic`: joint log-odds by penalised logistic regression on the counted profiles.

Newton's method with the Gram matrix from pairwise counts (`gram`) and strengths estimated on the way (`prior`).
On large tallies the curvature comes from a deterministic sample of rows and the gradient from all rows, which ends
at the same weights: a wrong curvature changes the steps, not where they stop.

Sources: McCullagh and Nelder, "Generalized linear models" (1989); le Cessie and van Houwelingen, "Ridge estimators
in logistic regression" (1992); Huber's sandwich (1967) for the intervals on thinned tallies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally
from ..grid.criteria import offsets
from ..grid.notes import note
from .base import Weights, against_rate, condition, is_reference, no_weights, normal_share, references, zero_levels
from .constraints import Chain, Constraints, Limits, resolve
from .prior import START, Component, Posterior, components, integrated, settle
from .profile_algebra import FIT_ROWS, Rows, curvature, gram, level_out, predict, profiled, rows_of, sums
from .projection import nearest, without

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST_STEPS, ROUGH_STEPS = 25, 4
CONSTRAINED_ROUNDS = 3
FIRST_ROWS = 12_000
"""Rows of the first, rough fit, which spares steps on more."""
INNER = 12
"""Steps on the strengths per Newton step on the weights, at most."""
CLOSE = 1e-3
"""Newton stops when no weight moves more than this (log-odds); the next move would be about its square."""
SETTLED = 0.1
"""... and no log strength more than this."""
NOTHING = 1e-6
"""Log-odds below which a weight is 0."""
CLEAR = 0.95
"""Share of resamples in which a weight against its own close rate must keep its sign."""
SHORTEST = 0.25
"""Part of a step on all rows below which the sample's curvature counts as wrong."""
SKEWED = 0.5 + (Z95**2 - 1) / 6
"""How far an interval's ends move for the third derivative of the loss: half of it the mean, the rest quantiles."""
LAST_GAIN = 1e-5
"""Steps on all rows stop after one that gained less log-loss per lead than this; the next would gain a fiftieth."""


def logistic_weights(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Joint log-odds of each level, shrunk as far as the data say; two criteria that say the same share their points.

    Maximises ``sum k log p + (n - k) log(1 - p) - x' S x / 2`` with ``log(p / (1 - p)) = intercept + X x`` and S the
    prior precision of `prior`. Weights are centred (0 is the average lead; a criterion with a reference level: that
    level). Intervals come from the inverse curvature with the strengths integrated over, signs from it as it is. Thin
    levels get 0; a level without customers never gains; a weight against its own close rate stays only where its sign
    is clear.
    """
    return _weights(tally, rates, constraints, rough=False)


def roughly(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """The same after a few steps and without intervals: enough to see how weights move between resamples."""
    return _weights(tally, rates, constraints, rough=True)


def _weights(tally: Tally, rates: RateTable, constraints: Constraints, *, rough: bool) -> Weights:
    limits = resolve(constraints, tally.criteria)
    if not 0 < rates.overall.customers < rates.overall.leads or not tally.rows:
        return no_weights("logistic", tally, (*limits.notes, note("same_outcome")))
    fit = fitted(tally, most_steps=ROUGH_STEPS if rough else MOST_STEPS)
    low, high = (np.zeros(len(fit.weights)),) * 2 if rough else _intervals(tally, fit, rates.contrast)
    centre, shift = _centre(tally, fit.weights)
    if limits.chains or np.isfinite(np.concatenate(limits.signs)).any():
        fit, centre = _constrained(tally, fit, limits, centre)
    values, spread, zero = _cleared(tally, rates, replace(fit, weights=fit.weights - centre), shift)
    values = np.clip(np.where(np.abs(values) < NOTHING, 0.0, values), *limits.signs)
    if limits.chains:  # a level set to 0 may have left its place in the order
        bound, thin = np.where(zero, 0.0, np.inf), zero_levels(tally, rates)
        values = nearest(values, 1 / (spread**2 + 1e-9), -bound, bound, without(limits.chains, thin))
    rows = rows_of(tally, FIT_ROWS)
    intercept = level_out(predict(rows, values), rows.leads, rows.customers, fit.intercept)
    return Weights(
        method="logistic",
        criteria=tally.criteria,
        values=values,
        low=np.minimum(low, values),
        high=np.maximum(high, values),
        sign_kept=np.where(zero, 1.0, normal_share(values, spread)),
        unit="log-odds",
        intercept=intercept,
        thin=zero_levels(tally, rates),
        curvature=fit.precision - fit.penalty,
        penalty=fit.penalty,
        notes=limits.notes,
    )


@dataclass(frozen=True)
class Fit:
    """Weights of all levels before centring: precision = curvature of the loss + penalty, both (levels, levels)."""

    weights: Floats
    intercept: float
    precision: Floats
    penalty: Floats
    covariance: Floats
    log_strengths: Floats


def fitted(
    tally: Tally, strength: float | None = None, most_steps: int = MOST_STEPS, near: Floats | None = None
) -> Fit:
    """The fit without constraints; `strength` fixes the precision of every component instead of estimating it.

    `near` are weights of all levels to begin from, where a fit on nearly the same leads is known: fewer steps do then.
    """
    rows = rows_of(tally, FIT_ROWS)
    occupied = sums(rows, rows.leads) > 0
    parts = components(tally.criteria, occupied)
    start = np.full(len(parts), np.log(START if strength is None else strength))
    begin = np.zeros(int(occupied.sum())) if near is None else near[occupied]
    inner = INNER if strength is None else 0
    if near is None and tally.rows > 2 * FIRST_ROWS:
        rough = _newton(rows_of(tally, FIRST_ROWS), occupied, parts, start, begin, inner)
        begin, start = rough.weights, rough.posterior.log_strengths
    state = _newton(rows, occupied, parts, start, begin, inner, most_steps)
    while len(rows.leads) < tally.rows:
        refined = _refined(rows_of(tally), occupied, state)
        if refined is not None:
            state = refined
            break
        rows = rows_of(tally, 4 * len(rows.leads))  # too few for so many levels
        state = _newton(rows, occupied, parts, start, np.zeros(len(begin)), inner)
    if not tally.exact:
        state = replace(state, covariance=_sandwich(rows, occupied, state))
    return _all_levels(tally, occupied, parts, state)


@dataclass(frozen=True)
class _State:
    """Where the fit stands, on the levels that have leads; `beside` and `mass` are the intercept's curvature."""

    weights: Floats
    intercept: float
    posterior: Posterior
    beside: Floats
    mass: float
    covariance: Floats


def _newton(
    rows: Rows,
    occupied: Mask,
    parts: tuple[Component, ...],
    log_strengths: Floats,
    weights: Floats,
    inner: int,
    most_steps: int = MOST_STEPS,
) -> _State:
    """Newton steps on the weights, each with a few steps on the strengths."""
    rate = float(rows.customers.sum() / rows.leads.sum())
    intercept = float(np.log(rate / (1 - rate)))
    if weights.any():
        intercept = level_out(_linear(rows, occupied, weights, 0.0), rows.leads, rows.customers, intercept)
    linear = _linear(rows, occupied, weights, intercept)
    for turn in range(most_steps):
        matrix, cross, mass = _curvature(rows, occupied, linear)
        slope, slope0 = _slope(rows, occupied, linear)
        pull = matrix @ weights + slope - cross * (slope0 / mass)
        posterior = settle(matrix, pull, parts, log_strengths, min(inner, 2 + 2 * turn))
        move = posterior.weights - weights
        move0 = (slope0 - float(cross @ move)) / mass
        before = _loss(rows, linear, weights, posterior.penalty)
        step = 1.0
        while True:  # halve until the penalised loss does not rise
            trial, trial0 = weights + step * move, intercept + step * move0
            linear = _linear(rows, occupied, trial, trial0)
            if _loss(rows, linear, trial, posterior.penalty) <= before * (1 + 1e-9) or step < 1e-3:
                break
            step /= 2
        weights, intercept = trial, trial0
        strengths_settled = np.abs(posterior.log_strengths - log_strengths).max(initial=0.0) < SETTLED
        log_strengths = posterior.log_strengths
        if strengths_settled and step * np.abs(move).max(initial=0.0) < CLOSE:
            break
    return _State(weights, intercept, posterior, cross, mass, posterior.covariance)


def _refined(rows: Rows, occupied: Mask, state: _State) -> _State | None:
    """Gradient steps on all rows, with the sample's curvature; None where that leads astray.

    Curvature is too small, and a step too long, where the sample has too few leads of a level: a step that raises the
    loss is halved, and no way on is left where that is not enough.
    """
    enough = LAST_GAIN * float(rows.leads.sum())
    weights, intercept, penalty = state.weights, state.intercept, state.posterior.penalty
    linear = _linear(rows, occupied, weights, intercept)
    loss = _loss(rows, linear, weights, penalty)
    for _ in range(MOST_STEPS):
        slope, slope0 = _slope(rows, occupied, linear)
        slope = slope - state.beside * (slope0 / state.mass) - penalty @ weights
        move = state.posterior.covariance @ slope
        move0 = (slope0 - float(state.beside @ move)) / state.mass
        if float(slope @ move) + slope0**2 / state.mass < 2 * enough:  # so little that it need not be checked
            return replace(state, weights=weights + move, intercept=intercept + move0)
        before, step = loss, 1.0
        while True:
            trial, trial0 = weights + step * move, intercept + step * move0
            linear = _linear(rows, occupied, trial, trial0)
            loss = _loss(rows, linear, trial, penalty)
            if loss <= before * (1 + 1e-9):
                break
            step /= 2
            if step < SHORTEST:
                return None
        weights, intercept = trial, trial0
    return None


def _constrained(tally: Tally, fit: Fit, limits: Limits, free_centre: Floats) -> tuple[Fit, Floats]:
    """The fit that keeps signs and orders, and where each criterion's 0 lies in it.

    Signs count from the 0 of the free fit. Each round linearises the loss where the last one ended and takes the
    nearest weights in its curvature.
    """
    sample, rows, occupied = rows_of(tally, FIT_ROWS), rows_of(tally), np.ones(len(fit.weights), bool)
    floor, ceiling = limits.signs
    base = references(tally.criteria)
    signed = np.isfinite(floor) | np.isfinite(ceiling)
    pairs = [
        Chain("sign", np.array([base[i], i]), 1 if np.isfinite(floor[i]) else -1)
        for i in np.flatnonzero(signed & (base >= 0) & (base != np.arange(len(base))))
    ]
    floor = np.where(base >= 0, -np.inf, floor + free_centre)
    ceiling = np.where(base >= 0, np.inf, ceiling + free_centre)
    weights = nearest(fit.weights, fit.precision, floor, ceiling, [*limits.chains, *pairs])
    intercept, precision = fit.intercept, fit.precision
    for _ in range(CONSTRAINED_ROUNDS):
        linear = predict(rows, weights)
        intercept = level_out(linear, rows.leads, rows.customers, intercept)
        slope, slope0 = _slope(rows, occupied, linear + intercept)
        matrix, cross, mass = _curvature(sample, occupied, predict(sample, weights) + intercept)
        precision = matrix + fit.penalty
        slope = slope - cross * (slope0 / mass) - fit.penalty @ weights
        target = weights + np.linalg.solve(precision, slope)
        weights = nearest(target, precision, floor, ceiling, [*limits.chains, *pairs])
    intercept = level_out(predict(rows, weights), rows.leads, rows.customers, intercept)
    signed_levels = np.isin(np.arange(len(weights)), np.flatnonzero(signed))
    bounds = offsets(tally.criteria)
    fixed = np.concatenate([np.full(b - a, signed_levels[a:b].any()) for a, b in pairwise(bounds)])
    centre = np.where(fixed & (base < 0), free_centre, _centre(tally, weights)[0])
    return replace(fit, weights=weights, intercept=intercept, precision=precision), centre


def _linear(rows: Rows, occupied: Mask, weights: Floats, intercept: float) -> Floats:
    full = np.zeros(len(occupied))
    full[occupied] = weights
    return predict(rows, full) + intercept


def _loss(rows: Rows, linear: Floats, weights: Floats, penalty: Floats) -> float:
    """Penalised logistic loss."""
    data = rows.leads * np.logaddexp(0, linear) - rows.customers * linear
    return float(data.sum() + weights @ penalty @ weights / 2)


def _slope(rows: Rows, occupied: Mask, linear: Floats) -> tuple[Floats, float]:
    """Derivative of the log-likelihood by the weights and by the intercept."""
    residual = rows.customers - rows.leads * special.expit(linear)
    return sums(rows, residual)[occupied], float(residual.sum())


def _curvature(rows: Rows, occupied: Mask, linear: Floats) -> tuple[Floats, Floats, float]:
    """Curvature of the weights with the intercept following, and the intercept's part."""
    matrix, cross, mass = curvature(rows, special.expit(linear))
    at, mass = np.flatnonzero(occupied), max(mass, 1e-300)
    return profiled(matrix[np.ix_(at, at)], cross[at], mass), cross[at], mass


def _sandwich(rows: Rows, occupied: Mask, state: _State) -> Floats:
    """Covariance when rows are a weighted sample: ``V (S + J) V`` with J the sum of squared slopes over rows."""
    residual = rows.customers - rows.leads * special.expit(_linear(rows, occupied, state.weights, state.intercept))
    squared = residual**2 / rows.times
    at = np.flatnonzero(occupied)
    share = state.beside / state.mass
    side = sums(rows, squared)[at]
    meat = gram(rows, squared)[np.ix_(at, at)] - np.outer(side, share) - np.outer(share, side)
    meat += np.outer(share, share) * float(squared.sum())
    inverse = state.posterior.covariance
    covariance: Floats = inverse @ (meat + state.posterior.penalty) @ inverse
    return covariance


def _all_levels(tally: Tally, occupied: Mask, parts: tuple[Component, ...], state: _State) -> Fit:
    """The fit laid out on all levels; one that no lead has gets 0 and the spread that its criterion's prior gives."""
    size, at = len(occupied), np.flatnonzero(occupied)
    strengths = np.exp(state.posterior.log_strengths)
    unseen = np.full(size, START)
    for part, strength in zip(parts, strengths, strict=True):
        if part.kind != "bend":
            bounds = offsets(tally.criteria)
            unseen[bounds[part.criterion] : bounds[part.criterion + 1]] = strength
    weights, covariance, penalty = np.zeros(size), np.diag(1 / unseen), np.diag(unseen)
    weights[at] = state.weights
    covariance[np.ix_(at, at)] = state.covariance
    penalty[np.ix_(at, at)] = state.posterior.penalty
    precision = np.diag(unseen)
    precision[np.ix_(at, at)] = np.linalg.inv(state.posterior.covariance)
    precision = (precision + precision.T) / 2
    return Fit(weights, state.intercept, precision, penalty, covariance, state.posterior.log_strengths)


def _intervals(tally: Tally, fit: Fit, effect: Floats) -> tuple[Floats, Floats]:
    """95 % interval of each centred weight, the strengths integrated over; before any line is set to 0.

    Where leads stand in groups, each level's data count as many times less as its design effect says. A level of few
    customers has more room below than above: mean and quantiles are moved as a log-odds of so many leads is skewed
    (Rue, Martino and Chopin 2009; Cornish and Fisher 1938).
    """
    bounds = offsets(tally.criteria)
    precision, covariance = fit.precision, fit.covariance
    if (effect > 1).any():
        root = 1 / np.sqrt(effect)
        precision = (precision - fit.penalty) * np.outer(root, root) + fit.penalty
        covariance = np.asarray(np.linalg.inv(precision), np.float64)
    mean, covariance = integrated(fit.weights, precision, fit.penalty, covariance, bounds, tally.by_level[:, 0] > 0)
    centre, shift = _centre(tally, mean)
    spread = np.sqrt(_variance(covariance, shift, bounds))
    leads, customers = tally.by_level.T / effect
    rate = (customers + 2 * tally.overall[1] / tally.overall[0]) / (leads + 2)
    skewed = SKEWED * leads * rate * (1 - rate) * (1 - 2 * rate) * spread**4
    middle = mean - centre - np.clip(skewed, -spread, spread)
    return middle - Z95 * spread, middle + Z95 * spread


def _cleared(tally: Tally, rates: RateTable, fit: Fit, shift: Floats) -> tuple[Floats, Floats, Mask]:
    """Centred weights without lines that may not be, with their spread, and which levels were set to 0.

    A weight against its own close rate needs a sign that holds in `CLEAR` of resamples, a gain needs customers. Lines
    that fail are set to 0 one after another, the least clear first, and the others follow as the posterior says
    (a normal distribution given that one of its parts is 0).
    """
    values, covariance = fit.weights.copy(), fit.covariance.copy()
    zero = zero_levels(tally, rates) | is_reference(tally.criteria)
    bounds = offsets(tally.criteria)
    spread = np.sqrt(_variance(covariance, shift, bounds))
    for level in np.flatnonzero(zero):
        condition(values, covariance, int(level))
    while True:
        current = np.sqrt(_variance(covariance, shift, bounds))
        spread = np.where(zero, spread, current)
        share = np.where(rates.customers == 0, 0.0, normal_share(values, current))
        unclear = against_rate(values, rates) & (share < CLEAR) & ~zero
        if not unclear.any():
            return values, spread, zero
        i = int(np.argmin(np.where(unclear, share, 2.0)))
        condition(values, covariance, i)
        zero[i] = True


def _centre(tally: Tally, weights: Floats) -> tuple[Floats, Floats]:
    """Where the 0 of each criterion lies, per level, and its derivative by the weights, (levels, levels).

    It is the reference level's weight, or the c with ``sum n p(w - c) = sum n g``, where g is the global rate and
    ``p(x) = 1 / (1 + exp(-(log(g / (1 - g)) + x)))``: 0 is the average lead, and a level that closes at the global
    rate gets 0 where criteria are independent.
    """
    total, bought = tally.overall
    usual = float(np.log(bought / (total - bought)))
    leads = tally.by_level[:, 0].astype(float)
    base, bounds = references(tally.criteria), offsets(tally.criteria)
    shift = np.zeros((len(leads), len(leads)))
    centre = np.zeros(len(leads))
    for a, b in pairwise(bounds):
        if base[a] >= 0:
            shift[a:b, base[a]], centre[a:b] = 1.0, weights[base[a]]
        elif leads[a:b].sum() > 0:
            expected_customers = leads[a:b] * (bought / total)
            above = level_out(weights[a:b], leads[a:b], expected_customers, usual)
            expected = special.expit(weights[a:b] + above)
            mass = leads[a:b] * expected * (1 - expected)
            shift[a:b, a:b], centre[a:b] = mass / max(mass.sum(), 1e-300), usual - above
    return centre, shift


def _variance(covariance: Floats, shift: Floats, bounds: NDArray[np.intp]) -> Floats:
    """Variance of each centred weight; centring stays within a criterion."""
    variance = np.zeros(len(shift))
    for a, b in pairwise(bounds):
        centred = np.eye(b - a) - shift[a:b, a:b]
        variance[a:b] = ((centred @ covariance[a:b, a:b]) * centred).sum(axis=1)
    return np.maximum(variance, 0)
