"""What the steps see of an engine: a table with typed columns that answers statements with arrays.

A table is read only. Its rows stay where they are (an in-memory DuckDB table, a Parquet file, a
database); a statement goes in, written by `sql.py`, and columns of numpy come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from numpy.typing import NDArray
from sqlglot import exp

from ..errors import InputError, unknown

Type = Literal["text", "number", "boolean", "date", "timestamp"]
Statement: TypeAlias = "exp.Expr | str"
"""A sqlglot expression, or text in the DuckDB dialect made from escaped parts."""

POSITION = "__position"
"""Hidden column of a table that knows the order of its rows: ascending, not always without gaps."""

_WORDS = (
    "amount at bought buyer closed created customer day deal domain identity late lead leads mate mates moment open "
    "partner place row same status twice twin twins won"
)
MOST_COLUMNS = 2_000
"""Each column is read, counted and tried as a criterion by itself: more would take minutes and gigabytes."""
RESERVED = frozenset(f"__{word}" for word in _WORDS.split())
"""Columns that statements add to those of a source."""


@dataclass(frozen=True)
class Column:
    """One column: its name as in the source, its type, and for numbers whether all are whole."""

    name: str
    type: Type
    whole: bool = False


class Fact(NamedTuple):
    """One finding of reading a source, such as its separator: a key and what belongs to it.

    Keys: ``encoding`` (name), ``separator`` (character), ``escape`` (character), ``compressed`` (how),
    ``extra_column`` (position), ``unnamed_column`` (position, name), ``decimal_comma`` (column),
    ``thousands`` (column, character), ``placeholders`` (column, words, cells), ``leading_zeros`` (column),
    ``long_digits`` (column), ``two_currencies`` (column, shown), ``dates`` (column, format), ``sheet`` (name),
    ``sheets_unread`` (names),
    ``rewritten`` (column, type), ``pattern`` (pattern, files),
    ``title_rows`` and ``outside_rows`` (rows), ``two_header_rows``, ``no_header`` (columns), ``repeated_name``
    (position, name, as).
    """

    key: str
    facts: Mapping[str, str | int | float]


class Table(Protocol):
    """A table of an open session, read only.

    Tables of one session can be joined. ``SELECT *`` also gives the hidden column `position`.
    """

    @property
    def name(self) -> str:
        """What people know it by."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their order, without the hidden one."""
        ...

    @property
    def dialect(self) -> str:
        """The engine's kind of SQL: duckdb, postgres or spark."""
        ...

    @property
    def rows(self) -> int:
        """Number of rows."""
        ...

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What was found while reading."""
        ...

    @property
    def fingerprint(self) -> str:
        """The sha256 of a file's bytes; of a database, a digest of table name and number of rows."""
        ...

    @property
    def relation(self) -> str:
        """Escaped text that can stand after FROM, in the DuckDB dialect."""
        ...

    @property
    def alias(self) -> str:
        """Name (not escaped) that qualifies its columns."""
        ...

    @property
    def position(self) -> str | None:
        """Name of the hidden column with the order of rows, or None."""
        ...

    @property
    def joined(self) -> bool:
        """Whether rows come from a join, which hands them out in any order: `position` tells theirs."""
        ...

    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column, in the order of its columns.

        Whole numbers with gaps and numbers come as float64 with NaN, text as objects with None, dates and
        timestamps as datetime64[us] with NaT, booleans as bool or, with gaps, as objects with None.
        """
        ...

    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces of some 120,000 rows, in bounded memory."""
        ...


def free_of_reserved(table: Table) -> Table:
    """The table itself; an InputError if a column has a name that statements need."""
    for column in table.columns:
        if column.name.lower() in RESERVED:
            raise InputError(f"{table.name}: calibrate itself uses the name '{column.name}'; rename this column")
    return table


def column_of(table: Table, name: str) -> Column:
    """The column of that name, else an error that offers the nearest one."""
    for column in table.columns:
        if column.name == name:
            return column
    raise InputError(f"{table.name}: " + unknown("column", name, [c.name for c in table.columns]))


def kinds(table: Table) -> dict[str, str]:
    """Type of each column as level codes tell them apart: "whole" where DuckDB knows a number to have no fractions."""
    tells_whole = table.dialect == "duckdb"
    return {column.name: "whole" if column.whole and tells_whole else column.type for column in table.columns}


OBJECTS = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "http", "https")
"""Schemes of addresses that name a file: object stores and the web."""


def shown(address: str) -> str:
    """An address without what may be a password: no user, and nothing behind a question mark (or a mark of Spark's).

    >>> shown("postgresql://me:secret@host/base?password=x"), shown("https://me:pw@host/leads.csv?signature=x")
    ('postgresql://host/base', 'https://host/leads.csv')
    >>> shown("sc://me:pw@host:15002/;token=secret;use_ssl=true#leads"), shown("sc://host:15002#leads")
    ('sc://host:15002/#leads', 'sc://host:15002#leads')
    >>> shown("leads@home.csv"), shown("abfss://box@account.dfs.core.windows.net/a@b.csv")
    ('leads@home.csv', 'abfss://box@account.dfs.core.windows.net/a@b.csv')
    >>> shown("sc://host:15002/;token=a#b@c;user_id=me#leads"), shown("postgresql://me:sec")
    ('sc://host:15002/#leads', 'postgresql://me')
    """
    scheme, mark, place = address.partition("://")
    if not mark:
        return address
    if scheme.lower() == "sc":  # whose tokens may hold any sign
        place = re.sub(r";.*?(#[^#]*)?$", r"\1", place)
    if scheme.lower() not in OBJECTS:
        base, _, query = place.rpartition("@")[2].partition("?")
        if "@" not in place and not re.match(r"[^/:]*(?::\d*)?(?:/|#|$)", base):  # a user and the start of a password
            base = base.partition(":")[0]
        return f"{scheme}://{base}" + "".join(query.partition("#")[1:])
    host, slash, path = place.partition("/")
    user, _, host = host.rpartition("@")
    if scheme.lower().startswith("http"):
        return f"{scheme}://{host.partition('?')[0]}{slash}{path.partition('?')[0]}"
    return f"{scheme}://{f'{user}@' if user and ':' not in user else ''}{host}{slash}{path}"


def refuse_too_wide(name: str, columns: int) -> None:
    """Raise InputError for a table of more columns than can be tried as criteria.

    >>> refuse_too_wide("leads.csv", 5003)
    Traceback (most recent call last):
    ...
    calibrate.errors.InputError: leads.csv: 5,003 columns, and at most 2,000 are read, since each is tried as ...
    """
    if columns > MOST_COLUMNS:
        raise InputError(
            f"{name}: {columns:,} columns, and at most {MOST_COLUMNS:,} are read, since each is tried as a criterion; "
            "save it with the columns that describe leads (no answers of machines, no vectors)"
        )
