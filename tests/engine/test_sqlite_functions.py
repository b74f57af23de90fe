"""Functions that SQLite is given, against DuckDB's."""

from __future__ import annotations

import sqlite3

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine.sqlite_functions import prepare

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from([-1, 1, 2]))
def test_parts_and_digests_are_those_of_duckdb(text: str, place: int) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    ours = door.execute("SELECT calibrate_split_part(?, '@', ?), calibrate_md5(?)", (text, place, text)).fetchone()
    assert ours == duckdb.execute("SELECT split_part(?, '@', ?), md5(?)", (text, place, text)).fetchone()


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.text("a%_B", max_size=5))
def test_likeness_is_that_of_duckdb(text: str, pattern: str) -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    (ours,) = door.execute("SELECT calibrate_like(?, ?)", (text, pattern)).fetchone()
    assert bool(ours) == duckdb.execute("SELECT ? LIKE ?", (text, pattern)).fetchone()[0]


def test_moments_are_cut() -> None:
    door = sqlite3.connect(":memory:")
    prepare(door)
    row = door.execute(
        "SELECT calibrate_trunc('2024-02-29T10:20:30', 'minute'), calibrate_trunc('2024-02-29', 'month')"
    )
    assert row.fetchone() == ("2024-02-29 10:20:00", "2024-02-01 00:00:00")
    assert door.execute("SELECT calibrate_trunc(NULL, 'day')").fetchone() == (None,)
