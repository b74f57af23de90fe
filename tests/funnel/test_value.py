"""What leads are worth, by pencil."""

from dataclasses import replace
from pathlib import Path

import pytest
from funnel_case import TERMS, history

from calibrate.counts.counting import count
from calibrate.counts.rates import estimate
from calibrate.engine import Session
from calibrate.errors import InputError
from calibrate.funnel.value import home_of, weigh_by_value
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import observe


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


def test_the_interval_is_that_of_a_compound_poisson_sum(tmp_path: Path) -> None:
    """Steel: customers of 100 and 300 among 4 leads; 400 / 4 = 100, spread 1.96 * sqrt(100^2 + 300^2) / 4 = 154.95."""
    rows = ["id,created,won,amount,sector"]
    amounts = [("Steel", "100"), ("Steel", "300"), ("Steel", None), ("Steel", None), ("Glass", None), ("Glass", None)]
    for i, (sector, amount) in enumerate(amounts):
        rows.append(f"{i},2025-01-0{i + 1},{'2025-01-20' if amount else ''},{amount or ''},{sector}")
    seen = history(tmp_path, "\n".join(rows) + "\n")
    tally = count(seen)
    rates = estimate(tally)
    worth = weigh_by_value(seen, rates, tally.criteria, "amount")
    names = [level.name for level in rates.criteria[0].levels]
    steel, glass = names.index("Steel"), names.index("Glass")
    assert worth.per_lead[steel] == pytest.approx(100) and worth.low[steel] == 0
    assert worth.high[steel] == pytest.approx(100 + 1.959964 * (100**2 + 300**2) ** 0.5 / 4)
    # no customer in Glass: at most 3.69 of them (97.5 %), of 200 each, among 2 leads
    assert worth.high[glass] == pytest.approx(3.69 * 200 / 2) and worth.per_lead[glass] == 0
    assert worth.lift[[steel, glass]] == pytest.approx([1.5, 0])


def test_amounts_of_a_second_file_are_those_of_the_deal_that_counts(tmp_path: Path) -> None:
    """Lead 1 signed two deals on its day (70 and 30) and another one later (900): 100 counts."""
    (tmp_path / "deals.csv").write_text(
        "id,won,amount\n1,2025-02-10,70\n1,2025-02-10,30\n1,2025-08-01,900\n4,2025-01-14,50\n", encoding="utf-8"
    )
    (tmp_path / "leads.csv").write_text(
        "id,created,sector\n" + "".join(f"{i},2025-01-0{i},{'Steel' if i < 4 else 'Glass'}\n" for i in range(1, 7)),
        encoding="utf-8",
    )
    session = Session()
    table, deals = session.open(tmp_path / "leads.csv"), session.open(tmp_path / "deals.csv")
    terms = replace(TERMS, outcomes=deals)
    seen = observe(table, propose(table, include=("sector",)).criteria, terms)
    tally = count(seen)
    worth = weigh_by_value(seen, estimate(tally), tally.criteria, "amount")
    assert home_of(terms, table, "amount") is deals and home_of(terms, table, "sector") is table
    assert (worth.customers, worth.total, worth.unknown) == (2, 150, 0)
