"""What limits cost: the difference of the two AUCs on the same later leads, with its sign the right way round."""

from __future__ import annotations

from dataclasses import replace

import pytest
from points.test_within_limits import history

from calibrate.evaluation.backtest import folds, replay
from calibrate.evaluation.grid_sizes import judge_frontier
from calibrate.evaluation.limits_cost import cost_of_limits
from calibrate.grid.limits import TARGETS
from calibrate.points.plan import Plan, calibrate_prepared, prepare


def test_the_cost_is_the_difference_on_later_leads() -> None:
    tally = history(1, (1.8, 0.3, -1.1, 0.7))
    plans = (Plan("logistic", "logistic"), Plan("pipedrive", "logistic", limits=TARGETS["pipedrive"]))
    prepared = prepare(tally)
    grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
    backtests = replay(tally, plans, folds(tally))
    free = judge_frontier(backtests[:1], plans, grids, capacity=0.2)
    cost = cost_of_limits(plans, backtests, grids, free, capacity=0.2)
    assert cost is not None and cost.target == "pipedrive" and cost.used <= 10
    difference = cost.free.metrics["auc"].value - cost.held.metrics["auc"].value
    assert cost.cost.value == pytest.approx(difference) and cost.cost.low <= difference <= cost.cost.high
    swapped = cost_of_limits(
        (plans[1], replace(plans[0], limits=TARGETS["hubspot"])), backtests, grids, replace(free), capacity=0.2
    )
    assert swapped is not None
    assert cost_of_limits(plans, backtests, grids, replace(free, points=(), best=None), capacity=0.2) is None


def test_nothing_is_asked_without_a_target() -> None:
    tally = history(2, (1.0, 0.5))
    plans = (Plan("logistic", "logistic"),)
    grids = {"logistic": calibrate_prepared(prepare(tally), plans[0])}
    backtests = replay(tally, plans, folds(tally))
    frontier = judge_frontier(backtests, plans, grids, capacity=0.2)
    assert cost_of_limits(plans, backtests, grids, frontier, capacity=0.2) is None
