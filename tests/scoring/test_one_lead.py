"""One lead explained: typed or taken from a file, its lines add up to what `calibrate score` gives it."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest
from replay import cases

from calibrate.errors import InputError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.scoring.one_lead import explain_lead, explain_row, typed_lead
from calibrate.scoring.rows import score_file
from calibrate.spreadsheet_cells import safe

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("Sector", "Secteur d’activité", "text", "fit", (Level("SaaS", values=("SaaS", "a, b")), *ENDS))
VISITS = Criterion("Visits", "Visits", "number", "engagement", (Level("5+", low=5), *ENDS))
GRID = Grid("g", "m", (SECTOR, VISITS), ((4, -2, 0), (9, 0, 0)), bands=(Band("call", 13, ""), Band("wait", -2, "")))


def test_a_lead_by_hand() -> None:
    found = explain_lead(GRID, typed_lead(GRID, "secteur d'activité=SaaS, VISITS=12"))
    assert (found.score, found.band, found.absent) == (13, "call", ())
    assert found.lines == ((1, 0, 9), (0, 0, 4)) and found.sides == (4, 9)
    bare = explain_lead(GRID, typed_lead(GRID, "Visits=4"))
    assert (bare.score, bare.lines, bare.absent) == (-2, ((0, 1, -2),), ("Secteur d’activité",))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Visits=1", {"Visits": "1"}),
        ("Visits=1,Secteur d’activité=a, b", {"Visits": "1", "Secteur d’activité": "a, b"}),
        ("Secteur d'activité=x=y,z", {"Secteur d’activité": "x=y,z"}),
        ("Visits=", {"Visits": ""}),
    ],
)
def test_values_may_hold_commas_and_equal_signs(text: str, values: dict[str, str]) -> None:
    assert typed_lead(GRID, text) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Visit=3", "no column of the grid named 'Visit'. Did you mean 'Visits'"),
        ("nonsense", "named 'nonsense'"),
        ("x=1,Visits=3", "named 'x'"),
        ("Visits=1,visits=2", "'Visits' is given twice"),
    ],
)
def test_what_cannot_be_a_lead_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        typed_lead(GRID, text)


def test_a_mailbox_is_read_from_the_address() -> None:
    kind = Criterion("Mailbox", "E (mailbox)", "text", "fit", (Level("free", values=("free",)), *ENDS))
    grid = Grid("g", "m", (kind,), ((-3, 0, 0),))
    assert explain_lead(grid, typed_lead(grid, "e=ana@gmail.com")).score == -3
    assert explain_lead(grid, {}).absent == ("E",)


def test_age_takes_points_back() -> None:
    demo = Criterion("demo", "demo", "presence", "engagement", (Level("yes"), *ENDS))
    grid = Grid("g", "m", (demo,), ((20, 0, 0),), expiry=(Expiry("demo", "yes", None, 50, 30, "on"),))
    lead = typed_lead(grid, "demo=x,on=2025-01-01")
    assert [explain_lead(grid, lead, day).score for day in (None, date(2025, 2, 1), date(2025, 3, 15))] == [20, 10, 0]


@pytest.mark.parametrize("seed", range(4))
def test_a_row_of_a_file_is_explained_as_it_is_scored(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    grid = cases.grid(rng, columns=[f"field {at}" for at in range(6)])
    leads = cases.leads(rng, grid, {c.column: "text" for c in grid.criteria}, 12)
    columns = [c.column for c in grid.criteria]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["lead_id", *columns])
        lines.writerows([100 + at, *(lead.get(c) or "" for c in columns)] for at, lead in enumerate(leads))
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            found = explain_row(grid, str(tmp_path / "leads.csv"), row["lead_id"])
            assert found.score == int(row["score"]) and safe(found.band or "") == row["band"]
            assert grid.start + sum(points for _, _, points in found.lines) == found.score


def test_ids_that_are_not_there_or_stand_twice(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("lead_id,Secteur d’activité,Visits\n1,SaaS,9\n1,x,9\n2,x,1\n3,,\n4,,\n5,,\n", encoding="utf-8")
    found = explain_row(GRID, str(file), "1", lead_id="lead_id")
    assert (found.score, found.rows) == (13, 2)
    with pytest.raises(InputError, match="has no lead '7' in the column 'lead_id'"):
        explain_row(GRID, str(file), "7", lead_id="lead_id")
    with pytest.raises(InputError, match="no column named 'mail'"):
        explain_row(GRID, str(file), "7", lead_id="mail")
