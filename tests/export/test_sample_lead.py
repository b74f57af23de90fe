"""The test lead: every answer falls into the level it was chosen for, in grids of any names."""

from __future__ import annotations

import random

import pytest
from replay import cases

from calibrate.export.sample_lead import answer_of, lead_to_test
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid

ENDS = (Level("missing", "missing"), Level("other", "other"))


@pytest.mark.parametrize("seed", range(20))
def test_every_answer_falls_into_its_level(seed: int) -> None:
    grid = cases.grid(random.Random(seed))
    for criterion in grid.criteria:
        for place in range(len(criterion.levels)):
            fits, answer = answer_of(criterion, place)
            assert not fits or criterion.index_of(answer) == place
    lead = lead_to_test(grid)
    weighing = {c.column for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
    assert set(lead) == weighing


def test_it_brings_the_most_points_and_leaves_a_third_criterion_empty() -> None:
    sectors = (Level("a", values=("a", "?!")), Level("b", values=("b",)), *ENDS)
    columns = [Criterion(f"c{at}", f"c{at}", "text", "fit", sectors) for at in range(3)]
    grid = Grid("g", "m", (*columns,), ((1, 7, 0, 0), (-2, -9, 0, 0), (4, 0, -3, 0)))
    assert lead_to_test(grid) == {"c0": "b", "c1": "b", "c2": None}
    assert grid.score(lead_to_test(grid)) == 7 - 9 - 3


def test_a_level_that_no_answer_falls_into_is_passed_over() -> None:
    """What is filled in is never "other": its 9 points cannot be had, the 3 for an answer can."""
    demo = Criterion("demo", "demo", "presence", "fit", (Level("yes"), *ENDS))
    assert answer_of(demo, 2) == (False, None)
    assert lead_to_test(Grid("g", "m", (demo,), ((3, -1, 9),))) == {"demo": "yes"}
