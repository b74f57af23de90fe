"""Zoho's scoring rules."""

import json
import json as stdlib_json

import pytest
from replay.systems import GRIDS, replayed

from calibrate.errors import ExportError, GridError
from calibrate.export import (
    coverage,
    reading,
    write,
    zoho,
)
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.grid.limits import TARGETS


def test_zoho_round_trip(capsys):
    options = Options(edition="ultimate")
    grids = [grid for grid in GRIDS if grid.lines]  # rules without points are no rules
    replayed(lambda grid: zoho.write(grid, options), zoho.read, grids, capsys, "zoho read back")


def test_zoho_rules_add_up_and_groups_on_one_field_are_read():
    def rule(score, comparator, value):
        return {
            "score": score,
            "criteria": {"field": {"api_name": "Visits"}, "comparator": comparator, "value": value},
        }

    group = [rule(0, "greater_than", 3)["criteria"], rule(0, "not_equal", "7")["criteria"]]
    rules = [rule(5, "between", ["2", "8"]), {"score": 2, "criteria": {"group_operator": "and", "group": group}}]
    body = {"scoring_rules": [{"name": "r", "field_rules": rules, "signal_rules": []}]}
    rules.append(rule(3, "equal", "seven"))
    with pytest.raises(GridError, match="compared as a number and as the text 'seven'"):
        zoho.read(stdlib_json.dumps(body), "r.json")
    rules.pop()
    group[1]["value"] = "7"
    grid = reading.read(stdlib_json.dumps(body), "r.json")
    assert [grid.score({"Visits": n}) for n in (1, 2, 3, 4, 7, 8, 9, None)] == [0, 5, 5, 7, 5, 7, 2, 0]
    group[1]["field"] = {"api_name": "Country"}
    with pytest.raises(GridError, match="joins several fields"):
        zoho.read(stdlib_json.dumps(body), "r.json")


@pytest.mark.parametrize(
    ("comparator", "value", "extra", "message"),
    [
        ("equal", 10**400, {}, "is no number"),
        ("greater_than", 10**400, {}, "is no number"),
        ("greater_than", [], {}, "is no number"),
        ("equal", 1, {"columns": "\\"}, "'columns' must be an object"),
        ("equal", 1, {"axes": ["fit"]}, "'axes' must be an object"),
    ],
)
def test_rules_of_zoho_of_another_shape_are_refused_and_not_a_fault_of_ours(comparator, value, extra, message):
    criteria = {"field": {"api_name": "Visits"}, "comparator": comparator, "value": value}
    rules = [{"name": "r", "field_rules": [{"score": 1, "criteria": criteria}]}]
    with pytest.raises(GridError, match=message):
        zoho.read(stdlib_json.dumps({"scoring_rules": rules, "calibrate": extra}), "strange.json")


def big_grid(lines):
    """A grid of so many lines, 200 to a criterion."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    criteria, points = [], []
    for start in range(0, lines, 200):
        names = [f"value {at}" for at in range(start, min(start + 200, lines))]
        levels = tuple(Level(name, values=(name,)) for name in names)
        criteria.append(Criterion(f"c{start}", f"Field_{start}", "text", "fit", (*levels, *ends)))
        points.append((*(1 + at for at in range(len(names))), 0, 0))
    return Grid("a grid with a long name", "m", tuple(criteria), tuple(points))


def test_zoho_splits_within_the_edition_and_refuses_beyond_it():
    for edition, limits in zoho.EDITIONS.items():
        options, most = Options(edition=edition), limits.active * limits.criteria
        requests = json.loads(write(big_grid(most), "zoho", options))["requests"]
        rules = [request["body"]["scoring_rules"][0] for request in requests]
        assert len(rules) == limits.active
        assert all(len(rule["name"]) <= 25 and len(rule["field_rules"]) <= limits.criteria for rule in rules)
        assert len({rule["name"] for rule in rules}) == len(rules)
        with pytest.raises(ExportError, match=rf"{most + 1} criteria in .*--max-lines.*--edition"):
            write(big_grid(most + 1), "zoho", options)
        assert len(coverage(big_grid(most + 1), "zoho", options).of("impossible")) == most + 1


def test_one_active_rule_holds_fit_and_engagement_together():
    """Standard has one rule of ten criteria: a grid with both axes fits in it, and is read back with its axes."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    fit, deed = (
        Criterion(axis, axis, "text", axis, (Level("a", values=("a",)), *ends)) for axis in ("fit", "engagement")
    )
    grid = Grid("both", "logistic", (fit, deed), ((5, 0, 0), (3, 0, 0)))
    text = zoho.write(grid, Options(edition="standard"))
    (request,) = json.loads(text)["requests"]
    assert len(request["body"]["scoring_rules"][0]["field_rules"]) == 2
    assert [criterion.axis for criterion in zoho.read(text, "r.json").criteria] == ["fit", "engagement"]
    assert len(json.loads(zoho.write(grid, Options(edition="developer")))["requests"]) == 2


def test_limits_count_at_least_the_criteria_that_are_written():
    """What `--for` holds, `export` can write: no grid takes more criteria or rules than its limits count."""
    compared = 0
    for edition, limits in ((name.removeprefix("zoho-"), TARGETS[name]) for name in TARGETS if name[:5] == "zoho-"):
        for grid in GRIDS:
            if grid.lines and limits.holds(grid):
                requests = json.loads(zoho.write(grid, Options(edition=edition)))["requests"]
                rules = sum(len(r["body"]["scoring_rules"][0]["field_rules"]) for r in requests)
                assert rules <= limits.used(grid) and len(requests) <= limits.rules, (edition, grid)
                compared += 1
    assert compared > 50
