"""The published recipe."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weights_case import counted, text

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


@settings(max_examples=200)
@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_the_recipe_rises_with_the_lift(one, other):
    low, high = sorted((one, other))
    points = recipe(np.array([low, high]), most=20)
    assert points[0] <= points[1] and (np.abs(points) >= 1).all() and points[0] >= -20
