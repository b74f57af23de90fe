"""Many lines share one chance: what is saved, beside simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from drift_case import counted, demo, grid
from scipy import stats

from calibrate.counts.tally import tally_of
from calibrate.monitoring import drift as drifting
from calibrate.monitoring import multiplicity as attention
from calibrate.monitoring import shift_tests as shifts
from calibrate.monitoring.drift import find_drift


def test_a_line_of_two_answers_by_pencil() -> None:
    """One cohort, so one span. 'no' has no points: a quarter of the attention; no lead in common: nothing saved."""
    found = find_drift(grid(), counted([(200, 40)], [(1800, 36)])).lines.set_index("level")
    table = stats.hypergeom(1200, 340, 200)
    p = (table.cdf(40) - table.pmf(40) / 2) / 0.9
    yes, no = (
        float(attention.seen(np.array([[n]]), np.array([then]))[0, 0])
        for n, then in ((200, (1000, 300)), (1800, (9000, 180)))
    )
    assert (yes, no) == (4.0, pytest.approx(18 / np.sqrt(1800 * 0.02 * 0.98 * 1.2)))
    drawn = attention.shares(np.array([[4.0, no]]), 0.76 * 0.05)[0]
    share = drawn[0] / (drawn[0] + drawn[1] / 4)
    assert found["chance"]["yes"] == pytest.approx(p / share / drifting.TESTED, rel=0.07)
    assert found["chance"]["no"] == 1.0


def test_zero_customers_that_prove_nothing_spend_nothing() -> None:
    """Of 10 leads at 10 %, none buys in 35 % of months: 1100 - 100 over 10 of 1010 by pencil."""
    nobody = np.prod([(910 - i) / (1010 - i) for i in range(10)]) / 2 / 0.9
    found = attention.able(np.array([[10, 10]]), np.array([[1000, 100], [1000, 100]]),
                           np.array([[nobody * 1.01, nobody * 0.99]]))  # fmt: skip
    assert found.tolist() == [[True, False]]


def test_what_tests_of_the_same_leads_save() -> None:
    """Beside plain simulation: the smallest of all p, each over its share, reaches 5 % times this in 5 % of draws."""
    rng = np.random.default_rng(6)
    mixing = rng.normal(size=(12, 4))
    correlated = np.corrcoef(mixing @ mixing.T + np.eye(12))
    share = rng.dirichlet(np.full(12, 2.0))
    drawn = rng.multivariate_normal(np.zeros(12), correlated, 200_000)
    p = np.minimum(stats.norm.cdf(drawn) / shifts.FALLS, stats.norm.sf(drawn) / (1 - shifts.FALLS))
    expected = float(np.quantile((p / share).min(axis=1), 0.05)) / 0.05
    assert expected > 1.2
    assert attention.saved(correlated, share, 0.05) == pytest.approx(expected, rel=0.03)


def test_leads_in_common_are_counted() -> None:
    other = replace(demo("other"), column="other")
    codes = np.array([[0, 0, 1, 1], [0, 1, 1, 2]], np.uint8)
    both = attention.shared(tally_of([demo(), other], codes, np.zeros(4), np.array([0, 0, 1, 1]), ("a", "b")))
    assert both.shape == (3, 8, 8)
    assert both[1][[0, 0, 1], [4, 5, 5]].tolist() == [1, 1, 0]
    assert both[2][[0, 0, 1, 1, 0], [4, 5, 5, 6, 0]].tolist() == [1, 1, 1, 1, 2]
    assert (both[2] == both[2].T).all()


def test_correlated_differences_beside_simulation() -> None:
    """Two lines that share 80 of 90 and 100 leads now, but 20 of 100 and 120 then."""
    rng = np.random.default_rng(7)
    now = rng.binomial([80, 10, 20], 0.2, (40_000, 3))
    then = rng.binomial([20, 80, 100], 0.2, (40_000, 3))
    one, other = (
        (now[:, 0] + now[:, i]) / n - (then[:, 0] + then[:, i]) / n_then
        for i, n, n_then in ((1, 90, 100), (2, 100, 120))
    )
    counts = (np.array([[90.0, 80], [80, 100]]), np.array([[100.0, 20], [20, 120]]))
    found = attention.correlation(*counts, np.array([90.0, 100]), np.array([100.0, 120]))
    assert found[0, 1] == pytest.approx(np.corrcoef(one, other)[0, 1], abs=0.01)
    assert found[0, 1] < 0.6 < 80 / np.sqrt(90 * 100)


def test_shares_are_the_best_of_their_kind() -> None:
    """No other shares of the chance find more, in the mean, of the effects that one looks for."""
    seen = np.array([[1.0, 2.5, 3.0, 4.0]])
    share = attention.shares(seen, 0.05)[0]

    def power(parts: Any) -> float:
        return float(stats.norm.cdf(seen[0] - stats.norm.isf(0.05 * parts)).sum())

    rng = np.random.default_rng(5)
    assert share.sum() == pytest.approx(1)
    assert all(power(share) >= power(other) - 1e-6 for other in rng.dirichlet(np.ones(4), 500))
