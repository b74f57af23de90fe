"""The summary in a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from met_case import MET, PLAIN
from page_case import Text, opened
from report_case import hostile, review

from calibrate import language as words
from calibrate.evaluation.segments import Segmented
from calibrate.grid.criteria import Level
from calibrate.grid.moved import shifted
from calibrate.language import breakable, load
from calibrate.points.thresholds import Policy
from calibrate.report.page import page_text
from calibrate.report.summary import check, summarise
from calibrate.report.workbook import workbook_of


def test_without_dates_there_are_blocks_and_no_months(tmp_path: Path) -> None:
    undated = replace(MET, months=None, handover=replace(MET.handover, policy=Policy("capacity", 200)))
    assert undated.changes.sides[0].tables[0].by is None
    segment = replace(undated.changes.sides[0].tables[0].segments[0], level=Level("block 07"), harm="ranking")
    sides = replace(undated.changes.sides[0], tables=(Segmented(None, (segment,)),))
    swap = replace(MET.changes.swap, new="logistic") if MET.changes.swap else None
    undated = replace(undated, changes=replace(MET.changes, sides=(sides,), swap=swap))
    for language, block, told, capacity in (
        ("en", "Block", "“logistic” harms: block 7", "at most 200 leads. There are no dates"),
        ("fr", "Bloc", "« logistic » pénalise : bloc 7", "au plus 200 leads. Faute de dates"),
    ):
        words = load(language)
        source = opened(page_text(undated, words))
        section = Text(
            source[
                source.index('<section id="segments"') : source.index(
                    "</section>", source.index('<section id="segments"')
                )
            ]
        ).text
        assert f"{block} by block" in section or f"{block} par bloc" in section
        assert not re.search("month|mois|block 07", section, re.I)
        assert f"{block.lower()} 7 900 40 0" in section and told in " ".join(section.split())
        assert capacity in " ".join(Text(source).text.split()) and told in " ".join(summarise(undated, words).split())
        (tmp_path / "book.xlsx").write_bytes(workbook_of(undated, words))
        sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Segments"]
        assert [block, f"{block.lower()} 7"] in [[row[1].value, row[2].value] for row in sheet.rows]
    assert "at most 200 leads a month" in Text(page_text(replace(MET, handover=undated.handover), load("en"))).text


def test_the_summary_says_what_stands_for_time_and_compares_nothing_with_a_grid_that_nobody_uses() -> None:
    falling = ("ordered_falling", {"column": "Lead Number", "share": 0.993})
    account = replace(MET.account, order="column", order_column="Lead Number", facts=(falling,))
    verdict = replace(MET.comparison.verdict, baseline="none")
    unused = replace(MET, account=account, comparison=replace(MET.comparison, verdict=verdict))
    text = summarise(unused, load("en"))
    assert "“Lead Number” falls in 99.3%" in text and "falls in" not in summarise(MET, load("en"))
    assert "become MQL" not in text and "(baseline)" not in text and "Difference to “current”" in text
    rising = summarise(replace(unused, account=replace(account, facts=())), load("fr"))
    assert "Lead Number" in rising and "(référence)" not in rising


def test_the_summary_says_what_changes() -> None:
    assert MET.changes.swap is not None
    enter = MET.changes.swap.of("marketing_qualified", "enter").rate
    text = summarise(MET, load("en")).replace("\u00a0", " ")
    assert f"{enter.leads:,} leads become MQL ({enter.customers} of them customers)" in text
    assert "“logistic” harms: sector: retail" in text
    assert ("Promise of December 2024, MQL:" in text) == bool(
        MET.past.outcomes[0].came and MET.past.outcomes[0].came.leads
    )
    assert "Promesse (décembre 2024)" in summarise(MET, load("fr")) and len(text.splitlines()) < 48
    assert "become MQL" not in summarise(PLAIN, load("en"))


REVIEW = review(4000)


@pytest.mark.parametrize("language", words.known())
def test_the_summary_says_the_verdict_first(language: str) -> None:
    text = summarise(REVIEW, words.load(language))
    head, _, rest = text.partition("\n\n")
    assert "became_customer" in head and "yes" in head  # what is counted comes before what follows from it
    assert "logistic" in rest.splitlines()[0]
    assert words.load(language).count(12_006) in rest.splitlines()[1]  # how sure, and on how many leads
    assert "AUC" in rest.partition("\n\n")[2].splitlines()[0] and "AUC" not in rest.partition("\n\n")[0]
    for name in ("cautious", "lift", "current"):
        assert any(line.startswith(name) for line in text.splitlines())


@pytest.mark.parametrize(("language", "start"), [("en", "starts with −8 points"), ("fr", "part de −8 points")])
def test_the_summary_says_what_every_lead_has(language: str, start: str) -> None:
    candidate = REVIEW.chosen_candidate
    assert candidate is not None
    moved = tuple(replace(c, grid=shifted(c.grid, -8)) if c is candidate else c for c in REVIEW.candidates)
    assert start in breakable(summarise(replace(REVIEW, candidates=moved), load(language)))
    assert start not in breakable(summarise(REVIEW, load(language)))


def test_the_summary_cannot_steer_the_terminal() -> None:
    steering = replace(hostile(), title="\x1b[2J\x07", suspects=())
    candidates = tuple(replace(c, name="\x1b]0;owned\x07" + c.name) for c in steering.candidates)
    text = summarise(replace(steering, candidates=candidates))
    assert "\x1b" not in text and "\x07" not in text


def test_check_says_rows_criteria_and_findings() -> None:
    text = check(REVIEW.account, REVIEW.rates, REVIEW.suspects)
    first, day, late, windows, blank, rows = text.replace("\u00a0", " ").splitlines()[:6]
    assert first == (
        "Outcome “became_customer”: customer = yes (1,812); lost = no (23,101); not decided yet = pending (1,397)."
    )
    assert day == "The history is read as of 30 November 2025, the newest day of creation."
    assert late == "210 of 1,567 customers closed after the closing window of 90 days and count as none."
    assert windows == "Other closing windows: within 180 days 1,402 customers of 20,100 leads."
    assert (blank, rows) == ("", "26,310 rows read, 24,000 kept.")
    assert "1,950  too young" in text
    assert "8 criteria: sector" in text.replace("\u00a0", " ")
    assert "356 of 358 leads became customers" in text
