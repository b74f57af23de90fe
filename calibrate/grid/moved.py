"""Thresholds, bands and the points that every lead has, moved together: what a grid is when its threshold changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .grid import Band, Grid, Thresholds


def shifted(grid: Grid, points: int) -> Grid:
    """The grid with so many points more for every lead, its thresholds, bands and curve moved along: the same bands.

    >>> grid = Grid("g", "m", (), (), Thresholds(9, 12), bands=(Band("call", 12, ""), Band("wait", -3, "")), start=1)
    >>> moved = shifted(grid, 6)
    >>> moved.start, moved.thresholds.marketing_qualified, [band.at_least for band in moved.bands]
    (7, 15, [18, 3])
    """
    limits, curve = grid.thresholds, grid.curve
    if limits is not None:
        both = limits.marketing_qualified + points, limits.sales_qualified + points
        limits = replace(limits, marketing_qualified=both[0], sales_qualified=both[1])
    if curve is not None:
        curve = replace(curve, scores=tuple(score + points for score in curve.scores))
    bands = tuple(replace(band, at_least=band.at_least + points) for band in grid.bands)
    return replace(grid, start=grid.start + points, thresholds=limits, bands=bands, curve=curve)


def at_pivot(grid: Grid) -> Grid:
    """The grid in which marketing-qualified leads begin at its pivot: what is lacking every lead has from the start.

    >>> at_pivot(Grid("g", "m", (), (), Thresholds(9, 12), pivot=15)).start
    6
    """
    if grid.pivot is None or grid.thresholds is None:
        return grid
    return shifted(grid, grid.pivot - grid.thresholds.marketing_qualified)


def moved_bands(bands: Sequence[Band], before: Thresholds, after: Thresholds, worst: int) -> tuple[Band, ...]:
    """Bands after a change of thresholds: those at a threshold move with it, the lowest stays at or below `worst`.

    >>> old, new = Thresholds(15, 30), Thresholds(20, 40)
    >>> [band.at_least for band in moved_bands((Band("call", 30, ""), Band("wait", -5, "")), old, new, worst=-9)]
    [40, -9]
    """
    lowest = min((band.at_least for band in bands), default=0)
    shifted = []
    for band in bands:
        at = band.at_least
        if at == before.sales_qualified:
            at = after.sales_qualified
        elif at == before.marketing_qualified:
            at = after.marketing_qualified
        elif at == lowest:
            at = min(worst, after.marketing_qualified)
        shifted.append(replace(band, at_least=at))
    return tuple(shifted)


def gate(bands: Sequence[Band], limits: Thresholds) -> tuple[Band, ...]:
    """Bands with the minimums of the thresholds on those that start at them or above; a band's own minimum stays.

    >>> gate((Band("call", 30, ""), Band("nurture", 15, ""), Band("wait", 0, "")), Thresholds(15, 30, 5, 10))[1]
    Band(name='nurture', at_least=15, action='', fit_minimum=5, ...)
    """
    gated = []
    for band in bands:
        fit, engagement = band.fit_minimum, band.engagement_minimum
        if fit is None and band.at_least >= limits.marketing_qualified:
            fit = limits.fit_minimum
        if engagement is None and band.at_least >= limits.sales_qualified:
            engagement = limits.engagement_minimum
        gated.append(replace(band, fit_minimum=fit, engagement_minimum=engagement))
    return tuple(gated)
