"""Doors that open upwards: each leads somewhere, and each is used by a lower floor."""

import ast
from pathlib import Path

import pytest
from calibrate.edges import DOORS, door

HOUSE = Path(__file__).parents[1] / "calibrate"


@pytest.mark.parametrize("name", DOORS)
def test_every_door_leads_to_a_function_of_its_name(name: str) -> None:
    behind = door(name)
    assert callable(behind) and behind.__name__ == name and behind.__module__.startswith("calibrate.")


def test_doors_are_those_that_are_used() -> None:
    used = {
        node.args[0].value
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "door"
        and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert used == set(DOORS)


def test_there_is_no_other_door() -> None:
    with pytest.raises(KeyError):
        door("system")
