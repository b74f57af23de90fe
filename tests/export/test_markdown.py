"""The grid as a page: a Markdown parser gives every text back as it was."""

from __future__ import annotations

import html
import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from replay import cases, golden

from calibrate.export.base import Options
from calibrate.export.markdown import band_said, escape, minimums, said_minimums, table, write
from calibrate.grid.grid import Thresholds
from calibrate.language import load

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def rendered(markdown: str) -> str:
    return PARSER.render(markdown)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40))
def test_a_text_in_a_cell_is_shown_as_it_is(text: str) -> None:
    page = rendered("\n".join(table(["head", "x"], [(text, "end")])))
    cells = re.findall(r"<td>(.*?)</td>", page, re.S)
    assert [flat(html.unescape(cell)) for cell in cells] == [flat(text), "end"] and "<script" not in page


@pytest.mark.parametrize(
    "text", ["**b**", "[x](http://evil)", "<img src=x>", "a|b", "`c`", "# h", "~~s~~", "1. a\n2. b"]
)
def test_no_text_has_a_meaning_of_its_own(text: str) -> None:
    page = rendered(f"- before {escape(text)}")
    assert flat(html.unescape(re.sub(r"<[^>]*>", "", page))) == f"before {flat(text)}"
    assert set(re.findall(r"<(\w+)", page)) <= {"ul", "li"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_line_with_points_stands_on_the_page(language: str) -> None:
    grid = cases.grid(random.Random(4), size=5)
    rows = re.findall(r"<tr>(.*?)</tr>", rendered(write(grid, Options(language=language))), re.S)
    assert sum("<td>" in row for row in rows) == grid.lines
    shown = sorted(int(re.findall(r"<td>([+-]\d+)</td>", row)[0]) for row in rows if "<td>" in row)
    assert shown == sorted(int(points) for points in grid.flat if points)


def test_words_have_as_many_columns_in_every_language() -> None:
    english, french = load("en").texts, load("fr").texts
    tables = ("grid_page.", "sheet.", "scoring_book.", "pipedrive.", "loading.")
    keys = [key for key in english if key.startswith(tables)]
    assert len(keys) > 50 and all(english[key].count("|") == french[key].count("|") for key in keys)


def test_minimums_and_our_own_bands_are_said() -> None:
    grid = replace(golden.small(), thresholds=Thresholds(5, 9, fit_minimum=2, engagement_minimum=3))
    assert said_minimums(grid, "en") == " (at least 2 of fit, at least 3 of engagement)"
    assert said_minimums(replace(grid, thresholds=Thresholds(5, 9)), "fr") == "" == minimums((("score", 3),), "fr")
    assert band_said("call now", "", "en") == ("call now", "") and band_said("nurture", "nurture", "fr")[1] != "nurture"
