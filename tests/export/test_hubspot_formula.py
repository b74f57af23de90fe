"""The formula that a calculated property of HubSpot holds."""

import random

from replay import cases
from replay.formulas import Formula
from replay.systems import GRIDS, natural

from calibrate.export import hubspot, hubspot_formula
from calibrate.export.base import Options
from calibrate.export.rules import field_kind


def told(lead, names):
    """A lead as the system sees it: its own field names, empty fields without a value."""
    empty = (None, "", float("nan"))
    return {
        names[c]: None if v in empty or v != v or (isinstance(v, str) and not v.strip(" \t\r\n")) else v
        for c, v in lead.items()
    }


def placeholder_number(criterion, value):
    """A text in a field for something else that the grid takes for no answer: the system's field cannot hold it."""
    return field_kind(criterion) != "text" and isinstance(value, str) and criterion.index_of(value) == criterion.missing


def test_hubspot_formula_gives_the_score(capsys):
    compared = 0
    for seed, grid in enumerate(GRIDS):
        covered = {item.what: item.status for item in hubspot_formula.coverage(grid, Options()).items}
        if "impossible" in [
            status for what, status in covered.items() if not what.startswith(("band", "thres", "exp"))
        ]:
            continue
        text, names = hubspot_formula.formula(grid, Options()), hubspot.properties_of(grid, Options())
        for lead in natural(random.Random(seed), grid):
            lead = {
                c.column: lead.get(c.column) for c in grid.criteria if not placeholder_number(c, lead.get(c.column))
            }
            assert Formula(text, told(lead, names)).value() == grid.score(lead), (seed, lead)
            compared += 1
    assert compared
    cases.compared(capsys, "hubspot formulas interpreted", compared)
