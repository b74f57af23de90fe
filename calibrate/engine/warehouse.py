"""Tables of a warehouse, where the rows lie: any driver of Python's database interface (DB-API 2, ADBC) and a dialect.

The same statements as everywhere, in the warehouse's dialect (`warehouse_sql.py`), run there; answers come as rows and
become arrays by what is in them. Nothing is written: a role that may only read is enough.
"""

from __future__ import annotations

import datetime
import hashlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from ..errors import CalibrateError, InputError, unknown
from .rows import PIECE, RemoteTable, columns_read
from .sql import identifier, literal
from .table import Column, Fact, Statement, refuse_too_wide
from .typed_texts import with_types
from .warehouse_sql import BINARY, spoken
from .warehouse_types import read_types


@dataclass(frozen=True)
class Warehouse:
    """How one kind is spoken to: its dialect, what it is called, and what a new session is told."""

    title: str
    dialect: str
    session: tuple[str, ...] = ()
    prepare: Callable[[Any], None] | None = None
    cursor: Callable[[Any], Any] | None = None
    """A cursor that hands out rows piece by piece, where the usual one fetches all at once."""


class WarehouseDoor:
    """One connection; it is closed with its session where calibrate opened it, and stays open where a user did."""

    def __init__(self, connection: Any, kind: Warehouse, address: str, *, ours: bool = False) -> None:
        self.connection, self.kind, self.address = connection, kind, address
        self.close: Callable[[], Any] = weakref.finalize(self, connection.close) if ours else lambda: None
        if kind.prepare is not None:
            kind.prepare(connection)
        for statement in kind.session:
            self.rows(statement)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a statement in the warehouse's own dialect."""
        cursor = self._run(statement, lambda: self.connection.cursor())
        try:
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            cursor.close()

    def pieces(self, statement: str, size: int) -> Iterator[tuple[list[str], list[Sequence[Any]]]]:
        """Names of columns and rows of a statement, in pieces; one without rows where there are none."""
        own = self.kind.cursor
        cursor = self._run(statement, lambda: own(self.connection) if own else self.connection.cursor())
        try:
            names = [str(part[0]) for part in cursor.description]
            rows = self._fetched(cursor, size)
            yield names, rows
            while len(rows) == size and (rows := self._fetched(cursor, size)):
                yield names, rows
        finally:
            cursor.close()

    def _fetched(self, cursor: Any, size: int) -> list[Sequence[Any]]:
        try:
            return list(cursor.fetchmany(size))
        except Exception as fault:
            raise self.fault(fault) from fault

    def _run(self, statement: str, opened: Callable[[], Any]) -> Any:
        try:
            cursor = opened()
            done = cursor.execute(statement)
        except CalibrateError:
            raise
        except Exception as fault:
            raise self.fault(fault) from fault
        return done if hasattr(done, "fetchmany") else cursor

    def fault(self, fault: Exception) -> InputError:
        """One line of what the warehouse says of a fault."""
        said = " ".join(str(fault).split()) or type(fault).__name__
        return InputError(
            f"{self.address}: {self.kind.title} refuses a statement ({said[:300]}); is there a right to read the "
            "table, does the connection stand, was it changed meanwhile?"
        )


@dataclass(frozen=True, kw_only=True)
class WarehouseTable(RemoteTable):
    """A table of a warehouse; `Table` says what its parts mean."""

    door: WarehouseDoor = field(repr=False, compare=False)
    source: tuple[Column, ...] = field(default=(), repr=False)
    """The columns of the table itself, whose types their answers keep by name."""
    stores: ClassVar[bool] = False

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        pieces = list(self.stream(statement))
        if len(pieces) == 1:
            return pieces[0]
        return {name: joined([piece[name] for piece in pieces]) for name in pieces[0]}

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces, as the driver hands them out."""
        kinds = {column.name: column.type for column in self.columns}
        for names, rows in self.door.pieces(spoken(statement, self.dialect), PIECE):
            values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
            yield {name: array(cells, kinds.get(name)) for name, cells in zip(names, values, strict=True)}

    def stored(self, statement: Statement, name: str) -> int:
        """A warehouse is only read."""
        title = self.door.kind.title
        raise InputError(
            f"{title} is only read: export the grid as SQL and run that, or write the leads to a Parquet file first"
        )


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Pieces of one column as one array; a piece without any value takes the type of the others."""
    typed = [part for part in parts if part.dtype.kind == "O" or not _is_empty(part)]
    if typed and typed[0].dtype.kind in "OM":
        kind = typed[0].dtype
        parts = [part if part.dtype == kind else np.full(len(part), None, object).astype(kind) for part in parts]
    return np.concatenate(parts)


def _is_empty(part: NDArray[Any]) -> bool:
    return part.dtype.kind == "f" and bool(np.isnan(part).all())


def array(values: Sequence[Any], kind: str | None = None) -> NDArray[Any]:
    """Values of one column, gaps as the `Table` protocol says; `kind` is the column's type where it is known.

    >>> array((1, None)).tolist(), array(("a", None)).tolist(), array((1, 0), "boolean").tolist()
    ([1.0, nan], ['a', None], [True, False])
    """
    first = next((value for value in values if value is not None), None)
    gaps = any(value is None for value in values)
    if kind == "boolean" and isinstance(first, int):
        values = [None if value is None else bool(value) for value in values]
    elif isinstance(first, (bool, np.bool_)) and not gaps:
        return np.array(values, np.bool_)
    elif isinstance(first, (int, float, Decimal, np.number)) and not isinstance(first, bool):
        return _numbers(values, gaps)
    elif isinstance(first, (datetime.date, np.datetime64)) or (kind in ("date", "timestamp") and values):
        return _moments(values)
    elif first is None and kind != "text" and kind != "boolean":
        return np.full(len(values), np.nan)
    if kind == "boolean" and not gaps:
        return np.array(values, np.bool_)
    objects = np.empty(len(values), object)
    objects[:] = [bytes(value).decode("utf-8", "replace") if _is_bytes(value) else value for value in values]
    return objects


