"""Texts folded by the formulas of the workbook, as the grid's rule folds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from replay.sheets import Workbook

from calibrate.export import excel
from calibrate.export.base import Options
from calibrate.export.excel_words import NESTED, replacements
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.derived import Derived
from calibrate.grid.grid import Grid
from calibrate.leads.columns.titles import title_rules

TITLES = [
    line.split("\t")[0]
    for line in (Path(__file__).parents[1] / "leads/columns/titles.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
][::8]
ENDS = (Level("missing", "missing"), Level("other", "other"))


def asked(column: str, rule: Derived) -> Grid:
    answers = [answer for answer in dict.fromkeys(answer for answer, _ in rule.answers) if answer != rule.rest]
    levels = (*(Level(answer, values=(answer,)) for answer in answers), *ENDS)
    criterion = Criterion(column, column, "text", "fit", levels, derived=rule)
    return Grid("g", "m", (criterion,), (tuple(range(3, 3 + len(levels))),))


@pytest.mark.parametrize("topic", ["seniority", "department"])
def test_job_titles_get_the_points_of_the_rule(topic: str) -> None:
    """The shipped lists: some hundred words in six languages, on titles of seven."""
    grid = asked(f"Title ({topic})", title_rules("Title")[topic])
    leads = [{"Title": title} for title in TITLES]
    book = Workbook(excel.write(grid, Options()), leads)
    assert book.column("score", len(leads)) == [grid.score(lead) for lead in leads]
    assert len({*book.column(f"Title ({topic})", len(leads))}) > 4


def test_letters_that_go_before_capitals_do_stand_in_the_first_formula() -> None:
    pairs = replacements("-", ";")
    assert [letter for letter, _ in pairs[:4]] == ["İ", "ẞ", "\u212a", "\u212b"] and NESTED > 4
    assert all(letter == letter.lower() for letter, _ in pairs[4:])
    assert not {"\n", "\t", "\r"} & {letter for letter, _ in pairs}


def test_numbers_and_truth_values_are_read_as_texts() -> None:
    rule = Derived("Tools", (("yes", ("5", "true")),), "no", blanks="", breaks=";")
    grid = asked("Tools: 5", rule)
    leads = [{"Tools": cell} for cell in (5, 5.0, True, "5;7", "55", "a\n", "\n", "5\n;x")]
    book = Workbook(excel.write(grid, Options()), leads)
    assert book.column("Tools: 5", len(leads)) == ["yes", "yes", "yes", "yes", "no", "no", "", "yes"]


def test_a_grid_without_derived_columns_has_no_such_sheets() -> None:
    criterion = Criterion("Source", "Source", "text", "fit", (Level("Web", values=("Web",)), *ENDS))
    book = Workbook(excel.write(Grid("g", "m", (criterion,), ((3, 0, 0),)), Options()), [{"Source": "Web"}])
    assert book.column("score", 1) == [3.0] and not {sheet for sheet, _ in book.cells} & {"Abc", "Words"}
