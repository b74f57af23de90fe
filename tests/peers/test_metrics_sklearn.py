"""Metrics from counts against scikit-learn and statsmodels on the same leads, one by one."""

import numpy as np
import pytest
from scipy import special

from calibrate.counts.auc import auc_by_counts
from calibrate.evaluation.metrics import METRICS, Cells

peer = pytest.importorskip("sklearn.metrics")
RNG = np.random.default_rng(11)
LEADS = 4000
SCORE = np.round(RNG.normal(0, 4, LEADS)).astype(int)
OUTCOME = RNG.random(LEADS) < special.expit(SCORE / 3 - 2)
RATE_AT = {s: float(special.expit(s / 5 - 1.7)) for s in range(-40, 41)}
PREDICTED = np.array([RATE_AT[s] for s in SCORE])


def cells(score=SCORE, outcome=OUTCOME):
    found, place = np.unique(score, return_inverse=True)
    counts = np.bincount(place).astype(float), np.bincount(place, outcome)
    return Cells(np.zeros(len(found), int), np.array([RATE_AT[s] for s in found])), *counts


def value(name, capacity=0.2):
    return float(METRICS[name].compute(*cells(), capacity))


def test_auc():
    assert value("auc") == pytest.approx(peer.roc_auc_score(OUTCOME, SCORE), abs=1e-12)
    assert auc_by_counts(*cells()[1:]) == pytest.approx(peer.roc_auc_score(OUTCOME, SCORE), abs=1e-12)


def test_log_loss_and_brier():
    assert value("log_loss") == pytest.approx(peer.log_loss(OUTCOME, PREDICTED), abs=1e-12)
    assert value("brier") == pytest.approx(peer.brier_score_loss(OUTCOME, PREDICTED), abs=1e-12)


def test_calibration_slope_and_intercept():
    glm = pytest.importorskip("statsmodels.api")
    log_odds = special.logit(PREDICTED)
    both = glm.GLM(OUTCOME, glm.add_constant(log_odds), family=glm.families.Binomial()).fit()
    shift = glm.GLM(OUTCOME, np.ones((LEADS, 1)), family=glm.families.Binomial(), offset=log_odds).fit()
    assert value("calibration_slope") == pytest.approx(both.params[1], rel=1e-5)
    assert value("calibration_intercept") == pytest.approx(shift.params[0], abs=1e-7)


def test_capture_close_rate_and_decile_where_no_tie_lies_on_the_edge():
    order = np.argsort(-SCORE, kind="stable")
    for share in (float(np.mean(SCORE >= 3)), float(np.mean(SCORE >= 6))):
        best = OUTCOME[order[: round(share * LEADS)]]
        assert value("capture_at_capacity", share) == pytest.approx(best.sum() / OUTCOME.sum())
        assert value("close_rate_at_capacity", share) == pytest.approx(best.mean())


def test_top_decile_lift_is_the_mean_over_random_orders_of_ties():
    lifts = []
    for _ in range(400):
        order = np.lexsort((RNG.random(LEADS), -SCORE))
        lifts.append(OUTCOME[order[: LEADS // 10]].mean() / OUTCOME.mean())
    assert value("top_decile_lift") == pytest.approx(np.mean(lifts), abs=4 * np.std(lifts) / 20)
