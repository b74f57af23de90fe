"""Odoo's action and counts."""

import random
from dataclasses import replace

import pytest
from replay import cases, gates
from replay.systems import GRIDS, natural

from calibrate.errors import GridError
from calibrate.export import odoo
from calibrate.export.base import Options
from calibrate.export.rules import field_kind


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
