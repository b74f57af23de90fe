"""Limits of systems: conditions counted by hand, and what fits."""

from __future__ import annotations

import pytest

from calibrate.errors import SettingsError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.grid.limits import TARGETS, limits_for

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("s", "s", "text", "fit", (Level("a", values=("a", "A")), Level("b", values=("b",)), *ENDS))
SIZE = Criterion("n", "n", "number", "fit", (Level("<5", high=5), Level("5-9", low=5, high=10), *ENDS))


@pytest.mark.parametrize(
    ("points", "pipedrive", "zoho"),
    [
        (((25, 0, 0, 0), (0, 0, 0, 0)), 1, 2),
        (((10, 10, -10, 0), (0, 25, 0, 0)), 3, 6),
        (((10, 25, 0, 10), (-10, 0, -10, 0)), 3, 4),
        (((0, 0, 0, 0), (0, 0, 0, 0)), 0, 0),
    ],
)
def test_conditions_by_hand(points: tuple[tuple[int, ...], ...], pipedrive: int, zoho: int) -> None:
    grid = Grid("g", "m", (SECTOR, SIZE), points)
    assert (TARGETS["pipedrive"].used(grid), TARGETS["zoho"].used(grid)) == (pipedrive, zoho)
    assert TARGETS["pipedrive"].holds(grid)


def test_other_points_and_too_many_criteria_do_not_fit() -> None:
    assert not TARGETS["pipedrive"].holds(Grid("g", "m", (SECTOR,), ((15, 0, 0, 0),)))
    many = tuple(Criterion(f"c{at}", "s", "text", "fit", SECTOR.levels) for at in range(11))
    assert not TARGETS["pipedrive"].holds(Grid("g", "m", many, ((10, 0, 0, 0),) * 11))
    assert TARGETS["pipedrive"].holds(Grid("g", "m", many[:10], ((10, 0, 0, 0),) * 10))
    assert not TARGETS["hubspot"].holds(Grid("g", "m", many, ((10, 0, 0, 0),) * 11))


def test_a_target_that_is_not_known() -> None:
    with pytest.raises(SettingsError, match=r"no target with limits named 'pipedriv'\. Did you mean 'pipedrive'"):
        limits_for("pipedriv")
