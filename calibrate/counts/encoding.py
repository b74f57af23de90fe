"""The rule of `criteria` as an expression, and how level codes come out of an engine.

`code_sql` is the rule: a statement gives the level code of each row. `Coding` is how codes of all rows are read:
DuckDB hands over columns of small numbers at next to no cost, and a table of numpy makes a code of such a number in a
nanosecond, so it is asked where a value stands (in a list of texts, among whole numbers) and not what follows from
it; in a wide table numbers come as they are, since planning a statement of a thousand long cases takes seconds.
Databases that send rows send codes packed, seven to a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from .. import vocabulary
from ..engine import sql
from ..engine.duckdb import WIDE
from ..engine.table import Table, kinds
from ..grid.criteria import Criterion, Level, as_number

Codes = NDArray[np.uint8]
BYTE, TWO_BYTES = "UTINYINT", "USMALLINT"


@dataclass(frozen=True)
class Cuts:
    """How numbers that come as they are get their codes: by the interval that holds them, NaN and some as missing."""

    cuts: NDArray[np.float64]
    steps: Codes
    missing: int
    no_answers: tuple[float, ...]

    def codes(self, numbers: NDArray[Any]) -> Codes:
        """The level of each number."""
        codes = self.steps[np.searchsorted(self.cuts, numbers, side="right")]
        codes[np.isnan(numbers)] = self.missing
        if self.no_answers:
            codes[np.isin(numbers, self.no_answers)] = self.missing
        return codes


@dataclass(frozen=True)
class Coding:
    """What a statement selects so that `codes` finds the level of each row; `tables` is None where codes come packed.

    `tables` has, per criterion, the code that each number selected stands for, or how much less than it the code is,
    or the cuts between which numbers lie.
    """

    expressions: tuple[str, ...]
    tables: tuple[Codes | int | Cuts, ...] | None
    count: int

    @property
    def columns(self) -> dict[str, str]:
        """The columns that a statement selects for `codes`."""
        return {f"w{i}": expression for i, expression in enumerate(self.expressions)}

    def codes(self, piece: Mapping[str, NDArray[Any]]) -> Codes:
        """Level codes (criteria, rows) from one piece of the answer."""
        columns = [piece[f"w{i}"] for i in range(len(self.expressions))]
        if self.tables is None:
            return sql.unpacked([word.astype(np.int64, copy=False) for word in columns], self.count)
        codes = np.empty((self.count, len(columns[0]) if columns else len(piece["moment"])), np.uint8)
        for i, (table, numbers) in enumerate(zip(self.tables, columns, strict=True)):
            if isinstance(table, int):
                np.subtract(numbers, table, out=codes[i], casting="unsafe")
            elif isinstance(table, Cuts):
                codes[i] = table.codes(numbers)
            else:
                np.take(table, numbers, out=codes[i], mode="clip")  # numbers are places: nothing to clip
        return codes


def coding(table: Table, criteria: Sequence[Criterion]) -> Coding:
    """How the level codes of some criteria come out of a table."""
    types = kinds(table)
    if table.dialect != "duckdb":
        words = sql.packed([code_sql(c, types[c.column]) for c in criteria])
        return Coding(tuple(word.sql("duckdb", copy=False) for word in words), None, len(criteria))
    readings = [_reading(c, types[c.column], wide=len(criteria) >= WIDE) for c in criteria]
    return Coding(
        tuple(expression.sql("duckdb", copy=False) for expression, _ in readings),
        tuple(reading_sql for _, reading_sql in readings),
        len(criteria),
    )


def _reading(criterion: Criterion, kind: str, wide: bool = False) -> tuple[exp.Expr, Codes | int | Cuts]:
    """The number that DuckDB gives for each row, and what it stands for: see `Coding.tables`."""
    column = sql.identifier(criterion.column)
    if wide and kind == criterion.kind == "number":
        steps = np.array(_step_codes(criterion), np.uint8)
        return column, Cuts(np.array(criterion.cuts), steps, criterion.missing, criterion.no_answers)
    if kind == "boolean":
        codes = [criterion.index_of(False), criterion.index_of(True), criterion.missing]
        return _narrow(exp.Coalesce(this=_cast(column, BYTE), expressions=[sql.literal(2)]), codes)
    if kind == "text" and criterion.kind in ("text", "boolean") and len(_texts_of(criterion)) <= _MOST_TEXTS:
        return _text_reading(criterion, column)
    if kind == "whole" and criterion.kind == "number" and _within_reach(criterion):
        return _whole_reading(criterion, column)
    return _cast(exp.paren(code_sql(criterion, kind), copy=False), BYTE), 0


def _within_reach(criterion: Criterion) -> bool:
    """Whether a table can hold all whole numbers between the cuts; numbers that stand for no answer are not in it."""
    cuts, missing = criterion.cuts, criterion.levels[criterion.missing]
    near = bool(cuts) and cuts[-1] - cuts[0] <= _MOST_PLACES and max(-cuts[0], cuts[-1]) < 2**31
    return near and not _number_branches(sql.identifier(criterion.column), [(missing, criterion.missing)])


_MOST_PLACES, _MOST_TEXTS = 2**15, 250
"""Where texts are more, a map finds them faster than a list."""


def _whole_reading(criterion: Criterion, column: exp.Expr) -> tuple[exp.Expr, Codes | int]:
    """Whole numbers from below the first cut, as 0, to the last one; what lies beyond stands as these two."""
    cuts = criterion.cuts
    first, last = math.ceil(cuts[0]) - 1, math.ceil(cuts[-1])
    within = exp.func("greatest", exp.func("least", column, sql.literal(last)), sql.literal(first))
    number = exp.Add(this=within, expression=sql.literal(-first))
    steps = np.searchsorted(cuts, np.arange(first, last + 1), side="right")
    codes = np.array(_step_codes(criterion))[steps].tolist()
    missing = sql.literal(len(codes))  # LEAST and GREATEST skip NULL, so it is asked for first
    return _narrow(sql.case([(_is_null(column), missing)], number), [*codes, criterion.missing])


def _text_reading(criterion: Criterion, column: exp.Expr) -> tuple[exp.Expr, Codes | int]:
    """Place of a text among those that levels list, from 1; behind them no text, and any other text."""
    texts = _texts_of(criterion)
    absent, unlisted = len(texts) + 1, len(texts) + 2
    fallback = sql.case([(_is_absent(column), sql.literal(absent))], sql.literal(unlisted))
    codes = [*texts.values(), criterion.missing, criterion.other]
    return _narrow(sql.place_of(column, list(texts), fallback), codes, first=1)


def _narrow(number: exp.Expr, codes: Sequence[int], first: int = 0) -> tuple[exp.Expr, Codes | int]:
    """A number in as few bytes as it needs; it stands for one of the codes, counted from `first`."""
    table = np.array([0] * first + list(codes), np.uint8)
    in_turn = list(codes) == list(range(len(codes)))
    return _cast(number, BYTE if len(table) <= 256 else TWO_BYTES), first if in_turn else table


def _cast(number: exp.Expr, to: str) -> exp.Expr:
    return exp.cast(number, to, dialect="duckdb", copy=False)


def code_sql(criterion: Criterion, kind: str, *, table: str | None = None) -> exp.Expr:
    """The rule at the head of `criteria` as an expression: position of the level of each row.

    `kind` is the type of the source column in the engine (text, number, boolean, date, timestamp; "whole": numbers
    without fractions in DuckDB), `table` the name that qualifies it, if any.

    >>> visits = Criterion("visits", "Visits", "number", "engagement",
    ...     (Level("0-4", high=5), Level("5+", low=5), Level("missing", "missing"), Level("other", "other")))
    >>> print(code_sql(visits, "number").sql("duckdb")[-44:])
    CASE WHEN "Visits" < 5 THEN 0 ELSE 1 END END
    """
    column = sql.identifier(criterion.column, table)
    if kind == "boolean":
        return _boolean_code(criterion, column)
    if kind in ("number", "whole"):
        return _number_code(criterion, column, kind == "whole")
    if kind == "text":
        return _text_code(criterion, column)
    filled = criterion.filled if criterion.kind == "presence" else criterion.other
    return sql.case([(_is_null(column), sql.literal(criterion.missing))], sql.literal(filled))


_FEW_CUTS, _SPAN = 6, 512
"""A list of codes for whole numbers pays from so many cuts on that lie within so many numbers."""


def _is_null(column: exp.Expr) -> exp.Expr:
    return exp.Is(this=column.copy(), expression=exp.Null())


def _is_absent(column: exp.Expr) -> exp.Expr:
    return exp.or_(_is_null(column), sql.is_blank(column))


def _boolean_code(criterion: Criterion, column: exp.Expr) -> exp.Expr:
    yes, no = (sql.literal(criterion.index_of(flag)) for flag in (True, False))
    missing = sql.literal(criterion.missing)
    return sql.case([(column.copy(), yes), (exp.Not(this=column.copy()), no)], missing)


def _number_code(criterion: Criterion, column: exp.Expr, integral: bool) -> exp.Expr:
    missing = sql.literal(criterion.missing)
    nothing = _is_null(column) if integral else exp.or_(_is_null(column), sql.is_nan(column))
    branches: list[sql.Branch] = [(nothing, missing)]
    branches += _number_branches(column, [(criterion.levels[criterion.missing], criterion.missing)])
    if criterion.kind == "number":
        steps = _whole_steps(criterion, column, branches[0]) if integral else None
        return sql.case(branches[1:], steps) if steps else sql.case(branches, _steps(criterion, column))
    if criterion.kind == "presence":
        return sql.case(branches, sql.literal(criterion.filled))
    values = [(level, i) for i, level in enumerate(criterion.levels) if level.role == "value"]
    return sql.case(branches + _number_branches(column, values), sql.literal(criterion.other))


def _number_branches(column: exp.Expr, levels: Sequence[tuple[Level, int]]) -> list[sql.Branch]:
    """One branch per level that lists texts which read as numbers."""
    branches: list[sql.Branch] = []
    numbered = set()
    for level, code in levels:
        numbers = [as_number(text) for text in level.values if isinstance(text, str)]
        fresh = [n for n in dict.fromkeys(numbers) if n is not None and n not in numbered]
        numbered.update(fresh)
        if fresh:
            branches.append((sql.listed(column, fresh), sql.literal(code)))
    return branches


def _steps(criterion: Criterion, column: exp.Expr) -> exp.Expr:
    """The intervals of a number criterion, also where they leave gaps or overlap."""
    cuts = criterion.cuts
    return sql.steps(column, cuts, _step_codes(criterion))


def _step_codes(criterion: Criterion) -> list[int]:
    """Code below the first cut, and from each cut on."""
    inside = [-math.inf, *criterion.cuts]
    return [criterion.holding(x) for x in inside]


def _whole_steps(criterion: Criterion, column: exp.Expr, nothing: sql.Branch) -> exp.Expr | None:
    """The same for whole numbers, looked up where cuts lie close together; None where they do not."""
    cuts, codes = criterion.cuts, _step_codes(criterion)
    near = [cut for cut in cuts if cut - cuts[0] < _SPAN]
    if len(near) < _FEW_CUTS or max(-cuts[0], near[-1]) > 2**31:
        return None
    first = math.ceil(cuts[0]) - 1
    places = np.searchsorted(cuts, np.arange(first, math.ceil(near[-1]) + 1), side="right")
    looked_up = np.array(codes)[places].tolist()
    beyond = sql.steps(column, [first, *cuts[len(near) :]], [codes[0], *codes[len(near) :]])
    return sql.lookup_whole(column, first, looked_up, sql.case([nothing], beyond))


def _text_code(criterion: Criterion, column: exp.Expr) -> exp.Expr:
    absent: sql.Branch = (_is_absent(column), sql.literal(criterion.missing))
    unlisted = sql.literal(criterion.other)
    if criterion.kind == "number":
        read = sql.without(column, criterion.signs)
        nothing = _listed_number(criterion, sql.as_double(read))
        inside = sql.case(nothing, _steps(criterion, sql.as_double(read)))
        fallback = sql.case([(sql.is_number(read), inside)], unlisted)
        return sql.lookup(column, _texts_of(criterion), sql.case([absent], fallback))
    if criterion.kind == "presence":
        return sql.lookup(column, _texts_of(criterion), sql.case([absent], sql.literal(criterion.filled)))
    return sql.lookup(column, _texts_of(criterion), sql.case([absent], unlisted))


def _listed_number(criterion: Criterion, number: exp.Expr) -> list[sql.Branch]:
    """The branch of numbers that stand for no answer, if there are any."""
    if not criterion.no_answers:
        return []
    return [(sql.listed(number, criterion.no_answers), sql.literal(criterion.missing))]


def _texts_of(criterion: Criterion) -> dict[str, int]:
    """Code of every text that the missing level lists, and of a text criterion those of its other levels.

    The first level that lists a text has it; blank texts are missing by rule 1.
    """
    codes: dict[str, int] = {}
    level_codes = [(criterion.levels[criterion.missing], criterion.missing)]
    if criterion.kind in ("text", "boolean"):
        level_codes += [(level, i) for i, level in enumerate(criterion.levels) if level.role == "value"]
    for level, code in level_codes:
        for value in level.values:
            for text in (value,) if isinstance(value, str) else _spellings(str(value).lower()):
                if text.strip(vocabulary.BLANKS) and _storable(text):
                    codes.setdefault(text, code)
    return codes


def _spellings(word: str) -> list[str]:
    """A word in all mixtures of small letters and capitals: what `lower` makes equal to it."""
    return ["".join(letters) for letters in product(*((letter, letter.upper()) for letter in word))]


def _storable(text: str) -> bool:
    """Whether an engine can hold a text at all (a lone surrogate is in no table)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
