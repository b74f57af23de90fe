"""Which criteria a grid has room for: beside a general optimiser, and on leads whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from levels_case import levels_of
from scipy.optimize import minimize

from calibrate.weights.search.choose import RIDGE, Design, chosen_criteria

TRUTH = [[0.0, 1.0, -1.0], [0.0, 0.0, 0.0], [0.0, 0.4, 0.8]]


def test_weights_are_those_of_a_penalised_logistic_regression() -> None:
    levels = levels_of(TRUTH)
    design = Design(levels)
    weights, slope, curve = design.fitted(np.ones(3, bool), np.zeros(len(design.columns)))

    def loss(x: np.ndarray) -> float:
        z = x @ design.columns
        return float(np.logaddexp(0, z).sum() - levels.customers @ z + RIDGE / 2 * (x[1:] ** 2).sum())

    assert loss(weights) == pytest.approx(minimize(loss, np.zeros(len(weights))).fun, abs=0.02)
    assert np.abs(slope).max() < 1
    step = 1e-3
    for i in range(1, 3):  # the curvature, by differences of the loss
        up, down = weights.copy(), weights.copy()
        up[i] += step
        down[i] -= step
        assert curve[i, i] == pytest.approx((loss(up) + loss(down) - 2 * loss(weights)) / step**2, rel=1e-3)


def test_one_level_of_each_criterion_is_its_ground_and_criteria_left_out_weigh_nothing() -> None:
    levels = levels_of(TRUTH)
    design = Design(levels)
    assert len(design.columns) == 1 + 2 + 2 + 2 and design.criterion.tolist() == [0, 0, 1, 1, 2, 2]
    weights, _, _ = design.fitted(np.array([True, False, True]), np.ones(7))
    assert (weights[3:5] == 0).all() and (weights[[1, 2, 5, 6]] != 0).all()
    variance = design.variance(np.array([True, False, True]))
    assert (variance[3:6] == 0).all() and np.count_nonzero(variance[:3]) == 2


@pytest.mark.parametrize(("most", "kept"), [(3, [0, 2]), (2, [0, 2]), (1, [0])])
def test_criteria_that_tell_stay_and_noise_goes(most: int, kept: list[int]) -> None:
    """A criterion must be worth 4 in loss; what means nothing gains about 1 (half of two chi-squares)."""
    levels = levels_of(TRUTH, criteria=most, worth=4.0, seed=2)
    chosen, weights = chosen_criteria(levels, Design(levels))
    assert np.flatnonzero(chosen).tolist() == kept
    assert [int(bool(weights[a:b].any())) for a, b in levels.spans] == chosen.astype(int).tolist()


def test_a_pinned_criterion_stays_whatever_it_is_worth() -> None:
    levels = levels_of(TRUTH, criteria=2, worth=4.0)
    floor, ceiling = levels.floor.copy(), levels.ceiling.copy()
    floor[3] = ceiling[3] = 2
    pinned = replace(levels, floor=floor, ceiling=ceiling)
    chosen, _ = chosen_criteria(pinned, Design(pinned))
    assert np.flatnonzero(chosen).tolist() == [0, 1]
