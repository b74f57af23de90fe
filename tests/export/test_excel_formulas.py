"""Close rate and counted bands in the workbook: what its formulas look up, by hand."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest
from replay import golden

from calibrate.export import excel
from calibrate.export.base import Options, close_rates, rate_at
from calibrate.grid.grid import Curve

GRID = replace(golden.small(), curve=Curve((-6, 3, 17), (0.01, 0.04, 0.3), (0.005, 0.02, 0.2), (0.02, 0.08, 0.41)))


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "ROWS", 2)


def looked_up(formula: str, score: int, values: object) -> float:
    """What INDEX over MATCH gives for a score: the last step at or below it, the first one below all."""
    place = re.search(
        r"INDEX\(Values!\$([QRS])\$1:\$\1\$(\d+),IFERROR\(MATCH\([A-Z]+2,Values!\$P\$1:\$P\$\2,1\),1\)\)", formula
    )
    assert place is not None, formula
    steps = [values[f"P{row}"].value for row in range(1, int(place[2]) + 1)]  # type: ignore[index]
    assert steps == sorted(steps)
    row = max((i for i, step in enumerate(steps, 1) if step <= score), default=1)
    return float(values[f"{place[1]}{row}"].value)  # type: ignore[index]


def test_the_close_rate_stands_beside_score_and_band() -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel.write(GRID, Options())))
    leads = book["Leads"]
    titles = [cell.value for cell in leads[1]]
    at = titles.index("close rate")
    assert titles[at - 2 : at + 3] == ["score", "band", "close rate", "close rate, low", "close rate, high"]
    for score in (-99, -6, 2, 3, 16, 17, 400):
        found = [looked_up(leads.cell(2, at + 1 + part).value, score, book["Values"]) for part in range(3)]
        assert found == pytest.approx(rate_at(close_rates(GRID), score))


def test_without_a_curve_there_is_no_such_column() -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel.write(replace(GRID, curve=None), Options(language="fr"))))
    assert not [cell.value for cell in book["Leads"][1] if cell.value and str(cell.value).startswith("taux")]


def test_bands_are_listed_with_what_was_counted_in_them() -> None:
    assert "Bands" not in openpyxl.load_workbook(io.BytesIO(excel.write(GRID, Options()))).sheetnames
    bands = (replace(GRID.bands[0], leads=239, customers=63), *GRID.bands[1:])
    book = openpyxl.load_workbook(io.BytesIO(excel.write(replace(GRID, bands=bands), Options())))
    rows = [[cell.value for cell in row] for row in book["Bands"].iter_rows(min_row=2)]
    assert rows[0] == ["Call now", 30, "call within a day", 239, 63, 0.263598, 0.211798, 0.322877]
    assert rows[1][:2] == ["Nurture", 15] and rows[1][3:] == [None] * 5


def test_lines_without_points_are_filtered_out_and_stay_editable() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(excel.write(GRID, Options())))["Grid"]
    hidden = {row: sheet.row_dimensions[row].hidden for row in range(2, sheet.max_row + 1)}
    assert all(bool(hidden[row]) == (sheet.cell(row, 4).value == 0) for row in hidden)
    assert sheet.auto_filter.ref is not None and "0 points" in sheet["D1"].comment.text
