"""One grid per line of business: fitted on its own leads, shrunk towards the common grid, judged on its later leads.

Leads of other lines count too, but only as much as so many customers: a power prior (Ibrahim and Chen 2000, "Power
prior distributions for regression models"). So a line with few customers has nearly the common grid, one with many its
own. A line's grid is proposed only where it surely ranks that line's later leads better than the common one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import MIN_LEADS
from ..counts.tally import Tally
from ..errors import SettingsError, unknown
from ..grid.grid import Grid
from ..points.plan import Plan, calibrate_prepared, prepare
from .backtest import FEWEST_TO_JUDGE, Backtest, Fold, replay
from .bootstrap import resample
from .metrics import Estimate

BORROWED = 50.0
"""Leads of the other lines count as much as so many customers."""
MOST_LINES = 10
LEVEL = 0.05
"""Chance that any line is split off without reason, shared among the lines that are judged."""


@dataclass(frozen=True)
class Line:
    """One line of business on its later leads: AUC of the common and of its own grid, and their difference.

    `difference` is None where too few later leads can be judged; `proposed` is True where it surely lies above 0.
    """

    name: str
    leads: int
    customers: int
    common: float | None
    own: float | None
    difference: Estimate | None
    proposed: bool
    grid: Grid


def grids_by_line(
    tally: Tally,
    plan: Plan,
    folds: Sequence[Fold],
    column: str,
    *,
    allowed: Collection[str] | None = None,
    min_leads: int = MIN_LEADS,
) -> tuple[Line, ...]:
    """Every line of a column with its own grid, the largest first, at most ten.

    Raises SettingsError where the leads are not counted by this column.
    """
    columns = [criterion.column for criterion in tally.criteria]
    if column not in columns:
        raise SettingsError(f"--by: {unknown('column among the criteria', column, columns)}")
    place = columns.index(column)
    code, levels = tally.codes[place], tally.criteria[place].levels
    counts = tally.marginals[place].sum(axis=0)
    ranked = [at for at in np.argsort(-counts[:, 0], kind="stable") if levels[at].role == "value" and counts[at, 0]]
    (common,) = replay(tally, (plan,), folds, allowed=allowed, min_leads=min_leads)
    pairs = []
    for at in ranked[:MOST_LINES]:
        mine = code == at
        shrunk = tally.weighted(np.where(mine, 1.0, _share(tally, ~mine)))
        (own,) = replay(shrunk, (plan,), folds, allowed=allowed, min_leads=min_leads)
        grid = calibrate_prepared(prepare(shrunk, allowed=allowed, min_leads=min_leads), plan)
        pairs.append((at, mine, own, replace(grid, name=f"{plan.name} {levels[at].name}")))
    judged = sum(_enough(_only(common, mine)) for _, mine, _, _ in pairs)
    return tuple(
        _judged(levels[at].name, _only(common, mine), _only(own, mine), grid, judged) for at, mine, own, grid in pairs
    )


def _share(tally: Tally, others: NDArray[np.bool_]) -> float:
    """What a lead of another line counts."""
    customers = float(tally.customers[others].sum())
    return min(1.0, BORROWED / customers) if customers else 0.0


def _only(backtest: Backtest, mine: NDArray[np.bool_]) -> Backtest:
    """A backtest on the later leads of one line."""
    rows = mine[backtest.later.row]
    return replace(backtest, later=backtest.later.of(rows), score=backtest.score[rows], rate=backtest.rate[rows])


def _enough(backtest: Backtest) -> bool:
    customers = float(backtest.later.customers.sum())
    return min(customers, float(backtest.later.leads.sum()) - customers) >= FEWEST_TO_JUDGE


def _judged(name: str, common: Backtest, own: Backtest, grid: Grid, judged: int) -> Line:
    """A line with its grids compared on the same later leads."""
    later = common.later
    leads, customers = round(float(later.leads.sum())), round(float(later.customers.sum()))
    if not _enough(common):
        return Line(name, leads, customers, None, None, None, False, grid)
    replicates = resample(
        later,
        [("common", common.score, common.rate), ("own", own.score, own.rate)],
        capacity=0.1,
        metrics=("auc",),
    )
    difference = replicates.differences(1, LEVEL / max(judged, 1))["auc"]
    values = [float(value) for value in replicates.value[:, 0]]
    return Line(name, leads, customers, values[0], values[1], difference, difference.low > 0, grid)
