"""Leads flagged, customers among them, top band against bottom band: by pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest
from two_grids import OLD, TALLY, later

from calibrate.evaluation.usefulness import Useful, useful
from calibrate.grid.grid import Band, Thresholds

BANDS = (Band("call", 16, ""), Band("talk", 6, ""), Band("wait", 0, ""))
GRID = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)), thresholds=Thresholds(10, 16), bands=BANDS)


def test_two_months_by_pencil() -> None:
    """A month: 20 leads of 16 points (8 buy), 60 of 10 (18), 100 of 6 (4), 300 of 0 (6)."""
    use = useful(GRID, TALLY, later(GRID))
    assert use == Useful((960, 72), (160, 52), (40, 16), (600, 12))
    assert (use.share_flagged, use.share_customers) == pytest.approx((1 / 6, 52 / 72))
    assert use.times == pytest.approx(0.4 / 0.02)
    assert use.facts()["flagged_customers"] == 52 and use.facts()["top_rate"] == 0.4


def test_bands_without_leads_do_not_count_and_none_closing_has_no_ratio() -> None:
    grid = replace(GRID, bands=(Band("never", 99, ""), *BANDS))
    assert useful(grid, TALLY, later(grid)).top == (40, 16)
    assert Useful((10, 2), (5, 2), (5, 2), (5, 0)).times is None
    assert "times" not in Useful((10, 2), (5, 2), (5, 2), (5, 0)).facts()
    assert set(Useful((0, 0), (0, 0)).facts().values()) == {0}
    counts = Useful((10, 2), (5, 2), (5, 2), (4, 1)).facts()
    assert [counts[name] for name in ("judged_leads", "judged_customers", "flagged_leads", "flagged_customers")] == [
        10, 2, 5, 2,
    ]  # fmt: skip
    assert [counts[f"{band}_{part}"] for band in ("top", "bottom") for part in ("customers", "leads", "rate")] == [
        2, 5, 0.4, 1, 4, 0.25,
    ]  # fmt: skip


def test_without_thresholds_nobody_is_flagged_and_nothing_said() -> None:
    bare = later(GRID)
    grids = tuple(replace(grid, thresholds=None) for grid in bare.grids)
    assert useful(GRID, TALLY, replace(bare, grids=grids)) is None
