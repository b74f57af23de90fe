"""`sparse`: its search against enumeration, its demands, and what it makes of counted leads."""

import sys
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import beta, expit
from weights_case import counted, number, several, simulated, tallies, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of, tally_of
from calibrate.errors import SettingsError
from calibrate.grid.grid import Pin
from calibrate.points.build import build
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS, Constraints
from calibrate.weights.constraints import resolve
from calibrate.weights.search.bound import bound
from calibrate.weights.search.find import refined, search
from calibrate.weights.search.fits import counted as per_score
from calibrate.weights.search.fits import fit_lines, fit_scores
from calibrate.weights.search.lines import Budget, allowed, plain, room
from calibrate.weights.search.rounding import by_chance, surest
from calibrate.weights.search.views import source_of
from calibrate.weights.sparse import alternatives, room_left, sparse
from calibrate.weights.sparse_lines import joined, offered

EXAMPLES = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def drawn(lines=7, rows=400, seed=1, share=0.4, numbers=False):
    """Columns (lines, rows) and outcomes of a noisy card."""
    random = np.random.default_rng(seed)
    columns = (random.random((lines, rows)) < share).astype(np.int8)
    if numbers:
        columns = columns * random.integers(1, 4, columns.shape).astype(np.int8)
    truth = np.resize([2.0, -1.0, 0.0, 1.0, 0.5, -2.0], lines)
    odds = truth @ columns - 0.5
    return columns, (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def loss_of(scores, outcome, leads=1.0):
    """Best loss over a >= 0 and b, by a general optimiser."""
    s = np.asarray(scores, float) / max(np.abs(scores).max(), 1)

    def loss(x):
        z = x[0] * s + x[1]
        share = 1 / (1 + np.exp(-z))
        total = (leads * np.logaddexp(0, z) - outcome * z).sum()
        return total, np.array([((leads * share - outcome) * s).sum(), (leads * share - outcome).sum()])

    return minimize(loss, [0.5, 0.0], jac=True, bounds=[(0, None), (None, None)], options={"ftol": 1e-15}).fun


# ------------------------------------------------------------------------------------------------ the pieces


def test_fits_of_scores_are_those_of_a_general_optimiser():
    columns, outcome = drawn()
    scores = np.random.default_rng(5).integers(-5, 6, (6, len(columns))) @ columns.astype(int)
    whole = fit_scores(*per_score(scores, np.ones(len(outcome)), outcome))
    rows = fit_scores(scores.astype(float), np.ones(len(outcome)), outcome)
    assert whole.loss == pytest.approx(rows.loss, abs=1e-7)
    assert whole.loss == pytest.approx([loss_of(s, outcome) for s in scores], rel=1e-7)
    assert (whole.scale >= 0).all()


def test_scores_that_tell_leads_apart_have_loss_zero():
    fits = fit_scores(np.array([[0.0, 1.0, 2.0]]), np.array([50.0, 40.0, 9.0]), np.array([0.0, 40.0, 9.0]))
    assert fits.loss[0] < 1e-3 and np.isfinite(fits.scale[0])


def test_real_weights_are_those_of_a_general_optimiser():
    columns, outcome = drawn(lines=3)
    design = np.concatenate([np.ones((1, len(outcome))), columns])

    def loss(x):
        return np.logaddexp(0, x @ design).sum() - outcome @ (x @ design)

    weights, losses = fit_lines(design[None], np.ones((1, len(outcome))), outcome[None], np.zeros((1, 4)))
    best = minimize(loss, np.zeros(4), options={"gtol": 1e-8})
    assert losses[0] == pytest.approx(best.fun, rel=1e-8) and weights[0] == pytest.approx(best.x, abs=1e-4)


def test_a_table_says_of_every_line_what_its_rows_say():
    columns, outcome = drawn(lines=5)
    lines = plain(columns, np.full(len(outcome), 2.0), outcome, 3)
    view = source_of(lines).view((3, 1))
    leads, customers = view.table
    for j, (a, b) in product(range(5), [(0, 0), (0, 1), (1, 0), (1, 1)]):
        cell = (view.design[1] == a) & (view.design[2] == b)
        rows = (columns[3] == a) & (columns[1] == b) & (columns[j] == 1)
        assert leads[j, cell].sum() == 2 * rows.sum() and customers[j, cell].sum() == outcome[rows].sum()


# ------------------------------------------------------------------------------------------------ the search


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_search_finds_what_enumeration_finds(numbers, seed):
    columns, outcome = drawn(lines=6, rows=300, seed=seed, numbers=numbers)
    leads = np.ones(len(outcome))
    found = search(plain(columns, leads, outcome, 3), Budget(3, 6)).best
    cards = []
    for support in combinations(range(6), 3):
        points = np.zeros((7**3, 6), int)
        points[:, support] = list(product(range(-3, 4), repeat=3))
        cards.append(fit_scores(*per_score(points @ columns.astype(int), leads, outcome)).loss.min())
    assert found.loss == pytest.approx(min(cards), rel=1e-9)
    assert found.loss == pytest.approx(loss_of(found.points @ columns.astype(int), outcome), rel=1e-7)


def test_order_and_grouping_of_rows_change_nothing():
    columns, outcome = drawn(lines=6, rows=900)
    once = search(plain(columns, np.ones(900), outcome, 5), Budget(4, 6)).best
    shuffled = np.random.default_rng(3).permutation(900)
    again = search(plain(columns[:, shuffled], np.ones(900), outcome[shuffled], 5), Budget(4, 6)).best
    kinds, place = np.unique(columns, axis=1, return_inverse=True)
    leads, customers = np.bincount(place.ravel()), np.bincount(place.ravel(), outcome)
    merged = search(plain(kinds, leads.astype(float), customers, 5), Budget(4, 6)).best
    assert once.points.tolist() == again.points.tolist() == merged.points.tolist()


def test_weights_count_like_rows():
    columns, outcome = drawn(lines=5, rows=500)
    twice = search(plain(columns, np.full(500, 3.0), 3 * outcome, 5), Budget(3, 5)).best
    once = search(plain(columns, np.ones(500), outcome, 5), Budget(3, 5)).best
    assert twice.points.tolist() == once.points.tolist() and twice.loss == pytest.approx(3 * once.loss)


def test_fractions_of_leads_are_exact_too():
    columns, outcome = drawn(lines=5, rows=500)
    found = search(plain(columns, np.full(500, 0.25), 0.25 * outcome, 5), Budget(3, 5)).best
    assert found.loss == pytest.approx(0.25 * loss_of(found.points @ columns.astype(int), outcome), rel=1e-6)


def test_leads_told_apart_end_the_search():
    columns, _ = drawn(lines=8, rows=400)
    outcome = ((columns[0] + columns[3]) > 0).astype(float)
    found = search(plain(columns, np.ones(400), outcome, 5), Budget(4, 8))
    assert found.best.loss < 1e-2 and np.isfinite([found.best.scale, found.best.intercept]).all()


@EXAMPLES
@given(seed=st.integers(0, 10**6), most=st.integers(1, 4), cap=st.integers(1, 6))
def test_demands_hold(seed, most, cap):
    columns, outcome = drawn(lines=8, rows=200, seed=seed)
    random = np.random.default_rng(seed)
    lines = plain(columns, np.ones(200), outcome, cap)
    lowest, highest = lines.lowest.copy(), lines.highest.copy()
    lowest[0], highest[1] = 0, 0
    lowest[2] = highest[2] = pin = int(random.integers(1, 9))
    clash = np.zeros((8, 8), bool)
    clash[3, 4] = clash[4, 3] = clash[5, 6] = clash[6, 5] = True
    wanted = replace(lines, lowest=lowest, highest=highest, clash=clash)
    found = search(wanted, Budget(most, 8))
    for card in found.pool:
        points = card.points
        assert points[2] == pin and points[0] >= 0 and points[1] <= 0
        assert np.abs(np.delete(points, 2)).max() <= cap and np.count_nonzero(points) <= most
        assert not (points[3] and points[4]) and not (points[5] and points[6])
        assert allowed(wanted, Budget(most, 8), points[None])[0]


def test_room_says_what_a_line_may_have_next():
    columns, outcome = drawn(lines=4, rows=50)
    lines = plain(columns, np.ones(50), outcome, 5)
    low, high = room(lines, Budget(2, 4), np.array([3, 0, -1, 0]))
    assert low.tolist() == [-5, 0, -5, 0] and high.tolist() == [5, 0, 5, 0]
    low, high = room(lines, Budget(4, 1), np.array([3, 0, 0, 0]))
    assert high.tolist() == [5, 0, 0, 0]


def test_a_line_more_must_be_worth_it():
    columns, outcome = drawn(lines=8, rows=600)
    free = search(plain(columns, np.ones(600), outcome, 5), Budget(8, 8)).best
    paid = search(plain(columns, np.ones(600), outcome, 5), Budget(8, 8, worth=4.0)).best
    lines = [np.count_nonzero(card.points) for card in (free, paid)]
    assert lines[1] < lines[0] and paid.loss - free.loss < 4.0 * (lines[0] - lines[1])
    for j in np.flatnonzero(paid.points):
        without = np.where(np.arange(8) == j, 0, paid.points) @ columns.astype(int)
        assert loss_of(without, outcome) > paid.loss + 4.0


def test_the_pool_is_near_and_in_order():
    columns, outcome = drawn(lines=8, rows=600)
    pool = search(plain(columns, np.ones(600), outcome, 5), Budget(4, 8)).pool
    losses = [card.loss for card in pool]
    assert losses == sorted(losses) and losses[-1] <= losses[0] * 1.01 and len(pool) > 3
    assert len({card.points.tobytes() for card in pool}) == len(pool)
    assert all(np.gcd.reduce(card.points) == 1 for card in pool)


def test_a_climb_on_all_rows_mends_a_card_of_few():
    columns, outcome = drawn(lines=8, rows=4000)
    lines = plain(columns, np.ones(4000), outcome, 5)
    few = plain(columns[:, :200], np.ones(200), outcome[:200], 5)
    mended = refined(lines, Budget(4, 8), search(few, Budget(4, 8)).pool[:3]).best
    assert mended.loss == pytest.approx(search(lines, Budget(4, 8)).best.loss, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bound_is_a_bound_and_closes(seed):
    columns, outcome = drawn(lines=7, rows=500, seed=seed)
    lines = plain(columns, np.ones(500), outcome, 5)
    best = search(lines, Budget(3, 7)).best.loss
    supports = []
    for support in combinations(range(7), 3):
        design = np.concatenate([np.ones((1, 500)), columns[list(support)]])
        supports.append(fit_lines(design[None], np.ones((1, 500)), outcome[None], np.zeros((1, 4)))[1][0])
    lows = [bound(lines, 3, best, fits) for fits in (1, 5, 500)]
    assert lows[0].loss <= lows[1].loss <= lows[2].loss <= min(supports) + 1e-6 and lows[2].closed
    assert lows[2].loss == pytest.approx(min(supports), rel=1e-4) and 0 <= lows[2].left < 0.02


def test_what_meaningless_lines_gain_by_chance():
    squares = np.sort(np.random.default_rng(3).standard_normal((4000, 40)) ** 2)
    for lines in (5, 20, 40):
        assert by_chance(lines, 40) == pytest.approx(squares[:, -lines:].sum(axis=1).mean(), rel=0.05)
    assert by_chance(0, 40) == 0.0


@pytest.mark.parametrize("held", [400, 9000])
def test_a_card_is_as_sure_as_its_leads_have_earned(held):
    odds, leads = np.array([-30.0, 0.0, 30.0]), np.array([held / 4, 1000.0, 3 * held / 4])
    earned = surest(odds, leads, np.array([0.0, 300.0, 3 * held / 4]))
    against = beta(0.5, held + 0.5) / beta(0.5, 0.5)  # how likely no exception is where their share is unknown
    assert expit(-earned) == pytest.approx(against / (1 + against) * 0.5 / (held + 1), rel=0.05)
    for bought in ([1.0, 300.0, 3 * held / 4], [0.0, 300.0, 3 * held / 4 - 1]):  # one exception, at either end
        assert surest(odds, leads, np.array(bought)) == pytest.approx(np.log(2 * leads.sum()))
    assert surest(odds / 30, leads, np.array([0.0, 300.0, held])) == pytest.approx(np.log(2 * leads.sum()))


def test_close_rates_expected_of_a_card_hold_on_fresh_leads_better_than_its_own_line():
    def losses(seed):
        columns, outcome = drawn(lines=24, rows=1200, seed=seed)
        card = search(plain(columns[:, :200], np.ones(200), outcome[:200], 5), Budget(6, 24)).best
        scores, fresh = np.split(card.points @ columns.astype(int), [200])
        shares = card.expected(fresh, scores, np.ones(200), outcome[:200]), expit(card.scale * fresh + card.intercept)
        return [-np.log(np.where(outcome[200:] > 0, share, 1 - share)).mean() for share in shares]

    ours, lines = np.mean([losses(seed) for seed in range(12)], axis=0)
    assert ours < lines - 0.003


# ------------------------------------------------------------------------------------------------ on criteria


def points_of(weights):
    return np.rint(weights.values * weights.scale).astype(int)


def made(tally, constraints=None, **scale):
    wanted = constraints or Constraints()
    weights = sparse(tally, estimate(tally), wanted)
    return weights, build(weights, tally, name="sparse", constraints=wanted, **scale)


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
    few = build(sparse(tally, rates, wanted), tally, name="few", constraints=wanted)
    cut = build(METHODS["logistic"](tally, rates, wanted), tally, name="cut", constraints=wanted)
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


def test_ordered_texts_join_too():
    size = text("size", ["S", "M", "L"])
    ordered = type(size)(size.name, size.column, "text", "fit", size.levels, ordered=True)
    (one,) = joined([ordered], np.array([0, 2, 2, 0, 0]), np.zeros(5, bool))
    assert [(level.name, level.values) for level in one.levels[:2]] == [("S", ("S",)), ("M / L", ("M", "L"))]
    (kept,) = joined([ordered], np.array([0, 2, 2, 0, 0]), np.array([0, 1, 0, 0, 0], bool))
    assert kept == ordered


def test_runs_that_would_need_more_lines_clash():
    visits = number("visits", [1, 2, 4])
    tally = counted(visits, [(100, 5), (100, 10), (100, 20), (100, 30)])
    limits = resolve(Constraints(), tally.criteria)
    offer = offered(tally.criteria, estimate(tally), limits, np.array([0, 0, 0, 0, 1, 1], bool))
    runs = [tuple(int(i) for i in np.flatnonzero(row)) for row in offer.gives]
    assert len(runs) == 10
    crossing, inside = runs.index((0, 1, 2)), runs.index((1,))
    assert offer.clash[crossing, runs.index((1, 2, 3))] and offer.clash[crossing, inside]
    assert not offer.clash[crossing, runs.index((0, 1))] and not offer.clash[crossing, runs.index((3,))]


def test_only_so_many_criteria():
    tally, _ = simulated(8_000)
    for name, each in METHODS.items():
        wanted = Constraints(max_criteria=2)
        grid = build(each(tally, estimate(tally), wanted), tally, name=name, constraints=wanted)
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
    monkeypatch.setattr(sys.modules["calibrate.weights.sparse"], "SEARCH_ROWS", 2_000)
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
    weights = sparse(tally, estimate(tally), Constraints(max_lines=2, cap=8))
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
    found = sparse(few, estimate(few, min_leads=10), Constraints(max_lines=2, cap=8)).frame()
    line = found.set_index(["criterion", "level"]).loc[("student", "yes")]
    assert line["weight"] < 0 < line["high"] and 0.85 < line["sign_kept"] < 0.95


def test_thinned_leads_widen_the_intervals():
    tally, _ = simulated(6_000)
    thinned = replace(tally, exact=False, leads=tally.leads * 5, customers=tally.customers * 5)
    for wanted in (Constraints(max_lines=5), Constraints(max_criteria=3)):
        width = []
        for each in (tally, thinned):
            weights = sparse(each, estimate(tally), wanted)
            demo = next(i for i, v in enumerate(weights.frame()["criterion"]) if v == "demo")
            width.append((weights.high - weights.low)[demo])
        assert width[1] == pytest.approx(width[0], rel=0.1)


@EXAMPLES
@given(tally=tallies(), most=st.integers(1, 5))
def test_alternatives_are_grids_of_the_same_demands(tally, most):
    wanted, rates = Constraints(max_lines=most, cap=6), estimate(tally, min_leads=10)
    for weights in alternatives(tally, rates, wanted, most=4):
        grid = build(weights, tally, name="one", constraints=wanted)
        assert grid.lines <= most and np.abs(grid.flat).max() <= 6
        assert weights.scale is None or grid.flat.tolist() == points_of(weights).tolist()


def test_room_left_is_told():
    tally, _ = simulated()
    rates = estimate(tally)
    for wanted in (Constraints(max_lines=3), Constraints(max_lines=8)):
        made = sparse(tally, rates, wanted)
        told = room_left(tally, rates, wanted, made.criteria, made.values, fits=100)
        assert 0 <= told.left < 0.1 and told.loss <= told.best and told.criteria == min(wanted.max_lines, 5)
        worse = room_left(tally, rates, wanted, made.criteria, made.values * (made.values > 0), fits=100)
        assert worse.loss == told.loss and worse.left > told.left
    assert told.left < 0.01


def test_histories_that_say_nothing_give_no_points():
    tally, _ = simulated(500)
    silent = tally_of(tally.criteria, tally.codes, np.zeros(500, int))
    weights = sparse(silent, estimate(silent), Constraints())
    assert not weights.values.any() and weights.scale is None and "no line" in weights.notes[-1]


def test_the_same_leads_give_the_same_bits():
    tally, _ = simulated()
    one, again = (sparse(tally, estimate(tally), Constraints()) for _ in range(2))
    assert one.values.tobytes() == again.values.tobytes() and one.criteria == again.criteria
    assert METHODS["sparse"] is sparse
