"""Types of columns that were read as text: number, date, moment or text, decided by all values, in SQL.

A sample suggests what a column may be; one statement checks every candidate on every row; what fails is looked
at once more. Nothing is guessed: a column with one value that does not fit stays text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..vocabulary import BLANKS, NUMBER_PLACEHOLDERS, THOUSANDS
from . import dates
from .duckdb import Connection
from .sql import identifier, literal
from .table import Fact

SAMPLE = 2000
"""Rows that suggest what a column may be."""
SCATTER = 2654435761
"""Rows are picked by their number times this, so that no rhythm in the file meets ours (Knuth's hash)."""
ENOUGH = 20
"""Telling values of a column, if it has so many."""
FEW = 30
"""So many columns change their type one by one; more are written anew together."""
STRANGERS = 60
"""Distinct values that do not fit, looked at before a column is left as text."""

_PLAIN = re.compile(r"^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_DECIMAL = re.compile(r"^-?\d*,\d+$", re.ASCII)
_SPACED = re.compile("^-?\\d{1,3}([ \u00a0\u202f']\\d{3})+([.,]\\d+)?$", re.ASCII)
_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$", re.ASCII)
_ZERO_FIRST = re.compile(r"^0\d+([.,]\d+)?$", re.ASCII)


@dataclass(frozen=True)
class Guess:
    """What a text column may be: how it is read, and the words in it that mean nothing."""

    kind: Literal["text", "number", "date"]
    expression: str = ""
    decimal_comma: bool = False
    thousands: str = ""
    writing: dates.Writing | None = None
    words: tuple[str, ...] = ()


@dataclass
class _Column:
    name: str
    sample: list[str]
    guess: Guess = field(default_factory=lambda: Guess("text"))
    facts: list[Fact] = field(default_factory=list)


def set_types(connection: Connection, table: str, names: Sequence[str], *, separator: str = "") -> tuple[Fact, ...]:
    """Give the text columns of a table (named by escaped text) their types, in place; what was found is returned."""
    columns = [_Column(name, []) for name in names]
    _fill_samples(connection, table, columns)
    for column in columns:
        column.guess = guess(column.name, column.sample, separator)
        if column.guess.kind == "text" and column.guess.writing is not None:  # dates: does any row say what is first?
            column.sample += dates.samples(connection.execute, table, column.name)
            column.guess = guess(column.name, column.sample, separator)
    for _ in range(3):
        if not _check(connection, table, [c for c in columns if c.guess.kind != "text"], separator):
            break
    _convert(connection, table, columns)
    return tuple(fact for column in columns for fact in column.facts)


def _fill_samples(connection: Connection, table: str, columns: list[_Column]) -> None:
    """Values of rows scattered over the table, and more of columns that hold little but placeholders there."""
    rows = int(connection.execute(f"SELECT COUNT(*) FROM {table}")[0][0])
    listed = ", ".join(identifier(c.name).sql("duckdb") for c in columns)
    place, source = "rowid", table
    known = {str(row[0]).lower() for row in connection.execute(f"DESCRIBE SELECT * FROM {table}")}
    if place in known:  # a column of that name hides the rows' own places
        while place in known:
            place += "_"
        source = f"(SELECT *, ROW_NUMBER() OVER () - 1 AS {place} FROM {table})"
    scattered = f"{place} * {SCATTER} % {2**32} < {min(2**32, SAMPLE * 2**32 // max(rows, 1))}"
    for row in connection.execute(f"SELECT {listed} FROM {source} WHERE {scattered} ORDER BY {place}"):
        for column, value in zip(columns, row, strict=True):
            if value is not None:
                column.sample.append(value)
    words = ", ".join(literal(word).sql("duckdb") for word in sorted(NUMBER_PLACEHOLDERS))
    for column in columns:
        if (
            sum(value.strip(BLANKS).casefold() not in NUMBER_PLACEHOLDERS for value in column.sample[: 20 * ENOUGH])
            < ENOUGH
        ):
            quoted = identifier(column.name).sql("duckdb")
            telling = f"{quoted} IS NOT NULL AND LOWER(TRIM({quoted})) NOT IN ({words})"
            found = connection.execute(f"SELECT {quoted} FROM {table} WHERE {telling} LIMIT {10 * ENOUGH}")
            column.sample += [row[0] for row in found]


def guess(name: str, values: Sequence[str], separator: str = "") -> Guess:
    """What a column with such values may be.

    >>> [guess("x", values).kind for values in (["1", "2.5", "N/A"], ["01234"], ["31/12/2025"], ["Google"])]
    ['number', 'text', 'date', 'text']
    """
    stripped = dict.fromkeys(value.strip(BLANKS) for value in values)
    words = tuple(value for value in stripped if value.casefold() in NUMBER_PLACEHOLDERS)
    rest = [value for value in stripped if value.casefold() not in NUMBER_PLACEHOLDERS]
    if not rest:
        return Guess("text")
    if any(_ZERO_FIRST.match(value) for value in rest) or any(_too_long(value) for value in rest):
        return Guess("text")
    quoted = identifier(name).sql("duckdb")
    text = f"TRIM({quoted}, {literal(BLANKS).sql('duckdb')})"
    if all(_PLAIN.match(value) for value in rest):
        return Guess("number", f"TRY_CAST({quoted} AS DOUBLE)", words=words)
    number = _local_number(rest, text, separator, words)
    if number is not None:
        return number
    if words:
        return Guess("text")
    writing = replace(dates.writing_of(list(dict.fromkeys(values))), zoned=True)  # rows not looked at may have a zone
    if writing.known and not writing.strange and not writing.ambiguous:
        return Guess("date", dates.reading(identifier(name), writing).sql("duckdb"), writing=writing)
    return Guess("text", writing=writing if writing.ambiguous else None)


def _too_long(value: str) -> bool:
    """More digits than a number can keep."""
    return len(value) > 15 and value.lstrip("-").isdigit()


def _local_number(rest: list[str], text: str, separator: str, words: tuple[str, ...]) -> Guess | None:
    """Numbers with a decimal comma, or with marks between thousands."""
    if not all(_PLAIN.match(v) or _DECIMAL.match(v) or _SPACED.match(v) or _GROUPED.match(v) for v in rest):
        return None
    spaced = any(_SPACED.match(value) for value in rest)
    with_comma = [value for value in rest if "," in value]
    grouped = bool(with_comma) and all(_GROUPED.match(value) for value in with_comma)
    grouped = grouped and (separator == "," or any("." in v or v.count(",") > 1 for v in with_comma))
    if spaced:
        text = f"TRANSLATE({text}, {literal(THOUSANDS).sql('duckdb')}, '')"
    if with_comma and not grouped:
        if any("." in value for value in rest):
            return None
        text = f"REPLACE({text}, ',', '.')"
    elif with_comma:
        text = f"REPLACE({text}, ',', '')"
    mark = "," if grouped else " " if spaced else ""
    return Guess("number", f"TRY_CAST({text} AS DOUBLE)", bool(with_comma) and not grouped, mark, words=words)


def _check(connection: Connection, table: str, columns: list[_Column], separator: str) -> bool:
    """Test the guesses on every row; whether some were changed and must be tested again."""
    if not columns:
        return False
    parts = []
    for i, column in enumerate(columns):
        quoted = identifier(column.name).sql("duckdb")
        read = column.guess.expression
        parts += [f"COUNT({quoted}) AS n{i}", f"COUNT({read}) AS k{i}"]
        if column.guess.kind == "number":
            parts.append(f"COUNT(CASE WHEN {_odd(quoted, read)} THEN 1 END) AS o{i}")
        else:
            parts.append(f"0 AS o{i}")
    counts = connection.execute(f"SELECT {', '.join(parts)} FROM {table}")[0]
    changed = False
    for i, column in enumerate(columns):
        present, read_, odd = counts[3 * i : 3 * i + 3]
        if present == read_ and not odd:
            continue
        before = column.guess
        strangers = _strangers(connection, table, column)
        if len(strangers) > STRANGERS:
            column.guess = Guess("text")
            continue
        column.sample += strangers
        column.guess = guess(column.name, column.sample, separator)
        changed = changed or (column.guess.kind != "text" and column.guess.expression != before.expression)
        if column.guess.kind != "text" and column.guess.expression == before.expression:
            read_as_nothing = {w.casefold() for w in column.guess.words}
            if any(s.strip(BLANKS).casefold() not in read_as_nothing for s in strangers):
                column.guess = Guess("text")
    return changed


def _odd(quoted: str, read: str) -> str:
    """Readable as a number, but not to be read as one: 007, 1_000, +33, nan, inf, 20 digits."""
    return (
        f"({quoted} < '1' AND REGEXP_MATCHES({quoted}, '^\\s*(0[0-9]|[+])')) OR ({read} IS NOT NULL AND "
        f"(NOT ISFINITE({read}) OR LENGTH({quoted}) > 15 AND REGEXP_MATCHES({quoted}, '^\\s*-?[0-9]{{16,}}\\s*$') "
        f"OR CONTAINS({quoted}, '_')))"
    )


def _strangers(connection: Connection, table: str, column: _Column) -> list[str]:
    """Distinct values that the guess does not read."""
    quoted = identifier(column.name).sql("duckdb")
    read = column.guess.expression
    bad = f"{quoted} IS NOT NULL AND ({read} IS NULL"
    bad += f" OR {_odd(quoted, read)})" if column.guess.kind == "number" else ")"
    rows = connection.execute(f"SELECT {quoted} FROM {table} WHERE {bad} GROUP BY 1 ORDER BY 1 LIMIT {STRANGERS + 1}")
    return [str(row[0]) for row in rows]


def _convert(connection: Connection, table: str, columns: list[_Column]) -> None:
    """Change the types of columns, and note how."""
    for column in columns:
        if column.guess.kind == "text":
            _note_text(column)
    changing = [column for column in columns if column.guess.kind != "text"]
    if not changing:
        return
    measured = connection.execute(f"SELECT {', '.join(_measures(c) for c in changing)} FROM {table}")[0]
    kinds = {}
    for i, column in enumerate(changing):
        nothing, odd = measured[2 * i : 2 * i + 2]
        kinds[column.name] = _kind(column, int(nothing), bool(odd))
    if len(changing) <= FEW:
        for name, (kind, read) in kinds.items():
            quoted = identifier(name).sql("duckdb")
            connection.execute(f"ALTER TABLE {table} ALTER {quoted} TYPE {kind} USING CAST({read} AS {kind})")
        return
    copy = identifier(connection.free_name("typed")).sql("duckdb")
    parts = []
    for column in columns:
        quoted = identifier(column.name).sql("duckdb")
        kind, read = kinds.get(column.name, ("", ""))
        parts.append(f"CAST({read} AS {kind}) AS {quoted}" if kind else quoted)
    place = table.rpartition(".")[0]
    connection.execute(f"CREATE TABLE {f'{place}.' if place else ''}{copy} AS SELECT {', '.join(parts)} FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE {f'{place}.' if place else ''}{copy} RENAME TO {table.rpartition('.')[2]}")


def _clean(column: _Column) -> str:
    read = column.guess.expression
    return f"CASE WHEN ISFINITE({read}) THEN {read} END" if column.guess.words else read


def _measures(column: _Column) -> str:
    """Two counts that decide the type: cells that mean nothing, and values that are not whole (or have a time)."""
    quoted, read = identifier(column.name).sql("duckdb"), _clean(column)
    if column.guess.kind == "date":
        return f"0, COUNT(CASE WHEN {read} <> CAST({read} AS DATE) THEN 1 END)"
    odd = f"COUNT(CASE WHEN {read} <> FLOOR({read}) OR ABS({read}) > {2**53} THEN 1 END)"
    return f"COUNT({quoted}) - COUNT({read}), {odd}"


def _kind(column: _Column, nothing: int, odd: bool) -> tuple[str, str]:
    """DuckDB type of a column and how it is read; what was found is noted."""
    found, name = column.guess, column.name
    if found.writing is not None:
        column.facts.append(Fact("dates", {"column": name, "format": found.writing.words, "unreadable": 0}))
        return "TIMESTAMP" if odd or found.writing.timed else "DATE", found.expression
    if found.words:
        words = ", ".join(sorted(found.words))
        column.facts.append(Fact("placeholders", {"column": name, "words": words, "cells": nothing}))
    if found.decimal_comma:
        column.facts.append(Fact("decimal_comma", {"column": name}))
    if found.thousands:
        column.facts.append(Fact("thousands", {"column": name, "character": found.thousands}))
    return "DOUBLE" if odd else "BIGINT", _clean(column)


def _note_text(column: _Column) -> None:
    """Why a column that looks like numbers was left as text."""
    values = [value.strip(BLANKS) for value in column.sample]
    digits = [value for value in values if value.isdigit()]
    if not digits or len(digits) < 0.9 * len(values):
        return
    if any(_ZERO_FIRST.match(value) for value in digits):
        column.facts.append(Fact("leading_zeros", {"column": column.name}))
    elif any(_too_long(value) for value in digits):
        column.facts.append(Fact("long_digits", {"column": column.name}))
