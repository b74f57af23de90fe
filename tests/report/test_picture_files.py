"""Pictures as files: the page's own drawings, whole without the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as Tree

import pytest
from report_case import hostile, review

from calibrate.language import load
from calibrate.report import page, picture_files, svg_pictures

REVIEW = review(1500)
NAMES = {"lift.svg", "calibration.svg", "gains.svg", "thresholds.svg"}
SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_file_is_the_pages_drawing_with_its_size_and_colours(language: str) -> None:
    words = load(language)
    files = picture_files.pictures_of(REVIEW, words)
    assert set(files) == NAMES
    drawn = str(svg_pictures.gains(REVIEW, words))
    assert drawn.split(">", 1)[1] in files["gains.svg"].decode()
    for content in files.values():
        root = Tree.fromstring(content.decode())
        assert root.tag == f"{SPACE}svg"
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        style = root.find(f"{SPACE}style")
        assert style is not None and style.text is not None and "var(" not in style.text
        used = {css for element in root.iter() for css in (element.get("class") or "").split()} - {"picture", "dot"}
        assert all(re.search(rf"\.{css}\b", style.text) for css in used), used


def test_a_standalone_picture_has_the_pages_light_colours() -> None:
    text = picture_files.pictures_of(REVIEW, load("en"))["thresholds.svg"].decode()
    sheet = page._text("page.css")
    ink = re.search(r"--ink: (#[0-9a-f]{6})", sheet)
    assert ink is not None and f".limit {{ stroke: {ink[1]};" in text


def test_what_cannot_be_drawn_is_no_file() -> None:
    class Nothing:
        chosen_candidate = None
        rates = REVIEW.rates
        in_order = ()

    assert set(picture_files.pictures_of(Nothing(), load("en"))) == {"lift.svg"}  # type: ignore[arg-type]


def test_no_text_of_a_user_is_markup() -> None:
    files = picture_files.pictures_of(hostile(), load("en"))
    assert files
    for content in files.values():
        assert not [e for e in Tree.fromstring(content.decode()).iter() if e.tag.endswith("script")]
