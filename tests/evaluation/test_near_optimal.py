"""Grids nearly as good as the sparse one, and the room that any grid of its size has left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from weights_case import simulated

from calibrate.counts.tally import tally_of
from calibrate.evaluation.near_optimal import MOST_NEAR, pool
from calibrate.grid.diff import beside
from calibrate.grid.grid import Grid
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.score_table import row_scores
from calibrate.weights.constraints import Constraints

TALLY, _ = simulated()
READY = prepare(TALLY)
PLAN = Plan("sparse", "sparse", constraints=Constraints(max_lines=5, cap=6))
GRID = calibrate_prepared(READY, PLAN)
FOUND = pool(READY, PLAN, GRID, names_used=("sparse-3",))


def loss(grid: Grid) -> float:
    return float(grid.provenance["log_loss_rounded"] or 0)


def test_near_grids_keep_to_the_demands_and_tell_other_answers_apart() -> None:
    assert FOUND is not None and 2 <= len(FOUND.near) <= MOST_NEAR
    assert [grid.name for grid in FOUND.near][:2] == ["sparse-2", "sparse-4"]
    apart = []
    for grid in (GRID, *FOUND.near):
        assert grid.lines <= 5 and np.abs(grid.flat).max() <= 6 and grid.curve is not None and grid.thresholds
        same = [line.points[0] == line.points[-1] for line in beside([GRID, grid])]
        assert all(same) == (grid is GRID)
        scores = np.unique(row_scores(TALLY, grid), return_inverse=True)[1]
        apart.append(scores.tobytes())
    assert len(set(apart)) == len(apart)  # no two of them put the leads into the same groups


def test_near_grids_lose_little() -> None:
    assert FOUND is not None
    assert all(1 - 1e-9 <= loss(grid) / loss(GRID) < 1.011 for grid in FOUND.near)


def test_the_room_belongs_to_the_grid() -> None:
    """Against points that were put on other lines, the room is larger by just what they lose."""
    assert FOUND is not None
    assert FOUND.room.criteria == 5 and 0 < FOUND.room.left < 0.1
    poor = replace(GRID, points=tuple(tuple(min(point, 0) for point in row) for row in GRID.points))
    other = pool(READY, PLAN, poor)
    assert other is not None and other.room.left > FOUND.room.left
    leads = TALLY.overall[0]
    assert FOUND.room.best == pytest.approx(loss(GRID) * leads, rel=1e-6)


def test_the_same_leads_give_the_same_pool() -> None:
    assert pool(READY, PLAN, GRID, names_used=("sparse-3",)) == FOUND


def test_no_line_no_pool() -> None:
    silent = prepare(tally_of(TALLY.criteria, TALLY.codes, np.zeros(TALLY.codes.shape[1], int)))
    assert pool(silent, PLAN, calibrate_prepared(silent, PLAN)) is None


def test_lines_that_were_left_out_claim_no_stability() -> None:
    """Their weight has no interval: it was not chosen, which is not the same as being surely nothing."""
    lines = [
        (point, each)
        for points, held in zip(GRID.points, GRID.evidence, strict=True)
        for point, each in zip(points, held, strict=True)
    ]
    assert all(each.points_kept is None for point, each in lines if not point)
    assert all(each.points_kept is not None and 0 < each.points_kept <= 1 for point, each in lines if point)
