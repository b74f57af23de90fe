"""What counts as no value."""

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.grid.missing import is_missing


@pytest.mark.parametrize("value", [None, math.nan, np.float64("nan"), "", " \t\r\n", pd.NA, pd.NaT])
def test_no_values(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "n/a", "\u00a0x", math.inf])
def test_values(value):
    assert not is_missing(value)
