"""Frontier: grids of every size on the same later leads, and the one that is proposed."""

from dataclasses import replace

import numpy as np
import pytest
from later_case import some_grid
from weights_case import simulated

from calibrate.counts.tally import tally_of
from calibrate.evaluation.backtest import Backtest, Fold, LaterLeads
from calibrate.evaluation.grid_sizes import (
    ALIKE,
    USEFUL,
    Frontier,
    contest_of,
    frontier,
    judge_frontier,
    own_auc,
    plans_along,
    slim,
)
from calibrate.points.plan import Plan, calibrate, calibrate_prepared, prepare
from calibrate.points.score_table import row_scores
from calibrate.weights.path import SIZES

METHODS = ("lift", "cautious", "evidence", "logistic", "sparse")


@pytest.fixture(scope="module")
def curve() -> Frontier:
    tally = simulated(6_000)[0]
    month = np.arange(tally.rows) * 12 // tally.rows
    dated = tally_of(tally.criteria, tally.codes, tally.customers.astype(int), month, [f"m{m}" for m in range(12)])
    return frontier(dated, METHODS)


def test_every_method_has_its_best_grid_of_each_size_and_one_is_proposed(curve):
    for method in METHODS:
        sizes = [point.size for point in curve.points if point.method == method]
        assert sizes[-1] is None and sizes[:-1] == sorted(sizes[:-1]) and set(sizes[:-1]) <= set(SIZES)
    assert all(point.size is None or point.lines <= point.size for point in curve.points)
    assert sum(point.proposed for point in curve.points) == 1


def test_it_shows_itself_in_one_line_and_as_a_table(curve):
    assert curve.proposed is not None
    assert repr(curve) == (
        f"<Frontier: {len(curve.points)} grids by {len(METHODS)} methods; "
        f"proposed: {curve.proposed.name}, {curve.proposed.lines} lines>"
    )
    assert "<table" in curve._repr_html_() and curve.points[0].name in curve._repr_html_()
    assert repr(Frontier(())) == "<Frontier: 0 grids by 0 methods; none is proposed>"


def expected_behind(curve, point):
    """What a point is expected to lie behind the best: later and own leads, each by its precision, worked once more."""
    best = curve.point(curve.best)
    variance = ((point.behind.high - point.behind.low) / 2 / 1.96) ** 2
    own = best.grid.provenance["auc_rounded"] - point.grid.provenance["auc_rounded"]
    if not variance:
        return 0.0
    later, other = 1 / variance, 1 / (0.43 * variance + 0.01**2)
    return (later * point.behind.value + other * own) / (later + other)


def test_the_proposed_grid_is_the_shortest_that_is_neither_surely_worse_nor_expected_to_be(curve):
    best = curve.point(curve.best)
    assert best.behind.value == 0 and best.metrics["auc"].value == max(p.metrics["auc"].value for p in curve.points)
    least = min(expected_behind(curve, point) for point in curve.points)
    for point in curve.points:
        error = (point.behind.high - point.behind.low) / 2 / 1.96
        if point.lines < curve.proposed.lines:
            surely = point.behind.value - curve.flattery > min(error, USEFUL) - 1e-9
            assert surely or expected_behind(curve, point) > least + ALIKE - 1e-9
    assert expected_behind(curve, curve.proposed) <= least + ALIKE + 1e-9
    assert curve.proposed.behind.value - curve.flattery <= USEFUL
    assert curve.shorter().lines <= curve.proposed.lines * 2 / 3 < curve.proposed.lines < curve.longer().lines


def test_by_pencil_the_shortest_of_three():
    """Two grids rank alike, one ranks worse: the shorter of the two is proposed, whatever its place in the list."""
    rng = np.random.default_rng(1)
    signal = rng.normal(0, 1, 6000)
    bought = (rng.random(6000) < 1 / (1 + np.exp(2.5 - signal))).astype(float)
    none = np.zeros(1, np.bool_)
    fold = Fold((), ("later",), 6000, int(bought.sum()), none, none)
    later = LaterLeads((fold,), np.arange(6000), np.zeros(6000, np.intp), np.ones(6000), bought,
                       np.ones(6000, np.int64), "6000")  # fmt: skip
    base = np.round(signal * 5).astype(int)
    scores = {
        "long": base,
        "short": base,
        "shorter": np.round((signal + rng.normal(0, 2, len(signal))) * 5).astype(int),
    }
    grids = {name: some_grid(name, lines) for name, lines in (("long", 30), ("short", 8), ("shorter", 3))}
    tests = [Backtest(name, "lift", False, later, (grids[name],), score, 1 / (1 + np.exp(2.5 - score / 6)))
             for name, score in scores.items()]  # fmt: skip
    plans = [Plan(name, "lift") for name in scores]
    judged = judge_frontier(tests, plans, grids, capacity=0.2)
    assert judged.proposed.name == "short" and judged.shorter().name == "shorter" and judged.longer().name == "long"
    used = judge_frontier([replace(test, fixed=True) for test in tests], plans, grids, capacity=0.2)
    assert used.points == () and used.current.name == "long"


def test_by_pencil_what_own_leads_tell_decides_where_later_leads_are_few():
    """Later leads cannot tell .70 from .694 (standard error .03); own leads say .017: .013 in all lies beyond .003."""
    draws = np.array([[0.71, 0.69], [0.674, 0.714]])
    value, own = np.array([0.70, 0.694]), np.array([0.75, 0.733])
    everyone = np.ones(2, np.bool_)
    assert contest_of(value, draws, everyone).alike.tolist() == [True, True]
    assert contest_of(value, draws, everyone, own=own).alike.tolist() == [True, False]
    assert contest_of(value, draws, everyone, own=own - [0.017, 0.0]).alike.tolist() == [True, True]
    unknown = contest_of(value, draws, everyone, own=np.array([0.75, np.nan]))
    assert unknown.alike.tolist() == [True, True], "a grid whose own leads are unknown is judged on later ones alone"


def test_by_pencil_a_best_one_by_luck_gives_way_to_the_one_that_is_expected_to_be_best():
    """.705 against .70 with a standard error of .03 says little; own leads put the other one .03 ahead."""
    draws = np.array([[0.72, 0.69], [0.685, 0.715]])
    contest = contest_of(np.array([0.705, 0.70]), draws, np.ones(2, np.bool_), own=np.array([0.72, 0.75]))
    assert contest.best == 0 and contest.alike.tolist() == [False, True]


def test_a_point_is_the_grid_of_its_plan_and_slim_grids_score_alike():
    tally = simulated(3_000)[0]
    prepared = prepare(tally)
    plans = [Plan("logistic", "logistic"), Plan("evidence", "evidence")]
    grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
    for plan in plans_along(plans, grids):
        grid = calibrate_prepared(prepared, plan)
        assert grid.points == calibrate(tally, plan).points, "whatever was made before it"
        assert grid.lines <= plan.size and grid.thresholds is not None
        assert (row_scores(tally, slim(grid)) == row_scores(tally, grid)).all()
        assert all(any(points) for points in slim(grid).points)


def test_a_grid_file_may_say_anything_of_its_own_auc() -> None:
    grids = [replace(some_grid("g", 3), provenance={"auc_rounded": auc}) for auc in (0.8, 1, "high", None)]
    assert own_auc(grids).tolist()[:2] == [0.8, 1.0] and np.isnan(own_auc(grids)[2:]).all()
    assert not len(own_auc([]))
