"""Lines that criteria offer, and the criteria that a card of them makes."""

import numpy as np
import pytest
from weights_case import counted, number, text

from calibrate.counts.rates import estimate
from calibrate.weights import Constraints
from calibrate.weights.constraints import resolve
from calibrate.weights.sparse_lines import joined, joined_places, offered


def test_ordered_texts_join_too():
    size = text("size", ["S", "M", "L"])
    ordered = type(size)(size.name, size.column, "text", "fit", size.levels, ordered=True)
    (one,) = joined([ordered], np.array([0, 2, 2, 0, 0]), np.zeros(5, bool))
    assert [(level.name, level.values) for level in one.levels[:2]] == [("S", ("S",)), ("M / L", ("M", "L"))]
    (kept,) = joined([ordered], np.array([0, 2, 2, 0, 0]), np.array([0, 1, 0, 0, 0], bool))
    assert kept == ordered


def test_answers_of_one_line_join_and_others_stay():
    """Of a, b, c, d the first and the last are of one line; b has the same points in another line, c is pinned."""
    role, free = text("role", "abcd"), np.zeros(6, bool)
    points, lines = np.array([3, 3, 3, 3, 0, 0]), np.array([0, 1, 0, 0, 4, 5])
    pinned = np.array([0, 0, 1, 0, 0, 0], bool)
    (one,) = joined([role], points, pinned, lines)
    assert [(level.name, level.values) for level in one.levels[:3]] == [
        ("a / d", ("a", "d")), ("b", ("b",)), ("c", ("c",)),
    ]  # fmt: skip
    assert joined_places([role], points, pinned, lines).tolist() == [0, 1, 2, 0, 3, 4]
    assert joined([role], points, free) == (role,)
    many = text("country", "abcdefg")
    (long,) = joined([many], np.array([1] * 7 + [0, 0]), np.zeros(9, bool), np.array([0] * 7 + [1, 2]))
    assert long.levels[0].name == "a / b / c / d / e / +2" and len(long.levels[0].values) == 7


def test_runs_that_would_need_more_lines_clash():
    visits = number("visits", [1, 2, 4])
    tally = counted(visits, [(100, 5), (100, 10), (100, 20), (100, 30)])
    limits = resolve(Constraints(), tally.criteria)
    offer = offered(tally.criteria, estimate(tally), limits, np.array([0, 0, 0, 0, 1, 1], bool))
    runs = [tuple(int(i) for i in np.flatnonzero(row)) for row in offer.gives]
    assert len(runs) == 10
    crossing, inside = runs.index((0, 1, 2)), runs.index((1,))
    assert offer.clash[crossing, runs.index((1, 2, 3))] and offer.clash[crossing, inside]
    assert not offer.clash[crossing, runs.index((0, 1))] and not offer.clash[crossing, runs.index((3,))]


@pytest.mark.parametrize(("direction", "upper"), [("rising", 1), ("falling", -1)])
def test_runs_of_ordered_points_reach_to_one_end_and_have_its_sign(direction: str, upper: int) -> None:
    """Rising: a run to the upper end gives points, one to the lower end takes them; all levels together may do both."""
    visits = number("visits", [1, 2])
    tally = counted(visits, [(100, 5), (100, 10), (100, 20)])
    limits = resolve(Constraints(ordered=(f"visits {direction}",), cap=4), tally.criteria)
    offer = offered(tally.criteria, estimate(tally), limits, np.zeros(5, bool))
    signs = {}
    for gives, low, high in zip(offer.gives, offer.lowest, offer.highest, strict=True):
        if gives[:3].any():
            signs[tuple(np.flatnonzero(gives[:3]).tolist())] = (int(np.sign(low)), int(np.sign(high)))
    up, down = ((0, 1), (-1, 0)) if upper > 0 else ((-1, 0), (0, 1))
    assert signs == {(0, 1, 2): (-1, 1), (1, 2): up, (2,): up, (0,): down, (0, 1): down}
