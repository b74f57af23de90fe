"""Exact counts per cohort, criterion and level, added up as leads come in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..engine.numeric_grid import together
from ..grid.criteria import Criterion


class Marginals:
    """Exact counts per cohort, criterion and level, added piece by piece; several criteria are counted at once.

    `most` bounds the combinations of levels that are counted together; `counted`: the engine has counted all leads.
    """

    def __init__(self, criteria: Sequence[Criterion], cohorts: int, most: int | None = None) -> None:
        self.sizes = [len(c.levels) for c in criteria]
        self.cohorts = cohorts
        self.counted = False
        self.groups = together(self.sizes, MOST_CELLS // (2 * cohorts) if most is None else most)
        self.cells = [np.zeros((cohorts, 2, *(self.sizes[i] for i in group)), np.int64) for group in self.groups]

    def add(self, codes: NDArray[np.uint8], cohort: NDArray[np.int32], customer: NDArray[np.bool_]) -> None:
        """Count some more leads."""
        base = cohort.astype(np.int64) * 2 + customer
        for group, cells in zip(self.groups, self.cells, strict=True):
            cell = base.astype(np.min_scalar_type(cells.size - 1))  # two bytes as a rule: the fewer, the faster
            for i in group:
                cell *= cell.dtype.type(self.sizes[i])
                cell += codes[i]
            cells += np.bincount(cell, minlength=cells.size).reshape(cells.shape)

    def tables(self) -> tuple[NDArray[np.int64], ...]:
        """Leads and customers per cohort and level: one array (cohorts, levels, 2) per criterion."""
        tables: dict[int, NDArray[np.int64]] = {}
        for group, cells in zip(self.groups, self.cells, strict=True):
            for axis, i in enumerate(group, start=2):
                lost, customers = cells.sum(axis=tuple(set(range(2, cells.ndim)) - {axis})).transpose(1, 0, 2)
                tables[i] = np.stack([lost + customers, customers], axis=2)
        return tuple(tables[i] for i in range(len(self.sizes)))


MOST_CELLS = 2**16
"""Cells of one table of counts: it stays in the processor's cache, and two bytes tell the cells apart."""
