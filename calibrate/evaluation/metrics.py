"""Metrics: how good a score is on later leads, from counts per score. Each knows its direction and its range.

Counts stand in *cells*: fold by fold, within a fold by ascending score. Scores of different folds come from
different grids, so ranks are only ever compared within a fold. `leads` and `customers` may carry axes in
front (one line per bootstrap replicate): shape (..., cells) gives (...,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.auc import auc_by_counts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def __neg__(self) -> Estimate:
        return Estimate(0.0 - self.value, 0.0 - self.high, 0.0 - self.low)  # 0.0 stays 0.0


@dataclass(frozen=True)
class Cells:
    """Where counts stand: the fold of each cell, and the close rate predicted there; both (cells,).

    Cells are ordered by fold, in a fold by ascending score.
    """

    fold: NDArray[np.integer]
    rate: Floats

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """First cell of each fold."""
        return np.flatnonzero(np.diff(self.fold, prepend=self.fold[0] - 1)) if len(self.fold) else np.zeros(0, np.intp)

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """Position of each cell's fold among the folds."""
        return np.repeat(np.arange(len(self.starts)), np.diff(self.starts, append=len(self.fold)))

    def per_fold(self, counts: Floats) -> Floats:
        """Sums within folds: (..., cells) -> (..., folds)."""
        return np.add.reduceat(counts, self.starts, axis=-1)


Compute = Callable[[Cells, Floats, Floats, float], Floats]


@dataclass(frozen=True)
class Metric:
    """A figure of merit: `better` is its direction ("nearer": to `ideal`), `span` the values it can have.

    `compute` takes cells, leads, customers and the share of leads that sales has capacity for.
    """

    name: str
    better: Literal["higher", "lower", "nearer"]
    span: tuple[float, float]
    compute: Compute = field(repr=False)
    ideal: float | None = None

    def behind(self, value: float) -> float:
        """What to rank values by, the best first: the smaller, the better.

        >>> METRICS["auc"].behind(0.8) < METRICS["auc"].behind(0.7)
        True
        >>> METRICS["calibration_slope"].behind(1.1) < METRICS["calibration_slope"].behind(0.8)
        True
        """
        if self.better == "nearer":
            return abs(value - (self.ideal or 0.0))
        return -value if self.better == "higher" else value


