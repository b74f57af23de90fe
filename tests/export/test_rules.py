"""A criterion as branches: exactly one holds for any lead, and it is the level of the rule."""

from __future__ import annotations

import random

import pytest
from replay import cases

from calibrate.export.rules import Branch, branches, field_kind, number_text
from calibrate.grid.criteria import Criterion, Level, as_number, is_missing
from calibrate.grid.grid import Grid

GRIDS = [cases.grid(random.Random(seed), size=5) for seed in range(25)]


def holds(branch: Branch, criterion: Criterion, value: object) -> bool:
    """Whether a branch holds, as a rule-based system would ask it: of a text, a truth value or a number."""
    if branch.how == "rest":
        return True
    listed = value in branch.flags if isinstance(value, bool) else value in branch.texts
    if branch.how == "missing":
        return is_missing(value) or listed or as_number(value) in branch.numbers
    if branch.how == "filled":
        return True
    if branch.how == "listed":
        return listed
    number = as_number(value)
    if number is None:
        return False
    return (branch.low is None or branch.low <= number) and (branch.high is None or number < branch.high)


@pytest.mark.parametrize("seed", range(len(GRIDS)))
def test_the_first_branch_that_holds_is_the_level_of_the_rule(seed: int) -> None:
    grid, rng = GRIDS[seed], random.Random(seed)
    for at, criterion in enumerate(grid.criteria):
        own = branches(grid, at)
        kind = field_kind(criterion)
        assert own[0].how == "missing" and own[-1].how in ("rest", "filled")
        for _ in range(40):
            value = cases.value(rng, criterion, "text" if kind == "presence" else kind)
            plain = value
            if isinstance(value, str) and criterion.kind == "number":
                for sign, replacement in criterion.signs:
                    plain = str(plain).replace(sign, replacement)
            branch = next(b for b in own if holds(b, criterion, value if b.how == "missing" else plain))
            place = criterion.index_of(value)
            assert (branch.place, branch.points) == (place, grid.points[at][place]), (criterion, value)


def test_a_value_that_two_levels_list_stands_in_the_first_branch_only() -> None:
    ends = (Level("missing", "missing", ("-", "b")), Level("other", "other"))
    levels = (Level("one", values=("a", "b")), Level("two", values=("a", "c")), *ends)
    criterion = Criterion("c", "c", "text", "fit", levels)
    own = branches(Grid("g", "m", (criterion,), ((1, 2, 3, 4),)), 0)
    assert [(b.name, b.texts) for b in own] == [
        ("missing", ("-", "b")),
        ("one", ("a",)),
        ("two", ("c",)),
        ("other", ()),
    ]


@pytest.mark.parametrize("value", [0.1, 1e15, -3.0, 2.0**60, 1 / 3, 1e-7])
def test_numbers_are_written_so_that_they_come_back(value: float) -> None:
    assert float(number_text(value)) == value and (number_text(3.0), number_text(-0.5)) == ("3", "-0.5")
