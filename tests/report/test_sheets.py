"""Sheets of the workbook around a meeting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from met_case import MET
from report_case import HOSTILE

from calibrate.language import load
from calibrate.report.workbook import workbook_of


def test_the_workbook_holds_what_the_meeting_needs(tmp_path: Path) -> None:
    (tmp_path / "review.xlsx").write_bytes(workbook_of(MET, load("en")))
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    wanted = ["Decisions", "Points over time", "Changes", "Line by line", "Segments", "Bands", "Grades", "Months"]
    assert [name for name in book.sheetnames if name in wanted] == wanted and "Feedback" in book.sheetnames

    def rows(name: str, top: int = 1) -> list[dict[str, Any]]:
        head, *lines = list(book[name].iter_rows(min_row=top, values_only=True))
        return [dict(zip(head, line, strict=True)) for line in lines]

    assert MET.changes.swap is not None and MET.handover.grades is not None
    enter = MET.changes.swap.of("marketing_qualified", "enter").rate
    found = rows("Changes", 3)[0]
    assert (found["Leads"], found["Customers"], found["Close rate"]) == (enter.leads, enter.customers, enter.value)
    cells = rows("Grades")
    assert sum(one["Leads"] for one in cells[:16]) == sum(c.leads for row in MET.handover.grades.rates for c in row)
    assert cells[16]["Grade"].startswith("MQL from") and cells[16]["Leads"] == MET.handover.demands[0].met.leads
    months = rows("Months")
    assert [one["Leads"] for one in months] == [m.overall.leads for m in MET.handover.kpis]
    assert (
        months[0]["SQLs of MQLs"]
        == MET.handover.kpis[0].sales_qualified.leads / MET.handover.kpis[0].marketing_qualified.leads
    )
    harmed = [one["Answer"] for one in rows("Segments") if one["Remarks"]]
    assert harmed == ["retail"]
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [cell for cell in texts if cell.data_type == "f"]
    assert any(HOSTILE in cell.value for cell in texts if cell.parent.title == "Feedback")
    (tmp_path / "revue.xlsx").write_bytes(workbook_of(MET, load("fr")))
    bands = openpyxl.load_workbook(tmp_path / "revue.xlsx")["Paliers"]
    assert "appeler tout de suite" in {cell.value for row in bands.iter_rows() for cell in row}
