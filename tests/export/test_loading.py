"""LOADING.md: one section a file, a test lead whose score is the grid's, and no text of a grid that becomes markup."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from replay import cases, golden

from calibrate.errors import CalibrateError
from calibrate.export import FORMATS, loading, write_file
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.derived import Derived
from calibrate.grid.grid import Grid
from calibrate.language import load

LOADED = [name for name, format_ in FORMATS.items() if format_.rules]
ENDS = (Level("missing", "missing"), Level("other", "other"))


def options(name: str, language: str) -> Options:
    return Options(edition="ultimate" if name == "zoho" else "", language=language)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", LOADED)
def test_each_target_has_steps_a_test_and_a_way_back(name: str, language: str, tmp_path: Path) -> None:
    path = tmp_path / f"grid{FORMATS[name].suffix}"
    assert write_file(golden.small(), name, str(path), options(name, language)) == [
        str(path),
        str(tmp_path / "LOADING.md"),
    ]
    page = (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    words = load(language)
    steps, test, undo = (page.index(f"### {words(f'loading.{key}')}") for key in ("steps", "test", "undo"))
    assert steps < test < undo and re.search(r"^1\. ", page[steps:test], re.MULTILINE)
    assert not re.search(r"\{(file|system|grid|score|rate|count)\}", page)
    points = [int(row.split("|")[3]) for row in page[test:undo].splitlines() if re.search(r"\| [+-]?\d+ \|$", row)]
    assert f"**{sum(points)}**" in page[test:undo] and len(points) == 4


def test_a_folder_has_one_page_and_each_file_its_section(tmp_path: Path) -> None:
    for name, file in (("python", "b.py"), ("javascript", "a.mjs"), ("python", "b.py")):
        write_file(golden.small(), name, str(tmp_path / file))
    page = (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    assert re.findall(r"^<!-- file: (.*) -->$", page, re.MULTILINE) == ["a.mjs", "b.py"]
    assert page.count("### Steps") == 2
    write_file(replace(golden.small(), name="newer"), "python", str(tmp_path / "b.py"))
    assert "newer for Python" in (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["LOADING.md", "a.mjs", "b.py"]


def test_a_page_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "LOADING.md").write_text("mine", encoding="utf-8")
    assert write_file(golden.small(), "python", str(tmp_path / "g.py"))[1].endswith("g.py.LOADING.md")
    assert (tmp_path / "LOADING.md").read_text(encoding="utf-8") == "mine"


def test_what_is_no_file_to_load_has_no_page(tmp_path: Path) -> None:
    for name in ("json", "csv", "markdown"):
        assert write_file(golden.small(), name, str(tmp_path / name)) == [str(tmp_path / name)]


def test_a_refused_grid_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CalibrateError):
        write_file(golden.small(), "mautic", str(tmp_path / "m.json"), Options(strict=True))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", range(8))
def test_hostile_names_stay_text(seed: int, tmp_path: Path) -> None:
    grid = cases.grid(random.Random(seed), columns=[f"field_{at}" for at in range(6)])
    for name in ("hubspot", "python", "sql-duckdb"):
        write_file(grid, name, str(tmp_path / f"`<b>--> {name}"), options(name, "en"))
    page = (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    outside = re.sub(r"`[^`\n]*`", "", page)
    assert not re.search(r"<(?!!--)", outside)
    assert len(re.findall("^## ", page, re.MULTILINE)) == 3 and page.count("<!--") == 4


def test_a_target_that_carries_less_says_what_it_shows() -> None:
    sector = Criterion("Sector", "sector", "text", "fit", (Level("a", values=("a",)), *ENDS))
    demo = Criterion("Demo", "demo", "presence", "engagement", (Level("yes"), *ENDS))
    grid = Grid("g", "m", (sector, demo), ((5, 0, 0), (20, 0, 0)))
    covered = FORMATS["mautic"].coverage(grid, Options())
    text = loading.loading_section(grid, "mautic", "m.json", Options(), covered, None)
    assert "Score of this lead: **25**" in text
    assert "Mautic carries only some of these lines: it must show **20** for this lead." in text


def test_derived_and_mailbox_columns_are_shown_by_what_they_are_read_from() -> None:
    rule = Derived("Job title", (("boss", ("ceo", "direct*")),))
    rank = Criterion("Rank", "rank", "text", "fit", (Level("boss", values=("boss",)), *ENDS), derived=rule)
    kind = Criterion("Mail", "E (mailbox)", "text", "fit", (Level("free", values=("free",)), *ENDS))
    grid = Grid("g", "m", (rank, kind), ((5, 0, 0), (-2, 0, 0)))
    pages = {
        name: loading.loading_section(grid, name, "f", Options(), FORMATS[name].coverage(grid, Options()), None)
        for name in ("python", "mautic")
    }
    assert "| Job title | ceo | +5 |\n| E | ana@gmail.com | -2 |" in pages["python"]
    assert "| rank | boss | +5 |\n| E \\(mailbox\\) | free | -2 |" in pages["mautic"]


def test_a_band_is_named_as_the_file_names_it_and_in_the_language() -> None:
    assert loading._band_named("sales-qualified", load("en")) == "sales-qualified"
    assert loading._band_named("sales-qualified", load("fr")) == "sales-qualified (qualifié commercial)"
    assert loading._band_named("rappeler Paul", load("fr")) == "rappeler Paul"
