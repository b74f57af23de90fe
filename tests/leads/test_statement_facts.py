"""What is worth telling about a source: what its outcome was taken for, doubtful days, plans, repeated ids."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from calibrate.engine import Session
from calibrate.leads.columns.outcome import Value
from calibrate.leads.history import History, observe
from calibrate.leads.statement_facts import late_customers
from calibrate.leads.terms import Terms


def read(folder: Path, text: str, outcomes: str | None = None, **terms: Any) -> History:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    session = Session()
    table = session.open(folder / "leads.csv")
    if outcomes is not None:
        (folder / "won.csv").write_text(outcomes, encoding="utf-8")
        terms["outcomes"] = session.open(folder / "won.csv")
    return observe(table, (), Terms(lead_id="id", **terms))


def facts(history: History, key: str) -> list[dict[str, object]]:
    return [dict(values) for name, values in history.facts if name == key]


def leads(*rows: str) -> str:
    return "\n".join(["id,created,won,status", *rows]) + "\n"


def test_every_value_of_the_outcome_with_its_rows_and_meaning(tmp_path: Path) -> None:
    text = leads(
        *(f"{i},2025-01-0{i + 1},,{status}" for i, status in enumerate(["won", "lost", "lost", "open", "lost"]))
    )
    outcome = read(tmp_path, text, customer="status").outcome
    assert (outcome.column, outcome.source) == ("status", "leads")
    assert set(outcome.values) == {Value("lost", 3, "lost"), Value("won", 1, "customer"), Value("open", 1, "open")}


def test_a_date_alone_tells_customers_and_a_planned_one_is_open(tmp_path: Path) -> None:
    """Two signed, one is planned for the year after the history is read, three have no date."""
    won = ["2025-02-01", "2025-03-01", "2026-12-01", "", "", ""]
    text = leads(*(f"{i},2025-01-0{i + 1},{day}," for i, day in enumerate(won)))
    outcome = read(tmp_path, text, created_at="created", customer_at="won", as_of=date(2025, 6, 30)).outcome
    assert (outcome.column, outcome.source) == ("won", "dates")
    assert sum(value.rows for value in outcome.values) == 6
    assert {value.value: value.rows for value in outcome.values if value.taken_for != "customer"}[""] == 3
    assert sum(value.rows for value in outcome.values if value.taken_for == "customer") in (2, 3)


def test_rows_of_a_second_file_are_customers(tmp_path: Path) -> None:
    text = leads(*(f"{i},2025-01-0{i + 1},," for i in range(6))).replace(",won,status", "")
    text = "\n".join(line.rstrip(",") for line in text.splitlines()) + "\n"
    history = read(tmp_path, text, "id,signed\n1,2025-02-01\n2,2025-02-03\n",
                   created_at="created", customer_at="signed", as_of=date(2025, 6, 30))  # fmt: skip
    assert history.outcome.source == "outcomes" and history.outcome.values == (Value("row", 2, "customer"),)
    assert history.totals.sum(axis=0).tolist() == [6, 2]


def test_other_spellings_of_a_named_value_are_counted_and_told(tmp_path: Path) -> None:
    status = ["Closed Won", "closed-won", "lost", "lost", "Bought", "lost"]
    text = leads(*(f"{i},2025-01-0{i + 1},,{said}" for i, said in enumerate(status)))
    history = read(tmp_path, text, customer="status", customer_values=("Closed Won",))
    (variants,) = facts(history, "outcome_variants")
    assert variants == {"column": "status", "values": "“closed-won”", "rows": 1}
    (unnamed,) = facts(history, "outcome_unnamed")
    assert unnamed["values"] == "“Bought”" and unnamed["rows"] == 1
    assert history.totals.sum(axis=0).tolist() == [6, 2]


def test_an_id_that_is_a_customer_in_one_row_and_none_in_another_is_told(tmp_path: Path) -> None:
    rows = ["1,2025-01-01,,won", "1,2025-01-02,,lost", *(f"{i},2025-01-0{i},,lost" for i in range(2, 8))]
    assert facts(read(tmp_path, leads(*rows), customer="status"), "reopened") == [{"column": "id", "leads": 1}]
    apart = ["9,2025-01-01,,won", *rows[1:]]
    assert facts(read(tmp_path, leads(*apart), customer="status"), "reopened") == []


def test_closing_days_of_open_rows_after_today_are_plans(tmp_path: Path) -> None:
    rows = ["1,2025-01-01,2025-02-01,won", "2,2025-01-02,2025-09-01,lost", "3,2025-01-03,2025-10-01,lost",
            *(f"{i},2025-01-0{i},,lost" for i in range(4, 9))]  # fmt: skip
    history = read(tmp_path, leads(*rows), created_at="created", customer="status", customer_at="won",
                   as_of=date(2025, 6, 30))  # fmt: skip
    assert facts(history, "plans") == [{"column": "won", "rows": 2}]


def test_customers_after_the_window_are_late(tmp_path: Path) -> None:
    """Leads of 1 January: signed on day 31, 90, 91 and never; 91 is after a window of 90 days."""
    rows = ["1,2025-01-01,2025-02-01,", "2,2025-01-01,2025-04-01,", "3,2025-01-01,2025-04-02,", "4,2025-01-01,,"]
    history = read(tmp_path, leads(*rows), created_at="created", customer_at="won", as_of=date(2025, 12, 31))
    assert late_customers(history.leads, history.table, 90) == 1
    assert late_customers(history.leads, history.table, 30) == 3
    assert late_customers(history.leads, history.table, 91) == 0
