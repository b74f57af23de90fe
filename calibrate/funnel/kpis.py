"""Figures of a month: how many leads the grid hands over, how they close, and how customers had scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..counts.tally import Tally
from ..grid.grid import STAGES, Grid
from ..points.score_table import reaches, row_scores


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


def months_of(tally: Tally, grid: Grid) -> tuple[Month, ...]:
    """One line per cohort that holds leads, the oldest first.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> from calibrate.grid.grid import Thresholds
    >>> from calibrate.counts.tally import tally_of
    >>> demo = Criterion("demo", "demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> leads = tally_of([demo], np.array([[0, 0, 0, 1, 1]], np.uint8), np.array([1, 1, 0, 1, 0]))
    >>> month, = months_of(leads, Grid("g", "lift", (demo,), ((10, 0, 0),), Thresholds(10, 10)))
    >>> print(month.marketing_qualified, month.mean_score, month.mean_score_customers)
    66.7% (2/3, 20.8%-93.9%) 6.0 6.666666666666667
    """
    scores = row_scores(tally, grid)
    reached = (np.ones(tally.rows, np.bool_), *(reaches(tally, grid, stage, scores) for stage in STAGES))

    def summed(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(tally.cohort, counts, len(tally.cohorts)).astype(np.float64)

    parts = [(summed(tally.customers * mask), summed(tally.leads * mask)) for mask in reached]
    sums = summed(tally.leads * scores), summed(tally.customers * scores)
    months = []
    for i, cohort in enumerate(tally.cohorts):
        mine = tally.cohort == i
        overall, marketing, sales = (
            rate(round(float(k[i])), round(float(n[i])), tally.effect(mine & mask))
            for (k, n), mask in zip(parts, reached, strict=True)
        )
        if overall.leads:
            customers, leads = (float(part[i]) for part in parts[0])
            mean = float(sums[1][i]) / customers if customers else None
            months.append(Month(cohort, overall, marketing, sales, float(sums[0][i]) / leads, mean))
    return tuple(months)
