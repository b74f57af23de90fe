"""`lift`: the published recipe. Points in proportion to the close rate, unshrunk.

Global 1 %, demo 20 %: 20 points. Global rate: 1 point. Half the global rate: -2 points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.neutral import several_answers
from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally
from ..grid.criteria import Criterion
from .base import Weights, is_reference, references, zero_levels
from .constraints import Constraints, resolve
from .projection import kept

Floats = NDArray[np.float64]
DEFAULT_CAP = 20
"""Points taken from a level without customers, and the most that any level loses, where no cap is given."""


def lift_weights(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Points of the published recipe: rate / global when at or above it, -(global / rate) below.

    A level without customers gets -cap (20 where none is given), and no level less than that; the reference level,
    levels with fewer leads than the minimum and levels without leads get 0. Where all leads answer in their own way
    (`neutral_points`), the points of the reference level are taken from every level, which ranks leads as before.
    Source: the recipe in the README.

    >>> recipe(np.array([20.0, 1.0, 0.5, 0.0]), most=20).tolist()     # demo, newsletter, student, competitor
    [20.0, 1.0, -2.0, -20.0]
    """
    most = float(constraints.cap or DEFAULT_CAP)
    points = recipe(_exact_lift(rates), most=most)
    neutral = neutral_points(points, tally.criteria)
    values = np.where(rates.customers == 0, -most, np.maximum(points - neutral, -most))
    zero = zero_levels(tally, rates) | is_reference(tally.criteria) | (rates.overall.customers == 0)
    values[zero] = 0.0
    limits = resolve(constraints, tally.criteria)
    return Weights(
        method="lift",
        criteria=tally.criteria,
        values=kept(values, rates, limits),
        low=np.maximum(recipe(rates.lift_low, most=most) - neutral, -most),
        high=np.maximum(recipe(rates.lift_high, most=most) - neutral, -most),
        sign_kept=np.where(zero, 1.0, _sign_kept(rates, np.where(neutral != 0, references(tally.criteria), -1))),
        unit="points",
        thin=zero_levels(tally, rates),
        adds=True,
        notes=limits.notes,
    )


def neutral_points(points: Floats, criteria: Sequence[Criterion]) -> Floats:
    """For each level, the points that the neutral answer of its criterion would have: (levels,) -> (levels,).

    0 where the neutral answer is silence (absent, or no): the recipe gives points for what speaks.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> levels = (Level("Bank", values=("Bank",)), Level("Farm", values=("Farm",)), *ends)
    >>> sector = Criterion("sector", "sector", "text", "fit", levels, reference="Bank")
    >>> neutral_points(np.array([2.6, -1.2, 1, 1]), [sector]).tolist()
    [2.6, 2.6, 2.6, 2.6]
    """
    speaks = np.concatenate([np.zeros(0, bool), *(np.full(len(c.levels), several_answers(c)) for c in criteria)])
    at = references(criteria)
    neutral: Floats = np.where(speaks & (at >= 0), points[at] if len(at) else points, 0.0)
    return neutral


def recipe(lifts: Floats, *, most: float) -> Floats:
    """Lifts as points: themselves from 1 on, minus their inverse below, never below -most."""
    with np.errstate(divide="ignore"):
        below = np.maximum(-1 / np.maximum(lifts, 1e-300), -most)
    return np.where(np.isfinite(lifts), np.where(lifts >= 1, lifts, below), most)


def _exact_lift(rates: RateTable) -> Floats:
    """Lift as one division of whole numbers, so that equal rates give exactly 1 and 20 % over 1 % exactly 20."""
    top = rates.customers.astype(float) * rates.overall.leads
    bottom = rates.leads.astype(float) * rates.overall.customers
    lifts: Floats = np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)
    return lifts


def _sign_kept(rates: RateTable, neutral: NDArray[np.intp]) -> Floats:
    """Share of resamples on the same side of the global rate, or of that of another level (its position, else -1).

    The lift is taken as log-normal, the rate of a level without customers as beta.
    """
    k, n, overall = rates.customers, rates.leads, rates.overall.value
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.log(rates.lift_high / rates.lift_low) / (2 * Z95)
        level = np.where(neutral >= 0, np.log(rates.lift)[neutral], 0.0)
        z = np.abs(np.log(rates.lift) - level) / np.hypot(spread, np.where(neutral >= 0, spread[neutral], 0.0))
    share = np.where(np.isfinite(z), special.ndtr(np.where(np.isfinite(z), z, 0)), 1.0)
    none = special.betainc(0.5, n + 0.5, overall)
    kept_share: Floats = np.where(n == 0, 1.0, np.where(k == 0, none, share))
    return kept_share
