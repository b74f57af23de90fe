"""Remarks on what a target carries: each has words in every language, and each word its remark."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from replay import cases, golden

import calibrate.export
from calibrate import language
from calibrate.export import FORMATS, Options, coverage
from calibrate.export.remarks import remark

HOUSE = Path(calibrate.export.__file__).parent
SAID = {"part", "one_approximated", "one_impossible", "note", "carried", "approximated", "impossible"}


def kinds() -> set[str]:
    """Keys of the remarks in the source."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in HOUSE.glob("*.py") if path.name != "remarks.py")
    return set(re.findall(r'(?:remark\(|kind = |else |GUESS = |UNCONFIRMED = |LOWERED = )"(\w+)"', text))


def test_every_remark_has_words_and_every_word_its_remark() -> None:
    table = {key[8:] for key in language.load("en").texts if key.startswith("carried.")}
    remarks = {key for key in table - SAID if not key.startswith("of_")}
    assert not remarks - kinds() and not {kind for kind in kinds() if kind in SAID}
    text = "\n".join(path.read_text(encoding="utf-8") for path in HOUSE.glob("*.py"))
    assert not set(re.findall(r'remark\("(\w+)"', text)) - table - {"undated"}


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("sql-") or name == "sql-mysql"])
def test_no_english_is_left_in_french(name: str) -> None:
    """What a target does not carry, told in French, shares no sentence with what is told in English."""
    grid = cases.grid(random.Random(3), columns=[f"field_{at}" for at in range(6)])
    for made in (golden.small(), grid):
        covered = coverage(made, name, Options(events="events", at="today") if name.startswith("sql") else None)
        said = [*(item.reason for item in covered.items if item.reason), *covered.notes]
        for one in said:
            french, english = one.said(language.load("fr")), one.said(language.load("en"))
            assert french != english
        assert covered.said(language.load("fr")).splitlines()[0] != str(covered).splitlines()[0]


def test_a_remark_prints_in_english() -> None:
    assert (
        str(remark("must_exist_more", names="a, b", more=3))
        == "fields that must exist there under these names: a, b and 3 more"
    )
