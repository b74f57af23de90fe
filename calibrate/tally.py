"""The tally: leads and customers counted per (cohort, profile). All that any later step sees.

`marginals` are exact counts per criterion; `profiles` (codes, one byte per criterion and row) are exact
within a memory budget and a weighted sample beyond it. `regroup` turns fine levels into coarser ones,
which is all that choosing cut points, pooling rare levels or reading somebody else's grid ever needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .criteria import Criterion, offsets
from .errors import GridError, unknown


@dataclass(frozen=True)
class Tally:
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

    @property
    def overall(self) -> tuple[int, int]:
        """Leads and customers in all."""
        leads, customers = self.totals.sum(axis=0)
        return int(leads), int(customers)

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
            np.take(maps[i], self.codes[position], out=codes[i])
            margin = np.zeros((len(self.cohorts), len(criterion.levels), 2), np.int64)
            for fine, coarse in enumerate(maps[i]):
                margin[:, coarse] += self.marginals[position][:, fine]
            marginals.append(margin)
        return replace(self, criteria=tuple(criteria), marginals=tuple(marginals), codes=codes)

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
        """The leads of some cohorts: a mask of length T. Other cohorts stay, with no leads."""
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
        )

    def without(self, names: Sequence[str]) -> Tally:
        """The same leads without some criteria."""
        kept = [i for i, c in enumerate(self.criteria) if c.name not in names]
        return replace(
            self,
            criteria=tuple(self.criteria[i] for i in kept),
            marginals=tuple(self.marginals[i] for i in kept),
            codes=np.ascontiguousarray(self.codes[kept]),
        )

    def frame(self) -> pd.DataFrame:
        """Exact counts per level as a table: criterion, level, leads, customers."""
        names = [(c.name, level.name) for c in self.criteria for level in c.levels]
        table = pd.DataFrame(names, columns=["criterion", "level"])
        table["leads"], table["customers"] = self.by_level[:, 0], self.by_level[:, 1]
        return table

    def __str__(self) -> str:
        leads, customers = self.overall
        exact = "exact" if self.exact else "a weighted sample"
        return (
            f"{leads:,} leads, {customers:,} customers, {len(self.cohorts)} cohorts, "
            f"{len(self.criteria)} criteria, {self.rows:,} profile rows ({exact})"
        )


def tally_of(
    criteria: Sequence[Criterion],
    codes: NDArray[np.uint8],
    customers: NDArray[np.integer | np.bool_],
    cohort: NDArray[np.integer] | None = None,
    cohorts: Sequence[str] = ("all",),
) -> Tally:
    """A tally from level codes that are already in memory, one column of codes per lead.

    Shapes: codes (criteria, leads), customers (leads,) of 0 and 1, cohort (leads,) positions in `cohorts`.
    """
    leads = codes.shape[1]
    when = np.zeros(leads, np.int32) if cohort is None else cohort.astype(np.int32)
    bought = customers.astype(np.float64)
    size = len(cohorts)
    marginals = []
    for criterion, column in zip(criteria, codes, strict=True):
        levels = len(criterion.levels)
        cell = when * levels + column
        cells = size * levels
        counts = np.stack([np.bincount(cell, minlength=cells), np.bincount(cell, bought, cells)], axis=1)
        marginals.append(counts.reshape(size, levels, 2).astype(np.int64))
    totals = np.stack([np.bincount(when, minlength=size), np.bincount(when, bought, size)], axis=1).astype(np.int64)
    return Tally(
        criteria=tuple(criteria), cohorts=tuple(cohorts), totals=totals, marginals=tuple(marginals),
        codes=np.ascontiguousarray(codes, np.uint8), cohort=when, leads=np.ones(leads),
        customers=bought, counted=np.ones(leads, np.int64),
    )  # fmt: skip


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