def auc(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Chance that a customer outscores another lead of the same fold, ties counted half; 0.5 if there is no pair.

    Over folds: all such pairs together, so a fold counts by its customers times its other leads.
    """
    return auc_by_counts(leads, customers, cells.starts)


def log_loss(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Mean of -log(probability that the predicted close rate gave to what happened)."""
    happened = customers @ np.log(cells.rate) + (leads - customers) @ np.log1p(-cells.rate)
    return _divided(-happened, leads.sum(axis=-1))


def brier(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Mean squared distance between the predicted close rate and the outcome, 0 or 1."""
    squares = customers @ (1 - cells.rate) ** 2 + (leads - customers) @ cells.rate**2
    return _divided(squares, leads.sum(axis=-1))


def calibration_slope(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Slope b of log-odds(outcome) = a + b log-odds(predicted): below 1 predictions are too extreme, above 1 too tame.

    Source: Cox (1958), "Two further applications of a model for binary regression".
    """
    return _recalibrated(cells, leads, customers, slope=True)


def calibration_intercept(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Shift a of log-odds(outcome) = a + log-odds(predicted): above 0 more leads close than predicted.

    Source: calibration-in-the-large, Steyerberg, "Clinical Prediction Models" (2019), chapter 15.
    """
    return _recalibrated(cells, leads, customers, slope=False)


def capture_at_capacity(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Share of all customers among the best-scored leads that sales can call (per fold, ties taken in part)."""
    return _divided(_top(cells, leads, customers, capacity), customers.sum(axis=-1))


def close_rate_at_capacity(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Close rate of the best-scored leads that sales can call."""
    return _divided(_top(cells, leads, customers, capacity), capacity * leads.sum(axis=-1))


def top_decile_lift(cells: Cells, leads: Floats, customers: Floats, capacity: float) -> Floats:
    """Close rate of the best-scored tenth of the leads over that of all leads."""
    return _divided(_top(cells, leads, customers, 0.1), 0.1 * customers.sum(axis=-1))


INFINITY = float("inf")
METRICS: dict[str, Metric] = {
    "auc": Metric("auc", "higher", (0, 1), auc),
    "log_loss": Metric("log_loss", "lower", (0, INFINITY), log_loss),
    "brier": Metric("brier", "lower", (0, 1), brier),
    "calibration_slope": Metric("calibration_slope", "nearer", (-INFINITY, INFINITY), calibration_slope, ideal=1),
    "calibration_intercept": Metric(
        "calibration_intercept", "nearer", (-INFINITY, INFINITY), calibration_intercept, ideal=0
    ),
    "capture_at_capacity": Metric("capture_at_capacity", "higher", (0, 1), capture_at_capacity),
    "close_rate_at_capacity": Metric("close_rate_at_capacity", "higher", (0, 1), close_rate_at_capacity),
    "top_decile_lift": Metric("top_decile_lift", "higher", (0, 10), top_decile_lift),
}


def gains(cells: Cells, leads: Floats, customers: Floats, shares: Floats) -> Floats:
    """Share of customers among the best-scored share of each fold's leads, one value per share asked for."""
    return np.array([float(capture_at_capacity(cells, leads, customers, share)) for share in shares])


def _top(cells: Cells, leads: Floats, customers: Floats, share: float) -> Floats:
    """Customers among the best-scored share of each fold's leads; the cell on the edge is taken in part."""
    total = cells.per_fold(leads)
    room = np.cumsum(leads, axis=-1)  # of the fold's places, those left when only better cells have been served
    room -= (np.cumsum(total, axis=-1) - share * total)[..., cells.place]
    served_leads = np.clip(room, 0, leads)
    rate = np.divide(customers, leads, out=np.zeros_like(served_leads), where=leads > 0)
    served: Floats = np.einsum("...c,...c->...", served_leads, rate)
    return served


def _recalibrated(cells: Cells, leads: Floats, customers: Floats, *, slope: bool) -> Floats:
    """Cox's recalibration by Newton's method: the slope with its intercept, or the intercept beside a slope of 1.

    A slope that the data say nothing about stays at 1 (prior deviation 100), so it is always finite. Replicates
    start from the solution of their mean and take three steps each.
    """
    x = special.logit(cells.rate)
    n, k = np.atleast_2d(leads), np.atleast_2d(customers)
    start = np.array([[0.0, 1.0]])
    start = _newton(x, n.mean(axis=0, keepdims=True), k.mean(axis=0, keepdims=True), start, 30, slope)
    lines = _newton(x, n, k, np.repeat(start, len(n), axis=0), 3, slope) if len(n) > 1 else start
    return np.reshape(lines[:, 1 if slope else 0], leads.shape[:-1])


def _newton(x: Floats, n: Floats, k: Floats, start: Floats, steps: int, slope: bool) -> Floats:
    """(intercept, slope) per line of counts after some Newton steps, none longer than 2."""
    ridge = 1e-4
    lines = start.copy()
    for _ in range(steps):
        p = special.expit(lines[:, :1] + lines[:, 1:] * x)
        missed = k - n * p
        weight = (n * p * (1 - p)).astype(float)
        g0, h00 = missed.sum(axis=1), weight.sum(axis=1) + 1e-12
        if not slope:
            step = np.stack([g0 / h00, np.zeros(len(g0))], axis=1)
        else:
            g1 = missed @ x - ridge * (lines[:, 1] - 1)
            h01, h11 = weight @ x, weight @ (x * x) + ridge
            det = np.maximum(h00 * h11 - h01 * h01, 1e-300)
            step = np.stack([(h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det], axis=1)
        lines += step / np.maximum(1, np.abs(step).max(axis=1, keepdims=True) / 2)
        if np.abs(step).max() < 1e-4:  # Newton's next step would be about its square
            break
    return lines


def _divided(a: Floats, b: Floats) -> Floats:
    """Quotient, and 0 where the divisor is 0."""
    quotient: Floats = np.divide(a, b, out=np.zeros(np.shape(b)), where=np.asarray(b) > 0)
    return quotient
