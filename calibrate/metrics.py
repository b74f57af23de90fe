"""Metrics: how good a score is, from counts per score. Each knows its direction and its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Metric:
    """A figure of merit. `better` is the direction; "nearer" means nearer to `ideal`."""

    name: str
    better: Literal["higher", "lower", "nearer"]
    span: tuple[float, float]
    ideal: float | None = None


INFINITY = float("inf")
METRICS = {
    metric.name: metric
    for metric in (
        Metric("auc", "higher", (0, 1)),
        Metric("log_loss", "lower", (0, INFINITY)),
        Metric("brier", "lower", (0, 1)),
        Metric("calibration_slope", "nearer", (-INFINITY, INFINITY), ideal=1),
        Metric("calibration_intercept", "nearer", (-INFINITY, INFINITY), ideal=0),
        Metric("capture_at_capacity", "higher", (0, 1)),
        Metric("close_rate_at_capacity", "higher", (0, 1)),
        Metric("top_decile_lift", "higher", (0, 10)),
    )
}
