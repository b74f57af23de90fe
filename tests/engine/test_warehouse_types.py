"""Types of columns, by the names that warehouses give them in their own listings."""

from __future__ import annotations

import pytest

from calibrate.engine.warehouse_types import read_types


@pytest.mark.parametrize(
    ("dialect", "kind", "type_", "cast", "whole"),
    [
        ("snowflake", "NUMBER(38,0)", "number", "", True),
        ("snowflake", "NUMBER(12,2)", "number", "CAST({} AS DOUBLE)", False),
        ("snowflake", "FLOAT", "number", "", False),
        ("snowflake", "VARCHAR(16777216)", "text", "", False),
        ("snowflake", "TIMESTAMP_NTZ(9)", "timestamp", "", False),
        ("snowflake", "TIMESTAMP_TZ(9)", "timestamp", "CAST({} AT TIME ZONE 'UTC' AS TIMESTAMP)", False),
        ("snowflake", "VARIANT", "text", "CAST({} AS VARCHAR)", False),
        ("bigquery", "INT64", "number", "", True),
        ("bigquery", "TIMESTAMP", "timestamp", "CAST({} AS TIMESTAMP)", False),
        ("bigquery", "BIGNUMERIC", "number", "CAST({} AS DOUBLE)", False),
        ("redshift", "character varying", "text", "", False),
        ("redshift", "double precision", "number", "", False),
        ("redshift", "timestamp with time zone", "timestamp", "CAST({} AT TIME ZONE 'UTC' AS TIMESTAMP)", False),
        ("databricks", "float", "number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False),
        ("databricks", "array<string>", "text", "CAST({} AS VARCHAR)", False),
        ("clickhouse", "LowCardinality(Nullable(String))", "text", "", False),
        ("clickhouse", "Nullable(DateTime64(3, 'Europe/Paris'))", "timestamp", "CAST({} AS TIMESTAMP)", False),
        ("clickhouse", "Nullable(UInt32)", "number", "", True),
        ("trino", "timestamp(3) with time zone", "timestamp", "CAST({} AT TIME ZONE 'UTC' AS TIMESTAMP)", False),
        ("trino", "decimal(10,2)", "number", "CAST({} AS DOUBLE)", False),
        ("mysql", "tinyint(1)", "boolean", "", False),
        ("mysql", "int(10) unsigned", "number", "", True),
        (
            "mysql",
            "date",
            "date",
            "CASE WHEN EXTRACT(YEAR FROM {}) > 0 AND EXTRACT(MONTH FROM {}) > 0 "
            "AND EXTRACT(DAY FROM {}) > 0 THEN {} END",
            False,
        ),
        ("mysql", "varchar(40)", "text", "CALIBRATE_TEXT({})", False),
        ("sqlite", "", "text", "CAST({} AS VARCHAR)", False),
        ("sqlite", "DATE", "date", "", False),
    ],
)
def test_types_are_read(dialect: str, kind: str, type_: str, cast: str, whole: bool) -> None:
    assert read_types([("a", kind)], dialect)["a"] == (type_, cast, whole)
