"""A table of the workbook: headings from one text, a close rate in five cells."""

from __future__ import annotations

import pytest

from calibrate.counts.rates import Rate, rate
from calibrate.language import load
from calibrate.report.sheet import RATE, figures, heads


def test_headings_are_in_the_language_and_keep_their_kind() -> None:
    assert heads(load("fr"), "column.leads:count column.rate:percent") == [
        (load("fr")("column.leads"), "count"),
        (load("fr")("column.rate"), "percent"),
    ]
    with pytest.raises(KeyError):
        heads(load("en"), "column.nothing:count")


def test_a_close_rate_has_as_many_cells_as_headings() -> None:
    assert figures(rate(6, 40))[:3] == (40, 6, 0.15)
    assert figures(Rate(0, 0, float("nan"), 0.0, 1.0)) == (0, None, None, None, None)
    assert figures(None) == (None,) * 5
    assert all(len(figures(r)) == len(heads(load("en"), RATE)) for r in (None, rate(6, 40), rate(0, 1)))
