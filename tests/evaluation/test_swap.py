"""The swap set: who enters and leaves when the grid changes, by pencil."""

from __future__ import annotations

import numpy as np
import pytest
from two_grids import BIG, DEMO, GROUPS, NEW, OLD, counted

from calibrate.evaluation.backtest import Fold, replay
from calibrate.evaluation.segments import by_segment
from calibrate.evaluation.swap import swap_all, swap_later
from calibrate.points.plan import Plan


def test_the_swap_set_by_pencil() -> None:
    swap = swap_all(counted(GROUPS), OLD, NEW, (DEMO, BIG))
    assert swap is not None and not swap.later and swap.leads == 480
    # the new grid calls the 80 with a demo, the old one 80 of the 120 big ones: two thirds of each
    enter, leave, stay = (swap.of("marketing_qualified", way).rate for way in ("enter", "leave", "stay"))
    assert (enter.customers, enter.leads) == (21, 67)  # 60 small ones, 18 customers, and a third of 20 with 8
    assert (leave.customers, leave.leads) == (3, 67)  # two thirds of 100 with 4
    assert (stay.customers, stay.leads) == (5, 13)
    gap = swap.gain("marketing_qualified")
    assert gap is not None and gap[0] == pytest.approx(18 / 67) and gap[1] > 0.1
    shared = swap.of("marketing_qualified", "enter").common
    assert [(each.criterion, each.level.name, each.leads, each.share) for each in shared][:1] == [
        ("demo", "yes", 67, pytest.approx(1))
    ]
    assert shared[0].share_all == pytest.approx(80 / 480)
    assert swap.of("marketing_qualified", "leave").leads_per_month == 67


def test_the_swap_set_on_later_leads_uses_each_folds_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = counted(GROUPS, months=4)
    place = np.arange(4)
    folds = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 36, place < 1, place == at) for at in (2, 3)]
    plans = (Plan("old", grid=OLD), Plan("new", grid=NEW))
    old, new = replay(tally, plans, folds)
    swap = swap_later(tally, old, new, (DEMO, BIG))
    assert swap is not None and swap.later and swap.leads == 960 and swap.months == 2
    assert swap.of("sales_qualified", "enter").rate.leads == 133
    assert swap.of("sales_qualified", "leave").rate.leads == 133
    (sides,) = by_segment(tally, old, [new], (BIG,))
    months, big = sides.tables
    assert [each.level.name for each in months.segments] == ["2025-03", "2025-04"]
    assert [(each.level.name, each.leads, each.customers) for each in big.segments] == [
        ("no", 720, 48),
        ("yes", 240, 24),
    ]
    smaller, bigger = big.segments
    assert smaller.difference is not None and smaller.difference.low > 0 and smaller.harm == ""
    assert smaller.caught == (0, 36) and bigger.caught == (16, 16) and bigger.called == (160, 40)
    assert sides.harmed == ()  # as many lost as gained


def test_a_segment_that_loses_customers_at_equal_calls_is_harmed() -> None:
    """Of the 100 big ones without a demo 24 buy: two thirds of them are called no more, 32 lost against 5 gained."""
    tally = counted([(0, 0, 20, 8), (0, 1, 60, 18), (1, 0, 100, 24), (1, 1, 300, 6)], months=4)
    place = np.arange(4)
    folds = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 56, place < 1, place == at) for at in (2, 3)]
    old, new = replay(tally, (Plan("old", grid=OLD), Plan("new", grid=NEW)), folds)
    (sides,) = by_segment(tally, old, [new], (BIG,))
    _, bigger = sides.tables[1].segments
    assert bigger.caught == (43, 16) and bigger.harm == "caught"
    assert sides.harmed[-1] == ("big", bigger)
