"""The search beside enumeration; the same whatever the rows; its pool."""

from itertools import combinations, product

import numpy as np
import pytest
from cards_case import drawn, loss_of

from calibrate.weights.search.find import refined, search
from calibrate.weights.search.fits import counted as per_score
from calibrate.weights.search.fits import fit_scores
from calibrate.weights.search.lines import Budget, plain


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_search_finds_what_enumeration_finds(numbers, seed):
    columns, outcome = drawn(lines=6, rows=300, seed=seed, numbers=numbers)
    leads = np.ones(len(outcome))
    found = search(plain(columns, leads, outcome, 3), Budget(3, 6)).best
    cards = []
    for support in combinations(range(6), 3):
        points = np.zeros((7**3, 6), int)
        points[:, support] = list(product(range(-3, 4), repeat=3))
        cards.append(fit_scores(*per_score(points @ columns.astype(int), leads, outcome)).loss.min())
    assert found.loss == pytest.approx(min(cards), rel=1e-9)
    assert found.loss == pytest.approx(loss_of(found.points @ columns.astype(int), outcome), rel=1e-7)


def test_order_and_grouping_of_rows_change_nothing():
    columns, outcome = drawn(lines=6, rows=900)
    once = search(plain(columns, np.ones(900), outcome, 5), Budget(4, 6)).best
    shuffled = np.random.default_rng(3).permutation(900)
    again = search(plain(columns[:, shuffled], np.ones(900), outcome[shuffled], 5), Budget(4, 6)).best
    kinds, place = np.unique(columns, axis=1, return_inverse=True)
    leads, customers = np.bincount(place.ravel()), np.bincount(place.ravel(), outcome)
    merged = search(plain(kinds, leads.astype(float), customers, 5), Budget(4, 6)).best
    assert once.points.tolist() == again.points.tolist() == merged.points.tolist()


def test_weights_count_like_rows():
    columns, outcome = drawn(lines=5, rows=500)
    twice = search(plain(columns, np.full(500, 3.0), 3 * outcome, 5), Budget(3, 5)).best
    once = search(plain(columns, np.ones(500), outcome, 5), Budget(3, 5)).best
    assert twice.points.tolist() == once.points.tolist() and twice.loss == pytest.approx(3 * once.loss)


def test_fractions_of_leads_are_exact_too():
    columns, outcome = drawn(lines=5, rows=500)
    found = search(plain(columns, np.full(500, 0.25), 0.25 * outcome, 5), Budget(3, 5)).best
    assert found.loss == pytest.approx(0.25 * loss_of(found.points @ columns.astype(int), outcome), rel=1e-6)


def test_leads_told_apart_end_the_search():
    columns, _ = drawn(lines=8, rows=400)
    outcome = ((columns[0] + columns[3]) > 0).astype(float)
    found = search(plain(columns, np.ones(400), outcome, 5), Budget(4, 8))
    assert found.best.loss < 1e-2 and np.isfinite([found.best.scale, found.best.intercept]).all()


def test_a_line_more_must_be_worth_it():
    columns, outcome = drawn(lines=8, rows=600)
    free = search(plain(columns, np.ones(600), outcome, 5), Budget(8, 8)).best
    paid = search(plain(columns, np.ones(600), outcome, 5), Budget(8, 8, worth=4.0)).best
    lines = [np.count_nonzero(card.points) for card in (free, paid)]
    assert lines[1] < lines[0] and paid.loss - free.loss < 4.0 * (lines[0] - lines[1])
    for j in np.flatnonzero(paid.points):
        without = np.where(np.arange(8) == j, 0, paid.points) @ columns.astype(int)
        assert loss_of(without, outcome) > paid.loss + 4.0


def test_the_pool_is_near_and_in_order():
    columns, outcome = drawn(lines=8, rows=600)
    pool = search(plain(columns, np.ones(600), outcome, 5), Budget(4, 8)).pool
    losses = [card.loss for card in pool]
    assert losses == sorted(losses) and losses[-1] <= losses[0] * 1.01 and len(pool) > 3
    assert len({card.points.tobytes() for card in pool}) == len(pool)
    assert all(np.gcd.reduce(card.points) == 1 for card in pool)


def test_a_climb_on_all_rows_mends_a_card_of_few():
    columns, outcome = drawn(lines=8, rows=4000)
    lines = plain(columns, np.ones(4000), outcome, 5)
    few = plain(columns[:, :200], np.ones(200), outcome[:200], 5)
    mended = refined(lines, Budget(4, 8), search(few, Budget(4, 8)).pool[:3]).best
    assert mended.loss == pytest.approx(search(lines, Budget(4, 8)).best.loss, rel=1e-4)
