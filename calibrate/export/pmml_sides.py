"""Bands in PMML that ask for points of fit or of engagement: both sums as derived fields, the band by its place.

A Scorecard knows its score and no part of it. So the points of each axis are added up once more, by expressions over
the same fields. No text of the grid stands in element content (see `pmml`): values are compared by ``NormDiscrete``,
bands are numbered, and a ``Discretize`` turns the number into the name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from xml.etree import ElementTree as Tree

from ..grid.criteria import Axis
from ..grid.grid import Grid

Condition = tuple[str, str, str]
Conditions = Callable[[int, int], list[list[Condition]]]
Name = Callable[[str], str]


def derive_sides(parent: Tree.Element, grid: Grid, conditions: Conditions, name: Name) -> None:
    """Derived fields with the points of fit and of engagement."""
    axes: tuple[Axis, ...] = ("fit", "engagement")
    numbers = {name(f"number_{at + 1}") for at in range(len(grid.criteria))}
    for axis in axes:
        mine = [at for at, criterion in enumerate(grid.criteria) if criterion.axis == axis and any(grid.points[at])]
        for at in mine:
            field = _field(parent, name(f"points_{at + 1}"))
            _points(field, grid, at, conditions, numbers)
        _sum(_field(parent, name(f"{axis}_points")), [name(f"points_{at + 1}") for at in mine])


def band_outputs(parent: Tree.Element, grid: Grid, score: str, name: Name) -> None:
    """The place of the band on the ladder, 0 for none, and its name."""
    place = name("band_place")
    field = _add(parent, "OutputField", name=place, optype="continuous", dataType="double", feature="transformedValue")
    fields = {"score": score, "fit": name("fit_points"), "engagement": name("engagement_points")}
    for number, band in enumerate(grid.ladder, 1):
        choice = _add(field, "Apply", function="if")
        demands = _add(choice, "Apply", function="and") if len(band.demands) > 1 else choice
        for what, least in band.demands:
            met = _add(demands, "Apply", function="greaterOrEqual")
            _add(met, "FieldRef", field=fields[what])
            _number(met, least)
        _number(choice, number)
        field = choice
    _number(field, 0)
    field = _add(
        parent, "OutputField", name=name("band"), optype="categorical", dataType="string", feature="transformedValue"
    )
    steps = _add(field, "Discretize", field=place, defaultValue="", dataType="string")
    for number, band in enumerate(grid.ladder, 1):
        step = _add(steps, "DiscretizeBin", binValue=band.name)
        _add(step, "Interval", closure="closedOpen", leftMargin=str(number), rightMargin=str(number + 1))


def _points(parent: Tree.Element, grid: Grid, at: int, conditions: Conditions, numbers: Collection[str]) -> None:
    """Points of one criterion: missing, each level in its order, else other."""
    criterion = grid.criteria[at]
    values = [i for i, level in enumerate(criterion.levels) if level.role == "value"]
    for place in (criterion.missing, *values):
        anyof = conditions(at, place)
        if not anyof:
            continue  # a level that lists nothing
        if anyof == [[]]:  # whatever is left
            _number(parent, grid.points[at][place])
            return
        choice = _add(parent, "Apply", function="if")
        _any(choice, anyof, numbers)
        _number(choice, grid.points[at][place])
        parent = choice
    _number(parent, grid.points[at][criterion.other])


def _any(parent: Tree.Element, anyof: list[list[Condition]], numbers: Collection[str]) -> None:
    parent = _add(parent, "Apply", function="or") if len(anyof) > 1 else parent
    for allof in anyof:
        place = _add(parent, "Apply", function="and") if len(allof) > 1 else parent
        for condition in allof:
            _holds(place, *condition, numbers)


def _holds(parent: Tree.Element, field: str, operator: str, value: str, numbers: Collection[str]) -> None:
    """A condition that is true or false, and never missing; `numbers` are the fields that read a column as one."""
    if operator in ("isMissing", "isNotMissing"):
        _add(_add(parent, "Apply", function=operator), "FieldRef", field=field)
    elif operator == "equal" and field not in numbers:
        same = _add(parent, "Apply", function="equal")
        _add(same, "NormDiscrete", field=field, value=value, mapMissingTo="0")
        _number(same, 1)
    else:
        choice = _add(parent, "Apply", function="if")  # an engine may not ask a missing number how large it is
        _add(_add(choice, "Apply", function="isNotMissing"), "FieldRef", field=field)
        comparison = _add(choice, "Apply", function=operator)
        _add(comparison, "FieldRef", field=field)
        _number(comparison, float(value))
        _add(choice, "Constant", dataType="boolean").text = "false"


def _sum(parent: Tree.Element, fields: list[str]) -> None:
    for field in fields[:-1]:
        parent = _add(parent, "Apply", function="+")
        _add(parent, "FieldRef", field=field)
    if fields:
        _add(parent, "FieldRef", field=fields[-1])
    else:
        _number(parent, 0)


def _field(parent: Tree.Element, name: str) -> Tree.Element:
    return _add(parent, "DerivedField", name=name, optype="continuous", dataType="double")


def _number(parent: Tree.Element, value: float) -> None:
    _add(parent, "Constant", dataType="double").text = repr(float(value))


def _add(parent: Tree.Element, tag: str, **attributes: str) -> Tree.Element:
    return Tree.SubElement(parent, tag, attributes)
