"""Two grids at the same number of calls, by pencil and by what always holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from two_grids import GROUPS, NEW, OLD, counted

from calibrate.evaluation.backtest import Fold, replay
from calibrate.evaluation.equal_calls import at_equal_calls, called_shares, later_at_equal_calls
from calibrate.points.plan import Plan

TALLY = counted(GROUPS, months=4)
PLACE = np.arange(4)
FOLDS = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 36, PLACE < 1, at == PLACE) for at in (2, 3)]


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 40)), min_size=1, max_size=12), st.floats(0, 1))
def test_the_best_scores_are_called_first_and_as_many_as_asked(rows: list[tuple[int, int]], share: float) -> None:
    scores, leads = np.array(rows).T
    called = called_shares(scores, leads.astype(float), share * leads.sum())
    assert called @ leads == pytest.approx(share * leads.sum())
    for score in scores:
        assert len(set(called[scores == score].tolist())) == 1
        assert called[scores > score].min(initial=1) == 1 or called[scores == score].max() == 0


def test_the_old_grid_calls_as_many_as_the_new_one_by_pencil() -> None:
    """A month has 80 leads with a demo and 120 big ones: the old grid calls two thirds of those."""
    was, now = at_equal_calls(counted(GROUPS), OLD, NEW, "marketing_qualified")
    big = counted(GROUPS).codes[1] == 0
    assert was[big] == pytest.approx(2 / 3) and was[~big].max() == 0 and set(now.tolist()) == {0, 1}


def test_every_fold_has_its_own_number_of_calls() -> None:
    old, new = replay(TALLY, (Plan("old", grid=OLD), Plan("new", grid=NEW)), FOLDS)
    was, now = later_at_equal_calls(TALLY, old, new, "sales_qualified")
    for fold in (0, 1):
        mine = new.later.fold == fold
        assert was[mine] @ new.later.leads[mine] == pytest.approx(now[mine] @ new.later.leads[mine]) == 80


def test_who_lacks_a_minimum_is_called_last() -> None:
    asking = replace(OLD, thresholds=replace(OLD.thresholds, fit_minimum=20))  # nobody has so much
    was, _ = at_equal_calls(counted(GROUPS), asking, NEW, "marketing_qualified")
    assert was @ counted(GROUPS).leads == pytest.approx(80)
