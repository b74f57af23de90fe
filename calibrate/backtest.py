"""Backtest: every plan calibrated on earlier cohorts and judged on later ones, as it would have happened."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Fold:
    """One step of the rolling origin: cohorts to calibrate on, the later cohorts judged, and how many leads those hold.

    `train` and `judged` are the same two lists as masks over the tally's cohorts.
    """

    cohorts_train: tuple[str, ...]
    cohorts_judged: tuple[str, ...]
    leads: int
    customers: int
    train: NDArray[np.bool_] = field(repr=False, compare=False)
    judged: NDArray[np.bool_] = field(repr=False, compare=False)
