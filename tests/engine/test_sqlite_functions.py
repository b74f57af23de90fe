"""Functions that SQLite is given, against DuckDB's."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine.sqlite_functions import prepare

CONNECTION = duckdb.connect()
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from([-1, 1, 2]))
def test_parts_and_digests_are_those_of_duckdb(text: str, place: int) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    ours = door.execute("SELECT calibrate_split_part(?, '@', ?), calibrate_md5(?)", (text, place, text)).fetchone()
    assert ours == CONNECTION.execute("SELECT split_part(?, '@', ?), md5(?)", (text, place, text)).fetchone()


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.text("a%_B", max_size=5))
def test_likeness_is_that_of_duckdb(text: str, pattern: str) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    (ours,) = door.execute("SELECT calibrate_like(?, ?)", (text, pattern)).fetchone()
    assert bool(ours) == CONNECTION.execute("SELECT ? LIKE ?", (text, pattern)).fetchone()[0]


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.text("aÉß_", max_size=5), st.text("xy", max_size=4))
def test_letters_are_folded_and_exchanged_as_duckdb_does(text: str, signs: str, plain: str) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    signs = "".join(dict.fromkeys(signs))
    (ours,) = door.execute("SELECT calibrate_translate(?, ?, ?)", (text, signs, plain)).fetchone()
    assert ours == CONNECTION.execute("SELECT translate(?, ?, ?)", (text, signs, plain)).fetchone()[0]
    assert door.execute("SELECT calibrate_lower(?)", (text,)).fetchone() == (text.lower(),)


@pytest.mark.parametrize("unit", ["minute", "hour", "day", "month", "year"])
@pytest.mark.parametrize("moment", ["2024-02-29T10:20:30", "2024-12-31 23:59:59", "2024-02-29"])
def test_moments_are_cut_as_duckdb_cuts_them(moment: str, unit: str) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    (ours,) = door.execute("SELECT calibrate_trunc(?, ?)", (moment, unit)).fetchone()
    assert ours == str(CONNECTION.execute(f"SELECT date_trunc('{unit}', ?::TIMESTAMP)", (moment,)).fetchone()[0])


def test_what_is_missing_stays_missing() -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    row = door.execute(
        "SELECT calibrate_split_part(NULL, '@', 1), calibrate_translate(NULL, 'a', 'b'), calibrate_md5(NULL), "
        "calibrate_lower(NULL), calibrate_like(NULL, '%'), calibrate_trunc(NULL, 'day')"
    )
    assert row.fetchone() == (None,) * 6
