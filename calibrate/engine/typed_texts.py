"""Texts of a database that are numbers or dates get their types, where the engine cannot try to read and give up.

PostgreSQL and Spark fail on a text that is no number. So a pattern asks first, and only what fits is read: some rows
suggest what a column may be, as those of a file do (`infer`); one statement then asks every row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..numbers import Signs
from ..vocabulary import NUMBER_PLACEHOLDERS
from .infer import SAMPLE, Guess, guess, signs_said
from .rows import Read
from .sql import identifier, literal
from .table import Column, Fact, Type

_NUMBER = r"^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DAY = (
    r"^((19|20)[0-9]{2}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(19|20)[0-9]{2}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    r"(19|20)[0-9]{2}-02-(0[1-9]|1[0-9]|2[0-8])|(20([02468][048]|[13579][26])|19(0[48]|[2468][048]|[13579][26]))-02-29)$"
)
"""Days that there are, from 1900 to 2099: what is none would end the statement."""
_PLACES = {
    "%d/%m/%Y": (7, 4, 1),
    "%d.%m.%Y": (7, 4, 1),
    "%d-%m-%Y": (7, 4, 1),
    "%m/%d/%Y": (7, 1, 4),
    "%Y/%m/%d": (1, 6, 9),
}
"""Where year, month and day begin in a date of two digits each."""
_SHAPES = {"%d/%m/%Y": "../../....", "%d.%m.%Y": "..[.]..[.]....", "%d-%m-%Y": "..-..-....", "%m/%d/%Y": "../../....",
           "%Y/%m/%d": "..../../.."}  # fmt: skip
Fetch = Callable[[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class _Reading:
    """How a column of texts is read: the expression, our type, and what is to be said."""

    column: str
    expression: str
    type: Type
    facts: tuple[Fact, ...]


def with_types(read: Read, place: str, fetch: Fetch) -> tuple[str, Read]:
    """The rows of a place with the texts that are numbers or dates as such, and what their columns are then.

    `place` is the source in DuckDB's dialect, `fetch` runs a statement in that dialect and gives its rows.
    """
    raw = f"(SELECT {read.expressions} FROM {place}) AS raw"
    texts = [column.name for column in read.columns if column.type == "text"]
    readings = [reading for reading in _readings(texts, raw, fetch) if reading is not None]
    if not readings:
        return f"SELECT {read.expressions} FROM {place}", read
    whole = _checked(readings, raw, fetch)
    by_name = {reading.column: reading for reading in readings if reading.column in whole}
    columns, cells = [], []
    for column in read.columns:
        quoted, typed = _quoted(column.name), by_name.get(column.name)
        cells.append(quoted if typed is None else f"{typed.expression} AS {quoted}")
        columns.append(column if typed is None else Column(column.name, typed.type, whole[column.name]))
    facts = tuple(fact for reading in by_name.values() for fact in reading.facts)
    return f"SELECT {', '.join(cells)} FROM {raw}", Read(tuple(columns), read.expressions, (*read.facts, *facts))


def _readings(texts: Sequence[str], raw: str, fetch: Fetch) -> list[_Reading | None]:
    if not texts:
        return []
    rows = fetch(f"SELECT {', '.join(map(_quoted, texts))} FROM {raw} LIMIT {SAMPLE}")
    samples = {name: [str(row[at]) for row in rows if row[at] is not None] for at, name in enumerate(texts)}
    return [_reading(name, guess(name, values)) for name, values in samples.items() if any(v.strip() for v in values)]


def _reading(name: str, guessed: Guess) -> _Reading | None:
    """How a column is read that is guessed to be numbers or days; None where it stays text."""
    text = f"TRIM({_quoted(name)})"
    if guessed.kind == "number" and guessed.numbers is not None:
        expression = _number(text, guessed.numbers.signs)
        return _Reading(name, expression, "number", tuple(signs_said(name, guessed.numbers)))
    writing = guessed.writing
    if guessed.kind != "date" or writing is None or writing.spoken:
        return None
    form = "" if writing.iso and not writing.formats else writing.formats[0] if len(writing.formats) == 1 else None
    if form is None or (form and (writing.iso or form not in _PLACES)):
        return None
    written = Fact("dates", {"column": name, "format": writing.words, "unreadable": 0})
    return _Reading(name, _date(text, form), "date", (written,))


def _number(text: str, signs: Signs) -> str:
    """A text as a number where it is written so, else nothing."""
    if signs == Signs():
        return f"CASE WHEN REGEXP_MATCHES({text}, {_spelt(_NUMBER)}) THEN CAST({text} AS DOUBLE) END"
    read = text
    for sign, plain in signs.replaced:
        read = f"REPLACE({read}, {_spelt(sign)}, {_spelt(plain)})"
    fits = f"REGEXP_MATCHES({text}, {_spelt(f'^({signs.pattern})$')}) AND REGEXP_MATCHES({read}, {_spelt(_NUMBER)})"
    return f"CASE WHEN {fits} THEN CAST({read} AS DOUBLE) END"


def _date(text: str, form: str) -> str:
    """A text as a day where it is one, else nothing; a time behind it is left out."""
    if not form:
        day = f"SUBSTRING({text}, 1, 10)"
        shaped = f"REGEXP_MATCHES({text}, '^[0-9-]{{10}}($|[T ][0-9])')"
    else:
        year, month, number = _PLACES[form]
        parts = ((year, 4), (month, 2), (number, 2))
        day = " || '-' || ".join(f"SUBSTRING({text}, {start}, {length})" for start, length in parts)
        shaped = f"REGEXP_MATCHES({text}, {_spelt(f'^{_SHAPES[form]}$')})"
    return f"CASE WHEN {shaped} AND REGEXP_MATCHES({day}, {_spelt(_DAY)}) THEN CAST({day} AS DATE) END"


def _checked(readings: Sequence[_Reading], raw: str, fetch: Fetch) -> dict[str, bool]:
    """The columns that are read in every row that holds something, each with whether its numbers are whole."""
    words = ", ".join(_spelt(word) for word in sorted(NUMBER_PLACEHOLDERS))
    measures = []
    for reading in readings:
        text = f"TRIM({_quoted(reading.column)})"
        measures.append(f"COUNT(CASE WHEN {text} <> '' AND LOWER({text}) NOT IN ({words}) THEN 1 END)")
        measures.append(f"COUNT({reading.expression})")
        odd = f"COUNT(CASE WHEN {reading.expression} <> FLOOR({reading.expression}) THEN 1 END)"
        measures.append(odd if reading.type == "number" else "0")
    named = ", ".join(f"{measure} AS m{at}" for at, measure in enumerate(measures))
    counts = [int(count) for count in fetch(f"SELECT {named} FROM {raw}")[0]]
    kept = {}
    for at, reading in enumerate(readings):
        present, fitting, fractions = counts[3 * at : 3 * at + 3]
        if present == fitting:
            kept[reading.column] = reading.type == "number" and not fractions
    return kept


def _quoted(name: str) -> str:
    return identifier(name).sql("duckdb")


def _spelt(text: str) -> str:
    return literal(text).sql("duckdb")
