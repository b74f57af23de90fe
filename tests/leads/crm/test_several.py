"""Deals that name several leads in one cell."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from crm_case import FIRST, read, spoken, write

from calibrate.engine import Table, open_table
from calibrate.funnel.value import weigh_by_value
from calibrate.leads.crm.several import apart


def test_a_deal_of_several_leads_counts_for_each(tmp_path: Path) -> None:
    """Deals of leads 0 and 1 together, of 2 alone, of 3 and (lost) 4; the first is worth 900, shared by two."""
    one = write(tmp_path / "contacts.csv", ["Record ID", "Create Date", "Industry"],
                [[i, (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2]] for i in range(40)])  # fmt: skip
    day = (FIRST + timedelta(days=45)).isoformat()
    deals = [["D1", "Closed Won", day, "0; 1", 900], ["D2", "Closed Won", day, "2", 300],
             ["D3", "Closed Won", day, "3;", 100], ["D4", "Closed Lost", day, "4;5", 700]]  # fmt: skip
    two = write(tmp_path / "deals.csv", ["Record ID", "Deal Stage", "Close Date", "Associated Contact IDs", "Amount"],
                deals)  # fmt: skip
    counted = read(one, outcome={"outcomes": str(two)}, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 4)
    assert spoken(counted, "crm_several")[0]["rows"] == 2
    assert spoken(counted, "crm_joined") == [{"lead": "Record ID", "deal": "Associated Contact IDs"}]
    worth = weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Amount")
    assert (worth.total, worth.mean) == (1300, 325)


def deals(folder: Path, *rows: list[object]) -> Table:
    return open_table(write(folder / "several.csv", ["Lead", "Value", "Stage"], [[*map(str, row)] for row in rows]))


def test_a_row_for_each_lead_and_the_amount_shared_out(tmp_path: Path) -> None:
    """90 for three leads is 30 each; marks at the ends and doubled ones name nobody."""
    found = apart(
        deals(tmp_path, ["a; b ;c", 90, "won"], [";d;", 8, "won"], ["e;;f", 5, "lost"], ["", 3, "won"]), "Lead", "Value"
    )
    rows = found.fetch(f'SELECT "Lead" AS lead, "Value" AS value FROM {found.relation} ORDER BY 1')
    assert dict(zip(rows["lead"], rows["value"], strict=True)) == {
        "a": 30,
        "b": 30,
        "c": 30,
        "d": 8,
        "e": 2.5,
        "f": 2.5,
    }
    assert [(fact.key, dict(fact.facts)["rows"]) for fact in found.facts if fact.key == "crm_several"] == [
        ("crm_several", 2)
    ]


def test_a_file_in_which_no_cell_names_two_leads_stays_as_it_is(tmp_path: Path) -> None:
    plain = deals(tmp_path, ["a", 90, "won"], ["b;", 8, "won"])
    assert apart(plain, "Lead", "Value") is plain
    assert apart(plain, "Value") is plain  # numbers name no list
