"""AUC from counts, against the definition pair by pair, and its error against resamples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibrate.counts.auc import auc_by_counts, auc_error, auc_of

COUNTS = arrays(np.int64, (2, 6), elements=st.integers(0, 9))


def by_pairs(score: np.ndarray, lost: np.ndarray, customers: np.ndarray, fold: np.ndarray) -> float:
    """Every customer against every other lead of its fold."""
    ahead = (score[:, None] > score) + 0.5 * (score[:, None] == score)
    pairs = customers[:, None] * lost * (fold[:, None] == fold)
    return float((ahead * pairs).sum() / pairs.sum()) if pairs.sum() else 0.5


@given(COUNTS, st.integers(1, 5))
def test_every_pair_of_a_fold_counts_once(counts: np.ndarray, second: int) -> None:
    lost, customers = counts.astype(float)
    fold = (np.arange(6) >= second).astype(int)
    expected = by_pairs(np.arange(6), lost, customers, fold)
    assert auc_by_counts(lost + customers, customers, np.array([0, second])) == pytest.approx(expected)


@given(COUNTS, arrays(np.int64, 6, elements=st.integers(-3, 3)))
def test_rows_in_any_order_with_ties(counts: np.ndarray, score: np.ndarray) -> None:
    lost, customers = counts.astype(float)
    expected = by_pairs(score, lost, customers, np.zeros(6))
    assert auc_of(score, lost + customers, customers) == pytest.approx(expected)


def test_replicates_stand_in_front() -> None:
    leads, customers = np.full((3, 2, 4), 10.0), np.array([0.0, 1, 2, 5]) * np.ones((3, 2, 1))
    assert auc_by_counts(leads, customers).shape == (3, 2)
    assert np.all(auc_by_counts(leads, customers) == auc_by_counts(leads[0, 0], customers[0, 0]))


def test_no_cell_and_no_pair_is_chance() -> None:
    assert auc_by_counts(np.zeros(0), np.zeros(0)) == 0.5
    assert auc_by_counts(np.array([4.0]), np.array([4.0])) == 0.5


def test_error_is_the_spread_of_resamples() -> None:
    rng = np.random.default_rng(4)
    drawn = [
        auc_of(np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 240)]), np.ones(300), np.arange(300) < 60.0)
        for _ in range(400)
    ]
    assert auc_error(float(np.mean(drawn)), (300, 60)) == pytest.approx(np.std(drawn), rel=0.15)
