"""The design effect: by pencil, against the sandwich of statsmodels, and on histories without any effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibrate.counts.design_effect import share_effect
from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level

LEVELS = 4


def criterion(name: str) -> Criterion:
    """A question with four answers."""
    values = (Level(str(i), values=(str(i),)) for i in range(LEVELS))
    return Criterion(name, name, "text", "fit", (*values, Level("missing", "missing"), Level("other", "other")), "0")


def null_history(rng: np.random.Generator, leads: int, contacts: int, rate: float) -> Tally:
    """Companies of 1 to so many contacts that win with all of them or none, whatever the answers.

    Half of the criteria are a company's, half a contact's.
    """
    size = rng.integers(1, contacts + 1, leads)
    group = np.repeat(np.arange(leads), size)[:leads]
    shares = [0.5, 0.3, 0.15, 0.05]
    codes = [rng.choice(LEVELS, leads, p=shares)[group] if i % 2 else rng.choice(LEVELS, leads, p=shares)
             for i in range(8)]  # fmt: skip
    bought = (rng.random(leads) < rate)[group]
    return tally_of([criterion(f"c{i}") for i in range(8)], np.array(codes, np.uint8), bought, group=group)


def test_couples_that_buy_together_are_half_as_many() -> None:
    """Four couples, two of which buy: every variance is that of four leads."""
    group = np.repeat(np.arange(4), 2)
    bought = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    codes = np.array([[0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]], np.uint8)
    tally = tally_of([criterion("of company"), criterion("of contact")], codes, bought, group=group)
    assert tally.effect() == pytest.approx(2)
    rates = estimate(tally)
    assert rates.overall.low == pytest.approx(
        estimate(tally_of(tally.criteria, codes[:, ::2], bought[::2])).overall.low
    )
    assert rates.effect[:2].tolist() == [2, 2]  # each level has two couples of its own
    assert rates.contrast[:2].tolist() == [2, 2]
    assert rates.effect[6:8].tolist() == [1, 1]  # one of each couple
    assert rates.contrast[6:8].tolist() == [1, 1]


def test_variance_of_the_global_rate_is_that_of_cluster_sums() -> None:
    """With groups of one size the effect is the sandwich: the sum of squared group residuals over N P (1 - P)."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(400), 3)
    bought = rng.random(1200) < np.repeat(rng.beta(1, 9, 400), 3)
    tally = tally_of([criterion("a")], rng.integers(0, 4, (1, 1200)).astype(np.uint8), bought, group=group)
    mean = bought.mean()
    sandwich = (np.bincount(group, bought - mean) ** 2).sum() / (1200 * mean * (1 - mean))
    residuals = ((bought - mean) ** 2).sum() / (1200 * mean * (1 - mean))
    assert tally.effect() == pytest.approx(1 + sandwich - residuals)


@given(
    arrays(np.int64, 40, elements=st.integers(0, 8)),
    arrays(np.bool_, 40),
    arrays(np.uint8, 40, elements=st.integers(0, 3)),
)
def test_pairs_are_those_counted_one_by_one(group, bought, codes) -> None:  # type: ignore[no-untyped-def]
    """Coupled pairs of levels against a double loop over leads."""
    tally = tally_of([criterion("a")], codes[None], bought, group=group)
    if tally.grouped is None:
        return
    share = dict(zip(tally.group[tally.grouped.row], tally.grouped.covariance[tally.grouped.of_row], strict=True))
    own, shared = np.zeros(6), np.zeros(6)
    for i in range(40):
        for j in range(40):
            if i != j and tally.group[i] == tally.group[j] >= 0:
                shared[codes[i]] += share[tally.group[i]]
                own[codes[i]] += share[tally.group[i]] * (codes[i] == codes[j])
    np.testing.assert_allclose(tally.pairs.own, own, atol=1e-9)
    np.testing.assert_allclose(tally.pairs.shared, shared, atol=1e-9)
    assert tally.pairs.every == pytest.approx(shared.sum())


