"""Figures in files: few digits, the same for sums that differ in their last bits, and never another number."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.figures import all_meant, meant


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_figure_stays_within_what_it_means(value: float) -> None:
    kept = meant(value)
    assert meant(kept) == kept
    assert abs(kept - value) <= max(5.1e-7, abs(value) * 5.1e-6) if abs(value) < 1000 else abs(kept - value) <= 0.0051
    assert kept == 0 or math.copysign(1, kept) == math.copysign(1, value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 999), min_size=3, max_size=40))
def test_the_order_of_a_sum_leaves_no_trace(counts: list[int]) -> None:
    shares = [count / 997 for count in counts]
    ways = sum(shares), math.fsum(shares), sum(sorted(shares)), sum(reversed(shares))
    figures = {meant(way / len(shares)) for way in ways}
    assert max(figures) - min(figures) <= 1e-6 + 1e-12  # a tie may still fall to either side
    assert len(figures) == 1 or any(abs(way / len(shares) * 1e6 % 1 - 0.5) < 1e-6 for way in ways)


def test_what_is_not_finite_and_what_is_no_figure_stays() -> None:
    assert math.isnan(meant(math.nan)) and meant(-math.inf) == -math.inf and meant(-0.0) == 0
    assert all_meant([1, True, "0.1234567890", None]) == [1, True, "0.1234567890", None]
