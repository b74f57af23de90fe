"""Lines of two grids beside each other."""

from __future__ import annotations

from two_grids import DEMO, ENDS

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.diff import beside
from calibrate.grid.grid import Grid


def test_lines_side_by_side_are_what_both_grids_give() -> None:
    values = ("a", "b", "c")
    first = Criterion("x", "x", "text", "fit", (Level("a or b", values=("a", "b")), Level("c", values=("c",)), *ENDS))
    second = Criterion("X", "x", "text", "fit", (Level("a", values=("a",)), *ENDS))
    old = Grid("old", "file", (first, DEMO), ((5, 2, -1, 0), (9, 0, 0, 0)))
    new = Grid("new", "file", (second,), ((7, -1, 1),))
    found = {(line.criterion, line.level.name): line.points for line in beside([old, new])}
    assert found == {
        ("X", "a"): (5, 7), ("X", "b"): (5, 1), ("X", "c"): (2, 1), ("X", "missing"): (-1, -1), ("X", "other"): (0, 1),
        ("demo", "yes"): (9, None), ("demo", "no"): (0, None), ("demo", "missing"): (0, None),
        ("demo", "other"): (0, None),
    }  # fmt: skip
    for value in (*values, None, "zzz"):
        given = old.points[0][first.index_of(value)], new.points[0][second.index_of(value)]
        assert given in found.values()
