"""Score and reasons from sums of bits: the lines of the grid, three or all, adding up to the score."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from replay import cases

from calibrate.counts.encoding import code_sql
from calibrate.errors import GridError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.grid.reasons import reasons_of
from calibrate.scoring.reasons import MOST_REASONS, marked
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
        expected = "; ".join(str(reason) for reason in reasons_of(grid, lead))
        assert text.replace("'", "") == expected.replace("'", "")  # an apostrophe keeps texts from being formulas
        assert score == sum(reason.points for reason in reasons_of(grid, lead))


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


def grid(criteria: int, levels: int, most: int, seed: int = 1) -> Grid:
    rng = random.Random(seed)
    own = tuple(
        Criterion(f"c{i}", f"c{i}", "text", rng.choice(("fit", "engagement")),
                  (*(Level(f"v{j}", values=(f"v{j}",)) for j in range(levels)), *ENDS))
        for i in range(criteria)
    )  # fmt: skip
    points = tuple(tuple(rng.choice((0, rng.randint(-most, most))) for _ in range(levels + 2)) for _ in own)
    return Grid("g", "m", own, points, bands=(Band("hot", 5, "", fit_minimum=2), Band("cold", -999, "")))


def answers(own: Grid, codes: np.ndarray, left: dict[int, dict[int, str]] | None = None) -> list[tuple[int, int, str]]:
    """Score, fit and reasons of leads with these level codes: (criteria, leads)."""
    names = [criterion.column for criterion in own.criteria]
    marks = marked(own, [code_sql(criterion, "text") for criterion in own.criteria], left or {}, names)
    texts = [
        [None if level.role == "missing" else level.values[0] if level.values else "unheard of" for level in c.levels]
        for c in own.criteria
    ]
    rows = [[*(texts[i][code] for i, code in enumerate(lead)), at] for at, lead in enumerate(codes.T)]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} TEXT' for name in names)}, place INT)")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * (len(names) + 1))})", rows)
        statement = f"SELECT {marks.names['score']}, {marks.names['fit']}, {marks.reasons} FROM {marks.over('t')}"
        return connection.execute(f"{statement} ORDER BY place").fetchall()


@pytest.mark.parametrize(
    ("criteria", "levels", "most"),
    [(1, 1, 3), (4, 3, 20), (12, 4, 50), (30, 6, 99), (60, 5, 9), (5, 250, 9)],
    ids=["one", "few", "many", "more than a word", "several words", "long"],
)  # fmt: skip
def test_scores_sides_and_the_weightiest_lines_are_those_of_the_points(criteria: int, levels: int, most: int) -> None:
    own = grid(criteria, levels, most)
    codes = np.random.default_rng(2).integers(0, levels + 2, (criteria, 40))
    for row, (score, fit, text) in zip(codes.T, answers(own, codes), strict=True):
        given = [(own.points[i][code], i, code) for i, code in enumerate(row)]
        assert score == sum(points for points, _, _ in given)
        assert fit == sum(points for points, i, _ in given if own.criteria[i].axis == "fit")
        ranked = sorted((line for line in given if line[0]), key=lambda line: (-abs(line[0]), line[1], line[2]))
        names = [f"c{i}: {own.criteria[i].levels[code].name} ({points:+d})" for points, i, code in ranked]
        texts = [name.replace(": missing", ": not given").replace(": other", ": any other answer") for name in names]
        assert text == "; ".join(texts[:MOST_REASONS])


def test_what_age_leaves_is_counted_and_said_and_a_line_of_nothing_is_no_reason() -> None:
    two = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (Level("v", values=("v",)), *ENDS)) for i in range(2))
    own = Grid("g", "m", two, ((10, 0, 0), (4, 0, 0)), bands=(Band("hot", 5, "", fit_minimum=2),))
    codes = np.zeros((2, 1), int)
    assert answers(own, codes, {0: {0: "3"}}) == [(7, 7, "c0: v (+3); c1: v (+4)")]
    assert answers(own, codes, {0: {0: "0"}}) == [(4, 4, "c1: v (+4)")]
    assert answers(own, codes, {1: {0: "-2"}}) == [(8, 8, "c0: v (+10); c1: v (-2)")]


def test_texts_that_a_spreadsheet_would_run_are_marked() -> None:
    bad = Criterion("=1+1", "c0", "text", "fit", (Level("v", values=("v",)), *ENDS))
    own = Grid("g", "m", (bad,), ((3, 0, 0),), bands=(Band("hot", 5, "", fit_minimum=2),))
    assert answers(own, np.zeros((1, 1), int)) == [(3, 3, "'=1+1: v (+3)")]


def test_points_too_large_to_be_added_up_are_refused() -> None:
    one = Criterion("c0", "c0", "text", "fit", (Level("v", values=("v",)), *ENDS))
    with pytest.raises(GridError, match="points too large"):
        marked(Grid("g", "m", (one,), ((2**62, 0, 0),)), [code_sql(one, "text")], {}, ["c0"])


def test_no_column_of_the_source_has_the_name_of_one_that_is_added() -> None:
    own = grid(2, 2, 5)
    codes = [code_sql(criterion, "text") for criterion in own.criteria]
    marks = marked(own, codes, {}, ["__score", "__SUM0", "___x"])
    assert set(marks.names.values()) == {"____score", "____fit", "____engagement"}
