"""Mautic's actions."""

import json as stdlib_json

from replay import golden

from calibrate.export import (
    mautic,
    reading,
)
from calibrate.export.base import Options


def test_mautic_actions_are_things_that_happened_or_not():
    grid = golden.small()
    back = reading.read(mautic.write(grid, Options()), "points.json")
    assert [
        back.score({"Newsletter": True}),
        back.score({"Newsletter": False}),
        back.score({"Demo requested": "x"}),
    ] == [1, 0, 20]
    listed = {
        "total": 1,
        "points": [{"id": 3, "name": "Pricing page", "type": "url.hit", "delta": 18, "description": None}],
    }
    assert reading.read(stdlib_json.dumps(listed), "points.json").score({"Pricing page": "yes"}) == 18
