"""Texts as cells: none is run, every one comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.spreadsheet_cells import safe, unsafe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_has_an_apostrophe_before_it(start: str) -> None:
    assert safe(f"{start}1+1") == f"'{start}1+1"


def test_other_texts_stay_as_they_are() -> None:
    assert [safe(text) for text in ("", "SaaS", "1-2", " =1")] == ["", "SaaS", "1-2", " =1"]
    assert [unsafe(text) for text in ("", "SaaS", "'tis")] == ["", "SaaS", "'tis"]


@given(st.text(alphabet="'=+-@＝ a", max_size=6) | st.text(max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert unsafe(safe(text)) == text
