"""A grid cut down to its lines scores every lead as before, and what is written from it lists no zeros."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from replay import cases

from calibrate.export import FORMATS, Options, csv, hubspot_reading, reading, write
from calibrate.export.formats import coverage, write_file
from calibrate.export.lines import lines_only, lowered, zero_line
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Curve, Grid, Thresholds
from calibrate.grid.moved import shifted
from calibrate.language import breakable, load

ENDS = (Level("missing", "missing"), Level("other", "other"))


def thinned(seed: int) -> Grid:
    """A hostile grid in which three of four levels have no points."""
    rng = random.Random(seed)
    grid = cases.grid(rng)
    points = tuple(tuple(rng.choice((0, 0, 0, value)) for value in line) for line in grid.points)
    return replace(grid, points=points)


@pytest.mark.parametrize("seed", range(60))
def test_every_lead_has_the_score_it_had(seed: int) -> None:
    grid = thinned(seed)
    small = lines_only(grid)
    assert (small.maximum, small.minimum, small.lines) == (grid.maximum, grid.minimum, grid.lines)
    assert len(small.flat) <= len(grid.flat)
    for lead in cases.leads(random.Random(seed), grid, {}, 150):
        assert small.score(lead) == grid.score(lead), lead


def test_a_truth_value_that_a_word_without_points_would_have_taken() -> None:
    """True is the listed 'Yes' first; without that level it would be the listed True, with points."""
    levels = (Level("a", values=("Yes",)), Level("b", values=(True,)), Level("c", values=("x",)), *ENDS)
    asked = Criterion("c", "c", "boolean", "fit", levels)
    grid = Grid("g", "m", (asked,), ((0, 7, 0, 0, 0),))
    small = lines_only(grid)
    assert [small.score({"c": value}) for value in (True, "true", "Yes", "x")] == [0, 7, 0, 0]


def test_levels_of_other_points_than_any_other_answer_stay() -> None:
    sector = Criterion("s", "s", "text", "fit", (Level("a", values=("a",)), Level("b", values=("b",)), *ENDS))
    small = lines_only(Grid("g", "m", (sector,), ((0, 5, 0, 5),)))
    assert [level.name for level in small.criteria[0].levels] == ["a", "b", "missing", "other"]


def wide() -> Grid:
    """Ten lines among 400 levels."""
    criteria, points = [], []
    for at in range(10):
        levels = tuple(Level(f"level {i}", values=(f"value {i}",)) for i in range(40))
        criteria.append(Criterion(f"criterion {at}", f"field_{at}", "text", "fit", (*levels, *ENDS)))
        points.append((at + 1, *[0] * 41))
    return Grid("ten lines", "sparse", (*criteria,), (*points,))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "excel")])
def test_ten_lines_are_ten_lines(name: str) -> None:
    content = write(wide(), name)
    assert name == "mautic" or b"value 0" in content or b"level 0" in content  # it scores no fit
    assert b"value 7" not in content and b"level 7" not in content
    assert len(content) < 45_000, "HubSpot's were 61 kB of zeros"
    if name in ("csv", "markdown", "hubspot", "marketo", "plezi"):
        assert zero_line("en") in content.decode()


def test_hubspot_has_one_rule_a_line() -> None:
    create = json.loads(write(wide(), "hubspot"))["requests"][0]["body"]
    (group,) = create["groupConfigs"]
    rules = [rule["configuration"]["calculation"]["matchRules"] for rule in group["ruleConfigurations"]]
    assert [len(match) for match in rules] == [1] * 10 and [match[0]["value"] for match in rules] == [*range(1, 11)]


@pytest.mark.parametrize("seed", range(25))
def test_a_table_of_lines_read_back_scores_the_same(seed: int) -> None:
    grid = thinned(seed)
    for back in (csv.read(csv.write(grid, Options(language="fr")), "g.csv"), reading.read(write(grid, "csv"), "g.csv")):
        for lead in cases.leads(random.Random(seed), grid, {}, 80):
            assert back.score(lead) == grid.score(lead), lead


@pytest.mark.parametrize("seed", range(25))
def test_rules_of_hubspot_read_back_score_the_same(seed: int) -> None:
    from replay.systems import natural

    rng = random.Random(seed)
    grid = thinned(seed)
    grid = replace(grid, criteria=tuple(replace(c, column=f"field_{at}") for at, c in enumerate(grid.criteria)))
    if not grid.lines:
        return
    back = hubspot_reading.read(write(grid, "hubspot"), "g.json")
    for lead in natural(rng, grid):
        assert back.score(lead) == grid.score(lead), lead


def started() -> Grid:
    """A grid in which every lead starts with 6 points, on columns that every system can hold."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    demo = Criterion("Demo", "demo", "presence", "engagement", (Level("yes"), *ends))
    news = Criterion("Newsletter", "newsletter", "boolean", "engagement", (Level("yes", values=(True,)), *ends))
    bands = (Band("call now", 30, ""), Band("nurture", 15, ""), Band("wait", 4, ""))
    curve = Curve((4, 6, 26), (0.01, 0.02, 0.2))
    points = ((20, 0, 0), (4, -2, 0))
    return Grid("g", "lift", (demo, news), points, Thresholds(15, 30), 15, bands, curve=curve, start=6)


