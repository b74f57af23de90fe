"""Two questions, two grids that each ask one of them, and leads counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import Backtest, Fold, replay
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.points.plan import Plan

ENDS = (Level("missing", "missing"), Level("other", "other"))


def yes(name: str, axis: str = "engagement") -> Criterion:
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
    return Criterion(name, name, "text", axis, levels, "no")  # type: ignore[arg-type]


DEMO, BIG = yes("demo"), yes("big", "fit")
OLD = Grid("old", "file", (DEMO, BIG), ((0, 0, 0, 0), (10, 0, 0, 0)), Thresholds(10, 10))
NEW = Grid("new", "file", (DEMO, BIG), ((10, 0, 0, 0), (0, 0, 0, 0)), Thresholds(10, 10))


def counted(groups: list[tuple[int, int, int, int]], months: int = 1, *, couples: bool = False) -> Tally:
    """A tally of (demo level, big level, leads, customers) per month; of couples, two leads of one company each."""
    demo, big, bought, when = [], [], [], []
    for month in range(months):
        for d, b, leads, customers in groups:
            demo += [d] * leads
            big += [b] * leads
            bought += [1] * customers + [0] * (leads - customers)
            when += [month] * leads
    names = [f"2025-{month + 1:02d}" for month in range(months)]
    company = np.arange(len(demo)) // 2 if couples else None
    tally = tally_of((DEMO, BIG), np.array([demo, big], np.uint8), np.array(bought), np.array(when), names, company)
    return replace(tally, ends=np.arange(months) * 30 + 30)


GROUPS = [(0, 0, 20, 8), (0, 1, 60, 18), (1, 0, 100, 4), (1, 1, 300, 6)]
TALLY = counted(GROUPS, months=4)
COUPLES = counted(GROUPS, months=4, couples=True)
"""The same leads, two of a company and of one answer: both buy or neither does, so that half as many decide."""


def later(grid: Grid, tally: Tally = TALLY) -> Backtest:
    """Two folds: the third and the fourth month of a tally such as `TALLY` are judged."""
    place = np.arange(4)
    folds = [Fold((), (f"2025-{at + 1:02d}",), 480, 36, place < at, place == at) for at in (2, 3)]
    (backtest,) = replay(tally, (Plan("fixed", grid=grid),), folds)
    return backtest
