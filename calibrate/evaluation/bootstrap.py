"""Resampling: the metrics of several grids on the same resampled leads, at a cost that does not grow with leads.

The Poisson bootstrap (Hanley and MacGibbon 2006; Chamandy et al. 2012) gives every lead a weight drawn from Poisson(1).
All grids see the same weights, so differences between them are paired. Beyond a thousand leads of one fold and
outcome, leads are dealt at random into a thousand equal groups and the groups are weighted: the mean of a random
group varies as much as theory says the mean of so many leads must, so intervals keep their width, while one
replicate of one grid is a product of two small matrices (weights of groups x leads per group and score).

Leads that share their fate (contacts of one company) have one weight, whatever became of them and in whichever folds
they stand: companies are drawn, not leads, and beyond a thousand of them it is companies that are dealt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95
from ..points.score_table import levels_of
from .backtest import LaterLeads
from .metrics import METRICS, Cells, Estimate, Metric

Floats = NDArray[np.float64]

DRAWS = 1000
SEED = 20_240_601
MOST_GROUPS = 1000
MOST_SCORES = 128
"""Scores kept apart in a fold while resampling; more are grouped by rank, for the spread alone."""
MOST_DEALT = 1_000_000
"""Leads of one fold and outcome that are dealt; beyond, a random million of them stand for all (wider intervals)."""
CHUNK = 250


@dataclass(frozen=True)
class Resampled:
    """Every metric of every grid: on all leads, `value` (grids, metrics), and `drawn` (grids, metrics, draws).

    `drawn` is moved so that it varies around `value`. `sample` is the number of leads really counted of the rarer
    outcome, customers as a rule; leads of one group count once.
    """

    names: tuple[str, ...]
    metrics: tuple[str, ...]
    value: Floats
    drawn: Floats
    sample: int

    def of(self, metric: str) -> tuple[Floats, Floats]:
        """One metric of every grid: its values (grids,) and its draws (grids, draws)."""
        m = self.metrics.index(metric)
        return self.value[:, m], self.drawn[:, m]

    def estimates(self, position: int) -> dict[str, Estimate]:
        """Each metric of one grid with its percentile interval, inside the metric's range."""
        figures = {}
        for m, name in enumerate(self.metrics):
            low, high = np.clip(np.quantile(self.drawn[position, m], [0.025, 0.975]), *METRICS[name].span)
            value = float(self.value[position, m])
            figures[name] = Estimate(value, min(float(low), value), max(float(high), value))
        return figures

    def differences(self, position: int, alpha: float) -> dict[str, Estimate]:
        """Each metric of one grid minus the first one's, ``d -+ t se`` with the standard error over the draws."""
        freedom = max(self.sample - 1, 1)
        width = float(special.stdtrit(freedom, 1 - alpha / 2)) * np.sqrt(1 + 1 / freedom)
        gaps = self.value[position] - self.value[0]
        errors = (self.drawn[position] - self.drawn[0]).std(axis=1)
        furthest = [METRICS[name].span[1] - METRICS[name].span[0] for name in self.metrics]
        return {
            name: Estimate(float(gap), max(float(gap - width * error), -most), min(float(gap + width * error), most))
            for name, gap, error, most in zip(self.metrics, gaps, errors, furthest, strict=True)
        }


@dataclass(frozen=True)
class Scored:
    """Later leads in the cells of one grid: cell of each row, and what the cells hold."""

    cells: Cells
    cell: NDArray[np.intp]
    leads: Floats
    customers: Floats


def in_cells(later: LaterLeads, scores: NDArray[np.int64], rates: Floats, most: int | None = None) -> Scored:
    """Later leads per fold and score; with `most`, neighbouring scores of a fold grouped by rank to so many."""
    cell = np.zeros(len(scores), np.intp)
    fold: list[int] = []
    for f in range(len(later.folds)):
        rows = later.fold == f
        levels, place = levels_of(scores[rows])
        if most is not None and len(levels) > most:
            mass = np.bincount(place, later.leads[rows])
            place = levels_of((((np.cumsum(mass) - mass / 2) / mass.sum()) * most).astype(np.int64))[1][place]
        cell[rows] = place + len(fold)
        fold += [f] * (int(place.max(initial=-1)) + 1)
    leads = np.bincount(cell, later.leads, len(fold)).astype(np.float64)
    customers = np.bincount(cell, later.customers, len(fold)).astype(np.float64)
    rate = np.bincount(cell, later.leads * rates, len(fold)) / leads
    return Scored(Cells(np.array(fold, np.intp), rate), cell, leads, customers)


