"""Derived columns as conditions that ask what a text contains: HubSpot and Salesforce, computed as their pages say."""

import json

import pytest
from replay.formulas import Formula

from calibrate.export import coverage, hubspot, salesforce
from calibrate.export.base import Options
from calibrate.export.contains import contained, reason
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.derived import Derived
from calibrate.grid.grid import Grid
from calibrate.leads.columns.titles import title_rules

ENDS = (Level("missing", "missing"), Level("other", "other"))
RULE = Derived(
    "Job Title",
    (
        ("director", ("assistant director",)),
        ("assistant", ("assistant*", "secretary")),
        ("staff", ("clerk",)),
        ("director", ("director*", "chief", "cto")),
    ),
)
LEVELS = (*(Level(name, values=(name,)) for name in ("director", "assistant", "staff")), *ENDS)
GRID = Grid("g", "m", (Criterion("Rank", "Title (rank)", "text", "fit", LEVELS, derived=RULE),), ((9, -4, 1, -7, 2),))
TEXTS = (
    "Director", "Assistant Director", "assistant to the director", "Chief Clerk", "Clerk", "Secretary", "x", None,
)  # fmt: skip


def hubspot_score(requests, lead):
    """The sum of the conditions that hold."""
    groups = requests[0]["body"]["groupConfigs"]
    total = 0
    for rule in (rule for group in groups for rule in group["ruleConfigurations"]):
        calculation = rule["configuration"]["calculation"]
        assert calculation["type"] == "CONDITIONAL"
        tests = calculation["whereCondition"]["conditions"]
        total += calculation["value"] * all(holds(test["operation"], lead.get(test["property"])) for test in tests)
    return total


def holds(operation, value):
    if operation["operator"] in ("IS_KNOWN", "IS_UNKNOWN"):
        return (value is None) == (operation["operator"] == "IS_UNKNOWN")
    assert operation["operationType"] == "MULTISTRING"
    if value is None:
        return False
    found = any(word in value.lower() for word in operation["values"])
    return found == (operation["operator"] == "CONTAINS")


@pytest.mark.parametrize("text", TEXTS)
def test_conditions_give_the_score_where_words_stand_alone(text):
    expected = GRID.score({"Job Title": text})
    requests = json.loads(hubspot.write(GRID, Options()))["requests"]
    name = hubspot.properties_of(GRID, Options())["Job Title"]
    assert hubspot_score(requests, {name: text}) == expected
    ((_, _, formula),) = salesforce.formulas(GRID, Options())
    field = salesforce.field_names(GRID, Options())["Job Title"]
    assert Formula(formula, {field: text}).value() == expected


def test_what_is_inexact_is_said():
    for name in ("hubspot", "salesforce"):
        lines = [item for item in coverage(GRID, name, Options()).items if item.what.startswith("Rank")]
        assert {item.status for item in lines} == {"approximated"}
        assert all(item.reason == reason(1) or (item.reason and item.reason.kind == "guess") for item in lines)
    assert contained(GRID, 0)[2] == 1


def test_long_lists_are_a_column_to_fill_in_salesforce_and_conditions_in_hubspot():
    rule = title_rules("Title")["seniority"]
    levels = (Level("VP or director", values=("VP or director",)), *ENDS)
    grid = Grid("g", "m", (Criterion("Rank", "Title (seniority)", "text", "fit", levels, derived=rule),), ((5, 0, 0),))
    ((_, _, formula),) = salesforce.formulas(grid, Options())
    assert "CONTAINS" not in formula
    (line,) = [item for item in coverage(grid, "salesforce", Options()).items if item.what.startswith("Rank")]
    assert line.status == "approximated"
    requests = json.loads(hubspot.write(grid, Options()))["requests"]
    name = hubspot.properties_of(grid, Options())["Title"]
    titles = ("Sales Director", "Director of Finance", "Executive Assistant", "Accountant", "Vice President", None)
    assert [hubspot_score(requests, {name: title}) for title in titles] == [5, 5, 0, 0, 5, 0]
