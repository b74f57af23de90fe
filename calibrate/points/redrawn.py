"""Redrawn leads: the whole method run again on resamples of the tally, to see what its points rest on.

Every lead, or every group of leads, counts Poisson(1) times in a resample (Chamandy et al. 2012); rates, weights, scale
and rounding are then made anew. How often a line keeps its sign and its points is counted, not computed from a formula
that takes the lines as given (Meinshausen and Buhlmann, "Stability selection", 2010). The same resamples say what the
score gains from chance: how much better it ranks the leads that it was made from than those it stands for (Harrell,
"Regression modeling strategies", 2015: the optimism bootstrap).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally, tables_of
from ..grid.criteria import offsets
from ..grid.grid import Evidence, Grid
from .curve import gain
from .score_table import levels_of, row_scores

Floats = NDArray[np.float64]

SEED = 20_261_130
DRAWS = 50
MOST_ROWS = 15_000
"""Rows of a tally, of which no more are drawn again and again."""


@dataclass(frozen=True)
class Redrawn:
    """Shares of resamples per level of a grid, (levels,), and the lines that would gain from chance what it gains."""

    draws: int
    sign_kept: Floats
    points_kept: Floats
    freedom: float

    def on(self, grid: Grid) -> Grid:
        """The grid whose lines carry what was counted in place of what a formula said."""
        evidence, position = [], 0
        for row, points in zip(grid.evidence, grid.points, strict=True):
            lines = []
            for line, worth in zip(row, points, strict=True):
                lines.append(self._counted(line, worth, position))
                position += 1
            evidence.append(tuple(lines))
        return replace(grid, evidence=tuple(evidence), provenance={**grid.provenance, "redraws": self.draws})

    def _counted(self, line: Evidence, worth: int, position: int) -> Evidence:
        """Where the formula said nothing (a reference, a pin, too few leads), nothing is said here."""
        if line.sign_kept is None and line.points_kept is None:
            return line
        sign = float(self.sign_kept[position]) if worth else None
        return replace(line, sign_kept=sign, points_kept=float(self.points_kept[position]))


def draws_for(tally: Tally) -> int:
    """How many resamples a tally is worth, the same ones for every method: none where it is a sample itself.

    A share counted in them has a standard error of at most .07.

    >>> from calibrate.counts.tally import tally_of
    >>> [draws_for(tally_of([], np.zeros((0, n), np.uint8), np.zeros(n, int))) for n in (2_000, 10_000, 20_000)]
    [50, 50, 0]
    """
    return DRAWS if tally.exact and tally.rows <= MOST_ROWS else 0


@dataclass(frozen=True)
class Counts:
    """How often the leads of every row were drawn: customers and other leads (R,), undecided leads one by one."""

    customers: Floats
    lost: Floats
    undecided: Floats | None = None


@dataclass(frozen=True)
class Redraw:
    """What one resample says of a grid: the points made anew, per level of the tally (levels,), and the gap.

    The gap is what they gain more on their own leads than on those that these stand for: twice the log-likelihood.
    """

    points: NDArray[np.int64]
    gap: float


def drawn_counts(tally: Tally) -> Iterator[Counts]:
    """How often every lead is drawn, resample after resample without end, the same every time.

    Every lead counts 0, 1, 2 ... times, leads of one group together.
    """
    rng = np.random.default_rng(SEED)
    while True:
        yield _drawn(tally, rng)


def resamples(tally: Tally) -> Iterator[tuple[Tally, Tally]]:
    """Resamples without end, the same ones every time; beside each, itself without the rows that were not drawn."""
    return (resample_of(tally, counts) for counts in drawn_counts(tally))


def resample_of(tally: Tally, counts: Counts) -> tuple[Tally, Tally]:
    """The tally with every lead counted as often as it was drawn; and the same without the rows that were not."""
    part = _counted(tally, counts)
    rows = part.leads > 0
    present = replace(
        part,
        codes=np.ascontiguousarray(part.codes[:, rows]),
        cohort=part.cohort[rows],
        leads=part.leads[rows],
        customers=part.customers[rows],
        counted=part.counted[rows],
    )
    return part, present


def redraw_of(tally: Tally, part: Tally, grid: Grid) -> Redraw:
    """What a resample `part` of a tally says by the grid that was made from it."""
    scores, row = levels_of(row_scores(tally, grid))
    counts = [
        np.bincount(row, values, len(scores)).astype(np.float64)
        for values in (part.leads, part.customers, tally.leads, tally.customers)
    ]
    gap = gain(scores, counts[0], counts[1]) - gain(scores, counts[0], counts[1], (counts[2], counts[3]))
    return Redraw(_points(tally, grid), gap)


def redraw(tally: Tally, grid: Grid, redraws: Sequence[tuple[Tally, Grid]]) -> Redrawn:
    """The grid against those made from resamples of its tally (`resamples`), each beside its resample."""
    return redrawn_by(tally, grid, [redraw_of(tally, part, redrawn_grid) for part, redrawn_grid in redraws])


def redrawn_by(tally: Tally, grid: Grid, redraws: Sequence[Redraw]) -> Redrawn:
    """The grid against what resamples of its tally say.

    A grid's criteria may be coarser than the tally's: lines are compared level by level of the tally, and a line that
    joins several is kept as far as their leads go.
    """
    points, place = _points(tally, grid), _places(tally, grid)
    sign, same = np.zeros(len(points)), np.zeros(len(points))
    for fresh in redraws:
        sign += np.sign(fresh.points) == np.sign(points)
        same += fresh.points == points
    matched = place >= 0
    weight = np.maximum(tally.by_level[matched, 0], 1e-9)
    size = int(offsets(grid.criteria)[-1])
    mass = np.maximum(np.bincount(place[matched], weight, size), 1e-9)
    sign_kept, points_kept = (
        np.bincount(place[matched], weight * agreement[matched] / max(len(redraws), 1), size) / mass
        for agreement in (sign, same)
    )
    return Redrawn(len(redraws), sign_kept, points_kept, _freedom(points, redraws))


def _freedom(points: NDArray[np.int64], redraws: Sequence[Redraw]) -> float:
    """Lines that would gain from chance what a score does: half the mean gap, for as many levels with points.

    Chance is in a resample twice, so that a method that tests its levels lets more of them pass there.

    >>> _freedom(np.array([2, -1, 0]), [Redraw(np.array([2, 1, -1]), 8.0), Redraw(np.array([1, 0, 0]), 4.0)])
    3.0
    >>> _freedom(np.array([2, -1, 0]), [Redraw(np.array([2, 1, -1]), 6.0)])
    2.0
    """
    with_points = sum(np.count_nonzero(fresh.points) for fresh in redraws)
    gap = sum(fresh.gap for fresh in redraws) / 2
    return float(max(gap, 0.0) * np.count_nonzero(points) / with_points) if with_points else 0.0


def resample(tally: Tally, rng: np.random.Generator) -> Tally:
    """The tally of a Poisson resample: every lead counts 0, 1, 2 ... times, leads of one group together.

    >>> from calibrate.counts.tally import tally_of
    >>> tally = tally_of([], np.zeros((0, 1000), np.uint8), np.arange(1000) < 100)
    >>> leads, customers = resample(tally, np.random.default_rng(1)).overall
    >>> 900 < leads < 1100 and 70 < customers < 130
    True
    """
    return _counted(tally, _drawn(tally, rng))


def _drawn(tally: Tally, rng: np.random.Generator) -> Counts:
    """How often every lead is drawn."""
    customers = rng.poisson(tally.customers).astype(np.float64)
    lost = rng.poisson(np.maximum(tally.leads - tally.customers, 0)).astype(np.float64)
    if tally.group is not None and (tally.group >= 0).any():
        times = rng.poisson(1.0, int(tally.group.max()) + 1)[np.maximum(tally.group, 0)]
        together = tally.group >= 0
        customers = np.where(together, tally.customers * times, customers)
        lost = np.where(together, (tally.leads - tally.customers) * times, lost)
    young = tally.undecided
    return Counts(customers, lost, None if young is None else rng.poisson(young.leads).astype(np.float64))


def _counted(tally: Tally, counts: Counts) -> Tally:
    """The tally with every lead counted as often as it was drawn."""
    leads, young = counts.customers + counts.lost, tally.undecided
    if young is not None and counts.undecided is not None:
        young = replace(young, leads=counts.undecided)
    both = leads, counts.customers
    totals, marginals = tables_of(tally.criteria, tally.codes, tally.cohort, len(tally.cohorts), both)
    return replace(
        tally,
        totals=totals,
        marginals=marginals,
        leads=leads,
        customers=counts.customers,
        counted=leads.astype(np.int64),
        group=None,
        undecided=young,
    )


def _places(tally: Tally, grid: Grid) -> NDArray[np.intp]:
    """Where each level of the tally is among the grid's, -1 where the grid has no such criterion: (levels,)."""
    starts = offsets(grid.criteria)[:-1]
    by_name = {criterion.name: (int(at), criterion) for at, criterion in zip(starts, grid.criteria, strict=True)}
    parts = [np.zeros(0, np.intp)]
    for fine in tally.criteria:
        at, criterion = by_name.get(fine.name, (0, None))
        parts.append(
            np.full(len(fine.levels), -1, np.intp) if criterion is None else at + criterion.placed(fine).astype(np.intp)
        )
    return np.concatenate(parts).astype(np.intp)


def _points(tally: Tally, grid: Grid) -> NDArray[np.int64]:
    """The grid's points on each level of the tally: (levels,)."""
    place = _places(tally, grid)
    return np.where(place >= 0, grid.flat[place] if len(grid.flat) else 0, 0)
