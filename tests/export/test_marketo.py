"""Marketo's tokens."""

import json as stdlib_json

import pytest
from replay import golden

from calibrate.errors import GridError
from calibrate.export import (
    marketo,
    reading,
)
from calibrate.export.base import Options


def test_marketo_tokens_put_points_into_the_lines_of_a_grid():
    grid = golden.small()
    text = marketo.write(grid, Options())
    back = marketo.read(text, "tokens.json", grid)
    assert back.points == grid.points
    body = stdlib_json.loads(text)
    assert all(len(each["form"]["name"]) <= 50 for each in body["requests"])
    with pytest.raises(GridError, match="belongs to no line of the grid"):
        marketo.read('{"result": [{"tokens": [{"name": "x", "type": "score", "value": "1"}]}]}', "t.json", grid)


def test_marketo_tokens_alone_are_texts():
    listed = [("Sector: Software", "+12"), ("Sector: missing", "-4"), ("Sector: other", "1"), ("Demo", "=20")]
    tokens = [{"name": f"{{{{my.{name}}}}}", "type": "score", "value": value} for name, value in listed]
    grid = reading.read(stdlib_json.dumps({"success": True, "result": [{"folder": {}, "tokens": tokens}]}), "t.json")
    leads = ({"Sector": "Software"}, {}, {"Sector": "x", "Demo": "y"})
    assert [grid.score(lead) for lead in leads] == [12, -4, 21]
