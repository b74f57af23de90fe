"""What every weighting method gives: one real number per level, with its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..criteria import Criterion, offsets
from ..rates import RateTable
from ..tally import Tally
from .constraints import Constraints

Floats = NDArray[np.float64]
Unit = Literal["points", "log-odds"]


@dataclass(frozen=True)
class Weights:
    """One real number per level of the (pooled) criteria, laid out criterion after criterion: arrays (levels,).

    =========== =================================================================================
    field       meaning
    =========== =================================================================================
    unit        "points" (lift, cautious: rounding is all that is left to do) or "log-odds"
    values      the weight of each level; log-odds are centred: 0 is the average lead
    low, high   95 % interval of each weight
    sign_kept   share of resamples in which the weight keeps its sign (0 to 1)
    intercept   log-odds of a lead whose weights sum to 0 (log-odds only)
    scale       points per unit of weight, where the method itself has chosen whole points
                (`sparse`: ``values * scale`` are whole numbers); None where `build` chooses
    notes       what a reader should know: constraints that could not be kept, levels set to 0
    =========== =================================================================================
    """

    method: str
    criteria: tuple[Criterion, ...]
    values: Floats
    low: Floats
    high: Floats
    sign_kept: Floats
    unit: Unit
    intercept: float = 0.0
    scale: float | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        size = int(offsets(self.criteria)[-1])
        for name in ("values", "low", "high", "sign_kept"):
            array = getattr(self, name)
            if array.shape != (size,) or not np.isfinite(array).all():
                raise ValueError(f"weights of '{self.method}': {name} must be {size} finite numbers")

    def frame(self) -> pd.DataFrame:
        """One line per level: criterion, axis, level, weight, low, high, sign_kept."""
        head = [(c.name, c.axis, level.name) for c in self.criteria for level in c.levels]
        table = pd.DataFrame(head, columns=["criterion", "axis", "level"])
        table["weight"], table["low"], table["high"] = self.values, self.low, self.high
        table["sign_kept"] = self.sign_kept
        return table

    def _repr_html_(self) -> str:
        return str(self.frame().to_html(index=False, float_format="{:.3g}".format))

    def __str__(self) -> str:
        return f"{self.method} ({self.unit})\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"


Method = Callable[[Tally, RateTable, Constraints], Weights]
"""A weighting method: a tally on its final levels and the rates of that tally become weights."""


def zero_levels(tally: Tally, rates: RateTable) -> NDArray[np.bool_]:
    """Levels on which no line may rest: fewer leads than the minimum (so also those no lead has)."""
    empty: NDArray[np.bool_] = rates.thin | (tally.by_level[:, 0] == 0)
    return empty
