"""A scored file carries the scores, bands and reasons that the grid itself gives."""

import csv
import random
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from calibrate.errors import GridError, InputError, SettingsError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid
from calibrate.grid.reasons import reasons_of
from calibrate.scoring.rows import score_file

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
GRID = Grid(
    "today",
    "lift",
    (
        Criterion("source", "Lead Source", "text", "fit", (Level("Google", values=("Google", "google")), *SPECIAL)),
        Criterion("visits", "Visits", "number", "engagement", (Level("<3", high=3), Level("3+", low=3), *SPECIAL)),
        Criterion("it's", 'Say "hi"', "text", "fit", (Level("yes", values=("yes'; --",)), *SPECIAL)),
    ),
    ((5, 7, 0), (-2, 4, 0, -1), (1, 0, -3)),
    bands=(Band("warm", 3, "mail"), Band("hot", 9, "call")),
)
ROWS = [
    ("Google", "4", "yes'; --"), ("google", "2", ""), ("", "", "no"), ("Bing", "-1", " "), (" ", "3", "<b>"),
]  # fmt: skip


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Lead Source", "Visits", 'Say "hi"'), *ROWS])
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_row_as_the_grid_scores_it(leads: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "deep" / f"scored.{suffix}"
    assert score_file(GRID, str(leads), str(out)) == len(ROWS)
    found = duckdb.sql(f"SELECT score, band, reasons FROM '{out}'").fetchall()
    for row, (points, band, why) in zip(ROWS, found, strict=True):
        lead = dict(zip(("Lead Source", "Visits", 'Say "hi"'), row, strict=True))
        assert points == GRID.score(lead)
        assert (band or "") == GRID.band(lead)
        assert (why or "") == "; ".join(str(reason) for reason in reasons_of(GRID, lead)[:3])
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_nothing_is_overwritten_or_half_written(leads: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    score_file(GRID, str(leads), str(out))
    with pytest.raises(InputError, match="already has a column 'score'"):
        score_file(GRID, str(out), str(tmp_path / "again.csv"))
    with pytest.raises(InputError, match=r"must end in \.csv or \.parquet"):
        score_file(GRID, str(leads), str(tmp_path / "scored.xls"))
    (tmp_path / "other.csv").write_text("Lead source,Visits\nGoogle,3\n", encoding="utf-8")
    with pytest.raises(GridError, match="Did you mean 'Lead source'"):
        score_file(GRID, str(tmp_path / "other.csv"), str(tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("answers", [2, 9, 25, 60])
def test_as_many_lines_as_a_grid_may_have(answers: int, tmp_path: Path) -> None:
    """Up to 62 bits a sum, up to 126, and several sums: 20, 90, 250 and 600 lines."""
    chance = random.Random(answers)
    criteria = tuple(
        Criterion(
            f"c{i}", f"c{i}", "text", ("fit", "engagement")[i % 2],
            (*(Level(f"a{k}", values=(f"a{k}",)) for k in range(answers)), *SPECIAL),
        )
        for i in range(10)
    )  # fmt: skip
    points = tuple((*(chance.choice([-9, -1, 1, 2, 30]) for _ in range(answers)), 0, 0) for _ in criteria)
    bands = (Band("call", 40, "", fit_minimum=20, engagement_minimum=3), Band("mail", 5, "", fit_minimum=1))
    grid = Grid("large", "lift", criteria, points, bands=bands)
    rows = [[chance.choice(["", "?", *(f"a{k}" for k in range(answers))]) for _ in criteria] for _ in range(500)]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[c.column for c in criteria], *rows])
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.parquet"))
    found = duckdb.sql(f"SELECT score, band, reasons FROM '{tmp_path / 'scored.parquet'}'").fetchall()
    bands_met = set()
    for row, (score, band, why) in zip(rows, found, strict=True):
        lead = {c.column: value for c, value in zip(criteria, row, strict=True)}
        assert (score, band) == (grid.score(lead), grid.band(lead))
        assert why == "; ".join(str(reason) for reason in reasons_of(grid, lead)[:3])
        bands_met.add(band)
    assert bands_met == {"call", "mail", ""}


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    source, out = tmp_path / "leads.parquet", tmp_path / "scored.parquet"
    said = '"Say ""hi""'  # a name with quotes
    duckdb.sql(
        'COPY (SELECT i AS id, CASE WHEN i % 3 = 0 THEN \'Google\' END AS "Lead Source", i % 7 AS "Visits", '
        f"'' AS {said}\" FROM range(400000) AS t(i)) TO '{source}' (FORMAT parquet, ROW_GROUP_SIZE 20000)"
    )
    assert score_file(GRID, str(source), str(out)) == 400_000
    wrong = duckdb.sql(
        f"SELECT COUNT(*) FROM read_parquet('{out}', file_row_number = true) WHERE id <> file_row_number "
        "OR score <> CASE WHEN id % 3 = 0 THEN 5 ELSE 7 END + CASE WHEN id % 7 < 3 THEN -2 ELSE 4 END"
    ).fetchall()
    assert wrong == [(0,)]


def test_names_of_columns_that_statements_might_use(tmp_path: Path) -> None:
    """Whatever the columns of a source are called, rows keep their own cells and their own scores."""
    names = ["__sum0", "__SET0", "__set0_", "__score", "fit_points", "engagement_points", "marked", "rowid", "*", "a b"]
    criteria = tuple(
        Criterion(name, name, "text", ("fit", "engagement")[i % 2], (Level("x", values=("x",)), *SPECIAL))
        for i, name in enumerate(names)
    )
    points = tuple((3 + i, -i, -20) for i in range(len(names)))
    grid = Grid("g", "lift", criteria, points, bands=(Band("call", 20, "", 15, 5), Band("wait", -300, "")))
    chance = random.Random(4)
    rows = [[chance.choice(["x", "y", ""]) for _ in names] for _ in range(200)]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", *names], *([i, *row] for i, row in enumerate(rows))])
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.parquet"))
    found = duckdb.sql(f"SELECT * FROM '{tmp_path / 'scored.parquet'}'").fetchall()
    for i, (row, (at, *cells, score, band, _, _, _, why)) in enumerate(zip(rows, found, strict=True)):
        lead = dict(zip(names, row, strict=True))
        assert (at, [cell or "" for cell in cells]) == (i, row)
        assert (score, band) == (grid.score(lead), grid.band(lead))
        assert why == "; ".join(str(reason) for reason in reasons_of(grid, lead)[:3])
    assert {each[-5] for each in found} == {"call", "wait"}


def test_points_beyond_what_can_be_added_up_are_refused(leads: Path, tmp_path: Path) -> None:
    huge = replace(GRID, points=((2**61, 7, 0), *GRID.points[1:]))
    with pytest.raises(GridError, match="too large to be added up"):
        score_file(huge, str(leads), str(tmp_path / "scored.csv"))
    assert not (tmp_path / "scored.csv").exists()


def test_reasons_in_french(leads: Path, tmp_path: Path) -> None:
    score_file(GRID, str(leads), str(tmp_path / "fr.parquet"), language="fr")
    found = duckdb.sql(f"SELECT reasons FROM '{tmp_path / 'fr.parquet'}'").fetchall()
    assert "source: non renseigné (+7)" in found[2][0] and "it's: autre réponse (-3)" in found[2][0]
    with pytest.raises(SettingsError, match="no report language named 'de'"):
        score_file(GRID, str(leads), str(tmp_path / "de.csv"), language="de")