def _is_bytes(value: Any) -> bool:
    return isinstance(value, (bytes, bytearray, memoryview))


def _numbers(values: Sequence[Any], gaps: bool) -> NDArray[Any]:
    if not gaps and all(isinstance(value, (int, np.integer)) for value in values):
        whole = np.array(values)
        fits = whole.dtype.kind == "i" or (whole.dtype.kind == "u" and int(whole.max()) < 2**63)
        return whole.astype(np.int64 if fits else np.float64)
    if not gaps and all(isinstance(value, Decimal) and value == value.to_integral_value() for value in values):
        return _numbers([int(value) for value in values], gaps=False)
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _moments(values: Sequence[Any]) -> NDArray[Any]:
    """Dates and moments; those with a zone are given in UTC."""
    bare = []
    for value in values:
        if isinstance(value, datetime.datetime) and value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        bare.append(value)
    return np.array(bare, "datetime64[us]")


def open_warehouse(door: WarehouseDoor, choice: str | None) -> WarehouseTable:
    """A table by its name: ``leads``, ``crm.leads`` or ``base.crm.leads``; views count as tables."""
    if not choice:
        tables = ", ".join(_tables(door))
        raise InputError(
            f"{door.address}: choose a table by adding #name to the address, or table=..."
            + (f" Tables: {tables}" if tables else "")
        )
    dialect = door.kind.dialect
    place, described = _described(door, choice)
    refuse_too_wide(".".join(place), len(described))
    kinds = read_types(described, dialect)
    read = columns_read([(name, name) for name, _ in described], kinds)
    title = ".".join(place)
    source = ".".join(identifier(part).sql("duckdb") for part in place)
    rows = int(door.rows(spoken(f"SELECT COUNT(*) AS n FROM {source}", dialect))[0][0])
    if not rows:
        raise InputError(f"{door.address}: table '{title}' has no rows")
    names = dict(described)
    facts = tuple(
        Fact("rewritten", {"column": column, "type": names[column]})
        for fact in read.facts
        if not kinds[column := str(fact.facts["column"])][1].startswith(BINARY) and names[column]
    )
    typed = f"SELECT {read.expressions} FROM {source}"
    if dialect == "sqlite":  # which has no type for dates: they are texts
        known = len(read.facts)
        typed, read = with_types(read, source, lambda statement: door.rows(spoken(statement, dialect)))
        facts += read.facts[known:]
    return WarehouseTable(
        name=choice,
        columns=read.columns,
        source=read.columns,
        rows=rows,
        facts=facts,
        fingerprint=hashlib.sha256(f"{dialect} {choice} {rows}".encode()).hexdigest(),
        relation=f"({typed}) AS {identifier(place[-1]).sql('duckdb')}",
        alias=place[-1],
        dialect=dialect,
        door=door,
    )


def _described(door: WarehouseDoor, choice: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The parts of a table's name as the warehouse writes them, and names and types of its columns."""
    parts = choice.split(".")
    tries = [parts, [part.upper() for part in parts]] if door.kind.dialect == "snowflake" else [parts]
    faults: list[InputError] = []
    for place in tries:
        try:
            rows = door.rows(_describing(door.kind.dialect, place))
            described = [(str(name), str(kind)) for name, kind, *_ in rows if name]
        except InputError as fault:
            faults.append(fault)
            continue
        columns: dict[str, str] = {}
        for name, kind in described:
            if name.startswith("#"):  # Databricks: what follows are partitions
                break
            columns.setdefault(name, kind)
        if columns:
            return place, list(columns.items())
    tables = _tables(door)
    if faults and (not tables or choice in tables):
        raise faults[0]
    raise InputError(f"{door.address}: " + unknown("table", choice, tables))


def _describing(dialect: str, place: Sequence[str]) -> str:
    """The statement for names and types of a table's columns."""
    quoted = ".".join(exp.to_identifier(part, quoted=True).sql(dialect) for part in place)
    name = literal(place[-1]).sql(dialect)
    if dialect == "sqlite":
        return f"SELECT name, type FROM pragma_table_info({name})"
    if dialect == "bigquery":
        dataset = "".join(f"{exp.to_identifier(part, quoted=True).sql(dialect)}." for part in place[:-1])
        return (
            f"SELECT column_name, data_type FROM {dataset}INFORMATION_SCHEMA.COLUMNS WHERE table_name = {name} "
            "ORDER BY ordinal_position"
        )
    if dialect == "redshift":
        schema = literal(place[-2]).sql(dialect) if len(place) > 1 else "current_schema()"
        return (
            f"SELECT column_name, data_type FROM svv_columns WHERE table_name = {name} AND table_schema = {schema} "
            "ORDER BY ordinal_position"
        )
    return f"DESCRIBE {'TABLE ' if dialect in ('snowflake', 'clickhouse', 'databricks') else ''}{quoted}"


_LISTS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name",
    "mysql": "SHOW TABLES",
    "clickhouse": "SHOW TABLES",
    "trino": "SHOW TABLES",
    "duckdb": "SHOW TABLES",
}


def _tables(door: WarehouseDoor) -> list[str]:
    """The tables that there are, where the warehouse lists them in one column."""
    statement = _LISTS.get(door.kind.dialect)
    return [str(row[0]) for row in door.rows(statement)] if statement else []
