"""Tables made from tables of a session: an answer kept for later statements, and a source with columns added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .duckdb import Connection, DuckTable, copied, view_over
from .rows import RemoteTable
from .sql import identifier, relation
from .table import Column, Fact, Table

LARGE = 2_000_000
"""An answer about more rows than this is kept on disk, compressed, in the session's private folder."""


def kept(table: Table, statement: str, *, rows: int) -> str:
    """Relation with the answer of a statement (DuckDB dialect), which has about so many rows.

    DuckDB stores it, so that it is computed once; a server that we may only read from computes it anew.
    """
    if not isinstance(table, DuckTable):
        return f"({statement})"
    connection = table.connection
    stored = relation(connection.free_name("kept")).sql("duckdb")
    if rows > LARGE:
        stored = f"{identifier(connection.on_disk()).sql('duckdb')}.{stored}"
    connection.execute(f"CREATE TABLE {stored} AS {statement}")
    return stored


def discarded(table: Table, relation_: str) -> None:
    """Give back the room of a relation that `kept` made and no later statement reads."""
    if isinstance(table, DuckTable):
        table.connection.execute(f"DROP TABLE {relation_}")


def looked_at_here(table: Table, names: Sequence[str], most: int) -> Table:
    """Some rows of a table of Spark, with these columns, fetched once and asked here; any other table as it is.

    To Spark a statement costs more than the rows that it reads, and what is looked at is asked many things.
    """
    if not isinstance(table, RemoteTable) or table.dialect != "spark":
        return table
    for (relation_, there), rows in table.looks.items():
        if relation_ == table.relation and there.issuperset(names):
            return rows
    columns = [column for column in table.columns if column.name in names]
    cells = ", ".join(identifier(column.name).sql("duckdb") for column in columns)
    first = f"(SELECT {cells} FROM {table.relation} LIMIT {most}) AS first"
    rows = copied(Connection(), replace(table, columns=tuple(columns), relation=first, alias="first"))
    table.looks[table.relation, frozenset(names)] = rows
    return rows


def answered(table: Table, statement: str, columns: Sequence[Column], *, facts: tuple[Fact, ...]) -> Table:
    """A table of its own from a statement over another (DuckDB dialect), which gives these columns."""
    if isinstance(table, DuckTable):
        source = kept(table, statement, rows=table.rows)
        return view_over(
            table.connection,
            source,
            name=table.name,
            position=None,
            facts=facts,
            fingerprint=lambda: table.fingerprint,
        )
    if isinstance(table, RemoteTable):
        alias = "answered"
        relation_ = f"({statement}) AS {identifier(alias).sql('duckdb')}"
        return replace(table, columns=tuple(columns), facts=facts, alias=alias, relation=relation_, position=None)
    raise TypeError(f"no way to make a table from a {type(table).__name__}")


def derive(
    table: Table,
    source: str,
    added: Sequence[Column],
    *,
    facts: tuple[Fact, ...],
    fingerprint: str,
    from_join: bool = False,
) -> Table:
    """The table with columns added: `source` is a SELECT (DuckDB dialect) that gives all of them, one row per row.

    It must also give the hidden column with the order of rows where the table has one.
    """
    columns = (*table.columns, *added)
    if isinstance(table, DuckTable):
        names = ", ".join(identifier(column.name).sql("duckdb") for column in columns)
        position = None if table.position is None else identifier(table.position).sql("duckdb")
        hidden = "" if position is None else f", {position} AS __place"
        view = relation(table.connection.free_name("derived")).sql("duckdb")
        table.connection.execute(f"CREATE VIEW {view} AS SELECT {names}{hidden} FROM ({source}) AS made")
        inside = f"(SELECT {names} FROM {view})" if position is None else view
        view_table = view_over(
            table.connection,
            inside,
            name=table.name,
            position=None if position is None else "__place",
            facts=facts,
            fingerprint=fingerprint,
            rows=table.rows,
        )
        visible = tuple(column for column in view_table.columns if column.name != "__place")
        return replace(view_table, columns=visible, joined=from_join or table.joined)
    if isinstance(table, RemoteTable):
        alias = "derived"
        inside = f"({source}) AS {identifier(alias).sql('duckdb')}"
        return replace(table, columns=columns, facts=facts, fingerprint=fingerprint, alias=alias, relation=inside)
    raise TypeError(f"no way to add columns to a {type(table).__name__}")
