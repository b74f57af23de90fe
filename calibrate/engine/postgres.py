"""PostgreSQL, where the rows already lie: the same statements, transpiled by sqlglot, read only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError, unknown
from .sql import identifier, literal, relation, rendered
from .table import Column, Fact, Statement, Type

PIECE = 120_000
"""Rows of one piece of a stream."""
_TYPES: dict[str, tuple[Type, str, bool]] = {
    "smallint": ("number", "", True),
    "integer": ("number", "", True),
    "bigint": ("number", "", True),
    "real": ("number", "CAST({} AS DOUBLE)", False),
    "double precision": ("number", "", False),
    "numeric": ("number", "CAST({} AS DOUBLE)", False),
    "boolean": ("boolean", "", False),
    "date": ("date", "", False),
    "timestamp without time zone": ("timestamp", "", False),
    "timestamp with time zone": ("timestamp", "({} AT TIME ZONE 'UTC')", False),
    "text": ("text", "", False),
    "character varying": ("text", "", False),
}


@dataclass(frozen=True)
class PostgresTable:
    """A table of a PostgreSQL database; `Table` says what its parts mean."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    facts: tuple[Fact, ...]
    fingerprint: str
    relation: str
    alias: str
    connection: Any = field(repr=False, compare=False)
    position: str | None = None
    dialect: str = "postgres"

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        with self.connection.cursor() as cursor:
            cursor.execute(rendered(statement, "postgres"))
            rows = cursor.fetchall()
            return _arrays(cursor.description, rows)

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces, by a cursor on the server."""
        with self.connection.transaction(), self.connection.cursor(name="calibrate") as cursor:
            cursor.itersize = PIECE
            cursor.execute(rendered(statement, "postgres"))
            while rows := cursor.fetchmany(PIECE):
                yield _arrays(cursor.description, rows)


def _arrays(description: Any, rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(description)
    return {part.name: _array(part.type_code, values) for part, values in zip(description, columns, strict=True)}


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


def open_postgres(address: str, wanted: str | None) -> PostgresTable:
    """A table of a database at ``postgresql://user@host/base#table``; views count as tables."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtraError("psycopg", "postgres") from error
    try:
        connection = psycopg.connect(
            address, autocommit=True, options="-c default_transaction_read_only=on -c TimeZone=UTC"
        )
    except psycopg.Error as error:
        raise InputError(f"{_shown(address)}: no connection to PostgreSQL ({str(error).strip()})") from error
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        )
        known = {
            (name if schema == "public" else f"{schema}.{name}"): (schema, name) for schema, name in cursor.fetchall()
        }
        if wanted is None and len(known) != 1:
            listed = ", ".join(known) or "none"
            raise InputError(f"{_shown(address)}: choose a table by adding #name to the address. Tables: {listed}")
        shown = wanted or next(iter(known))
        if shown not in known:
            raise InputError(f"{_shown(address)}: " + unknown("table", shown, known))
        schema, name = known[shown]
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            f"WHERE table_schema = {_text(schema)} AND table_name = {_text(name)} ORDER BY ordinal_position"
        )
        described = cursor.fetchall()
        place = f"{relation(schema).sql('postgres')}.{relation(name).sql('postgres')}"
        cursor.execute(f"SELECT COUNT(*) FROM {place}")
        counted = cursor.fetchone()
    rows = int(counted[0]) if counted else 0
    if not rows:
        raise InputError(f"{_shown(address)}: table '{shown}' has no rows")
    columns, parts, facts = [], [], []
    for column, kind in described:
        type_, cast, whole = _TYPES.get(kind, ("text", "CAST({} AS VARCHAR)", False))
        quoted = identifier(column).sql("duckdb")
        parts.append(f"{cast.format(quoted)} AS {quoted}" if cast else quoted)
        columns.append(Column(column, type_, whole))
        if cast and type_ == "text":
            facts.append(Fact("rewritten", {"column": column, "type": kind}))
    alias = name
    source = f"(SELECT {', '.join(parts)} FROM {place}) AS {identifier(alias).sql('duckdb')}"
    digest = hashlib.sha256(f"postgres {shown} {rows}".encode()).hexdigest()
    return PostgresTable(
        name=shown, columns=tuple(columns), rows=rows, facts=tuple(facts), fingerprint=digest, relation=source,
        alias=alias, connection=connection,
    )  # fmt: skip


def _text(value: str) -> str:
    return literal(value).sql("postgres")


def _shown(address: str) -> str:
    """The address without what may be a password."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
