"""Leads that are not decided yet: how far they tell, by pencil and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from calibrate.counts.closings import ClosingCurve, Sales, Undecided, closing_curve, undecided_now, undecided_then

NOBODY = np.zeros((0, 0), np.uint8)


def sales(entered: list[int], took: list[int]) -> Sales:
    """Customers of one criterion's first level, months of thirty days."""
    days = np.array(entered, np.int32)
    codes = np.zeros((1, len(days)), np.uint8)
    return Sales(codes, (days // 30).astype(np.int32), days, np.array(took, np.int32), np.full(len(days), -1, np.int32))


def test_a_curve_needs_thirty_sales() -> None:
    assert closing_curve(None) is None and closing_curve(sales([0] * 29, [5] * 29)) is None
    curve = closing_curve(sales([0] * 40, [10] * 20 + [30] * 20))
    assert curve is not None and curve.at(np.array([9, 10, 29, 30])).tolist() == [0, 0.5, 0.5, 1]


def test_today_leads_count_by_their_age() -> None:
    late = sales([0] * 40, [10] * 20 + [30] * 20)
    young = undecided_now(np.zeros((1, 3), np.uint8), np.array([2, 12, 31]), np.array([False, True, False]), late)
    assert young is not None and young.share.tolist() == [0.5, 1.0]  # the first is too young to tell anything
    assert young.weights(np.array([0.2, 0.0])).tolist() == [1.0, 1.0]  # a sale; a lead whose curve has run out


def test_then_nothing_is_known_of_sales_that_came_later() -> None:
    """Month 1 on day 60: a lead of day 30 that closed on day 55 had bought, one of day 40 that took 30 had not."""
    curve = ClosingCurve(np.array([10, 30], np.int32))
    rows = np.zeros((1, 2), np.uint8), np.array([0, 1], np.int32), np.array([5.0, 3.0])
    gap, ends = np.array([False, True]), np.array([29, 59])
    then = undecided_then(rows, gap, sales([30, 40, 3], [25, 30, 9]), curve, ends, 60)
    assert then is not None
    assert then.leads.tolist() == [3.0, 1.0, 1.0] and then.closed.tolist() == [False, True, False]
    assert then.share.tolist() == pytest.approx([0.5 * 20 / 30, 0.5, 0.5])  # ages 0 to 29: twenty of them have half


def test_weights_solve_the_likelihood_of_leads_that_may_still_close() -> None:
    """Month 1 on day 60: a lead of day 30 that took 25 days had bought, one of day 40 that took 30 had not."""
    rng = np.random.default_rng(2)
    share = rng.uniform(0.05, 1, 4000)
    closed = rng.random(4000) < 0.3 * share
    young = Undecided(np.zeros((1, 4000), np.uint8), np.ones(4000), share, closed)

    def loss(odds: float) -> float:
        p = special.expit(odds)
        return -float(np.log(p * share[closed]).sum() + np.log1p(-p * share[~closed]).sum())

    best = special.expit(optimize.minimize_scalar(loss, bounds=(-4, 3), method="bounded", options={"xatol": 1e-9}).x)
    p = 0.5
    for _ in range(60):
        weights = young.weights(np.full(4000, p))
        p = float(weights[closed].sum() / weights.sum())
    assert p == pytest.approx(best, abs=1e-6) and p == pytest.approx(0.3, abs=0.03)
    assert weights.sum() == pytest.approx(share.sum(), rel=0.02)  # in the mean a lead counts as the share of its sales


def test_on_other_criteria_the_leads_stay_and_their_levels_follow_the_map() -> None:
    """Two criteria in the other order: the second as it is, of the first the levels 1 and 2 in one."""
    codes = np.array([[0, 1, 2], [3, 4, 5]], np.uint8)
    late = Sales(codes, *(np.arange(3, dtype=np.int32),) * 4)
    maps = [np.arange(6, dtype=np.uint8), np.array([0, 1, 1], np.uint8)]
    assert late.regrouped([1, 0]).codes.tolist() == [[3, 4, 5], [0, 1, 2]]
    assert late.regrouped([1, 0], maps).codes.tolist() == [[3, 4, 5], [0, 1, 1]]
    young = Undecided(codes, np.ones(3), np.ones(3), np.array([True, False, False]))
    assert young.regrouped([0], maps[1:]).codes.tolist() == [[0, 1, 1]]
    assert young.regrouped([]).codes.shape == (0, 3)
    assert young.of(young.closed).codes.tolist() == [[0], [3]]
