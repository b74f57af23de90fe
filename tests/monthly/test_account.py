"""What became of the rows, and the risks that a reader is told of: by pencil."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from month_case import HEADER, counted, dated, day, write

from calibrate.monthly import counted as module
from calibrate.monthly.account import account_of, warnings
from calibrate.monthly.counted import Counted
from calibrate.points.recency import Recency


def keys(reading: Counted) -> list[str]:
    return [key for key, _ in warnings(reading)]


def facts(reading: Counted, key: str) -> dict[str, object]:
    return next(dict(values) for name, values in warnings(reading) if name == key)


def test_rows_read_are_those_kept_and_those_left_out(tmp_path: Path) -> None:
    """300 leads a day apart, the last 89 younger than 90 days on the last day; one id twice, one without a day."""
    rows = [*dated(), ("L7", day(7), "", "Steel", "no"), ("L999", "", "", "Steel", "no")]
    reading = counted(write(tmp_path / "leads.csv", HEADER, rows))
    found = account_of(reading, reading.rates)
    assert (found.read, found.kept, found.source) == (302, found.read - sum(found.excluded.values()), "leads.csv")
    assert {name: found.excluded[name] for name in ("repeated", "no_creation_date")} == {
        "repeated": 1,
        "no_creation_date": 1,
    }
    assert (found.order, found.order_column, found.customer) == ("created_at", "created", "won")
    assert (found.observe_days, found.close_within_days) == (0, 90)
    assert found.outcome is not None and found.windows is not None and found.windows.used == 90
    assert (found.as_of, found.as_of_column) == ("2024-11-11", "won")  # L295 signs on day 315, the last of all


def test_buyers_are_counted_with_what_they_do_to_intervals(tmp_path: Path) -> None:
    """Pairs of leads of one company that close together: 150 buyers, and half as much is known."""
    rows = []
    for i in range(400):
        pair, sector = i // 2, "Steel" if i % 2 else "Glass"
        rows.append((f"L{i}", day(pair), day(pair + 20) if pair % 5 == 0 else "", sector, f"C{pair}"))
    file = write(tmp_path / "leads.csv", ("id", "created", "won", "sector", "company"), rows)
    reading = counted(file, outcome={"group": "company"})
    found = account_of(reading, reading.rates)
    leads = reading.tally.overall[0]
    assert found.groups is not None and (found.groups["by"], found.groups["leads"]) == ("company", leads)
    assert found.groups["groups"] == leads / 2 and found.groups["design_effect"] == pytest.approx(2, abs=0.05)
    (told,) = [dict(values) for key, values in found.facts if key.endswith("_together")]
    assert told["factor"] == pytest.approx(2**0.5, abs=0.02)
    alone = counted(write(tmp_path / "alone.csv", HEADER, dated()), outcome={"group": "none"})
    assert account_of(alone, alone.rates).groups is None


def test_few_customers_and_leads_without_dates_are_told(tmp_path: Path) -> None:
    reading = counted(write(tmp_path / "leads.csv", HEADER, dated()))
    assert facts(reading, "few_customers") == {"customers": 46, "leads": 226} and "file_order" not in keys(reading)
    rows = [(row[3], row[4], "yes" if row[2] else "no") for row in dated(600)]
    undated = counted(write(tmp_path / "undated.csv", ("sector", "demo", "won"), rows))
    assert "file_order" in keys(undated) and "few_customers" not in keys(undated)  # 120 customers
    parted = counted(write(tmp_path / "sorted.csv", ("sector", "demo", "won"), sorted(rows, key=lambda row: row[2])))
    assert "outcome_order" in keys(parted) and "file_order" not in keys(parted)


def test_sales_after_the_window_propose_a_longer_one(tmp_path: Path) -> None:
    """Of 100 customers, half sign after 20 days and half after 120: 90 days miss half of them, 180 hold all."""
    rows = [
        (f"L{i}", day(i // 3), day(i // 3 + (20 if i % 20 else 120)) if i % 10 == 0 else "", "ab"[i % 2], "x")
        for i in range(1000)
    ]
    reading = counted(write(tmp_path / "leads.csv", HEADER, rows), time={"as_of": day(900)})
    told = facts(reading, "sales_after_longer")
    assert (told["late"], told["all"], told["days"], told["longer"]) == (50, 100, 90, 180)
    assert (told["customers"], told["leads"]) == (100, 1000)
    enough = counted(tmp_path / "leads.csv", time={"as_of": day(900), "close_within_days": 180})
    assert not {"sales_after_longer", "sales_after_window"} & {*keys(enough)}


def test_a_sample_a_method_left_out_and_a_moving_history_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = counted(write(tmp_path / "leads.csv", HEADER, dated()))
    assert not {"sampled", "left_out", "earlier_forgotten", "newest_level"} & {*keys(reading)}
    thinned = replace(reading, tally=replace(reading.tally, exact=False))
    assert facts(thinned, "sampled")["counted"] == 226
    monkeypatch.setattr(module, "QUICK_ROWS", 1)
    assert facts(reading, "left_out")["method"] == "sparse"
    moving = dict(warnings(reading, Recency(half_life=6.0, newest=True, gain=0.01)))
    assert moving["earlier_forgotten"] == {"cohorts": 6, "gain": 0.01} and "newest_level" in moving


def test_months_whose_lost_leads_are_gone_are_named(tmp_path: Path) -> None:
    """In the first five of 20 months only customers are left; later one lead in ten buys."""
    rows = []
    for i in range(2000):
        won = i % 10 == 0
        if won or i >= 500:
            entered = i * 3 // 10
            rows.append((f"L{i}", day(entered), day(entered + 5) if won else "", "ab"[i % 2], "x"))
    reading = counted(write(tmp_path / "leads.csv", HEADER, rows), time={"as_of": day(800)})
    told = facts(reading, "early_thin")
    assert told["until"] == "2024-05" and float(str(told["early_rate"])) > 0.85
    assert float(str(told["later_rate"])) == pytest.approx(0.1, abs=0.02)
