"""Scores: what a grid makes of counted leads, as leads and customers per cohort and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.rates import wilson
from ..counts.tally import Tally
from ..grid.criteria import Axis
from ..grid.grid import STAGES, Grid, Stage, Thresholds
from ..shown import Shown

Floats = NDArray[np.float64]

CHUNK = 32_768
"""Rows scored at a time: as many as stay in the processor's cache."""


@dataclass(frozen=True, repr=False)
class Scores(Shown):
    """Leads and customers per cohort and score: `leads` and `customers` have shape (cohorts, scores).

    `scores` is ascending and without repeats. Sums equal those of the tally that was scored. `pairs` has the coupled
    pairs of leads of one group (`counts.design_effect`) that come in at each score when leads are taken from the top,
    (scores,); None where leads stand alone. `rests_on` is the share of the leads that what is expected rests on, where
    earlier ones are forgotten (`recency`).
    """

    bars = ("leads", "rate")

    cohorts: tuple[str, ...]
    scores: NDArray[np.int64]
    leads: Floats
    customers: Floats
    pairs: Floats | None = None
    rests_on: float = 1.0

    @property
    def effect(self) -> Floats:
        """Design effect of the close rate of all leads at or above each score: (scores,)."""
        leads = self.total[0][::-1].cumsum()[::-1]
        if self.pairs is None:
            return np.ones(len(leads))
        effect: Floats = np.maximum(1 + self.pairs[::-1].cumsum()[::-1] / np.maximum(leads, 1e-12), 1.0)
        return effect

    @property
    def total(self) -> tuple[Floats, Floats]:
        """Leads and customers per score, over all cohorts."""
        return self.leads.sum(axis=0), self.customers.sum(axis=0)

    def frame(self) -> pd.DataFrame:
        """One line per score: score, leads, customers, close rate with its Wilson interval, with the design effect."""
        leads, customers = self.total
        effect = self.effect[:1] if len(leads) else np.ones(1)
        low, high = wilson(customers / effect, leads / effect)
        rate = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
        return pd.DataFrame(
            {"score": self.scores, "leads": leads, "customers": customers, "rate": rate, "low": low, "high": high}
        )

    @property
    def headline(self) -> str:
        """How many leads have how many scores."""
        return f"{self.leads.sum():,.0f} leads, {len(self.scores)} scores"

    def __str__(self) -> str:
        return str(self.frame().to_string(index=False, float_format="{:.3g}".format))


def row_scores(tally: Tally, grid: Grid) -> NDArray[np.int64]:
    """Score of every profile row: the sum of its levels' points and of those that every lead has, (rows,).

    The grid's criteria may be coarser than the tally's: each of the tally's levels takes the points of the
    grid's level that it falls into, so no lead is counted again.
    """
    tables, columns = [], []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        position = tally.finer(criterion)
        if not any(points):
            continue
        columns.append(tally.codes[position])
        tables.append(np.array(points, np.int64)[criterion.placed(tally.criteria[position])])
    total, pairs = np.full(tally.rows, grid.start, np.int64), _by_two(tables, columns)
    for start in range(0, tally.rows, CHUNK):
        part, chunk = total[start : start + CHUNK], slice(start, start + CHUNK)
        for table, firsts, seconds, width in pairs:
            at = firsts[chunk].astype(np.intp)
            if seconds is not None:
                at *= width
                at += seconds[chunk]
            part += table.take(at, mode="clip")  # codes are positions: nothing to clip
    return total


def _by_two(
    tables: Sequence[NDArray[np.int64]], columns: Sequence[NDArray[np.uint8]]
) -> list[tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8] | None, int]]:
    """Tables of the points of two criteria, each with the codes of both and the levels of the second."""
    pairs: list[tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8] | None, int]] = []
    for i in range(0, len(tables) - 1, 2):
        both = np.add.outer(tables[i], tables[i + 1]).ravel()
        pairs.append((both, columns[i], columns[i + 1], len(tables[i + 1])))
    if len(tables) % 2:
        pairs.append((tables[-1], columns[-1], None, 1))
    return pairs


def axis_scores(tally: Tally, grid: Grid, axis: Axis) -> NDArray[np.int64]:
    """Points of every profile row on one axis: (rows,)."""
    mine = [i for i, criterion in enumerate(grid.criteria) if criterion.axis == axis]
    part = Grid(grid.name, grid.method, tuple(grid.criteria[i] for i in mine), tuple(grid.points[i] for i in mine))
    return row_scores(tally, part)


