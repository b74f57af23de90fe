"""Whole points: the smallest that keep the ranking, rounded together."""

import numpy as np
import pytest
from weights_case import built

from calibrate.counts.auc import auc_of
from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of
from calibrate.points.rounding import MANY, clipped_to_share, loss, plain, quality, shrunk_to, together
from calibrate.points.scale import LARGEST
from calibrate.weights import METHODS, Constraints

FREE = np.full(50, np.inf)


def test_natural_points_are_the_smallest_that_keep_the_ranking(history):
    weights, grid = built(history)
    largest = int(np.abs(grid.flat).max())
    assert largest < 20, "small numbers do on this history"
    facts = grid.provenance
    assert facts["auc_unrounded"] - facts["auc_rounded"] <= 0.001
    assert facts["log_loss_rounded"] / facts["log_loss_unrounded"] - 1 <= 0.001
    for smaller in [size for size in LARGEST if size < largest]:
        unit = smaller / np.abs(weights.values).max()
        free = np.full(len(weights.values), np.inf)
        points = together(weights.values * unit, weights.curvature, -free, free)
        before = quality(scores_of(history, weights.values), history.leads, history.customers)
        after = quality(scores_of(history, points), history.leads, history.customers)
        assert before[0] - after[0] > 0.001 or after[1] / before[1] - 1 > 0.001


def test_rounding_together_keeps_the_ranking_better_than_rounding_alone(history):
    weights = METHODS["logistic"](history, estimate(history), Constraints())
    lost = []
    for scale in (1.0, 1.5, 2.0, 3.0, 5.0):
        target = weights.values * scale
        free = FREE[: len(target)] if len(target) <= 50 else np.full(len(target), np.inf)
        alone, joint = plain(target, -free, free), together(target, weights.curvature, -free, free)
        assert (np.abs(joint - target) < 1).all() and (joint * target >= 0).all()
        lost.append((loss(target, joint, weights.curvature), loss(target, alone, weights.curvature)))
    assert all(joint <= alone + 1e-12 for joint, alone in lost)
    assert sum(joint for joint, _ in lost) < 0.5 * sum(alone for _, alone in lost)


def test_shares_and_axes_by_pencil():
    bounds = np.array([0, 2, 4])
    points, free = np.array([30, 0, 10, -2]), np.zeros(4, bool)
    assert clipped_to_share(points, bounds, 0.6, free).tolist() == [15, 0, 10, -2]  # 15 / 25
    assert clipped_to_share(points, bounds, 0.4, free) is None  # two lines cannot both hold less than half
    assert shrunk_to(points, points * 1.0, ~free, ~free, bounds, 20).tolist() == [15, 0, 5, -1]


def test_quality_of_a_score_by_pencil():
    """Scores 0, 1, 1 with one customer at a 1: it beats the 0 and ties with the other, so (1 + 1/2) / 2."""
    auc, log_loss = quality(np.array([0.0, 1.0, 1.0]), np.ones(3), np.array([0.0, 1.0, 0.0]))
    assert auc == 0.75 and 0 < log_loss < np.log(2)


def test_many_scores_are_counted_in_fine_bins_as_well_as_sorted():
    rng = np.random.default_rng(4)
    score, leads = rng.normal(size=MANY + 1), rng.integers(1, 5, MANY + 1).astype(float)
    customers = rng.binomial(leads.astype(int), 1 / (1 + np.exp(3 - score))).astype(float)
    auc, log_loss = quality(score, leads, customers)
    halves = [quality(score[part], leads[part], customers[part])[1] for part in (slice(0, None, 2), slice(1, None, 2))]
    assert auc == pytest.approx(auc_of(score, leads, customers), abs=2e-5)
    assert min(halves) - 1e-3 < log_loss < max(halves) + 1e-3  # those are few enough to be told apart one by one
