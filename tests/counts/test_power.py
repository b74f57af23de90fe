"""How much is enough: against statsmodels, and against simulated histories."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from calibrate.counts.power import (
    critical,
    customers_needed,
    customers_still,
    leads_needed,
    least_lifts,
    pace,
    power_of_history,
)
from calibrate.counts.rates import estimate
from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level

ENDS = (Level("missing", "missing"), Level("other", "other"))


def text(name, levels):
    return Criterion(name, name, "text", "fit", (*(Level(str(i), values=(str(i),)) for i in range(levels)), *ENDS))


def simulated_power(share, base, lift, alpha, total, draws=4000):
    """Share of histories in which the usual two-sample test calls the level distinct."""
    rng = np.random.default_rng(7)
    n, rest = int(share * total), int(total) - int(share * total)
    p1 = lift * base
    k1, k0 = rng.binomial(n, p1, draws), rng.binomial(rest, (base * total - p1 * n) / rest, draws)
    both = (k1 + k0) / (n + rest)
    z = (k1 / n - k0 / rest) / np.sqrt(both * (1 - both) * (1 / n + 1 / rest))
    return float((np.abs(z) > stats.norm.ppf(1 - alpha / 2)).mean())


@pytest.mark.parametrize(
    ("share", "base", "lift", "alpha"),
    [(0.08, 0.05, 1.5, 0.05), (0.08, 0.05, 1.5, 0.005), (0.2, 0.3, 1.5, 0.01), (0.03, 0.02, 2.0, 0.05)],
)
def test_leads_needed_give_the_power_that_is_said(share, base, lift, alpha):
    total = leads_needed(share, base, lift, alpha)
    assert simulated_power(share, base, lift, alpha, total) == pytest.approx(0.8, abs=0.03)
    assert simulated_power(share, base, lift, alpha, total * 0.75) < 0.77  # right within 25 %
    assert simulated_power(share, base, lift, alpha, total * 1.25) > 0.83


def test_two_equal_samples_are_those_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    need = leads_needed(0.5, 0.10, 1.2, 0.05) / 2  # 12 % against 8 %
    theirs = proportion.samplesize_proportions_2indep_onetail(0.04, 0.08, 0.8, alpha=0.05)
    assert need == pytest.approx(theirs, rel=0.01)


def test_least_lifts_are_just_enough():
    n = np.array([300.0, 3000.0])
    above, below = least_lifts(n, 20_000, 0.05, 0.01)
    for i in range(2):
        assert leads_needed(n[i] / 20_000, 0.05, above[i], 0.01) == pytest.approx(20_000, rel=0.001)
        assert leads_needed(n[i] / 20_000, 0.05, below[i], 0.01) == pytest.approx(20_000, rel=0.001)
    assert np.isnan(least_lifts(np.array([40.0]), 20_000, 0.01, 0.05)[1][0])  # not even if none of 40 buys
    wide = least_lifts(n, 20_000, 0.05, 0.01, np.full(2, 3.0))[0]
    assert (wide > above).all()


def test_a_history_says_when_a_typical_level_is_decided():
    rng = np.random.default_rng(2)
    leads, months = 4000, 10
    codes = rng.integers(0, 8, leads)
    cohort = np.arange(leads) * months // leads
    tally = tally_of([text("a", 8)], codes[None].astype(np.uint8), rng.random(leads) < 0.05, cohort, list("0123456789"))
    found = power_of_history(estimate(tally), 400.0)
    assert found.share == pytest.approx(1 / 8, rel=0.1)
    assert found.lift == 1.5
    assert found.months == pytest.approx((found.leads - leads) / 400)
    assert np.isfinite(found.lift_above[:8]).all() and np.isnan(found.lift_above[8:]).all()
    assert power_of_history(estimate(tally)).months is None
    assert pace(tally) is None


def test_customers_needed_are_those_of_simulated_histories():
    """220 and 320, 80 and 120 in simulation."""
    for (gap, candidates), simulated in {(0.03, 1): 220, (0.03, 5): 320, (0.05, 1): 80, (0.05, 5): 120}.items():
        assert customers_needed(gap, candidates) == pytest.approx(simulated, rel=0.25)


def test_from_an_interval_at_hand_the_power_is_that_of_a_normal_difference():
    half = critical(3) * 0.01  # standard error .01 on 100 customers, three candidates
    for gap in (0.02, 0.04):
        needed = customers_still(100, half, gap, 3)
        error = 0.01 * np.sqrt(100 / needed)
        assert special.ndtr(gap / error - critical(3)) == pytest.approx(0.8, abs=1e-6)
