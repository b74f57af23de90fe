"""Whether the leads of late bring what a grid's curve promises: a promise whose base has fallen since is broken.

A promise is counted on all leads at hand. Where close rates have fallen of late, and for all answers alike, no line of
the grid is wrong, only the promise. The newest cohorts are held against it, leads that may still close as far as their
age tells: the shortest run that ends now and lets expect thirty customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..counts.so_far import rate_so_far, still_closing, with_so_far
from ..counts.tally import Tally
from ..grid.grid import Grid
from ..points.score_table import row_scores
from .shift_tests import MATERIAL, promise_kept

EXPECTED = 30
"""Customers that the newest leads must let expect."""
CHANCE = 0.035
"""Chance of one such look that is still said to be broken."""


@dataclass(frozen=True)
class Broken:
    """Customers that came of the newest leads, since a cohort, and those that should have come by now."""

    since: str
    entered: int
    undecided: int
    customers: int
    promised: float

    @property
    def size(self) -> float:
        """Customers that came, for each promised."""
        return self.customers / self.promised


def broken(grid: Grid, tally: Tally) -> Broken | None:
    """What came of the newest leads where it is surely, and much, less than the grid's curve promises; else None."""
    leads_then, customers_then = _counted(grid, tally)
    if grid.curve is None or tally.ends is None or not 0 < customers_then < leads_then:
        return None
    known, _ = still_closing(tally)
    known = with_so_far(known)
    expected = known.leads * grid.curve.at(row_scores(known, grid))
    by_cohort = np.bincount(known.cohort, expected, len(known.cohorts))
    enough = np.flatnonzero(np.cumsum(by_cohort[::-1])[::-1] >= EXPECTED)
    if not len(enough) or enough[-1] == np.flatnonzero(by_cohort)[0]:
        return None
    newest = known.cohort >= enough[-1]
    came, promised = rate_so_far(known, newest, tally.effect()), float(expected[newest].sum())
    now, then = came.rate.customers / came.wider, np.array([customers_then, leads_then]) / tally.effect()
    chance = promise_kept(round(now), promised / came.wider, *(round(float(count)) for count in then))
    if chance > CHANCE or came.rate.customers * MATERIAL >= promised:
        return None
    return Broken(known.cohorts[enough[-1]], came.entered, came.undecided, came.rate.customers, promised)


def _counted(grid: Grid, tally: Tally) -> tuple[int, int]:
    """Leads and customers that the curve was counted on: the grid's own, else all of the tally."""
    if not grid.evidence:
        return tally.overall
    return sum(line.leads for line in grid.evidence[0]), sum(line.customers for line in grid.evidence[0])
