"""The line in log-odds: from a score to the chance of a customer (Platt 1999), fitted to counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

STEPS, HALVINGS = 50, 30
CLOSE = 1e-8
"""Log-likelihood that a step gains where the line is found."""


def platt_line(x: Floats, leads: Floats, customers: Floats, ridge: float) -> tuple[float, float]:
    """Intercept and slope of the log-odds in x, by damped Newton steps, with a ridge on the slope.

    x should be of about unit spread, so that the ridge means the same everywhere; with 0 < customers < leads in all.

    >>> intercept, slope = platt_line(np.array([-1.0, 1.0]), np.array([100.0, 100]), np.array([10.0, 50]), ridge=1e-9)
    >>> round(intercept, 3), round(slope, 3)                # half of the log-odds of .1 and .5: logit(.1) = -2.197
    (-1.099, 1.099)
    """
    share = customers.sum() / leads.sum()
    intercept, slope = float(np.log(share / (1 - share))), 0.0
    loss = line_loss(np.full(len(x), intercept), leads, customers)
    for _ in range(STEPS):
        p = special.expit(intercept + slope * x)
        missed, w = customers - leads * p, leads * p * (1 - p)
        g0, g1 = float(missed.sum()), float(missed @ x) - ridge * slope
        wx = w * x
        h00, h01, h11 = float(w.sum()) + 1e-12, float(wx.sum()), float(wx @ x) + ridge + 1e-12
        det = max(h00 * h11 - h01 * h01, 1e-300)
        up, steeper = (h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det
        for _ in range(HALVINGS):
            log_odds = intercept + up + (slope + steeper) * x
            trial = line_loss(log_odds, leads, customers) + ridge / 2 * (slope + steeper) ** 2
            if trial <= loss + 1e-12:
                break
            up, steeper = up / 2, steeper / 2
        intercept, slope, gained, loss = intercept + up, slope + steeper, loss - trial, trial
        if gained < CLOSE:
            break
    return intercept, slope


def line_loss(log_odds: Floats, leads: Floats, customers: Floats) -> float:
    """Negative log-likelihood of counts with these log-odds of a customer."""
    return float(leads @ np.logaddexp(0, log_odds) - customers @ log_odds)
