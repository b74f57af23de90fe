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
    enter, leave, stay = (swap.of("marketing_qualified", way).rate for way in ("enter", "leave", "stay"))
    assert (enter.customers, enter.leads) == (18, 60)
    assert (leave.customers, leave.leads) == (4, 100)
    assert (stay.customers, stay.leads) == (8, 20)
    gap = swap.gain("marketing_qualified")
    assert gap is not None and gap[0] == pytest.approx(0.26) and gap[1] > 0.1
    shared = swap.of("marketing_qualified", "enter").common
    assert [(each.criterion, each.level.name, each.leads, each.share) for each in shared][:1] == [
        ("demo", "yes", 60, 1)
    ]
    assert shared[0].share_all == pytest.approx(80 / 480)
    assert swap.of("marketing_qualified", "leave").leads_per_month == 100


def test_the_swap_set_on_later_leads_uses_each_folds_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = counted(GROUPS, months=4)
    place = np.arange(4)
    folds = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 36, place < 1, place == at) for at in (2, 3)]
    plans = (Plan("old", grid=OLD), Plan("new", grid=NEW))
    old, new = replay(tally, plans, folds)
    swap = swap_later(tally, old, new, (DEMO, BIG))
    assert swap is not None and swap.later and swap.leads == 960 and swap.months == 2
    assert swap.of("sales_qualified", "enter").rate.leads == 120
    (sides,) = by_segment(tally, old, [new], (BIG,))
    months, big = sides.tables
    assert [each.level.name for each in months.segments] == ["2025-03", "2025-04"]
    assert [(each.level.name, each.leads, each.customers) for each in big.segments] == [
        ("no", 720, 48),
        ("yes", 240, 24),
    ]
    smaller, bigger = big.segments
    assert smaller.difference is not None and smaller.difference.low > 0 and smaller.harm == ""
    assert smaller.caught == (0, 36) and bigger.caught == (24, 16) and bigger.called == (240, 40)
    # 8 lost, none gained: 2 * 0.5^8 = 0.8 %, below 5 % / 4
    assert bigger.harm == "caught"
    assert sides.harmed == (("big", bigger),)
