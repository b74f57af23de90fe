"""Ids that are numbers behind a few letters: known as such, told apart, sampled alike wherever the rows lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from calibrate.engine import Table, open_table
from calibrate.leads.columns import roles
from calibrate.leads.columns.id_numbers import (
    different_ids,
    different_numbers,
    letters_before,
    letters_of_all,
    number_in,
    ticked_off,
)
from calibrate.leads.columns.roles import Ids, ids_of


def opened(folder: Path, ids: str, rows: int = 3000) -> Table:
    duckdb.sql(f"COPY (SELECT {ids} AS id, 1 AS one FROM range({rows}) AS r(i)) TO '{folder}/ids.parquet'")
    return open_table(folder / "ids.parquet")


@pytest.mark.parametrize(
    ("texts", "letters"),
    [
        (["L-00042", "L-7"], "L-"),
        (["Lead 12"], "Lead "),
        (["7", "0007"], ""),
        (["L-7", "l-7"], None),
        (["L-7", "L-7b"], None),
        (["L-7", "L-"], None),
        (["L-1e5"], "L-1e"),
        (["L-7", "L-1e5"], None),
        (["a.b-7"], None),  # a point stands for any letter in a pattern
        (["L-1234567890123456789"], None),  # more digits than a whole number has
        (["L-٣"], None),
        ([], None),
    ],
)
def test_letters_before_numbers(texts: list[str], letters: str | None) -> None:
    assert letters_before(texts) == letters


@pytest.mark.parametrize(
    ("ids", "letters", "repeated"),
    [
        ("'L-' || i", "L-", False),
        ("'L-' || (9000 - i)", "L-", False),
        ("'L-' || (i * 7919 % 3001)", "L-", False),  # in no order
        ("'L-' || lpad(i::VARCHAR, 6, '0')", "L-", False),
        ("CASE WHEN i % 5 > 0 THEN 'L-' || i END", "L-", False),
        ("'L-' || (i * 7919 % 3001 * 1000003)", None, False),  # too far apart to be ticked off: hashes are compared
        ("'L-' || (i % 2999)", None, True),
        ("CASE i WHEN 5 THEN 'L-07' ELSE 'L-' || i END", None, False),  # one number, two ids
        ("CASE i WHEN 2500 THEN 'M-1' ELSE 'L-' || i END", None, False),  # behind those that are looked at first
        ("CASE i WHEN 2500 THEN 'L-1.5' ELSE 'L-' || i END", None, False),
    ],
)
def test_ids_are_told_apart_by_their_numbers(
    tmp_path: Path, ids: str, letters: str | None, repeated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "LOOKED_AT", 1000)
    assert ids_of(opened(tmp_path, ids), "id") == Ids(repeated, letters)


def test_all_ids_are_looked_at(tmp_path: Path) -> None:
    assert letters_of_all(opened(tmp_path, "'L-' || i"), "id") == "L-"
    assert letters_of_all(opened(tmp_path, "CASE i WHEN 2500 THEN 'M-1' ELSE 'L-' || i END"), "id") is None
    assert letters_of_all(opened(tmp_path, "CASE WHEN i % 3 = 0 THEN 'L-' || i END"), "id") == "L-"
    assert letters_of_all(opened(tmp_path, "i"), "id") is None  # numbers need no letters
    assert duckdb.sql("SELECT " + number_in("'L-0042'", "L-")).fetchall() == [(42,)]


def test_rows_with_ids_and_different_numbers_are_counted(tmp_path: Path) -> None:
    table = opened(tmp_path, "CASE WHEN i % 10 > 0 THEN 'L-' || (i * 7919 % 2000) END")
    numbers = {i * 7919 % 2000 for i in range(3000) if i % 10}
    assert different_ids(table, "id", "L-") == (2700, len(numbers))


TICKED = """CASE WHEN i % 10 > 0 THEN 'L-' || (i * 7919 % 2000) END AS id, i * 7919 % 2500 - 300 AS number,
    CASE i WHEN 7 THEN 'M-7' ELSE 'L-' || i END AS mixed, i * 1000003 AS wide FROM range(3000)"""


def ticks(table: Table) -> list[tuple[int, int] | None]:
    return [ticked_off(table, *column) for column in (("id", "L-"), ("number", None), ("mixed", "L-"), ("wide", None))]


def test_numbers_are_ticked_off_in_the_engine(tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT {TICKED} AS r(i)) TO '{tmp_path}/ids.parquet'")
    numbers = {i * 7919 % 2000 for i in range(3000) if i % 10}
    assert ticks(open_table(tmp_path / "ids.parquet")) == [(2700, len(numbers)), (3000, 2500), None, None]


@pytest.mark.filterwarnings("ignore")
def test_spark_ticks_off_the_same_numbers(spark: Any) -> None:
    spark.sql(f"CREATE OR REPLACE TEMP VIEW ticked AS SELECT {TICKED} AS r(i)")
    table = open_table("spark://local[2]#ticked")
    assert ticks(table) == [(2700, 1800), (3000, 2500), None, None]
    assert letters_of_all(table, "id") == "L-" and letters_of_all(table, "mixed") is None


@pytest.mark.parametrize("close", [True, False])
def test_numbers_are_counted_as_numpy_counts_them(close: bool) -> None:
    random = np.random.default_rng(7)
    for _ in range(60):
        numbers = random.integers(-40, 40, int(random.integers(1, 50))) * (1 if close else 10**15)
        numbers = np.sort(numbers)[:: random.choice([-1, 1])] if random.random() < 0.4 else numbers
        pieces = np.split(numbers, np.sort(random.integers(0, len(numbers) + 1, 3)))
        expected = (len(numbers), len(np.unique(numbers)))
        strictly = bool((np.diff(numbers) > 0).all() or (np.diff(numbers) < 0).all())
        answer = different_numbers(lambda pieces=pieces: iter(pieces), len(numbers))
        spread = int(numbers.max()) - int(numbers.min())
        assert answer == (expected if strictly or spread < 2 * len(numbers) + 1024 else None)
