"""A grid as a table of texts."""

import random

from replay import cases, golden

from calibrate.export import (
    csv,
    reading,
)
from calibrate.export.base import Options

GRIDS = [cases.grid(random.Random(seed), size=5) for seed in range(15)]


def test_csv_keeps_every_line_and_its_evidence():
    grid = golden.small()
    back = csv.read(csv.write(grid, Options()), "grid.csv")

    def lines(table):
        return {
            (criterion.name, level): (points, table.evidence[at][place])
            for at, criterion in enumerate(table.criteria)
            for place, (level, points) in enumerate(zip(criterion.levels, table.points[at], strict=True))
            if points
        }

    assert lines(back) == lines(grid) and len(lines(grid)) == grid.lines


def test_no_cell_of_a_csv_is_a_formula():
    for grid in GRIDS:
        for row in reading._rows(csv.write(grid, Options()), "x"):
            for cell in row:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    float(cell)  # a number is no formula
