"""Counts of values made in the engine, and the fine grid on which numbers are counted."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine.numeric_grid import (
    MOST_VALUES,
    cells_counted,
    counted_by_column,
    grid_cell,
    numbers_counted,
)
from calibrate.engine.sql import rendered

NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=2, max_size=20)


def cells(values: list[float]) -> list[int]:
    con = duckdb.connect()
    con.execute("CREATE TABLE t (i INT, v DOUBLE)")
    con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values)))
    return [int(row[0]) for row in con.execute(f"SELECT {grid_cell('v')} FROM t ORDER BY i").fetchall()]


@settings(max_examples=40, deadline=None)
@given(NUMBERS)
def test_cells_rise_with_their_numbers(values: list[float]) -> None:
    found = cells(sorted(values))
    assert found == sorted(found)


def test_cells_are_narrow() -> None:
    values = np.exp(np.random.default_rng(3).uniform(np.log(1e-5), np.log(1e17), 3000))
    found, size = np.array(cells(values.tolist())), np.array(cells((values * 1.0101).tolist()))
    assert (size > found).all()  # one per cent more is another cell


@pytest.mark.filterwarnings("ignore")
def test_statements_count_alike_by_sets_and_cell_by_cell(spark: Any) -> None:
    con = duckdb.connect()
    texts = (
        "CASE i % 7 WHEN 0 THEN NULL ELSE i % 7 END AS a, CASE i % 11 WHEN 0 THEN NULL ELSE i % 11 END AS b, i % 2 AS c"
    )
    con.execute(f"CREATE TABLE t AS SELECT {texts} FROM range(500) AS r(i)")
    spark.sql(f"CREATE OR REPLACE TEMP VIEW counted_cells AS SELECT {texts} FROM range(500) AS r(i)")
    for by, added in (({}, "c"), ({"c": 2}, None)):
        here = con.execute(counted_by_column(["a", "b"], "t", "duckdb", by, added=added)).fetchall()
        assert len(here) == 18 * (1 + len(by))
        for sizes in ((), (8, 12), (8, 2**16)):  # together, and each by itself
            statement = counted_by_column(["a", "b"], "counted_cells", "spark", by, sizes, added)
            there = spark.sql(rendered(statement, "spark")).collect()
            assert sorted(here, key=str) == sorted(map(tuple, there), key=str)


def test_few_numbers_are_counted_one_by_one_and_many_by_cells() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t AS SELECT sqrt(i) AS many, CASE WHEN i % 9 = 0 THEN 'nan'::DOUBLE ELSE i % 3 END AS few "
        f"FROM range({3 * MOST_VALUES}) AS r(i)"
    )
    rows = con.execute(numbers_counted(["many", "few"], "t", "duckdb")).fetchall()
    few = sorted((v, n) for place, v, n, _ in rows if place == 1)
    assert few == [(0, 3333), (1, 5000), (2, 5000)]
    many = sorted((v, n) for place, v, n, _ in rows if place == 0)
    assert sum(n for _, n in many) == 3 * MOST_VALUES and len(many) < MOST_VALUES
    at_once = con.execute(cells_counted("many", 0, "t")).fetchall()
    assert sorted((v, n) for _, v, n, _ in at_once) == many


def test_statements_are_rendered_for_databases() -> None:
    for dialect in ("postgres", "spark"):
        assert "GROUP BY" in rendered(numbers_counted(["a", "b"], "t", dialect), dialect)
