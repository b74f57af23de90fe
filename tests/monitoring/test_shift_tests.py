"""Tests of a shift, beside scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drift_case import counted, grid
from scipy import stats

from calibrate.counts.so_far import OpenLeads
from calibrate.counts.tally import Tally
from calibrate.grid.grid import Grid
from calibrate.monitoring import drift as drifting
from calibrate.monitoring import shift_tests as shifts


def case_of(leads: Tally, seed: Grid) -> Any:
    then = np.array([(each.leads, each.customers) for line in seed.evidence for each in line])
    everyone = np.ones(len(leads.cohorts), np.bool_)
    alone = np.ones(len(then) + 1), [1.0] * len(leads.criteria)
    return drifting._Case(seed, then, (leads, OpenLeads.of(leads)), everyone, None, alone)


def test_all_that_is_looked_at_shares_one_chance() -> None:
    """At each look the shares sum to one; spans that are the same, and lines too small to tell, have none."""
    leads = counted([(50, 15)] * 6, [(450, 9)] * 6)
    case = case_of(leads, grid())
    assert case.first[:, 0, shifts.ENOUGH].tolist() == [0, 0, 0, 0, 1, 2]
    looks = np.arange(6)
    whole = np.stack([looks, looks, 0 * looks], axis=1)[:, None, :]
    counts = np.concatenate([case.counts, shifts.over(case.totals[:, None], whole)], axis=1)
    then = np.concatenate([case.then, case.overall[None]])
    share = case._shares(np.concatenate([case.first, whole], axis=1), counts, then)
    assert share.sum(axis=(1, 2)) == pytest.approx(np.ones(6))
    assert (share[:4, 0, shifts.ALL] == 0).all()  # the span with enough leads is all there is
    assert (share[0, :, shifts.ENOUGH] == 0).all()
    assert (share[:, 2:] == 0).all()  # nobody ever gave those answers, and this grid promises nothing


def test_mid_p_beside_scipy() -> None:
    rng = np.random.default_rng(1)
    n, m = rng.integers(5, 400, 60), rng.integers(50, 4000, 60)
    k, j = rng.binomial(n, 0.2), rng.binomial(m, 0.25)
    ours = shifts.changed(k, n, j, m)
    for i in range(60):
        table = stats.hypergeom(n[i] + m[i], k[i] + j[i], n[i])
        fell = k[i] * (n[i] + m[i]) <= n[i] * (k[i] + j[i])
        tail = table.cdf(k[i]) if fell else table.sf(k[i] - 1)
        expected = (tail - 0.5 * table.pmf(k[i])) / (0.9 if fell else 0.1)
        assert ours[i] == pytest.approx(min(1, expected), rel=1e-6, abs=1e-12)


def test_large_counts_join_the_exact_ones() -> None:
    small = shifts.changed(*(np.array([v]) for v in (9500, 50_000, 40_000, 200_000)))  # spread below 100
    assert small[0] == pytest.approx(stats.norm.cdf(-400 / np.sqrt(50_000 * 0.198 * 0.802 * 0.8)) / 0.9, rel=0.15)
    huge = shifts.changed(*(np.array([v]) for v in (95_000, 500_000, 400_000, 2_000_000)))
    assert huge[0] < 1e-12


def test_stability_beside_scipy() -> None:
    size, chance = shifts.stability(np.array([60, 30, 10]), np.array([500, 400, 100]))
    table = np.array([[60, 30, 10], [500, 400, 100]])
    assert chance == pytest.approx(stats.chi2_contingency(table).pvalue)
    assert size == pytest.approx(
        sum((a - b) * np.log(a / b) for a, b in ((0.6, 0.5), (0.3, 0.4), (0.1, 0.1))), rel=0.05
    )
