"""The same grids and leads with bands that ask for points of fit and of engagement beside the score."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from calibrate.grid.grid import Band, Grid, Thresholds


def gated(rng: random.Random, grid: Grid) -> Grid:
    """The grid with three bands, two of them at one score, that ask for more than the score."""
    half, middle = rng.randint(5, 25), rng.randint(-10, 20)
    fit, engagement = (rng.choice((None, rng.randint(-10, 30))) for _ in range(2))
    bands = (
        Band("hot", half, "call", rng.randint(-10, 30), engagement), Band("wait", middle - 40, "", fit),
        Band("warm", half, "call later", None, rng.randint(-10, 30)), Band("it's cool", middle, "", fit, None),
    )  # fmt: skip
    return replace(grid, bands=bands, thresholds=Thresholds(middle, max(half, middle), fit, engagement))


def by_hand(grid: Grid, lead: dict[str, Any]) -> str:
    """The band of a lead, asked band by band without the code of the grid."""
    had = {"fit": 0, "engagement": 0}
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        had[criterion.axis] += points[criterion.index_of(lead.get(criterion.column))]
    best: tuple[int, str] | None = None
    for band in grid.bands:
        enough = grid.start + sum(had.values()) >= band.at_least
        enough = enough and (band.fit_minimum is None or had["fit"] >= band.fit_minimum)
        enough = enough and (band.engagement_minimum is None or had["engagement"] >= band.engagement_minimum)
        if enough and (best is None or band.at_least > best[0]):
            best = band.at_least, band.name
    return best[1] if best else ""


def checked(grids: Sequence[Grid], leads: Sequence[Sequence[dict[str, Any]]]) -> list[list[str]]:
    """Bands by hand; every band is met, and often the minimum alone keeps a lead out of the band of its score."""
    found = [[by_hand(grid, lead) for lead in each] for grid, each in zip(grids, leads, strict=True)]
    met = Counter(name for each in found for name in each)
    assert len(met) == 5, met
    bare = [replace(g, bands=tuple(Band(b.name, b.at_least, "") for b in g.bands)) for g in grids]
    moved = sum(
        name != grid.band(lead)
        for grid, each, names in zip(bare, leads, found, strict=True)
        for lead, name in zip(each, names, strict=True)
    )
    assert moved > sum(met.values()) / 20
    return found
