"""The pool: grids nearly as good as the one that `sparse` makes, to choose from, and the room that any grid has left.

Both are said on the leads that the grids were made from; only the grid itself is judged on later leads.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from ..grid.grid import Grid
from ..points.plan import Plan, Prepared, grid_from
from ..weights.search.bound import Bound
from ..weights.sparse import room_left

METHOD = "sparse"
MOST_NEAR = 5
"""Grids to choose from beside the best one."""
FITS = 50
"""Fits that the bound may take: a number, not a time, so that the same leads give the same bound."""


@dataclass(frozen=True)
class Pool:
    """What surrounds a sparse grid: `near`, grids that tell other answers apart and are nearly as good; `room` left."""

    near: tuple[Grid, ...]
    room: Bound


def pool(prepared: Prepared, plan: Plan, grid: Grid, names_used: Collection[str] = ()) -> Pool | None:
    """Near-equal grids, named like the plan with a number, and the bound; None where no line has points.

    `names_used` are names that no grid may have.
    """
    demands = plan.constraints
    if not grid.lines:
        return None
    points = grid.flat.astype(np.float64)
    room = room_left(prepared.tally, prepared.rates, demands, grid.criteria, points, fits=FITS)
    numbers = (name for n in range(2, 1000) if (name := f"{plan.name}-{n}") not in names_used)
    near: list[Grid] = []
    known_grids = {(grid.criteria, grid.points)}
    for weights in prepared.searched(demands, MOST_NEAR + 1)[1:]:
        grid_near = grid_from(weights, prepared, plan)
        if (grid_near.criteria, grid_near.points) not in known_grids:
            known_grids.add((grid_near.criteria, grid_near.points))
            near.append(replace(grid_near, name=next(numbers)))
    return Pool(tuple(near), room)
