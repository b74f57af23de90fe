"""`evidence`: weight of evidence from shrunk rates. Sums of logs are the right sum if criteria were independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally
from ..grid.criteria import offsets
from ..grid.notes import note
from .base import Weights, against_rate, is_reference, no_weights, normal_share, references, zero_levels
from .constraints import Constraints, resolve
from .projection import kept

Floats = NDArray[np.float64]


def evidence_weights(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Log-odds of a level's shrunk rate minus the log-odds of the global rate; 0 is the average lead.

    ``w = log(s / (1 - s)) - log(g / (1 - g))``. A criterion with a reference level (absent) gets the difference to
    that level instead, and 0 where that would turn against the level's own close rate; a sign less likely than its
    opposite is 0 too. The interval joins those of the two rates. Source: Good, "Weight of evidence: a brief survey"
    (1985).

    >>> round(float(log_odds(np.array([0.2]))[0] - log_odds(np.array([0.01]))[0]), 3)
    3.209
    """
    overall = rates.overall.value
    limits = resolve(constraints, tally.criteria)
    if not 0 < rates.overall.customers < rates.overall.leads:
        return no_weights("evidence", tally, (*limits.notes, note("same_outcome")))
    average = log_odds(np.array(overall))
    raw = log_odds(rates.shrunk) - average
    base = references(tally.criteria)
    reference = is_reference(tally.criteria)
    values = np.where(base >= 0, raw - raw[base], raw)
    low, high = _interval(rates, values, base)
    values_sd = np.maximum(high - low, 0) / (2 * Z95)
    share = np.where(base >= 0, normal_share(values, values_sd), np.where(values > 0, rates.above, 1 - rates.above))
    low, high = np.where(reference, 0.0, low), np.where(reference, 0.0, high)
    zero = zero_levels(tally, rates) | reference | against_rate(values, rates) | (share < 0.5)
    share = np.where(zero, 1.0, np.clip(share, 0.0, 1.0))  # integrals end beside 1 by their rounding
    values = kept(np.where(zero, 0.0, values), rates, limits)
    starts = offsets(tally.criteria)[:-1]
    lowered = float(sum(raw[base[start]] for start in starts if base[start] >= 0))
    return Weights(
        method="evidence",
        criteria=tally.criteria,
        values=values,
        low=low,
        high=high,
        sign_kept=share,
        unit="log-odds",
        intercept=float(average) + lowered,
        thin=zero_levels(tally, rates),
        notes=limits.notes,
    )


def log_odds(rate: Floats) -> Floats:
    """``log(p / (1 - p))``, finite at 0 and 1."""
    p = np.clip(rate, 1e-12, 1 - 1e-12)
    result: Floats = np.log(p / (1 - p))
    return result


def _interval(rates: RateTable, values: Floats, base: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """95 % interval of the difference of two log-odds, from those of both (Zou and Donner 2008).

    The second is that of the reference level where there is one. Else it is the global one, of which the level is a
    part: with s its share of what all counts tell, the difference is (1 - s) times that to the remaining leads.
    """
    level_odds = log_odds(rates.shrunk)
    below, above = level_odds - log_odds(rates.shrunk_low), log_odds(rates.shrunk_high) - level_odds
    information = rates.leads * rates.shrunk * (1 - rates.shrunk)
    total = rates.overall.leads * rates.overall.value * (1 - rates.overall.value)
    remainder = np.clip(1 - information / total, 0.0, 1.0)
    error = Z95 * np.sqrt(rates.effect / np.maximum(total * remainder, 1e-9)) * remainder
    second_below, second_above = (np.where(base >= 0, part[base], error) for part in (below, above))
    below, above = (np.where(base >= 0, part, part * remainder) for part in (below, above))
    return values - np.hypot(below, second_above), values + np.hypot(above, second_below)
