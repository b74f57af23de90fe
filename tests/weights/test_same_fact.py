"""One fact, one line: which of two lines on the same leads goes, and what the others take over."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from calibrate.weights.same_fact import ALIKE, one_line_each

ALL = np.ones(3, bool)


def shared(common: float, own: tuple[float, float, float] = (100, 100, 100)) -> np.ndarray:
    return np.array([[own[0], common, 5], [common, own[1], 5], [5, 5, own[2]]])


@pytest.mark.parametrize(("common", "left"), [(90, [3, 0, 2]), (89, [3, -1, 2])])
def test_lines_on_nine_tenths_of_the_same_leads_are_one(common: float, left: list[float]) -> None:
    assert ALIKE == 0.9
    assert one_line_each(np.array([3.0, -1, 2]), shared(common), ALL).tolist() == left


def test_a_small_line_inside_a_large_one_is_a_fact_of_its_own() -> None:
    assert one_line_each(np.array([3.0, -1, 2]), shared(40, (100, 40, 100)), ALL).tolist() == [3, -1, 2]


def test_a_line_that_may_not_move_stays_and_the_other_goes() -> None:
    values, movable = np.array([3.0, -1, 2]), np.array([True, False, True])
    assert one_line_each(values, shared(95), movable).tolist() == [0, -1, 2]
    assert one_line_each(values, shared(95), np.zeros(3, bool)).tolist() == [3, -1, 2]
    assert values.tolist() == [3, -1, 2]  # the weights given are not changed


def test_levels_without_leads_are_like_nothing() -> None:
    assert one_line_each(np.array([3.0, -1, 2]), np.zeros((3, 3)), ALL).tolist() == [3, -1, 2]


def test_the_line_that_stays_takes_over_what_a_joint_fit_would_give_it() -> None:
    """The loss ``(x - w)' P (x - w)`` at its smallest where the second weight is 0."""
    weights = np.array([1.5, 1.0, -0.7])
    precision = np.array([[4.0, 3.0, 0.5], [3.0, 5.0, 0.2], [0.5, 0.2, 2.0]])

    def loss(x: np.ndarray) -> float:
        gap = np.array([x[0], 0.0, x[1]]) - weights
        return float(gap @ precision @ gap)

    best = minimize(loss, np.zeros(2)).x
    left = one_line_each(weights, shared(95), ALL, precision)
    assert left == pytest.approx([best[0], 0, best[1]], abs=1e-4)
