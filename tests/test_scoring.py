"""A scored file carries the scores, bands and reasons that the grid itself gives."""

import csv
from pathlib import Path

import duckdb
import pytest

from calibrate.criteria import Criterion, Level
from calibrate.errors import GridError, InputError
from calibrate.explain import reasons
from calibrate.grid import Band, Grid
from calibrate.scoring import score_file

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
        assert (why or "") == "; ".join(str(reason) for reason in reasons(GRID, lead)[:3])
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
