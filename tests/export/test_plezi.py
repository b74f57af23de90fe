"""Plezi takes points for what happened, and nothing else."""

import pytest

from calibrate.export.base import Options
from calibrate.export.plezi import coverage
from calibrate.grid.criteria import Axis, Criterion, Level
from calibrate.grid.grid import Grid

ENDS = (Level("missing", "missing"), Level("other", "other"))


@pytest.mark.parametrize(
    ("axis", "points", "statuses"),
    [
        ("engagement", (5, 0, 0), {"demo: yes (+5)": "approximated"}),
        ("engagement", (-5, 0, 0), {"demo: yes (-5)": "impossible"}),
        ("engagement", (0, 3, 0), {"demo: missing (+3)": "impossible"}),
        ("fit", (5, 0, 0), {"demo: yes (+5)": "impossible"}),
    ],
)
def test_only_positive_lines_of_engagement_can_be_typed_in(
    axis: Axis, points: tuple[int, ...], statuses: dict[str, str]
) -> None:
    demo = Criterion("demo", "Demo", "presence", axis, (Level("yes"), *ENDS))
    assert {i.what: i.status for i in coverage(Grid("g", "m", (demo,), (points,)), Options()).items} == statuses
