"""Grades on later leads: how the leads of each cell closed, graded by points and cuts that had not seen them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..counts.tally import Tally
from ..points.grade import CELLS, Grades, cell_rates, graded
from .backtest import Backtest


def later_grades(grades: Grades | None, tally: Tally, backtest: Backtest) -> Grades | None:
    """The grades with their cells counted on later leads, each graded by the grid of its fold.

    A fold's grid cuts its grades on the leads that it was made from. Without later leads, and where some fold's grid
    has points on one axis only, the grades stay as they are.
    """
    later = backtest.later
    if grades is None or not len(later.row):
        return grades
    cells = np.zeros(len(later.row), np.int64)
    for fold, grid in enumerate(backtest.grids):
        cell_of_row = graded(tally, grid, later.folds[fold].train[tally.cohort])
        if cell_of_row is None:
            return grades
        mine = later.fold == fold
        cells[mine] = cell_of_row[later.row[mine]]
    effects = [later.effect(cells == cell) for cell in range(CELLS)] if later.group is not None else ()
    return replace(grades, rates=cell_rates(cells, later.leads, later.customers, effects), unseen=True)
