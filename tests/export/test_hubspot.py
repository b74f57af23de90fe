"""HubSpot's score properties: round trip, fields of the specification, tiers and decay."""

import json
from dataclasses import replace

from replay import golden
from replay.systems import GRIDS, replayed

from calibrate.export import hubspot, hubspot_reading
from calibrate.export.base import Options
from calibrate.grid.grid import Band, Expiry


def test_hubspot_round_trip(capsys):
    grids = [grid for grid in GRIDS if grid.lines]  # rules without points are no rules
    replayed(lambda grid: hubspot.write(grid, Options()), hubspot_reading.read, grids, capsys, "hubspot read back")


OPERATIONS = {
    "ALL_PROPERTY": {}, "ENUMERATION": {"values": list}, "NUMBER": {"value": (int, float)}, "BOOL": {"value": bool},
    "NUMBER_RANGED": {"lowerBound": int, "upperBound": int},
}  # fmt: skip


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
    assert said["bands"].status == "approximated" and "matrix" in str(said["bands"].reason)


def test_hubspot_says_where_lines_of_a_group_decay_otherwise():
    small = golden.small()
    rules = (Expiry("Visits", "10+", percent=50, every_days=30), Expiry("Visits", "5-9", days=9), small.expiry[0])
    said = {i.what: i.status for i in hubspot.coverage(replace(small, expiry=rules), Options()).items}
    found = [said[name] for name in ("Visits: 10+", "Visits: 5-9", "Demo: requested")]
    assert found == ["approximated", "impossible", "approximated"]
