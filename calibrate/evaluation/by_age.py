"""Promise and outcome on later leads by their age, and by score within an age: whether a score holds at any age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..counts.tally import Tally
from ..grid.lead_age import AGE
from .backtest import Backtest, LaterLeads


@dataclass(frozen=True)
class AtAge:
    """Later leads of one age: how they closed, what their scores promised, and the same above and below a threshold.

    `promised` is the mean close rate that the scores gave, `above` and `below` the leads that reach the
    marketing-qualified score of their fold's grid and the others; None where no fold has thresholds.
    """

    level: str
    all: Rate
    promised: float
    above: Rate | None
    below: Rate | None

    @property
    def reached(self) -> float | None:
        """Share of the leads that reach the threshold."""
        if self.above is None or not self.all.leads:
            return None
        return self.above.leads / self.all.leads


def rates_by_age(tally: Tally, backtest: Backtest) -> tuple[AtAge, ...]:
    """Later leads age by age; empty where leads were seen at one age only.

    Intervals carry the design effect of all later leads: the rows of one lead are no leads of their own.
    """
    columns = [criterion.column for criterion in tally.criteria]
    later = backtest.later
    if AGE not in columns or not len(later.row):
        return ()
    place = columns.index(AGE)
    code, effect = tally.codes[place][later.row], later.effect()
    limits = [grid.thresholds.marketing_qualified if grid.thresholds else None for grid in backtest.grids]
    reaches = None
    if all(limit is not None for limit in limits):
        reaches = backtest.score >= np.array([limit or 0 for limit in limits])[later.fold]
    rows = []
    for at, level in enumerate(tally.criteria[place].levels):
        mine = code == at
        if level.role != "value" or not mine.any():
            continue
        weight = later.leads[mine]
        rows.append(
            AtAge(
                level.name,
                _rate(later, mine, effect),
                float((backtest.rate[mine] * weight).sum() / weight.sum()),
                None if reaches is None else _rate(later, mine & reaches, effect),
                None if reaches is None else _rate(later, mine & ~reaches, effect),
            )
        )
    return tuple(rows)


def _rate(later: LaterLeads, rows: NDArray[np.bool_], effect: float) -> Rate:
    customers, leads = float(later.customers[rows].sum()), float(later.leads[rows].sum())
    return rate(round(customers), round(leads), effect)
