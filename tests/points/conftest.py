"""The history whose weights become points."""

from __future__ import annotations

import pytest
from weights_case import simulated

from calibrate.counts.tally import Tally


@pytest.fixture(scope="module")
def history() -> Tally:
    return simulated(8_000)[0]
