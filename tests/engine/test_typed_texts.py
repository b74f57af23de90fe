"""Texts of a database are typed like those of a file: the same columns, the same values, and none that would fail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from calibrate.engine import open_table
from calibrate.engine.rows import Read
from calibrate.engine.sql import rendered
from calibrate.engine.table import Column
from calibrate.engine.typed_texts import _DAY, with_types

ROWS = 60
CELLS: dict[str, list[str]] = {
    "employees": [f"{3 * i}" for i in range(ROWS)],
    "rate": [f" {i / 4} " if i % 5 else "N/A" for i in range(ROWS)],
    "amount": [f"{1 + i // 30}.{200 + i},50" for i in range(ROWS)],
    "price": [f"$1,{200 + i}" for i in range(ROWS)],
    "zip": [f"0{1000 + i}" for i in range(ROWS)],
    "created": [f"2025-0{1 + i % 9}-{1 + i % 28:02}" for i in range(ROWS)],
    "seen": [f"{1 + i % 28:02}/{1 + i % 12:02}/2025" for i in range(ROWS)],
    "moment": [f"2025-03-{1 + i % 28:02} 10:{i:02}:00" for i in range(ROWS)],
    "source": ["Web" if i % 3 else "12" for i in range(ROWS)],
    "nearly": [f"{i}" if i != 58 else "many" for i in range(ROWS)],
    "impossible": [f"2025-02-{1 + i % 30:02}" for i in range(ROWS)],
    "empty": [""] * ROWS,
}
TYPES = {
    "employees": "number", "rate": "number", "amount": "number", "price": "number", "zip": "text", "created": "date",
    "seen": "date", "moment": "date", "source": "text", "nearly": "text", "impossible": "text", "empty": "text",
}  # fmt: skip


def checked(table: Any, tmp_path: Path) -> None:
    """The types by hand; the values as those of the same cells in a CSV file."""
    assert {column.name: column.type for column in table.columns if column.name != "place"} == TYPES
    pd.DataFrame(CELLS).to_csv(tmp_path / "cells.csv", index=False, sep=";")
    file = open_table(tmp_path / "cells.csv")
    for name in ("employees", "rate", "amount", "price"):
        mine = table.fetch(f'SELECT "{name}" AS v, COUNT(*) AS n FROM {table.relation} GROUP BY 1 ORDER BY 1')
        theirs = file.fetch(f'SELECT "{name}" AS v, COUNT(*) AS n FROM {file.relation} GROUP BY 1 ORDER BY 1')
        pd.testing.assert_frame_equal(pd.DataFrame(mine).dropna(), pd.DataFrame(theirs).dropna(), check_dtype=False)
    days = table.fetch(f"SELECT MIN(seen) AS low, MAX(created) AS high, MIN(moment) AS m FROM {table.relation}")
    assert [str(days[key][0])[:10] for key in ("low", "high", "m")] == ["2025-01-01", "2025-09-27", "2025-03-01"]
    assert {fact.key for fact in table.facts} >= {"dates", "thousands", "units", "decimal_comma"}


@pytest.mark.filterwarnings("ignore")
def test_texts_of_spark(tmp_path: Path) -> None:
    """Runs where the extra [spark] is installed: the statements are Spark's own, and none of them fails on a text."""
    pyspark = pytest.importorskip("pyspark.sql")
    from calibrate.engine.spark import LOCAL, SETTINGS

    builder = pyspark.SparkSession.builder.master("local[2]")
    for key, value in (LOCAL | SETTINGS).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    rows = [(at, *(CELLS[name][at] for name in CELLS)) for at in range(ROWS)]
    schema = ", ".join(("place int", *(f"{name} string" for name in CELLS)))
    session.createDataFrame(rows, schema).createOrReplaceTempView("typed_cells")
    checked(open_table("spark://local[2]#typed_cells"), tmp_path)


def test_texts_of_postgres(server: str, tmp_path: Path) -> None:
    import psycopg

    address = server
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS typed_cells")
        connection.execute(f"CREATE TABLE typed_cells (place int, {', '.join(f'{name} text' for name in CELLS)})")
        for at in range(ROWS):
            marks = ", ".join(["%s"] * (1 + len(CELLS)))
            connection.execute(
                f"INSERT INTO typed_cells VALUES ({marks})", [at, *(cells[at] for cells in CELLS.values())]
            )
    checked(open_table(f"{address}#typed_cells"), tmp_path)


def test_where_nothing_can_be_typed_nothing_changes() -> None:
    read = Read((Column("a", "text"), Column("n", "number")), '"a", "n"', ())
    asked: list[str] = []

    def fetch(statement: str) -> list[tuple[str]]:
        asked.append(statement)
        return [("Web",), ("Fair",)]

    assert with_types(read, "leads", fetch) == ('SELECT "a", "n" FROM leads', read)
    assert len(asked) == 1


@pytest.mark.parametrize("day", ["2024-02-29", "1999-12-31", "2025-06-30"])
def test_days_that_there_are(day: str) -> None:
    assert re.match(_DAY, day)
    assert not [
        bad for bad in ("2023-02-29", "1900-02-29", "2025-06-31", "2025-13-01", "0000-00-00") if re.match(_DAY, bad)
    ]


def test_spark_is_asked_in_its_own_words() -> None:
    """Without a cluster here: what is sent to it is Spark's SQL, with a pattern before every cast."""
    sqlglot = pytest.importorskip("sqlglot")
    statements: list[str] = []

    def fetch(statement: str) -> list[tuple[Any, ...]]:
        statements.append(rendered(statement, "spark"))
        cells = [(CELLS["amount"][at], CELLS["seen"][at]) for at in range(ROWS)]
        return cells if len(statements) == 1 else [(ROWS, ROWS, 1, ROWS, ROWS, 0)]

    read = Read((Column("amount", "text"), Column("seen", "text")), '"amount", "seen"', ())
    typed, after = with_types(read, "leads", fetch)
    assert [(column.type, column.whole) for column in after.columns] == [("number", False), ("date", False)]
    for statement in (*statements, rendered(typed, "spark")):
        assert sqlglot.parse_one(statement, read="spark")
    assert rendered(typed, "spark").count(" RLIKE ") == 4
