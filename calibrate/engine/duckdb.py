"""DuckDB, embedded: files and DuckDB databases become tables of one connection, which can be joined."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import ENGINES, InputError
from ..files import PrivatePlace
from ..free_names import free_name, suffixed, underlined
from .arrow import all_numbers, pieces
from .memory import FIRST_MEMORY, engine_bytes
from .sql import identifier, literal, relation, rendered
from .table import POSITION, Column, Fact, Statement, Table, Type

T = TypeVar("T")

CHUNKS = 60
"""Vectors of 2,048 rows in one piece of a stream."""
BUFFER = "16MB"
"""What DuckDB may have ready of a stream while the last piece is worked on."""

WIDE = 150
"""From so many columns on, statements are planned without a search for common parts, whose time is quadratic."""
LONG = 200_000
"""A statement of so many letters is planned once: what its answer holds is not asked for beforehand."""

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE = ("UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL")
_STAMPS = ("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


class Connection:
    """One DuckDB database in memory (or in a private folder, once something large is read)."""

    def __init__(self, memory: str | None = None) -> None:
        self.memory = engine_bytes(memory)
        self._place = PrivatePlace()
        self.folder = self._place.path
        self.raw = duckdb.connect(":memory:")
        self._names: set[str] = set()
        self._frames: dict[str, Any] = {}
        self._disk = False
        for setting, value in (
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
            ("TimeZone", "UTC"),
            ("temp_directory", str(self.folder / "spill")),
        ):
            self._set(setting, value)
        self._allow(self.memory if memory else min(FIRST_MEMORY, self.memory))
        self._loud = _shows_progress(self.raw)
        self._silence(self.raw)
        self._finalizer = weakref.finalize(self, _closed, self.raw, self._place)

    def _set(self, setting: str, value: bool | str) -> None:
        self.raw.execute(f"SET GLOBAL {setting} = {literal(value).sql('duckdb')}")

    def _allow(self, memory: int) -> None:
        self.allowed = memory
        self._set("memory_limit", f"{memory // 2**20} MiB")

    def close(self) -> None:
        """Close the database and remove what it left on disk."""
        self._finalizer()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A second door to the same database, for an answer that is read piece by piece."""
        cursor = self.raw.cursor()
        for name, frame in self._frames.items():
            cursor.register(name, frame)
        self._silence(cursor)
        return cursor

    def _silence(self, door: duckdb.DuckDBPyConnection) -> None:
        """No progress bar; where it is off it stays untouched (a kernel without ipywidgets refuses the word)."""
        if self._loud:
            door.execute("SET enable_progress_bar = false")

    def expect(self, columns: int) -> None:
        """A table of so many columns comes: statements over a wide one are planned in a time that grows with them."""
        if columns >= WIDE:
            self.raw.execute("SET GLOBAL disabled_optimizers = 'common_subexpressions'")

    def free_name(self, stem: str) -> str:
        """A name for a table that is not taken yet."""
        name = free_name(stem, self._names, suffixed)
        self._names.add(name.casefold())
        return name

    def register(self, frame: Any) -> str:
        """Make an Arrow table a relation of this database, read where it lies; its escaped name."""
        name = self.free_name("frame")
        self._frames[name] = frame
        self.execute("SELECT 1")  # nothing may be registered while an answer waits to be fetched
        self.raw.register(name, frame)
        return relation(name).sql("duckdb")

    def on_disk(self) -> str:
        """Name of a database in the private folder, for tables too large for memory."""
        if not self._disk:
            path = literal(str(self.folder / "tables.duckdb")).sql("duckdb")
            self.raw.execute(f"ATTACH {path} AS large")
            self._disk = True
        return "large"

    def execute(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows as tuples."""
        text = rendered(statement, "duckdb")
        with _stopped_by_hand(self.raw):
            return self.answer(lambda: self.raw.execute(text).fetchall())

    def answer(self, ask: Callable[[], T]) -> T:
        """What a question to this database gives, asked again where only the memory that it begins with was short."""
        try:
            return ask()
        except duckdb.OutOfMemoryException:
            if self.allowed >= self.memory:
                raise
            self._allow(self.memory)
        return ask()


@contextmanager
def _stopped_by_hand(door: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A signal that comes while DuckDB works is told by it as an error; it is none of the statement or the source."""
    interrupt = door.interrupt
    ENGINES.append(interrupt)
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as fault:
        if str(fault) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None
    finally:
        ENGINES.remove(interrupt)


def _shows_progress(door: duckdb.DuckDBPyConnection) -> bool:
    setting = door.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    return bool(setting and setting[0])


def _closed(raw: duckdb.DuckDBPyConnection, place: PrivatePlace) -> None:
    raw.close()
    place.remove()


@dataclass(frozen=True)
class DuckTable:
    """A view of a DuckDB connection; `Table` says what its parts mean."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    facts: tuple[Fact, ...]
    view: str
    position: str | None
    digest: str | Callable[[], str] = field(repr=False, compare=False)
    connection: Connection = field(repr=False, compare=False)
    joined: bool = False
    dialect: str = "duckdb"

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the source, computed when it is first asked for."""
        return self.digest if isinstance(self.digest, str) else self.digest()

    @property
    def alias(self) -> str:
        """Name that qualifies columns."""
        return self.view

    @property
    def relation(self) -> str:
        """The view's quoted name."""
        return relation(self.view).sql("duckdb")

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""
        text = rendered(statement, "duckdb")
        with self._answering() as cursor:
            answer = self.connection.answer(lambda: cursor.execute(text).fetchnumpy())
        return {name: _plain(np.asanyarray(values)) for name, values in answer.items()}

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces, in bounded memory."""
        with self._answering() as cursor:
            cursor.execute(f"SET streaming_buffer_size = '{BUFFER}'")
            text = rendered(statement, "duckdb")
            first, others = self.connection.answer(lambda: _begun(_parts(cursor, text)))
            with closing(others):
                yield from first
                yield from others

    @contextmanager
    def _answering(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one answer; what the machine or the source lacks is said in words."""
        cursor = self.connection.cursor()
        try:
            with _stopped_by_hand(cursor):
                yield cursor
        except duckdb.OutOfMemoryException as error:
            raise InputError(
                f"{self.name}: more memory is needed than the {self.connection.allowed // 2**20:,} MB that may be "
                f"used, or more room in {self.connection.folder}; allow more with --memory, leave out columns "
                "with --exclude, or free memory or disk"
            ) from error
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):  # a statement of ours
            raise
        except duckdb.Error as error:
            raise refusal(error) or InputError(
                f"{self.name}: cannot be read any more ({str(error).splitlines()[0]}); is the file damaged, or was it "
                "changed while it was read?"
            ) from error
        finally:
            cursor.close()


