"""Pictures of a review: as many marks as it has values."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from dataclasses import replace

import pandas as pd
import pytest
from report_case import hostile, review

from calibrate.language import load
from calibrate.report import svg_pictures as pictures
from calibrate.report.tables import telling

REVIEW, EN = review(4000), load("en")


def parsed(picture: object) -> Tree.Element:
    assert picture is not None
    return Tree.fromstring(str(picture))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_as_many_marks_as_values(language: str) -> None:
    words = load(language)
    dots = list(parsed(pictures.telling(REVIEW, words)).iter("circle"))
    assert len(dots) == len(telling(REVIEW.rates)) > 3
    judged = REVIEW.comparison.judged[0]
    columns = [e for e in parsed(pictures.groups(REVIEW, judged, words)).iter("rect") if e.get("class") == "column"]
    assert (
        len(columns) == len(judged.reliability) == len(list(parsed(pictures.reliability(judged, words)).iter("circle")))
    )
    assert len(list(parsed(pictures.gains(REVIEW, words)).iter("polyline"))) == len(REVIEW.candidates)
    assert len(list(parsed(pictures.thresholds(REVIEW, REVIEW.candidates[0], words)).iter("polyline"))) == 2
    assert len(list(parsed(pictures.truth(REVIEW, words)).iter("circle"))) == len(pictures.truth_rows(REVIEW))


def test_true_rates_stand_beside_the_counted_ones() -> None:
    rows = {(criterion, level): (true, rate) for criterion, level, true, rate, _, _ in pictures.truth_rows(REVIEW)}
    assert REVIEW.truth is not None
    true, rate = rows["demo request", "present"]
    assert true == REVIEW.truth["demo request"]["present"] and rate == pytest.approx(true, abs=0.12)
    assert len(rows) <= sum(len(levels) for levels in REVIEW.truth.values())


def test_hostile_names_stay_texts() -> None:
    for picture in (pictures.telling(hostile(), EN), pictures.gains(hostile(), EN)):
        assert {element.tag for element in parsed(picture).iter()} <= {
            "svg",
            "line",
            "text",
            "title",
            "circle",
            "polyline",
        }


def test_nothing_to_draw_is_no_picture() -> None:
    judged = replace(REVIEW.comparison.judged[0], reliability=pd.DataFrame(), gains=pd.DataFrame())
    bare = replace(REVIEW, truth=None, comparison=replace(REVIEW.comparison, judged=(judged,)))
    assert pictures.groups(bare, judged, EN) is pictures.reliability(judged, EN) is pictures.truth(bare, EN) is None
    assert pictures.gains(replace(bare, candidates=REVIEW.candidates[:1]), EN) is None
    assert pictures.closing_curve(REVIEW, EN) is None


def test_counts_below_columns_stay_short() -> None:
    assert pictures.short_count(99_999, EN) == EN.count(99_999)
    assert len(pictures.short_count(1_234_567, EN)) < len(EN.count(1_234_567))


def test_the_doubling_scale_says_times_above_one_and_a_share_below() -> None:
    texts = {element.text for element in parsed(pictures.telling(REVIEW, EN)).iter("text")}
    assert {"÷2", "×1", "×2"} <= texts and not {"×0", "÷1"} & texts
