"""Resampled figures: their spread beside DeLong's, the same whatever the rows."""

from dataclasses import replace

import numpy as np
import pytest
from later_case import backtest, case
from scipy import special

from calibrate.evaluation import bootstrap as resampling
from calibrate.evaluation.bootstrap import resample
from calibrate.evaluation.comparison import compare


def test_the_same_call_gives_the_same_numbers():
    rng, signal, later = case(800)
    pair = [backtest("lift", later, signal, 0.5, rng), backtest("logistic", later, signal, 0.3, rng)]
    assert compare(pair, baseline="lift").verdict == compare(pair, baseline="lift").verdict


# --- statistical truth --------------------------------------------------------------------------------------------


def delong(score: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each lead's part of the AUC (DeLong 1988): of every customer, of every other lead."""
    customers, others = score[outcome], score[~outcome]
    below = (
        np.searchsorted(np.sort(others), customers, "left") + np.searchsorted(np.sort(others), customers, "right")
    ) / 2
    above = (
        len(customers)
        - (np.searchsorted(np.sort(customers), others, "left") + np.searchsorted(np.sort(customers), others, "right"))
        / 2
    )
    return below / len(others), above / len(customers)


@pytest.mark.parametrize("rows", [3000, 40_000])
def test_spread_of_auc_and_of_its_difference_agrees_with_delong(rows):
    rng, signal, later = case(rows, folds=1)
    outcome = later.customers > 0
    pair = [backtest("a", later, signal, 0.8, rng), backtest("b", later, signal, 0.4, rng)]
    values, draws = resample(
        later, [(b.name, b.score, b.rate) for b in pair], capacity=0.2, metrics=["auc"], draws=2000
    ).of("auc")
    of_a, of_b = delong(pair[0].score, outcome), delong(pair[1].score, outcome)
    for found, parts in (
        (draws[0], of_a),
        (draws[1] - draws[0], (of_b[0] - of_a[0], of_b[1] - of_a[1])),
    ):
        expected = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
        assert found.std() == pytest.approx(expected, rel=0.07)
    assert values[0] == pytest.approx(of_a[0].mean())
    assert draws.mean(axis=1) == pytest.approx(values, abs=0.1 * draws.std())


def test_merged_rows_and_leads_one_by_one_have_the_same_spread():
    rng, signal, later = case(20_000, folds=1)
    one = backtest("a", later, np.round(signal), 0.0, rng)
    cell = np.stack([one.score, later.customers.astype(int)])
    kinds, place = np.unique(cell, axis=1, return_inverse=True)
    counts = np.bincount(place).astype(float)
    merged = replace(
        later, row=np.arange(len(counts)), fold=np.zeros(len(counts), int), leads=counts, customers=counts * kinds[1],
        counted=counts.astype(np.int64),
    )  # fmt: skip
    rates = special.expit(kinds[0] / 6 - 2.5)
    whole = resample(later, [("a", one.score, one.rate)], capacity=0.2)
    short = resample(merged, [("a", kinds[0], rates)], capacity=0.2)
    assert short.value == pytest.approx(whole.value)
    assert short.drawn.std(axis=2) == pytest.approx(whole.drawn.std(axis=2), rel=0.12)


def test_a_thinned_sample_has_the_spread_of_its_own_size():
    rng, signal, later = case(20_000, folds=1)
    thinned = replace(later, leads=np.where(later.customers > 0, 1.0, 7.0))
    one = backtest("a", later, signal, 0.5, rng)
    whole = resample(later, [("a", one.score, one.rate)], capacity=0.2).of("auc")
    weighted = resample(thinned, [("a", one.score, one.rate)], capacity=0.2).of("auc")
    assert weighted[0] == pytest.approx(whole[0])
    assert weighted[1].std() == pytest.approx(whole[1].std(), rel=0.1)


def test_beyond_the_most_dealt_the_spread_is_never_too_small(monkeypatch):
    rng, signal, later = case(20_000, folds=1)
    one = backtest("a", later, signal, 0.5, rng)
    whole = resample(later, [("a", one.score, one.rate)], capacity=0.2).of("auc")
    monkeypatch.setattr(resampling, "MOST_DEALT", 4000)
    fewer = resample(later, [("a", one.score, one.rate)], capacity=0.2).of("auc")
    assert fewer[0] == pytest.approx(whole[0])
    assert whole[1].std() * 0.95 < fewer[1].std() < whole[1].std() * 1.5
    assert fewer[1].mean() == pytest.approx(float(fewer[0][0]), abs=0.1 * fewer[1].std())
