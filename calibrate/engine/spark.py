"""Spark, where the rows already lie: the same statements, transpiled by sqlglot.

A session is at ``spark://local[2]`` (on this machine), ``spark://host:port`` (a stand-alone master) or
``sc://host:port`` (Spark Connect). Tables are those that the session knows: temporary views, and those of its catalogs
(Hive, Delta, Iceberg: as its own configuration says).
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError, unknown
from .rows import PIECE, RemoteTable, Types, columns_read, place_of
from .sql import identifier, rendered
from .table import Statement, refuse_too_wide, shown
from .typed_texts import with_types

QUIET = {"spark.ui.showConsoleProgress": "false"}
"""Settings of a session that starts here: its bars of progress would stand in the middle of messages."""
LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    **QUIET,
}
"""Settings of a session on this machine; a cluster has its own."""
SETTINGS = {"spark.sql.session.timeZone": "UTC"}
"""Settings of every session, so that days are the same everywhere."""
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
        answer = self._answer(statement)
        return {name: _array(answer.column(name)) for name in answer.column_names}

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces."""
        answer = self._answer(statement)
        for start in range(0, answer.num_rows, PIECE):
            piece = answer.slice(start, PIECE)
            yield {name: _array(piece.column(name)) for name in piece.column_names}

    def _answer(self, statement: Statement) -> Any:
        """The answer as an Arrow table."""
        with asking(self.name):
            return _arrow(self.session.sql(rendered(statement, "spark")))

    def stored(self, statement: Statement, name: str) -> int:
        """Make a new table of the answer by the session's own workers; how many rows it has."""
        with asking(name):
            if self.session.catalog.tableExists(name):
                raise InputError(f"'{name}' exists already; name a new table, or drop this one first")
        try:
            with asking(name):
                self.session.sql(rendered(statement, "spark")).write.saveAsTable(_escaped(name))
                return int(self.session.table(_escaped(name)).count())
        except InputError as error:
            if "SCHEMA_NOT_FOUND" in str(error):
                schema = name.rpartition(".")[0]
                raise InputError(
                    f"'{name}' cannot be made: there is no schema '{schema}'; name one that exists"
                ) from error
            raise


def _escaped(name: str) -> str:
    """A name of a table for Spark's own functions, its catalog and schema before it."""
    return rendered(f"SELECT 1 FROM {place_of(name)}", "spark").partition(" FROM ")[2]


@contextmanager
def asking(name: str) -> Iterator[None]:
    """What a cluster does not do is said in words."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        if any(kind.__name__ in _REFUSALS for kind in type(error).__mro__):
            raise InputError(
                f"{name}: Spark refuses a statement ({lines[0][:300]}); is there a right to read the table, was it "
                "changed meanwhile?"
            ) from error
        raise InputError(f"{name}: Spark does not answer ({lines[0][:300]}); does it run still? Try again") from error


_REFUSALS = ("AnalysisException", "SparkRuntimeException", "ArithmeticException", "SparkNoSuchElementException")
"""What pyspark calls faults of a statement or a table; any other is one of the cluster."""


def _arrow(frame: Any) -> Any:
    """An answer as an Arrow table; sessions of Spark 3 have no public way to one."""
    if hasattr(frame, "toArrow"):
        return frame.toArrow()
    if hasattr(frame, "_plan"):  # Spark Connect
        client = frame.sparkSession.client
        table = client.to_table(frame._plan.to_proto(client))
        return table[0] if isinstance(table, tuple) else table
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    return pa.Table.from_batches(frame._collect_as_arrow(), to_arrow_schema(frame.schema))


def _array(column: Any) -> NDArray[Any]:
    """Values of one column with gaps as the `Table` protocol says."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return np.asarray(column.cast(pa.timestamp("us")).to_numpy(), "datetime64[us]")
    values: NDArray[Any] = column.to_numpy()
    if pa.types.is_integer(kind) and not column.null_count:
        return values.astype(np.int64, copy=False)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return values.astype(np.float64, copy=False)
    return values if pa.types.is_boolean(kind) and not column.null_count else values.astype(object, copy=False)


PATIENCE = 10
"""Seconds in which a server takes a connection; Spark's own clients try again for minutes where nobody is."""
_PORTS = {"sc": 15002, "spark": 7077}


def _reached(scheme: str, place: str, title: str) -> None:
    """Raise InputError where no server takes connections at any of the places, such as ``host:7077,other:7077``."""
    faults = []
    for part in place.partition("/")[0].split(","):
        host, _, port = part.rpartition("@")[2].partition(":")
        try:
            socket.create_connection((host, int(port or _PORTS[scheme])), PATIENCE).close()
        except (OSError, ValueError) as error:
            faults.append(f"{host}: {error}")
        else:
            return
    raise InputError(
        f"{title}: no connection to Spark ({'; '.join(faults)}); does the server run, is the port its own?"
    )


def _session(address: str) -> Any:
    """The session at an address: one that runs already, or a new one."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError("pyspark", "spark") from error
    scheme, _, place = address.partition("://")
    builder = SparkSession.builder
    if not place.startswith("local"):
        _reached(scheme, place, shown(address))
    if scheme == "sc":
        builder = builder.remote(address)
    else:
        builder = builder.appName("calibrate").master(place if place.startswith("local") else address)
        for key, setting in (LOCAL if place.startswith("local") else QUIET).items():
            builder = builder.config(key, setting)
    with asking(shown(address)):
        session = builder.getOrCreate()
        for key, setting in SETTINGS.items():
            session.conf.set(key, setting)
    return session


def _tables(session: Any) -> list[str]:
    """Tables of the session's own catalog, the schema before the name where it is not the session's own."""
    catalog = session.catalog
    own = catalog.currentDatabase()
    schemas = [own, *sorted({entry.name for entry in catalog.listDatabases()} - {own})][:MOST_SCHEMAS]
    places = ((schema, entry) for schema in schemas for entry in catalog.listTables(schema))
    return list(
        dict.fromkeys(
            entry.name if entry.isTemporary or schema == own else f"{schema}.{entry.name}" for schema, entry in places
        )
    )


MOST_SCHEMAS = 20
"""How many schemas are looked through for names of tables; a large catalog has thousands."""


def open_spark(address: str, choice: str | None) -> SparkTable:
    """A table of a session at ``spark://master#table`` or ``sc://host:port#table``, called as the session calls it."""
    session, title = _session(address), shown(address)
    with asking(title):
        if choice is None:
            tables = ", ".join(_tables(session)) or "none"
            raise InputError(f"{title}: choose a table by adding #name to the address. Tables: {tables}")
        if not session.catalog.tableExists(choice):
            raise InputError(f"{title}: " + unknown("table", choice, _tables(session)))
        frame = session.table(_escaped(choice))
        refuse_too_wide(choice, len(frame.dtypes))
        read = columns_read([(column, kind.partition("(")[0]) for column, kind in frame.dtypes], _TYPES)
        rows = int(frame.count())
    if not rows:
        raise InputError(f"{title}: table '{choice}' has no rows")
    alias = choice.rpartition(".")[2]
    with asking(title):
        typed, read = with_types(
            read, place_of(choice), lambda statement: session.sql(rendered(statement, "spark")).collect()
        )
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
