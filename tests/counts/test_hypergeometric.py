"""Tails of the hypergeometric distribution, against scipy's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from calibrate.counts.hypergeometric import fisher, log_chance, lower_mid_p


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """k of n, all K of N."""
    leads = draw(st.integers(2, 200))
    customers, n = draw(st.integers(1, leads - 1)), draw(st.integers(1, leads - 1))
    k = draw(st.integers(max(0, n - (leads - customers)), min(n, customers)))
    return k, n, customers, leads


@given(tables())
def test_chance(table: tuple[int, int, int, int]) -> None:
    k, n, customers, leads = table
    numbers = (np.array([float(v)]) for v in table)
    assert np.exp(log_chance(*numbers))[0] == pytest.approx(hypergeom.pmf(k, leads, customers, n), rel=1e-8)


@given(tables())
def test_fisher_doubles_the_smaller_tail(table: tuple[int, int, int, int]) -> None:
    k, n, customers, leads = table
    below, above = hypergeom.cdf(k, leads, customers, n), hypergeom.sf(k - 1, leads, customers, n)
    assert fisher(*table) == pytest.approx(min(1.0, 2 * min(below, above)), rel=1e-7)


@given(tables())
def test_mid_p_below_the_mean(table: tuple[int, int, int, int]) -> None:
    k, n, customers, leads = table
    if k * leads > n * customers:
        return
    expected = hypergeom.cdf(k, leads, customers, n) - hypergeom.pmf(k, leads, customers, n) / 2
    assert lower_mid_p(*(np.array([float(v)]) for v in table))[0] == pytest.approx(expected, rel=1e-7, abs=1e-14)


def test_no_table_has_no_tail() -> None:
    assert len(lower_mid_p(*(np.zeros(0) for _ in range(4)))) == 0
