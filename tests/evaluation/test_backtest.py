"""Backtest: which cohorts train and which are judged, nothing seen twice, every row judged by its fold's grid."""

from dataclasses import replace

import numpy as np
import pytest

from calibrate.counts.tally import Tally, tally_of
from calibrate.errors import HistoryError
from calibrate.evaluation.backtest import FEWEST_TO_JUDGE, folds, replay, same_leads
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Curve, Grid
from calibrate.points.plan import Plan, calibrate
from calibrate.points.score_table import row_scores

ROLE = Criterion(
    "role", "Role", "text", "fit",
    (Level("boss", values=("boss",)), Level("clerk", values=("clerk",)),
     Level("missing", "missing"), Level("other", "other")),
)  # fmt: skip
MONTHS = tuple(f"2025-{m:02}" for m in range(1, 13))
ENDS = np.array([20119, 20147, 20178, 20208, 20239, 20269, 20300, 20331, 20361, 20392, 20422, 20453])


def history(leads: int = 6000, rate: float = 0.1, dated: bool = False, seed: int = 0) -> Tally:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (1, leads)).astype(np.uint8)
    bought = rng.random(leads) < rate * np.where(codes[0] == 0, 1.6, 0.4)
    tally = tally_of([ROLE], codes, bought, np.sort(rng.integers(0, 12, leads)), MONTHS)
    return replace(tally, ends=ENDS) if dated else tally


def test_folds_roll_over_the_newest_third():
    made = folds(history())
    assert [fold.cohorts_judged for fold in made] == [("2025-09",), ("2025-10",), ("2025-11",), ("2025-12",)]
    assert made[0].cohorts_train == MONTHS[:8] and made[3].cohorts_train == MONTHS[:11]
    assert sum(fold.leads for fold in made) == history().totals[8:, 0].sum()
    assert sum(fold.customers for fold in made) == history().totals[8:, 1].sum()


def test_dated_folds_train_only_on_leads_whose_outcome_was_known():
    made = folds(history(dated=True), close_days=90)
    for fold in made:
        began = ENDS[np.flatnonzero(fold.judged)[0] - 1] + 1
        assert (ENDS[fold.train] + 90 <= began).all()
        assert not (fold.train & fold.judged).any()
    assert made[0].cohorts_judged == ("2025-09",)
    assert made[0].cohorts_train == MONTHS[:5]  # May ends 92 days before 1 September, June 62
    assert folds(history(dated=True), close_days=0)[0].cohorts_train == MONTHS[:8]


@pytest.mark.parametrize(("leads", "rate", "expected"), [(6000, 0.1, 4), (900, 0.1, 2), (400, 0.1, 1), (200, 0.1, 0)])
def test_few_customers_make_fewer_folds_or_none(leads, rate, expected):
    made = folds(history(leads, rate))
    assert len(made) == expected
    assert all(fold.customers >= FEWEST_TO_JUDGE for fold in made)


def test_no_fold_where_there_is_nothing_to_learn_or_judge():
    assert folds(history(rate=0.0)) == ()
    assert folds(history(rate=2.5).only(np.arange(12) < 1)) == ()
    assert folds(history(dated=True), close_days=3650) == ()
    late = history().only(np.arange(12) > 9)
    assert [fold.cohorts_judged for fold in folds(late)] == [("2025-12",)]
    assert folds(late)[0].cohorts_train == ("2025-11",)


def test_every_row_is_judged_once_by_the_grid_of_its_fold():
    tally = history()
    made = folds(tally)
    fixed = Grid("old", "file", (ROLE,), ((3, 1, 0, 0),), curve=Curve((0,), (0.99,)))
    new, old = replay(tally, [Plan("new", "lift"), Plan("old", grid=fixed)], made)
    for fold, grid in zip(made, new.grids, strict=True):
        assert np.flatnonzero(fold.train).max() < np.flatnonzero(fold.judged).min()
        assert grid.points == calibrate(tally.only(fold.train), Plan("new", "lift")).points
    assert new.later is old.later and same_leads([new, old]) is new.later
    assert sorted(new.later.row) == np.flatnonzero(tally.cohort >= 8).tolist()
    for f in range(4):
        rows = new.later.row[new.later.fold == f]
        assert (new.score[new.later.fold == f] == row_scores(tally, new.grids[f])[rows]).all()
    assert new.later.leads.sum() == sum(fold.leads for fold in made)
    assert (old.fixed, new.fixed, new.lines, old.points) == (True, False, 1, 4), "the commonest role has 0 points"


def test_a_fixed_grid_keeps_its_points_and_gets_a_curve_of_the_training_leads():
    tally = history()
    fixed = Grid("old", "file", (ROLE,), ((3, 1, 0, 0),), curve=Curve((0,), (0.99,)))
    (old,) = replay(tally, [Plan("old", grid=fixed)], folds(tally))
    assert all(grid.points == fixed.points for grid in old.grids)
    assert 0.1 < old.rate[old.score == 3].mean() < 0.2
    assert 0.02 < old.rate[old.score == 1].mean() < 0.07


def test_the_future_changes_nothing_in_a_fold():
    tally = history()
    made = folds(tally)
    (before,) = replay(tally, [Plan("new", "lift")], made)
    upside_down = replace(
        tally, customers=np.where(tally.cohort >= 9, tally.leads - tally.customers, tally.customers),
        marginals=tuple(np.where((np.arange(12) >= 9)[:, None, None] & (np.arange(2) == 1), m[..., :1] - m, m)
                        for m in tally.marginals),
    )  # fmt: skip
    (after,) = replay(upside_down, [Plan("new", "lift")], made)
    first = before.later.fold <= 1
    assert (before.score[first] == after.score[first]).all() and (before.rate[first] == after.rate[first]).all()


def test_candidates_judged_on_different_leads_are_not_compared():
    plans = [Plan("new", "lift")]
    tally = history()
    (one,) = replay(tally, plans, folds(tally))
    (two,) = replay(tally, [Plan("short", "lift")], folds(tally)[1:])
    with pytest.raises(
        HistoryError, match=r"'new' and 'short' were judged on different leads \(.*replay them together"
    ):
        same_leads([one, two])


def test_without_folds_there_are_backtests_without_leads():
    (none,) = replay(history(), [Plan("new", "lift")], ())
    assert len(none.score) == len(none.rate) == len(none.later.row) == none.lines == 0
