"""`logistic` against statsmodels: sm.GLM(y, X, family=Binomial()).fit() and .fit_regularized(L1_wt=0)."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import statsmodels.api as sm

from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level, offsets
from calibrate.weights.logistic import fitted

ENDS = (Level("missing", "missing"), Level("other", "other"))


def criterion(name, size):
    levels = tuple(Level(f"{name}{i}", values=(f"{name}{i}",)) for i in range(size))
    return Criterion(name, name, "text", "fit", levels + ENDS)


@pytest.fixture(scope="module")
def leads():
    random = np.random.default_rng(11)
    taste = random.standard_normal(3_000)
    codes = np.stack([
        np.digitize(taste + random.standard_normal(3_000), [-1, 0, 1]),
        np.digitize(taste + random.standard_normal(3_000), [0.3]),
        random.integers(0, 3, 3_000),
    ]).astype(np.uint8)  # fmt: skip
    odds = -1.5 + np.array([-0.8, 0, 0.2, 0.9])[codes[0]] + np.array([0.4, -0.4])[codes[1]]
    bought = (random.random(3_000) < 1 / (1 + np.exp(-odds))).astype(int)
    return tally_of([criterion("a", 4), criterion("b", 2), criterion("c", 3)], codes, bought)


def dummies(tally, drop_first):
    columns = [np.ones(tally.rows)]
    for codes, size in zip(tally.codes, (4, 2, 3), strict=True):
        columns += [(codes == level).astype(float) for level in range(1 if drop_first else 0, size)]
    return np.stack(columns, axis=1)


def seen(tally, values):
    bounds = offsets(tally.criteria)
    return [values[a : b - 2] for a, b in pairwise(bounds)]


def test_without_a_penalty_contrasts_and_standard_errors_are_those_of_a_glm(leads):
    peer = sm.GLM(leads.customers, dummies(leads, True), family=sm.families.Binomial()).fit(tol=1e-12)
    fit = fitted(leads, strength=1e-5)
    ours = np.concatenate([own[1:] - own[0] for own in seen(leads, fit.weights)])
    assert ours == pytest.approx(peer.params[1:], abs=1e-4)
    errors = []
    for a, b in pairwise(offsets(leads.criteria)):
        block = fit.covariance[a : b - 2, a : b - 2]
        errors += list(np.sqrt(np.diag(block)[1:] + block[0, 0] - 2 * block[0, 1:]))
    assert errors == pytest.approx(peer.bse[1:], rel=1e-4)
    linear = fit.intercept + sum(own[codes] for own, codes in zip(seen(leads, fit.weights), leads.codes, strict=True))
    assert 1 / (1 + np.exp(-linear)) == pytest.approx(peer.fittedvalues, abs=1e-5)


@pytest.mark.parametrize("strength", [3.0, 40.0])
def test_with_a_given_penalty_weights_are_those_of_ridge_regression(leads, strength):
    """The GLM's own score is 0 once the penalty is added, and its ridge fit (less exact) lies at the same place."""
    design = dummies(leads, False)
    model = sm.GLM(leads.customers, design, family=sm.families.Binomial())
    fit = fitted(leads, strength=strength)
    ours = np.concatenate([[fit.intercept], *seen(leads, fit.weights)])
    penalty = np.full(len(ours), strength + 1e-4)
    penalty[0] = 0.0
    assert model.score(ours) == pytest.approx(penalty * ours, abs=1e-3)
    peer = model.fit_regularized(alpha=penalty / leads.rows, L1_wt=0.0)
    assert ours == pytest.approx(peer.params, abs=1e-3)


def test_one_row_per_lead_and_one_row_per_profile_are_the_same_fit(leads):
    profiles, place = np.unique(leads.codes, axis=1, return_inverse=True)
    place = place.ravel()
    merged = replace(
        leads, codes=np.ascontiguousarray(profiles), cohort=np.zeros(profiles.shape[1], np.int32),
        leads=np.bincount(place).astype(float), customers=np.bincount(place, leads.customers),
        counted=np.bincount(place),
    )  # fmt: skip
    one, other = fitted(leads), fitted(merged)
    assert merged.rows < 25
    assert one.weights == pytest.approx(other.weights, abs=1e-9)
    assert one.covariance == pytest.approx(other.covariance, abs=1e-9)
