"""The grid for any age: by pencil where its thresholds lie, and judged on simulated leads whose hazard is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from calibrate.counts.tally import Tally
from calibrate.evaluation.any_age import AnyAge, grid_of_any_age, qualifying_as
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Curve, Grid, Thresholds
from calibrate.grid.lead_age import AGE
from calibrate.points.plan import Plan, calibrate

ENDS = (Level("missing", "missing"), Level("other", "other"))
PLAN = Plan("logistic", "logistic")


def grid(curve: Curve, limits: Thresholds, name: str = "g") -> Grid:
    criterion = Criterion("demo", "demo", "presence", "fit", (Level("yes"), *ENDS))
    bands = (Band("call", limits.sales_qualified, ""), Band("warm", limits.marketing_qualified, ""), Band("no", 0, ""))
    return Grid(name, "logistic", (criterion,), ((12, 0, 0),), limits, bands=bands, curve=curve)


def test_thresholds_promise_what_those_of_the_other_grid_do() -> None:
    """Its MQL of 5 promises 4 % and its SQL of 9 10 %: here the first scores with so much are 3 and 8."""
    like = grid(Curve((0, 5, 9), (0.01, 0.04, 0.1)), Thresholds(5, 9))
    mine = grid(Curve((0, 3, 8), (0.02, 0.05, 0.2)), Thresholds(6, 11))
    moved = qualifying_as(mine, like)
    assert moved.thresholds == Thresholds(3, 8)
    assert [band.at_least for band in moved.bands] == [8, 3, 0]


def test_a_promise_that_no_score_reaches_qualifies_nobody() -> None:
    like = grid(Curve((0, 5, 9), (0.01, 0.4, 0.6)), Thresholds(5, 9))
    mine = grid(Curve((0, 3), (0.001, 0.05)), Thresholds(3, 3))
    assert qualifying_as(mine, like).thresholds == Thresholds(13, 13)


@pytest.fixture(scope="module")
def ages() -> Iterator[ModuleType]:
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    import ages as benchmark

    yield benchmark
    sys.path.remove(folder)


@pytest.fixture(scope="module")
def tally(ages: ModuleType) -> Tally:
    simulated: Tally = ages.history(np.random.default_rng(11))
    return simulated


@pytest.fixture(scope="module")
def result(tally: Tally) -> AnyAge:
    young = tally.less(tally.codes[-1] > 0)
    like = replace(calibrate(young.without([AGE]), PLAN), name="logistic")
    made = grid_of_any_age(tally, replace(PLAN, pivot=15), like)
    assert made is not None
    return made


def test_marketing_hands_over_at_the_pivot_at_any_age(result: AnyAge) -> None:
    limits = result.grid.thresholds
    assert limits is not None and limits.marketing_qualified == 15 <= limits.sales_qualified
    assert {15, limits.sales_qualified} <= {band.at_least for band in result.grid.ladder}


def test_older_leads_get_fewer_points_and_what_they_are_promised(result: AnyAge) -> None:
    """The hazard halves every 45 days: a grid of day 14 promises the oldest far too much, this one does not."""
    place = [criterion.column for criterion in result.grid.criteria].index(AGE)
    points = result.grid.points[place][:5]
    assert list(points) == sorted(points, reverse=True) and points[-1] < points[0]
    assert result.grid.name == "logistic-any-age"
    oldest, before = result.rows[-1], result.before[-1]
    assert before > 2 * oldest.all.value
    youngest = result.rows[0]
    assert youngest.all.low <= result.before[0] <= youngest.all.high  # its own age: what it promised came
    assert list(result.before) == sorted(result.before)  # older leads have done more, and are promised more for it
    assert oldest.all.low <= oldest.promised <= oldest.all.high
    assert oldest.reached is not None and result.rows[0].reached is not None
    assert oldest.reached < result.rows[0].reached


def test_it_is_proposed_where_it_surely_saves(result: AnyAge) -> None:
    assert result.proposed and result.gain.low > 0.01
    assert not replace(result, gain=-result.gain).proposed


def test_where_age_tells_nothing_it_is_not_proposed(tally: Tally) -> None:
    """Ages dealt out by chance: the other grid promises as much, and nothing is surely saved."""
    rng = np.random.default_rng(3)
    codes = tally.codes.copy()
    codes[-1] = rng.permutation(codes[-1])
    mixed = replace(tally, codes=codes, group=None).weighted(np.ones(tally.rows))
    young = mixed.less(codes[-1] > 0)
    like = replace(calibrate(young.without([AGE]), PLAN), name="logistic")
    made = grid_of_any_age(mixed, PLAN, like)
    assert made is None or made.gain.low < 0.001


def test_a_grid_without_thresholds_has_none_beside_it(tally: Tally) -> None:
    like = replace(grid(Curve((0,), (0.1,)), Thresholds(5, 9)), thresholds=None, bands=())
    assert grid_of_any_age(tally, PLAN, like) is None
