"""`lift`, `cautious` and `evidence`: one criterion, counts by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weights_case import counted, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.weights import METHODS, Constraints
from calibrate.weights.lift import recipe

COUNTS = [(1_000, 60), (2_000, 40), (500, 0), (40, 4), (6_460, 96)]  # 10,000 leads, 200 customers: 2 %


@pytest.fixture(scope="module")
def tally():
    return counted(text("s", "abcde"), COUNTS)


def weigh(tally, method, **wanted):
    return METHODS[method](tally, estimate(tally), Constraints(**wanted))


def test_lift_by_pencil(tally):
    """6 % is 3 times 2 %; 2 % is 1; none is -20; 10 % is 5; 1.486 % is 1 / -0.743."""
    assert weigh(tally, "lift").values == pytest.approx([3, 1, -20, 5, -2 / (9_600 / 6_460), 0, 0])
    assert weigh(tally, "lift", cap=2).values == pytest.approx([3, 1, -2, 5, -1.345833, 0, 0], abs=1e-6)


def test_cautious_by_the_beta_posterior(tally):
    rates = estimate(tally)
    values = weigh(tally, "cautious").values
    assert values[0] == pytest.approx(rates.shrunk_low[0] / 0.02) and 1 < values[0] < 3
    assert values[1] == 0, "closes at the global rate"
    assert values[2] == pytest.approx(-1 / (rates.shrunk_high[2] / 0.02)) and -20 < values[2] < -1
    assert abs(values[3]) < 5, "4 of 40 does not shout"


def test_evidence_by_pencil(tally):
    rates = estimate(tally)
    expected = np.log(rates.shrunk / (1 - rates.shrunk)) - np.log(0.02 / 0.98)
    weights = weigh(tally, "evidence")
    assert weights.values[[0, 2, 3, 4]] == pytest.approx(expected[[0, 2, 3, 4]])
    assert weights.values[1] == pytest.approx(0, abs=1e-12)
    assert weights.intercept == pytest.approx(np.log(0.02 / 0.98))


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_intervals_hold_their_weight_and_signs_are_likelier_kept_than_not(tally, method):
    weights = weigh(tally, method)
    held = weights.values != 0
    assert (weights.low <= weights.values + 1e-9)[held].all() and (weights.values <= weights.high + 1e-9)[held].all()
    assert (weights.sign_kept >= 0.5)[held].all()
    assert weights.sign_kept[2] > 0.99


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_signs_and_order_on_demand(tally, method):
    assert (weigh(tally, method, never_negative=("s",)).values >= 0).all()
    rising = weigh(tally, method, ordered=("s rising",)).values[:5]
    assert (np.diff(rising) >= -1e-12).all()


def test_absent_is_the_reference_of_a_yes_no_criterion():
    tally = counted(yes_no("demo"), [(200, 40), (9_800, 160), (0, 0), (0, 0)])
    for method in ("lift", "cautious", "evidence"):
        values = weigh(tally, method).values
        assert values[0] > 1 and not values[1:].any()


def test_thin_levels_and_levels_without_leads_get_nothing():
    tally = counted(text("s", "ab"), [(29, 20), (971, 30)])
    for method in ("lift", "cautious", "evidence"):
        assert weigh(tally, method).values[0] == 0


@settings(max_examples=200)
@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_the_recipe_rises_with_the_lift(one, other):
    low, high = sorted((one, other))
    points = recipe(np.array([low, high]), most=20)
    assert points[0] <= points[1] and (np.abs(points) >= 1).all() and points[0] >= -20
