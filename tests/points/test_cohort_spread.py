"""How far cohorts move: by pencil, against scipy's negative binomial, and on simulated histories whose rates move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from calibrate.counts.intervals import wilson
from calibrate.points.cohort_spread import GRID, STILL, CohortSpread, prediction, spread_between
from calibrate.points.cross_fitted import unseen
from calibrate.points.curve import fit_curve
from calibrate.points.score_table import Scores
from calibrate.points.thresholds import trade_off


def one_score(leads: list[float], customers: list[float]) -> Scores:
    names = tuple(str(i) for i in range(len(leads)))
    return Scores(names, np.zeros(1, np.int64), np.array([leads]).T, np.array([customers]).T)


def test_a_known_spread_makes_a_rate_as_sure_as_so_many_leads_by_pencil() -> None:
    # p = 0.2 of 100 leads, v = e^(0.3^2) - 1 = 0.0942, moved by 1 - p = 0.8: 100 / (1 + 100 * 0.25 * 0.64 * 0.0942)
    known = CohortSpread(np.array([0.3]), np.ones(1))
    low, high = prediction(np.array([20.0]), np.array([100.0]), np.ones(1), known)
    leads = 100 / (1 + 16 * np.expm1(0.09))
    middle = 0.2 * np.exp(-0.5 * 0.09 * 0.64)
    expected = wilson(np.array([middle * leads]), np.array([leads]))
    assert (low[0], high[0]) == pytest.approx((expected[0][0], expected[1][0]), rel=1e-6)


def test_without_movement_it_is_wilson_with_the_design_effect() -> None:
    low, high = prediction(np.array([20.0, 0]), np.array([100.0, 50]), np.array([2.0, 1]), STILL)
    expected = wilson(np.array([10.0, 0]), np.array([50.0, 50]))
    assert low == pytest.approx(expected[0]) and high == pytest.approx(expected[1])
    assert spread_between(one_score([100], [7])) is STILL and spread_between(one_score([9, 9], [0, 0])) is STILL


def test_chances_are_those_of_scipys_negative_binomial() -> None:
    """Integrated over the level by numbers, not by the restricted likelihood's formula."""
    leads, came = np.full(12, 400.0), np.array([12, 30, 18, 25, 9, 22, 31, 15, 20, 26, 11, 21], float)
    spread = spread_between(one_score(leads.tolist(), came.tolist()))
    rate = came.sum() / leads.sum()
    counts, mean = np.rint(came / (1 - rate)), np.full(12, leads[0] * rate / (1 - rate))
    levels = np.exp(np.linspace(-1.5, 1.5, 601))
    fit = []
    for b in GRID:
        v = np.expm1(b * b)
        law = (
            stats.poisson(levels[:, None] * mean)
            if v < 1e-9
            else stats.nbinom(1 / v, 1 / (1 + v * levels[:, None] * mean))
        )
        fit.append(special.logsumexp(law.logpmf(counts).sum(axis=1)))
    edges = np.concatenate([[0], (GRID[1:] + GRID[:-1]) / 2, [np.inf]])
    chance = np.exp(np.array(fit) - max(fit)) * np.diff(stats.t.cdf(edges / 0.25, 4))
    chance /= chance.sum()
    assert spread.typical == pytest.approx(chance @ GRID, rel=0.03)
    assert np.abs(np.cumsum(spread.chance) - np.cumsum(chance)).max() < 0.03


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 1)), min_size=1, max_size=80),
    st.lists(st.integers(0, 60), min_size=2, max_size=15),
)
def test_bounds_lie_around_the_rate_and_are_no_shorter_than_wilsons(
    counts: list[tuple[float, float]], came: list[int]
) -> None:
    leads = np.array([n for n, _ in counts])
    customers = leads * np.array([share for _, share in counts])
    spread = spread_between(one_score([60.0] * len(came), [float(k) for k in came]))
    assert spread.chance.sum() == pytest.approx(1)
    low, high = prediction(customers, leads, np.ones(len(leads)), spread)
    rate = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
    assert (low >= 0).all() and (high <= 1).all() and (low <= rate).all() and (rate <= high).all()


def test_cohorts_that_move_widen_the_interval() -> None:
    still, moved = one_score([400.0] * 12, [20.0] * 12), one_score([400.0] * 12, [5.0, 35] * 6)
    counts = np.array([60.0]), np.array([400.0]), np.ones(1)
    widths = [np.subtract(*reversed(prediction(*counts, spread)))[0] for spread in map(spread_between, (still, moved))]
    assert widths[1] > 1.8 * widths[0] > 1.8 * 0.07


def moving_history(rng: np.random.Generator, spread: float) -> tuple[Scores, np.ndarray, int]:
    """3,000 leads in 15 cohorts, 5 % close; the share above 20 % of the scores in 40 later cohorts, and that score."""
    score = np.round(rng.normal(size=3_000) * 4).astype(int)
    levels = np.arange(-20, 21)
    share = np.exp(-(levels**2) / 32)
    grid = np.linspace(-6, 0, 601)
    rates = special.expit(grid[:, None] + levels / 4) @ share / share.sum()
    start = float(np.interp(0.05, rates, grid))
    cohort = np.arange(3_000) // 200
    won = rng.random(3_000) < special.expit(start + score / 4 + (spread * rng.normal(size=15))[cohort])
    scores = np.unique(score)
    cell = cohort * len(scores) + np.searchsorted(scores, score)
    leads, customers = (np.bincount(cell, w, 15 * len(scores)).reshape(15, -1) for w in (np.ones(3_000), won))
    at, above = 4, levels >= 4
    later = special.expit(start + levels[above] / 4 + (spread * rng.normal(size=40))[:, None]) @ share[above]
    return Scores(tuple(map(str, range(15))), scores, leads, customers), later / share[above].sum(), at


def test_later_cohorts_lie_inside() -> None:
    """Sixty histories at each spread; 3 standard errors of chance below 95 % in all, and no spread far below."""
    means, errors = [], []
    for spread in (0.1, 0.2, 0.4):
        rng = np.random.default_rng(round(100 * spread))
        inside = []
        for _ in range(60):
            table, later, at = moving_history(rng, spread)
            row = trade_off(unseen(table, fit_curve(table.scores, *table.total, lines=6)), 15)
            row = row[row["threshold"] >= at].iloc[0]
            inside.append(float(((row["low"] <= later) & (later <= row["high"])).mean()))
        means.append(np.mean(inside))
        errors.append(np.std(inside) / np.sqrt(60))
    assert abs(np.mean(means) - 0.95) < 3 * np.sqrt(np.sum(np.square(errors))) / 3
    assert min(means) > 0.86
