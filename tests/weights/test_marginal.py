"""`lift`, `cautious` and `evidence`: one criterion, counts by hand."""

import numpy as np
import pytest
from weights_case import counted, text, weigh, yes_no


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_intervals_hold_their_weight_and_signs_are_likelier_kept_than_not(tally, method):
    weights = weigh(tally, method)
    held = weights.values != 0
    assert (weights.low <= weights.values + 1e-9)[held].all() and (weights.values <= weights.high + 1e-9)[held].all()
    assert (weights.sign_kept >= 0.5)[held].all()
    assert weights.sign_kept[2] > 0.99


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_signs_and_order_on_demand(tally, method):
    assert (weigh(tally, method, never_negative=("s",)).values >= 0).all()
    rising = weigh(tally, method, ordered=("s rising",)).values[:5]
    assert (np.diff(rising) >= -1e-12).all()


def test_absent_is_the_reference_of_a_yes_no_criterion():
    tally = counted(yes_no("demo"), [(200, 40), (9_800, 160), (0, 0), (0, 0)])
    for method in ("lift", "cautious", "evidence"):
        values = weigh(tally, method).values
        assert values[0] > 1 and not values[1:].any()


def test_thin_levels_and_levels_without_leads_get_nothing():
    tally = counted(text("s", "ab"), [(29, 20), (971, 30)])
    for method in ("lift", "cautious", "evidence"):
        assert weigh(tally, method).values[0] == 0
