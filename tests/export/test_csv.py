"""A grid as a table of texts."""

import random

from replay import cases, golden

from calibrate.export import (
    csv,
    reading,
)
from calibrate.export.base import Options

GRIDS = [cases.grid(random.Random(seed), size=5) for seed in range(15)]


def test_csv_keeps_every_level_and_its_evidence():
    grid = golden.small()
    back = csv.read(csv.write(grid, Options()), "grid.csv")
    assert [c.levels for c in back.criteria] == [c.levels for c in grid.criteria]
    assert (back.points, back.evidence) == (grid.points, grid.evidence)


def test_no_cell_of_a_csv_is_a_formula():
    for grid in GRIDS:
        for row in reading._rows(csv.write(grid, Options()), "x"):
            for cell in row:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    float(cell)  # a number is no formula
