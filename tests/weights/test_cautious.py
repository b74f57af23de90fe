"""The recipe from the careful end of each interval."""

import pytest
from weights_case import counted, text

from calibrate.counts.rates import estimate
from calibrate.weights import METHODS, Constraints

COUNTS = [(1_000, 60), (2_000, 40), (500, 0), (40, 4), (6_460, 96)]  # 10,000 leads, 200 customers: 2 %


@pytest.fixture(scope="module")
def tally():
    return counted(text("s", "abcde"), COUNTS)


def weigh(tally, method, **wanted):
    return METHODS[method](tally, estimate(tally), Constraints(**wanted))


def test_cautious_by_the_beta_posterior(tally):
    rates = estimate(tally)
    values = weigh(tally, "cautious").values
    assert values[0] == pytest.approx(rates.shrunk_low[0] / 0.02) and 1 < values[0] < 3
    assert values[1] == 0, "closes at the global rate"
    assert values[2] == pytest.approx(-1 / (rates.shrunk_high[2] / 0.02)) and -20 < values[2] < -1
    assert abs(values[3]) < 5, "4 of 40 does not shout"
