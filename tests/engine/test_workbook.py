"""Workbooks."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from engine_case import column, fact, types
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine import Session, open_table
from calibrate.errors import InputError

ODD = (
    "", " ", "x", "1", "2.5", "N/A", "a,b", "a;b", 'q"q', "l\nm", "é", "'", "\\", "a\\", '"', "\t", "|", "07", "--",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=("Cs",)), max_size=5)
CELLS = st.one_of(st.sampled_from(ODD), TEXT)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans(),
)  # fmt: skip
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[list[str]], separator: str, newline: str, encoding: str, quote: bool
) -> None:
    rows = [["first", "1", "x"], *rows]
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, lineterminator=newline, quoting=quoting)
    writer.writerows([["a", "b", "c"], *rows])
    with tempfile.TemporaryDirectory() as folder, Session() as session:
        path = Path(folder) / "leads.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        table = session.open(path)
        kept = [row for row in rows if any(cell.strip(" \t\r\n") for cell in row)]
        assert [c.name for c in table.columns] == ["a", "b", "c"]
        for i, column_ in enumerate(table.columns):
            if column_.type == "text":
                expected = [row[i] if row[i].strip(" \t\r\n") else None for row in kept]
                assert column(table, column_.name) == expected


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import datetime

    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Leads")
    sheet.append([])
    sheet.append(["Id", "Visits", None, "Since", "Rate", "Zip"])
    sheet.append(["a", 3, None, datetime.datetime(2025, 12, 31), 0.5, "01234"])
    sheet.append(["b", 4.0, None, datetime.datetime(2025, 1, 2), "#N/A", "75001"])
    sheet.append([None] * 6)
    book.create_sheet("More").append(["x"])
    book.save(tmp_path / "leads.xlsx")
    table = open_table(tmp_path / "leads.xlsx")
    assert types(table) == {"Id": "text", "Visits": "number", "Since": "date", "Rate": "number", "Zip": "text"}
    assert column(table, "Since") == ["2025-12-31T00:00:00", "2025-01-02T00:00:00"]
    assert fact(table, "sheet") == {"name": "Leads"}
    assert table.rows == 2
    assert open_table(tmp_path / "leads.xlsx", table="Leads").rows == 2
    assert open_table(f"{tmp_path}/leads.xlsx#Leads").rows == 2
    with pytest.raises(InputError, match=r"no sheet named 'Lead'. Did you mean 'Leads'"):
        open_table(tmp_path / "leads.xlsx", table="Lead")
