"""Scores: what a grid makes of counted leads, as leads and customers per cohort and score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .criteria import offsets
from .grid import Grid
from .rates import wilson
from .tally import Tally

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Leads and customers per cohort and score: `leads` and `customers` have shape (cohorts, scores).

    `scores` is ascending and without repeats. Sums equal those of the tally that was scored.
    """

    cohorts: tuple[str, ...]
    scores: NDArray[np.int64]
    leads: Floats
    customers: Floats

    @property
    def total(self) -> tuple[Floats, Floats]:
        """Leads and customers per score, over all cohorts."""
        return self.leads.sum(axis=0), self.customers.sum(axis=0)

    def frame(self) -> pd.DataFrame:
        """One line per score: score, leads, customers, close rate with its Wilson interval."""
        leads, customers = self.total
        low, high = wilson(customers, leads)
        rate = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
        return pd.DataFrame(
            {"score": self.scores, "leads": leads, "customers": customers, "rate": rate, "low": low, "high": high}
        )

    def _repr_html_(self) -> str:
        return str(self.frame().to_html(index=False, float_format="{:.3g}".format))

    def __str__(self) -> str:
        return str(self.frame().to_string(index=False, float_format="{:.3g}".format))


def row_scores(tally: Tally, grid: Grid) -> NDArray[np.int64]:
    """Score of every profile row: the sum of its levels' points, (rows,).

    The grid's criteria may be coarser than the tally's; levels are matched without recounting any lead.
    """
    coarse = tally.regroup(grid.criteria)
    total = np.zeros(tally.rows, np.int64)
    for start, criterion, codes in zip(offsets(grid.criteria), grid.criteria, coarse.codes, strict=False):
        total += np.take(grid.flat[start : start + len(criterion.levels)], codes)
    return total


def score(tally: Tally, grid: Grid) -> Scores:
    """Leads and customers per cohort and score."""
    found, place = np.unique(row_scores(tally, grid), return_inverse=True)
    shape = (len(tally.cohorts), len(found))
    cell = tally.cohort * np.int64(len(found)) + place
    leads = np.bincount(cell, tally.leads, shape[0] * shape[1]).reshape(shape)
    customers = np.bincount(cell, tally.customers, shape[0] * shape[1]).reshape(shape)
    return Scores(tally.cohorts, found, leads, customers)
