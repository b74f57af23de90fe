"""A grid for leads of any age beside the one that was counted at one: made on landmarks, judged on later open leads.

Both come from the same earlier leads. The one is made from what they had done by each of several ages and knows how old
they are, the other from the youngest age alone and does not. What is compared is the log-loss of open leads that are
older than that; the rows of one lead are no leads of their own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..counts.intervals import Z95
from ..counts.rates import MIN_LEADS
from ..counts.tally import Tally
from ..grid.grid import Grid, Thresholds
from ..grid.lead_age import AGE
from ..grid.moved import at_pivot, moved_bands
from ..points.plan import Plan, calibrate_prepared, prepare
from ..points.recency import Recency
from ..points.score_table import row_scores
from .backtest import Backtest, Fold, folds, replay, with_thresholds
from .by_age import AtAge, rates_by_age
from .metrics import Estimate

Floats = NDArray[np.float64]

STEPS = 3
"""Folds in which it is judged."""
SUFFIX = "-any-age"


@dataclass(frozen=True)
class AnyAge:
    """The grid for any age, how it holds at each, and what it saves.

    `before` is what the grid of the youngest age had promised on average at each of these ages, `gain` the log-loss
    saved on older leads with its 95 % interval; the grid is proposed where that surely lies above 0.
    """

    grid: Grid
    rows: tuple[AtAge, ...]
    before: tuple[float, ...]
    gain: Estimate
    leads: int

    @property
    def proposed(self) -> bool:
        """Whether it surely says more of older leads."""
        return self.gain.low > 0


def grid_of_any_age(
    tally: Tally, plan: Plan, like: Grid, *, allowed: Collection[str] | None = None, min_leads: int = MIN_LEADS
) -> AnyAge | None:
    """The plan carried out on leads at their ages (`leads.landmarks`), and judged; None where nobody can judge it.

    `like` is the grid of the youngest age: a score qualifies a lead where it promises what that grid's thresholds do,
    and earlier leads are forgotten as fast as there.
    """
    age = tally.codes[[criterion.column for criterion in tally.criteria].index(AGE)]
    names = [criterion.name for criterion in tally.criteria if allowed is None or criterion.name in allowed]
    names = [*dict.fromkeys([*names, *(c.name for c in tally.criteria if c.column == AGE)])]
    steps = folds(tally, close_days=tally.window, at_most=STEPS)
    if not steps or not like.thresholds:
        return None
    recency = replace(Recency.of(like), undecided=False)
    young = tally.less(age != age.min())
    (ages,) = replay(tally, (plan,), steps, allowed=names, min_leads=min_leads, recency=recency)
    plain = [name for name in names if tally.criteria[tally.position(name)].column != AGE]
    (at_first,) = replay(young, (plan,), steps, allowed=plain, min_leads=min_leads, recency=recency)
    if plan.size is not None:
        at_first = with_thresholds(at_first, young, plan)
    promised = _on_all_ages(tally, at_first, steps)
    alike = [qualifying_as(grid, first) for grid, first in zip(ages.grids, at_first.grids, strict=True)]
    judged = replace(ages, grids=tuple(alike))
    older = age[ages.later.row] > age.min()
    rows = rates_by_age(tally, judged)
    weight = ages.later.leads
    before = tuple(
        float(promised[mine] @ weight[mine] / weight[mine].sum())
        for mine in (age[ages.later.row] == at for at in np.unique(age[ages.later.row]))
    )
    grid = calibrate_prepared(prepare(tally, allowed=names, min_leads=min_leads, recency=recency), plan)
    grid = replace(qualifying_as(grid, like), name=f"{like.name}{SUFFIX}")
    grid = grid if plan.policy.kind == "pivot" else at_pivot(grid)
    return AnyAge(grid, rows, before, _gain(ages, promised, older), round(float(weight[older].sum())))


def qualifying_as(grid: Grid, like: Grid) -> Grid:
    """The grid with the thresholds at which it promises what another one does at its own.

    A promise that no score reaches leaves the threshold above the highest one.
    """
    limits, curve = like.thresholds, like.curve
    if limits is None or curve is None or grid.curve is None:
        return grid
    asked = curve.at(np.array([limits.marketing_qualified, limits.sales_qualified]))
    scores = np.arange(grid.minimum, grid.maximum + 1)
    rates = grid.curve.at(scores)
    marketing, sales = (
        int(scores[rates >= rate][0]) if (rates >= rate).any() else grid.maximum + 1 for rate in asked.tolist()
    )
    moved = Thresholds(marketing, max(sales, marketing), limits.fit_minimum, limits.engagement_minimum)
    bands = moved_bands(grid.bands, grid.thresholds, moved, grid.minimum) if grid.thresholds else grid.bands
    return replace(grid, thresholds=moved, bands=bands)


def _on_all_ages(tally: Tally, at_first: Backtest, steps: tuple[Fold, ...]) -> Floats:
    """What the grids of the youngest age promise of the later leads at every age: (rows,)."""
    rates = []
    for grid, step in zip(at_first.grids, steps, strict=True):
        assert grid.curve is not None
        rates.append(grid.curve.at(row_scores(tally.only(step.judged), grid)))
    return np.concatenate(rates)


def _gain(ages: Backtest, promised: Floats, older: NDArray[np.bool_]) -> Estimate:
    """Log-loss saved per lead on the older rows, lead by lead; the interval takes the rows of a group as one."""
    later = ages.later
    share = later.customers / later.leads
    loss = [
        -(share * np.log(chance) + (1 - share) * np.log1p(-chance))
        for chance in (np.clip(rate, 1e-9, 1 - 1e-9) for rate in (promised, ages.rate))
    ]
    saved = ((loss[0] - loss[1]) * later.leads)[older]
    total = float(later.leads[older].sum())
    if not total:
        return Estimate(0.0, 0.0, 0.0)
    value = float(saved.sum()) / total
    away = saved - value * later.leads[older]
    alone = np.ones(len(away), np.bool_)
    squares = 0.0
    if later.group is not None:
        group = later.group[older]
        alone = group < 0
        squares = float((np.bincount(group[~alone], away[~alone]) ** 2).sum()) if (~alone).any() else 0.0
    error = float(np.sqrt(squares + (away[alone] ** 2).sum())) / total
    return Estimate(value, value - Z95 * error, value + Z95 * error)
