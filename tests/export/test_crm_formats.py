"""Rule files of other systems: written and read back, the same leads get the same points."""

import json
import random
from dataclasses import replace

import pytest
from replay import cases, gates, golden
from replay.formulas import Formula

from calibrate.errors import GridError
from calibrate.export import hubspot, hubspot_formula, hubspot_reading, odoo, salesforce, zoho
from calibrate.export.base import Options
from calibrate.export.rules import field_kind
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid


def natural(rng, grid):
    """Leads as a system holds them: text in text fields, numbers in number fields, truth values in checkboxes."""
    own = {"text": "text", "number": "number", "boolean": "boolean", "presence": "text"}
    made = cases.leads(rng, grid, {c.column: own[field_kind(c)] for c in grid.criteria}, 60)
    return [lead for lead in made if all(plain(value) for value in lead.values())]


def plain(value):
    return not isinstance(value, float) or abs(value) < 1e300


def replayed(written, read, grids, capsys, name):
    compared = 0
    for seed, grid in enumerate(grids):
        back = read(written(grid), "file.json")
        for lead in natural(random.Random(seed), grid):
            assert back.score(lead) == grid.score(lead), (seed, lead)
            compared += 1
    cases.compared(capsys, name, compared)


def system_grid(seed):
    """Hostile levels on columns that every system can name, each with a kind that its text can bear."""
    rng = random.Random(seed)
    return cases.grid(rng, size=5, columns=[f"field_{at}" for at in range(5)])


GRIDS = [system_grid(seed) for seed in range(25)]


def test_hubspot_round_trip(capsys):
    replayed(lambda grid: hubspot.write(grid, Options()), hubspot_reading.read, GRIDS, capsys, "hubspot read back")


OPERATIONS = {
    "ALL_PROPERTY": {}, "ENUMERATION": {"values": list}, "NUMBER": {"value": (int, float)}, "BOOL": {"value": bool},
    "NUMBER_RANGED": {"lowerBound": int, "upperBound": int},
}  # fmt: skip
"""What the specification wants beside operator, operationType and includeObjectsWithNoValueSet."""


def operations(calculation):
    if calculation["type"] == "MATCH":
        assert isinstance(calculation["property"], str) and isinstance(calculation["defaultValue"], int)
        return [(rule["operation"], rule["value"]) for rule in calculation["matchRules"]]
    assert calculation["type"] == "CONDITIONAL" and calculation["whereCondition"]["operator"] == "AND"
    singles = calculation["whereCondition"]["conditions"]
    assert singles and all(each["type"] == "SINGLE" and each["property"] for each in singles)
    return [(each["operation"], calculation["value"]) for each in singles]


def test_hubspot_requests_have_the_fields_and_types_of_the_specification():
    seen = set()
    for seed, grid in enumerate([*GRIDS, golden.small()]):
        requests = json.loads(hubspot.write(grid, Options()))["requests"]
        assert [each["method"] for each in requests] in (["POST", "POST"], ["POST", "GET", "PUT", "POST"]), seed
        for request in requests[:-1]:
            body = request.get("body", {"groupConfigs": []})
            if request["method"] != "GET":
                assert {
                    "allowedGroupTypes",
                    "groupConfigs",
                    "maxScorePerCategory",
                    "name",
                    "objectTypeId",
                } <= body.keys()
            for group in body["groupConfigs"]:
                assert group["groupCategory"] in ("FIT", "INTENT") and group["minValue"] <= group["maxValue"]
                assert all(isinstance(v, int) and v > 0 for v in group.get("groupDecay", {}).values())
                assert ("id" in group) == (request["method"] == "PUT")
                for rule in group["ruleConfigurations"]:
                    assert ("id" in rule) == ("id" in group) and rule["enabled"] is True
                    for operation, value in operations(rule["configuration"]["calculation"]):
                        wanted = OPERATIONS[operation["operationType"]]
                        assert (
                            wanted.keys() | {"operator", "operationType", "includeObjectsWithNoValueSet"}
                            == operation.keys()
                        )
                        assert all(isinstance(operation[key], kind) for key, kind in wanted.items())
                        assert isinstance(value, int)
                        seen.add(operation["operationType"])
            for output in body.get("outputConfiguration", {}).get("outputs", []):
                assert output["outputType"] == "THRESHOLD" and output["id"].startswith("{outputs")
                assert all({"label", "threshold", "color"} == edge.keys() for edge in output["boundaries"])
    assert seen == OPERATIONS.keys() - {"NUMBER_RANGED"}


