"""The scoring workbook, recalculated by LibreOffice where it is installed."""

import io
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from replay import cases, gates, golden

from calibrate.errors import ExportError
from calibrate.export import excel
from calibrate.export.base import Options
from calibrate.export.remarks import remark
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.grid.mailbox_kinds import kind_of


def case(seed):
    rng = random.Random(seed)
    grid = cases.grid(rng, size=5)
    types = {c.column: "text" if c.kind == "text" else "any" for c in grid.criteria}
    leads = cases.leads(rng, grid, types, 110)
    kinds = {c.column: c.kind for c in grid.criteria}
    return grid, [lead for lead in leads if all(sayable(kinds[column], value) for column, value in lead.items())]


def sayable(kind, value):
    """Not what coverage() says a spreadsheet reads otherwise."""
    if isinstance(value, float):
        return abs(value) < 1e300 and float(f"{value:.12g}") == value and (abs(value) > 1e-200 or not value)
    if kind == "number" and isinstance(value, str):
        return " " not in value.strip() and value not in ("1e999", "'", "null")
    return True


def gated_case():
    grid, leads = case(2)
    return gates.gated(random.Random(2), grid), leads


def mailbox_case():
    kinds = ("professional", "free", "disposable")
    ends = (Level("missing", "missing"), Level("other", "other"))
    asked = Criterion("Mailbox", "E (mailbox)", "text", "fit", (*(Level(k, values=(k,)) for k in kinds), *ends))
    addresses = ("Ana@acme.fr", "ana@gmail.com", "a@b@YOPMAIL.com", "n/a", None, "acme.fr", "a b@c d.fr")
    return Grid("g", "m", (asked,), ((5, -3, -9, 1, 0),)), [{"E": address} for address in addresses]


DAY = date(2025, 3, 1)


