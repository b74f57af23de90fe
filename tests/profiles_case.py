"""Leads of two questions, and a grid with points on one answer of each, for tests of what the page holds."""

from __future__ import annotations

import numpy as np

from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid

ENDS = (Level("missing", "missing"), Level("other", "other"))
BIG, YES = (
    (Level(yes, values=(yes,)), Level(no, values=(no,)), *ENDS) for yes, no in (("big", "small"), ("yes", "no"))
)
DEMO, SIZE = Criterion("demo", "demo", "text", "engagement", YES), Criterion("size", "size", "text", "fit", BIG)
GRID = Grid("g", "lift", (DEMO, SIZE), ((20, 0, 0, 0), (5, 0, 0, 0)))


def leads(cells: list[tuple[int, int, int, int]]) -> Tally:
    """(demo, size, leads, customers) per cell."""
    demo, size, bought = [], [], []
    for d, s, n, k in cells:
        demo += [d] * n
        size += [s] * n
        bought += [1] * k + [0] * (n - k)
    return tally_of([DEMO, SIZE], np.array([demo, size], np.uint8), np.array(bought))