def test_hubspot_matrix_has_a_tier_for_each_minimum():
    small = golden.small()
    bands = (Band("Call", 30, "", fit_minimum=10, engagement_minimum=5), Band("Nurture", 15, "", fit_minimum=1))
    requests = json.loads(hubspot.write(replace(small, bands=bands), Options()))["requests"]
    matrix = requests[2]["body"]["outputConfiguration"]["outputs"][1]
    assert matrix["boundaries"] == {
        "FIT": [{"label": "A", "threshold": 10}, {"label": "B", "threshold": 1}, {"label": "C", "threshold": -4}],
        "INTENT": [{"label": "1", "threshold": 5}, {"label": "2", "threshold": -2}],
    }
    said = {item.what: item for item in hubspot.coverage(replace(small, bands=bands), Options()).items}
    assert said["bands"].status == "approximated" and "matrix" in said["bands"].reason


def test_hubspot_says_where_lines_of_a_group_decay_otherwise():
    small = golden.small()
    rules = (Expiry("Visits", "10+", percent=50, every_days=30), Expiry("Visits", "5-9", days=9), small.expiry[0])
    said = {i.what: i.status for i in hubspot.coverage(replace(small, expiry=rules), Options()).items}
    found = [said[f"expiry of {name}"] for name in ("Visits: 10+", "Visits: 5-9", "Demo: requested")]
    assert found == ["approximated", "impossible", "approximated"]


def told(lead, names):
    """A lead as the system sees it: its own field names, empty fields without a value."""
    empty = (None, "", float("nan"))
    return {
        names[c]: None if v in empty or v != v or (isinstance(v, str) and not v.strip(" \t\r\n")) else v
        for c, v in lead.items()
    }


def test_salesforce_formulas_give_the_score(capsys):
    compared = helped = 0
    for seed in range(24):
        rng = random.Random(seed)
        grid = system_grid(seed) if seed % 4 else long_grid(rng)
        names = salesforce.field_names(grid)
        fields = salesforce.formulas(grid)
        helped += len(fields) > 1
        assert all(len(text) <= 3900 and len(text.encode()) <= 4000 for _, _, text in fields)
        kinds = {c.column: c for c in grid.criteria}
        for lead in natural(rng, grid)[: 40 if seed % 4 else 6]:
            if any(lead.get(column) is None for column, c in kinds.items() if field_kind(c) == "boolean"):
                continue  # a checkbox is never empty: coverage() says so
            lead = {c: v for c, v in lead.items() if not placeholder_number(kinds[c], v)}
            seen, helpers = told(lead, names), {}
            for name, _, text in fields:
                helpers[name] = Formula(text, seen, helpers).value()
            assert helpers["Lead_Score__c"] == grid.score(lead), (seed, lead)
            compared += 1
    assert helped
    cases.compared(capsys, "salesforce formulas interpreted", compared)


def placeholder_number(criterion, value):
    """A text in a field for something else that the grid takes for no answer: the system's field cannot hold it."""
    return field_kind(criterion) != "text" and isinstance(value, str) and criterion.index_of(value) == criterion.missing


