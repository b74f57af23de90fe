"""Stages, value and worked leads: by pencil, and against a simulation that selects."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, count, tally_of
from calibrate.engine import Session
from calibrate.errors import InputError
from calibrate.funnel.stages import find_stages, follow
from calibrate.funnel.value import weigh_by_value
from calibrate.funnel.worked import select_worked
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Terms
from calibrate.simulate import simulate

LEADS = """id,created,MQL date,sql_at,won,amount,sector
1,2025-01-01,2025-01-03,2025-01-08,2025-02-10,100,Steel
2,2025-01-02,2025-01-04,,,,Steel
3,2025-01-03,,2025-01-23,,50,Glass
4,2025-01-04,,,2025-01-14,,Glass
5,2025-02-01,2025-02-02,,,,Glass
6,2025-02-02,2025-12-01,,,,Steel
"""
TERMS = Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 12, 31))


def history(folder: Path, text: str = LEADS, terms: Terms = TERMS) -> History:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    table = Session().open(folder / "leads.csv")
    return observe(table, propose(table, include=("sector",)).criteria, terms)


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


def test_value_by_pencil(tmp_path: Path) -> None:
    seen = history(tmp_path)
    tally = count(seen)
    rates = estimate(tally)
    worth = weigh_by_value(seen, rates, tally.criteria, "amount")
    # customers: 1 (Steel, 100) and 4 (Glass, no amount); the 50 of lead 3 was never signed
    assert (worth.customers, worth.unknown, worth.total, worth.mean) == (2, 1, 100.0, 100.0)
    assert worth.overall == pytest.approx(100 / 6)
    names = [level.name for level in rates.criteria[0].levels]
    steel, glass = names.index("Steel"), names.index("Glass")
    assert worth.value[[steel, glass]].tolist() == [100, 0]
    assert worth.per_lead[steel] == pytest.approx(100 / 3)
    assert worth.lift[steel] == pytest.approx(2)
    assert worth.value.sum() == worth.total
    with pytest.raises(InputError, match="holds no numbers"):
        weigh_by_value(seen, rates, tally.criteria, "sector")


def worked_case(worked_rate: float, other_rate: float, leads: int = 4000) -> Tally:
    random = np.random.default_rng(3)
    special = (Level("missing", "missing"), Level("other", "other"))
    flag = (Level("no", values=(False,)), Level("yes", values=(True,)), *special)
    sides = (Criterion("called", "called", "boolean", "fit", flag, reference="no"),
             Criterion("demo", "demo", "boolean", "engagement", flag, reference="no"))  # fmt: skip
    codes = np.stack([np.arange(leads) % 2, random.integers(0, 2, leads)]).astype(np.uint8)
    return tally_of(sides, codes, random.random(leads) < np.where(codes[0], worked_rate, other_rate))


def test_worked_leads_beside_all() -> None:
    tally = worked_case(0.10, 0.03)
    rates = estimate(tally.without(["called"]))
    found = select_worked(tally, rates, "called")
    assert (found.worked.leads, found.others.leads) == (2000, 2000)
    assert found.worked.customers + found.others.customers == found.all_leads.customers
    assert found.leads.sum() == found.worked.leads
    assert found.customers.sum() == found.worked.customers
    assert found.differs
    assert not select_worked(worked_case(0.05, 0.05), rates, "called").differs


def test_a_level_that_lives_on_calls_is_told() -> None:
    """Demo requests close at 20 % when called and at 2 % when not; the rest closes at 4 % either way."""
    random = np.random.default_rng(9)
    tally = worked_case(0.0, 0.0, 8000)
    called, demo = tally.codes
    chance = np.where(demo == 1, np.where(called == 1, 0.20, 0.02), 0.04)
    tally = tally_of(tally.criteria, tally.codes, random.random(8000) < chance)
    rates = estimate(tally.without(["called"]))
    found = select_worked(tally, rates, "called")
    names = [level.name for level in rates.criteria[0].levels]
    assert found.moved[names.index("yes")]


def test_a_simulated_selection_is_seen_and_none_is_not(tmp_path: Path) -> None:
    differs = []
    for selection in (0.9, 0.0):
        made = simulate(leads=6000, rate=0.1, selection=selection, signal=0.0, events=False, seed=4)
        made.leads[["lead_id", "created_at", "customer_at", "worked_by_sales", "sector"]].to_csv(tmp_path / "l.csv")
        table = Session().open(tmp_path / "l.csv")
        terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=made.as_of)
        tally = count(observe(table, propose(table, include=("sector", "worked_by_sales")).criteria, terms))
        differs.append(select_worked(tally, estimate(tally.without(["worked_by_sales"])), "worked_by_sales").differs)
    assert differs == [True, False]
