"""The line in log-odds, by pencil and against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from calibrate.points.platt import line_loss, platt_line


def test_two_scores_by_pencil() -> None:
    """Two scores, two parameters: the line goes through both rates."""
    intercept, slope = platt_line(np.array([0.0, 1.0]), np.array([100.0, 10]), np.array([10.0, 5]), ridge=1e-9)
    assert (intercept, intercept + slope) == pytest.approx((np.log(1 / 9), 0.0), abs=1e-4)


@given(st.integers(0, 2**32 - 1))
def test_as_statsmodels_without_a_ridge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, leads = rng.normal(size=12), rng.integers(20, 200, 12).astype(float)
    customers = rng.binomial(leads.astype(int), 1 / (1 + np.exp(1 - rng.normal() * x))).astype(float)
    peer = sm.GLM(np.stack([customers, leads - customers], 1), sm.add_constant(x), family=sm.families.Binomial()).fit()
    assert platt_line(x, leads, customers, ridge=1e-9) == pytest.approx(tuple(peer.params), abs=2e-3)
    assert (
        line_loss(sm.add_constant(x) @ peer.params, leads, customers)
        >= line_loss(np.array(platt_line(x, leads, customers, 1e-9)) @ sm.add_constant(x).T, leads, customers) - 1e-6
    )


def test_a_ridge_keeps_what_separates_finite() -> None:
    x, leads, customers = np.array([-1.0, 1.0]), np.array([10.0, 10]), np.array([0.0, 10])
    soft, hard = (platt_line(x, leads, customers, ridge)[1] for ridge in (0.5, 1e-6))
    assert 1 < soft < hard < 40
