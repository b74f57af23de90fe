"""Rates against statsmodels and scipy.stats, which share no code with ours."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from calibrate.counts.rates import benjamini_hochberg, p_values, prior_strength, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (20, 100), (1, 10_000), (499, 1000)])
def test_wilson(k: int, n: int) -> None:
    low, high = wilson(np.array([k]), np.array([n]))
    expected = proportion_confint(k, n, alpha=0.05, method="wilson")
    np.testing.assert_allclose([low[0], high[0]], expected, atol=1e-12)


def test_benjamini_hochberg() -> None:
    p = np.random.default_rng(3).random(40) ** 3
    expected = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(benjamini_hochberg(p, np.ones(40, bool)), expected)


@pytest.mark.parametrize(("k", "n", "customers", "leads"), [(40, 300, 100, 2000), (90, 500, 600, 4000)])
def test_score_test_is_pearsons(k: int, n: int, customers: int, leads: int) -> None:
    table = [[k, n - k], [customers - k, leads - n - customers + k]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    np.testing.assert_allclose(p_values(np.array([k]), np.array([n]), customers, leads)[0], expected, rtol=1e-9)


@pytest.mark.parametrize(("k", "n", "customers", "leads"), [(0, 12, 40, 1000), (3, 20, 30, 900), (10, 10, 300, 800)])
def test_exact_test_is_the_doubled_hypergeometric_tail(k: int, n: int, customers: int, leads: int) -> None:
    chance = stats.hypergeom(leads, customers, n)
    expected = min(1.0, 2 * min(chance.cdf(k), chance.sf(k - 1)))
    np.testing.assert_allclose(p_values(np.array([k]), np.array([n]), customers, leads)[0], expected, rtol=1e-9)


def test_prior_strength_is_the_beta_binomial_maximum() -> None:
    k, n, mean = np.array([5, 30, 12, 60]), np.array([200, 400, 300, 500]), 0.0764
    strengths = np.exp(np.linspace(0, np.log(1e4), 4001))
    likelihood = [stats.betabinom.logpmf(k, n, m * mean, m * (1 - mean)).sum() for m in strengths]
    best = strengths[int(np.argmax(likelihood))]
    np.testing.assert_allclose(prior_strength(k, n, mean), best, rtol=0.01)
