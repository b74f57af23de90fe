"""Log-odds against the average."""

import numpy as np
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


def test_evidence_by_pencil(tally):
    rates = estimate(tally)
    expected = np.log(rates.shrunk / (1 - rates.shrunk)) - np.log(0.02 / 0.98)
    weights = weigh(tally, "evidence")
    assert weights.values[[0, 2, 3, 4]] == pytest.approx(expected[[0, 2, 3, 4]])
    assert weights.values[1] == pytest.approx(0, abs=1e-12)
    assert weights.intercept == pytest.approx(np.log(0.02 / 0.98))
