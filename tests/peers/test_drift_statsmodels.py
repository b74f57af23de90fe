"""The tests of `drift` against scipy.stats and statsmodels, and its joint level against plain resampling.

Tables: stats.fisher_exact and stats.hypergeom; power: stats.binom; mix: stats.chi2_contingency; the chance of several
lines at once: statsmodels' Holm as a bound, and Westfall-Young's free resampling of customers as the thing itself.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid
from calibrate.monitoring import multiplicity as attention
from calibrate.monitoring import shift_tests as shifts
from calibrate.monitoring.drift import ALARMS, TESTED, find_drift

multitest = pytest.importorskip("statsmodels.stats.multitest")


def criterion(name: str) -> Criterion:
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)))
    return Criterion(name, name, "text", "fit", (*levels, Level("missing", "missing"), Level("other", "other")), "no")


def test_mid_p_lies_between_fisher_and_what_is_more_extreme() -> None:
    rng = np.random.default_rng(21)
    for _ in range(40):
        n, m = (int(v) for v in (rng.integers(20, 400), rng.integers(200, 4000)))
        k, j = int(rng.binomial(n, 0.1)), int(rng.binomial(m, 0.2))
        if k * m > j * n:
            continue
        fisher = stats.fisher_exact([[k, n - k], [j, m - j]], alternative="less").pvalue
        here = stats.hypergeom(n + m, k + j, n).pmf(k)
        ours = shifts.changed(*(np.array([v]) for v in (k, n, j, m)))[0] * shifts.FALLS
        assert ours == pytest.approx(fisher - here / 2, rel=1e-6, abs=1e-12)


def test_correlated_lines_beside_resampled_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five criteria that say nearly the same: how often any of their lines alarms when nothing moved."""
    monkeypatch.setattr("gc.collect", lambda: 0)  # multipletests does it at every call: nine tenths of the time
    rng, criteria = np.random.default_rng(22), tuple(criterion(f"c{i}") for i in range(5))
    hidden = rng.random(1500) < 0.3
    codes = np.stack([np.where(rng.random(1500) < 0.03, ~hidden, hidden) for _ in criteria]).astype(np.uint8)
    leads = np.array([np.bincount(line, minlength=4) for line in codes])
    alarms, holm, runs = 0, 0, 150
    for _ in range(runs):
        bought = rng.random(1500) < np.where(hidden, 0.1, 0.2)
        rates = [[float(np.mean(np.where(hidden, 0.1, 0.2)[line == v])) if (line == v).any() else 0.0
                  for v in range(4)] for line in codes]  # fmt: skip
        then = [[Evidence(8 * int(n), int(rng.binomial(8 * int(n), r))) for n, r in zip(*both, strict=True)]
                for both in zip(leads, rates, strict=True)]  # fmt: skip
        grid = Grid("g", "lift", criteria, ((1, 2, 0, 0),) * 5, evidence=tuple(map(tuple, then)))
        found = find_drift(grid, tally_of(criteria, codes, bought, np.zeros(1500, int), ("a",)))
        alarms += found.status != "keep"
        rows = found.lines[found.lines["leads"] > 0]
        p = shifts.changed(*(rows[name].to_numpy() for name in ("customers", "leads", "customers_then", "leads_then")))
        holm += bool(multitest.multipletests(np.minimum(p, 1), ALARMS * TESTED, method="holm")[0].any())
    assert holm < alarms <= 0.05 * runs + 2 * np.sqrt(0.05 * 0.95 * runs)


def test_what_is_saved_by_the_multivariate_normal() -> None:
    """Two falls only: the chance that neither of two normals of correlation 0.8 lies below the quantile."""
    correlated, share = np.array([[1, 0.8], [0.8, 1]]), np.array([0.5, 0.5])
    factor = attention.saved(correlated, share, 0.05)
    level = factor * 0.05 * 0.5
    low, high = stats.norm.ppf(level * shifts.FALLS), stats.norm.isf(level * (1 - shifts.FALLS))
    both = stats.multivariate_normal([0, 0], correlated)
    inside = both.cdf([high, high], lower_limit=[low, low])
    assert 1 - inside == pytest.approx(0.05, rel=0.03)
    assert factor > 1.2


def test_index_of_the_mix_beside_scipy() -> None:
    rng = np.random.default_rng(23)
    now, then = rng.multinomial(400, [0.2, 0.3, 0.5]), rng.multinomial(4000, [0.25, 0.3, 0.45])
    size, chance = shifts.stability(now, then)
    a, b = (now + 0.5) / (now + 0.5).sum(), (then + 0.5) / (then + 0.5).sum()
    assert size == pytest.approx(stats.entropy(a, b) + stats.entropy(b, a))  # two Kullback-Leibler divergences
    assert chance == pytest.approx(stats.chi2_contingency(np.stack([now, then])).pvalue)
