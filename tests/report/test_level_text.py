"""Levels as readers see them: ours in the language, those of the data as they stand."""

from __future__ import annotations

import pytest

from calibrate.grid.criteria import Level
from calibrate.language import load
from calibrate.report.level_text import criterion_name, level_name, line_name


@pytest.mark.parametrize(
    ("level", "key"),
    [
        (Level("missing", "missing"), "level.missing"),
        (Level("other", "other"), "level.other"),
        (Level("(other)", "other"), "level.other"),
        (Level("True", values=(True,)), "level.true"),
        (Level("any"), "level.any"),
    ],
)
def test_words_of_ours_are_translated(level: Level, key: str) -> None:
    assert {level_name(level, load(language)) for language in ("en", "fr")} == {load("en")(key), load("fr")(key)}


@pytest.mark.parametrize(
    "level",
    [
        Level("Missing persons", values=("Missing persons",)),
        Level("nothing said", "missing"),
        Level("other", values=("Other",)),
        Level("any", values=("any",)),
        Level("10-49", low=10, high=50),
    ],
)
def test_answers_of_the_data_stay(level: Level) -> None:
    assert level_name(level, load("fr")) == level.name


def test_what_is_made_from_events_and_addresses_is_named_in_the_language() -> None:
    words = load("fr")
    assert criterion_name("demo (events)", words) == "demo (événements)"
    assert line_name("Email (mailbox)", Level("free", values=("free",)), words).endswith("gratuite")
    assert line_name("events (pace)", Level("slower", values=("slower",)), words).endswith("ralenti")
    for name in ("events (count)", "Work email (mailbox)", "demo (last event)"):
        assert criterion_name(name, load("en")) == name
        assert criterion_name(name, words) != name


def test_the_same_words_as_answers_of_the_data_stay() -> None:
    """Only where the criterion is ours: a column of the user may say free or slower too."""
    words = load("fr")
    assert line_name("licence", Level("free", values=("free",)), words).endswith("free")
    assert criterion_name("upcoming events", words) == "upcoming events"
