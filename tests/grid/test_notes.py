"""Notes of the calculation: every one understood again, and told in every language."""

from calibrate import language as words
from calibrate.grid.notes import NOTES, note, understood
from calibrate.report.audit_text import noted

FACTS = {
    "criterion": "a=b: c",
    "level": "x was not",
    "share": 0.3,
    "reached": -4,
    "best": 100,
    "pivot": 15,
    "was": -7,
    "lines": "a=b",
    "by": "c=d",
}


def test_every_note_is_understood_and_told_in_every_language():
    for key, template in NOTES.items():
        facts = {name: value for name, value in FACTS.items() if f"{{{name}" in template}
        written = note(key, **facts)
        assert understood(written) == (key, facts)
        told = {language: noted(written, words.load(language)) for language in words.known()}
        assert told["fr"] != written and told["fr"] != told["en"]
        shown = {
            str(abs(value)).replace("0.3", "30") if isinstance(value, float | int) else value
            for value in facts.values()
        }
        assert all(value in text for value in shown for text in told.values())
    every = {key.removeprefix("note.") for key in words.load("en").texts if key.startswith("note.")}
    assert every == {*NOTES, "and"}


def test_notes_of_others_stay_as_they_are():
    french = words.load("fr")
    both = f"{note('no_negative')}; {note('pivot_missed', pivot=30)}"
    assert "aucune ligne" in noted(both, french) and "30" in noted(both, french)
    assert noted(f"{both}; no pin placed", french) == f"{both}; no pin placed"
    assert noted("", french) == "" and understood("all leads have the same outcome ") is None