def test_leads_alone_have_the_same_rates_to_the_last_bit() -> None:
    rng = np.random.default_rng(4)
    tally = null_history(rng, 1000, 1, 0.1)
    assert tally.group is None
    alone = estimate(tally)
    assert (alone.effect == 1).all() and (alone.contrast == 1).all()
    grouped = replace(tally, group=np.full(1000, -1, np.int32))
    for name in ("low", "high", "shrunk_low", "lift_low", "lift_high", "p_value"):
        assert np.array_equal(getattr(alone, name), getattr(estimate(grouped), name))


def test_one_huge_group_hides_nothing() -> None:
    """A domain of 300 strangers beside companies that buy together: the small ones keep their effect."""
    rng = np.random.default_rng(5)
    group = np.concatenate([np.repeat(np.arange(500), 2), np.full(300, 500)])
    bought = np.concatenate([np.repeat(rng.random(500) < 0.2, 2), rng.random(300) < 0.2])
    tally = tally_of([criterion("a")], rng.integers(0, 4, (1, 1300)).astype(np.uint8), bought, group=group)
    share = tally.grouped.covariance
    assert share[:500].min() > 0.8
    assert share[500] < 0.05


def test_rows_may_leave_and_exact_counts_follow() -> None:
    rng = np.random.default_rng(6)
    tally = null_history(rng, 500, 3, 0.2)
    gone = tally.group == 0
    less = tally.less(gone)
    assert less.overall == (500 - gone.sum(), tally.overall[1] - int(tally.customers[gone].sum()))
    assert (less.by_level[:6, 0] == np.bincount(less.codes[0], minlength=6)).all()


@pytest.mark.parametrize("contacts", [1, 2, 3, 5])
def test_histories_without_effect_have_no_distinct_level_and_intervals_that_hold(contacts: int) -> None:
    """80 histories: distinct in 5 % (up to chance), rates and lifts held in 93 to 97 %."""
    rng = np.random.default_rng(contacts)
    found = held = lifts = levels = 0
    for _ in range(80):
        rates = estimate(null_history(rng, 2000, contacts, 0.1))
        found += bool(rates.distinct.any())
        there = rates.leads > 0
        levels += int(there.sum())
        held += int(((rates.low <= 0.1) & (rates.high >= 0.1))[there].sum())
        lifts += int(((rates.lift_low <= 1) & (rates.lift_high >= 1))[there].sum())
    assert found <= 9  # 97.5 % quantile of 80 draws at 5 %
    assert 0.93 <= held / levels <= 0.97
    assert 0.93 <= lifts / levels <= 0.97


def test_the_share_of_leads_varies_as_much_as_its_effect_says() -> None:
    """Drawn companies of 1 to 5 leads, four in five answering as their company does: variance over 3,000 draws."""
    rng = np.random.default_rng(8)
    effects, shares, sizes = [], [], []
    for _ in range(3000):
        size = rng.integers(1, 6, 80)
        company = np.repeat(np.arange(80), size)
        theirs, alone = rng.random(80) < 0.3, rng.random(len(company)) < 0.3
        mine = np.where(rng.random(len(company)) < 0.8, theirs[company], alone)
        effects.append(share_effect(mine, company))
        shares.append(mine.mean() - 0.3)
        sizes.append(len(company))
    independent = 0.3 * 0.7 / np.mean(sizes)
    assert np.mean(effects) == pytest.approx(np.var(shares) / independent, rel=0.08)


def test_the_share_of_leads_that_stand_alone_is_binomial() -> None:
    mine, alone = np.arange(40) < 10, np.full(40, -1)
    assert share_effect(mine, alone) == share_effect(mine, np.arange(40)) == pytest.approx(1.0)
    assert share_effect(mine[:10], np.repeat([0, 1], 5)) == 5.0  # all of them: a company is one lead
    assert share_effect(np.array([True, False]), np.array([-1, -1]), np.array([30.0, 70.0])) == pytest.approx(1.0)
    assert share_effect(mine[:0], alone[:0]) == 1.0
