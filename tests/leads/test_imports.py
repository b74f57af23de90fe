"""Leads that all came in one minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrate.engine import Table, open_table
from calibrate.leads.imports import imported


def moments(seed: int, count: int) -> list[str]:
    """Leads that come one by one over a year, by the second."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01T00:00:00")
    return [str(start + np.timedelta64(int(s), "s")) for s in rng.integers(0, 366 * 86400, count)]


def opened(folder: Path, cells: list[str]) -> Table:
    (folder / "leads.csv").write_text("\n".join(["created,n", *(f"{cell},1" for cell in cells)]) + "\n")
    return open_table(folder / "leads.csv")


def test_two_batches_are_told_with_the_largest(tmp_path: Path) -> None:
    batches = [f"2024-03-04T09:12:{i % 60:02d}" for i in range(1500)] + [
        f"2024-06-01T17:40:{i % 50:02d}" for i in range(120)
    ]
    fact = imported(opened(tmp_path, moments(1, 3000) + batches), "created")
    assert fact is not None and fact.key == "imported"
    assert fact.facts["batches"] == 2 and 1620 <= int(fact.facts["rows"]) <= 1622  # one may have come by chance
    assert 1500 <= int(fact.facts["most"]) <= 1501 and fact.facts["when"] == "2024-03-04 09:12"


@pytest.mark.parametrize("many", [50, 99])
def test_few_leads_in_a_minute_are_no_batch(tmp_path: Path, many: int) -> None:
    assert imported(opened(tmp_path, moments(2, 500) + ["2024-03-04T09:12:00"] * many), "created") is None


def test_a_busy_source_has_no_batches(tmp_path: Path) -> None:
    """150 leads in every minute of an hour."""
    cells = [f"2024-03-04T09:{m:02d}:{s % 60:02d}" for m in range(60) for s in range(150)]
    assert imported(opened(tmp_path, cells), "created") is None


def test_days_without_a_time_tell_nothing(tmp_path: Path) -> None:
    assert imported(opened(tmp_path, ["2024-03-04"] * 3000 + ["2024-03-05"] * 20), "created") is None
    mixed = moments(3, 300) + ["2024-03-04T00:00:00"] * 3000
    assert imported(opened(tmp_path, mixed), "created") is None
