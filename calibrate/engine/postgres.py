"""PostgreSQL, where the rows already lie: the same statements, transpiled by sqlglot, read only."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError, unknown
from ..passwords import hushed
from .rows import PIECE, RemoteTable, Types, arrays, columns_read, place_of
from .sql import identifier, literal, relation, rendered
from .table import Statement, refuse_too_wide, shown
from .typed_texts import with_types

SETTINGS = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "cursor_tuple_fraction": "1",  # a cursor is read to its end: no plan that is quick for its first rows alone
    "enable_nestloop": "off",  # of joined statements the planner thinks that they give a row or two
    "jit": "off",  # long CASE expressions take it seconds
    "work_mem": "64MB",
}
"""Settings of the session; a role that may only read may make them."""
_FINITE = "CASE WHEN {{}} BETWEEN {kind} '0001-01-01' AND {kind} '9999-12-31' THEN {cell} END"
"""A date as far as a calendar has it: infinity says never, as an empty cell does."""
_TYPES: Types = {
    "smallint": ("number", "", True),
    "integer": ("number", "", True),
    "bigint": ("number", "", True),
    "whole numeric": ("number", "CAST({} AS BIGINT)", True),
    "real": ("number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False),
    "double precision": ("number", "", False),
    "numeric": ("number", "CAST({} AS DOUBLE)", False),
    "boolean": ("boolean", "", False),
    "date": ("date", _FINITE.format(kind="DATE", cell="{}"), False),
    "timestamp without time zone": ("timestamp", _FINITE.format(kind="TIMESTAMP", cell="{}"), False),
    "timestamp with time zone": ("timestamp", _FINITE.format(kind="TIMESTAMP", cell="({} AT TIME ZONE 'UTC')"), False),
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
        self.address = address
        try:
            self.connection = psycopg.connect(address, autocommit=True)
            for setting, value in SETTINGS.items():
                self.connection.execute(f"SET {setting} = {_text(value)}")
        except psycopg.Error as error:
            raise InputError(
                f"{shown(address)}: no connection to PostgreSQL ({hushed(_said(error), address)})"
            ) from error
        self.close = weakref.finalize(self, self.connection.close)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a statement in PostgreSQL's dialect."""
        with self.asking(shown(self.address)):
            return self.connection.execute(statement).fetchall()

    @contextmanager
    def asking(self, name: str) -> Iterator[None]:
        """What the server refuses or breaks off is said in words; a statement that is wrong is a fault of ours."""
        import psycopg
        from psycopg import errors

        try:
            yield
        except (errors.SyntaxError, errors.UndefinedFunction, errors.UndefinedColumn, errors.ReadOnlySqlTransaction):
            raise
        except errors.QueryCanceled as error:
            raise InputError(
                f"{name}: the server broke a statement off ({_said(error)}); raise statement_timeout for this role, or "
                "calibrate on a table of fewer rows or columns"
            ) from error
        except errors.InsufficientPrivilege as error:
            raise InputError(
                f"{name}: this role may not read it ({_said(error)}); the right to SELECT is enough: GRANT it, or "
                "connect as another role"
            ) from error
        except psycopg.OperationalError as error:
            raise InputError(f"{name}: the server does not answer any more ({_said(error)}); try again") from error
        except psycopg.Error as error:
            raise InputError(f"{name}: cannot be read ({_said(error)})") from error


def _said(error: Exception) -> str:
    """The first line of what the server said."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@dataclass(frozen=True, kw_only=True)
class PostgresTable(RemoteTable):
    """A table of a PostgreSQL database; `Table` says what its parts mean."""

    door: Door = field(repr=False, compare=False)
    dialect: str = "postgres"

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        with self.door.asking(self.name), self.door.connection.cursor(binary=True) as cursor:
            cursor.execute(rendered(statement, "postgres"))
            return _arrays(cursor.description, cursor.fetchall())

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces, by a cursor on the server."""
        connection = self.door.connection
        with (
            self.door.asking(self.name),
            connection.transaction(),
            connection.cursor(name="calibrate", binary=True) as cursor,
        ):
            cursor.execute(rendered(statement, "postgres"))
            while rows := cursor.fetchmany(PIECE):
                yield _arrays(cursor.description, rows)

    def stored(self, statement: Statement, name: str) -> int:
        """Make a new table of the answer, in one transaction; how many rows it has."""
        import psycopg

        connection = self.door.connection
        try:
            with self.door.asking(name), connection.transaction():
                connection.execute("SET TRANSACTION READ WRITE")
                return connection.execute(
                    f"CREATE TABLE {place_of(name)} AS {rendered(statement, 'postgres')}"
                ).rowcount
        except InputError as error:
            fault = error.__cause__
            if isinstance(fault, psycopg.errors.DuplicateTable):
                raise InputError(f"'{name}' exists already; name a new table, or drop this one first") from fault
            if isinstance(fault, psycopg.errors.InvalidSchemaName):
                raise InputError(f"'{name}' cannot be made ({_said(fault)}); name a schema that exists") from fault
            if isinstance(fault, psycopg.errors.InsufficientPrivilege):
                raise InputError(
                    f"this role may not make the table '{name}' ({_said(fault)}); name a schema in which it may, as "
                    "--out-table schema.name"
                ) from fault
            raise


