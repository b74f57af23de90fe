"""Levels as readers see them: ours in the language, those of the data as they stand."""

from __future__ import annotations

import pytest

from calibrate.grid.criteria import Level
from calibrate.language import load
from calibrate.report.level_text import level_name


@pytest.mark.parametrize(
    ("level", "key"),
    [
        (Level("missing", "missing"), "level.missing"),
        (Level("other", "other"), "level.other"),
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
        Level("any", values=("any",)),
        Level("10-49", low=10, high=50),
    ],
)
def test_answers_of_the_data_stay(level: Level) -> None:
    assert level_name(level, load("fr")) == level.name
