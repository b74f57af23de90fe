"""A grid explained from its file alone, and two of them compared, by library and by command."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from page_case import Text
from report_case import HOSTILE, hostile, review

from calibrate.grid.grid import Band, Expiry, Grid, Thresholds
from calibrate.grid.moved import shifted
from calibrate.language import load
from calibrate.report.grid_page import explained

GRID = replace(
    review(4000).candidates[0].grid,
    thresholds=Thresholds(10, 22),
    bands=(Band("sales-qualified", 22, "call now"), Band("to nurture", 10, "newsletter")),
    expiry=(Expiry("demo request", "present", days=60),),
    provenance={"leads": 4000, "customers": 160, "as_of": "2025-11-30", "adopted_by": "Claire", "adopted_in": "2025-12",
                "adopted_why": "ranks best"},
)  # fmt: skip


def test_every_line_with_points_is_there_with_its_counts() -> None:
    text = Text(explained(GRID, load("en"), "html")).text
    for criterion, points, evidence in zip(GRID.criteria, GRID.points, GRID.evidence, strict=True):
        for level, worth, known in zip(criterion.levels, points, evidence, strict=True):
            if worth and level.role == "value" and known.leads:
                rate = rf"[\d.]+% {known.customers:,} of {known.leads:,}"
                told = f"{level.name} {load('en').signed(worth)} "
                assert re.search(re.escape(told).replace(r"\-", "- ?") + rate, text), level
    assert "4,000 leads of which 160 became customers" in text
    assert "Adopted in December 2025 by Claire: ranks best." in text
    assert "from 22 points: sales-qualified call now" in text and "points taken back after 60 days" in text


@pytest.mark.parametrize("start", [0, -8, 6])
def test_the_example_adds_up(start: int) -> None:
    text = Text(explained(shifted(GRID, start), load("en"), "html")).text
    assert ("every lead ·" in text) is bool(start)
    part = text[text.index("An example") : text.index("Together")]
    points = [int(sign.replace("−", "-")) for sign in re.findall(r"(?:· |: )([+−]?\d+)(?= |$)", part)]
    total = re.search(r"Together ([+−]?\d+) points", text)
    assert total is not None and sum(points) == int(total[1].replace("−", "-"))


def test_french_in_both_forms() -> None:
    page, sheet = (explained(GRID, load("fr"), form) for form in ("html", "md"))
    for told in ("qualifié commercial", "appeler tout de suite", "Adoptée en décembre 2025 par Claire", "Profil"):
        assert told in Text(page).text and told in sheet.replace("\u202f", " ").replace("\xa0", " ")
    assert sheet.startswith("# La grille de points") and not re.search(r"call now|threshold|close rate", page)


def test_hostile_names_are_text() -> None:
    bad = hostile().candidates[0].grid
    found = Text(explained(bad, load("en"), "html"))
    assert not [tag for tag, _ in found.elements if tag in ("img", "script")] and HOSTILE in found.text
    assert "<script" not in explained(bad, load("en"), "md")


def test_a_grid_that_says_little_of_itself() -> None:
    bare = Grid("bare", "file", GRID.criteria, GRID.points)
    text = Text(explained(bare, load("en"), "html")).text
    assert "became customers" not in text.split("How to read it")[0] and "The points grid “bare”" in text
