"""Types of columns that were read as text: number, date, moment or text, decided by all values, in SQL.

A sample suggests what a column may be; one statement checks every candidate on every row; what fails is looked
at once more. Nothing is guessed: a column with one value that does not fit stays text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..free_names import free_name, underlined
from ..numbers import Signs, Written, currencies, written
from ..vocabulary import BLANKS, NUMBER_PLACEHOLDERS
from . import dates
from .duckdb import Connection, DuckTable, Types, described, view_over
from .sql import identifier, literal
from .table import Fact, refuse_too_wide

SAMPLE, SAMPLE_CELLS = 2000, 500_000
"""Rows that suggest what a column may be; of a wide table fewer, so that its cells are about as many."""
SCATTER = 2654435761
"""Rows are picked by their number times this, so that no rhythm in the file meets ours (Knuth's hash)."""
ENOUGH = 20
"""Telling values of a column, if it has so many."""
STRETCHES = 16
"""So many stretches of a relation that is read where it lies hold the rows that suggest what its columns may be."""
FEW = 30
"""So many columns change their type one by one; more are written anew together."""
STRANGERS = 60
"""Distinct values that do not fit, looked at before a column is left as text."""

_PLAIN = re.compile(r"^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_GROUPED = re.compile(r"^-?[1-9]\d{0,2}(\.\d{3})+$", re.ASCII)
_NO_DATE = re.compile(r"0{1,4}([-/.])0{1,2}\1(0{1,4})([T ]00:00(:00(\.0+)?)?)?Z?")
"""A day that is none, as databases write it: 0000-00-00 00:00:00."""
_ZERO_FIRST = re.compile(r"^0\d+([.,]\d+)?$", re.ASCII)


@dataclass(frozen=True)
class Guess:
    """What a text column may be: how it is read, and the words in it that mean nothing."""

    kind: Literal["text", "number", "date"]
    expression: str = ""
    numbers: Written | None = None
    writing: dates.Writing | None = None
    words: tuple[str, ...] = ()


@dataclass
class _Column:
    name: str
    sample: list[str]
    guess: Guess = field(default_factory=lambda: Guess("text"))
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What the rest of a file says of a column: its separator, whether numbers have decimal commas, a grid's signs."""

    separator: str = ""
    european: bool | None = None
    known: Mapping[str, Signs] = field(default_factory=dict)


def set_types(
    connection: Connection,
    table: str,
    names: Sequence[str],
    *,
    separator: str = "",
    signs: Mapping[str, Signs] | None = None,
) -> tuple[Fact, ...]:
    """Give the text columns of a table (named by escaped text) their types, in place; what was found is returned.

    `signs` are those that a grid found in columns before: they settle what the values leave open.
    """
    columns = [_Column(name, []) for name in names]
    _fill_samples(connection, table, columns)
    _guess(connection, table, columns, Around(separator, None, signs or {}))
    _convert(connection, table, columns)
    return tuple(fact for column in columns for fact in column.facts)


def table_in_place(
    connection: Connection,
    source: str,
    *,
    name: str,
    position: str | None,
    facts: tuple[Fact, ...],
    fingerprint: str | Callable[[], str],
    signs: Mapping[str, Signs] | None = None,
    files: int = 1,
) -> DuckTable:
    """A table over a relation that stays where it lies, whose columns of texts get their types as those of a file.

    `files` is how many files the relation joins: each numbers its rows from 0.
    """
    names = [column for column, _ in described(connection, source)]
    refuse_too_wide(name, len(names) - (position in names))
    connection.expect(len(names))
    rows = int(connection.execute(f"SELECT COUNT(*) FROM {source}")[0][0])
    place = position if files == 1 else "file_row_number"
    types, told = _types_in_place(connection, source, rows=rows // files, place=place, signs=signs)
    return view_over(
        connection,
        source,
        name=name,
        position=position,
        facts=(*facts, *told),
        fingerprint=fingerprint,
        rows=rows,
        types=types,
    )


def _types_in_place(
    connection: Connection, source: str, *, rows: int, place: str | None, signs: Mapping[str, Signs] | None
) -> tuple[Types, tuple[Fact, ...]]:
    """Types of the columns of texts, each with the expression that reads it, and what was found.

    Of many rows, some from several stretches suggest what a column may be; all are looked at then.
    """
    names = [name for name, kind in described(connection, source) if kind == "VARCHAR"]
    columns = [_Column(name, []) for name in names]
    if not columns:
        return {}, ()
    blanks = literal(BLANKS).sql("duckdb")
    cells = [f"{place} AS __place"] if place is not None else []
    for name in names:
        quoted = identifier(name).sql("duckdb")
        cells.append(f"CASE WHEN TRIM({quoted}, {blanks}) <> '' THEN {quoted} END AS {quoted}")
    table = f"(SELECT {', '.join(cells)} FROM {source}) AS cells"
    size = SAMPLE // STRETCHES
    starts = sorted({max(rows - size, 0) * i // (STRETCHES - 1) for i in range(STRETCHES)})
    inside = " OR ".join(f"__place BETWEEN {start} AND {start + size - 1}" for start in starts)
    listed = ", ".join(identifier(name).sql("duckdb") for name in names)
    where = f"WHERE {inside}" if place is not None and rows > SAMPLE else f"LIMIT {SAMPLE}"
    _add_samples(columns, connection.execute(f"SELECT {listed} FROM {table} {where}"))
    _fill_up(connection, table, columns)
    _guess(connection, table, columns, Around("", None, signs or {}))
    return _measured(connection, table, columns), tuple(fact for column in columns for fact in column.facts)


def _guess(connection: Connection, table: str, columns: list[_Column], around: Around) -> None:
    """Guess from the samples, then test on every row."""
    for column in columns:
        column.guess = guess(column.name, column.sample, around)
        if column.guess.kind == "text" and column.guess.writing is not None:  # dates: does any row say what is first?
            column.sample += dates.samples(connection.execute, table, column.name)
            column.guess = guess(column.name, column.sample, around)
    around = replace(around, european=_european([column.guess for column in columns], around.separator))
    for column in columns:
        if column.guess.numbers is not None and not column.guess.numbers.sure:
            column.guess = guess(column.name, column.sample, around)
    for _ in range(3):
        if not _check(connection, table, [c for c in columns if c.guess.kind != "text"], around):
            break
    for column in columns:
        _unswap(connection, table, column)


def _unswap(connection: Connection, table: str, column: _Column) -> None:
    """Put day and month of a column of dates back where a spreadsheet has exchanged them, and say so."""
    writing = column.guess.writing
    if column.guess.kind != "date" or writing is None:
        return
    cells = dates.swapped_cells(connection.execute, table, column.name, writing)
    if cells:
        writing = replace(writing, swapped=True)
        read = dates.reading(identifier(column.name), writing).sql("duckdb")
        column.guess = replace(column.guess, expression=read, writing=writing)
        column.facts.append(Fact("dates_swapped", {"column": column.name, "cells": cells}))


def _fill_samples(connection: Connection, table: str, columns: list[_Column]) -> None:
    """Values of rows scattered over the table, and more of columns that hold little but placeholders there."""
    rows = int(connection.execute(f"SELECT COUNT(*) FROM {table}")[0][0])
    names = ", ".join(identifier(c.name).sql("duckdb") for c in columns)
    place, source = "rowid", table
    folds = {str(row[0]).lower() for row in connection.execute(f"DESCRIBE SELECT * FROM {table}")}
    if place in folds:  # a column of that name hides the rows' own places
        place = free_name(place, folds, underlined)
        source = f"(SELECT *, ROW_NUMBER() OVER () - 1 AS {place} FROM {table})"
    sample = min(SAMPLE, max(SAMPLE // 4, SAMPLE_CELLS // max(len(columns), 1)))
    scattered = f"{place} * {SCATTER} % {2**32} < {min(2**32, sample * 2**32 // max(rows, 1))}"
    _add_samples(columns, connection.execute(f"SELECT {names} FROM {source} WHERE {scattered} ORDER BY {place}"))
    _fill_up(connection, table, columns)


def _add_samples(columns: list[_Column], rows: Sequence[Sequence[Any]]) -> None:
    for column, values in zip(columns, zip(*rows, strict=True), strict=False):
        column.sample += [value for value in values if value is not None]


def _fill_up(connection: Connection, table: str, columns: list[_Column]) -> None:
    """More values of columns that hold little but placeholders in their sample."""
    words = ", ".join(literal(word).sql("duckdb") for word in sorted(NUMBER_PLACEHOLDERS))
    for column in columns:
        if (
            sum(value.strip(BLANKS).casefold() not in NUMBER_PLACEHOLDERS for value in column.sample[: 20 * ENOUGH])
            < ENOUGH
        ):
            quoted = identifier(column.name).sql("duckdb")
            telling = f"{quoted} IS NOT NULL AND LOWER(TRIM({quoted})) NOT IN ({words})"
            answer = connection.execute(f"SELECT {quoted} FROM {table} WHERE {telling} LIMIT {10 * ENOUGH}")
            column.sample += [row[0] for row in answer]


def _european(guesses: Sequence[Guess], separator: str) -> bool | None:
    """Whether a file writes decimal commas: some column does, or it is parted by semicolons and none says otherwise."""
    readings = [candidate.numbers for candidate in guesses if candidate.numbers is not None]
    if any(numbers.comma for numbers in readings) != any(numbers.point for numbers in readings):
        return any(numbers.comma for numbers in readings)
    return True if separator == ";" and not any(numbers.point for numbers in readings) else None


def guess(name: str, values: Sequence[str], around: Around | None = None) -> Guess:
    """What a column with such values may be.

    >>> [guess("x", values).kind for values in (["1", "2.5", "N/A"], ["01234"], ["31/12/2025"], ["Google"])]
    ['number', 'text', 'date', 'text']
    """
    stripped = dict.fromkeys(value.strip(BLANKS) for value in dict.fromkeys(values))
    words = tuple(value for value in stripped if value.casefold() in NUMBER_PLACEHOLDERS)
    telling = [value for value in stripped if value.casefold() not in NUMBER_PLACEHOLDERS]
    if not telling:
        return Guess("text")
    if any(_ZERO_FIRST.match(value) for value in telling) or any(_too_long(value) for value in telling):
        return Guess("text")
    quoted = identifier(name).sql("duckdb")
    text = f"TRIM({quoted}, {literal(BLANKS).sql('duckdb')})"
    around = around or Around()
    if all(_PLAIN.match(value) for value in telling) and not any(_GROUPED.match(value) for value in telling):
        point = any("." in value for value in telling)
        plain = Written(Signs(), True, "." if point else "")
        return Guess("number", f"TRY_CAST({quoted} AS DOUBLE)", numbers=plain, words=words)
    numbers = written(
        telling, european=around.european, commas_apart=around.separator == ",", earlier=around.known.get(name)
    )
    if numbers is not None:
        return Guess("number", _number(numbers.signs, quoted, text), numbers=numbers, words=words)
    words += tuple(value for value in telling if _NO_DATE.fullmatch(value))
    told = [value for value in dict.fromkeys(values) if value.strip(BLANKS) not in {*words}]
    writing = replace(dates.writing_of(told), zoned=True)  # rows not looked at may have a zone
    if writing.known and not writing.strange and not writing.ambiguous:
        read = dates.reading(identifier(name), writing).sql("duckdb")
        return Guess("date", read, writing=writing, words=words)
    return Guess("text", writing=writing if writing.ambiguous else None)


def _too_long(value: str) -> bool:
    """More digits than a number can keep."""
    return len(value) > 15 and value.lstrip("-").isdigit()


def _number(signs: Signs, quoted: str, text: str) -> str:
    """SQL that reads a text with these signs as a number; NULL where a text is written in any other way."""
    if signs == Signs():
        return f"TRY_CAST({quoted} AS DOUBLE)"
    read = text
    for sign, plain in signs.replaced:
        read = f"REPLACE({read}, {literal(sign).sql('duckdb')}, {literal(plain).sql('duckdb')})"
    read = f"TRY_CAST({read} AS DOUBLE)"
    if not signs.thousands and not signs.units:
        return read
    return f"CASE WHEN REGEXP_FULL_MATCH({text}, {literal(signs.pattern).sql('duckdb')}) THEN {read} END"


def _check(connection: Connection, table: str, columns: list[_Column], around: Around) -> bool:
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
        column.guess = guess(column.name, column.sample, around)
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
    kinds = _measured(connection, table, columns)
    if not kinds:
        return
    if len(kinds) <= FEW:
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


def _measured(connection: Connection, table: str, columns: list[_Column]) -> Types:
    """Type of each column that is no text, and how it is read; what was found is noted."""
    for column in columns:
        if column.guess.kind == "text":
            _note_text(column)
    changing = [column for column in columns if column.guess.kind != "text"]
    if not changing:
        return {}
    counts = connection.execute(f"SELECT {', '.join(_measures(c) for c in changing)} FROM {table}")[0]
    kinds = {}
    for i, column in enumerate(changing):
        nothing, odd = counts[2 * i : 2 * i + 2]
        kinds[column.name] = _kind(column, int(nothing), bool(odd))
    return kinds


def _clean(column: _Column) -> str:
    read = column.guess.expression
    numbers = column.guess.words and column.guess.kind == "number"
    return f"CASE WHEN ISFINITE({read}) THEN {read} END" if numbers else read


def _measures(column: _Column) -> str:
    """Two counts that decide the type: cells that mean nothing, and values that are not whole (or have a time)."""
    quoted, read = identifier(column.name).sql("duckdb"), _clean(column)
    if column.guess.kind == "date":
        return f"COUNT({quoted}) - COUNT({read}), COUNT(CASE WHEN {read} <> CAST({read} AS DATE) THEN 1 END)"
    odd = f"COUNT(CASE WHEN {read} <> FLOOR({read}) OR ABS({read}) > {2**53} THEN 1 END)"
    return f"COUNT({quoted}) - COUNT({read}), {odd}"


def _kind(column: _Column, nothing: int, odd: bool) -> tuple[str, str]:
    """DuckDB type of a column and how it is read; what was found is noted."""
    reading, name = column.guess, column.name
    if reading.words:
        words = ", ".join(sorted(reading.words))
        column.facts.append(Fact("placeholders", {"column": name, "words": words, "cells": nothing}))
    if reading.writing is not None:
        column.facts.append(Fact("dates", {"column": name, "format": reading.writing.words, "unreadable": 0}))
        return "TIMESTAMP" if odd or reading.writing.timed else "DATE", reading.expression
    if reading.numbers is not None:
        column.facts += signs_said(name, reading.numbers)
    return "DOUBLE" if odd else "BIGINT", _clean(column)


def signs_said(name: str, numbers: Written) -> list[Fact]:
    """How a column writes numbers, for the reader and for its criterion."""
    signs, facts = numbers.signs, []
    if signs.decimal == "," and (numbers.sure or not signs.thousands):
        facts.append(Fact("decimal_comma", {"column": name}))
    if signs.thousands:
        facts.append(Fact("thousands", {"column": name, "character": signs.thousands}))
    if signs.units:
        units = ", ".join(sign.strip() for sign, _ in signs.units)
        facts.append(Fact("units", {"column": name, "shown": units, "pairs": json.dumps(signs.units)}))
    if not numbers.sure:
        read = float(signs.plain(numbers.example))
        facts.append(Fact("two_readings", {"column": name, "example": numbers.example, "read": f"{read:.15g}"}))
    return facts


def _note_text(column: _Column) -> None:
    """Why a column that looks like numbers was left as text."""
    if not any(character.isdigit() for value in dict.fromkeys(column.sample) for character in value):
        return
    values = [value.strip(BLANKS) for value in column.sample]
    money = currencies([value for value in values if value.casefold() not in NUMBER_PLACEHOLDERS])
    if len(money) > 1:
        column.facts.append(Fact("two_currencies", {"column": column.name, "shown": ", ".join(money)}))
    digits = [value for value in values if value.isdigit()]
    if not digits or len(digits) < 0.9 * len(values):
        return
    if any(_ZERO_FIRST.match(value) for value in digits):
        column.facts.append(Fact("leading_zeros", {"column": column.name}))
    elif any(_too_long(value) for value in digits):
        column.facts.append(Fact("long_digits", {"column": column.name}))