def aging_case():
    """Points that expire on every kind of criterion and level, and leads whose signals have all ages."""
    ends = (Level("missing", "missing", ("n/a",)), Level("other", "other"))
    sector = Criterion("S", "S", "text", "fit", (Level("a", values=("a", "7")), Level("b", values=("b",)), *ends))
    visits = Criterion(
        "V",
        "V",
        "number",
        "engagement",
        (Level("<5", high=5), Level("5-9", low=5, high=10), Level("10+", low=10), *ends),
    )
    asked = Criterion("D", "D", "presence", "engagement", (Level("filled"), *ends))
    agreed = Criterion("B", "B", "boolean", "engagement", (Level("yes", values=(True,)), *ends))
    expiry = (
        Expiry("S", "a", percent=30, every_days=10, dated="on"), Expiry("S", "missing", days=20, dated="on"),
        Expiry("V", "5-9", percent=7, every_days=3, dated="seen"), Expiry("V", "10+", days=45, dated="seen"),
        Expiry("V", "other", percent=50, every_days=30, dated="seen"), Expiry("D", "filled", days=31, dated="on"),
        Expiry("B", "yes", percent=25, every_days=7, dated="seen"), Expiry("B", "other", days=3),
    )  # fmt: skip
    points = ((15, -9, 8, 3), (0, 11, 37, -2, 21), (-20, 0, 0), (9, 0, 4))
    grid = Grid("g", "m", (sector, visits, asked, agreed), points, expiry=expiry)
    rng, leads = random.Random(4), []
    days = [DAY - timedelta(days=n) for n in (-5, 0, 2, 3, 9, 10, 19, 20, 30, 31, 44, 45, 60, 200)]
    said = [*days, *(str(day) for day in days), "2025-01-30 10:00", None, "soon", ""]
    for _ in range(110):
        lead = {"S": rng.choice(("a", 7, "b", "c", None, "n/a")), "V": rng.choice((3, 5, 9.5, 10, "12", None, "x"))}
        lead |= {"D": rng.choice(("x", None)), "B": rng.choice((True, "true", None, "?"))}
        leads.append(lead | {"on": rng.choice(said), "seen": rng.choice(said)})
    return grid, leads


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_scores_like_the_grid(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(excel, "ROWS", 120)
    given = []
    for seed, (grid, leads) in enumerate([case(0), case(1), mailbox_case(), gated_case()]):
        book = openpyxl.load_workbook(io.BytesIO(excel.write(grid, Options())))
        columns = [c.column.removesuffix(" (mailbox)") for c in grid.criteria]
        columns = list(dict.fromkeys([*columns, *(rule.dated for rule in grid.expiry if rule.dated)]))
        if "on" in columns:
            assert book["Grid"]["G1"].value == "=TODAY()"
            book["Grid"]["G1"] = DAY
        for row, lead in enumerate(leads, 2):
            book["Leads"].cell(row, 1, row)
            for at, column in enumerate(columns, 2):
                if lead.get(column) is not None:
                    cell = book["Leads"].cell(row, at)
                    cell.value = lead[column]
                    if isinstance(lead[column], str):
                        cell.data_type = "s"
        book.save(tmp_path / f"{seed}.xlsx")
        given.append((grid, leads, len(columns)))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    names = [str(tmp_path / f"{seed}.xlsx") for seed in range(len(given))]
    subprocess.run([*command, "--outdir", str(tmp_path / "out"), *names], check=True, capture_output=True, timeout=120)
    compared = 0
    for seed, (grid, leads, width) in enumerate(given):
        sheet = openpyxl.load_workbook(tmp_path / "out" / f"{seed}.xlsx", data_only=True)["Leads"]
        for row, lead in enumerate(leads, 2):
            lead = {**lead, "E (mailbox)": kind_of(lead.get("E"))}
            points = [sheet.cell(row, width + 4 + at).value for at in range(len(grid.criteria))]
            expected = [replace(grid, criteria=(c,), points=(p,)).score(lead, DAY)
                        for c, p in zip(grid.criteria, grid.points, strict=True)]  # fmt: skip
            assert points == expected, (seed, lead)
            assert sheet.cell(row, width + 2).value == grid.score(lead, DAY)
            assert (sheet.cell(row, width + 3).value or "") == grid.band(lead, DAY)
            compared += 1
    cases.compared(capsys, "LibreOffice", compared)


def test_coverage_says_which_rules_the_workbook_has():
    grid, _ = aging_case()
    said = {item.what: item for item in excel.coverage(grid, Options()).items if item.kind == "expiry"}
    assert [item.reason for item in said.values() if item.status != "carried"] == [remark("undated")]
    other = replace(grid, expiry=(*grid.expiry, Expiry("S", "b", days=5, dated="seen")))
    said = {item.what: item for item in excel.coverage(other, Options()).items}
    assert said["S: b"].status == "impossible" and said["S: a"].status == "carried"


def test_no_text_of_the_grid_becomes_a_formula(monkeypatch):
    monkeypatch.setattr(excel, "ROWS", 2)
    ends = (Level("missing", "missing"), Level("other", "other"))
    texts = cases.HOSTILE
    criteria = tuple(Criterion(text, text, "text", "fit", (Level("l", values=(text,)), *ends)) for text in texts)
    bands = tuple(Band(text, at, "") for at, text in enumerate(texts))
    content = excel.write(Grid("=g", "m", criteria, ((1, 0, 0),) * len(criteria), bands=bands), Options(lead_id="=1+1"))
    names = {"Leads", "Grid", "Values"}
    formulas = set()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "hyperlink" in name.lower()]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert set(book.sheetnames) == names
    shown = set()
    for row in book["Leads"].iter_rows(max_row=3):
        for cell in row:
            (formulas if cell.data_type == "f" else shown).add(cell.value)
    assert all(formula.startswith(("=IF(COUNTA(A", "=Grid!D")) for formula in formulas)
    assert shown >= {text for text in texts if "\r" not in text}
    allowed = re.compile(r'[A-Z0-9a-z$:!,.()=<>+*&_ -]|"(true|false||\.|\||%)"')
    assert not {allowed.sub("", formula) for formula in formulas} - {""}


def test_the_same_grid_gives_the_same_bytes(monkeypatch):
    monkeypatch.setattr(excel, "ROWS", 20)
    assert excel.write(golden.small(), Options()) == excel.write(golden.small(), Options())


def test_a_text_longer_than_a_cell_is_refused():
    ends = (Level("missing", "missing"), Level("other", "other"))
    criterion = Criterion("c", "c", "text", "fit", (Level("l", values=("x" * 40_000,)), *ends))
    with pytest.raises(ExportError, match="has 40,000 letters; a cell holds 32,767"):
        excel.write(Grid("g", "m", (criterion,), ((1, 0, 0),)), Options())
