"""Levels whose leads all had the same outcome: how far a weight can be told there, other weights as they are.

The likelihood of a level without customers rises forever as its weight falls, so its curvature tells nothing (Hauck and
Donner 1977). What can be told is how high the weight might be: as Clopper and Pearson (1934) bound a rate of 0 of n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.025
"""Chance of each side of a 95 % interval."""


def highest(z: Floats, leads: Floats) -> float:
    """The weight w above which none of the leads staying without a customer would be too strange.

    ``sum of leads * log(1 + exp(z + w)) = -log(0.025)`` with z the log-odds of each row without the weight: the chance
    that none becomes a customer is then 2.5 %.

    >>> w = highest(np.array([0.0]), np.array([100.0]))          # Clopper-Pearson: 0 of 100, upper bound 3.62 %
    >>> round(float(1 / (1 + np.exp(-w))), 4)
    0.0362
    """
    if not leads.sum() > 0:
        return np.inf
    low, high = -float(z.max()) - 60.0, -float(z.min()) + 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if chance(z + middle, leads) > LEVEL:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def chance(z: Floats, leads: Floats) -> float:
    """Chance that no lead becomes a customer, from the log-odds of each row.

    >>> round(chance(np.array([0.0]), np.array([3.0])), 3)
    0.125
    """
    return float(np.exp(-(leads @ np.logaddexp(0.0, z))))
