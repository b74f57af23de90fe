"""Customers laid out as the curve expects: sums stay, and follow the curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.grid.grid import Curve
from calibrate.points.cross_fitted import unseen
from calibrate.points.score_table import Scores


def table(leads: list[list[float]], customers: list[list[float]]) -> Scores:
    names = tuple(f"2025-{i + 1:02d}" for i in range(len(leads)))
    return Scores(names, np.arange(len(leads[0])) * 10, np.array(leads), np.array(customers))


@given(st.integers(0, 10**6))
def test_months_keep_their_customers_and_scores_follow_the_curve(seed: int) -> None:
    random = np.random.default_rng(seed)
    leads = random.integers(50, 100, (4, 3)).astype(float)
    customers = random.binomial(leads.astype(int), [0.02, 0.05, 0.2]).astype(float) + 1
    scores = table(leads.tolist(), customers.tolist())
    curve = Curve((0, 10, 20), (0.03, 0.06, 0.15))
    found = unseen(scores, curve)
    assert found.customers.sum(axis=1) == pytest.approx(customers.sum(axis=1), rel=1e-6)
    expected = leads.sum(axis=0) * [0.03, 0.06, 0.15]
    assert found.customers.sum(axis=0) == pytest.approx(expected * customers.sum() / expected.sum(), rel=1e-6)
    assert (found.leads == scores.leads).all() and (found.customers <= found.leads).all()


def test_two_months_by_pencil() -> None:
    """100 leads a month, half at each score, 30 and 10 customers; the curve gives 10 % and 30 %, that is 10 and 30."""
    found = unseen(table([[50, 50], [50, 50]], [[20, 10], [10, 0]]), Curve((0, 10), (0.1, 0.3)))
    assert found.customers.round(6).tolist() == [[7.5, 22.5], [2.5, 7.5]]


@pytest.mark.parametrize("customers", [[[0.0, 0.0]], [[50.0, 50.0]]])
def test_one_outcome_only_or_no_curve_stays_as_counted(customers: list[list[float]]) -> None:
    scores = table([[50.0, 50.0]], customers)
    assert unseen(scores, Curve((0, 10), (0.1, 0.3))) is scores
    assert unseen(table([[50.0, 50.0]], [[1.0, 2.0]]), None).customers.tolist() == [[1, 2]]
