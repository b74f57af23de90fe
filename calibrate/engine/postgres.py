"""PostgreSQL, where the rows already lie: the same statements, transpiled by sqlglot, read only."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError, unknown
from .rows import PIECE, RemoteTable, Types, arrays, columns_read
from .sql import identifier, literal, relation, rendered
from .table import Statement, shown

_TYPES: Types = {
    "smallint": ("number", "", True),
    "integer": ("number", "", True),
    "bigint": ("number", "", True),
    "real": ("number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False),
    "double precision": ("number", "", False),
    "numeric": ("number", "CAST({} AS DOUBLE)", False),
    "boolean": ("boolean", "", False),
    "date": ("date", "", False),
    "timestamp without time zone": ("timestamp", "", False),
    "timestamp with time zone": ("timestamp", "({} AT TIME ZONE 'UTC')", False),
    "text": ("text", "", False),
    "character varying": ("text", "", False),
}


class Door:
    """One connection to a database; closed with its session, or when nothing uses it any more."""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise MissingExtraError("psycopg", "postgres") from error
        options = "-c default_transaction_read_only=on -c TimeZone=UTC"
        try:
            self.connection = psycopg.connect(address, autocommit=True, options=options)
        except psycopg.Error as error:
            raise InputError(f"{shown(address)}: no connection to PostgreSQL ({str(error).strip()})") from error
        self.address = address
        self.close = weakref.finalize(self, self.connection.close)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a statement in PostgreSQL's dialect."""
        return self.connection.execute(statement).fetchall()


@dataclass(frozen=True, kw_only=True)
class PostgresTable(RemoteTable):
    """A table of a PostgreSQL database; `Table` says what its parts mean."""

    door: Door = field(repr=False, compare=False)
    dialect: str = "postgres"

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        with self.door.connection.cursor() as cursor:
            cursor.execute(rendered(statement, "postgres"))
            return _arrays(cursor.description, cursor.fetchall())

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces, by a cursor on the server."""
        connection = self.door.connection
        with connection.transaction(), connection.cursor(name="calibrate") as cursor:
            cursor.execute(rendered(statement, "postgres"))
            while rows := cursor.fetchmany(PIECE):
                yield _arrays(cursor.description, rows)


def _arrays(description: Any, rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    return arrays([(part.name, part.type_code) for part in description], rows, _array)


_WHOLE, _REAL, _FLAG, _DAY, _MOMENT = (20, 21, 23), (700, 701, 1700), (16,), (1082,), (1114, 1184)
_ZONED = 1184


def _array(code: int, values: tuple[Any, ...]) -> NDArray[Any]:
    """Values of one column with gaps as the `Table` protocol says; `code` is PostgreSQL's type number."""
    gaps = None in values
    if code in _WHOLE and not gaps:
        return np.array(values, np.int64)
    if code in _WHOLE or code in _REAL:
        return np.array([np.nan if value is None else float(value) for value in values], np.float64)
    if code in _FLAG and not gaps:
        return np.array(values, np.bool_)
    if code in _DAY or code in _MOMENT:
        bare = [value.replace(tzinfo=None) if code == _ZONED and value else value for value in values]
        return np.array(bare, "datetime64[us]")
    array = np.empty(len(values), object)
    array[:] = values
    return array


def open_postgres(door: Door, choice: str | None) -> PostgresTable:
    """A table of a database at ``postgresql://user@host/base#table``; views count as tables."""
    address = shown(door.address)
    schema, name = _chosen(door, address, choice)
    described = door.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        f"WHERE table_schema = {_text(schema)} AND table_name = {_text(name)} ORDER BY ordinal_position"
    )
    place = f"{relation(schema).sql('postgres')}.{relation(name).sql('postgres')}"
    title = name if schema == "public" else f"{schema}.{name}"
    rows = int(door.execute(f"SELECT COUNT(*) FROM {place}")[0][0])
    if not rows:
        raise InputError(f"{address}: table '{title}' has no rows")
    read = columns_read(described, _TYPES)
    return PostgresTable(
        name=title,
        columns=read.columns,
        rows=rows,
        facts=read.facts,
        fingerprint=hashlib.sha256(f"postgres {title} {rows}".encode()).hexdigest(),
        relation=f"(SELECT {read.expressions} FROM {place}) AS {identifier(name).sql('duckdb')}",
        alias=name,
        door=door,
    )


def _chosen(door: Door, address: str, choice: str | None) -> tuple[str, str]:
    """Schema and name of the table that is wanted, or of the only one."""
    rows = door.execute(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )
    tables = {(name if schema == "public" else f"{schema}.{name}"): (schema, name) for schema, name in rows}
    if choice is None and len(tables) != 1:
        raise InputError(
            f"{address}: choose a table by adding #name to the address. Tables: {', '.join(tables) or 'none'}"
        )
    if choice is not None and choice not in tables:
        raise InputError(f"{address}: " + unknown("table", choice, tables))
    return tables[choice or next(iter(tables))]


def _text(value: str) -> str:
    return literal(value).sql("postgres")
