"""Bands in words, alike in reports and sheets."""

from calibrate.grid.reasons import bands_in
from calibrate.language import load
from calibrate.report.band_text import said


def test_bands_are_called_alike_by_reports_and_sheets():
    for language in ("en", "fr"):
        words = load(language)
        for text in bands_in("fr"):
            assert said(text, words) == bands_in(language).get(text, text)
