"""Dates as people write them: one column, its ways of writing, and one expression that reads them all.

ISO (with or without time and zone), 31/12/2025 and 12/31/2025 (also with . or -, two-digit years, a time,
AM/PM), 31 Dec 2025, and seconds or milliseconds since 1970. Whether day or month comes first is decided by
the values; where no value decides, nothing is guessed: both readings are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlglot import exp, parse_one

from ..days import ENGLISH_MONTHS
from ..errors import InputError
from ..vocabulary import shape_of
from .spoken_dates import has_time, is_spoken, spoken_sql
from .sql import identifier, literal, rendered, trimmed
from .table import Fact, Table, column_of

Order = Literal["day", "month"]
SAMPLE = 5000
"""Texts of a column, each unlike the others in its first two parts or its length, that are looked at."""
_ISO = re.compile(
    r"^\d{4}([-/])\d{1,2}\1\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)?)?$"
)
_PARTS = re.compile(
    r"^(?P<a>\d{1,2})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?P<time>,? +\d{1,2}:\d{2}(?P<seconds>:\d{2}(?P<fraction>\.\d+)?)?(?P<half> ?[AaPp][Mm])?)?$"
)
_WORDS = re.compile(
    r"^((?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3,9})[ -]|(?P<month2>[A-Za-z]{3,9}) (?P<day2>\d{1,2}), ?)(?P<year>\d{4})"
    r"(?P<time>,? +\d{1,2}:\d{2}(?P<seconds>:\d{2})?(?P<half> ?[AaPp][Mm])?)?$"
)
_MONTH_ALONE = re.compile(
    r"^((19|20)\d{2}(?P<mark>[-/.])(0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])(?P<mark2>[-/.])(19|20)\d{2})$"
)
_COMPACT = re.compile(r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?P<time>T\d{6}(?P<zone>Z)?)?$")
_SPOKEN = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%b": "Mon",
    "%B": "Month",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%f": "f",
    "%p": "AM/PM",
}


SERIAL = "days of Excel"
SERIALS = (29_221, 73_051)
"""Days of Excel from 1980-01-01 to before 2100-01-01, counted from 1899-12-30."""


@dataclass(frozen=True)
class Writing:
    """How a column writes its dates: ISO or not, other formats for strptime, and which part comes first."""

    iso: bool
    formats: tuple[str, ...]
    order: Order | None = None
    day_example: str = ""
    month_example: str = ""
    either_example: str = ""
    known: int = 0
    strange: int = 0
    timed: bool = False
    strange_example: str = ""
    zoned: bool = False
    padded: bool = False
    spoken: bool = False
    swapped: bool = False

    @property
    def ambiguous(self) -> bool:
        """Whether values with two small parts exist and nothing says which one is the day."""
        return bool(self.either_example) and self.order is None

    @property
    def words(self) -> str:
        """The formats in one phrase, such as ``YYYY-MM-DD, DD/MM/YYYY``."""
        phrases = [format_.replace("%-", "%") for format_ in self.formats]
        for code, word in _SPOKEN.items():
            phrases = [phrase.replace(code, word) for phrase in phrases]
        iso = ["YYYY-MM-DD"] if self.iso else []
        return ", ".join(iso + phrases + (["D month YYYY"] if self.spoken else []))


def writing_of(texts: Sequence[str], order: Order | None = None) -> Writing:
    """How these texts write dates. `order` settles what the values leave open.

    >>> writing_of(["31/12/2025", "01/02/2025"]).formats
    ('%d/%m/%Y',)
    >>> writing_of(["01/02/2025", "03/04/2025"]).ambiguous, writing_of(["31.12.2025", "03/04/2025"]).ambiguous
    (True, True)
    """
    iso, readable, strange, timed, in_words = False, 0, 0, False, False
    shapes: dict[str, None] = {}
    day = month = either = odd = ""
    undecided: dict[str, str] = {}
    decided: dict[str, bool] = {}
    padded = any(cell != cell.strip() for cell in texts)
    zoned = False
    for text in (cell.strip() for cell in texts):
        if not text:
            continue
        if iso_parts := _ISO.match(text):
            iso, readable, timed, zoned = True, readable + 1, timed or ":" in text, zoned or bool(iso_parts["zone"])
        elif (parts := _PARTS.match(text)) and (first := _first(int(parts["a"]), int(parts["b"]))) != "none":
            shapes[_numeric_format(parts)] = None
            readable, timed = readable + 1, timed or bool(parts["time"])
            day = day or (text if first == "day" else "")
            month = month or (text if first == "month" else "")
            open_order = first == "either" and parts["a"].zfill(2) != parts["b"].zfill(2)
            either = either or (text if open_order else "")
            undecided[parts["mark"]] = undecided.get(parts["mark"]) or (text if open_order else "")
            decided |= {parts["mark"]: True} if first != "either" else {}
        elif (parts := _WORDS.match(text)) and (parts["month"] or parts["month2"])[:3].lower() in ENGLISH_MONTHS:
            shapes[_word_format(parts)] = None
            readable, timed = readable + 1, timed or bool(parts["time"])
        elif parts := _MONTH_ALONE.match(text):
            shapes[f"%Y{parts['mark']}%m" if parts["mark"] else f"%m{parts['mark2']}%Y"] = None
            readable += 1
        elif parts := _COMPACT.match(text):
            shapes["%Y%m%d" + ("T%H%M%S" if parts["time"] else "") + ("Z" if parts["zone"] else "")] = None
            readable, timed = readable + 1, timed or bool(parts["time"])
        elif is_spoken(text):
            in_words, readable, timed = True, readable + 1, timed or has_time(text)
        else:
            strange, odd = strange + 1, odd or text
    first_part: Order | None = order or ("day" if day and not month else "month" if month and not day else None)
    alone = next((text for mark, text in undecided.items() if text and mark not in decided), "")
    if alone and decided and order is None:  # 31.12.2024 says nothing of 01/02/2024: two programs wrote them
        first_part, either, day, month = None, alone, "", ""
    first_code, second_code = ("%m", "%d") if first_part == "month" else ("%d", "%m")
    formats = tuple(shape.replace("%A", first_code).replace("%B_", second_code) for shape in shapes)
    contradictory = day if day and month else ""
    return Writing(
        iso,
        formats,
        first_part,
        day,
        month,
        either or contradictory,
        readable,
        strange,
        timed,
        odd,
        zoned,
        padded,
        in_words,
    )


def _first(a: int, b: int) -> Literal["day", "month", "either", "none"]:
    if not (1 <= a <= 31 and 1 <= b <= 31) or (a > 12 and b > 12):
        return "none"
    return "day" if a > 12 else "month" if b > 12 else "either"


def _numeric_format(parts: re.Match[str]) -> str:
    mark = parts["mark"]
    return f"%A{mark}%B_{mark}{'%Y' if len(parts['year']) == 4 else '%y'}" + _time_format(parts, parts["fraction"])


def _word_format(parts: re.Match[str]) -> str:
    name = parts["month"] or parts["month2"]
    code = "%b" if len(name) == 3 else "%B"
    text = parts.string
    start = (
        f"{code} %d, %Y"
        if parts["month2"]
        else f"%d{text[len(parts['day'])]}{code}{text[len(parts['day']) + 1 + len(name)]}%Y"
    )
    if parts["month2"] and ", " not in text:
        start = f"{code} %d,%Y"
    return start + _time_format(parts, None)


def _time_format(parts: re.Match[str], fraction: str | None) -> str:
    if not parts["time"]:
        return ""
    lead = ", " if parts["time"].startswith(",") else " "
    seconds = (":%S" + (".%f" if fraction else "")) if parts["seconds"] else ""
    if not parts["half"]:
        return f"{lead}%H:%M{seconds}"
    return f"{lead}%I:%M{seconds}{' ' if ' ' in parts['half'] else ''}%p"


def reading(column: exp.Expr, writing: Writing) -> exp.Expr:
    """Expression (DuckDB) that reads a text column as a moment in UTC, NULL where it is no date."""
    text = rendered(trimmed(column) if writing.padded else column, "duckdb")
    ways = []
    if writing.iso:
        near = f"REPLACE({text}, ',', '.')"
        for mark in "+-Z":  # DuckDB reads 10:00:00 UTC and 10:00:00+0200, but no other zone behind a space
            near = f"REPLACE({near}, ' {mark}', '{mark}')"
        read = f"TRY_CAST({near} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        if not writing.zoned:
            read = f"TRY_CAST(REPLACE({text}, ',', '.') AS TIMESTAMP)"
        if writing.swapped:
            read = f"MAKE_DATE(YEAR({read}), DAY({read}), MONTH({read})) + ({read} - DATE_TRUNC('day', {read}))"
        ways.append(f"CASE WHEN SUBSTRING({text}, 5, 1) IN ('-', '/') THEN {read} END")
    if writing.formats:
        formats = ", ".join(literal(format_).sql("duckdb") for format_ in writing.formats)
        ways.append(f"TRY_STRPTIME({text}, [{formats}])")
    if writing.spoken:
        ways.append(spoken_sql(text))
    if not ways:
        return parse_one("CAST(NULL AS TIMESTAMP)", read="duckdb")
    return exp.maybe_parse(f"COALESCE({', '.join(ways)})" if len(ways) > 1 else ways[0], dialect="duckdb")


SWAPPED = 20
"""Cells of each kind from which dates whose day and month a spreadsheet has exchanged are told."""


def swapped_cells(execute: Callable[[str], list[tuple[Any, ...]]], relation: str, name: str, writing: Writing) -> int:
    """Cells in which a spreadsheet took the day for the month; 0 where none are.

    A file with days first, opened where months come first, has dates up to the 12th with day and month exchanged, and
    the rest as text: every true date has a day of at most 12, every text one of at least 13.
    """
    if not writing.iso or not writing.formats or writing.order is None:
        return 0
    text = rendered(trimmed(identifier(name)), "duckdb")
    iso = f"REGEXP_MATCHES({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    parts = "'^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]'"
    day = f"TRY_CAST(REGEXP_EXTRACT({text}, {parts}, {1 if writing.order == 'day' else 2}) AS INTEGER)"
    row = execute(
        f"SELECT COUNT(CASE WHEN {iso} THEN 1 END), "
        f"COUNT(CASE WHEN {iso} AND CAST(SUBSTRING({text}, 9, 2) AS INTEGER) > 12 THEN 1 END), "
        f"COUNT({day}), COUNT(CASE WHEN {day} <= 12 THEN 1 END) FROM {relation}"
    )[0]
    true, late, texts, early = (int(count) for count in row)
    return true if min(true, texts) >= SWAPPED and not late and not early else 0


@dataclass(frozen=True)
class Moment:
    """A column read as moments: an expression of type TIMESTAMP (UTC), how it was read, and what was not."""

    column: str
    expression: exp.Expr
    words: str
    unreadable: int
    example: str = ""
    timed: bool = True

    @property
    def fact(self) -> Fact:
        """The finding for the report."""
        unit, since, _ = self.words.partition(" since 1970")
        if self.words == SERIAL:
            return Fact("dates_serial", {"column": self.column, "unreadable": self.unreadable})
        if since:
            return Fact(f"dates_{unit}", {"column": self.column, "unreadable": self.unreadable})
        return Fact("dates", {"column": self.column, "format": self.words, "unreadable": self.unreadable})


def moment(table: Table, name: str, *, order: Order | None = None) -> Moment:
    """A column of any type as moments; an error where it holds no dates or may be read in two ways.

    Text that is no date gives NULL: `unreadable` says how many cells, `example` shows one.
    """
    column = column_of(table, name)
    this = identifier(name)
    if column.type == "timestamp":
        return Moment(name, this, "timestamp", 0)
    if column.type == "date":
        return Moment(name, exp.cast(this, "TIMESTAMP"), "date", 0, timed=False)
    if column.type == "number":
        return _epoch(table, name, this)
    if column.type == "boolean":
        raise InputError(f"{table.name}: column '{name}' holds no dates but yes/no values; name a column with dates")
    return _written(table, name, this, order)


def _epoch(table: Table, name: str, this: exp.Expr) -> Moment:
    """Seconds, milliseconds or microseconds since 1970, told apart by their size; years 1990 to 2100."""
    text = rendered(this, "duckdb")
    units = (("seconds", 1), ("milliseconds", 1000), ("microseconds", 1_000_000))
    counts = ", ".join(
        f"SUM(CASE WHEN {text} >= {631152000 * size} AND {text} < {4102444800 * size} THEN 1 ELSE 0 END) AS unit{i}"
        for i, (_, size) in enumerate(units)
    )
    days = f"SUM(CASE WHEN {text} >= 19900101 AND {text} < 21000101 THEN 1 ELSE 0 END) AS days"
    days += f", SUM(CASE WHEN {text} >= {SERIALS[0]} AND {text} < {SERIALS[1]} THEN 1 ELSE 0 END) AS serial"
    days += f", SUM(CASE WHEN {text} <> FLOOR({text}) THEN 1 ELSE 0 END) AS parts"
    answer = table.fetch(f"SELECT COUNT({text}) AS known, {counts}, {days} FROM {table.relation}")
    numbers = int(answer["known"][0])
    fitting = [int(_zero(answer[f"unit{i}"][0])) for i in range(len(units))]
    best = max(range(len(units)), key=lambda i: fitting[i])
    if numbers and int(_zero(answer["days"][0])) == numbers:
        digits = f"CAST(CAST({text} AS BIGINT) AS VARCHAR)"
        read = parse_one(f"TRY_STRPTIME({digits}, '%Y%m%d')", read="duckdb")
        return Moment(name, read, "YYYYMMDD", 0, timed=False)
    if numbers and int(_zero(answer["serial"][0])) == numbers:
        micros = f"CAST(ROUND({text} * 86400) AS BIGINT) * 1000000"
        read = parse_one(f"CAST('1899-12-30' AS TIMESTAMP) + TO_MICROSECONDS({micros})", read="duckdb")
        return Moment(name, read, SERIAL, 0, timed=bool(int(_zero(answer["parts"][0]))))
    if not numbers or fitting[best] < 0.5 * numbers:
        raise InputError(
            f"{table.name}: column '{name}' holds no dates: its numbers are neither seconds or milliseconds since 1970 "
            "nor YYYYMMDD nor days of Excel; name a column with dates"
        )
    unit, size = units[best]
    inside = f"{text} >= {631152000 * size} AND {text} < {4102444800 * size}"
    read = parse_one(
        f"CASE WHEN {inside} THEN MAKE_TIMESTAMP(CAST({text} AS BIGINT) * {1_000_000 // size}) END", read="duckdb"
    )
    return Moment(name, read, f"{unit} since 1970", numbers - fitting[best])


def _zero(value: float | None) -> float:
    return 0.0 if value is None or value != value else float(value)


def _written(table: Table, name: str, this: exp.Expr, order: Order | None) -> Moment:
    writing = text_writing(table, name, order)
    if not writing.known:
        raise InputError(
            f"{table.name}: column '{name}' holds no dates that can be read"
            + (f" (one is written like '{shape_of(writing.strange_example)}')" if writing.strange_example else "")
            + "; write them as YYYY-MM-DD"
        )
    if writing.ambiguous:
        raise _ambiguous(table, name, writing)
    expression = reading(this, writing)
    text, read = rendered(this, "duckdb"), rendered(expression, "duckdb")
    filled = f"{text} <> ''" if not writing.padded else f"{rendered(trimmed(this), 'duckdb')} <> ''"
    counts = table.fetch(
        f"SELECT COUNT(CASE WHEN {filled} THEN 1 END) AS given, COUNT({read}) AS understood FROM {table.relation}"
    )
    unreadable, example = int(counts["given"][0]) - int(counts["understood"][0]), ""
    if unreadable:
        strange = f"SELECT MIN({text}) AS example FROM {table.relation} WHERE {filled} AND {read} IS NULL"
        example = str(table.fetch(strange)["example"][0])
    return Moment(name, expression, writing.words, unreadable, example, writing.timed)


def text_writing(table: Table, name: str, order: Order | None = None) -> Writing:
    """How a text column writes dates: one text for every beginning, length and end that occurs in it.

    A day above 12 anywhere in the column decides the order, so every pair of first and second parts is looked at.
    """
    answer = table.fetch(_unlike(table.relation, name))
    return writing_of([str(text) for text in answer["example"]], order)


def samples(execute: Callable[[str], list[tuple[Any, ...]]], relation: str, name: str) -> list[str]:
    """The texts that `text_writing` looks at, of a relation that is no table yet."""
    return [str(row[0]) for row in execute(_unlike(relation, name))]


def _unlike(relation: str, name: str) -> str:
    """Statement for one text of every beginning, length and end."""
    text = rendered(identifier(name), "duckdb")
    last = f"CASE WHEN RIGHT({text}, 1) BETWEEN '0' AND '9' THEN '9' ELSE RIGHT({text}, 1) END"
    return (
        f"SELECT MIN({text}) AS example FROM {relation} WHERE {text} <> '' "
        f"GROUP BY SUBSTRING({text}, 1, 6), LENGTH({text}), {last} ORDER BY COUNT(*) DESC, example LIMIT {SAMPLE}"
    )


def _ambiguous(table: Table, name: str, writing: Writing) -> InputError:
    if writing.day_example and writing.month_example:
        return InputError(
            f"{table.name}: column '{name}' mixes two ways of writing dates: '{writing.day_example}' has the day "
            f"first, '{writing.month_example}' the month first; write all of them as YYYY-MM-DD"
        )
    example = writing.either_example
    parts = re.split(r"[/.-]", example.split()[0])
    year = parts[2] if len(parts[2]) == 4 else "20" + parts[2]
    as_day = f"{year}-{int(parts[1]):02d}-{int(parts[0]):02d}"
    as_month = f"{year}-{int(parts[0]):02d}-{int(parts[1]):02d}"
    return InputError(
        f"{table.name}: the dates of column '{name}' can be read in two ways: '{example}' is {as_day} with the day "
        f"first and {as_month} with the month first, and no value decides; write them as YYYY-MM-DD"
    )
