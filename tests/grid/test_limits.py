"""Limits of systems: conditions counted by hand, and what fits."""

from __future__ import annotations

import pytest

from calibrate.errors import SettingsError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.grid.limits import TARGETS, groups_of, limits_for

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("s", "s", "text", "fit", (Level("a", values=("a", "A")), Level("b", values=("b",)), *ENDS))
SIZE = Criterion("n", "n", "number", "fit", (Level("<5", high=5), Level("5-9", low=5, high=10), *ENDS))


@pytest.mark.parametrize(
    ("points", "pipedrive", "zoho"),
    [
        (((25, 0, 0, 0), (0, 0, 0, 0)), 1, 2),
        (((10, 10, -10, 0), (0, 25, 0, 0)), 3, 6),
        (((10, 25, 0, 10), (-10, 0, -10, 0)), 3, 5),  # below 5: from filled on -10, from 5 on +10
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


def test_rules_hold_fit_and_engagement_apart_where_there_are_enough() -> None:
    """Zoho Developer has rules of 5: 6 conditions of fit and 4 of engagement are 2 and 1. Standard has one for all."""
    deeds = Criterion("d", "d", "text", "engagement", (*(Level(v, values=(v,)) for v in "abcd"), *ENDS))
    both = Grid("g", "m", (SECTOR, SIZE, deeds), ((10, 10, -10, 0), (0, 25, 0, 0), (1, 2, 3, 4, 0, 0)))
    assert TARGETS["zoho-developer"].used(both) == 10
    assert TARGETS["zoho-developer"].rules_used(both) == 3
    assert TARGETS["zoho-standard"].rules_used(both) == 1 and TARGETS["zoho-standard"].holds(both)
    assert not limits_for("zoho-developer", {"rules": 1}).holds(both)
    assert limits_for("zoho-developer", {"rules": 1, "conditions": 12}).holds(both)


def test_groups_are_counted_up_and_down() -> None:
    many = tuple(Criterion(f"c{at}", "s", "text", "fit", SECTOR.levels) for at in range(3))
    grid = Grid("g", "m", many, ((20, -5, 0, 0), (20, 0, 0, 0), (0, -90, 0, 0)))
    assert groups_of(grid) == (95, 0)
    assert TARGETS["hubspot"].holds(grid) and not limits_for("hubspot", {"group": 94}).holds(grid)


@pytest.mark.parametrize(("told", "message"), [({"groups": 5}, "no limit named 'groups'"), ({"best": 0}, "must be 1")])
def test_limits_that_cannot_be(told: dict[str, int], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        limits_for("hubspot", told)
