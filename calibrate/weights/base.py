"""What every weighting method gives: one real number per level, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import RateTable
from ..counts.tally import Tally
from ..grid.criteria import Criterion, offsets
from ..grid.notes import Note
from ..shown import Shown
from .constraints import Constraints

Floats = NDArray[np.float64]
Unit = Literal["points", "log-odds"]


@dataclass(frozen=True, repr=False)
class Weights(Shown):
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
    thin        levels on which no line may rest (too few leads); None: those without leads
    curvature   (levels, levels) curvature of the loss where the method fits jointly, the intercept following:
                what a change of weights costs; None for marginal methods
    penalty     (levels, levels) curvature of the prior beside it; the sum is the precision of the weights
    adds        whether lines that single out the same leads become one with the points of all (the published recipe
                adds what every answer is worth); else the one with more weight stays
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
    thin: NDArray[np.bool_] | None = None
    curvature: Floats | None = None
    penalty: Floats | None = None
    adds: bool = False
    notes: tuple[Note, ...] = ()

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

    @property
    def headline(self) -> str:
        """What it says, in one line."""
        return f"{self.method} ({self.unit}), {len(self.values)} levels"

    def __str__(self) -> str:
        return f"{self.method} ({self.unit})\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"


def no_weights(method: str, tally: Tally, notes: tuple[Note, ...], thin: NDArray[np.bool_] | None = None) -> Weights:
    """Log-odds of 0 on every level, which is certain: leads among which nothing can be told."""
    zero = np.zeros(int(offsets(tally.criteria)[-1]))
    return Weights(method, tally.criteria, zero, zero, zero, zero + 1, "log-odds", thin=thin, notes=notes)


Method = Callable[[Tally, RateTable, Constraints], Weights]
"""A weighting method: a tally on its final levels and the rates of that tally become weights."""


def zero_levels(tally: Tally, rates: RateTable) -> NDArray[np.bool_]:
    """Levels on which no line may rest: fewer leads than the minimum (so also those no lead has)."""
    leads = tally.by_level[:, 0]
    nothing: NDArray[np.bool_] = rates.thin | (leads == 0) | (leads == rates.overall.leads)
    return nothing


def references(criteria: Sequence[Criterion]) -> NDArray[np.intp]:
    """For each level, the position of its criterion's reference level, or -1: (levels,)."""
    bounds = offsets(criteria)
    at = np.full(int(bounds[-1]), -1, np.intp)
    for criterion, start, end in zip(criteria, bounds, bounds[1:], strict=False):
        names = [level.name for level in criterion.levels]
        if criterion.reference is not None:
            at[start:end] = start + names.index(criterion.reference)
    return at


def is_reference(criteria: Sequence[Criterion]) -> NDArray[np.bool_]:
    """Which levels are the reference of their criterion: (levels,)."""
    at = references(criteria)
    at_reference: NDArray[np.bool_] = at == np.arange(len(at))
    return at_reference


def against_rate(values: Floats, rates: RateTable) -> NDArray[np.bool_]:
    """Levels that gain points below the global close rate, without customers, or lose points above it."""
    customers, overall = rates.customers, rates.overall
    side = np.sign(customers.astype(float) * overall.leads - float(overall.customers) * rates.leads)
    turned: NDArray[np.bool_] = (values * side < 0) | ((values > 0) & (customers == 0))
    return turned


def normal_share(values: Floats, spread: Floats) -> Floats:
    """Share of normal draws around the values that keep their sign; 1 where nothing varies."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, np.abs(values) / np.where(spread > 0, spread, 1), np.inf)
    share: Floats = special.ndtr(z)
    return share


def condition(values: Floats, covariance: Floats, i: int) -> None:
    """Set one weight to 0 in place; the others move as their covariance with it says (a normal given one part)."""
    column = covariance[:, i] / max(covariance[i, i], 1e-300)
    values -= column * values[i]
    covariance -= np.outer(column, covariance[i])
    values[i], covariance[i], covariance[:, i] = 0.0, 0.0, 0.0
