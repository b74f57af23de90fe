"""Sources become tables: by the shape of their name, the right engine opens them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from ..errors import CalibrateError, InputError, unknown
from ..numbers import Signs
from .duckdb import Connection, DuckTable, copied, refusal
from .files import Asked, open_file
from .frames import Frame, is_connection, is_frame, open_frame
from .infer import table_in_place
from .rows import RemoteTable
from .sql import identifier, literal, rendered
from .table import OBJECTS, Statement, Table, free_of_reserved, shown

if TYPE_CHECKING:
    from .postgres import Door
    from .warehouse import WarehouseDoor

DATABASES = (".duckdb", ".ddb", ".db")


class Session:
    """Tables that are opened together can be joined in one statement.

    The first source decides where: files and DuckDB databases share one DuckDB, and a table of a PostgreSQL server
    opened beside them is copied there. Beside a table that stays on its server, only tables of that server open.

    >>> with Session() as session:
    ...     session.open("no such file.csv")
    Traceback (most recent call last):
    ...
    calibrate.errors.InputError: ...

    `frames` are tables in memory (see `frames.py`) that are opened by their names; `memory` bounds what reading may
    use, such as "4GB".
    """

    def __init__(self, frames: Mapping[str, Frame] | None = None, memory: str | None = None) -> None:
        self._memory = memory
        self._frames = dict(frames or {})
        self._connection: Connection | None = None
        self._door: Door | None = None
        self._warehouses: dict[str, WarehouseDoor] = {}
        self._far: str | None = None

    @property
    def connection(self) -> Connection:
        """The DuckDB database of this session, opened when it is first needed."""
        if self._connection is None:
            self._connection = Connection(self._memory)
        return self._connection

    def open(
        self,
        source: str | Path | Frame,
        *,
        table: str | None = None,
        header_row: int | None = None,
        signs: Mapping[str, Signs] | None = None,
        dialect: str | None = None,
    ) -> Table:
        """A table over a file, a database, a cluster, a connection to a warehouse or a frame in memory.

        `table` (or ``#name`` at the end) chooses among several. `dialect` says what a connection speaks where its
        driver does not tell (snowflake, bigquery, mysql ...).
        `header_row` is the line of a text file or sheet with the names of columns, from 1, or 0 where there is none;
        `signs` are those that a grid found in numbers of columns before, where the values leave two readings.
        """
        is_text = isinstance(source, (str, Path))
        if not is_text and not is_frame(source) and not is_connection(source):
            raise InputError(
                f"a {type(source).__name__} is no source of leads: give a path, an address of a database, a connection "
                "to one, a pandas or polars frame, an Arrow table or a DuckDB relation"
            )
        name = str(source) if is_text else "leads"
        try:
            in_memory = self._frames.get(name) if is_text else source
            if in_memory is not None and is_connection(in_memory):
                return free_of_reserved(self._open_connection(in_memory, table, dialect))
            if in_memory is not None:
                return free_of_reserved(self._open_frame(in_memory, Path(name).name, signs))
            return free_of_reserved(self._open(name, table, Asked(header_row, signs or {})))
        except (CalibrateError, MemoryError):
            raise
        except OSError as fault:  # the disk, of the source or of a copy: nothing is wrong with what is in the file
            where = f" at '{fault.filename}'" if fault.filename and str(fault.filename) != name else ""
            raise InputError(
                f"{shown(name)}: cannot be read, or copied to a private folder while it is read "
                f"({fault.strerror or _said(fault)}{where}); free room there, or name another folder with TMPDIR"
            ) from fault
        except Exception as fault:  # whatever a reader says of a broken file
            raise InputError(f"{shown(name)}: cannot be read ({_said(fault)}); is the file damaged?") from fault

    def _open_frame(self, frame: Frame, name: str, signs: Mapping[str, Signs] | None) -> Table:
        if self._far is not None:
            raise InputError(
                f"{name}: the leads stay on their server ({shown(self._far)}), where a frame in memory cannot be read "
                "beside them"
            )
        return open_frame(self.connection, frame, name, signs)

    def _open_connection(self, connection: Any, table: str | None, dialect: str | None) -> Table:
        from .warehouses import door_of

        place = f"connection://{id(connection)}"
        if place not in self._warehouses:
            self._warehouses[place] = door_of(connection, dialect)
        return self._in_warehouse(place, table)

    def _in_warehouse(self, place: str, table: str | None) -> Table:
        """A table of a warehouse: it stays there, or is copied beside files that were opened first."""
        from .warehouse import open_warehouse

        door = self._warehouses[place]
        if self._far not in (None, place):
            raise InputError(f"{door.address}: only tables of {shown(self._far or '')} can be opened beside the first")
        remote = open_warehouse(door, table)
        if self._connection is not None:
            return copied(self._connection, remote)
        self._far = place
        return remote

    def _open(self, text: str, table: str | None, options: Asked) -> Table:
        if "://" in text and text.partition("://")[0].lower() not in OBJECTS:
            return self._open_far(text, table)
        if self._far is not None:
            raise InputError(
                f"{shown(text)}: the leads stay on their server ({shown(self._far)}), where this file cannot be read "
                "beside them; load it into the same database, or export the leads to a file as well"
            )
        path, _, name = text.partition("#")
        if "://" in text:
            from .objects import fetched, open_object

            if path.lower().endswith(DATABASES):
                return _database(self.connection, fetched(self.connection, path), table or name or None, options)
            return open_object(self.connection, text, table=table, options=options)
        if path.lower().endswith(DATABASES) and (name or Path(text).is_file() or not Path(text).exists()):
            return _database(self.connection, Path(path), table or name or None, options)
        if name and not Path(text).exists() and Path(path).exists():
            return open_file(self.connection, path, table=table or name, options=options)
        return open_file(self.connection, text, table=table, options=options)

    def _open_far(self, text: str, table: str | None) -> Table:
        address, name = _parted(text)
        scheme = address.partition("://")[0].lower()
        if scheme not in ("postgresql", "postgres", "spark", "sc"):
            from .warehouses import BY_ADDRESS, door_to

            if scheme not in BY_ADDRESS:
                hint = " Download the file first." if scheme in ("ftp", "sftp") else ""
                raise InputError(unknown("kind of database", scheme, ["postgresql", "spark", "sc", *BY_ADDRESS]) + hint)
            if address not in self._warehouses:
                self._warehouses[address] = door_to(address)
            return self._in_warehouse(address, table or name or None)
        if self._far not in (None, address):
            raise InputError(
                f"{shown(address)}: only tables of {shown(self._far or '')} can be opened beside the first"
            )
        if scheme in ("spark", "sc"):
            from .spark import open_spark

            if self._connection is not None:
                raise InputError(
                    f"{shown(address)}: a Spark table cannot be opened beside a file; make both Spark tables"
                )
            self._far = address
            return open_spark(address, table or name or None)
        from .postgres import Door, open_postgres

        if self._door is None or self._door.address != address:
            self._door = Door(address)
        remote = open_postgres(self._door, table or name or None)
        if self._connection is not None:
            return copied(self._connection, remote)
        self._far = address
        return remote

    def write(self, table: Table, statement: Statement, path: Path) -> int:
        """Write the rows of a statement over a table of this session to a CSV or Parquet file; how many there are."""
        if not isinstance(table, DuckTable):
            stores = isinstance(table, RemoteTable) and table.stores
            there = "name a new table there with --out-table" if stores else "export the grid as SQL and run that there"
            raise InputError(f"{table.name} stays where it is: {there}, or write the leads to a Parquet file first")
        form = "FORMAT PARQUET" if path.suffix.lower() == ".parquet" else "FORMAT CSV, HEADER"
        form += ", USE_TMP_FILE false"  # the path is temporary itself: a second file beside it would outlive a kill
        target = literal(str(path)).sql("duckdb")
        try:
            rows = self.connection.execute(f"COPY ({rendered(statement, 'duckdb')}) TO {target} ({form})")
        except duckdb.Error as fault:
            raise refusal(fault) or InputError(
                f"{table.name}: cannot be read and written whole ({_said(fault)})"
            ) from fault
        return int(rows[0][0])

    def store(self, table: Table, statement: Statement, name: str) -> int:
        """Make a new table of a statement's rows where the table of this session lies; how many there are."""
        if not isinstance(table, RemoteTable):
            raise InputError(f"{table.name} lies in no database in which a table can be made: write a file with --out")
        return table.stored(statement, name)

    def close(self) -> None:
        """Close what is open; tables of this session can no longer be asked."""
        if self._door is not None:
            self._door.close()
        for warehouse in self._warehouses.values():
            warehouse.close()
        if self._connection is not None:
            self._connection.close()
        self._connection, self._door, self._warehouses, self._far = None, None, {}, None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _parted(text: str) -> tuple[str, str]:
    """An address of a database and the table behind it; a # in front of the host is part of a password.

    >>> _parted("POSTGRESQL://ada:x#y@host/base#leads"), _parted("spark://local/sales#a@b")
    (('postgresql://ada:x#y@host/base', 'leads'), ('spark://local/sales', 'a@b'))
    """
    scheme, mark, place = text.partition("://")
    before, at, behind = place.rpartition("@")
    if not at or "/" in before.partition("#")[0]:
        before, at, behind = "", "", place
    base, _, name = behind.partition("#")
    return f"{scheme.lower()}{mark}{before}{at}{base}", name


def _said(fault: Exception) -> str:
    """The first line of what a library says of a fault, without control letters."""
    lines = str(fault).strip().splitlines() or [type(fault).__name__]
    return "".join(letter if letter.isprintable() else " " for letter in lines[0])[:200]


def open_table(source: str | Path | Frame, *, table: str | None = None, dialect: str | None = None) -> Table:
    """A table over one source, in a session of its own that lives as long as the table.

    A connection to a warehouse (DB-API 2 or ADBC) is a source too; `dialect` names what it speaks where its driver does
    not tell.

    >>> import sqlite3
    >>> connection = sqlite3.connect(":memory:")
    >>> _ = connection.execute("CREATE TABLE leads (id INTEGER, sector TEXT)")
    >>> _ = connection.execute("INSERT INTO leads VALUES (1, 'Bank'), (2, NULL)")
    >>> table = open_table(connection, table="leads")
    >>> [(column.name, column.type) for column in table.columns], table.rows, table.dialect
    ([('id', 'number'), ('sector', 'text')], 2, 'sqlite')
    """
    return Session().open(source, table=table, dialect=dialect)


def _database(connection: Connection, path: Path, choice: str | None, options: Asked) -> DuckTable:
    """A table of a DuckDB file, read only."""
    if not path.is_file():
        raise InputError(f"no file '{path}': check the path of the DuckDB database")
    name = connection.free_name("database")
    quoted = identifier(name).sql("duckdb")
    try:
        connection.execute(f"ATTACH {literal(str(path)).sql('duckdb')} AS {quoted} (READ_ONLY)")
    except duckdb.Error as error:
        raise InputError(f"{path}: cannot be opened as a DuckDB database ({str(error).splitlines()[0]})") from error
    rows = connection.execute(
        "SELECT table_schema, table_name, table_type FROM information_schema.tables "
        f"WHERE table_catalog = {literal(name).sql('duckdb')} ORDER BY 1, 2"
    )
    tables = {
        (table_name if schema == "main" else f"{schema}.{table_name}"): (schema, table_name, kind)
        for schema, table_name, kind in rows
    }
    if not tables:
        raise InputError(f"{path}: the database has no tables")
    if choice is None and len(tables) > 1:
        raise InputError(
            f"{path}: the database has several tables; choose one as {path}#{next(iter(tables))}: {', '.join(tables)}"
        )
    if choice is not None and choice not in tables:
        raise InputError(f"{path}: " + unknown("table", choice, tables))
    title = choice or next(iter(tables))
    schema, table, kind = tables[title]
    source = ".".join(identifier(part).sql("duckdb") for part in (name, schema, table))
    view_table = table_in_place(
        connection,
        source,
        name=f"{path.name}#{title}",
        position="rowid" if kind == "BASE TABLE" else None,
        facts=(),
        fingerprint=lambda: hashlib.sha256(f"{path.name} {title} {view_table.rows}".encode()).hexdigest(),
        signs=options.signs,
    )
    if not view_table.rows:
        raise InputError(f"{path}: table '{title}' has no rows")
    return view_table