def _arrays(description: Any, rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    if rows and all(part.type_code in _WHOLE for part in description):
        try:  # level codes and counts: all columns at once
            numbers = np.array(rows, np.int64)
            return {part.name: np.ascontiguousarray(numbers[:, i]) for i, part in enumerate(description)}
        except TypeError:  # with gaps
            pass
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
    """A table of a database at ``postgresql://user@host/base#table``, its schema before it where that is not public.

    Views, materialised views, foreign and partitioned tables count as tables.
    """
    address = shown(door.address)
    place = _chosen(door, address, choice)
    if not place.readable:
        raise InputError(
            f"{address}: this role may not read '{place.title}'; the right to SELECT is enough: GRANT it, or connect "
            "as another role"
        )
    described = door.execute(
        "SELECT a.attname, CASE WHEN t.oid = 1700 AND m.mod > 0 AND (m.mod - 4) & 65535 = 0 "
        "AND (m.mod - 4) >> 16 <= 18 THEN 'whole numeric' ELSE format_type(t.oid, NULL) END "
        "FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS own ON own.oid = a.atttypid "
        "CROSS JOIN LATERAL (SELECT CASE WHEN own.typtype = 'd' THEN own.typtypmod ELSE a.atttypmod END AS mod) AS m "
        "JOIN pg_catalog.pg_type AS t ON t.oid = CASE WHEN own.typtype = 'd' THEN own.typbasetype ELSE own.oid END "
        f"WHERE a.attrelid = {place.oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
    refuse_too_wide(place.title, len(described))
    source = f"{relation(place.schema).sql('postgres')}.{relation(place.name).sql('postgres')}"
    with door.asking(place.title):
        rows = int(door.connection.execute(f"SELECT COUNT(*) FROM {source}").fetchall()[0][0])
    if not rows:
        raise InputError(f"{address}: table '{place.title}' has no rows")
    with door.asking(place.title):
        typed, read = with_types(
            columns_read(described, _TYPES),
            source,
            lambda statement: door.connection.execute(rendered(statement, "postgres")).fetchall(),
        )
    return PostgresTable(
        name=place.title,
        columns=read.columns,
        rows=rows,
        facts=read.facts,
        fingerprint=hashlib.sha256(f"postgres {place.title} {rows}".encode()).hexdigest(),
        relation=f"({typed}) AS {identifier(place.name).sql('duckdb')}",
        alias=place.name,
        door=door,
    )


class _Place(NamedTuple):
    """A table of the database, and whether this role may read it."""

    oid: int
    schema: str
    name: str
    readable: bool
    part: bool

    @property
    def title(self) -> str:
        """How it is called; the schema public goes without saying."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def _chosen(door: Door, address: str, choice: str | None) -> _Place:
    """The table that is wanted, or the only one; parts of a partitioned table are none by themselves."""
    rows = door.execute(
        "SELECT c.oid, n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT') OR "
        "has_any_column_privilege(c.oid, 'SELECT'), c.relispartition FROM pg_catalog.pg_class AS c "
        "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') "
        "AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%' ORDER BY 2, 3"
    )
    places = [_Place(*row) for row in rows]
    if choice is None:
        tables = [place for place in places if place.readable and not place.part]
        if len(tables) != 1:
            names = ", ".join(place.title for place in tables) or "none"
            raise InputError(f"{address}: choose a table by adding #name to the address. Tables: {names}")
        return tables[0]
    for place in places:
        if choice in (place.title, f"{place.schema}.{place.name}"):
            return place
    raise InputError(f"{address}: " + unknown("table", choice, [place.title for place in places if not place.part]))


def _text(value: str) -> str:
    return literal(value).sql("postgres")
