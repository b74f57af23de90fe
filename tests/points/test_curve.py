"""Calibration: isotonic by hand and against scikit-learn, what always holds, and nearness to the truth."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

from calibrate.points.curve import MOST_STEPS, fit_curve, isotonic, with_interval


def test_isotonic_by_hand():
    assert isotonic(np.array([3.0, 2, 1]), np.array([1.0, 1, 2])).tolist() == [1.75, 1.75, 1.75]
    assert isotonic(np.array([1.0, 2, 3]), np.ones(3)).tolist() == [1, 2, 3]
    assert isotonic(np.zeros(0), np.zeros(0)).tolist() == []


def test_isotonic_agrees_with_scikit_learn():
    peer = pytest.importorskip("sklearn.isotonic")
    rng = np.random.default_rng(5)
    values, weights = rng.random(300) + np.arange(300) / 300, rng.integers(1, 40, 300).astype(float)
    assert isotonic(values, weights) == pytest.approx(peer.isotonic_regression(values, sample_weight=weights))


COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@given(COUNTS, st.sampled_from([1, 7, 1000]))
@example([(5, 0), (5, 0)], 1)
@example([(0, 5), (0, 5)], 1)
@example([(0, 0)], 1)
@example([(60, 0), (0, 60)], 1)
@example([(0, 60), (60, 0)], 1000)
@example([(1, 0)] * 30 + [(0, 1)], 1000)
def test_rising_finite_and_right_in_total(counts, gap):
    leads = np.array([a + b for a, b in counts], float)
    customers = np.array([b for _, b in counts], float)
    scores = np.arange(len(counts)) * gap - 5
    curve = fit_curve(scores, leads, customers)
    rates = curve.at(scores)
    assert (np.diff(curve.scores) > 0).all() and (np.diff(curve.rates) > 0).all()
    assert rates.min() > 0 and rates.max() < 1
    if (leads > 0).sum() > 1 and 0 < customers.sum() < leads.sum():
        assert np.sum(rates * leads) == pytest.approx(customers.sum(), rel=1e-3, abs=1e-2)


def test_a_few_leads_far_beyond_all_others_leave_a_curve():
    leads, customers = np.array([1e5, 10_000, 30, 5]), np.array([1.0, 9990, 30, 5])
    for lines in (0, 4):
        curve = fit_curve(np.array([0, 1, 10, 100]), leads, customers, lines=lines)
        assert curve.at(np.array([0, 1])) == pytest.approx([1e-5, 0.999], abs=1e-3)
        assert 0.999 < curve.at(np.array([100]))[0] < 1


def world(seed: int, leads: int, tail: bool) -> tuple[np.ndarray, np.ndarray]:
    """Scores and true rates of leads on eight criteria: points in log-odds, or with the long tail of `lift`."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.6, (8, 5))
    points = np.where(effects > 0, 3 * np.exp(3 * effects), -3 * np.exp(-3 * effects)) if tail else 4 * effects
    codes = rng.integers(0, 5, (8, leads))
    log_odds = -3.5 + sum(effects[c][codes[c]] for c in range(8))
    return sum(np.round(points[c][codes[c]]) for c in range(8)).astype(int), special.expit(log_odds)


