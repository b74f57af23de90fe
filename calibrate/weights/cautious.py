"""`cautious`: the published recipe on shrunk rates, at the end of the interval nearer to the average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import RateTable
from ..counts.tally import Tally
from .base import Weights, against_rate, is_reference, zero_levels
from .constraints import Constraints, resolve
from .lift import DEFAULT_CAP, neutral_points, recipe
from .projection import kept

Floats = NDArray[np.float64]


def cautious_weights(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Points as in `lift`, from the bound of the shrunk rate's 95 % interval that lies nearer to the average.

    ``x = low / global`` where the whole interval lies above the global rate, ``high / global`` where it lies below,
    else 0; then ``x`` from 1 on and ``-1 / x`` below. Levels that cannot be told from the rest (false discovery
    rate 5 %), thin levels and the reference level get 0, so small samples cannot shout. The points of a reference level
    are taken from every level, as in `lift`.

    >>> bound(np.array([0.02, 0.005, 0.001]), np.array([0.08, 0.02, 0.004]), 0.01).tolist()
    [2.0, 1.0, 0.4]
    """
    overall = rates.overall.value
    nearer = bound(rates.shrunk_low, rates.shrunk_high, overall)
    most = float(constraints.cap or DEFAULT_CAP)
    points = recipe(nearer, most=most)
    alike = (nearer == 1) | ~rates.distinct | zero_levels(tally, rates)
    points[alike | against_rate(points, rates)] = 0.0
    neutral = neutral_points(points, tally.criteria)
    values = np.maximum(points - neutral, -most)
    values[zero_levels(tally, rates) | is_reference(tally.criteria)] = 0.0
    limits = resolve(constraints, tally.criteria)
    scale = overall if overall > 0 else 1.0
    return Weights(
        method="cautious",
        criteria=tally.criteria,
        values=kept(values, rates, limits),
        low=np.maximum(recipe(rates.shrunk_low / scale, most=most) - neutral, -most),
        high=np.maximum(recipe(rates.shrunk_high / scale, most=most) - neutral, -most),
        sign_kept=np.where(values == 0, 1.0, np.where(values > 0, rates.above, 1 - rates.above)),
        unit="points",
        thin=zero_levels(tally, rates),
        notes=limits.notes,
    )


def bound(low: Floats, high: Floats, overall: float) -> Floats:
    """The end of each interval nearer to the global rate, over that rate; 1 where the interval holds it."""
    if overall <= 0:
        return np.ones(len(low))
    return np.where(low > overall, low / overall, np.where(high < overall, high / overall, 1.0))
