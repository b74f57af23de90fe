"""The swap set: which leads become, or stop being, marketing- or sales-qualified when the grid changes.

Both grids call as many leads: those that the new one qualifies, and as many of the old one's best. Of leads with one
score the old grid calls a part; counts are then those of the same part of each profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..counts.tally import Tally
from ..grid.criteria import Axis, Criterion, Level
from ..grid.grid import STAGES, Grid, Stage
from .backtest import Backtest, same_leads
from .equal_calls import at_equal_calls, later_at_equal_calls

Floats = NDArray[np.float64]
Direction = Literal["enter", "leave", "stay"]

MOST_COMMON = 5
SMALLEST_SHARE = 0.10
CLEAR = 3.5
"""Standard errors by which an answer must be more frequent than elsewhere to be said to be shared."""


@dataclass(frozen=True)
class Common:
    """An answer more frequent among some leads than among all: `share` of them against `share_all`."""

    criterion: str
    axis: Axis
    level: Level
    leads: int
    share: float
    share_all: float


@dataclass(frozen=True)
class Moved:
    """Leads that enter, leave or stay above one threshold, their close rate, and what they have in common."""

    stage: Stage
    direction: Direction
    rate: Rate
    leads_per_month: float | None
    common: tuple[Common, ...] = ()


@dataclass(frozen=True)
class Swap:
    """What changes hands between two grids; `later`: counted on later leads that neither grid had seen."""

    old: str
    new: str
    later: bool
    leads: int
    months: float | None
    moved: tuple[Moved, ...]

    def of(self, stage: str, direction: str) -> Moved:
        """One of the groups."""
        return next(group for group in self.moved if (group.stage, group.direction) == (stage, direction))

    def gain(self, stage: str) -> tuple[float, float, float] | None:
        """Close rate of those that enter minus that of those that leave, with its 95 % interval.

        The interval is Newcombe's (1998, method 10), from the Wilson intervals of both. None where one group is empty.
        """
        enter, leave = self.of(stage, "enter").rate, self.of(stage, "leave").rate
        if not enter.leads or not leave.leads:
            return None
        gap = enter.value - leave.value
        below = np.hypot(enter.value - enter.low, leave.high - leave.value)
        above = np.hypot(enter.high - enter.value, leave.value - leave.low)
        return gap, float(gap - below), float(gap + above)


def swap_later(tally: Tally, old: Backtest, new: Backtest, criteria: Sequence[Criterion]) -> Swap | None:
    """The swap set on the later leads of a backtest, each fold with the grids and thresholds made before it."""
    later = same_leads([old, new])
    if not (len(later.row) and old.has_thresholds and new.has_thresholds):
        return None
    cohorts = {cohort for fold in later.folds for cohort in fold.cohorts_judged}
    months = float(len(cohorts)) if tally.ends is not None else None
    sides = {stage: later_at_equal_calls(tally, old, new, stage) for stage in STAGES}
    return _swap((old.name, new.name), tally, later.row, sides, criteria, months, later=True)


def swap_all(tally: Tally, old: Grid, new: Grid, criteria: Sequence[Criterion]) -> Swap | None:
    """The swap set of two grids on all leads of a tally.

    Leads that a grid was fitted on flatter it: judge by `swap_later` where that is possible.
    """
    if old.thresholds is None or new.thresholds is None:
        return None
    sides = {stage: at_equal_calls(tally, old, new, stage) for stage in STAGES}
    months = tally.months
    rows = np.arange(tally.rows)
    return _swap((old.name, new.name), tally, rows, sides, criteria, months, later=False)


def _swap(
    names: tuple[str, str],
    tally: Tally,
    row: NDArray[np.intp],
    sides: Mapping[Stage, tuple[Floats, Floats]],
    criteria: Sequence[Criterion],
    months: float | None,
    *,
    later: bool,
) -> Swap:
    groups = tally.regroup(criteria)
    leads, customers = tally.leads[row], tally.customers[row]
    movements = []
    for stage in STAGES:
        was, now = sides[stage]
        parts: dict[Direction, Floats] = {"enter": now * (1 - was), "leave": was * (1 - now), "stay": was * now}
        for direction, part in parts.items():
            rows = np.zeros(tally.rows, np.bool_)
            rows[row[part > 0]] = True
            bought, moving = (round(float(counts @ part)) for counts in (customers, leads))
            close_rate = rate(bought, moving, tally.effect(rows))
            common = _common(groups, row, part) if direction != "stay" else ()
            movements.append(Moved(stage, direction, close_rate, close_rate.leads / months if months else None, common))
    return Swap(*names, later, round(float(leads.sum())), months, tuple(movements))


def _common(groups: Tally, row: NDArray[np.intp], part: Floats) -> tuple[Common, ...]:
    """Answers that are clearly more frequent in a part of each row than in what is left, one per criterion."""
    leads, real = groups.leads[row], groups.counted[row].astype(float)
    inside, outside = float(real @ part), float(real @ (1 - part))
    if inside < 10 or outside < 10:
        return ()
    answers = []
    for criterion, codes in zip(groups.criteria, groups.codes, strict=True):
        size = len(criterion.levels)
        mine, every = np.bincount(codes[row], leads * part, size), np.bincount(codes[row], leads, size)
        share, share_all = mine / (leads @ part), every / leads.sum()
        share_out = (every - mine) / (leads @ (1 - part))
        error = np.sqrt(share_all * (1 - share_all) * (1 / inside + 1 / outside)) + 1e-12
        clear = (share >= SMALLEST_SHARE) & (share > 1.25 * share_all) & ((share - share_out) / error > CLEAR)
        if clear.any():
            best = int(np.argmax(np.where(clear, share - share_all, -1)))
            level = criterion.levels[best]
            answers.append(
                Common(
                    criterion.name,
                    criterion.axis,
                    level,
                    round(float(mine[best])),
                    float(share[best]),
                    float(share_all[best]),
                )
            )
    answers.sort(key=lambda answer: answer.share_all - answer.share)
    return tuple(answers[:MOST_COMMON])
