"""Grids on columns that every system can name, and leads as a system holds them."""

import random

from calibrate.export.rules import field_kind
from replay import cases


def plain(value):
    return not isinstance(value, float) or abs(value) < 1e300


def natural(rng, grid):
    """Leads as a system holds them: text in text fields, numbers in number fields, truth values in checkboxes."""
    own = {"text": "text", "number": "number", "boolean": "boolean", "presence": "text"}
    made = cases.leads(rng, grid, {c.column: own[field_kind(c)] for c in grid.criteria}, 60)
    return [lead for lead in made if all(plain(value) for value in lead.values())]


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
