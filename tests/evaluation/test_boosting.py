"""Boosting: one tree by pencil, interactions, and ranking as scikit-learn's boosting ranks."""

import numpy as np
import pytest
from scipy import special

from calibrate.counts.auc import auc_of
from calibrate.evaluation import boosting
from calibrate.evaluation.boosting import boosted


def test_one_tree_by_pencil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting, "STEP", 1.0)
    codes = np.array([[0, 1, 2]], np.uint8)
    odds = boosted(codes, (3,), np.array([100.0, 100, 200]), np.array([40.0, 40, 20]), codes, trees=1)
    # rate 1/4: pulls 40 - 25, 40 - 25, 20 - 50; curvature 18.75, 18.75, 37.5; each leaf is pull / (curvature + 5)
    start = np.log(1 / 3)
    assert odds.tolist() == pytest.approx([start + 15 / 23.75, start + 15 / 23.75, start - 30 / 42.5])


def test_no_leaf_is_smaller_than_a_few_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.array([[0, 1]], np.uint8)
    odds = boosted(codes, (2,), np.array([500.0, 30]), np.array([50.0, 28]), codes, trees=5)
    assert odds[0] == odds[1]


def test_equal_leads_give_equal_trees_and_no_signal_moves_little() -> None:
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 4, (5, 3_000)).astype(np.uint8)
    leads, customers = np.ones(3_000), (rng.random(3_000) < 0.1).astype(float)
    one, two = (boosted(codes, (4,) * 5, leads, customers, codes) for _ in range(2))
    assert (one == two).all()
    assert abs(special.expit(one).mean() - customers.mean()) < 0.01


def test_it_ranks_as_boosting_of_scikit_learn_does() -> None:
    peer = pytest.importorskip("sklearn.ensemble")
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 4, (6, 16_000)).astype(np.uint8)
    truth = -2 + 0.5 * codes[0] - 0.4 * codes[1] + np.where((codes[2] > 1) == (codes[3] > 1), 0.8, -0.8)
    bought = (rng.random(16_000) < special.expit(truth)).astype(float)
    known, later = np.arange(16_000) < 8_000, np.arange(16_000) >= 8_000
    model = peer.HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.1, max_leaf_nodes=12, min_samples_leaf=40, l2_regularization=5.0,
        early_stopping=False, random_state=1,
    )  # fmt: skip
    model.fit(codes.T[known], bought[known])
    ones = np.ones(8_000)
    theirs = auc_of(model.predict_proba(codes.T[later])[:, 1], ones, bought[later])
    ours = auc_of(boosted(codes[:, known], (4,) * 6, ones, bought[known], codes[:, later]), ones, bought[later])
    best = auc_of(truth[later], ones, bought[later])
    assert theirs - 0.01 < ours <= best and best - ours < 0.02
