"""Findings in words: every kind in both languages, levels as a reader sees them."""

from __future__ import annotations

import pytest

from calibrate.evaluation.audit import Finding
from calibrate.grid.criteria import Criterion, Level
from calibrate.language import load
from calibrate.report.finding_text import finding_json, readable, told

ENDS = (Level("missing", "missing"), Level("other", "other"))
CRITERION = Criterion("demo", "demo", "boolean", "fit", (Level("True", values=(True,)), *ENDS))


def test_a_level_of_ours_is_named_in_the_language() -> None:
    facts = {"criterion": "demo", "level": "True", "points": 5, "rate": 0.01, "overall": 0.05, "leads": 100}
    for language in ("en", "fr"):
        text = str(told(Finding("unknown_to_us", facts), load(language), (CRITERION,)))
        assert load(language)("level.true") in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_three_parts(language: str) -> None:
    finding = told(Finding("too_many_lines", {"lines": 52}), load(language))
    assert "52" in finding.evidence
    assert len({finding.what, finding.evidence, finding.remedy}) == 3


def test_json_is_english_and_keeps_the_facts() -> None:
    values = finding_json(Finding("too_many_lines", {"lines": 52}))
    assert (values["key"], values["facts"]) == ("too_many_lines", {"lines": 52})
    assert values["what"] == load("en")("finding.too_many_lines")


def test_criteria_made_of_events_are_named_in_the_language_wherever_they_stand() -> None:
    facts = {"one": "events (count)", "other": "events (pace)", "v": 0.9, "alike": 1.0}
    assert readable(facts, load("fr"), ())["one"] == "événements (nombre)"
    assert readable(facts, load("fr"), ())["other"] == "événements (rythme)"
