"""Scores: sums, coarser grids, and agreement with scoring one lead after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_grids import GROUPS, OLD, counted

from calibrate.counts.tally import tally_of
from calibrate.errors import GridError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.points.score_table import levels_of, row_scores, score, with_minimums

SECTOR = Criterion(
    "sector", "Sector", "text", "fit",
    (Level("bank", values=("bank",)), Level("retail", values=("retail",)), Level("farm", values=("farm",)),
     Level("missing", "missing"), Level("other", "other")),
)  # fmt: skip
VISITS = Criterion(
    "visits", "Visits", "number", "engagement",
    (Level("<2", high=2), Level("2-4", low=2, high=5), Level("5+", low=5),
     Level("missing", "missing"), Level("other", "other")),
)  # fmt: skip
COARSE = Criterion(
    "visits", "Visits", "number", "engagement",
    (Level("<5", high=5), Level("5+", low=5), Level("missing", "missing"), Level("other", "other")),
)  # fmt: skip
ANSWERS = {"Sector": ("bank", "retail", "farm", None, "circus"), "Visits": (0, 3, 9, None, "n/a")}


def some_tally(leads: int = 400, seed: int = 0):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 5, (2, leads)).astype(np.uint8)
    return tally_of([SECTOR, VISITS], codes, rng.random(leads) < 0.2, rng.integers(0, 3, leads), ("a", "b", "c"))


def test_sums_equal_those_of_the_tally_per_cohort():
    tally = some_tally()
    scores = score(tally, Grid("g", "lift", (SECTOR, COARSE), ((3, -2, 0, 0, 1), (0, 7, 1, 0))))
    assert (scores.leads.sum(axis=1) == tally.totals[:, 0]).all()
    assert (scores.customers.sum(axis=1) == tally.totals[:, 1]).all()
    assert (np.diff(scores.scores) > 0).all()
    assert scores.frame()["leads"].sum() == tally.overall[0]
    assert "<table" in scores._repr_html_()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=9, max_size=9))
def test_a_row_scores_like_the_lead_alone(points):
    grid = Grid("g", "lift", (SECTOR, COARSE), (tuple(points[:5]), tuple(points[5:])))
    tally = some_tally(60)
    alone = [
        grid.score({"Sector": ANSWERS["Sector"][sector], "Visits": ANSWERS["Visits"][visits]})
        for sector, visits in tally.codes.T
    ]
    assert row_scores(tally, grid).tolist() == alone


def test_a_grid_on_a_column_that_was_not_counted_is_refused_by_name():
    stranger = Criterion("role", "Role", "text", "fit", (Level("missing", "missing"), Level("other", "other")))
    with pytest.raises(GridError, match="no counted column named 'Role'"):
        row_scores(some_tally(), Grid("g", "lift", (stranger,), ((0, 0),)))


def test_no_leads_and_huge_points():
    empty = some_tally().only(np.zeros(3, bool))
    grid = Grid("g", "lift", (SECTOR,), ((10**12, 0, -(10**12), 0, 0),))
    assert score(empty, grid).leads.shape == (3, 0)
    assert score(some_tally(), grid).scores.tolist() == [-(10**12), 0, 10**12]
    assert levels_of(np.array([7, 7]))[1].tolist() == [0, 0]


def test_score_tables_of_those_who_meet_the_minimums() -> None:
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))
    tally = counted(GROUPS)
    found = with_minimums(tally, both, Thresholds(6, 6, 6, 10))
    leads, customers = found["marketing_qualified"].total  # 6 of fit: big companies, with a demo (20) or not (100)
    assert found["marketing_qualified"].scores.tolist() == [0, 6, 10, 16]
    assert leads.tolist() == [0, 100, 0, 20] and customers.tolist() == [0, 4, 0, 8]
    assert found["sales_qualified"].total[0].tolist() == [0, 0, 0, 20]  # and 10 of engagement: a demo
    assert list(with_minimums(tally, both, Thresholds(6, 6, engagement_minimum=10))) == ["sales_qualified"]
    assert with_minimums(tally, both, Thresholds(6, 6)) == {}


@pytest.mark.parametrize("criteria", [1, 2, 3, 4, 5])
def test_look_ups_of_two_criteria_together_give_the_sum_of_each(criteria: int) -> None:
    rng = np.random.default_rng(criteria)
    asked = [replace(SECTOR, name=f"sector {i}", column=f"Sector {i}") for i in range(criteria)]
    codes = rng.integers(0, 5, (criteria, 70_000)).astype(np.uint8)
    points = rng.integers(-20, 21, (criteria, 5))
    grid = Grid("g", "lift", tuple(asked), tuple(tuple(int(n) for n in row) for row in points))
    tally = tally_of(asked, codes, np.zeros(70_000))
    rows = zip(points, tally.codes, strict=True)
    assert row_scores(tally, grid).tolist() == sum(worth[row] for worth, row in rows).tolist()
