"""An export looked at as its system describes it: outcome, open rows, columns set aside, the join of deals."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from calibrate.engine import Session, Table
from calibrate.errors import HistoryError
from calibrate.leads.crm.base import EMPTY, Outcome, System
from calibrate.leads.crm.look import Told, amount, check_lost, key_of, keys, set_aside, spoken, told

OWN = System(
    "own", "Own CRM",
    lead_id=("id",), created_at=("created",),
    outcomes=(
        Outcome(("stage",), won=("closed won", "100"), lost=("closed lost",), open=("demo",), at=("won on",)),
        Outcome(("converted",), won=("yes",), rest="lost", sale=False, open_in=((("status",), ("new", EMPTY)),)),
    ),
    deal_keys=((("deal",), ("id",)), (("id",), ("lead",))),
    stages=("date entered*",), amount=("value",),
    aside={"crm_stage": ("stage", "converted"), "crm_owner": ("owner", "stage")},
    lost_signs=((("active",), ("no",)), (("reason",), ())), how_to_export_lost="tick 'Archived'",
)  # fmt: skip


def table(
    folder: Path, header: list[str], *rows: list[object], name: str = "leads.csv", session: Session | None = None
) -> Table:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return (session or Session()).open(folder / name)


def test_values_are_won_lost_or_open_however_they_are_spelt(tmp_path: Path) -> None:
    stages = ["Closed-Won", "100,0", "CLOSED_LOST", "Demo", "In review", "Gewonnen", "Perdu", ""]
    leads = table(tmp_path, ["Id", "Stage", "Won on"], *([i, stage, ""] for i, stage in enumerate(stages)))
    found = told(OWN, leads)
    assert found is not None and (found.customer, found.customer_at, found.sale) == ("Stage", "Won on", True)
    assert set(found.customer_values) == {"Closed-Won", "100,0", "Gewonnen"}  # words of other languages beside them
    assert set(found.open_values) == {"Demo", "In review"} and found.open_in is None  # what is not lost is open


def test_a_conversion_is_taken_where_no_sale_is_told_and_its_open_rows_stand_elsewhere(tmp_path: Path) -> None:
    leads = table(
        tmp_path, ["Id", "Converted", "Status"], [1, "Yes", "Done"], [2, "no", "New"], [3, "no", ""], [4, "no", "x"]
    )
    assert told(OWN, leads) == Told("Converted", ("Yes",), ("New", EMPTY), "Status", None, False)
    assert told(OWN, leads, sale=True) is None
    assert told(OWN, leads, column="Status") is None


def test_a_column_without_a_word_for_won_comes_without_values_to_be_asked_back(tmp_path: Path) -> None:
    leads = table(tmp_path, ["Id", "Stage"], [1, "Bronze"], [2, "Gold"])
    assert told(OWN, leads) == Told("Stage")
    assert told(OWN, table(tmp_path, ["Id", "Sector"], [1, "Steel"])) is None


@pytest.mark.parametrize(
    ("header", "row", "finding"),
    [
        (["Id", "Active"], [1, "yes"], "no row is lost in 'Active'"),
        (["Id", "Reason"], [1, ""], "no row is lost in 'Reason'"),
        (["Id", "Sector"], [1, "Steel"], "no column tells lost rows"),
        (["Id", "Active"], [1, "No"], None),
        (["Id", "Active", "Reason"], [1, "yes", "too dear"], None),
    ],
)
def test_exports_that_hide_lost_rows_are_refused(
    tmp_path: Path, header: list[str], row: list[object], finding: str | None
) -> None:
    leads = table(tmp_path, header, row, [2, *["" for _ in row[1:]]])
    if finding is None:
        check_lost(OWN, leads)
        return
    with pytest.raises(HistoryError) as fault:
        check_lost(OWN, leads)
    assert finding in str(fault.value) and "tick 'Archived'" in str(fault.value)


def test_columns_that_sales_fill_are_set_aside_with_the_first_reason(tmp_path: Path) -> None:
    leads = table(
        tmp_path,
        ["Id", "Stage", "Owner", "Value", "Won on", "Date entered demo", "Sector"],
        [1, "a", "b", 5, "", "", "c"],
    )
    assert set_aside(OWN, leads) == {
        "Stage": "crm_stage", "Owner": "crm_owner", "Value": "crm_amount", "Won on": "crm_after",
        "Date entered demo": "crm_after",
    }  # fmt: skip
    assert amount(OWN, leads) == "Value"
    assert amount(OWN, table(tmp_path, ["Value"], ["much"], ["little"])) is None


def test_deals_are_joined_by_the_first_pair_of_columns_whose_values_meet(tmp_path: Path) -> None:
    session = Session()
    leads = table(tmp_path, ["Id", "Deal"], [1, "D1"], [2, "D2"], session=session)
    by_deal = table(tmp_path, ["ID", "Lead"], ["D2", 7], name="a.csv", session=session)
    by_lead = table(tmp_path, ["ID", "Lead"], ["X9", 2], name="b.csv", session=session)
    strangers = table(tmp_path, ["ID", "Lead"], ["X9", 7], name="c.csv", session=session)
    assert keys(OWN, leads, OWN, by_deal) == ("Deal", "ID")
    assert keys(OWN, leads, OWN, by_lead) == ("Id", "Lead")
    assert keys(OWN, leads, OWN, strangers) is None and key_of(OWN, OWN, strangers) == "ID"


def test_what_is_told_of_an_export(tmp_path: Path) -> None:
    leads = table(tmp_path, ["Id", "Converted", "Status"], [1, "Yes", "Done"], [2, "no", ""])
    found = spoken(OWN, leads, told(OWN, leads), by_user=False, file="leads.csv")
    assert [fact.key for fact in found.facts] == ["crm_detected", "crm_outcome", "crm_open"]
    assert dict(found.facts[2][1])["open"] == "-"  # an empty cell
    assert [key for key, _ in found.warnings] == ["crm_conversion"]
    named = spoken(OWN, leads, None, by_user=True, file="leads.csv")
    assert [fact.key for fact in named.facts] == ["crm_named"] and named.warnings == ()
