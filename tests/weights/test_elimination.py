"""Criteria worth keeping, and the information of levels: by pencil."""

from __future__ import annotations

import numpy as np
import pytest
from weights_case import counted, several, text

from calibrate.grid.grid import Pin
from calibrate.weights.base import Weights
from calibrate.weights.constraints import Constraints, resolve
from calibrate.weights.elimination import fewer_criteria, information

PIN = (Pin("a", "x", 4),)
PARTS = [(text(name, ["x", "y"]), [(50, 5), (50, 5)]) for name in "abc"]


@pytest.mark.parametrize(
    ("pins", "most", "kept"),
    [((), 3, "abc"), ((), 2, "bc"), ((), 1, "b"), (PIN, 2, "ab"), (PIN, 1, "a"), ((), 0, "")],
)
def test_criteria_that_cost_most_to_lose_stay_after_those_with_pins(
    pins: tuple[Pin, ...], most: int, kept: str
) -> None:
    """Costs w' A w: a 2 * 9 = 18, b 32, c (1 + 1) * 10 = 20, although a has the largest weight but one."""
    tally = several(PARTS)
    values = np.array([3.0, -3, 0, 0, 4, -4, 0, 0, 1, -1, 0, 0])
    metric = np.diag(np.repeat([1.0, 1.0, 10.0], 4))
    weights = Weights("own", tally.criteria, values, values, values, np.ones(12), "log-odds")
    limits = resolve(Constraints(pins=pins), tally.criteria)
    left = fewer_criteria(weights, tally, limits, metric, most)
    assert [name for name, own in zip("abc", left.reshape(3, 4), strict=True) if own.any()] == list(kept)
    assert all(
        (own == was).all() for own, was in zip(left.reshape(3, 4), values.reshape(3, 4), strict=True) if own.any()
    )


def test_information_is_that_of_kullback_and_leibler() -> None:
    """30 of 100 and 10 of 300: with half a lead, 30.5 of 40.5 customers and 70.5 of 360.5 others have 'a'."""
    tally = counted(text("s", ["a", "b"]), [(100, 30), (300, 10)])
    a, b, missing, other = information(tally)
    assert a == pytest.approx((30.5 / 40.5 - 70.5 / 360.5) * np.log((30.5 / 40.5) / (70.5 / 360.5)))
    assert b == pytest.approx((290.5 / 360.5 - 10.5 / 40.5) * np.log((290.5 / 360.5) / (10.5 / 40.5)))
    assert missing == other == pytest.approx(abs(0.5 / 40.5 - 0.5 / 360.5) * np.log(360.5 / 40.5))
    assert (information(counted(text("s", ["a"]), [(50, 0)])) >= 0).all()  # finite without customers
