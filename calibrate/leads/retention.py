"""Early months from which leads that did not buy were deleted: few are left, and far too many of them bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWER, BETTER, SURE = 0.5, 2.0, 4.0
"""At most so many of the later leads a month, at so many times their close rate, so many standard errors apart."""
EARLY, LATER = 2, 3
"""At least so many cohorts stand on each side."""


@dataclass(frozen=True)
class Thinned:
    """`cohorts` early ones with their leads and customers per cohort, and those of all later ones."""

    cohorts: int
    early_leads: float
    early_customers: float
    later_leads: float
    later_customers: float


def thinned(totals: NDArray[np.int64]) -> Thinned | None:
    """Whether early cohorts have far fewer leads than later ones, but (nearly) as many customers.

    `totals` are leads and customers per cohort (T, 2). Of all places to part them, the one with the clearest
    difference of two shares counts.

    >>> months = np.array([[27, 9]] * 5 + [[170, 11]] * 10)
    >>> thinned(months).cohorts, thinned(np.array([[170, 11]] * 15))
    (5, None)
    """
    best, clearest = None, SURE
    for place in range(EARLY, len(totals) - LATER + 1):
        early, later = totals[:place].sum(axis=0), totals[place:].sum(axis=0)
        if not early[0] or not later[0]:
            continue
        mean_early, mean_later = early / place, later / (len(totals) - place)
        share = (early[1] + later[1]) / (early[0] + later[0])
        error = np.sqrt(share * (1 - share) * (1 / early[0] + 1 / later[0]))
        rates = early[1] / early[0], later[1] / later[0]
        clear = (rates[0] - rates[1]) / error if error else 0.0
        few = mean_early[0] <= FEWER * mean_later[0] and mean_early[1] >= FEWER * mean_later[1]
        if few and rates[0] >= BETTER * rates[1] and clear > clearest:
            best, clearest = Thinned(place, *map(float, (*mean_early, *mean_later))), clear
    return best