def resample(
    later: LaterLeads,
    candidates: Sequence[tuple[str, NDArray[np.int64], Floats]],
    *,
    capacity: float,
    metrics: Sequence[str] = tuple(METRICS),
    draws: int = DRAWS,
    groups: int = MOST_GROUPS,
    most: int = MOST_SCORES,
) -> Resampled:
    """Some metrics (all) of all grids, each given as (name, score of each row, predicted rate of each row).

    At most so many `groups` of leads are weighted, and at most so many (`most`) scores kept apart, per fold and
    outcome: fewer are faster, and tell the spread a little less well.
    """
    chosen_metrics = [METRICS[name] for name in metrics]
    rng = np.random.default_rng(SEED)
    value = np.array(
        [_computed(chosen_metrics, in_cells(later, scores, rates), capacity) for _, scores, rates in candidates]
    )
    coarse = [in_cells(later, scores, rates, most) for _, scores, rates in candidates]
    really = _really_counted(later)
    alone = np.ones(len(later.row), np.bool_) if later.group is None else later.group < 0
    strata = [s for f in range(len(later.folds)) for s in _strata(later, f, alone, really, coarse, groups, rng)]
    strata += _of_companies(later, ~alone, coarse, groups, rng)
    replicates = np.empty((len(candidates), len(chosen_metrics), draws))
    for start in range(0, draws, CHUNK):
        size = min(CHUNK, draws - start)
        lost = [np.zeros((size, len(scored.leads))) for scored in coarse]
        bought = [np.zeros((size, len(scored.leads))) for scored in coarse]
        for stratum in strata:
            weights = stratum.weights(size, rng)
            for side in stratum.sides:
                for i, table in enumerate(side.held):
                    part = slice(side.first[i], side.first[i] + len(table))
                    (bought if side.customers else lost)[i][:, part] += weights @ table.T
        for i, scored in enumerate(coarse):
            leads = lost[i] + bought[i]
            for m, metric in enumerate(chosen_metrics):
                replicates[i, m, start : start + size] = metric.compute(scored.cells, leads, bought[i], capacity)
    middle = np.array(
        [_computed(chosen_metrics, _standing(scored, strata, i), capacity) for i, scored in enumerate(coarse)]
    )
    rarer = min(_buyers(later, really), _buyers(later, later.counted - really))
    names = tuple(name for name, _, _ in candidates)
    return Resampled(names, tuple(metrics), value, replicates + (value - middle)[:, :, None], rarer)


def simultaneous(differences: Floats, replicates: Floats, sample: float = np.inf) -> tuple[Floats, Floats]:
    """Intervals of several differences that all hold at once in 95 % of cases: (k,), (k, draws) -> low, high.

    ``d -+ q se`` with se over the draws and q the 95 % quantile of the largest |deviation| / se among them
    (Westfall and Young 1993), never below 1.96. Both are widened as Student's t is for `sample` customers.
    A difference that never varies is exact.
    """
    deviation = replicates - differences[:, None]
    spread = np.sqrt(np.mean(deviation**2, axis=1))
    varies = spread > 1e-12
    if not varies.any():
        return differences.copy(), differences.copy()
    largest = np.abs(deviation[varies] / spread[varies, None]).max(axis=0)
    freedom = max(sample - 1, 1.0)
    widening = 1.0 if np.isinf(sample) else special.stdtrit(freedom, 0.975) / Z95 * np.sqrt(1 + 1 / freedom)
    width = max(Z95, float(np.quantile(largest, 0.95))) * widening * np.where(varies, spread, 0.0)
    return differences - width, differences + width


@dataclass(frozen=True)
class _Side:
    """Customers, or other leads, of a stratum: per grid the leads per (score, group), and the first of these scores."""

    customers: bool
    held: tuple[NDArray[np.float32], ...]
    first: tuple[int, ...]


