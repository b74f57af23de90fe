"""A workbook computed as spreadsheets do: a small interpreter of the formulas that the scoring workbook has."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)"""
    r"""|(?P<cells>(?:\w+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![\w(])"""
    r"""|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|[-+*/&=<>(),]))"""
)


class Fault(Exception):
    """An error value of a spreadsheet."""


def tokens(formula: str) -> list[tuple[str, str]]:
    listed, at = [], 1
    while at < len(formula):
        match = TOKEN.match(formula, at)
        assert match, formula[at : at + 40]
        listed.append((str(match.lastgroup), match[0].strip()))
        at = match.end()
    return listed


def text_of(value: Any) -> str:
    if isinstance(value, Fault):
        raise value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, (int, float)) else str(value)


def number_of(value: Any) -> float:
    if isinstance(value, Fault):
        raise value
    if value is None:
        return 0.0
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise Fault("#VALUE!") from None
    return float(value)


def spread(function: Callable[..., Any], *values: Any) -> Any:
    """A function of single values, for ranges too; faults stand where they arise."""
    size = max((len(value) for value in values if isinstance(value, list)), default=0)
    if not size:
        return function(*values)
    answers = []
    for at in range(size):
        try:
            answers.append(function(*(value[at] if isinstance(value, list) else value for value in values)))
        except Fault as fault:
            answers.append(fault)
    return answers


def equal(left: Any, right: Any) -> bool:
    for value in (left, right):
        if isinstance(value, Fault):
            raise value
    if isinstance(left, str) or isinstance(right, str):
        if left is None or right is None:
            return not (left or right)
        return isinstance(left, str) and isinstance(right, str) and left.casefold() == right.casefold()
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return (left or 0) == (right or 0)


def less(left: Any, right: Any) -> bool:
    def rank(value: Any) -> tuple[int, Any]:
        if isinstance(value, Fault):
            raise value
        if isinstance(value, bool):
            return 2, value
        return (1, value.casefold()) if isinstance(value, str) else (0, value or 0)

    return rank(left) < rank(right)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "&": lambda a, b: text_of(a) + text_of(b),
    "+": lambda a, b: number_of(a) + number_of(b),
    "-": lambda a, b: number_of(a) - number_of(b),
    "*": lambda a, b: number_of(a) * number_of(b),
    "/": lambda a, b: number_of(a) / number_of(b),
    "=": equal,
    "<>": lambda a, b: not equal(a, b),
    "<": less,
    ">": lambda a, b: less(b, a),
    "<=": lambda a, b: not less(b, a),
    ">=": lambda a, b: not less(a, b),
}
LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"))


def found_at(needle: Any, text: Any, start: Any = 1) -> float:
    at = text_of(text).find(text_of(needle), int(number_of(start)) - 1)
    if at < 0:
        raise Fault("#VALUE!")
    return at + 1.0


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def flat(values: Sequence[Any]) -> list[Any]:
    return [part for value in values for part in (value if isinstance(value, list) else [value])]


def matched(wanted: Any, cells: list[Any], how: Any) -> float:
    if number_of(how) == 0:
        for at, cell in enumerate(cells):
            if not isinstance(cell, Fault) and cell is not None and equal(cell, wanted):
                return at + 1.0
        raise Fault("#N/A")
    place = sum(not less(wanted, cell) for cell in cells if is_number(cell) and is_number(wanted))
    if not place:
        raise Fault("#N/A")
    return float(place)


def product_sum(*ranges: Any) -> float:
    parts = [[number_of(cell) for cell in (part if isinstance(part, list) else [part])] for part in ranges]
    return float(sum(math.prod(cells) for cells in zip(*parts, strict=True)))


def number_value(text: Any, decimal: str, group: str) -> float:
    plain = re.sub(r"\s", "", text_of(text)).replace(group, "").replace(decimal, ".")
    share = len(plain) - len(plain.rstrip("%"))
    return number_of(plain.rstrip("%") or 0.0) / 100**share


SINGLE: dict[str, Callable[..., Any]] = {
    "SUBSTITUTE": lambda t, old, new: text_of(t).replace(text_of(old), text_of(new)) if text_of(old) else text_of(t),
    "LOWER": lambda t: text_of(t).lower(),
    "TRIM": lambda t: re.sub(" +", " ", text_of(t)).strip(" "),
    "LEFT": lambda t, n=1: text_of(t)[: int(number_of(n))],
    "RIGHT": lambda t, n=1: text_of(t)[-int(number_of(n)) :] if number_of(n) else "",
    "MID": lambda t, start, n: text_of(t)[int(number_of(start)) - 1 :][: int(number_of(n))],
    "REPT": lambda t, n: text_of(t) * int(number_of(n)),
    "FIND": found_at,
    "SEARCH": lambda needle, text, start=1: found_at(text_of(needle).lower(), text_of(text).lower(), start),
    "EXACT": lambda a, b: text_of(a) == text_of(b),
    "ISNUMBER": is_number,
    "ISTEXT": lambda v: isinstance(v, str),
    "ISLOGICAL": lambda v: isinstance(v, bool),
    "N": lambda v: number_of(v) if isinstance(v, (bool, int, float)) else 0.0,
    "CHAR": lambda n: chr(int(n)),
    "UNICHAR": lambda n: chr(int(n)),
    "NUMBERVALUE": number_value,
    "SIGN": lambda n: math.copysign(1.0, number_of(n)) if number_of(n) else 0.0,
    "INT": lambda n: float(math.floor(number_of(n))),
    "ABS": lambda n: abs(number_of(n)),
}
RANGES: dict[str, Callable[..., Any]] = {
    "SUM": lambda *values: float(sum(cell for cell in flat(values) if is_number(cell))),
    "COUNTA": lambda *values: float(sum(cell is not None for cell in flat(values))),
    "OR": lambda *values: any(bool(cell) for cell in flat(values) if cell is not None and not isinstance(cell, str)),
    "AND": lambda *values: all(bool(cell) for cell in flat(values) if cell is not None and not isinstance(cell, str)),
    "MAX": lambda *values: max(number_of(cell) for cell in flat(values)),
    "INDEX": lambda cells, at, *_: cells[int(at) - 1] if at else cells,
    "MATCH": matched,
    "SUMPRODUCT": product_sum,
}


