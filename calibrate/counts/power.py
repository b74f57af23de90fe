"""How much is enough: which lift a level can show, when a typical level is decided, how many customers it takes.

A level is decided when its rate would be called distinct with 80 % power at the next step of Benjamini and Hochberg
(two-sided). For two independent shares p1 of n1 and p0 of n0 leads that is where
``|p1 - p0| = z_a sqrt(p (1 - p) (1/n1 + 1/n0)) + z_b sqrt(p1 (1 - p1)/n1 + p0 (1 - p0)/n0)``, p being the share of
both (Fleiss, Levin and Paik, "Statistical methods for rates and proportions", 2003, chapter 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .rates import RateTable
from .tally import Tally

Floats = NDArray[np.float64]

POWER = float(special.ndtri(0.8))
TYPICAL_LIFT = 1.5
"""Lift of the level that is taken as an example: half again as many as usual."""
DAYS_A_MONTH = 365.25 / 12
MONTHS = 6
"""Cohorts from which today's pace is taken."""
FEWEST = 15
"""Later customers without which no difference is believed: intervals of an AUC are too short with fewer."""
TOGETHER = 0.857
"""Correlation of the AUCs of two grids of one history on the same leads, as in simulated histories."""


@dataclass(frozen=True)
class Power:
    """What this history can show.

    `lift_above` and `lift_below` (levels,) are the least lifts that a level could show today, NaN where even all, or
    none, of its leads buying would not do. A typical level has `share` of the leads and a lift of `lift`; it takes
    `leads` leads in all until it is decided, which is in `months` (0: it is today; None: nothing tells the pace).
    """

    lift_above: Floats
    lift_below: Floats
    share: float
    lift: float
    leads: float
    months: float | None


def power_of_history(rates: RateTable, pace: float | None = None) -> Power:
    """Power of a history, from its rates; `pace` is how many leads come in a month."""
    total, base = rates.overall.leads, rates.overall.value
    n = rates.leads.astype(float)
    tested = ~rates.thin & (n < total)
    above, below = np.full(len(n), np.nan), np.full(len(n), np.nan)
    if not tested.any() or not 0 < base < 1:
        return Power(above, below, np.nan, TYPICAL_LIFT, np.nan, None)
    alpha = min(0.05, 0.05 * (int(rates.distinct.sum()) + 1) / int(tested.sum()))
    above[tested], below[tested] = least_lifts(n[tested], total, base, alpha, rates.contrast[tested])
    share = float(np.median(n[tested])) / total
    lift = min(TYPICAL_LIFT, 0.95 / base)
    leads = leads_needed(share, base, lift, alpha, float(np.median(rates.contrast[tested])))
    missing = max(0.0, leads - total)
    months = 0.0 if missing == 0 else missing / pace if pace else None
    return Power(above, below, share, lift, leads, months)


def pace(tally: Tally) -> float | None:
    """Leads that come in a month, from the newest whole cohorts; None without dates."""
    if tally.ends is None or len(tally.ends) < 3:
        return None
    first = max(0, len(tally.ends) - 2 - MONTHS)
    days = float(tally.ends[-2] - tally.ends[first])
    return float(tally.totals[first + 1 : -1, 0].sum()) / days * DAYS_A_MONTH


def least_lifts(
    n: Floats, total: float, base: float, alpha: float, effect: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """Least lifts above and below 1 that levels of n leads can show with 80 % power; NaN where there are none.

    >>> above, below = least_lifts(np.array([400.0, 4000.0]), 20_000, 0.05, 0.05)
    >>> above.round(2), below.round(2)
    (array([1.65, 1.18]), array([0.45, 0.83]))
    """
    effect = np.broadcast_to(effect, n.shape)
    sides = []
    for end in (1 / base, 0.0):
        near, far = np.ones(len(n)), np.full(len(n), end)
        possible = _margin(far, n, total, base, alpha, effect) >= 0
        for _ in range(50):
            middle = (near + far) / 2
            enough = _margin(middle, n, total, base, alpha, effect) >= 0
            near, far = np.where(enough, near, middle), np.where(enough, middle, far)
        sides.append(np.where(possible, far, np.nan))
    return sides[0], sides[1]


def leads_needed(share: float, base: float, lift: float, alpha: float, effect: float = 1.0) -> float:
    """Leads in all until a level with such a share of them and such a lift is decided."""
    low, high = 10.0, 1e10
    for _ in range(80):
        middle = np.sqrt(low * high)
        n = np.array([share * middle])
        enough = _margin(np.array([lift]), n, middle, base, alpha, np.array([effect]))[0] >= 0
        low, high = (low, middle) if enough else (middle, high)
    return float(high)


def _margin(lift: Floats, n: Floats, total: float, base: float, alpha: float, effect: Floats) -> Floats:
    """By how much the difference between a level and the rest exceeds what is needed."""
    remainder = total - n
    p1 = np.clip(lift * base, 0, 1)
    p0 = np.clip((base * total - p1 * n) / remainder, 0, 1)
    together = base * (1 - base) * (1 / n + 1 / remainder) * effect
    unpooled = (p1 * (1 - p1) / n + p0 * (1 - p0) / remainder) * effect
    certain = float(special.ndtri(1 - alpha / 2))
    needed: Floats = certain * np.sqrt(together) + POWER * np.sqrt(unpooled)
    return np.abs(p1 - p0) - needed


def customers_needed(
    gap: float, candidates: int = 1, base: float = 0.05, auc: float = 0.7, effect: float = 1.0
) -> float:
    """Later customers until a grid that ranks `gap` (of AUC) better than the one in use is seen to, with 80 % power.

    Two grids' AUCs on the same leads vary together; the critical value is that of `candidates` comparisons at once.
    Customers of one company come together: with a design `effect` it takes so many times more.

    >>> [round(customers_needed(*case), -1) for case in ((0.03, 1), (0.03, 5), (0.05, 1), (0.05, 5))]
    [220.0, 330.0, 80.0, 120.0]
    """
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    # variance of an AUC times customers (Hanley and McNeil 1982), the others being (1 - base) / base as many
    spread = (q1 - auc**2) * base / (1 - base) + (q2 - auc**2)
    return effect * 2 * (1 - TOGETHER) * spread * (critical(candidates) + POWER) ** 2 / gap**2


def customers_still(later: int, half_width: float, gap: float, candidates: int = 1) -> float:
    """The same from a comparison at hand: half the width of its interval on `later` customers, corrected for all.

    No fewer than `FEWEST`, however alike the grids are.

    >>> round(customers_still(100, 0.04, 0.04), -1)  # a gap as large as the half-width is seen in one case of two
    200.0
    """
    error = half_width / critical(candidates)
    return max(later * ((critical(candidates) + POWER) * error / gap) ** 2, float(FEWEST))


def critical(candidates: int) -> float:
    """Two-sided critical value at 5 % for so many comparisons at once."""
    return float(special.ndtri(1 - 0.025 / max(candidates, 1)))
