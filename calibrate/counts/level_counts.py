"""Counts per cohort, criterion and level grouped in the engine, for leads that are too many to be handed over.

Every lead has a slot: its cohort, or behind the cohorts its age if it is too young to be judged. A few criteria at a
time are counted by slot, outcome and all their levels at once: what comes back are some thousand counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..engine import sql
from ..engine.numeric_grid import counted_by_column
from ..engine.query import case, one_of, rows, select, worked_out
from ..engine.table import kinds
from ..grid.criteria import Criterion
from ..leads.history import History
from ..leads.terms import CUSTOMER, KEPT, MOMENT, STATUS
from .encoding import code_sql
from .marginals import Marginals
from .young import IMMATURE, Counting

MOST_TOGETHER = 2**8
"""Combinations of levels of the criteria that are counted at once."""


def most_together(dialect: str) -> int:
    """How many combinations of levels come back as counts of their own; Spark takes those that it makes apart again."""
    return 1 if dialect == "spark" else MOST_TOGETHER


def count_in_engine(history: History, counting: Marginals, young: Counting) -> None:
    """Add the counts of all leads to those of the kept and of the young leads, which group their criteria alike."""
    cohorts = len(history.cohorts)
    answer = history.table.fetch(statement_of_levels(history, counting.groups, young))
    place, cell, slot, leads, customers = (
        answer[name].astype(np.int64) for name in ("place", "v", "slot", "n", "customer")
    )
    counting.counted = True
    for i, cells in enumerate(counting.cells):
        of_cohort = (place == i) & (slot < cohorts)
        _add(cells, slot[of_cohort], cell[of_cohort], leads[of_cohort], customers[of_cohort])
        if young.marginals is not None:
            of_age = (place == i) & (slot >= cohorts)
            ages = young.marginals.cells[i]
            _add(ages, slot[of_age] - cohorts, cell[of_age], leads[of_age], customers[of_age])


def _add(
    cells: NDArray[np.int64],
    slot: NDArray[np.int64],
    cell: NDArray[np.int64],
    leads: NDArray[np.int64],
    customers: NDArray[np.int64],
) -> None:
    """Add counts of leads, and of the customers among them, to those of a slot and a cell: (slots, lost or won, …)."""
    size = cells[0, 0].size
    for won, counts in enumerate((leads - customers, customers)):
        np.add.at(cells.reshape(-1), (slot * 2 + won) * size + cell, counts)


def statement_of_levels(history: History, groups: Sequence[Sequence[int]], young: Counting) -> str:
    """Statement for ``place`` of a group, ``v`` (its levels as one number), ``slot``, leads ``n`` and ``customer``."""
    types = kinds(history.table)
    cells = {"slot": _slot(history, young), "customer": CUSTOMER}
    for i, group in enumerate(groups):
        cells[f"g{i}"] = _together([history.criteria[c] for c in group], types)
    status = one_of(STATUS, (KEPT, IMMATURE)) if young.marginals is not None else f"{STATUS} = {KEPT}"
    coded = select(cells, rows(history.leads, "leads"), where=status)
    names = [f"g{i}" for i in range(len(groups))]
    sizes = [math.prod(len(history.criteria[c].levels) for c in group) for group in groups]
    source = rows(worked_out(coded) if history.table.dialect == "postgres" else coded, "coded")
    by = {"slot": len(history.cohorts)}
    return counted_by_column(names, source, history.table.dialect, by, sizes, added="customer")


def _together(criteria: Sequence[Criterion], types: dict[str, str]) -> str:
    """Levels of several criteria as one number."""
    codes = [code_sql(criterion, types[criterion.column]) for criterion in criteria]
    return sql.combined(codes, [len(criterion.levels) for criterion in criteria]).sql("duckdb")


def _slot(history: History, young: Counting) -> str:
    """Cohort of a kept lead; of a young one its class of age behind the cohorts."""
    cohorts = len(history.cohorts)
    if history.ends is None:
        return f"{MOMENT} * {cohorts} // {max(history.read, 1)}"
    cohort = sql.steps(sql.identifier(MOMENT), [int(end) + 1 for end in history.ends[:-1]], range(cohorts)).sql(
        "duckdb"
    )
    if young.marginals is None:
        return cohort
    age = f"({young.last} - {MOMENT}) // {young.width}"
    age = case((f"{age} < 0", 0), (f"{age} > {young.ages - 1}", young.ages - 1), otherwise=age)
    return case((f"{STATUS} = {IMMATURE}", f"{cohorts} + {age}"), otherwise=cohort)