def reaches(tally: Tally, grid: Grid, stage: Stage, scores: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Profile rows that are marketing- or sales-qualified: the score, and the minimums that the thresholds ask for.

    `scores` are the rows' scores where they are known already. Nobody reaches a stage of a grid without thresholds.
    """
    if grid.thresholds is None:
        return np.zeros(tally.rows, np.bool_)
    reached = np.ones(tally.rows, np.bool_)
    for what, least in grid.thresholds.demands(stage):
        if what == "score":
            reached &= (row_scores(tally, grid) if scores is None else scores) >= least
        else:
            reached &= axis_scores(tally, grid, what) >= least
    return reached


def score(tally: Tally, grid: Grid) -> Scores:
    """Leads and customers per cohort and score.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> from calibrate.counts.tally import tally_of
    >>> demo = Criterion("demo", "demo", "boolean", "engagement", (Level("yes", values=(True,)),
    ...     Level("no", values=(False,)), Level("missing", "missing"), Level("other", "other")), reference="no")
    >>> leads = tally_of([demo], np.array([[0, 0, 1, 1, 1]], np.uint8), np.array([1, 0, 0, 0, 1]))
    >>> print(score(leads, Grid("seed", "lift", (demo,), ((20, 0, 0, 0),))))
     score  leads  customers  rate    low  high
         0      3          1 0.333 0.0615 0.792
        20      2          1   0.5 0.0945 0.905
    """
    return _table(tally, row_scores(tally, grid))


def with_minimums(tally: Tally, grid: Grid, limits: Thresholds) -> dict[Stage, Scores]:
    """The score table of the leads that have the fit and the engagement that a stage asks for, where one does."""
    stages = [stage for stage in STAGES if len(limits.demands(stage)) > 1]
    if not stages:
        return {}
    scores, tables = row_scores(tally, grid), {}
    for stage in stages:
        enough = np.ones(tally.rows, np.bool_)
        for what, least in limits.demands(stage):
            if what != "score":
                enough &= axis_scores(tally, grid, what) >= least
        tables[stage] = _table(tally, scores, enough)
    return tables


def _table(tally: Tally, scores: NDArray[np.int64], mine: NDArray[np.bool_] | None = None) -> Scores:
    """Leads and customers per cohort and score, of all rows or of some."""
    levels, place = levels_of(scores)
    shape = (len(tally.cohorts), len(levels))
    cell = tally.cohort * np.int64(len(levels)) + place
    counts = [values if mine is None else values * mine for values in (tally.leads, tally.customers)]
    leads, customers = (
        np.bincount(cell, values, shape[0] * shape[1]).reshape(shape).astype(np.float64) for values in counts
    )
    return Scores(tally.cohorts, levels, leads, customers, _pairs(tally, place, len(levels), mine))


def _pairs(tally: Tally, place: NDArray[np.intp], size: int, mine: NDArray[np.bool_] | None) -> Floats | None:
    """Coupled pairs that each score adds to those of the scores above it: a lead's with its group's leads above it."""
    groups = tally.grouped
    if groups is None:
        return None
    row, weight = groups.row, groups.weight if mine is None else groups.weight * mine[groups.row]
    order = np.lexsort((-place[row], groups.of_row))  # group after group, the best score first
    weight, group = weight[order], groups.of_row[order]
    above = np.cumsum(weight) - weight
    above -= above[groups.start[:-1]][group]  # groups begin where they did: only rows within them have moved
    counts: Floats = np.bincount(place[row][order], 2 * groups.covariance[group] * weight * above, size).astype(
        np.float64
    )
    return counts


def levels_of(scores: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The different scores, ascending, and the position of each given one among them.

    >>> levels_of(np.array([5, -1, 5]))
    (array([-1,  5]), array([1, 0, 1]))
    """
    if len(scores) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.intp)
    lowest = scores.min()
    if int(scores.max()) - int(lowest) > 4 * len(scores) + 1000:
        levels, place = np.unique(scores, return_inverse=True)
        return levels, place
    shifted = scores - lowest
    present = np.bincount(shifted) > 0
    return np.flatnonzero(present) + lowest, (np.cumsum(present) - 1)[shifted]
