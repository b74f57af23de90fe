"""Settings sheets: a line to tick for every line of the grid and every band, steps in both languages."""

from __future__ import annotations

import random

import pytest
from replay import cases, golden

from calibrate.errors import ExportError
from calibrate.export.base import Options
from calibrate.export.sheet import STEPS, SYSTEMS, WORDS, write


@pytest.mark.parametrize("system", STEPS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_line_and_band_has_a_box_to_tick(system: str, language: str) -> None:
    for seed in range(4):
        grid = cases.grid(random.Random(seed), size=5)
        page = write(grid, Options(language=language), system)
        assert page.count("| ☐ |") == grid.lines + len(grid.bands)
        assert f" {grid.maximum} " in page and f"{grid.minimum}" in page and SYSTEMS[system] in page


def test_steps_are_as_many_in_both_languages_and_words_have_the_same_places() -> None:
    assert set(STEPS) == set(SYSTEMS)
    for steps in STEPS.values():
        assert len(steps["en"]) == len(steps["fr"]) and not set(steps["en"]) & set(steps["fr"])
    for name, text in WORDS["en"].items():
        assert text.count("{") == WORDS["fr"][name].count("{") and text.count("|") == WORDS["fr"][name].count("|")


def test_only_plezi_begins_with_what_the_lead_did() -> None:
    for system in STEPS:
        page = write(golden.small(), Options(), system)
        places = page.index(WORDS["en"]["fit"]), page.index(WORDS["en"]["engagement"])
        assert (places[0] > places[1]) == (system == "plezi")


def test_a_system_without_a_sheet_is_refused_with_the_nearest() -> None:
    with pytest.raises(ExportError, match=r"no settings sheet named 'plezy'. Did you mean 'plezi'"):
        write(golden.small(), Options(), "plezy")
