"""The Wilson interval: worked by pencil, against statsmodels, and at its ends."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from calibrate.counts.intervals import wilson


def test_by_pencil() -> None:
    """z = 2, 1 of 4: (1 + 2 -+ 2 sqrt(1 * 3/4 + 1)) / 8."""
    low, high = wilson(np.array([1]), np.array([4]), 2.0)
    assert (low[0], high[0]) == pytest.approx(((3 - 2 * 1.75**0.5) / 8, (3 + 2 * 1.75**0.5) / 8))


def test_as_statsmodels() -> None:
    customers, leads = np.array([0, 1, 6, 50, 99, 100]), np.array([1, 7, 40, 100, 100, 100])
    expected = proportion_confint(customers, leads, method="wilson")
    np.testing.assert_allclose(wilson(customers, leads), expected, atol=1e-12)


def test_ends_are_whole() -> None:
    low, high = wilson(np.array([0, 5, 0]), np.array([5, 5, 0]))
    assert (low[0], high[1]) == (0.0, 1.0)
    assert (low[2], high[2]) == (0.0, 1.0)
