"""Grids read back from what other programs and people write: same scores, and no harm from a stranger's file."""

import io
import json as stdlib_json
import random
import zipfile
from dataclasses import replace
from time import process_time

import openpyxl
import pytest
from replay import cases, golden

from calibrate.engine import Session
from calibrate.errors import GridError
from calibrate.export import (
    FORMATS,
    excel,
    pmml,
    reading,
)
from calibrate.export import json as canonical
from calibrate.export.base import Options
from calibrate.scoring.rows import score_file

GRIDS = [cases.grid(random.Random(seed), size=5) for seed in range(15)]


@pytest.mark.parametrize("name", ["json", "csv", "pmml"])
def test_written_and_read_gives_the_same_scores(name, capsys):
    compared = 0
    for seed, grid in enumerate(GRIDS):
        back = reading.read(FORMATS[name].write(grid, Options()), "grid.file")
        kinds = {c.column: c.kind for c in grid.criteria}
        own = {column: "text" if kind == "text" else "any" for column, kind in kinds.items()}
        for lead in cases.leads(random.Random(seed), grid, own, 60):
            if name == "pmml" and {"NaN", "true", "false"} & set(lead.values()):
                continue  # PMML engines cannot tell these texts from a number that is none, from yes and from no
            assert back.score(lead) == grid.score(lead), (seed, lead)
            compared += 1
    cases.compared(capsys, f"{name} read back", compared)


TABLE = """Critère;Niveau;Points
Taille;0-4;0
Taille;5-9;3
Taille;10+;9
Taille;non renseigné;-2
Démo;oui;20
Démo;non;0
Secteur;Santé;4
Secteur;autre;1
"""


def test_a_table_in_french_with_semicolons():
    grid = reading.read(TABLE.encode("cp1252"), "grille.csv")
    sizes = [grid.score({"Taille": n}) - 1 - (-1) for n in (4, 4.5, 5, 9.9, 10, "")]
    assert sizes == [0, 0, 3, 3, 9, -2]
    assert [grid.score({"Taille": 0, "Démo": v}) for v in ("Oui", "oui", "1", True, "Non", "")] == [
        20,
        20,
        20,
        20,
        0,
        0,
    ]
    assert [grid.score({"Taille": 0, "Secteur": v}) for v in ("Santé", "BTP", "")] == [4, 1, 0]


def test_a_table_in_a_workbook_and_our_own_workbook():
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    sheet = book.create_sheet("grid")
    for line in TABLE.strip().split("\n"):
        sheet.append([int(cell) if cell.lstrip("-").isdigit() else cell for cell in line.split(";")])
    saved = io.BytesIO()
    book.save(saved)
    assert reading.read(saved.getvalue(), "g.xlsx").points == reading.read(TABLE, "g.csv").points
    grid = reading.read(excel.write(golden.small(), Options()), "own.xlsx")
    assert grid.score({"TotalVisits": 12, "Newsletter": True}) == 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "nothing in it"),
        (b"a,b\n1,2\n", "no column named criterion or level or points; its first line has 'a', 'b'"),
        (b"criterion,level,points\n", "headings only"),
        (b"criterion,level,points\nx,a,many\n", "line 2: 'many' is no number of points"),
        (b"criterion,level,points\nx,a,1.5\n", "line 2: 1.5 points; a grid has whole points"),
        (b"criterion,level,points\nx,a,1_000\n", "line 2: '1_000' is no number of points"),
        (b"criterion,level,points\nx,,1\n", "line 2 has no level"),
        (b"criterion,level,points\nx,1-5,1\nx,3-9,2\n", "overlap"),
        (b"criterion,level,points\nx,a,1\nx,a,2\n", "two levels named 'a'"),
        (b"PK\x03\x04broken", "this is no workbook"),
        (b"<PMML", "this is not XML"),
        (b"<a><b/></a>", "no Scorecard model"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "remove the DOCTYPE"),
        (b"<a>" * 200, "nested too deeply"),
        (b'{"groupConfigs": 3}', "no 'groupConfigs'"),
        (b'{"groupConfigs": []}', "no rule found"),
        (b'{"scoring_rules": [{}]}', "'name' must be a text"),
        (b'{"result": []}', "no token"),
        (b"[" * 100_000, "Invalid JSON"),
        (b'{"points": [{"name": "x", "delta": 1e99}]}', "a grid has whole points up to"),
        (b'{"groupConfigs": [{"groupCategory": "FIT", "ruleConfigurations": [7]}]}', "'enabled' must be true or false"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_way_out(content, message):
    with pytest.raises(GridError, match=message) as caught:
        reading.read(content, "strange.file")
    assert str(caught.value).startswith("strange.file") and len(str(caught.value)) < 1200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outputConfiguration": [1]}, "'outputConfiguration' must be an object"),
        ({"outputConfiguration": {"outputs": {"a": 1}}}, "'outputs' must be a list"),
        ({"outputConfiguration": {"outputs": [{"outputType": "THRESHOLD", "boundaries": 3}]}}, "'boundaries' must be"),
        ({"outputConfiguration": {"outputs": [{"outputType": "THRESHOLD", "boundaries": [3]}]}}, "no number of points"),
    ],
)
def test_bands_of_another_shape_are_refused_and_not_a_fault_of_ours(changes, message):
    match = {"type": "MATCH", "property": "size", "defaultValue": 0, "matchRules": []}
    rule = {"enabled": True, "configuration": {"calculation": match}}
    body = {"groupConfigs": [{"groupCategory": "FIT", "ruleConfigurations": [rule]}], **changes}
    with pytest.raises(GridError, match=message):
        reading.read(stdlib_json.dumps(body), "strange.json")


