"""Types of columns as warehouses call them, and how each is read as one of our five."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .rows import Types
from .table import Type
from .warehouse_sql import BINARY

_NAMES = {
    "whole": "TINYINT SMALLINT MEDIUMINT INT INTEGER BIGINT BYTEINT INT2 INT4 INT8 INT16 INT32 INT64 UINT8 UINT16 "
    "UINT32 UINT64 UTINYINT USMALLINT UINTEGER LONG SHORT BYTE YEAR",
    "double": "DOUBLE FLOAT8 FLOAT64 REAL FLOAT",
    "single": "FLOAT4 FLOAT32",
    "decimal": "DECIMAL NUMERIC NUMBER BIGNUMERIC DEC FIXED HUGEINT INT128 UBIGINT",
    "text": "VARCHAR CHAR STRING TEXT NVARCHAR NCHAR BPCHAR CHARACTER LONGTEXT MEDIUMTEXT TINYTEXT FIXEDSTRING CLOB",
    "moment": "TIMESTAMP DATETIME DATETIME64 TIMESTAMP_NTZ DATETIME2 TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS",
    "zoned": "TIMESTAMPTZ TIMESTAMP_TZ TIMESTAMP_LTZ",
}
"""Names of types by what they hold."""
_HOLDS = {name: what for what, names in _NAMES.items() for name in names.split()}
_SINGLE = {
    "mysql": ("FLOAT",),
    "databricks": ("FLOAT", "REAL"),
    "duckdb": ("FLOAT", "REAL"),
    "trino": ("REAL",),
    "redshift": ("REAL",),
}
"""Names that mean four bytes in some dialects and eight in others."""
_INSTANTS = {"bigquery": ("TIMESTAMP",), "databricks": ("TIMESTAMP",), "clickhouse": ("DATETIME", "DATETIME64")}
"""Names that mean a moment of the world in some dialects and hands of a clock in others."""


def read_types(described: Iterable[tuple[str, str]], dialect: str) -> Types:
    """For each column by its name: our type, the cast that makes it so, whether numbers are whole.

    >>> read_types([("n", "NUMBER(38,0)"), ("x", "Nullable(Float64)"), ("b", "tinyint(1)")], "snowflake")["n"]
    ('number', '', True)
    """
    return {name: _type_of(kind, dialect) for name, kind in described}


def _type_of(kind: str, dialect: str) -> tuple[Type, str, bool]:
    plain = re.sub(r"(?i)\b(?:nullable|lowcardinality)\((.*)\)$", r"\1", kind.strip())
    plain = re.sub(r"(?i)\b(?:nullable|lowcardinality)\((.*)\)$", r"\1", plain).upper()
    base = re.split(r"[( ]", plain)[0]
    holds = "single" if base in _SINGLE.get(dialect, ()) else _HOLDS.get(base, "")
    if base in ("BOOLEAN", "BOOL") or (dialect == "mysql" and plain.startswith("TINYINT(1)")):
        return "boolean", "", False
    if dialect == "mysql" and (base == "DATE" or holds == "moment") and "WITH TIME ZONE" not in plain:
        return "date" if base == "DATE" else "timestamp", _REAL_DAY, False
    if base in ("DATE", "DATE32"):
        return "date", "", False
    if holds == "zoned" or (holds == "moment" and "WITH TIME ZONE" in plain):
        return "timestamp", "CAST({} AT TIME ZONE 'UTC' AS TIMESTAMP)", False
    if base in _INSTANTS.get(dialect, ()):
        return "timestamp", "CAST({} AS TIMESTAMP)", False
    if holds == "decimal":
        scale = re.search(r",\s*(\d+)\)", plain)
        return ("number", "", True) if scale and scale[1] == "0" else ("number", "CAST({} AS DOUBLE)", False)
    if holds == "text":
        return "text", BINARY + "({})" if dialect == "mysql" else "", False
    return _READ.get(holds, ("text", "CAST({} AS VARCHAR)", False))


_REAL_DAY = (
    "CASE WHEN EXTRACT(YEAR FROM {}) > 0 AND EXTRACT(MONTH FROM {}) > 0 AND EXTRACT(DAY FROM {}) > 0 THEN {} END"
)
"""MySQL keeps days that there are none of, such as 0000-00-00 where nothing is known: they are empty cells."""
_READ: dict[str, tuple[Type, str, bool]] = {
    "whole": ("number", "", True),
    "double": ("number", "", False),
    "single": ("number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False),
    "moment": ("timestamp", "", False),
}
