"""What the limits of a system cost: the grid that it can hold beside the one without, on the same later leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..grid.grid import Grid
from ..grid.limits import Limits
from ..points.plan import Plan
from .backtest import Backtest
from .grid_sizes import Frontier, Point, judge_frontier
from .metrics import Estimate


@dataclass(frozen=True)
class LimitsCost:
    """The grid that a system holds, the one it is compared with, and the AUC that the other has more.

    `cost` has the interval of the paired difference; below 0 where the limits did no harm.
    """

    target: str
    limits: Limits
    held: Point
    free: Point
    cost: Estimate

    @property
    def used(self) -> int:
        """Conditions that the grid takes in the system."""
        return self.limits.used(self.held.grid)


def cost_of_limits(
    plans: Sequence[Plan],
    backtests: Sequence[Backtest],
    grids: Mapping[str, Grid],
    frontier: Frontier,
    *,
    capacity: float,
) -> LimitsCost | None:
    """Judge the grid within limits beside the one that the frontier proposes; None where none is asked for."""
    plan = next((plan for plan in plans if plan.limits is not None), None)
    free = frontier.proposed or frontier.point(frontier.best or "")
    if plan is None or plan.limits is None or free is None:
        return None
    by_name = {backtest.name: backtest for backtest in backtests}
    pair = [by_name[free.name], by_name[plan.name]]
    both = judge_frontier(pair, plans, grids, capacity=capacity, sizes={free.name: free.size})
    held, rival = both.point(plan.name), both.point(free.name)
    if held is None or rival is None or held.behind is None or rival.behind is None:
        return None
    behind = rival.behind
    ahead = Estimate(-behind.value, -behind.high, -behind.low)
    return LimitsCost(plan.name, plan.limits, held, rival, held.behind if both.best != plan.name else ahead)
