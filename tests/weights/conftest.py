"""The criterion whose weights are worked by pencil."""

from __future__ import annotations

import pytest
from weights_case import counted, text

from calibrate.counts.tally import Tally


@pytest.fixture(scope="module")
def tally() -> Tally:
    """10,000 leads, 200 customers: 2 %."""
    return counted(text("s", "abcde"), [(1_000, 60), (2_000, 40), (500, 0), (40, 4), (6_460, 96)])
