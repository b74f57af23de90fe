"""A promise whose base has fallen is said to be broken; and one that holds is not."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from drift_case import demo

from calibrate.counts.tally import tally_of
from calibrate.grid.grid import Curve, Evidence, Grid
from calibrate.monitoring.base_rate import broken

ROOT = Path(__file__).parents[2]


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("closing_benchmark", ROOT / "benchmarks" / "closing.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_by_pencil() -> None:
    """Ten months of 100 leads at 20 %; in the last two 20 of 200 came, where 40 were promised."""
    criterion = demo()
    counts = [20] * 8 + [10] * 2
    bought = np.concatenate([np.arange(100) < k for k in counts])
    month = np.repeat(np.arange(10), 100)
    tally = tally_of([criterion], np.zeros((1, 1000), np.uint8), bought, month, [f"2025-{i:02d}" for i in range(1, 11)])
    tally = replace(tally, ends=20089 + 30 * np.arange(1, 11))
    lines = ((Evidence(800, 160), Evidence(0, 0), Evidence(0, 0), Evidence(0, 0)),)
    grid = Grid("g", "lift", (criterion,), ((5, 0, 0, 0),), evidence=lines, curve=Curve((5,), (0.2,)))
    found = broken(grid, tally)
    assert found is not None and (found.since, found.entered, found.undecided) == ("2025-09", 200, 0)
    assert (found.customers, found.promised, found.size) == (20, pytest.approx(40), pytest.approx(0.5))
    assert broken(grid, tally.only(month_mask(tally.cohorts, "2025-08"))) is None  # 40 of 200 came
    assert broken(replace(grid, curve=None), tally) is None and broken(grid, replace(tally, ends=None)) is None


def test_fewer_than_promised_within_chance_is_not_broken() -> None:
    """31 of 200 came where 40 were promised: 1.4 standard errors."""
    criterion = demo()
    bought = np.concatenate([np.arange(100) < k for k in [20] * 8 + [16, 15]])
    month = np.repeat(np.arange(10), 100)
    tally = tally_of([criterion], np.zeros((1, 1000), np.uint8), bought, month, [f"2025-{i:02d}" for i in range(1, 11)])
    tally = replace(tally, ends=20089 + 30 * np.arange(1, 11))
    lines = ((Evidence(800, 160), Evidence(0, 0), Evidence(0, 0), Evidence(0, 0)),)
    grid = Grid("g", "lift", (criterion,), ((5, 0, 0, 0),), evidence=lines, curve=Curve((5,), (0.2,)))
    assert broken(grid, tally) is None


def month_mask(cohorts: tuple[str, ...], last: str) -> np.ndarray:
    return np.array([cohort <= last for cohort in cohorts])


def test_leads_that_may_still_close_tell_of_a_halved_base() -> None:
    """96 and 5 % of 150 histories in the benchmark."""
    (_, found, *_), (_, wrong, *_) = benchmark().kept(25)
    assert found >= 0.8 and wrong <= 0.16
