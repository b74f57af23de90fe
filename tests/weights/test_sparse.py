"""`sparse`: its demands, and what it makes of counted leads."""

from dataclasses import replace

import numpy as np
import pytest
from cards_case import loss_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weights_case import number, several, simulated, tallies, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of, tally_of
from calibrate.errors import SettingsError
from calibrate.grid.grid import Pin
from calibrate.points.build import build_grid
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS, Constraints
from calibrate.weights import sparse as sparse_module
from calibrate.weights.profile_algebra import rows_of
from calibrate.weights.sparse import alternatives, room_left, sparse_weights

EXAMPLES = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def points_of(weights):
    return np.rint(weights.values * weights.scale).astype(int)


def made(tally, constraints=None, **scale):
    wanted = constraints or Constraints()
    weights = sparse_weights(tally, estimate(tally), wanted)
    return weights, build_grid(weights, tally, name="sparse", constraints=wanted, **scale)


def test_weights_are_whole_points_on_few_lines():
    tally, _ = simulated()
    weights, grid = made(tally, Constraints(max_lines=6, cap=5))
    assert weights.values * weights.scale == pytest.approx(points_of(weights))
    assert grid.flat.tolist() == points_of(weights).tolist() and grid.lines <= 6 and np.abs(grid.flat).max() <= 5
    odds = scores_of(tally.regroup(grid.criteria), weights.values) + weights.intercept
    assert tally.leads @ (1 / (1 + np.exp(-odds))) == pytest.approx(tally.customers.sum(), rel=1e-6)
    assert ((weights.low < weights.high) == (points_of(weights) != 0)).all()


def test_fewer_lines_lose_little_against_all_of_logistic():
    tally, _ = simulated(20_000)
    wanted, rates = Constraints(max_lines=8), estimate(tally)
    few = build_grid(sparse_weights(tally, rates, wanted), tally, name="few", constraints=wanted)
    cut = build_grid(METHODS["logistic"](tally, rates, wanted), tally, name="cut", constraints=wanted)
    losses = [loss_of(row_scores(tally, grid), tally.customers, tally.leads) for grid in (few, cut)]
    full = METHODS["logistic"](tally, rates, Constraints())
    assert losses[0] <= losses[1]
    assert losses[0] < loss_of(scores_of(tally, full.values) + 50, tally.customers, tally.leads) * 1.01


def test_levels_side_by_side_are_one_line():
    random = np.random.default_rng(2)
    visits = number("visits", [1, 2, 4, 8, 16])
    codes = random.integers(0, 6, 6000).astype(np.uint8)
    bought = (random.random(6000) < np.where(codes >= 3, 0.3, 0.05)).astype(int)
    tally = tally_of((visits,), codes[None], bought)
    weights, grid = made(tally, Constraints(max_lines=1))
    named = dict(zip([level.name for level in weights.criteria[0].levels], grid.points[0], strict=True))
    assert grid.lines == 1 and (named.get("4+") == 1 or named.get("<4") == -1)


def test_answers_of_one_question_are_one_line():
    """Two of six sectors close at 30 %, the others at 5 %: one line says both, whatever stands between them."""
    random = np.random.default_rng(3)
    sector = text("sector", list("abcdef"))
    codes = random.integers(0, 6, 6000).astype(np.uint8)
    bought = (random.random(6000) < np.where(np.isin(codes, [1, 4]), 0.3, 0.05)).astype(int)
    weights, grid = made(tally_of((sector,), codes[None], bought), Constraints(max_lines=1))
    named = dict(zip([level.name for level in weights.criteria[0].levels], grid.points[0], strict=True))
    assert grid.lines == 1 and (named.get("b / e") == 1 or named.get("a / c / d / f") == -1)


def test_customers_are_aimed_at_half_counted_and_half_expected():
    tally, _ = simulated(2_000)
    joint = METHODS["logistic"](tally, estimate(tally), Constraints())
    odds = scores_of(tally, joint.values) + joint.intercept
    aim = sparse_module.aimed(rows_of(tally), joint).customers
    assert aim == pytest.approx((tally.customers + tally.leads / (1 + np.exp(-odds))) / 2)
    assert aim.sum() == pytest.approx(tally.customers.sum(), rel=1e-6)


