"""The sections around a change of grid: shown where there is something to show, in both languages, with counts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from met_case import MET, PLAIN
from page_case import Text
from report_case import HOSTILE

from calibrate.language import load
from calibrate.report import impact as meeting
from calibrate.report.page import page
from calibrate.report.run_json import dump, run_json
from calibrate.report.workbook import workbook

SECTIONS = ("changes", "segments", "history", "drift", "grades", "months", "feedback")
PAGES = {language: page(MET, load(language)) for language in ("en", "fr")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_section_stands_in_its_place_and_in_the_contents(language: str) -> None:
    found = Text(PAGES[language])
    ids = [a["id"] for _, a in found.elements if a.get("id")]
    assert [i for i in ids if i in SECTIONS] == list(SECTIONS)
    folds = [a["data-fold"] for tag, a in found.elements if a.get("class") == "fold"]
    assert [name for name in folds if name in SECTIONS] == list(SECTIONS)
    assert [tag for tag, _ in found.elements].count("caption") == [tag for tag, _ in found.elements].count("table")
    assert all(a.get("scope") for tag, a in found.elements if tag == "th")
    assert not [a for tag, a in found.elements if tag == "img"] and HOSTILE in found.text


def test_nothing_is_shown_where_there_is_nothing() -> None:
    assert meeting.absent(PLAIN) == set(SECTIONS)
    source = page(PLAIN, load("en"))
    assert not [name for name in SECTIONS if f'id="{name}"' in source]
    assert "Hours saved" not in source


def test_the_numbers_are_those_of_the_review() -> None:
    text = Text(PAGES["en"]).text
    came = MET.past.outcomes[0].came
    assert came is not None
    told = "15.0% 11.8% to 18.8% · on the leads it was made from 28.6"
    assert f"{told} {came.value:.1%} {came.customers} of {came.leads:,}" in text
    assert "retail: −2 changed to +4 by Claire" in text
    assert MET.changes.swap is not None
    enter = MET.changes.swap.of("marketing_qualified", "enter").rate
    assert re.search(rf"enter [\d.]+ {enter.leads:,} {enter.customers} {enter.value:.1%}", text)
    assert "“logistic” harms: sector: retail" in text and "“lift” harms no segment beyond chance" in text
    assert "0.800 0.720 −0.080 −0.120 to −0.030 200 → 180 30 → 20 ranks worse" in text
    assert MET.handover.grades is not None
    cell = MET.handover.grades.rates[0][0]
    assert f"{cell.value:.1%} {cell.customers} of {cell.leads}" in text
    one = MET.handover.demands[0]
    assert f"MQL from {one.threshold} points, with at least 2 of fit: {one.met.leads:,} leads" in text
    two = MET.handover.demands[1]
    told = f"SQL from {two.threshold} points, with at least 2 of fit and 3 of engagement: {two.met.leads:,} leads"
    assert told in text and 0 < two.met.leads < one.met.leads
    assert "student +3 9 75.0% 46.0% to 91.0% 10.0% 40 leads" in text and "rejected more often" in text
    assert "at 12 minutes a call" in text


def test_hours_saved_by_pencil() -> None:
    candidate = MET.candidates[0]
    step = {"leads": candidate.scores.leads.sum() / 4}
    hours = meeting.hours_saved(MET, candidate, step)  # type: ignore[arg-type]
    assert hours is not None
    assert hours[0] == pytest.approx(4000 * 0.75 / 24 * 12 / 60) and hours[1] < hours[0] < hours[2]
    assert meeting.hours_saved(PLAIN, candidate, step) is None  # type: ignore[arg-type]


def test_run_json_says_the_same() -> None:
    found = json.loads(dump(run_json(MET)))
    assert found["decisions"][0]["promised"]["rate"] == 0.15
    assert found["decisions"][0]["came"]["leads"] == MET.past.outcomes[0].came.leads  # type: ignore[union-attr]
    assert found["segments"][0]["tables"][1]["segments"][0]["harm"] == "ranking"
    assert sum(cell["leads"] for cell in found["grades"]["cells"].values()) == 4000
    assert len(found["months_under_grid"]) == 24 and found["feedback"]["lines"][0]["rejected"] == 9
    assert {line["new"] - (line["old"] or 0) for line in found["changes"]} - {0}
    plain = json.loads(dump(run_json(PLAIN)))
    assert plain["swap"] is plain["grades"] is plain["feedback"] is plain["drift"] is None


def test_intervals_of_a_threshold_by_pencil() -> None:
    candidate = MET.candidates[0]
    total = candidate.scores.customers.sum()
    step = {"leads": 1000.0, "customers": total / 2}
    found = meeting.spread(MET, candidate, step)  # type: ignore[arg-type]
    # Wilson by hand: (p + z2/2n -+ z sqrt(p (1 - p)/n + z2/4n2)) / (1 + z2/n), z2 = 3.8415
    n, z2 = float(total), 3.841458820694124
    half = (z2 * 0.25 / n + z2 * z2 / (4 * n * n)) ** 0.5
    low, high = ((0.5 + z2 / (2 * n) + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    assert found["caught"] == pytest.approx((low, high)) and found["missed"] == pytest.approx(
        (n - n * high, n - n * low)
    )
    assert found["leads"][0] < 1000 / 24 < found["leads"][1]


def test_the_workbook_holds_what_the_meeting_needs(tmp_path: Path) -> None:
    workbook(MET, load("en"), tmp_path / "review.xlsx")
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
    workbook(MET, load("fr"), tmp_path / "revue.xlsx")
    bands = openpyxl.load_workbook(tmp_path / "revue.xlsx")["Paliers"]
    assert "appeler tout de suite" in {cell.value for row in bands.iter_rows() for cell in row}
