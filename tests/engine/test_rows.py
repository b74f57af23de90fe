"""Columns as a database describes them, and rows as columns."""

from __future__ import annotations

import numpy as np

from calibrate.engine.rows import Types, arrays, columns_read
from calibrate.engine.table import Column, Fact

KINDS: Types = {
    "int8": ("number", "", True),
    "numeric": ("number", "CAST({} AS DOUBLE PRECISION)", False),
    "bool": ("boolean", "", False),
    "uuid": ("text", "CAST({} AS VARCHAR)", False),
}


def test_types_are_cast_where_they_must_be_and_what_is_rewritten_is_told() -> None:
    read = columns_read([("n", "int8"), ('a"b', "numeric"), ("tags", "_text"), ("key", "uuid")], KINDS)
    assert read.columns == (
        Column("n", "number", True), Column('a"b', "number", False), Column("tags", "text"), Column("key", "text"),
    )  # fmt: skip
    assert read.expressions == (
        '"n", CAST("a""b" AS DOUBLE PRECISION) AS "a""b", CAST("tags" AS VARCHAR) AS "tags", '
        'CAST("key" AS VARCHAR) AS "key"'
    )
    assert read.facts == (
        Fact("rewritten", {"column": "tags", "type": "_text"}), Fact("rewritten", {"column": "key", "type": "uuid"}),
    )  # fmt: skip


def test_rows_become_columns_each_made_by_its_type() -> None:
    def made(kind: str, values: tuple[object, ...]) -> np.ndarray:
        return np.array(values, kind)

    found = arrays([("a", "int64"), ("b", "object")], [(1, "x"), (2, None)], made)
    assert found["a"].tolist() == [1, 2] and found["a"].dtype == np.int64 and found["b"].tolist() == ["x", None]
    empty = arrays([("a", "int64"), ("b", "object")], [], made)
    assert list(empty) == ["a", "b"] and all(len(values) == 0 for values in empty.values())
