"""Bands on later leads: how many leads each band held when they were new, and how many of them became customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.grid import Band, Grid
from ..points.score_table import axis_scores
from .backtest import Backtest

Floats = NDArray[np.float64]


def counted_bands(grid: Grid, tally: Tally, backtest: Backtest) -> tuple[Band, ...]:
    """The bands of a grid with leads and customers counted on later leads, each in the band of its fold's grid.

    A band keeps its name from fold to fold; its scores are those of the fold's grid. Without later leads, and for bands
    that no fold's grid has, nothing is counted. Where leads stand in groups, each band has its design effect.
    """
    later = backtest.later
    names = [band.name for band in grid.bands]
    counts, band_of_row = np.zeros((len(names), 2)), np.full(len(later.row), -1, np.intp)
    bands = [name for fold in backtest.grids for name in {band.name for band in fold.bands}]
    if not len(later.row) or not set(names) <= set(bands):
        return grid.bands
    for fold, fold_grid in enumerate(backtest.grids):
        rows = np.flatnonzero(later.fold == fold)
        place = _band_of(fold_grid, tally, later.row[rows], backtest.score[rows], names)
        inside, band_of_row[rows] = place >= 0, place
        for column, values in enumerate((later.leads[rows], later.customers[rows])):
            counts[:, column] += np.bincount(place[inside], values[inside], len(names))
    effects = [later.effect(band_of_row == at) for at in range(len(names))]
    return tuple(
        replace(band, leads=round(leads), customers=round(customers), design_effect=effect if effect > 1 else None)
        for band, (leads, customers), effect in zip(grid.bands, counts.tolist(), effects, strict=True)
    )


def _band_of(
    grid: Grid, tally: Tally, rows: NDArray[np.intp], scores: NDArray[np.int64], names: Sequence[str]
) -> NDArray[np.intp]:
    """Position among the names of the band that each row is in, or -1."""
    measures = {"score": scores}
    if grid.gated:
        measures |= {axis: axis_scores(tally, grid, axis)[rows] for axis in ("fit", "engagement")}
    place = np.full(len(rows), -1, np.intp)
    for band in reversed(grid.ladder):
        reached = np.ones(len(rows), np.bool_)
        for what, least in band.demands:
            reached &= measures[what] >= least
        place[reached] = names.index(band.name) if band.name in names else -1
    return place