def test_a_sheet_that_breaks_off_is_named():
    book = openpyxl.Workbook()
    book.active.append(["criterion", "level", "points"])
    book.save(whole := io.BytesIO())
    cut = io.BytesIO()
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(cut, "w") as target:
        for name in parts.namelist():
            content = parts.read(name)
            target.writestr(name, content[:-30] if name.startswith("xl/worksheets/") else content)
    with pytest.raises(GridError, match="its sheet 'Sheet' is damaged"):
        reading.read(cut.getvalue(), "g.xlsx")


def rules(operations):
    made = [{"operation": {**each, "includeObjectsWithNoValueSet": False}, "value": at % 7} for at, each in operations]
    match = {"type": "MATCH", "property": "p", "defaultValue": 0, "matchRules": made}
    rule = {"enabled": True, "configuration": {"calculation": match}}
    return stdlib_json.dumps({"groupConfigs": [{"groupCategory": "FIT", "ruleConfigurations": [rule]}]})


def below(count):
    return rules((at, {"operationType": "NUMBER", "operator": "IS_LESS_THAN", "value": at}) for at in range(count))


def among(count):
    return rules((at, {"operationType": "STRING", "operator": "IS", "value": f"v{at}"}) for at in range(count))


def nested(depth):
    inner = '{"field": {"api_name": "V"}, "comparator": "equal", "value": "1"}'
    group = '{"group_operator": "and", "group": [' * depth + inner + "]}" * depth
    return '{"scoring_rules": [{"name": "r", "field_rules": [{"score": 1, "criteria": ' + group + "}]}]}"


LINES = "criterion,level,points\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LINES + "".join(f"x,{at}-{at},0\n" for at in range(50_000)), "at most 1,000 criteria of 255 levels"),
        (LINES + "".join(f"x{at},a,0\n" for at in range(50_000)), "at most 1,000 criteria of 255 levels"),
        (LINES + "x,missing,0\n" * 50_000, "at most 1,000 criteria of 255 levels"),
        (LINES + "x,a," + "9" * 5000, "no number of points|a grid has whole points"),
        (LINES + 'x,"' + "a" * 500_000 + '",1', "field larger than field limit|a cell of 500,000 letters"),
        (below(20_000), "20,000 tests of 20,000 values; too many to be read"),
        (among(9_000), "9,000 tests of 9,000 values; too many to be read"),
        (nested(450), "nested too deeply"),
        ('{"points": [{"name": "x", "delta": ' + "9" * 4000 + "}]}", "no number of points"),
        ('{"points": ' + "[" * 900 + "]" * 900 + "}", "must be a text"),
        ('{"a": ' * 100_000, "recursion limit exceeded"),
        ("<a>" + "<b/>" * 500_001 + "</a>", "too many elements"),
    ],
    ids=lambda text: text[:30].strip(),
)  # fmt: skip
def test_a_file_that_would_keep_the_reader_busy_is_refused_at_once(content, message):
    began = process_time()
    with pytest.raises(GridError, match=message):
        reading.read(content, "busy.file")
    assert process_time() - began < 10


def test_two_hundred_rules_on_one_property_are_read():
    assert reading.read(among(200), "rules.json").score({"p": "v13"}) == 13 % 7


def test_a_workbook_cannot_laugh():
    entities = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    laughs = f'<!DOCTYPE l [<!ENTITY a0 "ha">{entities}]>'
    plain, packed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            body = parts.read(name).decode()
            if name.endswith("sheet1.xml"):
                row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
                body = laughs + body.replace("<sheetData>", f"<sheetData>{row}")
                assert "&a9;" in body
            out.writestr(name, body)
    began = process_time()
    with pytest.raises(GridError, match=r"no workbook|no column named"):
        reading.read(packed.getvalue(), "laughs.xlsx")
    assert process_time() - began < 10


def test_a_file_without_an_end_is_not_read_to_its_end():
    with pytest.raises(GridError, match="at most 8,388,608"):
        reading.load("/dev/zero")


def test_load_says_what_is_wrong_with_the_path(tmp_path):
    with pytest.raises(GridError, match="cannot be read"):
        reading.load(tmp_path / "absent.json")
    (tmp_path / "g.json").write_text(canonical.write(golden.small()), encoding="utf-8")
    assert reading.load(tmp_path / "g.json") == golden.small()
    assert pmml.write(golden.small(), Options()).startswith(b"<?xml")


def test_levels_that_are_answers_of_a_list_and_not_numbers(tmp_path):
    """A table says 10-49 for people counted and for the answer of a list: the leads tell which it is."""
    (tmp_path / "grid.csv").write_text("criterion,level,points\nsize,1-9,1\nsize,10-49,5\nsize,250+,20\nnumber,5+,3\n")
    grid = reading.load(tmp_path / "grid.csv")
    (tmp_path / "texts.csv").write_text("size,number\n10-49,7\n250+,2\n50-249,9\n,5\n")
    (tmp_path / "numbers.csv").write_text("size,number\n12,7\n300,2\n9,9\n,5\n")
    for name, scores in (("texts", [8, 20, 3, 3]), ("numbers", [8, 20, 4, 3])):
        score_file(grid, str(tmp_path / f"{name}.csv"), str(tmp_path / "scored.csv"))
        rows = (tmp_path / "scored.csv").read_text().splitlines()[1:]
        assert [int(row.split(",")[2]) for row in rows] == scores
    with Session() as session:
        fitted = reading.as_answered(grid, session.open(tmp_path / "texts.csv"))
        assert [criterion.kind for criterion in fitted.criteria] == ["text", "number"]
        ours = replace(grid, method="lift")
        assert reading.as_answered(ours, session.open(tmp_path / "texts.csv")) == ours