def counted(scores: np.ndarray, bought: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found, place = np.unique(scores, return_inverse=True)
    return found, np.bincount(place).astype(float), np.bincount(place, bought)


def loss(predicted: np.ndarray, true: np.ndarray) -> float:
    return float(-np.mean(true * np.log(predicted) + (1 - true) * np.log1p(-predicted)))


@pytest.mark.parametrize(
    ("tail", "leads", "excess"), [(False, 30_000, 2e-4), (True, 30_000, 2e-3), (True, 3_000, 6e-3)]
)
def test_close_to_the_best_any_curve_of_this_score_can_do(tail, leads, excess):
    gaps, isotonic_gaps = [], []
    for seed in range(8):
        scores, true = world(seed, leads + 100_000, tail)
        bought = np.random.default_rng(seed + 99).random(leads) < true[:leads]
        found, n, k = counted(scores[:leads], bought)
        fresh, fresh_true = scores[leads:], true[leads:]
        _, place = np.unique(fresh, return_inverse=True)
        best = (np.bincount(place, fresh_true) / np.bincount(place))[place]
        raw = np.clip(isotonic(k / n, n), 1 / leads, 1 - 1 / leads)
        rival = raw[np.clip(np.searchsorted(found, fresh, side="right") - 1, 0, None)]
        gaps.append(loss(fit_curve(found, n, k).at(fresh), fresh_true) - loss(best, fresh_true))
        isotonic_gaps.append(loss(rival, fresh_true) - loss(best, fresh_true))
    assert np.mean(gaps) < excess
    assert np.mean(gaps) < np.mean(isotonic_gaps)


def test_thousands_of_scores_make_a_short_curve():
    rng = np.random.default_rng(0)
    scores = np.arange(5000)
    leads = rng.integers(1, 9, 5000).astype(float)
    customers = rng.binomial(leads.astype(int), special.expit(scores / 1000 - 4)).astype(float)
    curve = fit_curve(scores, leads, customers)
    assert len(curve.scores) <= MOST_STEPS
    assert np.abs(special.logit(curve.at(scores)) - (scores / 1000 - 4))[500:].max() < 0.4


def fitted_points(rng: np.random.Generator, leads: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points from the leads' own close rates; scores of those leads with outcomes, of fresh ones with true rates."""
    effects = rng.normal(0, 0.4, (15, 6))
    codes = rng.integers(0, 6, (15, leads + 50_000))
    true = special.expit(-3.5 + sum(effects[c][codes[c]] for c in range(15)))
    bought = rng.random(leads) < true[:leads]
    score = np.zeros(leads + 50_000)
    for each in codes:
        n, k = np.bincount(each[:leads], minlength=6), np.bincount(each[:leads], bought, 6)
        score += np.round(5 * special.logit((k + 1) / (n + 1 / bought.mean())))[each]
    return score[:leads], bought, score[leads:], true[leads:]


def test_points_fitted_on_the_same_leads_promise_less():
    plain, flattened, slopes = [], [], []
    for seed in range(6):
        scores, bought, fresh, true = fitted_points(np.random.default_rng(seed), 4000)
        found, n, k = counted(scores, bought)
        honest = fit_curve(found, n, k, lines=90).at(fresh)
        plain.append(loss(fit_curve(found, n, k).at(fresh), true))
        flattened.append(loss(honest, true))
        x = special.logit(honest)
        slopes.append(np.polyfit(x, special.logit(true), 1)[0])
    assert np.mean(flattened) < np.mean(plain) - 0.001
    assert 0.85 < np.mean(slopes) < 1.2


def test_points_worth_nothing_leave_nearly_one_rate():
    rng = np.random.default_rng(3)
    curve = fit_curve(np.arange(50), np.full(50, 40.0), rng.binomial(40, 0.1, 50).astype(float), lines=40)
    assert max(curve.rates) - min(curve.rates) < 0.02


def test_the_interval_beside_a_score_holds_the_true_rate():
    """Curves fitted on leads whose log-odds are a line in the score: at least nine intervals of ten hold the truth."""
    rng = np.random.default_rng(7)
    scores = np.arange(0, 30)
    truth = 1 / (1 + np.exp(4 - scores / 8))
    held = []
    for _ in range(60):
        leads = rng.multinomial(3000, np.full(30, 1 / 30)).astype(float)
        customers = rng.binomial(leads.astype(int), truth).astype(float)
        curve = with_interval(fit_curve(scores, leads, customers), scores, leads)
        assert (np.diff(curve.low) >= 0).all() and (np.diff(curve.high) >= 0).all()
        place = np.searchsorted(curve.scores, scores, side="right") - 1
        low, high = np.array(curve.low)[place], np.array(curve.high)[place]
        assert (low <= curve.at(scores)).all() and (curve.at(scores) <= high).all()
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held) > 0.9
