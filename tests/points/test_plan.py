"""From a plan to a grid: what stands in for a grid in use, minimums and bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from two_grids import GROUPS, NEW, counted

from calibrate.counts.rates import estimate
from calibrate.counts.tally import tally_of
from calibrate.evaluation.backtest import Fold, replay
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import STAGES, Band, Grid, Thresholds
from calibrate.points.plan import Plan, calibrate_prepared, chance_lines, prepare
from calibrate.points.score_table import reaches, row_scores
from calibrate.points.thresholds import Policy


def test_what_stands_in_for_a_grid_on_leads_that_it_was_made_from() -> None:
    """Fold by fold: its method on earlier leads, as many of them qualified; the grid itself on what came after."""
    tally = counted([(d, b, 5 * leads, 5 * customers) for d, b, leads, customers in GROUPS], months=5)
    place = np.arange(5)
    folds = [Fold((), (), 0, 0, place < at, place == at) for at in (2, 3, 4)]
    made = calibrate_prepared(prepare(tally.only(place < 4)), Plan("evidence", "evidence"))
    doubled = replace(made, points=tuple(tuple(2 * point for point in points) for points in made.points))
    ladder = np.unique(row_scores(tally, doubled))  # four kinds of leads: 63 %, 21 %, 13 % and 4 % of them
    decided = replace(doubled, thresholds=Thresholds(int(ladder[1]), int(ladder[2])))
    again = Plan("current", "evidence", like=decided)
    plans = Plan("current", grid=decided, again=again, since=4 * 30 + 1), Plan("evidence", "evidence")
    current, evidence = replay(tally, plans, folds)
    assert current.stood_in == (True, True, False) and evidence.stood_in == (False, False, False)
    assert [grid.points == decided.points for grid in current.grids] == [False, False, True]
    early = current.later.fold < 2
    assert (current.rate[early] == evidence.rate[early]).all() and not (current.rate == evidence.rate).all()
    for grid, fold in zip(current.grids[:2], folds, strict=False):
        train = tally.only(fold.train)
        shares = [[reaches(train, each, stage).mean() for stage in STAGES] for each in (grid, decided)]
        assert shares[0] == shares[1] == [180 / 480, 80 / 480]
    by_itself = [reaches(tally, evidence.grids[0], stage).mean() for stage in STAGES]  # 20 % and 5 %, or near
    assert by_itself == [80 / 480, 20 / 480]


def test_minimums_asked_for_stand_in_every_grid() -> None:
    ready = prepare(counted(GROUPS, months=3))
    policy = Policy("pivot", 4, 9, fit_minimum=2, engagement_minimum=3)
    made = calibrate_prepared(ready, Plan("evidence", "evidence", policy=policy))
    assert made.thresholds == Thresholds(4, 9, 2, 3)
    assert [band.demands[1:] for band in made.ladder] == [(("fit", 2), ("engagement", 3)), (("fit", 2),), ()]
    bands = (Band("hot", 12, "call", engagement_minimum=1), Band("warm", 6, "nurture"), Band("cold", 0, "wait"))
    own = replace(NEW, thresholds=Thresholds(6, 12, fit_minimum=1), bands=bands)
    again = calibrate_prepared(ready, Plan("current", grid=own, policy=policy))
    assert again.thresholds == Thresholds(4, 9, 2, 3)  # those asked for; the bands moved with them
    assert [(b.name, b.at_least) for b in again.bands] == [("hot", 9), ("warm", 4), ("cold", min(own.minimum, 4))]
    assert [b.demands[1:] for b in again.bands] == [(("fit", 2), ("engagement", 1)), (("fit", 2),), ()]
    kept = calibrate_prepared(ready, Plan("current", grid=own))
    assert kept.thresholds == own.thresholds and [b.at_least for b in kept.bands][:2] == [12, 6]
    alike = calibrate_prepared(ready, Plan("e", "evidence", policy=Policy("pivot", 4, 4, engagement_minimum=3)))
    assert [band.name for band in alike.ladder] == ["sales-qualified", "marketing-qualified", "not yet"]


def test_lines_of_leads_that_share_their_fate_count_more() -> None:
    """Each lead stands in five rows: 2 lines gain from chance as much as 2 times the design effect of the criterion."""
    rng = np.random.default_rng(5)
    leads, times = 400, 5
    answer = rng.integers(0, 2, leads).repeat(times)[None].astype(np.uint8)
    bought = (rng.random(leads) < 0.2).repeat(times)
    levels = (
        Level("a", values=("a",)),
        Level("b", values=("b",)),
        Level("missing", "missing"),
        Level("other", "other"),
    )
    criterion = Criterion("x", "x", "text", "fit", levels)
    grid = Grid("g", "logistic", (criterion,), ((3, -1, 0, 0),))
    alone = estimate(tally_of([criterion], answer, bought))
    together = estimate(tally_of([criterion], answer, bought, group=np.arange(leads).repeat(times)))
    assert chance_lines(grid, alone) == 2
    assert chance_lines(grid, together) == pytest.approx(2 * times, rel=0.1)
