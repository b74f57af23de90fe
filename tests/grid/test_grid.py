"""The grid: scores by pencil, expiry, bands, and what it refuses to score."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import GridError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Curve, Evidence, Expiry, Grid, Thresholds, band_of, day_of
from calibrate.grid.moved import gate, moved_bands

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("sector", "Sector", "text", "fit", (Level("Bank", values=("Bank",)), *ENDS))
DEMO = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ENDS))
GRID = Grid("g", "lift", (SECTOR, DEMO), ((4, -2, -6), (20, 0, 0)), Thresholds(10, 18, 0, 20))


def test_scores_sides_and_ends_by_pencil() -> None:
    leads = ({"Sector": "Bank", "Demo": "x"}, {"Sector": "Farm"}, {"Demo": 0}, {})
    assert [GRID.sides(lead) for lead in leads] == [(4, 20), (-6, 0), (-2, 20), (-2, 0)]
    assert [GRID.score(lead) for lead in leads] == [24, -6, 18, -2]
    assert (GRID.maximum, GRID.minimum, GRID.lines) == (24, -6, 4)
    assert GRID.axis_points("fit").tolist() == [4, -2, -6, 0, 0, 0]
    assert (GRID.axis_points("fit") + GRID.axis_points("engagement") == GRID.flat).all()
    assert GRID.shown()["points"].tolist() == [4, -2, -6, 20]
    assert GRID.score(pd.Series({"Sector": "Bank"})) == 4


@given(st.integers(-300, 300), st.integers(1, 100), st.integers(1, 60), st.integers(0, 400))
def test_points_fade_as_a_decimal_would_round_them(points: int, percent: int, every: int, age: int) -> None:
    share = max(Decimal(0), 1 - Decimal(percent * (age // every)) / 100)
    left = (points * share).quantize(Decimal(1), ROUND_HALF_UP)
    assert Expiry("c", "l", percent=percent, every_days=every).keeps(points, age) == left


def test_a_signal_with_a_day_loses_points_and_one_without_keeps_them() -> None:
    aging = replace(GRID, expiry=(Expiry("demo", "yes", days=30, dated="Demo at"),))
    lead = {"Sector": "Bank", "Demo": "x", "Demo at": "2025-01-01"}
    assert [aging.score(lead, day) for day in (None, date(2025, 1, 30), date(2025, 1, 31))] == [24, 24, 4]
    assert aging.score({**lead, "Demo at": "soon"}, date(2026, 1, 1)) == 24
    assert aging.score({**lead, "Demo at": "2026-02-01"}, date(2026, 1, 1)) == 24  # a day that is yet to come


@pytest.mark.parametrize(
    "lead",
    [pd.DataFrame({"Sector": ["Bank"]}), [{"Sector": "Bank"}], "Bank", pd.Series(["Bank", "Farm"]),
     {"Sector": ["Bank", "Farm"]}, {"Demo": pd.Series([1])}, {"Demo": np.array([1, 2])}],
)  # fmt: skip
def test_what_is_no_single_lead_has_no_score(lead: object) -> None:
    with pytest.raises(GridError, match="score_frame"):
        GRID.score(lead)  # type: ignore[arg-type]


def test_the_ladder_goes_down_and_the_first_of_two_at_one_score_comes_first() -> None:
    bands = (Band("wait", -99, ""), Band("gated", 10, "", fit_minimum=4), Band("open", 10, ""), Band("top", 20, ""))
    graded = replace(GRID, bands=bands)
    assert [band.name for band in graded.ladder] == ["top", "gated", "open", "wait"] and graded.gated
    assert [band_of(graded.ladder, *sides) for sides in ((4, 16), (4, 10), (3, 10), (0, 9))] == [
        "top", "gated", "open", "wait",
    ]  # fmt: skip
    assert band_of(graded.ladder, 0, -100) == "" and band_of((), 5, 5) == ""
    assert graded.band({"Sector": "Bank", "Demo": 1}) == "top"


def test_bands_move_with_their_threshold_and_take_its_minimums() -> None:
    before, after = Thresholds(10, 18), Thresholds(12, 25, fit_minimum=3, engagement_minimum=7)
    bands = (Band("call", 18, ""), Band("own", 15, "", fit_minimum=1), Band("talk", 10, ""), Band("wait", -6, ""))
    moved = moved_bands(bands, before, after, worst=-40)
    assert [band.at_least for band in moved] == [25, 15, 12, -40]
    assert [band.demands[1:] for band in gate(moved, after)] == [
        (("fit", 3), ("engagement", 7)), (("fit", 1),), (("fit", 3),), (),
    ]  # fmt: skip


def test_a_curve_steps_up_and_ends_level() -> None:
    curve = Curve((0, 10, 20), (0.01, 0.05, 0.2))
    assert curve.at(np.array([-5, 0, 9.5, 10, 19, 20, 500])).tolist() == [0.01, 0.01, 0.01, 0.05, 0.05, 0.2, 0.2]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (datetime(2025, 3, 1, 23, 59), date(2025, 3, 1)),
        (pd.Timestamp("2025-03-01 10:00"), date(2025, 3, 1)),
        (np.datetime64("2025-03-01T10"), date(2025, 3, 1)),
        (" 2025-03-01T00:00Z", date(2025, 3, 1)),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        ("01/03/2025", None),
        (20250301, None),
    ],
)
def test_the_day_of_a_value(value: object, day: date | None) -> None:
    assert day_of(value) == day


def test_leads_of_the_calibration_end_a_window_before_its_day() -> None:
    """As of 31 March, leads with 90 days to close could be judged up to 31 December (90 days before)."""
    evidence = (tuple(Evidence(1, 0) for _ in range(3)),) * 2
    made = replace(GRID, evidence=evidence, provenance={"as_of": "2025-03-31"})
    assert made.first_unseen_day(90) == date(2025, 1, 1)
    assert made.first_unseen_day(None) is None and GRID.first_unseen_day(90) is None
    assert replace(made, provenance={"as_of": "March"}).first_unseen_day(90) is None


def test_grids_that_do_not_fit_their_criteria_are_refused() -> None:
    with pytest.raises(GridError, match="2 criteria but points for 1"):
        replace(GRID, points=((1, 2, 3),))
    with pytest.raises(GridError, match="'demo' has 3 levels but 2 points"):
        replace(GRID, points=((1, 2, 3), (1, 2)))
    with pytest.raises(GridError, match=r"threshold \(11\) lies above the sales-qualified one \(10\)"):
        Thresholds(11, 10)
