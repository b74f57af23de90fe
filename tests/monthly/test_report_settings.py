"""Settings of the report and of feedback: a misspelt one is refused, flags say no as well."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from calibrate.monthly.report_settings import FeedbackSettings, Report
from calibrate.monthly.settings import options


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="langages"):
        Report.model_validate({"langages": ["fr"]})
    with pytest.raises(ValidationError, match="reasons"):
        FeedbackSettings.model_validate({"file": "said.csv", "reasons": "why"})


def test_the_options_of_the_report_are_flags_of_the_command_line() -> None:
    flags = {
        option.key: option.name for option in options() if option.section in ("report", "feedback") and option.flag
    }
    assert flags == {
        "out": "out",
        "languages": "lang",
        "segments": "segments",
        "what_if": "what_if",
        "smallest_profile": "smallest_profile",
        "file": "feedback",
    }
