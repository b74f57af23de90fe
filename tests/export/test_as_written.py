"""A scorer given the cells of a French file as they stand in it says what `calibrate score` says of the file."""

import csv
import json
import random
import shutil
import subprocess
from dataclasses import replace

import duckdb
import pytest
from replay import cases

from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
from calibrate.export import javascript, python, reading, sql
from calibrate.export import json as canonical
from calibrate.export.base import Options
from calibrate.scoring.rows import score_file


def said(number, thousands="\u202f"):
    """1234.5 as '1 234,5'."""
    return f"{number:,}".replace(",", thousands).replace(".", ",")


@pytest.fixture(scope="module")
def french(tmp_path_factory):
    """A file of a French export, the grid calibrated on it, and what `calibrate score` writes for it."""
    folder, rng = tmp_path_factory.mktemp("french"), random.Random(5)
    head = [
        "Réf",
        "Taux d'ouverture",
        "CA (k€)",
        "Effectif",
        "Panier",
        "Newsletter",
        "Remise",
        "Secteur",
        "Vu le",
        "Issue",
    ]
    rows = []
    for at in range(3000):
        rate, sales = rng.choice((0.5, 1.25, 3.5, 7.0, 12.75)), rng.choice((0.5, 950.0, 1234.5, 20_500.25, 1_000_000.0))
        staff, basket = rng.choice((3, 40, 1200, 15_000)), rng.choice(("12,5", "8", "0,75", "", "N/C", "inconnu"))
        mail = rng.choice(("oui", "non", "Oui", "", "NC"))
        won = rng.random() < 0.02 + 0.1 * (rate > 3) + 0.1 * (sales > 1000) + 0.1 * (mail in ("oui", "Oui"))
        cells = [f"R{at}", said(rate), said(sales), said(staff, rng.choice(("\xa0", " "))), basket, mail]
        cells += [
            rng.choice(("5 %", "10 %", "12,5 %")),
            rng.choice(("Santé", "BTP", "l'été", "")),
            rng.choice(("31/12/2025", "")),
        ]
        rows.append([*cells, "gagné" if won else "perdu"])
    with open(folder / "leads.csv", "w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])
    table = open_table(folder / "leads.csv")
    tally = count(observe(table, propose(table, leave_out=("Issue", "Réf")).criteria, Terms("Issue", ("gagné",))))
    grid = calibrate(tally, Plan("g", "evidence"))
    (folder / "g.json").write_text(canonical.write(grid), encoding="utf-8")
    score_file(reading.load(folder / "g.json"), str(folder / "leads.csv"), str(folder / "scored.csv"))
    with open(folder / "scored.csv", newline="", encoding="utf-8") as file:
        scores = [int(row["score"]) for row in csv.DictReader(file)]
    with open(folder / "leads.csv", newline="", encoding="utf-8-sig") as file:
        leads = list(csv.DictReader(file, delimiter=";"))
    return grid, leads, scores


def test_the_grid_knows_how_the_source_writes_numbers(french):
    grid, leads, scores = french
    signs = {c.column: (c.decimal, c.thousands) for c in grid.criteria if c.kind == "number"}
    assert signs["Taux d'ouverture"] == (",", "") and signs["CA (k€)"] == (",", " ")
    assert signs["Effectif"] == (".", " ") and signs["Panier"] == (",", "")
    assert {"Newsletter", "Remise", "Secteur", "Vu le"} & {c.column for c in grid.criteria}
    assert len(set(scores)) > 20
    bare = replace(grid, criteria=tuple(replace(c, decimal=".", thousands="") for c in grid.criteria))
    assert sum(bare.score(lead) == score for lead, score in zip(leads, scores, strict=True)) < len(leads) / 2


def test_the_grid_and_the_python_file_score_raw_cells_as_calibrate_score_does(french, capsys):
    grid, leads, scores = french
    scorer: dict = {}
    exec(python.write(grid, Options()), scorer)
    assert [grid.score(lead) for lead in leads] == scores
    assert [scorer["score"](lead) for lead in leads] == scores
    cases.compared(capsys, "python, raw French cells", len(leads))


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_javascript_module_scores_raw_cells_as_calibrate_score_does(french, tmp_path, capsys):
    grid, leads, scores = french
    (tmp_path / "g.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
    body = f"import {{ score }} from './g.mjs';\nconst leads = {json.dumps(leads)};\n"
    (tmp_path / "run.mjs").write_text(body + "console.log(JSON.stringify(leads.map((x) => score(x))));")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == scores
    cases.compared(capsys, "javascript, raw French cells", len(leads))


def test_sql_scores_a_table_of_raw_cells_as_calibrate_score_does(french, capsys):
    grid, leads, scores = french
    connection, names = duckdb.connect(), list(leads[0])
    quoted = ", ".join(f'"{name}" VARCHAR' for name in names)
    connection.execute(f"CREATE TABLE leads ({quoted})")
    cells = [list(lead.values()) for lead in leads[:500]]
    connection.executemany(f"INSERT INTO leads VALUES ({', '.join('?' * len(names))})", cells)
    rows = connection.execute(sql.write(grid, Options(lead_id="Réf"), "duckdb")).fetchall()
    assert {row[0]: row[1] for row in rows} == {x["Réf"]: s for x, s in zip(leads[:500], scores[:500], strict=True)}
    cases.compared(capsys, "duckdb, raw French cells", len(rows))
