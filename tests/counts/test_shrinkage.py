"""Shrunk rates: by pencil, against an integral done another way, and whether the intervals hold simulated truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from calibrate.counts import shrinkage
from calibrate.counts.shrinkage import QUICK, shrink

ONE = np.array([0, 4])


def test_levels_that_agree_are_worth_many_leads_and_levels_that_differ_few() -> None:
    agree = shrink(np.array([50, 51, 49, 50]), np.array([1000] * 4), ONE, (4000, 200))
    differ = shrink(np.array([10, 200, 400, 50]), np.array([1000] * 4), ONE, (4000, 660))
    assert 300 < agree.strength[0] < 20_000  # never a million: four levels cannot tell that much
    assert differ.strength[0] < 30
    assert differ.rate == pytest.approx([0.010, 0.2, 0.4, 0.05], abs=0.003)


def test_a_small_level_that_stands_out_keeps_part_of_it() -> None:
    # 7 of 50 where the others close at 5.5 %: a strength of a million would leave nothing
    found = shrink(np.array([7, 110, 55, 55]), np.array([50, 2000, 1000, 1000]), ONE, (4050, 227))
    assert 0.062 < found.rate[0] < 0.13
    assert found.above[0] > 0.7
    assert found.low[0] < 0.06 < found.high[0]


def test_the_grids_give_the_integral() -> None:
    k, n, overall = np.array([3, 30]), np.array([40, 960]), (1000, 33)
    theta = np.linspace(-14, 8, 4001)
    spreads = np.geomspace(0.03, 3.0, 90)
    usual, information = special.logit(0.033), 33 * (1 - 0.033)
    evidence, means = [], []
    likelihood = [stats.binom.pmf(one, all_of, special.expit(theta)) for one, all_of in zip(k, n, strict=True)]
    for spread in spreads:
        width = np.sqrt(spread**2 + 100 / information)
        for middle in usual + width * np.linspace(-5, 5, 101):
            density = stats.logistic.pdf(theta, middle, spread * np.sqrt(3) / np.pi)
            joint = [density * each for each in likelihood]
            inside = [each.sum() for each in joint]
            chance = stats.halfcauchy.pdf(spread) * spread * stats.norm.pdf(middle, usual, width) * width
            evidence.append(chance * inside[0] * inside[1])
            means.append(
                [
                    (each * special.expit(theta)).sum() / max(total, 1e-300)
                    for each, total in zip(joint, inside, strict=True)
                ]
            )
    expected = np.average(means, axis=0, weights=evidence)
    assert shrink(k, n, np.array([0, 2]), overall).rate == pytest.approx(expected, rel=0.02)
    assert shrink(k, n, np.array([0, 2]), overall, QUICK).rate == pytest.approx(expected, rel=0.05)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=6), st.floats(0.2, 1.0))
def test_rates_and_intervals_stay_in_order_for_any_counts(pairs: list[tuple[int, int]], part: float) -> None:
    k = np.array([min(pair) for pair in pairs]) * part  # effective counts may be fractions
    n = np.array([max(pair) for pair in pairs]) * part
    found = shrink(k, n, np.array([0, len(k)]), (float(n.sum()), float(k.sum())))
    assert np.isfinite(found.strength).all()
    assert ((found.low >= 0) & (found.low <= found.rate) & (found.rate <= found.high) & (found.high <= 1)).all()
    assert ((found.above >= -1e-12) & (found.above <= 1 + 1e-12)).all()


def test_a_level_is_pulled_the_more_the_fewer_leads_it_has() -> None:
    sizes = np.array([20, 200, 2000])
    pulled = [shrink(np.array([0.2 * n, 100, 100]), np.array([n, 1000, 1000]), np.array([0, 3]),
                     (2000 + n, 200 + 0.2 * n)).rate[0] for n in sizes]  # fmt: skip
    assert 0.1 < pulled[0] < pulled[1] < pulled[2] < 0.2


@pytest.mark.parametrize(("base", "leads"), [(0.003, 20_000), (0.03, 500), (0.03, 3_000), (0.2, 3_000), (0.6, 500)])
def test_intervals_hold_the_truth_on_small_levels_too(base: float, leads: int) -> None:
    rng = np.random.default_rng(8)
    criteria, levels = 150, 6
    shares = rng.dirichlet(np.full(levels, 0.8), criteria)
    spread = rng.choice([0.0, 0.3, 0.8], criteria)
    truth = special.expit(special.logit(base) + spread[:, None] * rng.standard_normal((criteria, levels)))
    n = np.maximum(np.round(shares * leads), 1)
    k = rng.binomial(n.astype(int), truth)
    overall = (leads, int(np.round(k.sum() / criteria)))
    found = shrink(k.ravel(), n.ravel(), np.arange(criteria + 1) * levels, overall)
    inside = (found.low <= truth.ravel()) & (truth.ravel() <= found.high)
    small = (n.ravel() >= 30) & (n.ravel() <= 200)
    assert 0.93 <= inside.mean() <= 0.985
    assert inside[small].mean() >= 0.90
    worse = np.mean((found.rate - truth.ravel()) ** 2) / np.mean((k.ravel() / n.ravel() - truth.ravel()) ** 2)
    assert worse < 0.9


def test_one_outcome_only_leaves_rates_as_they_are() -> None:
    found = shrink(np.array([0, 0]), np.array([40, 10]), np.array([0, 2]), (50, 0))
    assert found.rate.tolist() == [0, 0]
    assert found.low.tolist() == [0, 0]
    assert (found.high > 0).all()


def test_many_criteria_are_shrunk_in_pieces_that_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    sizes = chance.integers(1, 6, 23)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    leads = chance.integers(0, 400, bounds[-1])
    customers = chance.binomial(leads, 0.1)
    whole = shrink(customers, leads, bounds, (4000, 400), QUICK)
    monkeypatch.setattr(shrinkage, "AT_ONCE", 5)
    parts = shrink(customers, leads, bounds, (4000, 400), QUICK)
    for name in ("rate", "low", "high", "above", "strength"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), rel=1e-9), name
