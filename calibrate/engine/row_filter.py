"""Rows of a source that a condition holds for: `country = 'FR' AND size >= 50`, in a small language without functions.

The text is parsed, every part of it is looked up in a list of what may stand there, and the statement is made anew from
those parts: nothing of the text itself reaches an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ..errors import InputError, unknown
from . import sql
from .duckdb import DuckTable, view_over
from .rows import RemoteTable
from .table import Column, Fact, Table

LONGEST = 2000
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
LANGUAGE = (
    "a condition has columns (in double quotes where they are no single word), texts in single quotes, numbers, true, "
    "false, and =, <>, <, <=, >, >=, IN (...), BETWEEN, LIKE, IS NULL, AND, OR, NOT and brackets"
)


def filtered(table: Table, where: str) -> Table:
    """The rows of a table for which a condition holds, in their order; a fact says how many there are.

    Raises InputError where the condition is none, names a column that is not there, or holds for no row.
    """
    condition = condition_of(where, table).sql("duckdb")
    inside = f"(SELECT * FROM {table.relation} WHERE {condition}) AS filtered"
    rows = int(table.fetch(f"SELECT COUNT(*) AS n FROM {inside}")["n"][0])
    if not rows:
        raise InputError(f"{table.name}: where {where!r} holds for none of {table.rows:,} rows")
    facts = (*table.facts, Fact("where", {"condition": where, "rows": rows, "of": table.rows}))
    if isinstance(table, DuckTable):
        return view_over(
            table.connection,
            inside,
            name=table.name,
            position=table.position,
            facts=facts,
            fingerprint=lambda: table.fingerprint,
            rows=rows,
        )
    if isinstance(table, RemoteTable):
        return replace(table, relation=inside, alias="filtered", rows=rows, facts=facts)
    raise TypeError(f"no way to filter a {type(table).__name__}")


def condition_of(where: str, table: Table) -> exp.Expr:
    r"""A condition as an expression over the columns of a table, made of checked parts.

    >>> from types import SimpleNamespace
    >>> table = SimpleNamespace(name="leads", columns=(Column("country", "text"), Column("size", "number")))
    >>> condition_of("country IN ('FR', 'BE') and not size < 50", table).sql("duckdb")
    '"country" IN (\'FR\', \'BE\') AND NOT "size" < 50'
    >>> condition_of("size > 1; DROP TABLE leads", table)
    Traceback (most recent call last):
    ...
    calibrate.errors.InputError: where 'size > 1; DROP TABLE leads': one condition is wanted, not several statements
    """
    if not where.strip():
        raise InputError(f"where: nothing is asked for; {LANGUAGE}")
    if len(where) > LONGEST:
        raise InputError(f"where: {len(where):,} letters; a condition has at most {LONGEST:,}")
    try:
        parts = sqlglot.parse(f"SELECT 1 WHERE {where}", read="duckdb")
    except (SqlglotError, RecursionError) as fault:
        reason = str(fault).splitlines()[0].split(". Line")[0]
        reason = "something is missing" if "<class" in reason else reason
        raise InputError(f"where {where[:200]!r} cannot be read ({reason}); {LANGUAGE}") from None
    query = parts[0] if len(parts) == 1 else None
    clauses = {key: part for key, part in query.args.items() if part} if isinstance(query, exp.Select) else {}
    clause = clauses.get("where")
    if clause is None or clauses.keys() - {"expressions", "where", "kind"}:
        raise InputError(f"where {where[:200]!r}: one condition is wanted, not several statements")
    return _Reader(where, {column.name: column for column in table.columns}, table.name).condition(clause.this)


class _Reader:
    """Rebuilds a parsed condition from what may stand in one."""

    def __init__(self, where: str, columns: Mapping[str, Column], name: str) -> None:
        self.where, self.columns, self.name = where, columns, name

    def condition(self, node: exp.Expr) -> exp.Expr:
        """A truth value: conditions joined, or one comparison."""
        joined: Mapping[type[exp.Expr], Callable[..., exp.Expr]] = {exp.And: exp.And, exp.Or: exp.Or}
        for kind, make in joined.items():
            if isinstance(node, kind):
                return make(this=self.condition(node.this), expression=self.condition(node.expression))
        if isinstance(node, exp.Paren):
            return exp.paren(self.condition(node.this))
        if isinstance(node, exp.Not):
            return exp.Not(this=self.condition(node.this))
        if isinstance(node, exp.Column):
            column = self.column(node)
            if column.type != "boolean":
                raise self.refused(f"the column '{column.name}' is no yes/no by itself: compare it with something")
            return sql.identifier(column.name)
        return self.comparison(node)

    def comparison(self, node: exp.Expr) -> exp.Expr:
        """One comparison of a column with values, or with another column."""
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return exp.Is(this=sql.identifier(self.column(node.this).name), expression=exp.Null())
        if isinstance(node, exp.In) and node.expressions and not node.args.get("query"):
            column = self.column(node.this)
            values = [self.value(part, column) for part in node.expressions]
            return exp.In(this=sql.identifier(column.name), expressions=values)
        if isinstance(node, exp.Between):
            column = self.column(node.this)
            low, high = (self.value(node.args[end], column) for end in ("low", "high"))
            return exp.Between(this=sql.identifier(column.name), low=low, high=high)
        if isinstance(node, exp.Like):
            column = self.column(node.this)
            if column.type != "text":
                raise self.refused(f"LIKE is for texts, and '{column.name}' is a {column.type}")
            return exp.Like(this=sql.identifier(column.name), expression=self.value(node.expression, column))
        for kind in COMPARISONS:
            if type(node) is kind:
                left, right = node.this, node.expression
                column = self.column(left if isinstance(left, exp.Column) else right)
                return kind(this=self.side(left, column), expression=self.side(right, column))
        raise self.refused(f"'{str(node)[:60]}' is not part of the language: {LANGUAGE}")

    def side(self, node: exp.Expr, column: Column) -> exp.Expr:
        """One side of a comparison with a column: a column of the same type, or a value."""
        if not isinstance(node, exp.Column):
            return self.value(node, column)
        found = self.column(node)
        if found.type != column.type:
            raise self.refused(f"'{found.name}' is a {found.type} and '{column.name}' a {column.type}")
        return sql.identifier(found.name)

    def column(self, node: exp.Expr) -> Column:
        """A column of the table by its bare name."""
        if not isinstance(node, exp.Column) or node.args.get("table"):
            raise self.refused(f"a column is wanted where '{str(node)[:60]}' stands; {LANGUAGE}")
        name = node.name
        if name not in self.columns:
            alike = [known for known in self.columns if known.lower() == name.lower()]
            if len(alike) != 1:
                hint = "; texts stand in single quotes" if node.this.args.get("quoted") else ""
                raise self.refused(f"{unknown('column', name, [*self.columns])}{hint}")
            name = alike[0]
        return self.columns[name]

    def value(self, node: exp.Expr, column: Column) -> exp.Expr:
        """A literal of the column's type."""
        negative = isinstance(node, exp.Neg)
        literal = node.this if negative else node
        if isinstance(literal, exp.Literal) and not literal.is_string and column.type == "number":
            return sql.literal(float(literal.name) * (-1 if negative else 1))
        if isinstance(literal, exp.Literal) and literal.is_string and not negative:
            if column.type == "text":
                return sql.literal(literal.name)
            if column.type in ("date", "timestamp"):
                return exp.cast(sql.literal(self.day(literal.name, column)), "DATE")
        if isinstance(literal, exp.Boolean) and column.type == "boolean":
            return sql.literal(bool(literal.this))
        kinds = {"text": "a text in single quotes", "number": "a number", "boolean": "true or false"}
        wanted = kinds.get(column.type, "a day such as '2025-01-31'")
        raise self.refused(f"'{column.name}' is a {column.type}: compare it with {wanted}, not with {str(node)[:60]}")

    def day(self, text: str, column: Column) -> str:
        """A day as it is written in ISO 8601."""
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise self.refused(f"'{column.name}' is a date: '{text[:40]}' is no day; write YYYY-MM-DD") from None

    def refused(self, why: str) -> InputError:
        return InputError(f"{self.name}: where {self.where[:200]!r}: {why}")
