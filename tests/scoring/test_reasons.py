"""All reasons of a row: every line that fired, adding up to the score, on any grid."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from replay import cases

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Expiry, Grid
from calibrate.grid.reasons import reasons
from calibrate.scoring.rows import score_file

ENDS = (Level("missing", "missing"), Level("other", "other"))


def total(text: str) -> int:
    return sum(int(points) for points in re.findall(r"\(([+-]\d+)\)(?=; |$)", text))


@pytest.mark.parametrize("seed", range(6))
def test_they_are_the_lines_of_the_grid_and_add_up(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    grid, types = cases.typed(rng)
    leads = cases.leads(rng, grid, types, 80)
    frame = pd.DataFrame([{c.column: lead.get(c.column) for c in grid.criteria} for lead in leads])
    frame = frame.astype({c: "string" for c in frame if types[c] == "text"})
    answer = grid.score_frame(frame, every_line=True)
    for lead, score, text in zip(leads, answer["score"], answer["reasons"], strict=True):
        expected = "; ".join(str(reason) for reason in reasons(grid, lead))
        assert text.replace("'", "") == expected.replace("'", "")  # an apostrophe keeps texts from being formulas
        assert score == sum(reason.points for reason in reasons(grid, lead))


def wide(lines: int) -> Grid:
    """So many yes/no questions with points that no single sum has room for all lines."""
    rng = random.Random(3)
    criteria = [Criterion(f"q{at}", f"q{at}", "presence", "fit", (Level("yes"), *ENDS)) for at in range(lines)]
    return Grid("wide", "m", (*criteria,), tuple((rng.choice((-7, 3, 20)), 0, 0) for _ in range(lines)))


def test_more_lines_than_fit_in_one_sum(tmp_path: Path) -> None:
    grid, rng = wide(180), random.Random(4)
    rows = [[rng.choice(("x", "")) for _ in grid.criteria] for _ in range(200)]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[c.column for c in grid.criteria], *rows])
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "out.csv"), every_line=True)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        for row, scored in zip(rows, csv.DictReader(file), strict=True):
            assert total(scored["reasons"]) == int(scored["score"])
            assert scored["reasons"].count(";") + 1 == row.count("x")


def test_points_that_age_has_taken_are_not_among_them() -> None:
    asked = [Criterion(name, name, "presence", "engagement", (Level("yes"), *ENDS)) for name in ("demo", "page")]
    rules = (Expiry("demo", "yes", None, 50, 30, "on"), Expiry("page", "yes", 10, dated="on"))
    grid = Grid("g", "m", (*asked,), ((21, 0, 0), (5, 0, 0)), expiry=rules)
    frame = pd.DataFrame({"demo": ["x", "x"], "page": ["x", "x"], "on": ["2025-03-01", "2025-01-20"]})
    answer = grid.score_frame(frame, at=date(2025, 3, 1), every_line=True)
    assert answer["reasons"].tolist() == ["demo: yes (+21); page: yes (+5)", "demo: yes (+11)"]
    assert answer["score"].tolist() == [26, 11]


def test_a_grid_without_lines_has_no_reasons() -> None:
    grid = replace(wide(2), points=((0, 0, 0), (0, 0, 0)))
    answer = grid.score_frame(pd.DataFrame({"q0": ["x"], "q1": [""]}), every_line=True)
    assert answer["reasons"].tolist() == [""] and answer["score"].tolist() == [0]
