"""Bands in words, alike in reports and sheets."""

from calibrate.grid.reasons import BANDS
from calibrate.report.band_text import said
from calibrate.report.language import load


def test_bands_are_called_alike_by_reports_and_sheets():
    for language in ("en", "fr"):
        words = load(language)
        for text in BANDS["fr"]:
            assert said(text, words) == BANDS[language].get(text, text)
