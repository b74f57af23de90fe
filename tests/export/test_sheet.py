"""Settings sheets: a line to tick for every line of the grid and every band, steps in both languages."""

from __future__ import annotations

import random
import re

import pytest
from replay import cases, golden

from calibrate.errors import ExportError
from calibrate.export import activecampaign, plezi
from calibrate.export.base import Options
from calibrate.export.lines import lowered
from calibrate.export.sheet import SYSTEMS, steps_of, write
from calibrate.language import load


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_line_and_band_has_a_box_to_tick(system: str, language: str) -> None:
    for seed in range(4):
        grid = cases.grid(random.Random(seed), size=5)
        room = {"plezi": plezi, "activecampaign": activecampaign}.get(system)
        page = room.write(grid, Options(language=language)) if room else write(grid, Options(language=language), system)
        assert page.count("| ☐ |") == grid.lines + len(grid.bands)
        whole = lowered(grid) if system in ("plezi", "activecampaign") else grid
        for end in (whole.maximum, whole.minimum):
            assert f" {end}".replace("-", "\N{MINUS SIGN}") in page
        assert (str(grid.start).replace("-", "\N{MINUS SIGN}") in page) or not grid.start
        assert load(language)(f"loading_{system}.system") in page


@pytest.mark.parametrize("target", [key[8:-7] for key in load("en").texts if re.fullmatch(r"loading_.*\.system", key)])
def test_steps_are_as_many_in_both_languages(target: str) -> None:
    for key in ("steps", "undo"):
        english, french = (steps_of(target, load(language), key, file="f") for language in ("en", "fr"))
        assert len(english) == len(french) and not set(english) & set(french)


def test_only_plezi_begins_with_what_the_lead_did() -> None:
    for system in SYSTEMS:
        page = write(golden.small(), Options(), system)
        places = page.index(load("en")("sheet.fit")), page.index(load("en")("sheet.engagement"))
        assert (places[0] > places[1]) == (system == "plezi")


def test_a_system_without_a_sheet_is_refused_with_the_nearest() -> None:
    with pytest.raises(ExportError, match=r"no settings sheet named 'plezy'. Did you mean 'plezi'"):
        write(golden.small(), Options(), "plezy")
