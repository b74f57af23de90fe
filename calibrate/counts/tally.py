"""The tally: leads and customers counted per (cohort, profile). All that any later step sees.

`marginals` are exact counts per criterion; `profiles` (codes, one byte per criterion and row) are exact
within a memory budget and a weighted sample beyond it. `regroup` turns fine levels into coarser ones,
which is all that choosing cut points, pooling rare levels or reading somebody else's grid ever needs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import GridError, unknown
from ..grid.criteria import Criterion, offsets
from ..shown import Shown
from .closings import Sales, Undecided
from .design_effect import Grouped, Pairs, among, group_codes, grouped, pairs_of
from .young import Young


@dataclass(frozen=True, repr=False)
class Tally(Shown):
    """Counts of a history, in the order of its criteria and cohorts.

    ========== ============================ =======================================================
    field      shape                        meaning
    ========== ============================ =======================================================
    criteria   C criteria                   with all their levels, also those no lead has
    cohorts    T labels                     in time order, the oldest first
    totals     (T, 2) int64                 leads and customers per cohort, exact
    marginals  C arrays (T, levels, 2)      leads and customers per cohort and level, exact
    codes      (C, R) uint8                 level of each criterion, per profile row
    cohort     (R,) int32                   cohort of the row
    leads      (R,) float64                 leads the row stands for (weighted, if not exact)
    customers  (R,) float64                 customers among them
    counted    (R,) int64                   leads really counted behind the row: its sample size
    exact      bool                         False: leads beyond the budget were thinned by a hash
    ends       (T,) int64                   last day of each cohort (days since 1970), or empty
    group      (R,) int32                   group of the row, which is then one lead; -1: its leads stand
                                            alone; None: all do. No name or id is behind the number
    young      Young                        leads too young to be judged, per age and level, or None
    sales      Sales                        when each customer closed, or None where that is not known
    undecided  Undecided                    leads too young to be judged, one by one, or None
    window     int                          days until a lead can be judged; None without dates
    as_of      date                         day on which the history was read, if it has one
    aside      columns                      suspects that were set aside, with their evidence
    ========== ============================ =======================================================
    """

    criteria: tuple[Criterion, ...]
    cohorts: tuple[str, ...]
    totals: NDArray[np.int64]
    marginals: tuple[NDArray[np.int64], ...]
    codes: NDArray[np.uint8]
    cohort: NDArray[np.int32]
    leads: NDArray[np.float64]
    customers: NDArray[np.float64]
    counted: NDArray[np.int64]
    exact: bool = True
    ends: NDArray[np.int64] | None = None
    group: NDArray[np.int32] | None = None
    young: Young | None = None
    sales: Sales | None = None
    undecided: Undecided | None = None
    window: int | None = None
    as_of: date | None = None
    aside: tuple[Any, ...] = ()

    @property
    def overall(self) -> tuple[int, int]:
        """Leads and customers in all."""
        leads, customers = self.totals.sum(axis=0)
        return int(leads), int(customers)

    @property
    def months(self) -> float | None:
        """Cohorts with leads, for figures per month; None without dates."""
        return float((self.totals[:, 0] > 0).sum()) if self.ends is not None else None

    @property
    def rows(self) -> int:
        """Number of profile rows."""
        return int(self.codes.shape[1])

    @cached_property
    def by_level(self) -> NDArray[np.int64]:
        """Leads and customers per level over all cohorts and criteria: (levels, 2)."""
        if not self.marginals:
            return np.zeros((0, 2), np.int64)
        return np.concatenate([margin.sum(axis=0) for margin in self.marginals])

    @cached_property
    def grouped(self) -> Grouped | None:
        """The rows of groups of two and more leads, and what their outcomes have in common."""
        return grouped(self)

    @cached_property
    def pairs(self) -> Pairs | None:
        """Coupled pairs of every level, criterion after criterion (`design_effect`); None where leads stand alone."""
        groups = self.grouped
        if groups is None:
            return None
        parts = [pairs_of(groups, codes, len(c.levels)) for c, codes in zip(self.criteria, self.codes, strict=True)]
        within, shared = (np.concatenate([np.zeros(0), *(part[i] for part in parts)]) for i in (0, 1))
        return Pairs(within, shared, float(groups.company.sum()))

    def effect(self, mine: NDArray[np.bool_] | None = None) -> float:
        """Design effect of the close rate of all leads, or of some rows: variance against independent leads."""
        groups = self.grouped
        if groups is None:
            return 1.0
        rows = np.ones(self.rows, np.bool_) if mine is None else mine
        leads = float(self.leads[rows].sum())
        return max(1.0, 1 + among(groups, rows) / leads) if leads else 1.0

    def position(self, name: str) -> int:
        """Position of a criterion by name."""
        names = [c.name for c in self.criteria]
        if name not in names:
            raise GridError(unknown("criterion", name, names))
        return names.index(name)

    def regroup(self, criteria: Sequence[Criterion]) -> Tally:
        """The same leads counted on other criteria over the same columns, each coarser than ours."""
        positions, maps = [], []
        for criterion in criteria:
            position = self.finer(criterion)
            positions.append(position)
            maps.append(criterion.placed(self.criteria[position]))
        codes = np.empty((len(criteria), self.rows), np.uint8)
        marginals = []
        for i, (position, criterion) in enumerate(zip(positions, criteria, strict=True)):
            if np.array_equal(maps[i], np.arange(len(maps[i]))):
                codes[i] = self.codes[position]
            else:
                np.take(maps[i], self.codes[position], out=codes[i])
            margin = np.zeros((len(self.cohorts), len(criterion.levels), 2), np.int64)
            for fine, coarse in enumerate(maps[i]):
                margin[:, coarse] += self.marginals[position][:, fine]
            marginals.append(margin)
        sizes = [len(criterion.levels) for criterion in criteria]
        young = self.young and self.young.regrouped(positions, maps, sizes)
        return replace(
            self,
            criteria=tuple(criteria),
            marginals=tuple(marginals),
            codes=codes,
            young=young,
            sales=self.sales and self.sales.regrouped(positions, maps),
            undecided=self.undecided and self.undecided.regrouped(positions, maps),
        )

    def finer(self, criterion: Criterion) -> int:
        """Position of our criterion that the given one can be made from."""
        for position, fine in enumerate(self.criteria):
            if fine.column == criterion.column and (fine.kind == criterion.kind or criterion.kind == "presence"):
                missing_cuts = set(criterion.cuts) - set(fine.cuts)
                if criterion.kind == "number" and missing_cuts:
                    raise GridError(
                        f"criterion '{criterion.name}' cuts '{criterion.column}' at {sorted(missing_cuts)}, where "
                        "these leads were not counted apart; pass the grid when the history is observed"
                    )
                return position
        raise GridError(unknown("counted column", criterion.column, [c.column for c in self.criteria]))

    def only(self, cohorts: NDArray[np.bool_]) -> Tally:
        """The leads of some cohorts: a mask of length T. Other cohorts stay, with no leads; undecided leads do not."""
        keep = cohorts[self.cohort]
        return replace(
            self,
            totals=np.where(cohorts[:, None], self.totals, 0),
            marginals=tuple(np.where(cohorts[:, None, None], margin, 0) for margin in self.marginals),
            codes=np.ascontiguousarray(self.codes[:, keep]),
            cohort=self.cohort[keep],
            leads=self.leads[keep],
            customers=self.customers[keep],
            counted=self.counted[keep],
            group=None if self.group is None else self.group[keep],
            sales=self.sales and self.sales.of(cohorts[self.sales.cohort]),
            undecided=None,
        )

    def less(self, rows: NDArray[np.bool_]) -> Tally:
        """Without some rows: a mask of length R. Exact counts lose what these rows stand for, rounded."""
        if not rows.any():
            return self
        counts = self.leads[rows], self.customers[rows]
        lost, lost_margins = tables_of(self.criteria, self.codes[:, rows], self.cohort[rows], len(self.cohorts), counts)
        stays = ~rows
        return replace(
            self,
            totals=np.maximum(self.totals - lost, 0),
            marginals=tuple(np.maximum(m - gone, 0) for m, gone in zip(self.marginals, lost_margins, strict=True)),
            codes=np.ascontiguousarray(self.codes[:, stays]),
            cohort=self.cohort[stays],
            leads=self.leads[stays],
            customers=self.customers[stays],
            counted=self.counted[stays],
            group=None if self.group is None else self.group[stays],
        )

    def weighted(self, factor: NDArray[np.float64]) -> Tally:
        """Each row standing for `factor` times its leads; counts per level are those of the rows, rounded.

        >>> half = tally_of((), np.zeros((0, 4), np.uint8), np.array([1, 0, 1, 0])).weighted(np.array([0.5, 0.5, 1, 1]))
        >>> half.leads.tolist(), half.totals.tolist()
        ([0.5, 0.5, 1.0, 1.0], [[3, 2]])
        """
        leads, customers = counts = self.leads * factor, self.customers * factor
        totals, marginals = tables_of(self.criteria, self.codes, self.cohort, len(self.cohorts), counts)
        return replace(self, leads=leads, customers=customers, totals=totals, marginals=marginals, exact=False)

    def rows_where(self, keep: NDArray[np.bool_], factor: NDArray[np.float64]) -> Tally:
        """Some rows, each standing for `factor` times its leads; exact counts stay those of all rows."""
        return replace(
            self,
            codes=np.ascontiguousarray(self.codes[:, keep]),
            cohort=self.cohort[keep],
            leads=self.leads[keep] * factor[keep],
            customers=self.customers[keep] * factor[keep],
            counted=self.counted[keep],
            exact=False,
            group=None if self.group is None else self.group[keep],
        )

    def without(self, names: Collection[str]) -> Tally:
        """The same leads without some criteria."""
        positions = [i for i, c in enumerate(self.criteria) if c.name not in names]
        if len(positions) == len(self.criteria):
            return self
        return replace(
            self,
            criteria=tuple(self.criteria[i] for i in positions),
            marginals=tuple(self.marginals[i] for i in positions),
            codes=np.ascontiguousarray(self.codes[positions]),
            young=self.young and self.young.of(positions),
            sales=self.sales and self.sales.regrouped(positions),
            undecided=self.undecided and self.undecided.regrouped(positions),
        )

    def frame(self) -> pd.DataFrame:
        """Exact counts per level as a table: criterion, level, leads, customers."""
        names = [(c.name, level.name) for c in self.criteria for level in c.levels]
        table = pd.DataFrame(names, columns=["criterion", "level"])
        table["leads"], table["customers"] = self.by_level[:, 0], self.by_level[:, 1]
        return table

    def rates(self, **options: int) -> Any:
        """Close rates of every level with counts and intervals: see `binning.shown_rates`."""
        from .binning import shown_rates

        return shown_rates(self, **options)

    @property
    def headline(self) -> str:
        """Leads, customers, criteria, and the columns that were set aside."""
        columns = ", ".join(str(suspect.column) for suspect in self.aside)
        return str(self) + (f"; set aside: {columns}" if columns else "")

    def __str__(self) -> str:
        leads, customers = self.overall
        exact = "exact" if self.exact else "a weighted sample"
        return (
            f"{leads:,} leads, {customers:,} customers, {len(self.cohorts)} cohorts, "
            f"{len(self.criteria)} criteria, {self.rows:,} profile rows ({exact})"
        )


def merged(tally: Tally) -> Tally:
    """The same tally with one row per cohort and profile, where profiles are few enough to recur."""
    size = len(tally.cohorts)
    for criterion in tally.criteria:
        size *= len(criterion.levels)
        if size > 8 * max(tally.rows, 1):
            return tally
    key = tally.cohort.astype(np.int64)
    for criterion, codes in zip(tally.criteria, tally.codes, strict=True):
        key = key * len(criterion.levels) + codes
    if tally.group is not None:  # a lead of a group keeps its row
        key = np.where(tally.group < 0, key, size + np.arange(tally.rows))
    _, first, row = np.unique(key, return_index=True, return_inverse=True)
    sums = {
        name: np.bincount(row, getattr(tally, name), len(first)).astype(float)
        for name in ("leads", "customers", "counted")
    }
    return replace(
        tally,
        codes=np.ascontiguousarray(tally.codes[:, first]),
        cohort=tally.cohort[first],
        leads=sums["leads"],
        customers=sums["customers"],
        counted=sums["counted"].astype(np.int64),
        group=None if tally.group is None else tally.group[first],
    )


def tally_of(
    criteria: Sequence[Criterion],
    codes: NDArray[np.uint8],
    customers: NDArray[np.integer | np.bool_],
    cohort: NDArray[np.integer] | None = None,
    cohorts: Sequence[str] = ("all",),
    group: NDArray[np.integer] | None = None,
) -> Tally:
    """A tally from level codes that are already in memory, one column of codes per lead.

    Shapes: codes (criteria, leads), customers (leads,) of 0 and 1, cohort (leads,) positions in `cohorts`, group
    (leads,) a number per group, -1 for a lead that stands alone.
    """
    leads = codes.shape[1]
    when = np.zeros(leads, np.int32) if cohort is None else cohort.astype(np.int32)
    bought = customers.astype(np.float64)
    totals, marginals = tables_of(criteria, codes, when, len(cohorts), (np.ones(leads), bought))
    return Tally(
        criteria=tuple(criteria),
        cohorts=tuple(cohorts),
        totals=totals,
        marginals=marginals,
        codes=np.ascontiguousarray(codes, np.uint8),
        cohort=when,
        leads=np.ones(leads),
        customers=bought,
        counted=np.ones(leads, np.int64),
        group=None if group is None else group_codes(group),
    )


def tables_of(
    criteria: Sequence[Criterion],
    codes: NDArray[np.uint8],
    cohort: NDArray[np.integer],
    cohorts: int,
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
    """Leads and customers per cohort, (T, 2), and per cohort and level of each criterion, (T, levels, 2), rounded.

    `codes` (criteria, R) and `cohort` (R,) say where each row stands; `counts` are its leads and its customers: (R,).
    """

    def table(cell: NDArray[np.integer], *shape: int) -> NDArray[np.int64]:
        sums = np.stack([np.bincount(cell, column, math.prod(shape)) for column in counts], axis=1)
        return np.rint(sums).astype(np.int64).reshape(*shape, 2)

    sizes = [len(criterion.levels) for criterion in criteria]
    marginals = (
        table(cohort * np.int64(size) + column, cohorts, size) for size, column in zip(sizes, codes, strict=True)
    )
    return table(cohort, cohorts), tuple(marginals)


def flat_codes(tally: Tally) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Each criterion's first position in an array over all levels, with its column of codes."""
    starts = offsets(tally.criteria)
    for i in range(len(tally.criteria)):
        yield int(starts[i]), tally.codes[i]


def scores_of(tally: Tally, values: NDArray[np.floating | np.integer]) -> NDArray[np.float64]:
    """Sum, for each profile row, of one value per level: (levels,) -> (rows,)."""
    total = np.zeros(tally.rows)
    for i, (start, codes) in enumerate(flat_codes(tally)):
        total += np.take(values[start : start + len(tally.criteria[i].levels)].astype(np.float64), codes)
    return total
