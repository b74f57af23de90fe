"""Points on every level of a few criteria, beside enumeration."""

from itertools import product

import numpy as np
import pytest
from cards_case import loss_of
from levels_case import levels_of, scores_of

from calibrate.weights.search.fits import counted, fit_scores
from calibrate.weights.search.levels import Order
from calibrate.weights.search.wide import wide_search


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_nearly_the_best_that_enumeration_finds(seed: int) -> None:
    levels = levels_of([[0.0, 1.2, -1.0], [0.0, 0.9]], seed=seed, cap=2)
    card, variance = wide_search(levels)
    points = np.array(list(product(range(-2, 3), repeat=5)))
    scores = np.array([scores_of(levels, own) for own in points])
    best = fit_scores(*counted(scores, levels.leads, levels.customers)).loss.min()
    assert best - 1e-6 <= card.loss <= best * 1.002
    assert card.loss == pytest.approx(loss_of(scores_of(levels, card.points), levels.customers), rel=1e-6)
    assert (variance >= 0).all() and np.count_nonzero(variance) == 3  # one level of each criterion is its ground


def test_points_follow_the_order_asked_for_against_the_leads() -> None:
    order = Order(np.array([0, 1, 2]), 1)
    card, _ = wide_search(levels_of([[1.0, 0.0, -1.0], [0.0, 0.9]], orders=(order,)))
    assert (np.diff(card.points[:3]) >= 0).all()


def test_a_limit_of_criteria_keeps_the_one_that_tells() -> None:
    card, variance = wide_search(levels_of([[0.0, 0.3, 0.1], [0.0, 1.5]], criteria=1))
    assert not card.points[:3].any() and card.points[3:].any() and not variance[:3].any()
