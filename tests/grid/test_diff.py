"""Lines of two grids beside each other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
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


def numbers(cuts: list[float]) -> Criterion:
    bins = tuple(Level(f"{low}/{high}", low=low, high=high) for low, high in pairwise([None, *cuts, None]))
    return Criterion("n", "n", "number", "fit", (*bins, *ENDS))


@given(st.lists(st.integers(-9, 9), max_size=4, unique=True), st.lists(st.integers(-9, 9), max_size=4, unique=True))
def test_every_number_finds_the_points_of_both_grids_on_its_own_line(old: list[float], new: list[float]) -> None:
    first, second = numbers(sorted(old)), numbers(sorted(new))
    grids = [
        Grid(name, "file", (criterion,), (tuple(range(start, start + len(criterion.levels))),))
        for name, criterion, start in (("old", first, 0), ("new", second, 100))
    ]
    lines = beside(grids)
    for value in [x / 2 for x in range(-21, 22)]:
        points = first.index_of(value), 100 + second.index_of(value)
        (line,) = [
            line for line in lines
            if line.level.role == "value" and (line.level.low is None or line.level.low <= value)
            and (line.level.high is None or value < line.level.high)
        ]  # fmt: skip
        assert line.points == points and line.change == points[1] - points[0]
    assert [line.level.role for line in lines].count("missing") == 1
