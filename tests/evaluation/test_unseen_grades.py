"""Grades counted on later leads: each cell equals a recount of the leads that fall into it, by pencil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from two_grids import COUPLES, OLD, TALLY, later

from calibrate.counts.rates import rate
from calibrate.evaluation import unseen_grades
from calibrate.evaluation.unseen_grades import later_grades
from calibrate.points.grade import grades

BOTH = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))


def test_cells_are_a_recount_of_two_later_months() -> None:
    """A month: demo and big (20 leads, 8 customers), demo alone (60, 18), big alone (100, 4), neither (300, 6)."""
    history = grades(TALLY, BOTH)
    unseen = later_grades(history, TALLY, later(BOTH))
    assert history is not None and unseen is not None and unseen.unseen and not history.unseen

    def cell(fit: int, engagement: int) -> tuple[int, int]:
        name = unseen.of(fit, engagement)
        rate = unseen.rates["ABCD".index(name[0])]["1234".index(name[1])]
        return rate.leads, rate.customers

    assert [cell(6, 10), cell(0, 10), cell(6, 0), cell(0, 0)] == [(40, 16), (120, 36), (200, 8), (600, 12)]
    assert sum(rate.leads for row in unseen.rates for rate in row) == 960
    assert (unseen.fit_from, unseen.engagement_from) == (history.fit_from, history.engagement_from)


def test_without_later_leads_or_with_one_axis_the_history_is_what_is_counted() -> None:
    history = grades(TALLY, BOTH)
    backtest = later(BOTH)
    empty = replace(backtest, later=replace(backtest.later, row=np.zeros(0, np.intp)))
    assert later_grades(history, TALLY, empty) is history
    assert later_grades(history, TALLY, later(OLD)) is history  # its fold has points of engagement alone
    assert later_grades(None, TALLY, backtest) is None


def test_cells_are_cut_by_earlier_leads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    backtest, earlier = later(BOTH), []
    monkeypatch.setattr(unseen_grades, "graded", lambda tally, grid, rows: earlier.append(rows))
    later_grades(grades(TALLY, BOTH), TALLY, backtest)
    for rows, fold in zip(earlier, backtest.later.folds, strict=False):
        assert (rows == fold.train[TALLY.cohort]).all() and rows.any() and not rows.all()
    assert earlier


def test_cells_of_couples_have_the_intervals_of_half_as_many() -> None:
    history = grades(COUPLES, BOTH)
    unseen = later_grades(history, COUPLES, later(BOTH, COUPLES))
    for counted in (history, unseen):
        assert counted is not None
        name = counted.of(0, 10)
        cell = counted.rates["ABCD".index(name[0])]["1234".index(name[1])]
        half = rate(cell.customers // 2, cell.leads // 2)
        assert cell.leads >= 120 and (cell.low, cell.high) == pytest.approx((half.low, half.high), abs=1e-9)
