"""Bands counted on later leads, each lead in the band of its fold's grid: by pencil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from two_grids import COUPLES, OLD, TALLY, later

from calibrate.evaluation.band_rates import counted_bands
from calibrate.grid.grid import Band

BOTH = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))


def test_bands_of_scores() -> None:
    """A month: demo and big 16 points (20 leads, 8 customers), demo 10 (60, 18), big 6 (100, 4), neither 0 (300, 6)."""
    graded = replace(BOTH, bands=(Band("wait", 0, ""), Band("call", 10, ""), Band("talk", 6, "")))
    found = counted_bands(graded, TALLY, later(graded))
    assert [(band.name, band.leads, band.customers) for band in found] == [
        ("wait", 600, 12), ("call", 160, 52), ("talk", 200, 8),
    ]  # fmt: skip


def test_bands_that_demand_an_axis() -> None:
    """To be called a lead needs 10 points and 6 of fit: big companies with a demo; the others with a demo talk.

    The 600 leads without points have no band, as the grid's file has it.
    """
    graded = replace(BOTH, bands=(Band("call", 10, "", fit_minimum=6), Band("talk", 6, "")))
    found = counted_bands(graded, TALLY, later(graded))
    assert [(band.leads, band.customers) for band in found] == [(40, 16), (320, 44)]


def test_bands_that_no_fold_has_and_histories_without_later_leads_stay_uncounted() -> None:
    graded = replace(BOTH, bands=(Band("call", 10, ""),))
    renamed = replace(graded, bands=(Band("hot", 10, ""),))
    assert counted_bands(renamed, TALLY, later(graded)) is renamed.bands
    nobody = later(graded)
    empty = replace(nobody.later, row=np.zeros(0, np.intp))
    assert counted_bands(graded, TALLY, replace(nobody, later=empty)) is graded.bands


def test_bands_of_couples_say_that_half_as_many_decide() -> None:
    graded = replace(BOTH, bands=(Band("wait", 0, ""), Band("call", 10, "")))
    found = counted_bands(graded, COUPLES, later(graded, COUPLES))
    assert [(band.leads, band.customers) for band in found] == [(800, 20), (160, 52)]
    assert [band.design_effect for band in found] == pytest.approx([2, 2], abs=1e-9)
    assert [band.design_effect for band in counted_bands(graded, TALLY, later(graded))] == [None, None]
