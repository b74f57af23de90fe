"""Leads of one company on later leads: folds, resampling, thresholds, segments and drift count one buyer once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibrate.counts.binning import group as group_levels
from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import folds, replay, training
from calibrate.evaluation.bootstrap import _buyers, resample
from calibrate.evaluation.comparison import compare
from calibrate.evaluation.swap import swap_all
from calibrate.funnel.kpis import months_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid, Thresholds
from calibrate.monitoring.drift import find_drift
from calibrate.points.curve import fit_curve
from calibrate.points.plan import Plan
from calibrate.points.score_table import score
from calibrate.points.thresholds import trade_off
from calibrate.weights.constraints import Constraints
from calibrate.weights.logistic import logistic_weights

LEVELS = (*(Level(f"v{i}", values=(f"v{i}",)) for i in range(4)), Level("missing", "missing"), Level("other", "other"))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", LEVELS, "v0") for i in range(4))


def history(rng: np.random.Generator, leads: int = 2000, contacts: int = 3, rate: float = 0.1) -> Tally:
    """Companies of 1 to so many contacts that win all together or not at all, whatever their answers; ten blocks."""
    size = rng.integers(1, contacts + 1, leads)
    group = np.repeat(np.arange(leads), size)[:leads]
    codes = np.array([rng.choice(4, leads, p=[0.5, 0.3, 0.15, 0.05])[group] for _ in QUESTIONS], np.uint8)
    moment = rng.random(leads)[group] + 0.2 * rng.random(leads)
    block = np.argsort(np.argsort(moment)) * 10 // leads
    bought = (rng.random(leads) < rate)[group]
    return tally_of(QUESTIONS, codes, bought, block, [f"block {i:02d}" for i in range(10)], group)


def grid_of(rng: np.random.Generator, name: str = "a") -> Grid:
    return Grid(name, "file", QUESTIONS, tuple((*map(int, rng.integers(-5, 6, 4)), 0, 0) for _ in QUESTIONS))


def test_no_group_stands_on_both_sides_of_a_fold_and_all_judged_leads_stay() -> None:
    tally = history(np.random.default_rng(1))
    steps = folds(tally)
    assert steps
    for fold in steps:
        train, judged = training(tally, fold), tally.only(fold.judged)
        ours, theirs = (set(part.group[part.group >= 0].tolist()) for part in (train, judged))
        assert not ours & theirs
        assert judged.overall == (fold.leads, fold.customers)
        before = tally.only(fold.train)
        assert 0 < before.overall[0] - train.overall[0] < 0.3 * before.overall[0]
        assert train.overall == (round(train.leads.sum()), round(train.customers.sum()))
        assert (train.by_level.reshape(4, 6, 2).sum(axis=1) == train.overall).all()


def test_leads_alone_are_replayed_and_resampled_as_before() -> None:
    tally = history(np.random.default_rng(2), contacts=1)
    marked = replace(tally, group=np.full(tally.rows, -1, np.int32))
    rng = np.random.default_rng(3)
    plans = (Plan("a", grid=grid_of(rng)), Plan("b", grid=grid_of(rng)))
    one, other = (compare(replay(each, plans, folds(each)), baseline="a", draws=200) for each in (tally, marked))
    assert one.frame().equals(other.frame())


def test_the_bootstrap_draws_companies() -> None:
    """Every lead stands three times: the spread is that of a third of the leads, and the size counts companies."""
    rng = np.random.default_rng(4)
    alone = history(rng, 3000, contacts=1)
    triple = tally_of(
        QUESTIONS, np.repeat(alone.codes, 3, axis=1), np.repeat(alone.customers, 3).astype(int),
        np.repeat(alone.cohort, 3), alone.cohorts, np.repeat(np.arange(3000), 3),
    )  # fmt: skip
    plans = (Plan("a", grid=grid_of(rng)),)
    spread, sizes = [], []
    for tally in (alone, triple, replace(triple, group=None)):
        (judged,) = replay(tally, plans, folds(tally))
        drawn = resample(judged.later, [("a", judged.score, judged.rate)], capacity=0.2, metrics=("auc",))
        spread.append(float(drawn.of("auc")[1].std()))
        sizes.append(drawn.sample)
    assert spread[1] == pytest.approx(spread[0], rel=0.1)
    assert spread[2] == pytest.approx(spread[0] / 3**0.5, rel=0.1)
    assert sizes[0] == sizes[1] == sizes[2] / 3


def test_thresholds_and_swaps_have_the_intervals_of_companies() -> None:
    """The effect above each threshold against pairs counted one by one."""
    rng = np.random.default_rng(5)
    tally = history(rng, 400)
    grid = replace(grid_of(rng), thresholds=Thresholds(2, 5))
    found = score(tally, grid)
    points = np.array([sum(p[c] for p, c in zip(grid.points, row, strict=True)) for row in tally.codes.T])
    covariance = np.zeros(tally.rows)
    covariance[tally.grouped.row] = tally.grouped.covariance[tally.grouped.of_row]
    for at, effect in zip(found.scores, found.effect, strict=True):
        above = np.flatnonzero(points >= at)
        same = (tally.group[above][:, None] == tally.group[above]) & (tally.group[above] >= 0)[:, None]
        np.fill_diagonal(same, False)
        assert effect == pytest.approx(1 + (covariance[above] * same.sum(axis=1)).sum() / len(above))
    wide, narrow = (trade_off(score(each, grid), None) for each in (tally, replace(tally, group=None)))
    widths = [float((table["high"] - table["low"]).mean()) for table in (wide, narrow)]
    assert widths[0] > widths[1]
    rival = replace(grid_of(rng, "b"), thresholds=Thresholds(-5, -3))
    swaps = [swap_all(each, grid, rival, QUESTIONS) for each in (tally, replace(tally, group=None))]
    enter, narrower = (each.of("marketing_qualified", "enter").rate for each in swaps)
    assert enter.high - enter.low > narrower.high - narrower.low


def test_equal_grids_are_not_called_different() -> None:
    """Sixteen histories of companies without effect, two grids that know nothing: at most two differences."""
    rng = np.random.default_rng(6)
    different = 0
    for _ in range(16):
        plans = (Plan("a", grid=grid_of(rng)), Plan("b", grid=grid_of(rng, "b")))
        tally = history(rng, contacts=5)
        gap = compare(replay(tally, plans, folds(tally)), baseline="a", draws=400).judged[1].difference["auc"]
        different += not gap.low <= 0 <= gap.high
    assert different <= 2


def test_drift_of_companies_that_have_not_moved_alarms_no_more_than_promised() -> None:
    """Twelve histories of ten blocks: alarms in at most 8 % of the looks; without groups they are more."""
    rng = np.random.default_rng(7)
    alarms = np.zeros(2)
    for _ in range(12):
        before = estimate(history(rng, 3000, 5))
        pairs = [Evidence(int(n), int(k)) for n, k in zip(before.leads, before.customers, strict=True)]
        evidence = tuple(tuple(pairs[6 * i : 6 * i + 6]) for i in range(4))
        grid = replace(grid_of(rng), evidence=evidence)
        later = history(rng, 3000, 5)
        scores = score(later, grid)
        grid = replace(grid, curve=fit_curve(scores.scores, *scores.total))
        for i, tally in enumerate((later, replace(later, group=None))):
            alarms[i] += sum(look.status != "keep" for look in find_drift(grid, tally).looks)
    assert alarms[0] <= 0.08 * 120
    assert alarms[1] > 3 * max(alarms[0], 1)


def test_figures_of_months_cuts_and_weights_know_of_companies() -> None:
    """Four contacts that win together: intervals are those of a quarter of the leads, and as many cuts."""
    rng = np.random.default_rng(9)
    size = np.repeat(np.arange(600), 4)
    bins = tuple(Level(f"b{i}", low=None if i == 0 else i, high=None if i == 19 else i + 1) for i in range(20))
    number = Criterion("n", "n", "number", "fit", (*bins, *LEVELS[-2:]), ordered=True)
    sector = QUESTIONS[0]
    codes = np.array([rng.integers(0, 20, 600)[size], rng.integers(0, 4, 600)[size]], np.uint8)
    bought = (rng.random(600) < 0.2)[size]
    together = tally_of((number, sector), codes, bought, group=size)
    alone = tally_of((number, sector), codes, bought)
    cuts = [len(group_levels(tally)[0].levels) for tally in (together, alone)]
    assert cuts[0] < cuts[1]  # without any effect one interval and the two ends are enough
    grid = replace(grid_of(rng), criteria=(sector,), points=((5, 1, 0, 0, 0, 0),), thresholds=Thresholds(1, 5))
    (month,), (naive,) = months_of(together, grid), months_of(alone, grid)
    for stage in ("overall", "marketing_qualified", "sales_qualified"):
        wide, narrow = getattr(month, stage), getattr(naive, stage)
        assert wide.customers == narrow.customers
        assert 1.6 < (wide.high - wide.low) / (narrow.high - narrow.low) < 2.3
    tables = [estimate(tally.without(["n"])) for tally in (together, alone)]
    wide, narrow = (
        logistic_weights(tally.without(["n"]), table, Constraints())
        for tally, table in zip((together, alone), tables, strict=True)
    )
    assert ((wide.high - wide.low)[1:4] > 1.25 * (narrow.high - narrow.low)[1:4]).all()


def test_companies_of_unequal_size_tell_as_much_as_fewer_equal_ones() -> None:
    """Two alone, one of three and one of one that bought: (2 + 3 + 1) squared over 2 + 9 + 1 is 3."""
    rng = np.random.default_rng(4)
    later = replay(history(rng, contacts=2), [Plan("a", grid=grid_of(rng))], folds(history(rng, contacts=2)))[0].later
    rows = 6
    few = replace(
        later, row=later.row[:rows], fold=later.fold[:rows], leads=np.ones(rows), customers=np.ones(rows),
        counted=np.ones(rows, np.int64), group=np.array([-1, -1, 5, 5, 5, 7], np.int32),
    )  # fmt: skip
    assert _buyers(few, np.ones(rows, np.int64)) == 3 and _buyers(few, np.zeros(rows, np.int64)) == 0
