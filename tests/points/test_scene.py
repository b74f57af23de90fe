"""What every step of building looks at: bounds by weights and counts, one line per fact, groups with one number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from weights_case import number, several, text

from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.grid import Pin
from calibrate.points.scene import Scene, regrouped
from calibrate.weights import METHODS, Constraints
from calibrate.weights.constraints import resolve
from calibrate.weights.path import Lines


def scene(tally: Tally, constraints: Constraints, method: str = "evidence", lines: Lines | None = None) -> Scene:
    weights = METHODS[method](tally, estimate(tally, min_leads=10), constraints)
    return Scene(weights, tally, constraints, resolve(constraints, tally.criteria), 1.0, None, lines)


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Sector: bank above the average, farm below, shop never buys; size says nothing."""
    sector = (text("sector", ["bank", "farm", "shop"]), [(300, 60), (600, 30), (100, 0)])
    return several([sector, (text("size", ["big", "small"]), [(400, 36), (600, 54)])])


def test_no_line_may_turn_against_its_weight_or_gain_without_customers(tally: Tally) -> None:
    found = scene(tally, Constraints(cap=7))
    assert found.bounds.tolist() == [0, 5, 9]
    bank, farm, shop = found.values[:3]
    assert bank > 0 > farm > shop
    assert (found.floor[:3].tolist(), found.ceiling[:3].tolist()) == ([0, -7, -7], [7, 0, 0])
    assert (found.floor <= found.ceiling).all()


def test_a_pinned_line_is_bound_by_its_pin_alone(tally: Tally) -> None:
    found = scene(tally, Constraints(pins=(Pin("sector", "shop", 6),)))
    assert found.movable.tolist() == [True, True, False, *[True] * 6]
    assert found.ceiling[2] == found.floor[2] == 6  # although nobody there has bought


def test_levels_without_leads_are_thin(tally: Tally) -> None:
    assert scene(tally, Constraints()).thin.tolist() == [False, False, False, True, True, False, False, True, True]


def test_two_levels_on_the_same_leads_are_one_line() -> None:
    random = np.random.default_rng(3)
    first = random.integers(0, 2, 2000)
    bought = random.random(2000) < np.where(first == 0, 0.3, 0.1)
    twins = tally_of([text("a", ["x", "y"]), text("b", ["x", "y"])], np.stack([first, first]).astype(np.uint8), bought)
    found = scene(twins, Constraints())
    assert np.count_nonzero(found.weights.values) == 4 and np.count_nonzero(found.distinct.values) <= 2
    assert (found.shared[0, 4], found.shared[0, 5]) == ((first == 0).sum(), 0)


def test_a_limit_of_criteria_or_lines_leaves_the_ones_that_tell(tally: Tally) -> None:
    one = scene(tally, Constraints(max_criteria=1))
    assert one.distinct.values[:5].any() and not one.distinct.values[5:].any()
    two = scene(tally, Constraints(max_lines=2))
    assert np.count_nonzero(two.values) <= 2 and two.short is not None and one.short is None


def test_groups_have_one_number_within_the_bounds_of_all_their_levels() -> None:
    visits = several([(number("visits", [1, 2]), [(300, 15), (300, 30), (300, 60)])])
    fused = Lines(np.array([[False, True, True, False, False]]), np.array([0.4]))
    found = scene(visits, Constraints(cap=5), "logistic", fused)
    assert found.groups.astype(int).tolist()[0] == [0, 1, 1, 0, 0] and len(found.groups) == 4
    assert found.values.tolist() == [0, 0.4, 0.4, 0, 0]
    target = found.grouped(found.values)
    assert target.values.tolist()[0] == 0.4 and len(target.values) == 4
    together = found.metric[1:3, 1:3].sum()
    assert target.metric[0, 0] == pytest.approx(together)


@pytest.mark.parametrize("method", ["evidence", "logistic"])
def test_the_metric_is_the_curvature_of_the_loss(tally: Tally, method: str) -> None:
    """What a small change of weights costs, the intercept following, is the same by either way."""
    found = scene(tally, Constraints(), method)
    assert found.metric == pytest.approx(found.metric.T) and (np.linalg.eigvalsh(found.metric) > -1e-6).all()
    same = np.zeros(9)
    same[:5] = 1.0  # a shift of a whole criterion goes into the intercept
    assert same @ found.metric @ same == pytest.approx(0, abs=1e-2)
    assert (found.precision is None) == (method == "evidence")


def test_leads_on_other_levels_are_counted_once(tally: Tally) -> None:
    coarse = tally.criteria[:1]
    again = regrouped(tally, coarse)
    assert regrouped(tally, coarse) is again and again.totals.sum() == tally.totals.sum()
    assert again.criteria == coarse and regrouped(replace(tally), coarse) is not again