@dataclass(frozen=True)
class _Stratum:
    """The customers, or the other leads, of one fold, or whole companies: dealt into groups that are weighted."""

    dealt: int
    groups: int
    sides: tuple[_Side, ...]

    def weights(self, draws: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Weight of each group in each replicate: (draws, groups)."""
        times = POISSON[rng.integers(0, len(POISSON), (draws, self.groups), dtype=np.uint16)]
        if self.dealt == self.groups:
            return times
        total = rng.poisson(self.dealt, (draws, 1)) / self.dealt
        scaled: NDArray[np.float32] = times * (total * self.groups / times.sum(axis=1, keepdims=True)).astype(
            np.float32
        )
        return scaled


def _strata(
    later: LaterLeads,
    fold: int,
    alone: NDArray[np.bool_],
    really: NDArray[np.int64],
    grids: Sequence[Scored],
    most: int,
    rng: np.random.Generator,
) -> list[_Stratum]:
    """Deal the customers and the other leads of a fold into groups (at most so many), the same ones for every grid.

    `alone` marks leads on their own, `really` is the number of customers really counted behind each row.
    """
    rows = np.flatnonzero((later.fold == fold) & alone)
    bought = really[rows]
    strata = []
    for customers in (True, False):
        counts = bought if customers else later.counted[rows] - bought
        stand_for = later.customers[rows] if customers else later.leads[rows] - later.customers[rows]
        if counts.sum() > MOST_DEALT:
            thinned = rng.binomial(counts, MOST_DEALT / counts.sum())
            stand_for = np.divide(stand_for * thinned, counts, out=np.zeros(len(rows)), where=counts > 0) * (
                counts.sum() / thinned.sum()
            )
            counts = thinned
        dealt = int(counts.sum())
        if dealt == 0:
            continue
        groups = min(dealt, most)
        lead = np.repeat(np.arange(len(rows)), counts)
        group = rng.permutation(dealt) % groups
        weight = np.divide(stand_for, counts, out=np.zeros(len(rows)), where=counts > 0)[lead]
        strata.append(_Stratum(dealt, groups, (_side(customers, grids, rows[lead], group, groups, weight),)))
    return strata


def _of_companies(
    later: LaterLeads, together: NDArray[np.bool_], grids: Sequence[Scored], most: int, rng: np.random.Generator
) -> list[_Stratum]:
    """Deal whole companies, with the leads of all folds, into groups (at most so many)."""
    rows = np.flatnonzero(together)
    if later.group is None or not len(rows):
        return []
    _, company = np.unique(later.group[rows], return_inverse=True)
    dealt = int(company.max()) + 1
    groups = min(dealt, most)
    group = (rng.permutation(dealt) % groups)[company]
    bought = later.customers[rows]
    sides = (
        _side(customers, grids, rows, group, groups, stand_for)
        for customers, stand_for in ((True, bought), (False, later.leads[rows] - bought))
    )
    return [_Stratum(dealt, groups, tuple(sides))]


def _side(
    customers: bool,
    grids: Sequence[Scored],
    row: NDArray[np.intp],
    group: NDArray[np.intp],
    groups: int,
    weight: Floats,
) -> _Side:
    """Leads per score of each grid and group: `row`, `group` and `weight` of every lead."""
    tables, first = [], []
    for grid in grids:
        cell = grid.cell[row]
        start, size = int(cell.min()), int(cell.max() - cell.min()) + 1
        place = (cell - start) * groups + group
        tables.append(np.bincount(place, weight, size * groups).reshape(size, groups).astype(np.float32))
        first.append(start)
    return _Side(customers, tuple(tables), tuple(first))


def _buyers(later: LaterLeads, leads: NDArray[np.int64]) -> int:
    """Leads, those of one group once: as many of one size as tell as much, ``(sum m)^2 / sum m^2`` (Kish 1965)."""
    if later.group is None:
        return int(leads.sum())
    alone = later.group < 0
    sizes = np.bincount(later.group[~alone], leads[~alone]) if (~alone).any() else np.zeros(1)
    single, squares = float(leads[alone].sum()), float((sizes**2).sum())
    total = single + float(sizes.sum())
    return round(total**2 / (single + squares)) if total else 0


def _standing(grid: Scored, strata: Sequence[_Stratum], position: int) -> Scored:
    """The leads that the strata stand for, in one grid's cells: what the replicates vary around."""
    counts = {True: np.zeros(len(grid.leads)), False: np.zeros(len(grid.leads))}
    for side in (side for stratum in strata for side in stratum.sides):
        table, first = side.held[position], side.first[position]
        counts[side.customers][first : first + len(table)] += table.sum(axis=1)
    return replace(grid, leads=counts[True] + counts[False], customers=counts[True])


def _really_counted(later: LaterLeads) -> NDArray[np.int64]:
    """Customers really counted behind each row: all of them where the sample kept every customer."""
    room = later.counted - (later.leads > later.customers)
    share = np.divide(later.customers, later.leads, out=np.zeros(len(later.leads)), where=later.leads > 0)
    thinned = np.rint(later.counted * share)
    return np.where(later.customers <= room, np.rint(later.customers), thinned).astype(np.int64)


def _computed(metrics: Sequence[Metric], scored: Scored, capacity: float) -> list[float]:
    return [float(metric.compute(scored.cells, scored.leads, scored.customers, capacity)) for metric in metrics]


def _poisson_table() -> NDArray[np.float32]:
    """Poisson(1) by its inverse distribution function at 65,536 equally spaced chances."""
    chance = (np.arange(65_536) + 0.5) / 65_536
    table: NDArray[np.float32] = np.searchsorted(special.pdtr(np.arange(20), 1.0), chance).astype(np.float32)
    return table


POISSON = _poisson_table()
