"""Close rates in words, and the close rate of a band."""

from __future__ import annotations

from calibrate.counts.rates import rate
from calibrate.grid.grid import Band
from calibrate.language import load
from calibrate.report.rate_text import band_rate, rate_said


def test_a_rate_stands_with_its_counts() -> None:
    assert rate_said(rate(1, 4), load("en")) == "25.0% (1 of 4)"
    assert rate_said(rate(1, 4), load("fr")).replace("\u202f", " ").replace("\xa0", " ") == "25,0 % (1 sur 4)"


def test_a_band_where_nobody_counted_has_no_rate() -> None:
    assert band_rate(Band("call", 30, "", leads=4, customers=1)) == rate(1, 4)
    for leads, customers in ((None, None), (4, None), (0, 0)):
        assert band_rate(Band("call", 30, "", leads=leads, customers=customers)) is None
