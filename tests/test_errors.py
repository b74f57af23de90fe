"""Errors: the nearest right name, extras that exist, and one family that the command line knows."""

import ast
import tomllib
from pathlib import Path

import pytest

from calibrate import errors
from calibrate.errors import CalibrateError, MissingExtraError, unknown

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("Lfit", ["lift", "logistic"], "no method named 'Lfit'. Did you mean 'lift'? Known: lift, logistic."),
        ("SECTEUR", ["Secteur"], "no method named 'SECTEUR'. Did you mean 'Secteur'? Known: Secteur."),
        ("x", ["lift"], "no method named 'x'. Known: lift."),
        ("x", [], "no method named 'x'. Known: none."),
        ("", ["a"], "no method named ''. Known: a."),
    ],
)
def test_the_nearest_name_is_offered_however_it_is_written(name: str, known: list[str], sentence: str) -> None:
    assert unknown("method", name, known) == sentence


def test_long_lists_are_cut_and_counted() -> None:
    sentence = unknown("column", "zzz", (f"c{i}" for i in range(53)))
    assert sentence.endswith("c38, c39 and 13 more.") and "c40" not in sentence


def test_every_error_is_of_the_family_that_leaves_with_exit_code_2() -> None:
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and value.__module__ == errors.__name__
    ]
    faults = [each for each in classes if not issubclass(each, Warning)]
    assert len(faults) == 7 and all(issubclass(fault, CalibrateError) for fault in faults)


def test_every_extra_that_an_error_asks_for_can_be_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {
        node.args[1].value
        for path in (ROOT / "calibrate").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MissingExtraError"
        and isinstance(node.args[1], ast.Constant)
    }  # fmt: skip
    assert asked and asked <= set(project["optional-dependencies"])
    assert f"pip install '{project['name']}[spark]'" in str(MissingExtraError("pyspark", "spark"))
