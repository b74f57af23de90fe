"""The card of a grid: every question answered from the files, what they do not know asked for, nobody named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from page_case import Text
from report_case import HOSTILE, hostile, review
from run_case import run_values

from calibrate.errors import SettingsError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid, Thresholds
from calibrate.language import load
from calibrate.report.card import card_page, sections_of
from calibrate.report.run_schema import RunFile

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("sector", "sector", "text", "fit", (Level("retail", values=("retail",)),
                   Level("mining", values=("mining",)), *ENDS))  # fmt: skip
EVIDENCE = ((Evidence(400, 40), Evidence(3, 1), Evidence(100, 2), Evidence(0, 0)),)
MADE: dict[str, str | int | float | None] = {
    "leads": 1000, "customers": 41, "as_of": "2026-10-31", "source": "leads.csv", "observe_days": 14,
}  # fmt: skip
GRID = Grid("sparse", "sparse", (SECTOR,), ((7, 5, -3, 0),), Thresholds(5, 7), evidence=EVIDENCE, provenance=MADE)


def month(**more: Any) -> RunFile:
    """A run that judged the grid: of 30 later customers in retail, 20 are among the 80 called of 300."""
    segment = {"level": "retail", "leads": 300, "customers": 30, "called": [90, 80], "caught": [15, 20]}
    few = {"level": "mining", "leads": 4, "customers": 1, "called": [1, 1], "caught": [1, 1]}
    tables = [{"by": "sector", "segments": [segment, few]}, {"by": None, "segments": [segment]}]
    values = {
        "segments": [{"candidate": "sparse", "against": "current", "tables": tables}],
        "comparison": {"baseline": "current", "primary": "auc", "leads": 310, "customers": 31, "folds": []},
        **more,
    }
    return RunFile.model_validate(run_values(**values))


def text(grid: Grid = GRID, language: str = "en", run: RunFile | None = None, contact: str = "") -> str:
    return Text(card_page(grid, load(language), "html", run, contact)).text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("form", ["html", "md"])
def test_all_six_questions_are_answered(language: str, form: str) -> None:
    words = load(language)
    page = card_page(GRID, words, form, month())
    for key in ("purpose", "data", "logic", "accuracy", "limits", "who"):
        title = words(f"card.{key}")
        assert (title in Text(page).text) if form == "html" else (f"## {title}" in page)


def test_accuracy_by_group_is_that_of_the_later_leads() -> None:
    section = sections_of(GRID, load("en"), month(), "")[3]
    assert "70 (95%: 60 to 80)" in section.sentences[0].replace("\u00a0", " ")
    (table,) = section.tables
    assert table.title == "By sector"
    name, leads, called, caught, closed = table.rows[0]
    assert (name, leads) == ("retail", "300")
    assert called.startswith("26.7% (80 of 300") and caught.startswith("66.7% (20 of 30")
    assert closed.startswith("25.0% (20 of 80")


def test_the_grid_in_use_is_judged_by_its_own_side() -> None:
    section = sections_of(replace(GRID, name="current"), load("en"), month(), "")[3]
    assert section.tables[0].rows[0][3].startswith("50.0% (15 of 30")


def test_fewer_than_five_leads_are_never_named() -> None:
    page = text(run=month())
    assert "retail" in page and "mining" not in page
    assert "1 further line with points rests on fewer than 5 leads" in page


def test_without_a_run_it_says_what_is_not_known() -> None:
    page = text()
    assert "does not say how it ranked later leads" in page and "By group nothing is known here" in page
    assert "Nobody has adopted this grid yet" in page and "--contact" in page
    assert "the legal ground" in page


def test_who_adopted_it_and_whom_to_ask() -> None:
    made = {**MADE, "adopted_by": "Claire", "adopted_why": "agreed", "adopted_in": "2026-10"}
    page = text(replace(GRID, provenance=made), contact="dpo@example.com")
    assert "October 2026 by Claire: agreed" in page and "dpo@example.com" in page


def test_sensitive_columns_come_first_to_mind() -> None:
    aside = [{"column": "Gender", "reason": "sensitive", "evidence": "", "facts": {}}]
    assert "Set aside because they say what the law protects of a person: Gender." in text(run=month(suspects=aside))
    marital = replace(SECTOR, name="Marital status", column="Marital status")
    assert "Look at this first" in text(replace(GRID, criteria=(marital,)))
    assert "Look at this first" not in text()


def test_hostile_names_are_text_and_another_form_is_refused() -> None:
    grid = hostile().candidates[0].grid
    page = card_page(grid, load("en"), "html", None, HOSTILE)
    assert "<script" not in page and HOSTILE in Text(page).text
    assert "<img" not in card_page(grid, load("en"), "md", None, HOSTILE)
    with pytest.raises(SettingsError, match=r"not as '\.pdf'"):
        card_page(GRID, load("en"), "pdf")


def test_a_made_up_review_has_a_card() -> None:
    assert "Card of the points grid" in text(review(2000).candidates[0].grid)


def test_intervals_know_of_companies_and_their_count_is_said() -> None:
    coupled = ((replace(EVIDENCE[0][0], design_effect=4.0), *EVIDENCE[0][1:]),)
    plain, wide = (sections_of(replace(GRID, evidence=lines), load("en"), None, "")[2].tables[0].rows[0][3]
                   for lines in (EVIDENCE, coupled))  # fmt: skip
    assert plain.startswith("10.0% (40 of 400; 95%: 7.4% to 13.3%") and wide.startswith(
        "10.0% (40 of 400; 95%: 5.5% to"
    )
    groups = {"by": "Company ID", "groups": 400, "leads": 1000, "design_effect": 2.5}
    sections = sections_of(GRID, load("en"), month(groups=groups), "")
    assert any("by “Company ID”, 1,000 leads belong to 400 buyers" in said for said in sections[1].sentences)
    narrow = sections_of(GRID, load("en"), month(), "")[3].tables[0].rows[0]
    assert sections[3].tables[0].rows[0][3] != narrow[3] and sections[3].tables[0].rows[0][2] == narrow[2]


def test_what_is_used_of_persons_and_what_nobody_has_answered_is_said() -> None:
    named = replace(GRID, criteria=(replace(SECTOR, name="Last name", column="Last name"),))
    data = " ".join(sections_of(named, load("en"), None, "")[1].sentences)
    assert "messages: Last name." in data and load("en")("card.unused") not in data
    assert load("en")("card.unused") in sections_of(GRID, load("en"), None, "")[1].sentences
    question = {"column": "sector", "question": "?", "evidence": "", "auc_without": 0.6}
    asked = sections_of(GRID, load("en"), month(asked=[question, {**question, "column": "unused"}]), "")[4].items
    assert any(item.startswith("Nobody has said yet") and "afterwards: sector." in item for item in asked)
