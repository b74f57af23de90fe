"""Design effects of what drift looks at: couples are half as many leads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weights_case import text

from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import offsets
from calibrate.monitoring.drift_effects import effects, fewer

CRITERIA = [text("of company", ["a", "b"]), text("of contact", ["a", "b"])]
CODES = np.array([[0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]], np.uint8)
BOUGHT = np.array([1, 1, 1, 1, 0, 0, 0, 0])


def test_couples_that_share_an_answer_tell_half_as_much_of_its_rate_and_of_the_mix() -> None:
    """Both of a couple answer 'of company' alike, and one of each couple answers 'of contact' so, the other so."""
    tally = tally_of(CRITERIA, CODES, BOUGHT, group=np.repeat(np.arange(4), 2))
    rates, mixes = effects(tally, offsets(tally.criteria))
    assert rates[[0, 1, 4, 5]] == pytest.approx([2, 2, 1, 1]) and rates[-1] == pytest.approx(2)
    assert mixes == pytest.approx([2, 1])


def test_leads_alone_tell_all_they_are() -> None:
    tally = tally_of(CRITERIA, CODES, BOUGHT)
    rates, mixes = effects(tally, offsets(tally.criteria))
    assert rates.tolist() == [1.0] * 9 and mixes == [1.0, 1.0]


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(1, 30))
def test_fewer_leads_keep_their_close_rate_and_never_less_leads_than_customers(n: int, k: int, effect: float) -> None:
    leads, customers = max(n, k), min(n, k)
    less, bought = fewer(np.array([[leads, customers]]), np.array([effect]))[0].tolist()
    assert 0 <= bought <= less <= leads
    assert abs(less - leads / effect) <= 0.5 and abs(bought - customers / effect) <= 0.5
