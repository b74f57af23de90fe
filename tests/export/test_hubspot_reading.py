"""A HubSpot score as the API gives it."""

import json as stdlib_json

import pytest

from calibrate.errors import GridError
from calibrate.export import (
    hubspot_reading,
    reading,
)


def test_hubspot_score_as_the_api_gives_it():
    size = {"operationType": "NUMBER_RANGED", "operator": "IS_BETWEEN", "lowerBound": 10, "upperBound": 49}
    more = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 49}
    rules = [
        {"value": 4, "operation": {**size, "includeObjectsWithNoValueSet": False}},
        {"value": 9, "operation": {**more, "includeObjectsWithNoValueSet": True}},
    ]
    match = {"type": "MATCH", "property": "numemployees", "defaultValue": 0, "matchRules": rules}
    rule = {"id": "1", "enabled": True, "configuration": {"calculation": match}}
    off = {**rule, "enabled": False}
    body = {
        "id": "7",
        "name": "Fit",
        "groupConfigs": [{"groupName": "Size", "groupCategory": "FIT", "ruleConfigurations": [rule, off]}],
    }
    grid = reading.read(stdlib_json.dumps(body), "score.json")
    assert [grid.score({"numemployees": n}) for n in (9, 10, 49, 49.5, 500, None, "n/a")] == [0, 4, 4, 9, 9, 9, 0]
    match["type"] = "MULTI_UE"
    with pytest.raises(
        GridError, match=r"groupConfigs\[0\].ruleConfigurations\[0\]: .* MATCH and CONDITIONAL rules can be read"
    ):
        hubspot_reading.read(stdlib_json.dumps(body), "score.json")


def test_hubspot_decay_is_read_and_conditions_on_one_property_alone():
    def condition(*names):
        op = {
            "operationType": "NUMBER",
            "operator": "IS_GREATER_THAN",
            "value": 2,
            "includeObjectsWithNoValueSet": False,
        }
        singles = [{"type": "SINGLE", "property": name, "operation": op} for name in names]
        where = {"type": "COMPOSITE", "operator": "AND", "conditions": singles}
        return {
            "enabled": True,
            "configuration": {"calculation": {"type": "CONDITIONAL", "value": 7, "whereCondition": where}},
        }

    decay = {"decayIntervalDays": 30, "percentToDecayPerInterval": 50}
    group = {
        "groupName": "g",
        "groupCategory": "INTENT",
        "groupDecay": decay,
        "ruleConfigurations": [condition("visits")],
    }
    grid = reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")
    assert [grid.score({"visits": n}) for n in (1, 2, 2.5, 9, None)] == [0, 0, 7, 7, 0]
    assert [(e.criterion, e.percent, e.every_days, e.dated) for e in grid.expiry] == [("visits", 50, 30, None)]
    group["ruleConfigurations"] = [condition("visits", "pages")]
    with pytest.raises(GridError, match="a condition on 2 properties"):
        reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")
    group |= {"ruleConfigurations": [condition("visits")], "groupDecay": {**decay, "percentToDecayPerInterval": 0}}
    with pytest.raises(GridError, match="decay of 0 % per 30 days"):
        reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")