def test_few_lines_of_few_customers_tell_on_fresh_leads():
    """Six histories of about 60 customers: aimed at the counts alone, as many lines foretell fresh leads worse."""
    fresh, _ = simulated(30_000, seed=100)
    losses = []
    for half in (sparse_module.HALF, 1.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sparse_module, "HALF", half)
            losses.append([_on_fresh(simulated(800, seed=seed)[0], fresh) for seed in range(6)])
    assert np.mean(losses[0]) < np.mean(losses[1])


def _on_fresh(tally, fresh):
    weights = sparse_weights(tally, estimate(tally), Constraints(max_lines=6))
    return loss_of(scores_of(fresh.regroup(weights.criteria), points_of(weights)), fresh.customers, fresh.leads)


def test_only_so_many_criteria():
    tally, _ = simulated(8_000)
    for name, each in METHODS.items():
        wanted = Constraints(max_criteria=2)
        grid = build_grid(each(tally, estimate(tally), wanted), tally, name=name, constraints=wanted)
        assert 1 <= sum(any(points) for points in grid.points) <= 2, name
    with pytest.raises(SettingsError, match="limit of 1 criteria"):
        Constraints(max_criteria=1, pins=(Pin("demo", "yes", 5), Pin("size", "1-9", -3)))


def test_ten_criteria_are_not_ten_thresholds():
    tally, _ = simulated(20_000)
    _, grid = made(tally, Constraints(max_criteria=4))
    assert sum(any(points) for points in grid.points) == 4 and grid.lines > 8
    full = METHODS["logistic"](tally, estimate(tally), Constraints())
    kept = [c.name for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)]
    bounds = np.cumsum([0, *(len(c.levels) for c in tally.criteria)])
    values = full.values.copy()
    for criterion, a, b in zip(tally.criteria, bounds, bounds[1:], strict=False):
        if criterion.name not in kept:
            values[a:b] = 0
    logistic = loss_of(scores_of(tally, values) + 50, tally.customers, tally.leads)
    assert loss_of(row_scores(tally, grid) + 50, tally.customers, tally.leads) < logistic * 1.003


def test_pins_and_signs_in_a_wide_grid():
    tally, _ = simulated(8_000)
    wanted = Constraints(max_criteria=4, cap=8, pins=(Pin("demo", "yes", 7),), never_positive=("size",),
                         ordered=("visits rising",))  # fmt: skip
    _, grid = made(tally, wanted)
    points = {c.name: dict(zip([v.name for v in c.levels], p, strict=True))
              for c, p in zip(grid.criteria, grid.points, strict=True)}  # fmt: skip
    assert points["demo"]["yes"] == 7 and max(points["size"].values()) <= 0
    visits = next(p for c, p in zip(grid.criteria, grid.points, strict=True) if c.name == "visits")[:-2]
    assert list(visits) == sorted(visits) and np.abs(grid.flat).max() <= 8


def test_many_lines_are_a_limit_too():
    tally, _ = simulated(8_000)
    free = text("country", [f"c{i}" for i in range(30)])
    random = np.random.default_rng(4)
    codes = np.concatenate([tally.codes, random.integers(0, 30, (1, tally.rows)).astype(np.uint8)])
    wider = tally_of((*tally.criteria, free), codes, tally.customers.astype(int))
    _, grid = made(wider, Constraints(max_lines=24))
    assert 12 < grid.lines <= 24


def test_a_sample_ends_on_all_rows(monkeypatch):
    tally, _ = simulated(12_000)
    whole, _ = made(tally, Constraints(max_lines=6))
    wide, _ = made(tally, Constraints(max_criteria=3))
    monkeypatch.setattr(sparse_module, "SEARCH_ROWS", 2_000)
    for full, wanted in ((whole, Constraints(max_lines=6)), (wide, Constraints(max_criteria=3))):
        part, _ = made(tally, wanted)
        scores = [scores_of(tally.regroup(w.criteria), points_of(w).astype(float)) for w in (full, part)]
        losses = [loss_of(each, tally.customers, tally.leads) for each in scores]
        assert losses[1] == pytest.approx(losses[0], rel=2e-3)


def test_points_against_a_close_rate_need_clear_evidence():
    """Two criteria that say nearly the same: the weaker one must not turn on a whim."""
    random = np.random.default_rng(8)
    taste = random.standard_normal(3000)
    codes = np.stack(
        [(taste + 0.3 * random.standard_normal(3000) < 0.5), (taste + 0.3 * random.standard_normal(3000) < 0.5)]
    )
    bought = (random.random(3000) < 1 / (1 + np.exp(2 - taste))).astype(int)
    tally = tally_of((yes_no("demo"), yes_no("trial")), codes.astype(np.uint8), bought)
    for most in (1, 2):
        weights, grid = made(tally, Constraints(max_lines=most))
        assert (grid.flat >= 0).all() or (weights.sign_kept[grid.flat < 0] >= 0.95).all()


