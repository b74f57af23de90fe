"""Figures of a month: how many leads the grid hands over, how they close, and how customers had scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .grid import Thresholds
from .rates import Rate, rate
from .scores import Scores


@dataclass(frozen=True)
class Month:
    """One cohort month under a grid.

    `marketing_qualified` and `sales_qualified` are close rates of the leads at or above the thresholds; the leads of
    the second are the month's alerts. Mean scores are None where there is nobody.
    """

    cohort: str
    overall: Rate
    marketing_qualified: Rate
    sales_qualified: Rate
    mean_score: float | None
    mean_score_customers: float | None

    @property
    def share_marketing_qualified(self) -> float:
        """Share of the month's leads that are marketing-qualified."""
        return self.marketing_qualified.leads / self.overall.leads if self.overall.leads else 0.0

    @property
    def alerts_per_day(self) -> float:
        """Sales-qualified leads per working day, at 21 of them a month."""
        return self.sales_qualified.leads / 21


def months_of(scores: Scores, limits: Thresholds) -> tuple[Month, ...]:
    """One line per cohort that holds leads, the oldest first.

    >>> table = Scores(("2025-01",), np.array([0, 10]), np.array([[90.0, 10]]), np.array([[1.0, 3]]))
    >>> month, = months_of(table, Thresholds(10, 10))
    >>> print(month.marketing_qualified, month.mean_score, month.mean_score_customers)
    30.0% (3/10, 10.8%-60.3%) 1.0 7.5
    """
    found = []
    for cohort, leads, customers in zip(scores.cohorts, scores.leads, scores.customers, strict=True):
        if not leads.sum():
            continue
        above = [
            rate(round(float(customers[mask].sum())), round(float(leads[mask].sum())))
            for mask in (
                scores.scores >= scores.scores.min(), scores.scores >= limits.marketing_qualified,
                scores.scores >= limits.sales_qualified,
            )
        ]  # fmt: skip
        found.append(
            Month(cohort, above[0], above[1], above[2], _mean(scores.scores, leads), _mean(scores.scores, customers))
        )
    return tuple(found)


def _mean(scores: NDArray[np.int64], counts: NDArray[np.float64]) -> float | None:
    return float(counts @ scores / counts.sum()) if counts.sum() else None
