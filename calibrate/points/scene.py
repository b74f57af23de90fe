"""What every step of building a grid looks at: weights, leads and demands, with what follows from them once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..grid.criteria import Criterion, offsets
from ..weights.base import Weights
from ..weights.constraints import Chain, Constraints, Limits
from ..weights.elimination import fewer_criteria
from ..weights.path import Guide, Lines, shortened
from ..weights.profile_algebra import FIT_ROWS, Rows, curvature, gram, predict, profiled, rows_of
from ..weights.projection import without
from ..weights.same_fact import one_line_each, same_leads
from .rounding import fitted_line, quality
from .scale import Target

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def regrouped(tally: Tally, criteria: tuple[Criterion, ...]) -> Tally:
    """The leads on other levels; the tally keeps them, for one grid after another is made of them."""
    by_levels: dict[tuple[Criterion, ...], Tally] = vars(tally).setdefault("_by_levels", {})
    if criteria not in by_levels:
        by_levels[criteria] = tally.regroup(criteria)
    return by_levels[criteria]


def shared_leads(tally: Tally) -> Floats:
    """Leads that two levels of a tally have in common: (levels, levels)."""
    rows = rows_of(tally, FIT_ROWS)
    return gram(rows, rows.leads)


@dataclass(frozen=True)
class Scene:
    """What every step of building looks at."""

    weights: Weights
    tally: Tally
    constraints: Constraints
    limits: Limits
    share: float
    guide: Guide | None
    lines: Lines | None
    counted: Floats | None = None

    @cached_property
    def bounds(self) -> NDArray[np.intp]:
        """Where the levels of each criterion start, and the end."""
        return offsets(self.tally.criteria)

    @cached_property
    def movable(self) -> Mask:
        """Levels that are not pinned."""
        free: Mask = ~self.limits.pinned
        return free

    @cached_property
    def thin(self) -> Mask:
        """Levels on which no line may rest."""
        empty: Mask = self.tally.by_level[:, 0] == 0
        return empty if self.weights.thin is None else self.weights.thin | empty

    @cached_property
    def shared(self) -> Floats:
        """Leads that two levels have in common, (levels, levels): as `counted` already, if they are."""
        if self.guide is not None:
            return self.guide.shared
        return shared_leads(self.tally) if self.counted is None else self.counted

    @cached_property
    def distinct(self) -> Weights:
        """The weights, one line for each fact, of the best criteria where their number is limited."""
        weights, demands = self.weights, self.constraints
        if demands.max_criteria is not None:
            few = fewer_criteria(weights, self.tally, self.limits, self.metric, demands.max_criteria)
            weights = replace(weights, values=few)
        values = one_line_each(weights.values, self.shared, self.movable, self.precision, weights.adds)
        more = np.where((values != 0) & (self.precision is None), values - weights.values, 0.0)
        return replace(weights, values=values, low=weights.low + more, high=weights.high + more)

    @cached_property
    def absorbed(self) -> dict[int, str]:
        """By level the lines whose points it has as well, since the same leads fire them."""
        more = self.weights.adds & (self.distinct.values != 0) & (self.distinct.values != self.weights.values)
        names = [f"{c.name} = {level.name}" for c in self.tally.criteria for level in c.levels]
        gone = (self.weights.values != 0) & (self.distinct.values == 0)
        return {
            int(at): " and ".join(names[i] for i in np.flatnonzero(gone & same_leads(self.shared)[at]))
            for at in np.flatnonzero(more)
        }

    @cached_property
    def groups(self) -> Mask:
        """Levels that have one number between them: (groups, levels); each alone where no lines are fused."""
        return np.eye(len(self.weights.values), dtype=bool) if self.short is None else self.short.groups

    @cached_property
    def short(self) -> Lines | None:
        """The best lines where their number is limited."""
        most = self.constraints.max_lines
        if self.lines is not None or most is None:
            return self.lines
        return shortened(self.distinct, self.tally, self.limits, (most,), self.guide)[most]

    @cached_property
    def values(self) -> Floats:
        """The weights, with all but the best lines at 0 where the number of lines or criteria is limited."""
        return self.distinct.values if self.short is None else self.short.by_level

    @cached_property
    def floor(self) -> Floats:
        """Lowest points of each level: constraints, and no line turns against its weight."""
        bound = self.movable & (self.values >= 0)
        return np.minimum(np.where(bound, np.maximum(self.limits.floor, 0), self.limits.floor), self.ceiling)

    @cached_property
    def ceiling(self) -> Floats:
        """Highest points of each level: constraints, no line against its weight, no gain without customers."""
        bound = self.movable & ((self.values <= 0) | (self.tally.by_level[:, 1] == 0))
        return np.where(bound, np.minimum(self.limits.ceiling, 0), self.limits.ceiling)

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """Orders to keep, over the levels that have enough leads or a pin."""
        return without(self.limits.chains, self.thin & self.movable)

    @cached_property
    def rows(self) -> Rows:
        """Profile rows to measure on: all, or a sample."""
        return rows_of(self.tally, FIT_ROWS)

    @cached_property
    def precision(self) -> Floats | None:
        """How firmly a joint method holds its weights; None for marginal ones."""
        data, prior = self.weights.curvature, self.weights.penalty
        return None if data is None or prior is None else data + prior

    @cached_property
    def metric(self) -> Floats:
        """What a change of weights costs: the method's own curvature, or that of the logistic loss on the score."""
        if self.weights.curvature is not None:
            return self.weights.curvature
        if self.guide is not None:
            return self.guide.curvature
        linear = fitted_line(predict(self.rows, self.weights.values), self.rows.leads, self.rows.customers)
        matrix, intercept, mass = curvature(self.rows, special.expit(linear))
        return profiled(matrix, intercept, mass) + np.eye(len(intercept)) * 1e-6 * max(mass, 1e-9)

    def quality(self, values: Floats) -> tuple[float, float]:
        """AUC and log-loss of values per level on the leads they come from; looked at once."""
        key = values.astype(np.float64).tobytes()
        if key not in self._qualities:
            self._qualities[key] = quality(predict(self.rows, values), self.rows.leads, self.rows.customers)
        return self._qualities[key]

    @cached_property
    def _qualities(self) -> dict[bytes, tuple[float, float]]:
        return {}

    def grouped(self, values: Floats) -> Target:
        """Values of all levels as a target over groups."""
        shape = self.groups.astype(float)
        if not len(shape):
            return Target(values, self.metric, values, values)
        first = self.groups.argmax(axis=1)
        floor = np.where(self.groups, self.floor, -np.inf).max(axis=1)
        ceiling = np.where(self.groups, self.ceiling, np.inf).min(axis=1)
        place = self.groups.argmax(axis=0)
        chains = [
            Chain(chain.criterion, np.array(list(dict.fromkeys(place[chain.positions].tolist()))), chain.direction)
            for chain in self.chains
        ]
        return Target(values[first], shape @ self.metric @ shape.T, np.minimum(floor, ceiling), ceiling, chains)