def _parts(cursor: duckdb.DuckDBPyConnection, text: str) -> Generator[dict[str, NDArray[Any]], None, None]:
    """The answer to a statement in pieces of bounded size."""
    if len(text) < LONG and all_numbers(planned := cursor.sql(text)):
        yield from pieces(planned)
        return
    answer = cursor.execute(text)
    while len(frame := answer.fetch_df_chunk(CHUNKS)):
        yield {str(name): values_of(frame[name]) for name in frame.columns}


def _begun(parts: Generator[T, None, None]) -> tuple[list[T], Generator[T, None, None]]:
    """The first of some pieces, where there is one, and those behind it: the work before any comes is done."""
    return list(islice(parts, 1)), parts


def refusal(error: duckdb.Error) -> InputError | None:
    """What a file system of ours said inside DuckDB, which hands on the trace of it as a text; None of other faults."""
    _, mark, said = str(error).rpartition(f"\n{InputError.__name__}: ")
    return InputError(said.splitlines()[0]) if mark else None


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """An array without a mask: gaps become NaN, NaT or None."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    mask = np.ma.getmaskarray(values)
    data = np.asarray(values.data)
    if not mask.any():
        return data
    if data.dtype.kind in "iuf":
        return np.where(mask, np.nan, data.astype(np.float64))
    if data.dtype.kind == "M":
        return np.where(mask, np.datetime64("NaT", "us"), data)
    objects = data.astype(object)
    objects[mask] = None
    return objects


def values_of(series: pd.Series[Any]) -> NDArray[Any]:
    """The array of a frame's column, with gaps as in `_plain`."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufbM":
        return series.to_numpy()
    gaps = series.isna().to_numpy()
    kind = str(series.dtype).lower()
    if kind.startswith(("int", "uint")):
        return series.to_numpy(np.float64, na_value=np.nan) if gaps.any() else series.to_numpy(kind)
    if kind.startswith(("float", "datetime")) or kind == "bool":
        return series.to_numpy()
    if kind == "boolean" and not gaps.any():
        return series.to_numpy(np.bool_)
    objects = series.to_numpy(object).copy()
    objects[gaps] = None
    return objects


Types = Mapping[str, tuple[str, str]]
"""Columns of texts that are something else: a DuckDB type, and the expression that reads it."""


def described(connection: Connection, source: str) -> list[tuple[str, str]]:
    """Name and DuckDB type of each column of a relation given as escaped text."""
    return [(str(row[0]), str(row[1])) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}")]


