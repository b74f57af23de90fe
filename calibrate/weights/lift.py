"""`lift`: the published recipe. Points in proportion to the close rate, unshrunk.

Global 1 %, demo 20 %: 20 points. Global rate: 1 point. Half the global rate: -2 points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally
from .base import Weights, is_reference, zero_levels
from .constraints import Constraints, resolve
from .projection import kept

Floats = NDArray[np.float64]
DEFAULT_CAP = 20
"""Points taken from a level without customers, and the most that any level loses, where no cap is given."""


def lift(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Points of the published recipe: rate / global when at or above it, -(global / rate) below.

    A level without customers gets -cap (20 where none is given), and no level less than that; the reference level,
    levels with fewer leads than the minimum and levels without leads get 0. Source: the recipe in the README.

    >>> recipe(np.array([20.0, 1.0, 0.5, 0.0]), most=20).tolist()     # demo, newsletter, student, competitor
    [20.0, 1.0, -2.0, -20.0]
    """
    most = float(constraints.cap or DEFAULT_CAP)
    values = recipe(_exact_lift(rates), most=most)
    zero = zero_levels(tally, rates) | is_reference(tally.criteria) | (rates.overall.customers == 0)
    values[zero] = 0.0
    limits = resolve(constraints, tally.criteria)
    return Weights(
        method="lift",
        criteria=tally.criteria,
        values=kept(values, rates, limits),
        low=recipe(rates.lift_low, most=most),
        high=recipe(rates.lift_high, most=most),
        sign_kept=np.where(zero, 1.0, _sign_kept(rates)),
        unit="points",
        thin=zero_levels(tally, rates),
        notes=limits.notes,
    )


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


def _sign_kept(rates: RateTable) -> Floats:
    """Share of resamples on the same side of the global rate: log-normal lift; a beta posterior without customers."""
    k, n, overall = rates.customers, rates.leads, rates.overall.value
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.log(rates.lift_high / rates.lift_low) / (2 * Z95)
        z = np.abs(np.log(rates.lift)) / spread
    share = np.where(np.isfinite(z), special.ndtr(np.where(np.isfinite(z), z, 0)), 1.0)
    none = special.betainc(0.5, n + 0.5, overall)
    kept_share: Floats = np.where(n == 0, 1.0, np.where(k == 0, none, share))
    return kept_share
