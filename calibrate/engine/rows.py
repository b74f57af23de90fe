"""What databases that hand over rows share: their tables, how large a piece is, columns as they are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, TypeVar

from numpy.typing import NDArray

from .sql import identifier
from .table import Column, Fact, Statement, Table, Type

PIECE = 120_000
"""Rows of one piece of a stream."""
Types = Mapping[str, tuple[Type, str, bool]]
"""Type of a column in the database: our type, how it is cast ("" where it need not be), whether numbers are whole."""
K = TypeVar("K")


class Read(NamedTuple):
    """Columns of a table, the expressions that read them (in DuckDB's dialect), and what was found."""

    columns: tuple[Column, ...]
    expressions: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class RemoteTable(ABC):
    """A table whose rows lie elsewhere; others are made from it by a relation. `Table` says what its parts mean."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    facts: tuple[Fact, ...]
    fingerprint: str
    relation: str
    alias: str
    position: str | None = None
    joined: bool = False
    dialect: str
    looks: dict[tuple[str, frozenset[str]], Table] = field(default_factory=dict, repr=False, compare=False)
    """Rows that were fetched to be looked at: their relation and their columns, and where they are."""
    stores: ClassVar[bool] = True
    """Whether `stored` makes tables there."""

    @abstractmethod
    def fetch(self, statement: Statement) -> dict[str, NDArray[Any]]:
        """Answer of a statement as one array per column."""

    @abstractmethod
    def stream(self, statement: Statement) -> Iterator[dict[str, NDArray[Any]]]:
        """The same in pieces."""

    @abstractmethod
    def stored(self, statement: Statement, name: str) -> int:
        """Make a new table of the answer where the rows lie, none of which comes over; how many rows it has."""


def place_of(name: str) -> str:
    """The escaped name of a table, its schema before it.

    >>> print(place_of("crm.my leads"))
    "crm"."my leads"
    """
    return ".".join(identifier(part).sql("duckdb") for part in name.split("."))


def columns_read(described: Iterable[tuple[str, str]], types: Types) -> Read:
    """Columns by name and type of the database; a type that is not known is read as text.

    >>> print(columns_read([("n", "int"), ("tags", "array")], {"int": ("number", "", True)}).expressions)
    "n", CAST("tags" AS VARCHAR) AS "tags"
    """
    columns, parts, facts = [], [], []
    for column, kind in described:
        type_, cast, integral = types.get(kind, ("text", "CAST({} AS VARCHAR)", False))
        quoted = identifier(column).sql("duckdb")
        parts.append(f"{cast.replace('{}', quoted)} AS {quoted}" if cast else quoted)
        columns.append(Column(column, type_, integral))
        if cast and type_ == "text":
            facts.append(Fact("rewritten", {"column": column, "type": kind}))
    return Read(tuple(columns), ", ".join(parts), tuple(facts))


def arrays(
    described: Iterable[tuple[str, K]],
    rows: Sequence[Sequence[Any]],
    array: Callable[[K, tuple[Any, ...]], NDArray[Any]],
) -> dict[str, NDArray[Any]]:
    """Rows as one array per column; `array` makes it from the database's type and the values."""
    columns = list(described)
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return {name: array(kind, column) for (name, kind), column in zip(columns, values, strict=True)}
