"""Spark, where the rows already lie: the same statements, transpiled by sqlglot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError
from .rows import PIECE, RemoteTable, Types, arrays, columns_read
from .sql import identifier, rendered
from .table import Statement
from .typed_texts import with_types

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
}
_TYPES: Types = {
    "tinyint": ("number", "", True),
    "smallint": ("number", "", True),
    "int": ("number", "", True),
    "bigint": ("number", "", True),
    "float": ("number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False),
    "double": ("number", "", False),
    "decimal": ("number", "CAST({} AS DOUBLE)", False),
    "boolean": ("boolean", "", False),
    "date": ("date", "", False),
    "timestamp": ("timestamp", "CAST({} AS TIMESTAMP)", False),  # without a zone: else rows come in local time
    "timestamp_ntz": ("timestamp", "", False),
    "string": ("text", "", False),
}


@dataclass(frozen=True, kw_only=True)
class SparkTable(RemoteTable):
    """A table known to a Spark session; `Table` says what its parts mean."""

    session: Any = field(repr=False, compare=False)
    dialect: str = "spark"

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        answer = self.session.sql(rendered(statement, "spark"))
        return arrays(answer.dtypes, answer.collect(), _array)

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces."""
        answer = self.session.sql(rendered(statement, "spark"))
        rows = answer.toLocalIterator(prefetchPartitions=True)
        while piece := list(islice(rows, PIECE)):
            yield arrays(answer.dtypes, piece, _array)

    def stored(self, statement: Statement, name: str) -> int:
        """Make a new table of the answer by the session's own workers; how many rows it has."""
        if self.session.catalog.tableExists(name):
            raise InputError(f"'{name}' exists already; name a new table, or drop this one first")
        self.session.sql(rendered(statement, "spark")).write.saveAsTable(name)
        return int(self.session.table(name).count())


def _array(kind: str, values: tuple[Any, ...]) -> NDArray[Any]:
    """Values of one column with gaps as the `Table` protocol says."""
    type_, _, integral = _TYPES.get(kind.partition("(")[0], ("text", "", False))
    if type_ == "number" and (None in values or not integral):
        return np.array([np.nan if value is None else float(value) for value in values], np.float64)
    if type_ == "number":
        return np.array(values, np.int64)
    if type_ in ("date", "timestamp"):
        return np.array(values, "datetime64[us]")
    if type_ == "boolean" and None not in values:
        return np.array(values, np.bool_)
    array = np.empty(len(values), object)
    array[:] = values
    return array


def open_spark(address: str, choice: str | None) -> SparkTable:
    """A table of a session at ``spark://master#table`` (``spark://local[2]#table`` runs on this machine)."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError("pyspark", "spark") from error
    place = address.partition("://")[2]
    builder = SparkSession.builder.appName("calibrate").master(place if place.startswith("local") else address)
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    if choice is None:
        tables = ", ".join(entry.name for entry in session.catalog.listTables())
        raise InputError(f"{address}: choose a table by adding #name to the address. Tables: {tables or 'none'}")
    if not session.catalog.tableExists(choice):
        raise InputError(f"{address}: no table named '{choice}'")
    frame = session.table(choice)
    read = columns_read([(column, kind.partition("(")[0]) for column, kind in frame.dtypes], _TYPES)
    rows = int(frame.count())
    if not rows:
        raise InputError(f"{address}: table '{choice}' has no rows")
    alias = choice.rpartition(".")[2]
    source = ".".join(identifier(part).sql("duckdb") for part in choice.split("."))
    typed, read = with_types(read, source, lambda statement: session.sql(rendered(statement, "spark")).collect())
    return SparkTable(
        name=choice,
        columns=read.columns,
        rows=rows,
        facts=read.facts,
        fingerprint=hashlib.sha256(f"spark {choice} {rows}".encode()).hexdigest(),
        relation=f"({typed}) AS {identifier(alias).sql('duckdb')}",
        alias=alias,
        session=session,
    )
