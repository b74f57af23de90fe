"""Stages, value and worked leads: by pencil, and against a simulation that selects."""

from dataclasses import replace
from pathlib import Path

from funnel_case import TERMS, history

from calibrate.funnel.stages import find_stages, follow


def test_stages_by_pencil(tmp_path: Path) -> None:
    seen = history(tmp_path)
    columns = find_stages(seen.table)
    assert columns == {"marketing_qualified": "MQL date", "sales_qualified": "sql_at"}
    found = follow(seen, columns)
    assert found is not None
    # MQL: 1, 2, 5; 3 and 4 by a later stage; 6 comes after 90 days. SQL: 1, 3; 4 by signing. Customers: 1 and 4
    assert [(s.stage, s.of_leads.customers) for s in found.steps] == [
        ("marketing_qualified", 5), ("sales_qualified", 3), ("customer", 2),
    ]  # fmt: skip
    assert [(s.rate.customers, s.rate.leads) for s in found.steps] == [(5, 6), (3, 5), (2, 3)]
    # days to MQL 2, 2, 20, 10, 1; to SQL 7, 20, 10; to customer 40, 10
    assert [s.days for s in found.steps] == [2, 10, 10]
    assert [s.from_before for s in found.steps] == [2, 0, 0]  # SQL after MQL: 5, 0, 0; customer after SQL: 33, 0
    assert [(name, leads) for name, leads, _ in found.cohorts] == [("2025-01", 4), ("2025-02", 2)]
    assert sum(steps[0].of_leads.customers for _, _, steps in found.cohorts) == 5


def test_no_dates_of_stages_leave_the_cycle_time(tmp_path: Path) -> None:
    found = follow(history(tmp_path), {})
    assert found is not None
    assert [(s.stage, s.rate.customers, s.rate.leads, s.days) for s in found.steps] == [("customer", 2, 6, 10)]


def test_any_stage_may_be_the_outcome(tmp_path: Path) -> None:
    seen = history(tmp_path, terms=replace(TERMS, customer_at="MQL date"))
    columns = {**find_stages(seen.table), "customer": "won"}
    found = follow(seen, columns)
    assert found is not None and found.outcome == "marketing_qualified"
    # 1, 2 and 5 by their own date, 3 and 4 by a later stage; SQL: 1 and 3, and 4 by signing; customers: 1 and 4
    assert [(s.stage, s.of_leads.customers, s.days) for s in found.steps] == [
        ("marketing_qualified", 5, 2), ("sales_qualified", 3, 10), ("customer", 2, 10),
    ]  # fmt: skip
    middle = follow(history(tmp_path, terms=replace(TERMS, customer_at="sql_at")), find_stages(seen.table))
    assert middle is not None  # nothing says when they signed: the table ends with the outcome
    assert [(s.stage, s.of_leads.customers) for s in middle.steps] == [("marketing_qualified", 4),
                                                                     ("sales_qualified", 2)]  # fmt: skip
