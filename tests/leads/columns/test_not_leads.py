"""Tests of one's own forms, deleted and merged records: excluded, each by its own reason, and the account closes."""

from __future__ import annotations

from pathlib import Path

from calibrate.engine import open_table
from calibrate.leads.columns.not_leads import find_not_leads, flags_of
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from


def leads(place: Path) -> Path:
    """600 leads, 40 tests by address, 20 by name, 10 by a flag, 15 deleted, 25 merged; 90 customers among the leads."""
    rows = [
        f"{i},p{i}@firm{i}.fr,Ana,{('Web', 'Fair')[i % 2]},no,FALSE,,{('no', 'yes')[i % 20 < 3]}" for i in range(600)
    ]
    rows += [f"{700 + i},test{i}@acme.fr,Ana,Web,no,FALSE,,no" for i in range(20)]
    rows += [f"{750 + i},p{i}+test@acme.fr,Ana,Web,no,FALSE,,no" for i in range(10)]
    rows += [f"{770 + i},someone{i}@example.com,Ana,Web,no,FALSE,,no" for i in range(10)]
    rows += [f"{800 + i},q{i}@acme.fr,Test,Web,no,FALSE,,yes" for i in range(20)]
    rows += [f"{850 + i},r{i}@acme.fr,Ana,Web,yes,FALSE,,no" for i in range(10)]
    rows += [f"{900 + i},s{i}@acme.fr,Ana,Web,no,TRUE,,no" for i in range(15)]
    rows += [f"{950 + i},t{i}@acme.fr,Ana,Web,no,FALSE,00Q0000{i},no" for i in range(25)]
    text = "\n".join(["Id,Email,First Name,Source,Is test,IsDeleted,MasterRecordId,Won", *rows])
    (place / "leads.csv").write_text(text, encoding="utf-8")
    return place / "leads.csv"


def test_rows_that_are_no_leads_are_excluded_and_counted(tmp_path: Path) -> None:
    counted = monthly.read_rows(settings_from({"data": {"file": str(leads(tmp_path))}, "outcome": {"customer": "Won"}}))
    history = counted.history
    assert dict(history.excluded) == {"test_lead": 70, "deleted": 15, "merged": 25}
    assert (history.read, history.kept) == (710, 600)
    assert history.read == history.kept + sum(history.excluded.values())
    assert counted.tally.overall == (600, 90)


def test_people_whose_names_resemble_a_test_stay(tmp_path: Path) -> None:
    names = ("Testa", "Attest", "Contessa", "Protest", "Testud")
    rows = [f"{i},{names[i % 5].lower()}{i}@firm.fr,{names[i % 5]},{('no', 'yes')[i % 4 == 0]}" for i in range(200)]
    (tmp_path / "l.csv").write_text("\n".join(["Id,Email,Last Name,Won", *rows]), encoding="utf-8")
    assert find_not_leads(open_table(tmp_path / "l.csv")) == ()


def test_a_flag_that_holds_for_most_rows_is_no_sign(tmp_path: Path) -> None:
    rows = [f"{i},{('yes', 'yes', 'no')[i % 3]},{('no', 'yes')[i % 4 == 0]}" for i in range(90)]
    (tmp_path / "l.csv").write_text("\n".join(["Id,deleted,Won", *rows]), encoding="utf-8")
    assert find_not_leads(open_table(tmp_path / "l.csv")) == ()


def test_all_kinds_of_columns_can_flag(tmp_path: Path) -> None:
    import duckdb

    day = "CASE WHEN range % 25 = 1 THEN DATE '2025-01-02' END"
    duckdb.execute(
        f'COPY (SELECT range AS id, range % 10 = 0 AS isdeleted, {day} AS "deleted at", '
        f"CASE WHEN range % 50 = 3 THEN 7 END AS masterid FROM range(100)) TO '{tmp_path / 'x.parquet'}'"
    )
    table = open_table(tmp_path / "x.parquet")
    counts = {
        reason: int(table.fetch(f"SELECT COUNT(*) AS n FROM {table.relation} WHERE {condition}")["n"][0])
        for reason, condition in find_not_leads(table)
    }
    assert counts == {"deleted": 14, "merged": 2}


def test_columns_that_say_which_rows_are_no_leads_are_no_criteria(tmp_path: Path) -> None:
    file = leads(tmp_path)
    assert flags_of(open_table(file)) == ("Is test", "IsDeleted", "MasterRecordId")
    counted = monthly.read_rows(settings_from({"data": {"file": str(file)}, "outcome": {"customer": "Won"}}))
    assert "Source" in counted.allowed
    assert not {"Is test", "IsDeleted", "MasterRecordId"} & {*counted.allowed}
    kept = {"data": {"file": str(file)}, "outcome": {"customer": "Won"}, "columns": {"keep": ["IsDeleted"]}}
    assert "IsDeleted" not in monthly.read_rows(settings_from(kept)).history.proposal.ignored  # type: ignore[union-attr]