class Workbook:
    """The cells of a workbook; `leads` are pasted into the sheet Leads by the headings of its first row."""

    def __init__(self, content: bytes, leads: Sequence[Mapping[str, Any]] = ()) -> None:
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.cells: dict[tuple[str, str], Any] = {}
        self.formulas: set[tuple[str, str]] = set()
        for sheet in book:
            for line in sheet.iter_rows():
                for cell in line:
                    if cell.value is not None:
                        self.cells[sheet.title, cell.coordinate] = cell.value
                        if cell.data_type == "f":
                            self.formulas.add((sheet.title, cell.coordinate))
        width = range(1, book["Leads"].max_column + 1)
        self.columns = {
            str(self.cells.get(("Leads", f"{get_column_letter(at)}1"))): get_column_letter(at) for at in width
        }
        for row, lead in enumerate(leads, 2):
            for name, value in lead.items():
                if value is not None and name in self.columns:
                    self.cells["Leads", f"{self.columns[name]}{row}"] = value
        self.known: dict[tuple[str, str], Any] = {}

    def column(self, title: str, rows: int) -> list[Any]:
        """What the cells below a heading show."""
        return [self.value("Leads", f"{self.columns[title]}{row}") for row in range(2, rows + 2)]

    def value(self, sheet: str, place: str) -> Any:
        content = self.cells.get((sheet, place))
        if (sheet, place) not in self.formulas:
            return content
        if (sheet, place) not in self.known:
            try:
                self.known[sheet, place] = Formula(content, self, sheet).value()
            except Fault as fault:
                self.known[sheet, place] = fault
        return self.known[sheet, place]


class Formula:
    """Recursive descent over one formula; branches that are not taken are read and not computed."""

    def __init__(self, text: str, book: Workbook, sheet: str) -> None:
        self.tokens, self.at, self.book, self.sheet = tokens(text), 0, book, sheet

    def value(self) -> Any:
        answer = self.level(0)()
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return answer

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def level(self, depth: int) -> Callable[[], Any]:
        if depth == len(LEVELS):
            return self.atom()
        left = self.level(depth + 1)
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.peek() in LEVELS[depth]:
            sign = self.peek()
            self.at += 1
            left = self.joined(OPERATIONS[sign], left, self.level(depth + 1))
        return left

    def joined(self, operation: Callable[..., Any], *parts: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: spread(operation, *(part() for part in parts))

    def atom(self) -> Callable[[], Any]:
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return lambda: token[1:-1].replace('""', '"')
        if kind == "number":
            return lambda: float(token)
        if kind == "cells":
            return lambda: self.read(token)
        if token == "-":
            negative = self.atom()
            return lambda: spread(lambda v: -number_of(v), negative())
        if token == "(":
            inner = self.level(0)
            assert self.peek() == ")"
            self.at += 1
            return inner
        if token in ("TRUE", "FALSE"):
            return lambda: token == "TRUE"
        return self.call(token.removeprefix("_xlfn."))

    def call(self, name: str) -> Callable[[], Any]:
        assert self.peek() == "(", (name, self.peek())
        self.at += 1
        parts: list[Callable[[], Any]] = []
        while self.peek() != ")":
            parts.append(self.level(0))
            if self.peek() == ",":
                self.at += 1
        self.at += 1
        if name == "IF":
            return lambda: parts[1]() if number_of(parts[0]()) else parts[2]()
        if name in ("IFERROR", "ISERROR"):
            return lambda: self.tried(name, parts)
        if name == "VLOOKUP":
            return lambda: self.looked_up(parts)
        if name in SINGLE:
            if name == "ISNUMBER":
                return lambda: self.tried(name, parts)
            return self.joined(SINGLE[name], *parts)
        return lambda: RANGES[name](*(part() for part in parts))

    def tried(self, name: str, parts: list[Callable[[], Any]]) -> Any:
        try:
            value = parts[0]()
        except Fault:
            return parts[1]() if name == "IFERROR" else name == "ISERROR"
        if name == "IFERROR":
            return parts[1]() if isinstance(value, Fault) else value
        if name == "ISERROR":
            return isinstance(value, Fault)
        return [is_number(cell) for cell in value] if isinstance(value, list) else is_number(value)

    def looked_up(self, parts: list[Callable[[], Any]]) -> Any:
        table = parts[1]()
        half = len(table) // 2
        return table[half + int(matched(parts[0](), table[:half], 0)) - 1]

    def read(self, token: str) -> Any:
        sheet, _, place = token.rpartition("!")
        first, _, last = place.replace("$", "").partition(":")
        sheet = sheet or self.sheet
        if not last:
            value = self.book.value(sheet, first)
            if isinstance(value, Fault):
                raise value
            return value
        (left, top), (right, bottom) = (
            (re.sub(r"\d", "", part), int(re.sub(r"\D", "", part))) for part in (first, last)
        )
        columns = range(column_index_from_string(left), column_index_from_string(right) + 1)
        return [
            self.book.value(sheet, f"{get_column_letter(column)}{row}")
            for column in columns
            for row in range(top, bottom + 1)
        ]
