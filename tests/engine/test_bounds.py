"""Where the table begins and ends, on files as report exports, databases and spreadsheets write them."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine import Session, Table, open_table
from calibrate.engine.bounds import head_of, is_footer, unlike_names
from calibrate.errors import InputError

ROWS = [[str(i), f"2025-01-{i % 28 + 1:02d}", ["Web", "Fair"][i % 2], ["Yes", "No"][i % 3 > 0]] for i in range(1, 31)]
NAMES = ["Lead ID", "Created", "Source", "Won"]


def facts(table: Table) -> dict[str, dict[str, Any]]:
    return {fact.key: dict(fact.facts) for fact in table.facts if "column" not in fact.facts}


def values(table: Table, name: str) -> list[Any]:
    return table.fetch(f'SELECT "{name}" AS v FROM {table.relation}')["v"].tolist()  # type: ignore[no-any-return]


def text_of(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def in_book(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


PADDED = [*[[]] * 0, ["Lead report", "", "", ""], ["Generated 2025-06-23", "", "", ""], ["", "", "", ""]]
RAGGED = [["Lead report"], ["Generated 2025-06-23 by Ops"], []]


@pytest.mark.parametrize("titles", [PADDED, RAGGED, [["Report", "June"]]], ids=["padded", "ragged", "two cells"])
@pytest.mark.parametrize("kind", ["csv", "semicolon", "xlsx"])
def test_titles_above_the_names_are_left_out(tmp_path: Path, titles: list[list[str]], kind: str) -> None:
    rows = [*titles, NAMES, *ROWS]
    if kind == "xlsx":
        path = in_book(tmp_path / "leads.xlsx", rows)
    else:
        path = tmp_path / "leads.csv"
        path.write_text(text_of(rows, ";" if kind == "semicolon" else ","))
    table = open_table(path)
    assert [c.name for c in table.columns] == NAMES
    assert (table.rows, values(table, "Lead ID")) == (30, list(range(1, 31)))
    assert facts(table)["title_rows"]["rows"] == sum(any(row) for row in titles)


@pytest.mark.parametrize(
    "below",
    [
        [["Total", "", "", "10"]],
        [["Grand Totals (30 records)"], [], ["Confidential Information - Do Not Distribute"], ["Example GmbH"]],
        [["Gesamt", "", "", ""]],
        [["Copyright (c) 2000-2025 example, inc. All rights reserved."]],
        [["", "", "", ""], ["Total général :", "", "", "10"], ["Généré le 01/02/2025", "", "", ""]],
    ],
    ids=["total", "footer", "gesamt", "copyright", "padded"],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_totals_and_footers_are_left_out(tmp_path: Path, below: list[list[str]], kind: str) -> None:
    rows = [NAMES, *ROWS, *below]
    path = tmp_path / f"leads.{kind}"
    if kind == "xlsx":
        in_book(path, rows)
    else:
        path.write_text(text_of(rows))
    table = open_table(path)
    assert (table.rows, values(table, "Won").count("Yes")) == (30, 10)
    assert table.columns[0].type == "number"
    assert facts(table)["outside_rows"]["rows"] == sum(any(row) for row in below)


def test_a_total_above_the_rows_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(text_of([NAMES, ["Total", "", "", "10"], *ROWS]))
    table = open_table(tmp_path / "leads.csv")
    assert (table.rows, facts(table)["outside_rows"]) == (30, {"rows": 1})


def test_a_company_called_total_is_a_lead(tmp_path: Path) -> None:
    rows = [["Total", "2025-01-01", "Web", "No"], *ROWS, ["Total", "2025-03-01", "Fair", "Yes"]]
    (tmp_path / "leads.csv").write_text(text_of([["Company", *NAMES[1:]], *rows]))
    table = open_table(tmp_path / "leads.csv")
    assert table.rows == 32
    assert "outside_rows" not in facts(table)


def test_cells_that_are_missing_in_the_middle_stay_an_error(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(text_of([NAMES, *ROWS[:10], ["11"], *ROWS[11:]]))
    with pytest.raises(InputError, match="line 12 has 1 cells where the header has 4"):
        open_table(tmp_path / "leads.csv")


@pytest.mark.parametrize("groups", [["Lead", "", "Behaviour", "Outcome"], ["Lead", "Lead", "Behaviour", "Outcome"]])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_groups_above_the_names(tmp_path: Path, groups: list[str], kind: str) -> None:
    rows: list[list[Any]] = [groups, NAMES, *ROWS]
    path = tmp_path / f"leads.{kind}"
    if kind == "xlsx":
        in_book(path, [[cell or None for cell in row] for row in rows])
    else:
        path.write_text(text_of(rows))
    table = open_table(path)
    assert ([c.name for c in table.columns], table.rows) == (NAMES, 30)
    assert "two_header_rows" in facts(table)


def test_names_that_occur_twice_under_two_groups_keep_their_group() -> None:
    head = head_of(
        [["Q1", "", "Q2", ""], ["visits", "mails", "visits", "mails"], ["1", "2", "3", "4"], ["5", "6", "7", "8"]]
    )
    assert (head.names, head.taken) == (("Q1 visits", "Q1 mails", "Q2 visits", "Q2 mails"), 2)


@pytest.mark.parametrize("gap", ["\\N", ""])
def test_a_file_without_names_gets_some(tmp_path: Path, gap: str) -> None:
    rows = [[*row[:2], gap if i == 0 else row[2], row[3]] for i, row in enumerate(ROWS)]
    (tmp_path / "leads.csv").write_text(text_of(rows))
    table = open_table(tmp_path / "leads.csv")
    assert [c.name for c in table.columns] == ["column_1", "column_2", "column_3", "column_4"]
    assert table.rows == 30
    assert facts(table)["no_header"] == {"columns": 4}


@pytest.mark.parametrize("names", [["id", "2023", "2024"], ["0", "1", "2"], ["lead", "source", "won"]])
def test_names_that_are_numbers_are_names(tmp_path: Path, names: list[str]) -> None:
    rows = [[str(i), str(i * 7 % 13), str(i * 5 % 11)] for i in range(30)]
    (tmp_path / "leads.csv").write_text(text_of([names, *rows]))
    assert [c.name for c in open_table(tmp_path / "leads.csv").columns] == names


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_row_of_names_can_be_given(tmp_path: Path, kind: str) -> None:
    rows = [["what", "we", "call", "it"], NAMES, *ROWS]
    path = tmp_path / f"leads.{kind}"
    in_book(path, rows) if kind == "xlsx" else path.write_text(text_of(rows))
    with Session() as session:
        assert [c.name for c in session.open(path, header_row=2).columns] == NAMES
        assert session.open(path, header_row=2).rows == 30
        without = session.open(path, header_row=0)
        assert (without.columns[0].name, without.rows) == ("column_1", 32)
    if kind == "csv":
        with pytest.raises(InputError, match="--header-row 99 lies beyond the end"), Session() as session:
            session.open(path, header_row=99)


def test_repeated_names_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(
        "id,Created Date,Won,created date\n1,2025-01-01,yes,2025-02-01\n2,2025-01-02,no,\n"
    )
    table = open_table(tmp_path / "leads.csv")
    assert [c.name for c in table.columns] == ["id", "Created Date", "Won", "created date (2)"]
    assert facts(table)["repeated_name"] == {"position": 4, "name": "created date", "as": "created date (2)"}
    assert unlike_names(["a", "a (2)", "A", "a"])[0] == ["a", "a (2)", "A (3)", "a (4)"]


@pytest.mark.parametrize("place", [5, 4000, 8000])
def test_a_quote_escaped_by_a_backslash_at_any_line(tmp_path: Path, place: int) -> None:
    lines = [f'"{i}","Item for the second floor, room {i % 50}","{i % 90}"' for i in range(8200)]
    lines[place] = f'"{place}","Monitor 32\\"","7"'
    (tmp_path / "leads.csv").write_text('"id","item","visits"\n' + "\n".join(lines) + "\n")
    table = open_table(tmp_path / "leads.csv")
    assert (table.rows, values(table, "item")[place]) == (8200, 'Monitor 32"')
    assert facts(table)["escape"] == {"character": "\\"}


# --- workbooks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", ["A1", "A1:D10", "A1:B31", "A1:ZZ9999"])
def test_a_sheet_that_says_a_wrong_size_of_itself_is_read_whole(tmp_path: Path, dimension: str) -> None:
    plain, path = in_book(tmp_path / "plain.xlsx", [NAMES, *ROWS]), tmp_path / "leads.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<dimension ref="A1:D31"', f'<dimension ref="{dimension}"'.encode())
            target.writestr(name, content)
    table = open_table(path)
    frame = pd.read_excel(path)
    assert (table.rows, [c.name for c in table.columns]) == (len(frame), list(frame.columns)) == (30, NAMES)
    assert values(table, "Source") == frame["Source"].tolist()


def test_a_sheet_of_charts_is_no_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [NAMES, *ROWS]:
        book.active.append(row)
    book.create_chartsheet("Picture", 0)
    book.save(tmp_path / "leads.xlsx")
    table = open_table(tmp_path / "leads.xlsx")
    assert (table.rows, facts(table)["sheet"]) == (30, {"name": "Sheet"})
    with pytest.raises(InputError, match="'Picture' is a sheet of charts"):
        open_table(tmp_path / "leads.xlsx", table="Picture")


def test_a_sheet_of_notes_is_passed_over_for_one_with_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for note in ("About this export", "All leads of 2025", "Ask Ops"):
        book.active.append([note])
    leads = book.create_sheet("Leads")
    for row in [NAMES, *ROWS]:
        leads.append(row)
    book.save(tmp_path / "leads.xlsx")
    assert facts(open_table(tmp_path / "leads.xlsx"))["sheet"] == {"name": "Leads"}


def test_cells_beyond_the_names_are_a_column_without_a_name(tmp_path: Path) -> None:
    rows: list[list[Any]] = [NAMES, *ROWS * 12]
    rows[350] = [*ROWS[0], "late"]
    table = open_table(in_book(tmp_path / "leads.xlsx", rows))
    assert [c.name for c in table.columns] == [*NAMES, "column_5"]
    assert table.rows == 360
    assert values(table, "column_5")[349] == "late"


@pytest.mark.parametrize("name", ["leads.xls", "leads.ods", "leads.xlsb", "leads.numbers"])
def test_workbooks_of_other_programs_are_called_by_their_name(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as file:
        file.writestr("content.xml", "<a/>")
    with pytest.raises(InputError, match=r"workbook.*save it as .xlsx or as CSV"):
        open_table(tmp_path / name)


CELLS = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=6)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_under_full_names_every_row_is_a_row(rows: list[list[str]]) -> None:
    head = head_of([["alpha", "beta", "gamma"], *rows])
    assert (head.names, head.above, head.taken) == (("alpha", "beta", "gamma"), 0, 1)
    assert not any(is_footer(row, 3) for row in rows)
