"""The two-dimensional grade: fit as a letter, engagement as a digit, from A1 (right company, hot) to D4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..counts.tally import Tally
from ..grid.criteria import Axis
from ..grid.grid import STAGES, Grid, Measure
from .score_table import axis_scores, reaches, row_scores

Floats = NDArray[np.float64]

LETTERS, DIGITS = "ABCD", "1234"
CELLS = len(LETTERS) * len(DIGITS)
SHARES = (0.25, 0.50, 0.75)
"""Share of leads that should reach A (1), B (2) and C (3), as near as the points allow."""


@dataclass(frozen=True)
class Grades:
    """Leads in 16 cells: `rates[i][j]` of fit grade i (A to D) and engagement grade j (1 to 4).

    `fit_from` and `engagement_from` are the points from which the first three grades are given. `unseen`: the rates
    are counted on leads that the points had not seen.
    """

    fit_from: tuple[int, int, int]
    engagement_from: tuple[int, int, int]
    rates: tuple[tuple[Rate, ...], ...]
    unseen: bool = False

    def of(self, fit: int, engagement: int) -> str:
        """Grade of a lead with so many points on both axes.

        >>> Grades((9, 5, 0), (20, 8, 2), ()).of(6, 25)
        'B1'
        """
        letter = sum(fit < limit for limit in self.fit_from)
        return LETTERS[letter] + DIGITS[sum(engagement < limit for limit in self.engagement_from)]


@dataclass(frozen=True)
class Demand:
    """A stage that also demands points of fit or of engagement: leads that reach it, with the demand and without.

    `axis` and `minimum` are the demand that tells this stage from the one before, `asked` are all of them.
    """

    stage: str
    axis: Axis
    threshold: int
    minimum: int
    asked: tuple[tuple[Measure, int], ...]
    met: Rate
    without: Rate
    leads_per_month: float | None

    @property
    def demands(self) -> tuple[tuple[Measure, int], ...]:
        """All that the stage asks for, its score first."""
        return (("score", self.threshold), *self.asked)


def grades(tally: Tally, grid: Grid) -> Grades | None:
    """Leads and customers in each of the 16 cells; None where the grid has points on one axis only."""
    points = _both_axes(tally, grid)
    if points is None:
        return None
    cuts = _cuts(points[0], tally.leads), _cuts(points[1], tally.leads)
    cells = _cells(points, cuts)
    effects = [tally.effect(cells == cell) for cell in range(CELLS)] if tally.grouped is not None else ()
    return Grades(*cuts, cell_rates(cells, tally.leads, tally.customers, effects))


def graded(tally: Tally, grid: Grid, mask: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Cell of every row, fit grade times 4 plus engagement grade, the grades cut on the rows of a mask: (rows,).

    None where the grid has points on one axis only among these.
    """
    points = _both_axes(tally, grid, mask)
    if points is None:
        return None
    leads = tally.leads[mask]
    return _cells(points, (_cuts(points[0][mask], leads), _cuts(points[1][mask], leads)))


def cell_rates(
    cells: NDArray[np.int64], leads: Floats, customers: Floats, effects: Sequence[float] = ()
) -> tuple[tuple[Rate, ...], ...]:
    """Close rate of each of the 16 cells, from the cell, leads and customers of each row.

    `effects` are the design effects of the cells' rates where leads stand in groups.
    """
    n, k = (np.bincount(cells, counts, CELLS) for counts in (leads, customers))
    wider = effects or [1.0] * CELLS
    rates = [rate(round(float(k[i])), round(float(n[i])), wider[i]) for i in range(CELLS)]
    return tuple(tuple(rates[row : row + len(DIGITS)]) for row in range(0, CELLS, len(DIGITS)))


Axes = tuple[NDArray[np.int64], NDArray[np.int64]]
Cuts = tuple[int, int, int]


def _both_axes(tally: Tally, grid: Grid, mask: NDArray[np.bool_] | None = None) -> Axes | None:
    """Points of every row on both axes; None where they are the same for all rows, or for all of a mask."""
    fit, engagement = axis_scores(tally, grid, "fit"), axis_scores(tally, grid, "engagement")
    part = slice(None) if mask is None else mask
    return (fit, engagement) if _varies(fit[part]) and _varies(engagement[part]) else None


def _cells(points: Axes, cuts: tuple[Cuts, Cuts]) -> NDArray[np.int64]:
    letters, digits = (
        sum((axis < limit).astype(np.int64) for limit in limits) for axis, limits in zip(points, cuts, strict=True)
    )
    cells: NDArray[np.int64] = np.asarray(letters * 4 + digits, np.int64)
    return cells


def demand(tally: Tally, grid: Grid, *, months: float | None) -> tuple[Demand, ...]:
    """What the grid's minimums leave of the marketing-qualified, and of the sales-qualified leads."""
    if grid.thresholds is None:
        return ()
    scores = row_scores(tally, grid)
    demands = []
    for stage in STAGES:
        (_, threshold), *minimums = grid.thresholds.demands(stage)
        if not minimums:
            continue
        masks = reaches(tally, grid, stage, scores), scores >= threshold
        met, without = (rate(_sum(tally.customers, m), _sum(tally.leads, m), tally.effect(m)) for m in masks)
        axis: Axis = "engagement" if minimums[-1][0] == "engagement" else "fit"
        pace = met.leads / months if months else None
        demands.append(Demand(stage, axis, threshold, minimums[-1][1], tuple(minimums), met, without, pace))
    return tuple(demands)


def _sum(counts: NDArray[np.float64], mask: NDArray[np.bool_]) -> int:
    return round(float(counts[mask].sum()))


def _varies(points: NDArray[np.int64]) -> bool:
    return len(points) > 0 and int(points.min()) < int(points.max())


def _cuts(points: NDArray[np.int64], leads: NDArray[np.float64]) -> tuple[int, int, int]:
    """Points from which a grade is given, so that shares of leads come nearest to a quarter each.

    >>> _cuts(np.array([0, 0, 1, 2, 5, 5, 8, 9]), np.ones(8))
    (8, 5, 1)

    Where four grades are possible, none stays empty, however many leads have the same points:

    >>> _cuts(np.array([-5, 0, 5, 10]), np.array([10.0, 50, 35, 5]))
    (10, 5, 0)
    """
    values, place = np.unique(points, return_inverse=True)
    mass = np.bincount(place, leads)
    above = mass[::-1].cumsum()[::-1] / mass.sum()
    if len(values) > len(SHARES):  # four grades, none of them empty
        values, above = values[1:], above[1:]
    gap = np.abs(above - np.array(SHARES)[:, None])
    nearest = np.argsort(gap, axis=1, kind="stable")[:, : len(SHARES)].tolist()
    distinct = [ways for ways in product(*nearest) if ways[0] > ways[1] > ways[2]]
    best = min(distinct or [tuple(order[0] for order in nearest)], key=lambda ways: sum(gap[range(len(SHARES)), ways]))
    first, second, third = (int(values[i]) for i in best)
    return first, second, third
