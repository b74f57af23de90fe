"""Faded counts: whole numbers that sum to what the weights say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.counts.faded import faded_tally, half_life_weights
from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level

ENDS = (Level("missing", "missing"), Level("other", "other"))
DEMO = Criterion("demo", "demo", "text", "fit", (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS))


def history(bought: list[int], months: int = 4) -> tuple[object, np.ndarray]:
    """Leads in time order over some months, every other one with a demo."""
    size = len(bought)
    when = np.arange(size) * months // size
    codes = (np.arange(size) % 2).astype(np.uint8)[None]
    return tally_of([DEMO], codes, np.array(bought), when, [f"m{i}" for i in range(months)]), when


def test_half_of_a_month_ago() -> None:
    tally, _ = history([1, 0, 1, 0, 1, 1, 0, 0], months=2)
    half = faded_tally(tally, half_life_weights(tally.totals[:, 0] > 0, 1))
    assert half.totals.tolist() == [[2, 1], [4, 2]]  # the first month had 4 leads, 2 customers
    assert half.leads.sum() == 6 and half.customers.sum() == 3
    assert tally.totals.tolist() == [[4, 2], [4, 2]]


@given(st.lists(st.integers(0, 1), min_size=8, max_size=80), st.floats(0.5, 20))
def test_counts_are_whole_and_sum_to_the_weighted_ones(bought: list[int], half_life: float) -> None:
    tally, when = history(bought)
    weights = half_life_weights(tally.totals[:, 0] > 0, half_life)
    less = faded_tally(tally, weights)
    assert less.totals[:, 0].sum() == pytest.approx(weights[when].sum(), abs=0.5)
    assert (less.totals[:, 1] <= less.totals[:, 0]).all() and (less.totals >= 0).all()
    assert less.marginals[0].sum() <= tally.marginals[0].sum()
    assert less.leads.sum() == pytest.approx(weights[when].sum())


def test_weights_of_one_change_nothing() -> None:
    tally, _ = history([1, 0, 0, 1, 1, 0, 0, 0])
    same = faded_tally(tally, np.ones(4))
    assert (same.totals == tally.totals).all() and (same.by_level == tally.by_level).all()


def test_a_half_life_of_two_months_by_pencil() -> None:
    """The newest month with leads counts 1, two before it half, four a quarter; months to come nothing."""
    occupied = np.array([True, True, True, True, True, False])
    assert half_life_weights(occupied, 2) == pytest.approx([0.25, 0.125**0.5, 0.5, 0.5**0.5, 1, 0])
