"""The sections around a change of grid: shown where there is something to show, in both languages, with counts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from met_case import MET, PLAIN
from page_case import Text
from report_case import HOSTILE

from calibrate.language import load
from calibrate.points.score_table import reaches
from calibrate.report import impact as meeting
from calibrate.report.page import page_text

SECTIONS = ("changes", "segments", "history", "drift", "grades", "months", "feedback")
PAGES = {language: page_text(MET, load(language)) for language in ("en", "fr")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_section_stands_in_its_place_and_in_the_contents(language: str) -> None:
    found = Text(PAGES[language])
    ids = [a["id"] for _, a in found.elements if a.get("id")]
    assert [i for i in ids if i in SECTIONS] == list(SECTIONS)
    folds = [a["data-fold"] for tag, a in found.elements if a.get("class") == "fold"]
    assert [name for name in folds if name in SECTIONS] == list(SECTIONS)
    assert [tag for tag, _ in found.elements].count("caption") == [tag for tag, _ in found.elements].count("table")
    assert all(a.get("scope") for tag, a in found.elements if tag == "th")
    assert not [a for tag, a in found.elements if tag == "img"] and HOSTILE in found.text


def test_nothing_is_shown_where_there_is_nothing() -> None:
    assert meeting.absent(PLAIN) == {*SECTIONS, "ages", "business"}
    source = page_text(PLAIN, load("en"))
    assert not [name for name in SECTIONS if f'id="{name}"' in source]
    assert "Hours saved" not in source


def test_the_numbers_are_those_of_the_review() -> None:
    text = Text(PAGES["en"]).text
    came = MET.past.outcomes[0].came
    assert came is not None
    told = "15.0% 11.8% to 18.8% · on the leads it was made from 28.6"
    assert f"{told} {came.value:.1%} {came.customers} of {came.leads:,}" in text
    assert "retail: −2 changed to +4 by Claire" in text
    assert MET.changes.swap is not None
    enter = MET.changes.swap.of("marketing_qualified", "enter").rate
    assert re.search(rf"enter [\d.]+ {enter.leads:,} {enter.customers} {enter.value:.1%}", text)
    assert "“logistic” harms: sector: retail" in text and "“lift” harms no segment beyond chance" in text
    assert "0.800 0.720 −0.080 −0.120 to −0.030 200 → 180 30 → 20 ranks worse" in text
    assert MET.handover.grades is not None
    cell = MET.handover.grades.rates[0][0]
    assert f"{cell.value:.1%} {cell.customers} of {cell.leads}" in text
    one = MET.handover.demands[0]
    assert f"MQL from {one.threshold} points, with at least 2 of fit: {one.met.leads:,} leads" in text
    two = MET.handover.demands[1]
    told = f"SQL from {two.threshold} points, with at least 2 of fit and 3 of engagement: {two.met.leads:,} leads"
    assert told in text and 0 < two.met.leads < one.met.leads
    assert "student +3 9 75.0% 46.0% to 91.0% 10.0% 40 leads" in text and "rejected more often" in text
    assert "at 12 minutes a call" in text


def test_hours_saved_by_pencil() -> None:
    candidate = MET.candidates[0]
    step = {"leads": candidate.scores.leads.sum() / 4}
    hours = meeting.hours_saved(MET, candidate, step)  # type: ignore[arg-type]
    assert hours is not None
    assert hours[0] == pytest.approx(4000 * 0.75 / 24 * 12 / 60) and hours[1] < hours[0] < hours[2]
    assert meeting.hours_saved(PLAIN, candidate, step) is None  # type: ignore[arg-type]


def test_hours_and_leads_of_companies_have_wider_intervals() -> None:
    """Two leads of every company, alike in all answers: twice the variance."""
    candidate, tally = MET.candidates[0], MET.tally
    order = np.argsort(reaches(tally, candidate.grid, "marketing_qualified"), kind="stable")
    group = np.empty(tally.rows, np.int32)
    group[order] = np.arange(tally.rows) // 2
    pairs = replace(MET, tally=replace(tally, group=group, leads=np.ones(tally.rows)))
    assert MET.above_effect(candidate) == 1.0 and pairs.above_effect(candidate) == pytest.approx(2.0, abs=0.02)
    step = {"leads": candidate.scores.leads.sum() / 4, "customers": 1.0}
    wide, narrow = (meeting.hours_saved(review, candidate, step) for review in (pairs, MET))  # type: ignore[arg-type]
    assert wide is not None and narrow is not None and wide[0] == narrow[0]
    assert wide[2] - wide[1] == pytest.approx(2**0.5 * (narrow[2] - narrow[1]), rel=0.02)
    spans = [meeting.spread(review, candidate, step)["leads"] for review in (pairs, MET)]  # type: ignore[arg-type]
    assert spans[0][1] - spans[0][0] == pytest.approx(2**0.5 * (spans[1][1] - spans[1][0]), rel=0.02)


def test_intervals_of_a_threshold_by_pencil() -> None:
    candidate = MET.candidates[0]
    total = candidate.scores.customers.sum()
    step = {"leads": 1000.0, "customers": total / 2}
    found = meeting.spread(MET, candidate, step)  # type: ignore[arg-type]
    # Wilson by hand: (p + z2/2n -+ z sqrt(p (1 - p)/n + z2/4n2)) / (1 + z2/n), z2 = 3.8415
    n, z2 = float(total), 3.841458820694124
    half = (z2 * 0.25 / n + z2 * z2 / (4 * n * n)) ** 0.5
    low, high = ((0.5 + z2 / (2 * n) + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    assert found["caught"] == pytest.approx((low, high)) and found["missed"] == pytest.approx(
        (n - n * high, n - n * low)
    )
    assert found["leads"][0] < 1000 / 24 < found["leads"][1]
