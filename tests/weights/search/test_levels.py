"""Levels of several criteria side by side: where each begins, and which are open."""

import numpy as np

from calibrate.weights.search.levels import Levels


def test_places_and_open_levels() -> None:
    levels = Levels(
        np.zeros((3, 5), np.uint8), (2, 1, 3), np.ones(5), np.zeros(5), np.array([0, -2, 0, 4, -1, 0]),
        np.array([0, 2, 0, 4, 0, 1]), (), 3, 2, 0.0,
    )  # fmt: skip
    assert levels.bounds.tolist() == [0, 2, 3, 6]
    assert levels.spans == [(0, 2), (2, 3), (3, 6)]
    assert levels.free.tolist() == [False, True, False, False, True, True]  # equal bounds are given: 0, 0 and 4
