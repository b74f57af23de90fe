"""Salesforce formulas."""

import random

import pytest
from replay import cases
from replay.formulas import Formula
from replay.systems import natural, system_grid

from calibrate.errors import ExportError
from calibrate.export import (
    salesforce,
    write,
)
from calibrate.export.base import Options
from calibrate.export.rules import field_kind
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid


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
        names = salesforce.field_names(grid, Options())
        fields = salesforce.formulas(grid, Options())
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


def test_salesforce_refuses_what_no_formula_can_hold():
    ends = (Level("missing", "missing"), Level("other", "other"))
    levels = (Level("l", values=("x" * 5000,)), *ends)
    with pytest.raises(ExportError, match=r"one level of the criterion 'c' needs 5,.* characters"):
        write(Grid("g", "m", (Criterion("c", "Industry", "text", "fit", levels),), ((1, 0, 0),)), "salesforce")
    fields = salesforce.fields_in(Options())
    assert salesforce.field_name("How did you hear about us, and since when, please?", fields)[0].endswith("__c")
