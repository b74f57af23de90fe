"""A grid of one yes/no question, and leads of it month after month: for the tests of drift."""

from __future__ import annotations

import numpy as np

from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid


def demo(name: str = "demo") -> Criterion:
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)))
    return Criterion(name, name, "text", "fit", (*levels, Level("missing", "missing"), Level("other", "other")), "no")


def counted(yes: list[tuple[int, int]], no: list[tuple[int, int]]) -> Tally:
    """One criterion; leads and customers with yes and with no, month after month."""
    codes, bought, month = [], [], []
    for t, both in enumerate(zip(yes, no, strict=True)):
        for code, (leads, customers) in enumerate(both):
            codes += [code] * leads
            bought += [1] * customers + [0] * (leads - customers)
            month += [t] * leads
    labels = tuple(f"2026-{t + 1:02d}" for t in range(len(yes)))
    return tally_of([demo()], np.array([codes], np.uint8), np.array(bought), np.array(month), labels)


def grid(yes: tuple[int, int] = (1000, 300), no: tuple[int, int] = (9000, 180)) -> Grid:
    nothing = Evidence(0, 0)
    return Grid(
        "seed", "lift", (demo(),), ((6, 0, 0, 0),), evidence=((Evidence(*yes), Evidence(*no), nothing, nothing),)
    )
