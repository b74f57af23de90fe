"""Fits of scores and of lines, beside a general optimiser."""

import numpy as np
import pytest
from cards_case import drawn, loss_of
from scipy.optimize import minimize

from calibrate.weights.search.fits import counted as per_score
from calibrate.weights.search.fits import fit_lines, fit_scores


def test_fits_of_scores_are_those_of_a_general_optimiser():
    columns, outcome = drawn()
    scores = np.random.default_rng(5).integers(-5, 6, (6, len(columns))) @ columns.astype(int)
    whole = fit_scores(*per_score(scores, np.ones(len(outcome)), outcome))
    rows = fit_scores(scores.astype(float), np.ones(len(outcome)), outcome)
    assert whole.loss == pytest.approx(rows.loss, abs=1e-7)
    assert whole.loss == pytest.approx([loss_of(s, outcome) for s in scores], rel=1e-7)
    assert (whole.scale >= 0).all()


def test_scores_that_tell_leads_apart_have_loss_zero():
    fits = fit_scores(np.array([[0.0, 1.0, 2.0]]), np.array([50.0, 40.0, 9.0]), np.array([0.0, 40.0, 9.0]))
    assert fits.loss[0] < 1e-3 and np.isfinite(fits.scale[0])


def test_real_weights_are_those_of_a_general_optimiser():
    columns, outcome = drawn(lines=3)
    design = np.concatenate([np.ones((1, len(outcome))), columns])

    def loss(x):
        return np.logaddexp(0, x @ design).sum() - outcome @ (x @ design)

    weights, losses = fit_lines(design[None], np.ones((1, len(outcome))), outcome[None], np.zeros((1, 4)))
    best = minimize(loss, np.zeros(4), options={"gtol": 1e-8})
    assert losses[0] == pytest.approx(best.fun, rel=1e-8) and weights[0] == pytest.approx(best.x, abs=1e-4)
