"""Columns derived from texts travel: every scorer gives raw cells the score that the grid gives them."""

import json
import shutil
import sqlite3
import subprocess

import duckdb
import pandas as pd
import pytest
import sqlglot
from replay import derived
from replay.sheets import Workbook

from calibrate.errors import GridError
from calibrate.export import FORMATS, coverage, excel, javascript, python, reading, sql
from calibrate.export import json as grid_json
from calibrate.export.base import Options
from calibrate.export.dialects import DIALECTS
from calibrate.scoring.rows import score_file

GRID = derived.grid()
LEADS = derived.leads()
EXPECTED = [GRID.score(lead) for lead in LEADS]


def test_the_cases_meet_every_level():
    for criterion in GRID.criteria:
        places = {criterion.index_of(criterion.value_in(lead)) for lead in LEADS}
        unmet = {criterion.levels[i].name for i in range(len(criterion.levels))} - {
            criterion.levels[i].name for i in places
        }
        assert unmet <= {"other"}, (criterion.name, unmet)
    assert len(set(EXPECTED)) > 30


def test_the_grid_file_keeps_the_rules():
    again = grid_json.read(grid_json.write(GRID), "g.json")
    assert [c.derived for c in again.criteria] == [c.derived for c in GRID.criteria]
    assert [again.score(lead) for lead in LEADS] == EXPECTED


@pytest.mark.parametrize("name", ["csv", "excel", "pmml"])
def test_a_grid_that_is_read_back_keeps_its_rules(name):
    written = FORMATS[name].write(GRID, Options())
    again = reading.read(written, f"g.{name}")
    assert [c.derived for c in again.criteria] == [c.derived for c in GRID.criteria]
    assert [again.score(lead) for lead in LEADS] == EXPECTED


def test_a_rule_that_was_damaged_is_refused():
    lines = FORMATS["csv"].write(GRID, Options()).replace('""source""', '""sauce""')
    with pytest.raises(GridError, match=r"line 2: .* is no rule of a derived column"):
        reading.read(lines, "g.csv")


def test_calibrate_score_and_frames(tmp_path):
    frame = pd.DataFrame(LEADS)
    assert list(GRID.score_frame(frame)["score"]) == EXPECTED
    frame.to_parquet(tmp_path / "leads.parquet")
    score_file(GRID, str(tmp_path / "leads.parquet"), str(tmp_path / "out.parquet"))
    assert list(pd.read_parquet(tmp_path / "out.parquet")["score"]) == EXPECTED


def test_the_python_file():
    scorer: dict = {}
    exec(python.write(GRID, Options()), scorer)
    assert [scorer["score"](lead) for lead in LEADS] == EXPECTED
    direct = LEADS[0] | {"Title (rank)": "boss"}
    assert scorer["score"](direct) == GRID.score(direct)
    assert coverage(GRID, "python", Options()).lossless


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_javascript_module(tmp_path):
    (tmp_path / "g.mjs").write_text(javascript.write(GRID, Options()), encoding="utf-8")
    body = f"import {{ score }} from './g.mjs';\nconsole.log(JSON.stringify({json.dumps(LEADS)}.map((x) => score(x))));"
    (tmp_path / "run.mjs").write_text(body, encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == EXPECTED


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_sql(dialect, request):
    columns = list(LEADS[0])
    names = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" TEXT' for name in columns)

    def scores(run, mark):
        run("DROP TABLE IF EXISTS leads")
        run(f"CREATE TABLE leads (lead_id INTEGER, {names})")
        for at, lead in enumerate(LEADS):
            run(f"INSERT INTO leads VALUES ({', '.join([mark] * 4)})", [at, *(lead[name] for name in columns)])
        return [row[1] for row in sorted(run(sql.write(GRID, Options(), dialect)))]

    if dialect == "postgres":
        assert scores(request.getfixturevalue("postgres"), "%s") == EXPECTED
    else:
        connection = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
        assert scores(lambda q, v=(): connection.execute(q, v).fetchall(), "?") == EXPECTED


def test_the_workbook_by_its_formulas():
    """Pasted cells give the score of `calibrate score`, and the answer of every derived column, lead by lead."""
    book = Workbook(excel.write(GRID, Options()), LEADS)
    assert book.column("score", len(LEADS)) == EXPECTED
    for criterion in GRID.criteria:
        answers = [criterion.value_in(lead) or "" for lead in LEADS]
        assert book.column(criterion.column, len(LEADS)) == answers
    assert coverage(GRID, "excel", Options()).lossless
    formulas = [book.cells[place] for place in book.formulas]
    assert max(map(len, formulas)) < 8192  # what a cell of a spreadsheet may hold
    assert max(formula.count("SUBSTITUTE(") for formula in formulas) <= 60  # functions one inside the other
    assert not [formula for formula in formulas if "ceo" in formula.lower() or "pricing" in formula.lower()]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_of_every_dialect_parses(dialect):
    sqlglot.parse_one(sql.write(GRID, Options(), dialect), read=dialect)


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_does_not_derive_is_said(name):
    account = coverage(GRID, name, Options())
    lines = [item for item in account.items if item.what.startswith("Rank: ")]
    assert lines
    for item in lines:
        assert item.status == "carried" or item.reason, item
