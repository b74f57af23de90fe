"""Bounds for looking every week: the literature's, and in simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from calibrate.monitoring.group_sequential import bounds, inflation, power, spent
from calibrate.monitoring.trial import Design, power_of


def test_bounds_of_the_literature() -> None:
    """O'Brien-Fleming spending, two-sided 5 %, five equal looks (Reboussin, DeMets, Kim and Lan 2000)."""
    share = np.arange(1, 6) / 5
    assert bounds(share, share) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
    assert bounds(np.array([1.0]), np.array([1.0])) == pytest.approx([1.95996], abs=1e-4)


def test_all_that_is_spent_is_the_chance() -> None:
    information, share = np.array([1.0, 5, 6, 20]), np.array([0.2, 0.4, 0.7, 1.0])
    assert power(information, bounds(information, share), 0.0) == pytest.approx(0.05, abs=1e-5)
    assert spent(share)[-1] == pytest.approx(0.05)


def test_a_look_without_news_has_no_bound_and_keeps_its_chance() -> None:
    limits = bounds(np.array([0.0, 2, 2, 4]), np.array([0.25, 0.5, 0.75, 1.0]))
    assert np.isinf(limits[[0, 2]]).all()
    assert limits[1] == pytest.approx(bounds(np.array([2.0, 4]), np.array([0.5, 1]))[0])


def statistics(rng: np.random.Generator, p_new: float, p_old: float, leads: int, weeks: int, trials: int) -> Any:
    new = rng.binomial(leads, p_new, (trials, weeks)).cumsum(axis=1)
    old = rng.binomial(leads, p_old, (trials, weeks)).cumsum(axis=1)
    count = leads * np.arange(1, weeks + 1)
    common = (new + old) / (2 * count)
    return (new - old) / count / np.sqrt(np.maximum(common * (1 - common) * 2 / count, 1e-12))


@pytest.mark.parametrize(("leads", "rate", "weeks"), [(50, 0.05, 6), (50, 0.2, 12), (400, 0.02, 6)])
def test_looking_every_week_keeps_the_chance_and_peeking_would_not(leads: int, rate: float, weeks: int) -> None:
    z = np.abs(statistics(np.random.default_rng(2), rate, rate, leads, weeks, 20_000))
    share = np.arange(1, weeks + 1) / weeks
    assert (z >= bounds(share, share)).any(axis=1).mean() <= 0.05 + 3 * 0.00154
    assert (z >= 1.96).any(axis=1).mean() > 0.12


def test_the_plan_holds_in_simulation() -> None:
    design = Design(leads_per_month=1200, rate=0.1)
    promised = power_of(design, 6, 1.5)
    z = np.abs(statistics(np.random.default_rng(3), 0.15, 0.1, round(design.arms(1)[0]), 6, 20_000))
    share = np.arange(1, 7) / 6
    assert (z >= bounds(share, share)).any(axis=1).mean() == pytest.approx(promised, abs=0.015)


def test_what_looking_costs() -> None:
    assert inflation(1) == pytest.approx(1, abs=1e-3)
    assert 1 < inflation(6) < inflation(12) < 1.05
