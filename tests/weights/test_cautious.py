"""The recipe from the careful end of each interval."""

import pytest
from weights_case import weigh

from calibrate.counts.rates import estimate


def test_cautious_by_the_beta_posterior(tally):
    rates = estimate(tally)
    values = weigh(tally, "cautious").values
    assert values[0] == pytest.approx(rates.shrunk_low[0] / 0.02) and 1 < values[0] < 3
    assert values[1] == 0, "closes at the global rate"
    assert values[2] == pytest.approx(-1 / (rates.shrunk_high[2] / 0.02)) and -20 < values[2] < -1
    assert abs(values[3]) < 5, "4 of 40 does not shout"
