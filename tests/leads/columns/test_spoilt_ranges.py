"""Ranges that a spreadsheet made dates of are ranges again, also where the whole file went through it."""

from __future__ import annotations

import pytest

from calibrate.leads.columns.fine_classing import spoilt_ranges

SIZES = ["51-200", "201-500", "501+"]


@pytest.mark.parametrize(
    ("text", "range_text"),
    [("10-Jan", "1-10"), ("10.Jan", "1-10"), ("01-oct", "1-10"), ("1. Okt", "1-10"), ("Nov-50", "11-50"),
     ("nov.-50", "11-50"), ("5-Feb", "2-5"), ("févr-05", "2-5"),
     ("Oct-01", "1-10"), ("12-Jun", "6-12"), ("2025-06-12", "6-12")],
)  # fmt: skip
def test_a_date_among_ranges_is_the_range_that_rises(text: str, range_text: str) -> None:
    assert spoilt_ranges([text, *SIZES]) == {text: range_text}


@pytest.mark.parametrize(
    "others", [["fair", "web"], ["2025-06-01", "2025-06-02"], ["7", "12"], ["1-100", "101-500"], []]
)
def test_a_date_among_other_answers_stays(others: list[str]) -> None:
    """Also where the range would share numbers with another one."""
    assert spoilt_ranges(["10-Jan", *others]) == {}
