"""Rates: by pencil, as properties, and whether the intervals hold simulated truth."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calibrate.counts.rates import (
    benjamini_hochberg,
    estimate,
    lift_interval,
    p_values,
    prior_strength,
    rate,
    wilson,
)
from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level


def criterion(name: str, levels: int) -> Criterion:
    values = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(levels))
    return Criterion(name, name, "text", "fit", (*values, Level("missing", "missing"), Level("other", "other")))


def test_the_recipe_by_pencil() -> None:
    # 10,000 leads, 100 customers (1 %); demo: 100 leads, 20 customers (20 %): lift 20
    codes = np.zeros((1, 10_000), np.uint8)
    codes[0, :100] = 1
    customers = np.zeros(10_000, int)
    customers[:20] = 1
    customers[100:180] = 1
    table = estimate(tally_of([criterion("demo", 2)], codes, customers))
    assert (table.overall.customers, table.overall.leads, table.overall.value) == (100, 10_000, 0.01)
    assert table.leads.tolist() == [9_900, 100, 0, 0]
    assert table.customers.tolist() == [80, 20, 0, 0]
    np.testing.assert_allclose(table.lift[1], 20.0)
    assert table.distinct.tolist() == [True, True, False, False]
    assert table.thin.tolist() == [False, False, True, True]


def test_no_leads_and_no_customers_stay_finite() -> None:
    table = estimate(tally_of([criterion("a", 2)], np.zeros((1, 50), np.uint8), np.zeros(50, int)))
    for name in ("rate", "low", "high", "shrunk", "lift", "p_value", "q_value"):
        assert np.isfinite(getattr(table, name)).all(), name
    assert str(rate(0, 0)) == "0.0% (0/0, 0.0%-100.0%)"


def test_a_level_without_customers_has_lift_zero_and_a_finite_upper_bound() -> None:
    lift, low, high = lift_interval(np.array([0]), np.array([40]), 30, 1000)
    assert lift[0] == 0
    assert low[0] == 0
    assert 0 < high[0] < 1 / 0.03


def test_shrinkage_lies_between_the_level_and_the_whole() -> None:
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 5, (1, 3000)).astype(np.uint8)
    customers = rng.random(3000) < np.array([0.02, 0.05, 0.1, 0.2, 0.05])[codes[0]]
    table = estimate(tally_of([criterion("a", 5)], codes, customers))
    used = table.leads > 0
    between = (table.shrunk - table.rate) * (table.overall.value - table.shrunk)
    assert (between[used] >= -1e-12).all()
    assert table.prior_leads[0] < 1000


def test_levels_that_agree_get_a_strong_prior_and_levels_that_differ_a_weak_one() -> None:
    agree = prior_strength(np.array([50, 51, 49, 50]), np.array([1000] * 4), 0.05)
    differ = prior_strength(np.array([10, 200, 400, 50]), np.array([1000] * 4), 0.165)
    assert agree > 10_000
    assert differ < 50


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=8))
def test_intervals_hold_their_rate_and_stay_in_range(pairs: list[tuple[int, int]]) -> None:
    k = np.array([min(pair) for pair in pairs])
    n = np.array([max(pair) for pair in pairs])
    low, high = wilson(k, n)
    share = np.divide(k, n, out=np.zeros(len(k)), where=n > 0)
    assert ((low >= 0) & (low <= share + 1e-12) & (share <= high + 1e-12) & (high <= 1)).all()
    p = p_values(k, n, int(k.sum()), int(n.sum()))
    assert ((p >= 0) & (p <= 1)).all()
    q = benjamini_hochberg(p, n > 0)
    assert (q >= p - 1e-12).all()


def test_wilson_and_lift_intervals_hold_the_truth() -> None:
    """Over 2,000 simulated levels, 95 % intervals hold the true rate and the true lift in 93 to 97 %."""
    rng = np.random.default_rng(20261122)
    held_rate = held_lift = 0
    true = np.array([0.02, 0.05, 0.15, 0.05])
    size = np.array([2000, 4000, 400, 1600])
    overall = float((true * size).sum() / size.sum())
    for _ in range(500):
        k = rng.binomial(size, true)
        low, high = wilson(k, size)
        held_rate += int(((low <= true) & (true <= high)).sum())
        _, low, high = lift_interval(k, size, int(k.sum()), int(size.sum()))
        held_lift += int(((low <= true / overall) & (true / overall <= high)).sum())
    assert 0.93 <= held_rate / 2000 <= 0.97
    assert 0.93 <= held_lift / 2000 <= 0.97


def test_false_alarms_stay_below_the_stated_share() -> None:
    """With no signal at all, a history shows some distinct level in at most 5 % of 400 simulations."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(400):
        codes = rng.integers(0, 6, (5, 1500)).astype(np.uint8)
        table = estimate(tally_of([criterion(str(i), 6) for i in range(5)], codes, rng.random(1500) < 0.05))
        alarms += bool(table.distinct.any())
    assert alarms / 400 <= 0.05
