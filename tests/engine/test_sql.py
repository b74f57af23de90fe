"""Parts of statements: level codes packed and unpacked, steps, texts that stay in their quotes."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from texts_case import HOSTILE

from calibrate.engine import sql


@pytest.mark.parametrize("count", [1, 6, 7, 8, 14, 20, 255])
def test_packed_codes_come_back(count: int) -> None:
    rows = np.random.default_rng(7).integers(0, 256, (count, 50)).astype(np.uint8)
    with duckdb.connect() as connection:
        names = [f"c{i}" for i in range(count)]
        connection.execute(f"CREATE TABLE t ({', '.join(f'{n} UTINYINT' for n in names)})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * count)})", rows.T.tolist())
        words = sql.packed([sql.identifier(name) for name in names])
        listed = ", ".join(f"{word.sql('duckdb')} AS w{i}" for i, word in enumerate(words))
        found = connection.execute(f"SELECT {listed} FROM t").fetchnumpy()
    assert len(words) == -(-count // sql.CODES_A_WORD)
    assert (sql.unpacked([found[f"w{i}"] for i in range(len(words))], count) == rows).all()


def test_steps_search_by_halves_what_is_long() -> None:
    cuts = [float(i) for i in range(40)]
    expression = sql.steps(sql.identifier("n"), cuts, list(range(41))).sql("duckdb")
    with duckdb.connect() as connection:
        numbers = np.arange(-2, 45, 0.5)
        connection.execute("CREATE TABLE t AS SELECT -2 + 0.5::DOUBLE * i AS n FROM range(94) AS r(i)")
        found = connection.execute(f"SELECT {expression} AS code FROM t ORDER BY n").fetchnumpy()["code"]
    assert found.tolist() == [sql.step_of(n, cuts) for n in numbers]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "sqlite", "mysql", "tsql", "snowflake", "bigquery"])
def test_texts_cannot_leave_their_quotes(dialect: str) -> None:
    import sqlglot

    for value in HOSTILE:
        written = f"SELECT {sql.literal(value).sql(dialect)} AS a"
        read = sqlglot.parse(written, read=dialect)
        assert len(read) == 1
        assert read[0].expressions[0].this.this == value
