"""One fact, one line: which of two lines on the same leads goes, and what the others take over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from calibrate.weights.same_fact import ALIKE, one_line_each, same_leads

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


def test_points_that_add_up_stand_on_the_line_that_stays() -> None:
    assert one_line_each(np.array([3.0, -1, 2]), shared(95), ALL, adds=True).tolist() == [2, 0, 2]
    assert one_line_each(np.array([2.0, -2, 2]), shared(95), ALL, adds=True).tolist() == [0, 0, 2]
    pinned = np.array([False, True, True])
    assert one_line_each(np.array([1.0, 4, 2]), shared(95), pinned, adds=True).tolist() == [1, 0, 2]


FIRES = arrays(np.float64, (6, 40), elements=st.sampled_from([0.0, 1.0]))


@given(FIRES, arrays(np.int64, 6, elements=st.integers(-5, 5)))
def test_no_two_lines_on_the_same_leads_are_left(fires: np.ndarray, points: np.ndarray) -> None:
    common, free = fires @ fires.T, np.ones(6, bool)
    for adds in (False, True):
        values = one_line_each(points.astype(float), common, free, adds=adds)
        lines = values != 0
        assert not (same_leads(common) & lines[:, None] & lines[None, :]).any()
        assert (points[lines] != 0).all()
    assert one_line_each(points.astype(float), common, free, adds=True).sum() == points.sum()
