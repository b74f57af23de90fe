"""Log-odds against the average."""

import numpy as np
import pytest
from weights_case import weigh

from calibrate.counts.rates import estimate


def test_evidence_by_pencil(tally):
    rates = estimate(tally)
    expected = np.log(rates.shrunk / (1 - rates.shrunk)) - np.log(0.02 / 0.98)
    weights = weigh(tally, "evidence")
    assert weights.values[[0, 2, 3, 4]] == pytest.approx(expected[[0, 2, 3, 4]])
    assert weights.values[1] == pytest.approx(0, abs=1e-12)
    assert weights.intercept == pytest.approx(np.log(0.02 / 0.98))
