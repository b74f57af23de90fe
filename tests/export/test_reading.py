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
    csv,
    excel,
    hubspot_reading,
    marketo,
    mautic,
    pmml,
    pmml_reading,
    reading,
    zoho,
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


def test_csv_keeps_every_level_and_its_evidence():
    grid = golden.small()
    back = csv.read(csv.write(grid, Options()), "grid.csv")
    assert [c.levels for c in back.criteria] == [c.levels for c in grid.criteria]
    assert (back.points, back.evidence) == (grid.points, grid.evidence)


def test_no_cell_of_a_csv_is_a_formula():
    for grid in GRIDS:
        for row in reading._rows(csv.write(grid, Options()), "x"):
            for cell in row:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    float(cell)  # a number is no formula


def test_marketo_tokens_put_points_into_the_lines_of_a_grid():
    grid = golden.small()
    text = marketo.write(grid, Options())
    back = marketo.read(text, "tokens.json", grid)
    assert back.points == grid.points
    body = stdlib_json.loads(text)
    assert all(len(each["form"]["name"]) <= 50 for each in body["requests"])
    with pytest.raises(GridError, match="belongs to no line of the grid"):
        marketo.read('{"result": [{"tokens": [{"name": "x", "type": "score", "value": "1"}]}]}', "t.json", grid)


def test_marketo_tokens_alone_are_texts():
    listed = [("Sector: Software", "+12"), ("Sector: missing", "-4"), ("Sector: other", "1"), ("Demo", "=20")]
    tokens = [{"name": f"{{{{my.{name}}}}}", "type": "score", "value": value} for name, value in listed]
    grid = reading.read(stdlib_json.dumps({"success": True, "result": [{"folder": {}, "tokens": tokens}]}), "t.json")
    leads = ({"Sector": "Software"}, {}, {"Sector": "x", "Demo": "y"})
    assert [grid.score(lead) for lead in leads] == [12, -4, 21]


def test_mautic_actions_are_things_that_happened_or_not():
    grid = golden.small()
    back = reading.read(mautic.write(grid, Options()), "points.json")
    assert [
        back.score({"Newsletter": True}),
        back.score({"Newsletter": False}),
        back.score({"Demo requested": "x"}),
    ] == [1, 0, 20]
    listed = {
        "total": 1,
        "points": [{"id": 3, "name": "Pricing page", "type": "url.hit", "delta": 18, "description": None}],
    }
    assert reading.read(stdlib_json.dumps(listed), "points.json").score({"Pricing page": "yes"}) == 18


def test_hubspot_score_as_the_api_gives_it():
    size = {"operationType": "NUMBER_RANGED", "operator": "IS_BETWEEN", "lowerBound": 10, "upperBound": 49}
    more = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 49}
    rules = [
        {"value": 4, "operation": {**size, "includeObjectsWithNoValueSet": False}},
        {"value": 9, "operation": {**more, "includeObjectsWithNoValueSet": True}},
    ]
    match = {"type": "MATCH", "property": "numemployees", "defaultValue": 0, "matchRules": rules}
    rule = {"id": "1", "enabled": True, "configuration": {"calculation": match}}
    off = {**rule, "enabled": False}
    body = {
        "id": "7",
        "name": "Fit",
        "groupConfigs": [{"groupName": "Size", "groupCategory": "FIT", "ruleConfigurations": [rule, off]}],
    }
    grid = reading.read(stdlib_json.dumps(body), "score.json")
    assert [grid.score({"numemployees": n}) for n in (9, 10, 49, 49.5, 500, None, "n/a")] == [0, 4, 4, 9, 9, 9, 0]
    match["type"] = "MULTI_UE"
    with pytest.raises(
        GridError, match=r"groupConfigs\[0\].ruleConfigurations\[0\]: .* MATCH and CONDITIONAL rules can be read"
    ):
        hubspot_reading.read(stdlib_json.dumps(body), "score.json")


def test_hubspot_decay_is_read_and_conditions_on_one_property_alone():
    def condition(*names):
        op = {
            "operationType": "NUMBER",
            "operator": "IS_GREATER_THAN",
            "value": 2,
            "includeObjectsWithNoValueSet": False,
        }
        singles = [{"type": "SINGLE", "property": name, "operation": op} for name in names]
        where = {"type": "COMPOSITE", "operator": "AND", "conditions": singles}
        return {
            "enabled": True,
            "configuration": {"calculation": {"type": "CONDITIONAL", "value": 7, "whereCondition": where}},
        }

    decay = {"decayIntervalDays": 30, "percentToDecayPerInterval": 50}
    group = {
        "groupName": "g",
        "groupCategory": "INTENT",
        "groupDecay": decay,
        "ruleConfigurations": [condition("visits")],
    }
    grid = reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")
    assert [grid.score({"visits": n}) for n in (1, 2, 2.5, 9, None)] == [0, 0, 7, 7, 0]
    assert [(e.criterion, e.percent, e.every_days, e.dated) for e in grid.expiry] == [("visits", 50, 30, None)]
    group["ruleConfigurations"] = [condition("visits", "pages")]
    with pytest.raises(GridError, match="a condition on 2 properties"):
        reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")
    group |= {"ruleConfigurations": [condition("visits")], "groupDecay": {**decay, "percentToDecayPerInterval": 0}}
    with pytest.raises(GridError, match="decay of 0 % per 30 days"):
        reading.read(stdlib_json.dumps({"name": "n", "groupConfigs": [group]}), "s.json")


