"""What points lines may have, alone and together."""

from dataclasses import replace

import numpy as np
from cards_case import drawn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.weights.search.find import search
from calibrate.weights.search.lines import Budget, allowed, plain, room

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
