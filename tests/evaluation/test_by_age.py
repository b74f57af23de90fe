"""Promise and outcome by age, counted by hand on a backtest of four rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from calibrate.counts.tally import tally_of
from calibrate.evaluation.by_age import rates_by_age
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Thresholds
from calibrate.grid.lead_age import AGE

LEVELS = (Level("<30", high=30), Level("30+", low=30), Level("missing", "missing"), Level("other", "other"))
CRITERION = Criterion("age", AGE, "number", "engagement", LEVELS, ordered=True)


LIMITS = Thresholds(10, 20)


def case(thresholds: Thresholds | None = LIMITS, column: str = AGE):
    """Two ages of two rows each: 40 leads with 4 customers below the threshold, 10 with 5 above, and so on."""
    criterion = Criterion("age", column, "number", "engagement", LEVELS)
    tally = tally_of([criterion], np.array([[0, 0, 1, 1]], np.uint8), np.array([0, 1, 0, 1]))
    later = SimpleNamespace(
        row=np.arange(4), fold=np.zeros(4, int), leads=np.array([40.0, 10, 60, 5]), customers=np.array([4.0, 5, 0, 1]),
        effect=lambda: 1.0,
    )  # fmt: skip
    grid = SimpleNamespace(thresholds=thresholds)
    score, promised = np.array([3, 12, -5, 10]), np.array([0.1, 0.4, 0.01, 0.2])
    return tally, SimpleNamespace(later=later, grids=(grid,), score=score, rate=promised)


def test_each_age_by_hand() -> None:
    young, old = rates_by_age(*case())
    assert (young.level, young.all.leads, young.all.customers) == ("<30", 50, 9)
    assert young.promised == pytest.approx((40 * 0.1 + 10 * 0.4) / 50)
    assert (young.above.leads, young.above.customers, young.below.leads, young.below.customers) == (10, 5, 40, 4)
    assert young.reached == 0.2
    assert (old.all.leads, old.all.customers, old.above.leads) == (65, 1, 5)


def test_without_thresholds_there_are_no_sides() -> None:
    young, _ = rates_by_age(*case(None))
    assert young.above is young.below is young.reached is None


def test_leads_of_one_age_give_no_table() -> None:
    assert rates_by_age(*case(column="sector")) == ()


@pytest.fixture
def ages(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import ages as benchmark

    yield benchmark


def test_a_grid_of_ages_holds_at_any_age_and_says_more_than_one_of_day_14(ages: ModuleType) -> None:
    """Four simulated histories; `benchmarks/ages.py` makes twenty. Slopes of so few lie within .2 of 1."""
    *slopes, (_, surely, _, _) = ages.any_age(4)
    assert surely == 1
    assert len(slopes) == 5 and np.mean([slope for _, slope, _, _ in slopes[:3]]) == pytest.approx(1, abs=0.2)


def test_dead_leads_of_the_demo_are_not_called(ages: ModuleType) -> None:
    """3,000 leads: of those open at 180 days next to none closes, and at most one in fifty is MQL."""
    (_, marketing_qualified, _, _), (_, closing, _, _) = ages.dead_leads(leads=3000)
    assert marketing_qualified <= 0.02 and closing <= 0.01
