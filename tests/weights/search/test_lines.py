"""What points lines may have, alone and together."""

from dataclasses import replace

import numpy as np
from cards_case import drawn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.weights.search.find import search
from calibrate.weights.search.lines import Budget, allowed, closed, merge, plain, room

EXAMPLES = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@EXAMPLES
@given(seed=st.integers(0, 10**6), most=st.integers(1, 4), cap=st.integers(1, 6))
def test_demands_hold(seed, most, cap):
    columns, outcome = drawn(lines=8, rows=200, seed=seed)
    random = np.random.default_rng(seed)
    lines = plain(columns, np.ones(200), outcome, cap)
    lowest, highest = lines.lowest.copy(), lines.highest.copy()
    lowest[0], highest[1] = 0, 0
    lowest[2] = highest[2] = pin = int(random.integers(1, 9))
    clash = np.zeros((8, 8), bool)
    clash[3, 4] = clash[4, 3] = clash[5, 6] = clash[6, 5] = True
    wanted = replace(lines, lowest=lowest, highest=highest, clash=clash)
    found = search(wanted, Budget(most, 8))
    for card in found.pool:
        points = card.points
        assert points[2] == pin and points[0] >= 0 and points[1] <= 0
        assert np.abs(np.delete(points, 2)).max() <= cap and np.count_nonzero(points) <= most
        assert not (points[3] and points[4]) and not (points[5] and points[6])
        assert allowed(wanted, Budget(most, 8), points[None])[0]


def test_room_says_what_a_line_may_have_next():
    columns, outcome = drawn(lines=4, rows=50)
    lines = plain(columns, np.ones(50), outcome, 5)
    low, high = room(lines, Budget(2, 4), np.array([3, 0, -1, 0]))
    assert low.tolist() == [-5, 0, -5, 0] and high.tolist() == [5, 0, 5, 0]
    low, high = room(lines, Budget(4, 1), np.array([3, 0, 0, 0]))
    assert high.tolist() == [5, 0, 0, 0]


def test_cards_within_bounds_budgets_and_clashes_are_allowed() -> None:
    """Three lines of at most 2 points; the first may only give, the last is pinned at 1, the first two clash."""
    columns, outcome = drawn(lines=3, rows=50)
    lines = plain(columns, np.ones(50), outcome, 2)
    clash = np.zeros((3, 3), bool)
    clash[0, 1] = clash[1, 0] = True
    own = replace(lines, lowest=np.array([0, -2, 1]), highest=np.array([2, 2, 1]), clash=clash)
    cards = [[2, 0, 1], [-1, 0, 1], [3, 0, 1], [0, -2, 1], [0, -3, 1], [1, 1, 1], [2, 0, 0], [0, 0, 1]]
    fine = [True, False, False, True, False, False, False, True]
    assert allowed(own, Budget(3, 3), np.array(cards)).tolist() == fine
    assert allowed(own, Budget(1, 3), np.array(cards)).tolist() == [False] * 7 + [True]
    assert allowed(own, Budget(3, 1), np.array(cards)).tolist() == [False] * 7 + [True]


def test_lines_that_may_not_join() -> None:
    columns, outcome = drawn(lines=4, rows=50)
    lines = plain(columns, np.ones(50), outcome, 2)
    used = np.array([True, False, False, False])
    assert closed(lines, Budget(2, 4), used).tolist() == [False] * 4
    assert closed(lines, Budget(1, 4), used).tolist() == [True] * 4  # the budget is spent
    assert closed(lines, Budget(4, 1), used).tolist() == [False, True, True, True]  # no other criterion
    clash = np.zeros((4, 4), bool)
    clash[0, 2] = clash[2, 0] = True
    own = replace(lines, clash=clash, highest=np.array([2, 0, 2, 2]), lowest=np.array([-2, 0, -2, -2]))
    assert closed(own, Budget(4, 4), used).tolist() == [False, True, True, False]  # no points allowed; a clash


def test_rows_alike_are_one_and_lines_that_say_nothing_go() -> None:
    columns = np.array([[0, 1, 0, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0]], np.int8)  # the second is the same for all
    merged, kept = merge(plain(columns, np.arange(1.0, 6.0), np.array([0.0, 1, 1, 1, 0]), 3))
    assert kept.tolist() == [0, 2] and len(merged.leads) == 3
    cells = {
        (int(a), int(b)): (n, k)
        for a, b, n, k in zip(merged.column(0), merged.column(1), merged.leads, merged.customers, strict=True)
    }
    assert cells == {(0, 0): (1 + 3 + 5, 1), (1, 0): (2, 1), (1, 1): (4, 1)}