_PLACES = frozenset({"rowid", "file_row_number", "file_index"})
"""What DuckDB itself calls the places of rows."""


def view_over(
    connection: Connection,
    source: str,
    *,
    name: str,
    position: str | None,
    facts: tuple[Fact, ...],
    fingerprint: str | Callable[[], str],
    rows: int | None = None,
    types: Types | None = None,
) -> DuckTable:
    """A table over any relation of the connection, in which every column has one of our five types.

    Decimals and huge whole numbers become doubles, moments with a zone become UTC, the rest becomes text.
    `position` is an expression for the order of rows (a column of that name is no other one); where a column hides
    DuckDB's own of that name, rows stand as they are read. `types` says how texts are read as something else.
    """
    columns, parts, all_facts = [], [], list(facts)
    description = described(connection, source)
    connection.expect(len(description))
    for column, kind in description:
        if column == position and position not in _PLACES:
            continue
        quoted = identifier(column).sql("duckdb")
        if types is not None and column in types:
            kind, read = types[column]
            type_, _, integral = _type_of(kind)
            parts.append(f"CAST({read} AS {kind}) AS {quoted}")
            columns.append(Column(column, type_, integral))
            continue
        type_, cast, integral = _type_of(kind)
        parts.append(f"{cast.format(quoted)} AS {quoted}" if cast else quoted)
        columns.append(Column(column, type_, integral))
        if cast and type_ == "text":
            all_facts.append(Fact("rewritten", {"column": column, "type": kind}))
    folds = {entry.name.lower() for entry in columns}
    hidden = free_name(POSITION, folds, underlined)
    if position is not None and _PLACES.intersection(position.split()) & folds:
        position = None
    if position is not None:
        parts.append(f"{position} AS {identifier(hidden).sql('duckdb')}")
    view = connection.free_name("table")
    connection.execute(f"CREATE VIEW {relation(view).sql('duckdb')} AS SELECT {', '.join(parts)} FROM {source}")
    if rows is None:
        rows = int(connection.execute(f"SELECT COUNT(*) FROM {source}")[0][0])
    return DuckTable(
        name=name,
        columns=tuple(columns),
        rows=rows,
        facts=tuple(all_facts),
        digest=fingerprint,
        view=view,
        position=None if position is None else hidden,
        connection=connection,
    )


def copied(connection: Connection, table: Table) -> DuckTable:
    """A copy of a table of another engine, so that it can be joined with tables of this one."""
    stored = relation(connection.free_name("copied")).sql("duckdb")
    kinds = {"text": "VARCHAR", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
    names = [identifier(column.name).sql("duckdb") for column in table.columns]
    typed = [f"{name} {'BIGINT' if c.whole else kinds[c.type]}" for name, c in zip(names, table.columns, strict=True)]
    connection.execute(f"CREATE TABLE {stored} ({', '.join(typed)})")
    for piece in table.stream(f"SELECT {', '.join(names)} FROM {table.relation}"):
        connection.raw.register("piece", pd.DataFrame({f"c{i}": values for i, values in enumerate(piece.values())}))
        connection.execute(f"INSERT INTO {stored} SELECT * FROM piece")
        connection.raw.unregister("piece")
    return view_over(
        connection, stored, name=table.name, position="rowid", facts=table.facts, fingerprint=table.fingerprint
    )


def _type_of(kind: str) -> tuple[Type, str, bool]:
    """Our type of a DuckDB type, the cast that makes it so (empty: none), and whether it is whole."""
    base = kind.split("(")[0]
    if kind.endswith("]") or base in ("STRUCT", "MAP", "UNION"):
        return "text", "CAST({} AS VARCHAR)", False
    if base in _NUMBERS:
        return "number", "", True
    if base == "FLOAT":  # 0.7 and not .69999999: as it is written, so that it is the 0.7 of a cut
        return "number", "CAST(CAST({} AS VARCHAR) AS DOUBLE)", False
    if base == "DOUBLE":
        return "number", "", False
    if base in _WIDE:
        integral = base != "DECIMAL" or kind.endswith(",0)")
        return "number", "CAST({} AS DOUBLE)", integral
    if base == "BOOLEAN":
        return "boolean", "", False
    if base == "DATE":
        return "date", "", False
    if base == "TIMESTAMP":
        return "timestamp", "", False
    if base in _STAMPS:
        return "timestamp", "CAST({} AS TIMESTAMP)", False
    if base == "TIMESTAMP WITH TIME ZONE":
        return "timestamp", "({} AT TIME ZONE 'UTC')", False
    return ("text", "", False) if base == "VARCHAR" else ("text", "CAST({} AS VARCHAR)", False)
