"""Parts of statements mean in SQLite what they mean in DuckDB; other dialects get them as their manuals say."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest

from calibrate.engine.sqlite_functions import prepare
from calibrate.engine.warehouse_sql import spoken

ROWS = (
    "(VALUES (1, 'Ana@Orange.fr', 3.5e0, '2024-02-29 10:20:30'), (2, 'É @ x', NULL, NULL), "
    "(3, NULL, -1e0, '2024-01-01 00:00:59'))"
)
TABLE = f"(SELECT * FROM {ROWS} AS v(id, mail, size, seen)) AS t"
"""In DuckDB; SQLite gets a table."""


def both(cells: str, group: str = "") -> tuple[list[object], list[object]]:
    """Rows of one statement by DuckDB and by SQLite."""
    connection = sqlite3.connect(":memory:")
    prepare(connection)
    connection.execute("CREATE TABLE t (id INTEGER, mail TEXT, size DOUBLE, seen TIMESTAMP)")
    duck = duckdb.connect()
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", duck.execute(f"SELECT * FROM {TABLE}").fetchall())
    made = f"(SELECT id, mail, CAST(size AS DOUBLE) AS size, CAST(seen AS TIMESTAMP) AS seen FROM {TABLE}) AS t"
    ours = duck.execute(f"SELECT {cells} FROM {made} {group}").fetchall()
    theirs = connection.execute(spoken(f"SELECT {cells} FROM t {group}", "sqlite")).fetchall()
    return sorted(map(repr, ours)), sorted(map(repr, theirs))


@pytest.mark.parametrize(
    "cells",
    [
        "id, SPLIT_PART(mail, '@', -1) AS a, SPLIT_PART(mail, '@', 1) AS b, SPLIT_PART(mail, '@', 3) AS c",
        "id, LOWER(mail) AS a, RIGHT(mail, 2) AS b, LENGTH(mail) AS c, TRANSLATE(LOWER(mail), 'é .', 'e') AS d",
        "id, TRIM(mail, 'Axr ') AS a, RTRIM(mail, 'rf') AS b, MD5(mail) AS c",
        "id, CASE WHEN mail LIKE '%orange%' THEN 1 ELSE 0 END AS a",
        "id, CASE WHEN mail NOT LIKE '%O_ange%' THEN 1 ELSE 0 END AS b",
        "id, DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), CAST(seen AS DATE)) AS a",
        "id, CASE WHEN size = CAST('NaN' AS DOUBLE) THEN 1 ELSE 0 END AS a, size + 1 AS b",
        "id, COUNT(*) FILTER (WHERE size > 0) OVER (PARTITION BY mail) AS a",
    ],
)
def test_parts_mean_the_same_in_sqlite(cells: str) -> None:
    ours, theirs = both(cells)
    assert ours == theirs


def test_groups_of_several_sets() -> None:
    cells = "CASE WHEN GROUPING(id) = 0 THEN 'id' ELSE 'mail' END AS which, COALESCE(CAST(id AS VARCHAR), mail) AS v"
    cells += ", COUNT(*) AS n"
    ours, theirs = both(cells, "GROUP BY GROUPING SETS ((id), (mail))")
    assert ours == theirs and len(ours) == 6


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("mysql", "SUBSTRING_INDEX(`a`, '@', -1)"),
        ("bigquery", "ARRAY_REVERSE(SPLIT(`a`, '@'))[SAFE_OFFSET(0)]"),
        ("redshift", "REVERSE(SPLIT_PART(REVERSE(\"a\"), '@', 1))"),
        ("snowflake", "SPLIT_PART(\"a\", '@', -1)"),
        ("clickhouse", "arrayElement(splitByString('@', assumeNotNull(\"a\")), -1)"),
    ],
)
def test_the_last_part_of_a_text(dialect: str, text: str) -> None:
    assert text in spoken("SELECT SPLIT_PART(a, '@', -1) AS x FROM t", dialect)


@pytest.mark.parametrize(
    ("dialect", "function"), [("bigquery", "IS_NAN"), ("trino", "IS_NAN"), ("clickhouse", "isNaN")]
)
def test_where_nan_is_not_itself_it_is_asked_for(dialect: str, function: str) -> None:
    assert f"{function}(" in spoken("SELECT CASE WHEN x = CAST('NaN' AS DOUBLE) THEN 1 END AS y FROM t", dialect)
    assert "1 = 0" in spoken("SELECT CASE WHEN x = CAST('NaN' AS DOUBLE) THEN 1 END AS y FROM t", "mysql")


def test_blanks_are_cut_sign_by_sign_in_mysql() -> None:
    assert "REGEXP_REPLACE(`a`, '^[ x]+|[ x]+$', '')" in spoken("SELECT TRIM(a, ' x') AS b FROM t", "mysql")


def test_texts_in_mysql_are_compared_letter_by_letter_and_matched_as_mariadb_can_too() -> None:
    statement = spoken("SELECT CAST(a AS VARCHAR) AS v FROM t WHERE REGEXP_MATCHES(a, 'x+')", "mysql")
    assert "CAST(`a` AS CHAR) COLLATE utf8mb4_bin AS `v`" in statement
    assert "(REGEXP_INSTR(`a`, 'x+') > 0)" in statement and "REGEXP_LIKE" not in statement
