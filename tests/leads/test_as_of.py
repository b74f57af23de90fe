"""What happened and what is only expected: the as-of day, days that are not believed, plans, reopened leads.

Every right value is counted by hand, or by a loop over the rows that were written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from calibrate.errors import HistoryError
from calibrate.leads.history import History
from calibrate.monthly import run as monthly
from calibrate.monthly.counted import Counted
from calibrate.monthly.settings import settings_from

START = date(2024, 1, 1)
WINDOW = 90


def write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        out = csv.writer(opened)
        out.writerow(header)
        out.writerows(rows)
    return file


def read(file: Path, **parts: dict[str, object]) -> Counted:
    return monthly.read_rows(settings_from({"data": {"file": str(file)}, **parts}), follow=False)


def said(history: History, key: str) -> list[dict[str, object]]:
    return [dict(facts) for name, facts in history.facts if name == key]


def day(number: int) -> date:
    return START + timedelta(days=number)


def deals(count: int = 300) -> list[tuple[int, date, str, date, str]]:
    """Deals: every tenth won after 20 days, every third open with a close date expected, the others lost in 10 days."""
    rows = []
    for i in range(count):
        came, source = day(i), ("Web", "Fair", "Referral")[i % 3 if i % 7 else 2]
        if i % 10 == 0:
            rows.append((i, came, "Closed Won", came + timedelta(days=20), source))
        elif i % 3 == 0:
            rows.append((i, came, "Negotiation", came + timedelta(days=400), source))
        else:
            rows.append((i, came, "Closed Lost", came + timedelta(days=10), source))
    return rows


HEADER = ("Deal no", "Created", "Stage", "Close date", "Source")


def test_expected_close_dates_do_not_move_the_day_on_which_a_history_is_read(tmp_path: Path) -> None:
    rows = deals()
    counted = read(write(tmp_path / "deals.csv", HEADER, rows))
    decided = max(close for _, _, stage, close, _ in rows if stage != "Negotiation")
    assert decided == day(290 + 20)
    assert (counted.history.as_of, counted.history.as_of_reason) == (decided, "closed")
    mature = [row for row in rows if row[1] + timedelta(days=WINDOW) <= decided]
    won = sum(stage == "Closed Won" for _, _, stage, _, _ in mature)
    assert counted.tally.overall == (len(mature), won)
    plans = sum(stage == "Negotiation" and close > decided for _, _, stage, close, _ in rows)
    assert said(counted.history, "plans") == [{"column": "Close date", "rows": plans}]


@pytest.mark.parametrize("never", ["9999-12-31", "1900-01-01", "2099-12-31"])
def test_placeholders_of_open_rows_are_no_dates(never: str, tmp_path: Path) -> None:
    rows = [
        (i, day(i), "Yes" if i % 10 == 0 else "No", day(i + 20) if i % 10 == 0 else never, i % 3) for i in range(300)
    ]
    counted = read(write(tmp_path / "leads.csv", ("id", "created", "Converted", "close_date", "kind"), rows))
    assert counted.history.as_of == day(290 + 20)
    mature = [i for i in range(300) if i + WINDOW <= 310]
    assert counted.tally.overall == (len(mature), sum(i % 10 == 0 for i in mature))
    assert said(counted.history, "dates_never") == [{"column": "close_date", "rows": 270}]


@pytest.mark.parametrize("absurd", ["9999-01-05", "2206-05-01", "2204-01-01 10:00:00"])
def test_one_absurd_date_among_many_is_set_aside_and_said(absurd: str, tmp_path: Path) -> None:
    rows = [(i, absurd if i == 37 else day(i // 2), "yes" if i % 8 == 0 else "no", i % 3) for i in range(800)]
    counted = read(write(tmp_path / "leads.csv", ("id", "created_at", "won", "kind"), rows))
    history = counted.history
    assert (history.as_of, history.as_of_reason) == (day(399), "created")
    assert history.excluded["implausible_date"] == 1
    mature = [i for i in range(800) if i // 2 + WINDOW <= 399 and i != 37]
    assert counted.tally.overall == (len(mature), sum(i % 8 == 0 for i in mature))
    assert history.read == history.kept + sum(history.excluded.values())


def test_a_date_alone_that_is_only_planned_is_no_sale(tmp_path: Path) -> None:
    rows = [(i, day(i), day(i + 5) if i % 10 == 0 else "9999-12-31" if i % 2 else "", i % 3) for i in range(300)]
    counted = read(write(tmp_path / "leads.csv", ("id", "created_at", "signed_at", "kind"), rows))
    outcome = counted.history.outcome
    assert (outcome.column, outcome.source) == ("signed_at", "dates")
    assert [(v.value, v.rows, v.taken_for) for v in outcome.values] == [
        ("date", 30, "customer"), ("", 120, "lost"), ("planned", 150, "open"),
    ]  # fmt: skip
    assert counted.tally.overall[1] == sum(i % 10 == 0 and i + WINDOW <= 299 for i in range(300))


def test_events_tell_until_when_the_history_was_seen(tmp_path: Path) -> None:
    rows = [(i, day(i), "yes" if i % 8 == 0 else "no", i % 3) for i in range(200)]
    write(tmp_path / "leads.csv", ("id", "created_at", "won", "kind"), rows)
    happened = [(i, day(i + 2), "visit") for i in range(200)] + [(5, day(260), "visit"), (6, "9999-01-05", "visit")]
    write(tmp_path / "events.csv", ("id", "at", "type"), happened)
    counted = read(tmp_path / "leads.csv", events={"file": str(tmp_path / "events.csv")})
    assert (counted.history.as_of, counted.history.as_of_reason) == (day(260), "events")


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("dated", [False, True])
def test_lost_first_and_won_later_is_won_whatever_the_order_of_rows(
    backwards: bool, dated: bool, tmp_path: Path
) -> None:
    rows = [(i, day(i // 3), "No", "", i % 4) for i in range(600)]
    rows += [(i, day(i // 3), "Yes", day(i // 3 + 30), i % 4) for i in range(0, 600, 10)]
    header: tuple[str, ...] = ("lead_id", "created", "Converted", "close_date", "kind")
    if not dated:
        rows, header = [(i, won, kind) for i, _, won, _, kind in rows], ("lead_id", "Converted", "kind")  # type: ignore[misc]
    file = write(tmp_path / "leads.csv", header, rows[::-1] if backwards else rows)
    counted = read(file, outcome={"lead_id": "lead_id"})
    history = counted.history
    assert history.excluded["repeated"] == 60
    assert said(history, "reopened") == [{"column": "lead_id", "leads": 60}]
    judged = [i for i in range(600) if not dated or i // 3 + WINDOW <= (590 // 3) + 30]
    assert counted.tally.overall == (len(judged), sum(i % 10 == 0 for i in judged))


def test_a_second_file_counts_what_its_status_says(tmp_path: Path) -> None:
    write(tmp_path / "leads.csv", ("lead_id", "created_at", "kind"), [(f"L{i}", day(i), i % 3) for i in range(300)])
    sold = [(f"D{i}", f"L{i}", "Closed Lost", day(i + 3)) for i in range(0, 300, 3)]
    sold += [(f"E{i}", f"L{i}", "Closed-Won", day(i + 30)) for i in range(0, 300, 6)]  # lost first, won later
    write(tmp_path / "deals.csv", ("deal_id", "lead_id", "status", "close_at"), sold)
    for named in ({}, {"customer_values": ("Closed Won",)}):
        counted = read(tmp_path / "leads.csv", outcome={"outcomes": str(tmp_path / "deals.csv"), **named})
        assert counted.history.outcome.source == "outcomes"
        assert {v.value: (v.rows, v.taken_for) for v in counted.history.outcome.values} == {
            "Closed Lost": (100, "lost"), "Closed-Won": (50, "customer"),
        }  # fmt: skip
        as_of = max(i + 30 for i in range(0, 300, 6))
        judged = [i for i in range(300) if i + WINDOW <= as_of]
        assert counted.tally.overall == (len(judged), sum(i % 6 == 0 for i in judged))


def test_a_second_file_whose_status_is_not_understood_is_asked_about(tmp_path: Path) -> None:
    write(tmp_path / "leads.csv", ("lead_id", "created_at", "kind"), [(f"L{i}", day(i), i % 3) for i in range(300)])
    write(tmp_path / "deals.csv", ("lead_id", "status"), [(f"L{i}", "ABC"[i % 3]) for i in range(0, 300, 2)])
    with pytest.raises(HistoryError, match=r"not every row of .*deals.csv may be a customer: its column 'status'"):
        read(tmp_path / "leads.csv", outcome={"outcomes": str(tmp_path / "deals.csv")})
    write(tmp_path / "deals.csv", ("lead_id", "amount"), [(f"L{i}", 10 * i) for i in range(0, 300, 5)])
    counted = read(tmp_path / "leads.csv", outcome={"outcomes": str(tmp_path / "deals.csv")})
    assert [(v.value, v.rows) for v in counted.history.outcome.values] == [("row", 60)]
    assert ("outcomes_every_row", {"file": "deals.csv", "rows": 60}) in counted.warnings


def test_a_loss_whose_plan_was_never_updated_does_not_move_the_day(tmp_path: Path) -> None:
    rows = [(*row[:3], row[1] + timedelta(days=200) if row[2] == "Closed Lost" else row[3], row[4]) for row in deals()]
    history = read(write(tmp_path / "deals.csv", HEADER, rows)).history
    assert (history.as_of, history.as_of_reason) == (day(310), "closed")


def test_deals_without_a_closing_date_are_open_in_a_file_without_status(tmp_path: Path) -> None:
    write(tmp_path / "leads.csv", ("lead_id", "created_at", "kind"), [(f"L{i}", day(i), i % 3) for i in range(400)])
    sold = [(f"L{i}", day(i + 20) if i % 4 == 0 else "", 100) for i in range(0, 400, 2)]
    write(tmp_path / "deals.csv", ("lead_id", "close date", "amount"), sold)
    counted = read(tmp_path / "leads.csv", outcome={"outcomes": str(tmp_path / "deals.csv")})
    assert [(v.value, v.rows) for v in counted.history.outcome.values] == [("row", 100), ("planned", 100)]
    assert counted.history.as_of == day(416)
    judged = [i for i in range(400) if i + WINDOW <= 416]
    assert counted.tally.overall == (len(judged), sum(i % 4 == 0 for i in judged))


def test_a_second_file_of_won_and_open_deals_counts_the_won_ones(tmp_path: Path) -> None:
    write(tmp_path / "leads.csv", ("lead_id", "created_at", "kind"), [(f"L{i}", day(i), i % 3) for i in range(400)])
    rows = [(f"L{i}", "Open" if i % 4 else "Won", day(i + 700) if i % 4 else day(i + 20)) for i in range(0, 400, 2)]
    write(tmp_path / "deals.csv", ("lead_id", "status", "close at"), rows)
    counted = read(tmp_path / "leads.csv", outcome={"outcomes": str(tmp_path / "deals.csv")})
    assert counted.history.as_of == day(416)
    judged = [i for i in range(400) if i + WINDOW <= 416]
    assert counted.tally.overall == (len(judged), sum(i % 4 == 0 for i in judged))
