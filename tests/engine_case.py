"""Tables as they are read: types, values and facts of a column; a table of four leads in a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from calibrate.engine import Table

Write = Callable[..., Path]


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def column(table: Table, name: str) -> list[Any]:
    quoted = '"' + name.replace('"', '""') + '"'
    values = table.fetch(f"SELECT {quoted} AS v FROM {table.relation} ORDER BY {table.position}")["v"]
    if values.dtype.kind == "f":
        return [None if np.isnan(v) else float(v) for v in values]
    return (
        [str(v) if isinstance(v, np.datetime64) else v for v in values.tolist()]
        if values.dtype.kind != "M"
        else [None if np.isnat(v) else str(v.astype("datetime64[s]")) for v in values]
    )


def fact(table: Table, key: str) -> dict[str, Any]:
    return next((dict(found.facts) for found in table.facts if found.key == key), {})


def parquet(path: Path, query: str) -> Path:
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


LEADS = (
    'CREATE TABLE leads (id BIGINT, "Sec""tor" VARCHAR(50), visits INT, rate DOUBLE PRECISION, amount NUMERIC(12,2), '
    'demo BOOLEAN, day DATE, "at" TIMESTAMP WITH TIME ZONE, seen TIMESTAMP)'
)

ROWS = (
    "INSERT INTO leads VALUES "
    "(1, 'Bank', 3, 0.5, 10.25, true, '2025-01-02', '2025-01-02 10:00:00+02', '2025-01-02 10:00:00'), "
    "(2, 'it''s \\', NULL, 'NaN', NULL, false, NULL, NULL, NULL), "
    "(3, ' ', 7, 2.5, -1, NULL, '2025-12-31', '2025-12-31 23:30:00-02', '2025-12-31 00:00:00'), "
    "(4, 'Select', 0, 'Infinity', 0, true, '2025-01-02', NULL, NULL)"
)