def test_a_level_without_customers_has_the_interval_of_its_counts():
    parts = [(yes_no("student", "fit"), [(200, 0), (2000, 200)]), (yes_no("demo"), [(550, 120), (1650, 80)])]
    tally = several(parts)
    weights = sparse_weights(tally, estimate(tally), Constraints(max_lines=2, cap=8))
    line = weights.frame().set_index(["criterion", "level"]).loc[("student", "yes")]
    scale = 1 / weights.scale
    assert -8 * scale == pytest.approx(line["low"]) and line["low"] <= line["weight"] < line["high"] < 0

    # Clopper-Pearson: 0 of 200 is at most 1.83 %, where leads of these demo requests would close at p with no line
    students = tally.codes[0] == 0
    rest = scores_of(tally, weights.values)[students] + weights.intercept - line["weight"]
    assert line["high"] == pytest.approx(np.log(1 / (1 - 0.025 ** (1 / 200)) - 1) * -1 - np.log(0.11 / 0.89), abs=0.35)
    odds = np.exp(rest + line["high"])
    assert np.prod((1 + odds) ** -tally.leads[students]) == pytest.approx(0.025)
    assert line["sign_kept"] == pytest.approx(1 - np.prod((1 + np.exp(rest)) ** -tally.leads[students]))
    assert line["sign_kept"] > 0.999

    few = several([(parts[0][0], [(20, 0), (2180, 200)]), parts[1]])  # 20 leads might well have none
    found = sparse_weights(few, estimate(few, min_leads=10), Constraints(max_lines=2, cap=8)).frame()
    line = found.set_index(["criterion", "level"]).loc[("student", "yes")]
    assert line["weight"] < 0 < line["high"] and 0.85 < line["sign_kept"] < 0.95


def test_thinned_leads_widen_the_intervals():
    tally, _ = simulated(6_000)
    thinned = replace(tally, exact=False, leads=tally.leads * 5, customers=tally.customers * 5)
    for wanted in (Constraints(max_lines=5), Constraints(max_criteria=3)):
        width = []
        for each in (tally, thinned):
            weights = sparse_weights(each, estimate(tally), wanted)
            demo = next(i for i, v in enumerate(weights.frame()["criterion"]) if v == "demo")
            width.append((weights.high - weights.low)[demo])
        assert width[1] == pytest.approx(width[0], rel=0.1)


@EXAMPLES
@given(tally=tallies(), most=st.integers(1, 5))
def test_alternatives_are_grids_of_the_same_demands(tally, most):
    wanted, rates = Constraints(max_lines=most, cap=6), estimate(tally, min_leads=10)
    for weights in alternatives(tally, rates, wanted, most=4):
        grid = build_grid(weights, tally, name="one", constraints=wanted)
        assert grid.lines <= most and np.abs(grid.flat).max() <= 6
        assert weights.scale is None or grid.flat.tolist() == points_of(weights).tolist()


def test_room_left_is_told():
    tally, _ = simulated()
    rates = estimate(tally)
    for wanted in (Constraints(max_lines=3), Constraints(max_lines=8)):
        made = sparse_weights(tally, rates, wanted)
        told = room_left(tally, rates, wanted, made.criteria, made.values, fits=100)
        assert 0 <= told.left < 0.1 and told.loss <= told.best and told.criteria == min(wanted.max_lines, 5)
        worse = room_left(tally, rates, wanted, made.criteria, made.values * (made.values > 0), fits=100)
        assert worse.loss == told.loss and worse.left > told.left
    assert told.left < 0.01


def test_histories_that_say_nothing_give_no_points():
    tally, _ = simulated(500)
    silent = tally_of(tally.criteria, tally.codes, np.zeros(500, int))
    weights = sparse_weights(silent, estimate(silent), Constraints())
    assert not weights.values.any() and weights.scale is None and weights.notes[-1].kind == "nothing_worth"


def test_the_same_leads_give_the_same_bits():
    tally, _ = simulated()
    one, again = (sparse_weights(tally, estimate(tally), Constraints()) for _ in range(2))
    assert one.values.tobytes() == again.values.tobytes() and one.criteria == again.criteria
    assert METHODS["sparse"] is sparse_weights
