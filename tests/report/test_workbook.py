"""The workbook: read back by another program, texts as texts, the same bytes each time."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_case import FORMULA, HOSTILE, hostile, review, with_open_leads

from calibrate.language import load
from calibrate.report.workbook import workbook_of

REVIEW = review(4000)


def written(found, path: Path, language: str = "en") -> openpyxl.Workbook:
    path.write_bytes(workbook_of(found, load(language)))
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return written(REVIEW, tmp_path_factory.mktemp("book") / "review.xlsx")


def test_sheets(book: openpyxl.Workbook) -> None:
    points = [f"Points {c.name}" for c in REVIEW.candidates]
    rest = ["Audit", "Close rates", "Thresholds", "Bands", "Account"]
    assert book.sheetnames == ["Verdict", "Candidates", *points, *rest]
    assert all(sheet.freeze_panes for sheet in book)
    assert book.properties.created == datetime.datetime(2000, 1, 1)


def test_points_stand_beside_their_counts(book: openpyxl.Workbook) -> None:
    rows = list(book["Points logistic"].iter_rows(min_row=3, values_only=True))
    head, *lines = rows
    demo = dict(zip(head, next(x for x in lines if x[1] == "demo request" and x[2] == "present"), strict=False))
    grid = REVIEW.candidates[0].grid
    assert demo["Points"] == grid.points[-1][1]
    assert (demo["Leads"], demo["Customers"]) == (REVIEW.rates.leads[-3], REVIEW.rates.customers[-3])
    assert demo["Close rate"] == pytest.approx(REVIEW.rates.rate[-3])
    assert [line[0] for line in lines] == sorted((line[0] for line in lines), key=["Fit", "Engagement"].index)


def test_rates_are_all_there(book: openpyxl.Workbook) -> None:
    head, *lines = book["Close rates"].iter_rows(values_only=True)
    assert len(lines) == len(REVIEW.rates.leads)
    assert sum(line[head.index("Leads")] for line in lines if line[1] == "sector") == REVIEW.rates.overall.leads
    assert "True rate" in head


def test_rates_with_open_leads_stand_beside_those_of_decided_ones(tmp_path: Path) -> None:
    book = written(with_open_leads(REVIEW), tmp_path / "open.xlsx")
    head, *lines = book["Close rates"].iter_rows(values_only=True)
    mine = dict(zip(head, lines[0], strict=True))
    assert mine["With open leads · Leads"] == REVIEW.rates.leads[0] + 5
    assert mine["With open leads · Customers"] == REVIEW.rates.customers[0]
    assert mine["With open leads · Close rate"] < mine["Close rate"]


def test_thresholds_name_the_chosen_ones(book: openpyxl.Workbook) -> None:
    _, *lines = book["Thresholds"].iter_rows(values_only=True)
    limits = REVIEW.candidates[0].grid.thresholds
    assert limits is not None
    marked = [line[1] for line in lines if line[0] == "logistic" and line[-1] and "MQL" in line[-1]]
    assert marked == [limits.marketing_qualified]


def test_the_account_adds_up(book: openpyxl.Workbook) -> None:
    _, *lines = book["Account"].iter_rows(values_only=True)
    rows = [line[1] for line in lines if line[1] is not None]
    assert sum(rows[:-1]) == rows[-1] == REVIEW.account.kept


def test_formulas_of_users_arrive_as_texts(tmp_path: Path) -> None:
    book = written(hostile(), tmp_path / "hostile.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert {FORMULA, HOSTILE} <= texts
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)


def test_odd_names_do_not_break_it(tmp_path: Path) -> None:
    first, *rest = REVIEW.candidates
    names = ["a" * 80, "A" * 80, "history", "'quoted'", "[x]:*?/\\", "\ud800 half", "\x00\x01"]
    odd = tuple(replace(first, name=name) for name in names)
    book = written(replace(REVIEW, candidates=(*odd, *rest), title="t" * 40_000), tmp_path / "odd.xlsx")
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(workbook_of(review(4000), load("fr")))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_french(tmp_path: Path) -> None:
    book = written(replace(REVIEW, truth=None, months=None), tmp_path / "fr.xlsx", "fr")
    assert book.sheetnames[0] == "Verdict" and "Taux de signature" in book.sheetnames
    assert book["Seuils"]["E2"].value is None
