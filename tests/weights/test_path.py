"""From all lines to few: which line goes first, which two become one, and that a step stays a step."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from weights_case import number, several, simulated, text

from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of, tally_of
from calibrate.grid.grid import Pin
from calibrate.weights import METHODS, Constraints
from calibrate.weights.base import Weights
from calibrate.weights.constraints import resolve
from calibrate.weights.path import Guide, Lines, fewer_of, shortened


def test_lines_give_their_weight_to_levels() -> None:
    lines = Lines(np.array([[1, 1, 0, 0], [0, 0, 0, 1]], bool), np.array([2.0, -1.0]))
    assert lines.by_level.tolist() == [2, 2, 0, -1]
    assert lines.groups.astype(int).tolist() == [[1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_step_of_an_ordered_question_stays_a_step(size: int) -> None:
    """Leads with 16 visits and more close at 30 %, others at 5 % (sectors a little apart): one line holds the step.

    The prior of all levels would have weights rise evenly; with one level left it must not draw that one to 0.
    """
    random = np.random.default_rng(5)
    codes = np.stack([random.integers(0, 6, 8000), random.integers(0, 3, 8000)]).astype(np.uint8)
    share = np.where(codes[0] == 5, 0.3, 0.05) * np.array([1.0, 0.9, 1.1])[codes[1]]
    criteria = [number("visits", [1, 2, 4, 8, 16]), text("sector", ["saas", "retail", "public"])]
    tally = tally_of(criteria, codes, random.random(8000) < share)
    weights = METHODS["logistic"](tally, estimate(tally), Constraints())
    lines = shortened(weights, tally, resolve(Constraints(), tally.criteria), (size,))[size]
    step = np.log(0.3 / 0.7) - np.log(0.05 / 0.95)
    assert np.ptp(lines.by_level[:6]) == pytest.approx(step, rel=0.15)


def singles(values: list[float], pins: tuple[Pin, ...] = (), guide: Guide | None = None) -> dict[int, list[float]]:
    """Lines of three criteria of one own level each, at sizes 1 to 3, as weights of these levels."""
    tally = several([(text(name, ["x"]), [(50, 10), (50, 5)]) for name in "abc"])
    full = np.zeros(9)
    full[::3] = values
    weights = Weights("own", tally.criteria, full, full, full, np.ones(9), "log-odds")
    found = shortened(weights, tally, resolve(Constraints(pins=pins), tally.criteria), (1, 2, 3), guide)
    return {size: lines.by_level[::3].tolist() for size, lines in found.items()}


def guided(values: list[float], curvature: list[list[float]]) -> Guide:
    full, metric = np.zeros(9), np.eye(9) * 1e-9
    full[::3] = values
    metric[::3, ::3] = curvature
    return Guide(full, metric, np.eye(9))


def test_a_marginal_method_takes_the_lines_that_explain_most_of_the_joint_fit() -> None:
    """All weigh the same in the fit, the second has most leads (curvature), the third the least."""
    found = singles([1, 1, 1], guide=guided([1, 1, 1], [[4, 0, 0], [0, 9, 0], [0, 0, 1]]))
    assert found == {3: [1, 1, 1], 2: [1, 1, 0], 1: [0, 1, 0]}


def test_two_lines_with_one_fact_between_them_do_not_both_come_first() -> None:
    """The first two lines are one fact, for which the joint fit has one unit in all; the third is its own."""
    metric = [[9, 9, 0], [9, 9, 0], [0, 0, 4]]
    assert singles([1, 1, 1], guide=guided([0.5, 0.5, 1], metric))[2] == [1, 0, 1]


def test_pinned_lines_are_counted_and_lines_without_weight_are_none() -> None:
    """A pin takes one of the two lines; of the others the one with most leads comes first."""
    metric = [[4, 0, 0], [0, 9, 0], [0, 0, 1]]
    found = singles([1, 1, 1], pins=(Pin("b", "x", 5),), guide=guided([1, 1, 1], metric))
    assert found == {3: [1, 0, 1], 2: [1, 0, 0], 1: [0, 0, 0]}
    assert singles([0, 2, 0], guide=guided([0, 2, 0], metric)) == {3: [0, 2, 0], 2: [0, 2, 0], 1: [0, 2, 0]}


def test_a_joint_method_makes_neighbours_with_one_rate_one_line() -> None:
    random = np.random.default_rng(4)
    codes = random.integers(0, 4, 8000).astype(np.uint8)
    bought = random.random(8000) < np.where(codes >= 2, 0.3, 0.1)
    tally = tally_of([number("visits", [1, 2, 3])], codes[None], bought)
    weights = METHODS["logistic"](tally, estimate(tally), Constraints())
    found = shortened(weights, tally, resolve(Constraints(), tally.criteria), (2, 1))
    (line,) = found[1].gives
    assert line.tolist() in ([False, False, True, True, False, False], [True, True, False, False, False, False])
    contrast = found[1].by_level[2] - found[1].by_level[0]
    assert contrast == pytest.approx(np.log(0.3 / 0.7) - np.log(0.1 / 0.9), abs=0.2)


def test_every_size_keeps_its_number_and_loses_little_by_little() -> None:
    tally, _ = simulated(6_000)
    weights = METHODS["logistic"](tally, estimate(tally), Constraints())
    found = shortened(weights, tally, resolve(Constraints(), tally.criteria), (12, 6, 3, 1, 0))
    assert sorted(found) == [1, 3, 6, 12] and all(len(lines.values) == size for size, lines in found.items())
    spread = [np.std(scores_of(tally, found[size].by_level)) for size in (12, 6, 3, 1)]
    full = np.std(scores_of(tally, weights.values))
    assert spread == sorted(spread, reverse=True) and spread[0] > 0.9 * full > spread[-1]


def test_answers_with_one_rate_become_one_line_and_opposite_ones_never() -> None:
    """a and c close at 30 %, d at 2 %, b and e at the average: two lines, `a or c` and `d`."""
    random = np.random.default_rng(5)
    codes = random.choice(5, 12_000, p=[0.15, 0.3, 0.15, 0.15, 0.25]).astype(np.uint8)
    bought = random.random(12_000) < np.array([0.3, 0.1, 0.3, 0.02, 0.1])[codes]
    tally = tally_of([text("role", "abcde")], codes[None], bought)
    weights = METHODS["logistic"](tally, estimate(tally), Constraints())
    found = shortened(weights, tally, resolve(Constraints(), tally.criteria), (2, 1))
    assert sorted(line.nonzero()[0].tolist() for line in found[2].gives) == [[0, 2], [3]]
    assert len(found[1].gives) == 1 and not (found[1].gives[0, 0] and found[1].gives[0, 3])


def test_lines_of_a_search_are_fitted_again_shrunk_and_fewer() -> None:
    """One line alone: its weight is that of a ridge with the spread that it has, found by a general optimiser."""
    tally = several([(text("a", ["x", "y"]), [(400, 120), (1600, 160)])])
    values = np.array([2.0, 0, 0, 0])
    weights = Weights("sparse", tally.criteria, values, values, values, np.ones(4), "log-odds", intercept=-2.2)
    found = fewer_of(weights, tally, (3, 1))

    def loss(x: np.ndarray) -> float:
        odds = np.array([x[0] + x[1], x[1]])
        leads, customers = np.array([400, 1600]), np.array([120, 160])
        return float((leads * np.logaddexp(0, odds) - customers * odds).sum() + x[0] ** 2 / 4 / 2)

    best = minimize(loss, np.array([1.0, -2.0])).x[0]
    assert found[1].values == pytest.approx([best], abs=0.02) and found[3].gives.tolist() == found[1].gives.tolist()
    free = np.log(0.3 / 0.7) - np.log(0.1 / 0.9)
    assert found[1].values[0] < free