LEADS = ({}, {"demo": "x"}, {"newsletter": True}, {"demo": "x", "newsletter": True}, {"newsletter": False})


@pytest.mark.parametrize("name", ["json", "csv", "excel", "pmml", "hubspot", "marketo"])
@pytest.mark.parametrize("start", [6, -5])
def test_what_every_lead_has_comes_back_from_a_file(name: str, start: int) -> None:
    grid = shifted(started(), start - 6)
    back = reading.read(write(grid, name), "g." + name)
    assert back.start == start and [back.score(lead) - start for lead in LEADS] == [-2, 18, 4, 24, 0]
    assert not back.bands or [band.at_least - start for band in back.ladder] == [24, 9, -2]


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.starts])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_no_lead_can_start_with_points_thresholds_are_lowered_and_it_is_said(name: str, language: str) -> None:
    grid, words = started(), load(language)
    bare = lowered(grid)
    assert bare.thresholds == Thresholds(9, 24) and [band.at_least for band in bare.ladder] == [24, 9, -2]
    assert [bare.band(lead) for lead in LEADS] == [grid.band(lead) for lead in LEADS]
    assert write(bare, name) == write(grid, name)  # the file is that of the grid with lower thresholds
    account = coverage(grid, name)
    assert any(note.kind == "lowered" and note.facts == {"start": 6, "shift": -6} for note in account.notes)
    assert breakable(words("carried.lowered", start=6, shift=-6)) in account.said(words)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.starts])
def test_where_leads_can_start_with_points_nothing_is_lowered(name: str) -> None:
    assert not [note for note in coverage(started(), name).notes if note.kind == "lowered"]


def test_scorers_in_code_start_with_them() -> None:
    scorer: dict[str, Any] = {}
    grid = started()
    exec(write(grid, "python").decode(), scorer)
    assert [scorer["score"](lead, strict=False) for lead in LEADS] == [4, 24, 10, 30, 6]
    reasons = scorer["reasons"]({"demo": "x", "newsletter": True})
    assert reasons == ["Demo: yes (+20)", "Newsletter: yes (+4)", "every lead (+6)"]
    assert write(grid, "hubspot-formula").decode().count(" + 6") == 1
    assert b"<formula>IF(ISBLANK(" in (salesforce := write(grid, "salesforce")) and b" + 6<" in salesforce
    assert "    score += 6  # what every lead has" in write(grid, "odoo").decode()


def test_a_loaded_grid_is_tested_with_what_every_lead_has(tmp_path: Path) -> None:
    for name in ("python", "hubspot"):
        write_file(started(), name, str(tmp_path / f"g.{name}"))
    page = (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    assert "| every lead |" in page and page.count("are moved by −6 there") == 1
    assert "**30**" in page and "**24**" in page


def test_a_table_by_hand_may_say_what_every_lead_has() -> None:
    grid = reading.read("criterion,level,points\nDemo,yes,20\n,every lead,6\n", "ours.csv")
    assert grid.start == 6 and grid.score({"Demo": "yes"}) == 26 and grid.maximum == 26
