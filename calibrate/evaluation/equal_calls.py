"""Two grids at the same number of calls: what a grid's own thresholds let in says nothing of how well it ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.grid import Grid, Stage
from ..points.score_table import axis_scores, reaches, row_scores
from .backtest import Backtest, later_reaches

Floats = NDArray[np.float64]


def called_shares(scores: NDArray[np.number], leads: Floats, calls: float) -> Floats:
    """Share of each profile that is called when the best-scored `calls` leads are; one score is called in proportion.

    >>> called_shares(np.array([5, 9, 5]), np.array([10.0, 5, 10]), 15).tolist()
    [0.5, 1.0, 0.5]
    """
    unique, place = np.unique(-scores, return_inverse=True)
    sizes = np.bincount(place, leads, len(unique))
    before = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    shares = np.clip((calls - before) / np.where(sizes > 0, sizes, 1.0), 0.0, 1.0)
    return np.asarray(shares[place], np.float64)


def at_equal_calls(tally: Tally, old: Grid, new: Grid, stage: Stage) -> tuple[Floats, Floats]:
    """Share of each profile row called by the old and by the new grid, both as often as the new one's threshold asks.

    The new grid calls the rows that reach the stage; the old one as many leads, its own best first.
    """
    now = reaches(tally, new, stage).astype(np.float64)
    was = called_shares(_ranked(tally, old, stage, row_scores(tally, old)), tally.leads, float(tally.leads @ now))
    return was, now


def later_at_equal_calls(tally: Tally, old: Backtest, new: Backtest, stage: Stage) -> tuple[Floats, Floats]:
    """The same for the judged rows of two backtests, fold by fold: in each as many calls as its new grid asks for."""
    later = new.later
    now = later_reaches(tally, new, stage).astype(np.float64)
    was = np.zeros(len(now))
    for i, grid in enumerate(old.grids):
        mine = np.flatnonzero(later.fold == i)
        scores = _ranked(tally, grid, stage, old.score[mine], later.row[mine])
        was[mine] = called_shares(scores, later.leads[mine], float(later.leads[mine] @ now[mine]))
    return was, now


def _ranked(
    tally: Tally, grid: Grid, stage: Stage, scores: NDArray[np.int64], rows: NDArray[np.intp] | None = None
) -> Floats:
    """Scores to call by: rows without the fit or engagement that the stage asks for come after all others."""
    ranked = scores.astype(np.float64)
    for what, least in () if grid.thresholds is None else grid.thresholds.demands(stage):
        if what != "score":
            points = axis_scores(tally, grid, what)
            ranked[(points if rows is None else points[rows]) < least] -= 1e6
    return ranked
