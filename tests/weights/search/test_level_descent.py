"""Points settled level by level: no single move is better, demands hold, the loss is exact."""

from dataclasses import replace

import numpy as np
import pytest
from cards_case import loss_of
from levels_case import levels_of, scores_of

from calibrate.weights.search.level_descent import settled
from calibrate.weights.search.levels import Levels, Order
from calibrate.weights.search.rounding import Card

TRUTH = [[0.0, 1.0, -1.0], [0.0, 0.4, 0.8, 0.1]]


def start(levels: Levels, points: list[int]) -> Card:
    return Card(np.array(points), 1.0, -1.5, np.inf)


def cost(levels: Levels, points: np.ndarray) -> float:
    return float(loss_of(scores_of(levels, points), levels.customers)) + levels.worth * np.count_nonzero(points)


@pytest.mark.parametrize("worth", [0.0, 3.0])
def test_no_other_points_on_one_level_are_better(worth: float) -> None:
    levels = levels_of(TRUTH, worth=worth)
    card = settled(levels, start(levels, [0, 1, 0, 0, 0, 1, 0]))
    assert card.loss == pytest.approx(loss_of(scores_of(levels, card.points), levels.customers), rel=1e-6)
    here = cost(levels, card.points)
    for level in range(7):
        for points in {0, card.points[level] - 1, card.points[level] + 1}:
            if abs(points) <= 3:
                moved = np.where(np.arange(7) == level, points, card.points)
                assert cost(levels, moved) >= here * (1 - 1e-6)


def test_criteria_without_points_stay_without() -> None:
    levels = levels_of(TRUTH)
    card = settled(levels, start(levels, [0, 1, 0, 0, 0, 0, 0]))
    assert not card.points[3:].any() and card.points[:3].any()


def test_lines_beyond_the_budget_go_the_cheapest_first() -> None:
    levels = levels_of(TRUTH, lines=2)
    card = settled(levels, start(levels, [1, 2, -2, 1, 1, 2, 1]))
    assert np.count_nonzero(card.points) == 2
    spread = sorted(
        cost(levels, np.array([0, a, b, 0, 0, 0, 0])) for a in range(-3, 4) for b in range(-3, 4) if a and b
    )
    assert card.loss <= spread[0] * 1.02


def test_bounds_and_orders_hold() -> None:
    order = Order(np.array([3, 4, 5, 6]), -1)  # against the truth: points must fall
    levels = levels_of(TRUTH, orders=(order,))
    floor, ceiling = levels.floor.copy(), levels.ceiling.copy()
    ceiling[1], floor[0], ceiling[0] = 1, 2, 2
    bounded = replace(levels, floor=floor, ceiling=ceiling)
    points = settled(bounded, start(bounded, [2, 1, -1, 0, 0, 0, 0])).points
    assert points[0] == 2 and points[1] <= 1
    points = settled(bounded, start(bounded, [2, 1, -1, 1, 0, 0, -1])).points
    assert (np.diff(points[3:]) <= 0).all()
