"""Folds of the page: packed and linked, white space gone, an answer in one line."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import review

from calibrate.language import load
from calibrate.report.folds import deflated, line, packed, squeezed

REVIEW = review(4000)


@given(st.dictionaries(st.text("abc", min_size=1), st.text(max_size=60), max_size=3))
def test_what_is_packed_comes_back(parts: dict[str, str]) -> None:
    found = json.loads(json.dumps(packed(parts)))
    inside = {name: zlib.decompress(base64.b64decode(text), -15).decode() for name, text in found["parts"].items()}
    assert inside == parts


def test_linked_places_lead_to_their_fold() -> None:
    found = packed(
        {"audit": '<section id="audit"><p id="x-1"></p></section>', "proof": '<i id="p"></i><b data-id="q"></b>'}
    )
    assert found["places"] == {"audit": "audit", "x-1": "audit", "p": "proof"}


@pytest.mark.parametrize(
    ("html", "short"),
    [
        ("<p>a</p>\n\n  <p>b</p>", "<p>a</p> <p>b</p>"),
        ("<p> a  b </p>", "<p> a  b </p>"),
        ("<pre>x\n y</pre>", "<pre>x\n y</pre>"),
    ],
)
def test_white_space_goes_between_elements_only(html: str, short: str) -> None:
    assert squeezed(html) == short and squeezed(short) == short


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_section_says_its_answer_in_one_line_with_the_numbers_of_the_review(language: str) -> None:
    words = load(language)
    assert words.count(REVIEW.comparison.leads) in line("candidates", REVIEW, words)
    assert words.count(len(REVIEW.rates.leads)) in line("rates", REVIEW, words)
    named = [key.removeprefix("foldline.") for key in words.texts if key.startswith("foldline.")]
    assert named and all(line(name, REVIEW, words) and "\n" not in line(name, REVIEW, words) for name in named)
    assert line("no such section", REVIEW, words) == ""
    more = replace(REVIEW, candidates=REVIEW.candidates[:1])
    assert line("candidates", more, words) != line("candidates", REVIEW, words)


def test_deflated_texts_are_small() -> None:
    assert len(deflated(b"<td>0</td>" * 1000)) < 200