def test_zoho_rules_add_up_and_groups_on_one_field_are_read():
    def rule(score, comparator, value):
        return {
            "score": score,
            "criteria": {"field": {"api_name": "Visits"}, "comparator": comparator, "value": value},
        }

    group = [rule(0, "greater_than", 3)["criteria"], rule(0, "not_equal", "7")["criteria"]]
    rules = [rule(5, "between", ["2", "8"]), {"score": 2, "criteria": {"group_operator": "and", "group": group}}]
    body = {"scoring_rules": [{"name": "r", "field_rules": rules, "signal_rules": []}]}
    rules.append(rule(3, "equal", "seven"))
    with pytest.raises(GridError, match="compared as a number and as the text 'seven'"):
        zoho.read(stdlib_json.dumps(body), "r.json")
    rules.pop()
    group[1]["value"] = "7"
    grid = reading.read(stdlib_json.dumps(body), "r.json")
    assert [grid.score({"Visits": n}) for n in (1, 2, 3, 4, 7, 8, 9, None)] == [0, 5, 5, 7, 5, 7, 2, 0]
    group[1]["field"] = {"api_name": "Country"}
    with pytest.raises(GridError, match="joins several fields"):
        zoho.read(stdlib_json.dumps(body), "r.json")


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


@pytest.mark.parametrize(
    ("comparator", "value", "extra", "message"),
    [
        ("equal", 10**400, {}, "is no number"),
        ("greater_than", 10**400, {}, "is no number"),
        ("greater_than", [], {}, "is no number"),
        ("equal", 1, {"columns": "\\"}, "'columns' must be an object"),
        ("equal", 1, {"axes": ["fit"]}, "'axes' must be an object"),
    ],
)
def test_rules_of_zoho_of_another_shape_are_refused_and_not_a_fault_of_ours(comparator, value, extra, message):
    criteria = {"field": {"api_name": "Visits"}, "comparator": comparator, "value": value}
    rules = [{"name": "r", "field_rules": [{"score": 1, "criteria": criteria}]}]
    with pytest.raises(GridError, match=message):
        zoho.read(stdlib_json.dumps({"scoring_rules": rules, "calibrate": extra}), "strange.json")


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


def test_a_bomb_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"0" * (reading.MOST_UNPACKED + 1))
    with pytest.raises(GridError, match="unpacks to more than"):
        reading.read(packed.getvalue(), "bomb.xlsx")
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><PMML>&b;</PMML>'
    outside = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><PMML>&a;</PMML>'
    for bomb in (laughs, outside):
        with pytest.raises(GridError, match="DOCTYPE"):
            pmml_reading.read(bomb, "bomb.pmml")
    with pytest.raises(GridError, match="at most"):
        reading.read(b"x" * (reading.MOST_BYTES + 1), "big.csv")


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


def test_a_scorecard_of_another_program():
    document = """
      <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><DataDictionary>
      <DataField name="age" optype="continuous" dataType="double"/>
      <DataField name="job" optype="categorical" dataType="string"/>
      </DataDictionary><Scorecard functionName="regression" initialScore="5"><Characteristics>
      <Characteristic name="A" reasonCode="a"><Attribute partialScore="1">
        <SimplePredicate field="age" operator="isMissing"/></Attribute>
        <Attribute partialScore="2"><CompoundPredicate booleanOperator="and">
        <SimplePredicate field="age" operator="greaterThan" value="18"/>
        <SimplePredicate field="age" operator="lessOrEqual" value="30"/></CompoundPredicate></Attribute>
        <Attribute partialScore="7"><True/></Attribute></Characteristic>
      <Characteristic name="J"><Attribute partialScore="10"><SimpleSetPredicate field="job" booleanOperator="isIn">
        <Array n="2" type="string">"sales rep" ceo</Array></SimpleSetPredicate></Attribute>
        <Attribute partialScore="0"><True/></Attribute></Characteristic></Characteristics></Scorecard></PMML>"""
    grid = reading.read(document, "other.pmml")
    leads = [
        {},
        {"age": 18},
        {"age": 18.5},
        {"age": 30},
        {"age": 31, "job": "ceo"},
        {"age": 31, "job": "sales rep"},
        {"job": "sales"},
    ]
    assert [grid.score(lead) for lead in leads] == [6, 12, 7, 7, 22, 22, 6]
    with pytest.raises(GridError, match="it asks several columns"):
        reading.read(
            document.replace('field="age" operator="isMissing"', 'field="job" operator="isMissing"'), "other.pmml"
        )


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
