"""Levels without a customer: how high their weight might be, beside Clopper and Pearson."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from calibrate.weights.separation import LEVEL, chance, highest


@given(st.integers(1, 5000), st.floats(-5, 5))
def test_leads_alike_have_the_upper_bound_of_clopper_and_pearson(leads: int, base: float) -> None:
    upper = stats.binomtest(0, leads).proportion_ci(0.95, "exact").high
    weight = highest(np.full(3, base), np.array([leads - 1.0, 0.5, 0.5]))
    assert 1 / (1 + np.exp(-(base + weight))) == pytest.approx(upper, rel=1e-6)


@given(st.lists(st.tuples(st.floats(-8, 8), st.floats(0.1, 1000)), min_size=1, max_size=6))
def test_at_the_bound_no_customer_has_the_chance_of_one_side(rows: list[tuple[float, float]]) -> None:
    z, leads = (np.array(column) for column in zip(*rows, strict=True))
    weight = highest(z, leads)
    assert chance(z + weight, leads) == pytest.approx(LEVEL, rel=1e-6)
    with np.errstate(under="ignore"):
        lost = 1 / (1 + np.exp(z + weight))
    assert np.prod(lost**leads) == pytest.approx(LEVEL, rel=1e-6)


def test_more_leads_without_a_customer_bound_the_weight_lower() -> None:
    bounds = [highest(np.zeros(1), np.array([float(n)])) for n in (1, 10, 100, 1000)]
    assert bounds == sorted(bounds, reverse=True) and np.isinf(highest(np.zeros(1), np.zeros(1)))
    assert chance(np.array([-1000.0]), np.array([5.0])) == 1 and chance(np.array([1000.0]), np.array([5.0])) == 0
