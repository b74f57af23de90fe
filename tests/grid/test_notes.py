"""Notes of the calculation: every one spelled, understood again, and told in every language."""

import re

import pytest

from calibrate import language as words
from calibrate.grid.notes import note, spelled, understood
from calibrate.report.audit_text import noted

FACTS = {
    "criterion": 'a=b: c; "d" {e}',
    "level": "x was not",
    "share": 0.3,
    "reached": -4,
    "best": 100,
    "pivot": 15,
    "was": -7,
    "lines": "a=b; no_negative",
    "by": "c=d",
    "rate": 0.25,
    "overall": 0.1,
    "held": 0.8,
    "points": 12,
    "who": "Ana",
    "why": "they know",
}
KINDS = sorted(key[5:] for key in words.load("en").texts if key.startswith("note.") and key != "note.and")


@pytest.mark.parametrize("kind", KINDS)
def test_every_note_is_understood_and_told_in_every_language(kind: str) -> None:
    template = words.load("en").texts[f"note.{kind}"]
    facts = {name: FACTS[name] for name in re.findall(r"\{(\w+)", template)}
    made = note(kind, **facts)
    assert understood(spelled([made, made])) == (made, made)
    texts = {language: noted(spelled([made]), words.load(language)) for language in words.known()}
    assert texts["fr"] != texts["en"] == made.said(words.load("en"))
    told = [value for value in facts.values() if isinstance(value, str)]
    assert all(value in text for value in told for text in texts.values())


def test_notes_of_others_stay_as_they_are() -> None:
    french = words.load("fr")
    both = spelled([note("no_negative"), note("pivot_missed", pivot=30)])
    assert "aucune ligne" in noted(both, french) and "30" in noted(both, french)
    for text in (
        "",
        "no pin placed",
        "by_hand {",
        "by_hand []",
        "by_hand {}; ",
        "no_such_note",
        "no_negative ",
        "and",
    ):
        assert noted(text, french) == text and understood(text) is None
    for text in ('by_hand {"was": [1]}', 'by_hand {"was": ' + "[" * 5000, f"{both}; no pin placed"):
        assert noted(text, french) == text
