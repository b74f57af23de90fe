"""Grades of fit and engagement: counts of both axes, and stages that demand one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from two_grids import GROUPS, OLD, counted

from calibrate.grid.grid import Thresholds
from calibrate.points.grade import Grades, _cuts, axis_scores, demand, grades
from calibrate.points.score_table import row_scores


def test_grades_are_counts_of_both_axes() -> None:
    tally = counted(GROUPS)
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))
    found = grades(tally, both)
    assert found is not None
    total = [cell for row in found.rates for cell in row]
    assert sum(cell.leads for cell in total) == 480 and sum(cell.customers for cell in total) == 36
    best = found.rates["ABCD".index(found.of(6, 10)[0])]["1234".index(found.of(6, 10)[1])]
    assert (best.customers, best.leads) == (8, 20)
    assert (axis_scores(tally, both, "fit") + axis_scores(tally, both, "engagement") == row_scores(tally, both)).all()
    assert grades(tally, OLD) is None
    assert Grades((6, 3, 0), (5, 4, 0), ()).of(-1, 4) == "D2"


def test_no_grade_stays_empty_where_four_are_possible() -> None:
    points = np.array([-10, 0, 5, 10, 15])
    assert _cuts(points, np.array([40.0, 1300, 1000, 60, 40])) == (10, 5, 0)  # C would else begin with A, from 5
    assert _cuts(points, np.array([1000.0, 30, 20, 5, 5])) == (10, 5, 0)  # not from -10, which leaves none for D
    assert _cuts(np.array([0, 5]), np.array([70.0, 30])) == (5, 5, 0)  # two kinds of leads cannot have four grades


def test_a_stage_that_demands_an_axis() -> None:
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)), thresholds=Thresholds(6, 6, 6, 10))
    marketing, sales = demand(counted(GROUPS), both, months=2.0)
    assert (marketing.met.leads, marketing.without.leads) == (120, 180) and marketing.leads_per_month == 60
    assert (sales.met.leads, sales.met.customers, sales.without.customers) == (20, 8, 30)  # fit is asked for here too
    assert sales.asked == (("fit", 6), ("engagement", 10)) and (sales.axis, sales.minimum) == ("engagement", 10)
    alone = replace(both, thresholds=Thresholds(6, 6, engagement_minimum=10))
    (only,) = demand(counted(GROUPS), alone, months=None)
    assert (only.stage, only.met.leads, only.met.customers) == ("sales_qualified", 80, 26)
    assert demand(counted(GROUPS), replace(both, thresholds=Thresholds(6, 6)), months=None) == ()
