"""Metrics: by hand, over folds, over replicates, at the edges."""

import numpy as np
import pytest

from calibrate.counts.auc import auc_by_counts
from calibrate.evaluation.metrics import METRICS, Cells, Estimate, gains

# two folds of three and two scores
FOLD = np.array([0, 0, 0, 1, 1])
RATE = np.array([0.05, 0.1, 0.4, 0.1, 0.2])
LEADS = np.array([20.0, 10, 10, 40, 10])
CUSTOMERS = np.array([1.0, 1, 4, 2, 2])
CELLS = Cells(FOLD, RATE)


def value(name, leads=LEADS, customers=CUSTOMERS, capacity=0.25, cells=CELLS):
    return float(METRICS[name].compute(cells, leads, customers, capacity))


def test_by_hand():
    first, second = 1 * 9.5 + 1 * 23.5 + 4 * 31, 2 * 19 + 2 * 42  # pairs won in each fold
    assert value("auc") == pytest.approx((first + second) / (6 * 34 + 4 * 46))
    assert value("capture_at_capacity") == pytest.approx((4 + 2 + 2.5 / 40 * 2) / 10)  # best 10 of 40, best 12.5 of 50
    assert value("close_rate_at_capacity") == pytest.approx((4 + 2 + 2.5 / 40 * 2) / 22.5)
    assert value("top_decile_lift") == pytest.approx((4 * 4 / 10 + 2 * 5 / 10) / 9 / (10 / 90))
    assert value("brier") == pytest.approx(
        np.sum(CUSTOMERS * (1 - RATE) ** 2 + (LEADS - CUSTOMERS) * RATE**2) / LEADS.sum()
    )


def test_scores_are_never_compared_across_folds():
    moved = Cells(FOLD[[3, 4, 0, 1, 2]] * -1 + 1, RATE[[3, 4, 0, 1, 2]])
    at = [3, 4, 0, 1, 2]
    for name in METRICS:
        assert value(name, LEADS[at], CUSTOMERS[at], cells=moved) == pytest.approx(value(name)), name


@pytest.mark.parametrize("name", METRICS)
def test_replicates_at_once_equal_one_by_one(name):
    rng = np.random.default_rng(3)
    others, customers = rng.poisson(LEADS * 5, (40, 5)), rng.poisson(CUSTOMERS * 5, (40, 5))
    leads, customers = (others + customers).astype(float), customers.astype(float)
    together = METRICS[name].compute(CELLS, leads, customers, 0.3)
    alone = [value(name, n, k, 0.3) for n, k in zip(leads, customers, strict=True)]
    assert together == pytest.approx(np.array(alone), abs=2e-3 if name == "calibration_slope" else 1e-6)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    "customers", [CUSTOMERS * 0, LEADS, np.array([0.0, 0, 10, 0, 10]), np.array([20.0, 0, 0, 40, 0])]
)
def test_finite_and_inside_the_span_at_the_edges(name, customers):
    low, high = METRICS[name].span
    assert low - 1e-12 <= value(name, customers=customers) <= high + 1e-12
    assert np.isfinite(value(name, customers=customers))


def test_perfect_worst_and_useless_ranking():
    assert auc_by_counts(np.array([5.0, 5]), np.array([0.0, 5])) == 1
    assert auc_by_counts(np.array([5.0, 5]), np.array([5.0, 0])) == 0
    assert auc_by_counts(np.array([10.0]), np.array([5.0])) == 0.5
    assert auc_by_counts(np.array([10.0]), np.array([0.0])) == 0.5


def test_a_constant_prediction_leaves_the_slope_at_one():
    flat = Cells(FOLD, np.full(5, 0.1))
    assert value("calibration_slope", cells=flat) == pytest.approx(1, abs=1e-3)
    assert value("calibration_intercept", cells=flat) == pytest.approx(np.log(10 / 80) - np.log(1 / 9))


def test_gains_rise_from_nothing_to_everything():
    curve = gains(CELLS, LEADS, CUSTOMERS, np.linspace(0, 1, 21))
    assert curve[0] == 0 and curve[-1] == pytest.approx(1) and (np.diff(curve) > 0).all()
    assert curve[5] == pytest.approx(value("capture_at_capacity"))


def test_an_estimate_reads_well():
    assert str(Estimate(0.8123, 0.79, 0.83)) == "0.812 (0.790 to 0.830)"
