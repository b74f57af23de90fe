"""`evidence`: weight of evidence from shrunk rates. Sums of logs are the right sum if criteria were independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally
from ..grid.criteria import offsets
from ..grid.notes import note
from .base import Weights, against_rate, is_reference, normal_share, references, zero_levels
from .constraints import Constraints, resolve
from .projection import kept

Floats = NDArray[np.float64]


def evidence(tally: Tally, rates: RateTable, constraints: Constraints) -> Weights:
    """Log-odds of a level's shrunk rate minus the log-odds of the global rate; 0 is the average lead.

    ``w = log(s / (1 - s)) - log(g / (1 - g))``. A criterion with a reference level (absent) gets the difference to
    that level instead, and 0 where that would turn against the level's own close rate. The interval is that of the
    beta posterior of the rate; that of a difference is normal, with the variance of a log-odds by the trigamma
    function. Source: Good, "Weight of evidence: a brief survey" (1985).

    >>> round(float(log_odds(np.array([0.2]))[0] - log_odds(np.array([0.01]))[0]), 3)
    3.209
    """
    overall = rates.overall.value
    limits = resolve(constraints, tally.criteria)
    if not 0 < rates.overall.customers < rates.overall.leads:
        nothing = np.zeros(len(rates.leads))
        return Weights("evidence", tally.criteria, nothing, nothing, nothing, nothing + 1, "log-odds",
                       notes=(*limits.notes, note("same_outcome")))  # fmt: skip
    average = log_odds(np.array(overall))
    raw = log_odds(rates.shrunk) - average
    alpha, beta = posterior(rates)
    variance = special.polygamma(1, alpha) + special.polygamma(1, beta)
    base = references(tally.criteria)
    referred = base >= 0
    values = np.where(referred, raw - raw[base], raw)
    spread = np.sqrt(np.where(referred, variance + variance[base], variance))
    spread[is_reference(tally.criteria)] = 0.0
    low = np.where(referred, values - Z95 * spread, log_odds(rates.shrunk_low) - average)
    high = np.where(referred, values + Z95 * spread, log_odds(rates.shrunk_high) - average)
    above = 1 - special.betainc(alpha, beta, overall)
    share = np.where(referred, normal_share(values, spread), np.where(values > 0, above, 1 - above))
    zero = zero_levels(tally, rates) | is_reference(tally.criteria) | against_rate(values, rates)
    share = np.where(zero, 1.0, share)
    values = kept(np.where(zero, 0.0, values), rates, limits)
    starts = offsets(tally.criteria)[:-1]
    lowered = float(sum(raw[base[start]] for start in starts if base[start] >= 0))
    return Weights(
        method="evidence", criteria=tally.criteria, values=values, low=low, high=high, sign_kept=share,
        unit="log-odds", intercept=float(average) + lowered,
        thin=zero_levels(tally, rates), notes=limits.notes,
    )  # fmt: skip


def log_odds(rate: Floats) -> Floats:
    """``log(p / (1 - p))``, finite at 0 and 1."""
    p = np.clip(rate, 1e-12, 1 - 1e-12)
    result: Floats = np.log(p / (1 - p))
    return result


def posterior(rates: RateTable) -> tuple[Floats, Floats]:
    """Parameters of the beta posterior of each level's rate: counts plus `prior_leads` at the global rate."""
    prior = np.repeat(rates.prior_leads, np.diff(offsets(rates.criteria)))
    mean = min(max(rates.overall.value, 1e-9), 1 - 1e-9)
    alpha = rates.customers + prior * mean
    beta = rates.leads - rates.customers + prior * (1 - mean)
    return np.maximum(alpha, 1e-9), np.maximum(beta, 1e-9)
