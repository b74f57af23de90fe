"""Pipedrive: scores as its spreadsheet import takes them."""

import csv
import io

from replay import golden

from calibrate.export import coverage as coverage_of
from calibrate.export import pipedrive, write, write_file
from calibrate.export.base import Options, Scored
from calibrate.export.pipedrive import coverage, scores
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid


def test_scores_come_back_from_a_csv_reader_and_no_cell_is_a_formula() -> None:
    scored = [Scored("D1", -4, 'Call "now", then', "demo: yes (+20)\nsector"), Scored("=2+2", 7, "@SUM(A1)", "")]
    rows = list(csv.DictReader(io.StringIO(scores(golden.small(), scored, Options()))))
    assert [row["Deal - Lead score"] for row in rows] == ["-4", "7"]
    assert rows[0]["Deal - ID"] == "D1" and rows[0]["Deal - Lead band"] == 'Call "now", then'
    assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row.values())
    assert rows[1]["Deal - ID"].endswith("=2+2")


def test_no_line_is_a_rule_there_but_bands_travel_with_the_score() -> None:
    found = coverage(golden.small(), Options())
    lines = [item for item in found.items if "(" in item.what]
    assert lines and {item.status for item in lines} == {"approximated"}
    assert {item.status for item in found.items if item.what == "bands"} == {"carried"}


def score_grid():
    """A grid of the points that Pipedrive Scores knows, with every kind of condition."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    sectors = (Level("SaaS", values=("SaaS", "Software")), Level("Student", values=("Student",)), *ends)
    sizes = (Level("<5", high=5), Level("10+", low=10), *ends)
    criteria = (
        Criterion("Sector", "Sector", "text", "fit", sectors),
        Criterion("Size", "Staff", "number", "fit", sizes),
        Criterion("Demo", "Demo", "presence", "engagement", (Level("filled"), *ends)),
    )
    points = ((25, -10, 10, 10), (-10, 10, -10, 0), (25, 0, 0))
    bands = (Band("call", 40, "call now"), Band("wait", -20, "wait", leads=100, customers=4))
    return Grid("deals", "logistic", criteria, points, bands=bands)


def holds(condition, value):
    """Whether a deal meets a condition as the sheet words it: the independent reading of a filter."""
    empty = value is None
    if condition.startswith("is empty or "):
        return empty or holds(condition.removeprefix("is empty or ").strip("()"), value)
    if " and is not " in condition or condition.startswith("is not "):
        return all(
            (not empty if part == "is not empty" else value != part.removeprefix("is not "))
            for part in condition.split(" and ")
        )
    tests = {"is empty": empty, "is not empty": not empty}
    return any(
        tests[part] if part in tests
        else not empty and (value == part.removeprefix("is ") if part.startswith("is ")
                            else all(eval(f"{value} {each}") for each in part.split(" and ")))
        for part in condition.split(" or ")
    )  # fmt: skip


def test_criteria_of_pipedrive_scores_add_up_to_the_score():
    grid = score_grid()
    rules = pipedrive.rules_of(grid, "en")
    assert len(rules) == 6 and {rule.points for rule in rules} == {25, 10, -10}
    for sector in ("SaaS", "Software", "Student", "else", None):
        for staff in (3, 7, 12, None):
            for demo in ("x", None):
                lead = {"Sector": sector, "Staff": staff, "Demo": demo}
                met = sum(rule.points for rule in rules if holds(rule.condition, lead[rule.field]))
                assert met == grid.score(lead), lead


def test_the_sheet_says_groups_conditions_and_bands_on_its_scale():
    page = write(score_grid(), "pipedrive").decode()
    assert "brings −20 points to 0 and 70 to 100" in page  # 25 + 10 + 10 + 25, and -10 twice
    assert "| call | 40 | 67 |" in page and "| wait | -20 | 0 |" in page and "4 of 100 later leads closed" in page
    assert "no score of its own" not in page
    french = write(score_grid(), "pipedrive", Options(language="fr")).decode()
    assert "## Très positif" in french and "n’est pas" in french
    assert all(i.status == "carried" for i in coverage_of(score_grid(), "pipedrive").items if ": " in i.what)


def test_another_grid_is_loaded_as_scores_and_told_how_to_fit():
    page = write(golden.small(), "pipedrive").decode()
    assert "calibrate run DATA --for pipedrive" in page and "no score of its own" not in page
    assert any("--for pipedrive" in str(note) for note in coverage_of(golden.small(), "pipedrive").notes)


def test_loading_has_the_steps_of_scores(tmp_path):
    write_file(score_grid(), "pipedrive", str(tmp_path / "p.md"))
    page = (tmp_path / "LOADING.md").read_text(encoding="utf-8")
    assert "Company settings, Scores" in page and "Add the 6 criteria" in page
