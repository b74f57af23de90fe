"""Trials: the plan against simulation, weekly looks that keep the chance, published bounds, files, counts."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.errors import SettingsError
from calibrate.language import load
from calibrate.monitoring.trial import Design, plan, power_of, read


def test_reading_keeps_the_chance_when_outcomes_come_late() -> None:
    """200 trials without a difference; customers close up to eight weeks after they came, arms of 30 and 70 %."""
    rng, stopped = np.random.default_rng(5), 0
    for _ in range(200):
        entered, new = rng.integers(0, 42, 600), rng.random(600) < 0.3
        closed = np.where(rng.random(600) < 0.15, entered + rng.integers(0, 56, 600), 999)
        rows = []
        for until in range(7, 85, 7):
            seen, won = entered < until, closed < until
            rows.append(tuple(int((part & arm).sum()) for arm in (new, ~new) for part in (seen, won)))
        stopped += read(rows, weeks=12).decision != "no_difference"
    assert stopped / 200 <= 0.05 + 2 * 0.0154


def test_a_plan() -> None:
    made = plan(Design(leads_per_month=400, rate=0.05), lift=1.5)
    assert made.weeks["weeks"].tolist() == [4, 6, 8, 12, 26, 52]
    assert made.weeks["detectable"].is_monotonic_decreasing
    assert made.weeks_needed == 34
    assert made.known_after_days == 132
    assert made.read_weeks == made.as_dict()["read_weeks"] == 19  # 18 weeks are 126 days
    assert "trial read --weeks 19." in " ".join(made.said(load("fr")))
    assert power_of(made.design, 34, 1.5) >= 0.8 > power_of(made.design, 33, 1.5)
    assert "276 leads of the new grid meet 276" in str(made)
    shadow = plan(Design(leads_per_month=80, rate=0.2, mode="shadow", common=0.5))
    assert shadow.design.arms(6)[0] == pytest.approx(80 / 4.348 * 6 / 2, rel=1e-3)
    assert "harder on the new grid" in str(shadow)


def test_a_plan_that_no_trial_can_carry_out() -> None:
    assert plan(Design(leads_per_month=2, rate=0.05), lift=1.05).weeks_needed is None
    assert plan(Design(leads_per_month=1, rate=0.05)).detectable == 1.0
    for wrong in ({"rate": 5.0}, {"share": 1.0}, {"weeks": 0}, {"common": 1.0}, {"leads_per_month": 0.0}):
        with pytest.raises(SettingsError):
            Design(**{"leads_per_month": 100.0, "rate": 0.05, **wrong})  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="a lift of 30 on a close rate of 5"):
        plan(Design(leads_per_month=100, rate=0.05), lift=30)


def test_decisions() -> None:
    even = [(100 * w, 10 * w, 100 * w, 10 * w) for w in range(1, 7)]
    assert read(even[:3], weeks=6).decision == "go_on"
    assert read(even, weeks=6).decision == "no_difference"
    worse = [(100 * w, 4 * w, 100 * w, 20 * w) for w in range(1, 7)]
    found = read(worse, weeks=6)
    assert (found.decision, found.decided.week) == ("old_better", 2)
    assert found.decided.high < 0
    late = [*even, (700, 170, 700, 70)]
    assert read(late, weeks=6).decision == "no_difference"  # after the end there is nothing left to spend


def test_counts_of_one_week_take_the_looks_before_as_paid() -> None:
    alone = read([(400, 40, 400, 20)], weeks=6, week=4)
    every = read([(100 * w, 10 * w, 100 * w, 5 * w) for w in range(1, 5)], weeks=6)
    assert alone.looks[-1].bound == pytest.approx(every.looks[-1].bound, abs=1e-3)
    assert read([(400, 60, 400, 20)], weeks=6, week=9).decision == "new_better"
    with pytest.raises(SettingsError, match="that cannot be"):
        read([(10, 11, 10, 1)], weeks=6)


@pytest.mark.parametrize("weeks", [521, 10**400])
def test_no_trial_outlives_ten_years(weeks: int) -> None:
    with pytest.raises(SettingsError, match="520 weeks at most"):
        read([(10, 1, 10, 1)], weeks=weeks)
    with pytest.raises(SettingsError, match="520 weeks at most"):
        read([(10, 1, 10, 1)], weeks=6, week=weeks)
    with pytest.raises(SettingsError, match="520 weeks at most"):
        Design(leads_per_month=100, rate=0.05, weeks=weeks)


def test_a_design_effect_widens_a_trial_and_its_plan() -> None:
    alone, together = (read([(400, 40, 400, 20)], weeks=1, effect=effect).looks[0] for effect in (1.0, 4.0))
    assert together.z == pytest.approx(alone.z / 2)
    assert together.high - together.low == pytest.approx(2 * (alone.high - alone.low))
    design = Design(leads_per_month=800, rate=0.05)
    doubled = Design(leads_per_month=1600, rate=0.05, design_effect=2)
    assert power_of(design, 6, 1.5) == pytest.approx(power_of(doubled, 6, 1.5))