def long_grid(rng):
    """Criteria too long for one formula, one of them too long for one helper field."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    names = [f"level {at} {'é' * 20}" for at in range(250)]
    long = Criterion("long", "field_0", "text", "fit", (*(Level(n, values=(n,)) for n in names), *ends))
    cuts = [Level(f"{at}", low=at, high=at + 1) for at in range(200)]
    wide = Criterion("wide", "field_1", "number", "fit", (*cuts, *ends))
    points = [tuple(rng.randint(-9, 9) for _ in c.levels) for c in (long, wide)]
    return Grid("long", "m", (long, wide), tuple(points))


def test_hubspot_formula_gives_the_score(capsys):
    compared = 0
    for seed, grid in enumerate(GRIDS):
        covered = {item.what: item.status for item in hubspot_formula.coverage(grid, Options()).items}
        if "impossible" in [
            status for what, status in covered.items() if not what.startswith(("band", "thres", "exp"))
        ]:
            continue
        text, names = hubspot_formula.formula(grid), hubspot._properties(grid)
        for lead in natural(random.Random(seed), grid):
            lead = {
                c.column: lead.get(c.column) for c in grid.criteria if not placeholder_number(c, lead.get(c.column))
            }
            assert Formula(text, told(lead, names)).value() == grid.score(lead), (seed, lead)
            compared += 1
    assert compared
    cases.compared(capsys, "hubspot formulas interpreted", compared)


def test_zoho_round_trip(capsys):
    options = Options(edition="ultimate")
    grids = [grid for grid in GRIDS if grid.lines]  # rules without points are no rules
    replayed(lambda grid: zoho.write(grid, options), zoho.read, grids, capsys, "zoho read back")


class Record(dict):
    """A lead of Odoo: fields by name, write() keeps what is written."""

    def write(self, values):
        self.update(values)


class Linked:
    def __init__(self, name):
        self.display_name = name


def test_odoo_action_writes_the_score(capsys):
    compared = 0
    for seed, grid in enumerate(GRIDS):
        columns = [*(f"field_{at}" for at in range(4)), "country_id"]
        criteria = [replace(c, column=column) for c, column in zip(grid.criteria, columns, strict=True)]
        if field_kind(criteria[4]) != "text":
            continue
        grid = replace(grid, criteria=tuple(criteria))
        code = compile(odoo.write(grid, Options()), "action", "exec")
        narrowed = gates.gated(random.Random(seed), grid)
        action = compile(odoo.write(narrowed, Options()), "action", "exec")
        assert not [name for name in (*code.co_names, *action.co_names) if "__" in name]
        empty = {"text": False, "presence": False, "number": 0.0, "boolean": False}
        for lead in natural(random.Random(seed), grid):
            kinds = {c.column: c for c in grid.criteria}
            lead = {c: lead.get(c) for c in kinds}
            if any(v is None and field_kind(kinds[c]) in ("number", "boolean") for c, v in lead.items()):
                continue  # never empty in Odoo: coverage() says so
            record = Record({c: empty[field_kind(kinds[c])] if v is None else v for c, v in lead.items()})
            record["country_id"] = Linked(lead["country_id"] or False)
            allowed = {"bool": bool, "str": str}
            exec(code, {"records": [record], "__builtins__": allowed})
            assert record["x_lead_score"] == grid.score(lead), (seed, lead)
            assert record["x_lead_band"] == grid.band(lead)
            exec(action, {"records": [record], "__builtins__": allowed})
            assert record["x_lead_band"] == gates.by_hand(narrowed, lead) and record["x_lead_score"] == grid.score(lead)
            compared += 1
    assert compared
    cases.compared(capsys, "odoo action", compared)


def test_odoo_counts_become_points():
    text = "variable,value,won_count,lost_count,team_id\ncountry_id,France,8.1,2.1,1\ncountry_id,=1+1,2.1,8.1,1\n"
    grid = odoo.read(text, "frequency.csv")
    assert grid.points == ((13, -13, 0, 0),)  # 10 ln((8.1 / 10.2) / (2.1 / 10.2)) = 13.499
    assert grid.score({"country_id": "France"}) == 13
    assert grid.evidence[0][0].leads == 10
    for bad, message in (
        ("", "no line"),
        ("variable,value\nx,1\n", "line 2 has no numbers"),
        (text + "x,y,-1,2,1", "from 0 on"),
    ):
        with pytest.raises(GridError, match=message):
            odoo.read(bad, "frequency.csv")
