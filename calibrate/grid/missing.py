"""What counts as no value, wherever a cell is read."""

from __future__ import annotations

import math

import numpy as np


def is_missing(value: object) -> bool:
    """Whether a value counts as not given: None, NaN or text of blanks only.

    >>> [is_missing(v) for v in (None, float("nan"), "  ", "", 0, "0", False)]
    [True, True, True, True, False, False, False]
    """
    if value is None:
        return True
    if isinstance(value, (float, np.floating)):
        return math.isnan(value)
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' own "no value"
        return True
    return isinstance(value, str) and not value.strip(" \t\r\n")
