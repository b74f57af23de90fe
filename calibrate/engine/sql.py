"""The only place where statement text is made: expressions from escaped parts, never from pasted strings.

Statements are written once, within the part of SQL that means the same everywhere (CASE, IN, IS NULL,
comparisons, +, GROUP BY, counts), as DuckDB dialect, and rendered for the engine at hand by sqlglot.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp, parse_one

from ..vocabulary import BLANKS

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
"""What text counts as a number, once blanks around it are cut."""
Branch: TypeAlias = "tuple[exp.Expr, exp.Expr]"
"""A condition and the value where it holds."""
_WHOLE = 2**53
_CHAIN = 8
"""Up to so many steps stand one after another; more are searched by halves."""


def identifier(name: str, table: str | None = None) -> exp.Column:
    """A column by its name, quoted: no name can break out of it.

    >>> identifier('a "b"; --', "leads").sql("duckdb")
    '"leads"."a ""b""; --"'
    """
    return exp.column(exp.to_identifier(name, quoted=True), exp.to_identifier(table, quoted=True) if table else None)


def relation(name: str) -> exp.Table:
    """A table or view by its name, quoted."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def literal(value: str | float | bool | None) -> exp.Expr:
    """A value as a literal: text escaped, numbers exact, booleans and NULL as such.

    >>> [literal(v).sql("duckdb") for v in ("it's", 3, 0.1, True, None)]
    ["'it''s'", '3', '0.1e0', 'TRUE', 'NULL']
    """
    if value is None:
        return exp.Null()
    if isinstance(value, (bool, np.bool_)):
        return exp.Boolean(this=bool(value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, np.integer)):
        return _signed(str(abs(int(value))), value < 0)
    number = float(value)
    if math.isnan(number) or math.isinf(number):
        word = "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
        return exp.cast(exp.Literal.string(word), "DOUBLE")
    if number.is_integer() and abs(number) < _WHOLE:
        return _signed(str(abs(int(number))), number < 0)
    digits = repr(abs(number))
    return _signed(digits if "e" in digits else digits + "e0", number < 0)


def _signed(digits: str, negative: bool) -> exp.Expr:
    number = exp.Literal.number(digits)
    return exp.Neg(this=number) if negative else number


def _text(value: str) -> exp.Expr:
    if "\0" not in value:
        return exp.Literal.string(value)
    parts: list[exp.Expr] = []
    for i, part in enumerate(value.split("\0")):
        parts += [exp.func("chr", exp.Literal.number(0))] if i else []
        parts.append(exp.Literal.string(part))
    joint = parts[0]
    for part_expression in parts[1:]:
        joint = exp.DPipe(this=joint, expression=part_expression)
    return exp.paren(joint)


def is_blank(column: exp.Expr) -> exp.Expr:
    """Whether a text has blanks only (NULL is not answered here)."""
    return exp.EQ(this=trimmed(column), expression=exp.Literal.string(""))


def trimmed(column: exp.Expr) -> exp.Expr:
    """A text without the blanks around it."""
    return exp.Trim(this=column.copy(), expression=exp.Literal.string(BLANKS))


def without(column: exp.Expr, signs: Sequence[tuple[str, str]]) -> exp.Expr:
    """A text with each sign replaced by what belongs to it, in this order.

    >>> print(without(identifier("a"), [("$", "")]).sql("duckdb"))
    REPLACE("a", '$', '')
    """
    for sign, plain in signs:
        column = exp.func("REPLACE", column.copy(), literal(sign), literal(plain))
    return column.copy()


def is_number(column: exp.Expr) -> exp.Expr:
    """Whether a text is a number by the pattern `NUMBER`."""
    return exp.RegexpLike(this=trimmed(column), expression=exp.Literal.string(NUMBER))


def is_nan(column: exp.Expr) -> exp.Expr:
    """Whether a number is NaN, in engines in which NaN equals itself (DuckDB, PostgreSQL, Spark)."""
    return exp.EQ(this=column.copy(), expression=literal(math.nan))


def as_double(column: exp.Expr) -> exp.Expr:
    """A text as a number; only where `is_number` holds."""
    return exp.cast(trimmed(column), "DOUBLE")


def listed(column: exp.Expr, values: Sequence[str | float]) -> exp.Expr:
    """Whether a column has one of some values.

    >>> print(listed(identifier("a"), ["x", "y"]).sql("duckdb"), "|", listed(identifier("a"), [1]).sql("duckdb"))
    "a" IN ('x', 'y') | "a" = 1
    """
    literals = [literal(value) for value in values]
    if len(literals) == 1:
        return exp.EQ(this=column.copy(), expression=literals[0])
    return exp.In(this=column.copy(), expressions=literals)


def case(branches: Sequence[Branch], default: exp.Expr) -> exp.Expr:
    """The first branch whose condition holds, else the default."""
    if not branches:
        return default
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=default)


def lookup(column: exp.Expr, codes: Mapping[str, int], otherwise: exp.Expr) -> exp.Expr:
    """Code of a text, or another expression where it has none.

    For DuckDB, which looks up each text of a Parquet dictionary once and not on every row; `rendered` makes it a CASE
    for other engines.

    >>> print(lookup(identifier("a"), {"x": 0, "y": 0, "z": 1}, literal(2)).sql("duckdb"))
    COALESCE(MAP_EXTRACT_VALUE(MAP(['x', 'y', 'z'], [0, 0, 1]), "a"), 2)
    """
    if not codes:
        return otherwise
    keys = exp.Array(expressions=[literal(text) for text in codes])
    values = exp.Array(expressions=[literal(code) for code in codes.values()])
    hit = exp.Anonymous(this=_LOOKUP, expressions=[exp.Map(keys=keys, values=values), column.copy()])
    return exp.Coalesce(this=hit, expressions=[otherwise])


_LOOKUP = "MAP_EXTRACT_VALUE"


def place_of(column: exp.Expr, texts: Sequence[str], otherwise: exp.Expr) -> exp.Expr:
    """Place of a text in a list, from 1, or another expression where it is not there. For DuckDB alone.

    >>> print(place_of(identifier("a"), ["x", "y"], literal(3)).sql("duckdb"))
    COALESCE(LIST_POSITION(['x', 'y'], "a"), 3)
    """
    if not texts:
        return otherwise
    keys = exp.Array(expressions=[literal(text) for text in texts])
    return exp.Coalesce(
        this=exp.Anonymous(this="LIST_POSITION", expressions=[keys, column.copy()]), expressions=[otherwise]
    )


def _portable(node: exp.Expr, dialect: str) -> exp.Expr:
    """What only DuckDB calls so: lookups in maps and lists, set bits, and the hash; and days between dates.

    Every engine has a hash of its own: it tells which values are one, and nothing else may depend on it. Days would
    else be reckoned by moments, in PostgreSQL even by decimals, at several times the cost.
    """
    if isinstance(node, exp.DateDiff) and _is_date(node.this) and _is_date(node.expression):
        if dialect == "spark":
            return exp.Anonymous(this="DATEDIFF", expressions=[node.this, node.expression])
        if dialect == "postgres":
            return exp.cast(exp.paren(exp.Sub(this=node.this, expression=node.expression)), "BIGINT")
    if not isinstance(node, exp.Anonymous):
        return node
    if node.name.upper() == "HASH":
        text = exp.cast(node.expressions[0].transform(_portable, dialect), "TEXT")
        call = ("HASHTEXTEXTENDED", [text, literal(0)]) if dialect == "postgres" else ("XXHASH64", [text])
        return exp.Anonymous(this=call[0], expressions=call[1])
    if node.name.upper() == "BIT_COUNT" and dialect == "postgres":
        number = node.expressions[0].transform(_portable, dialect)
        bits = exp.cast(exp.cast(number, "BIT(64)", dialect="postgres"), "TEXT")
        return exp.Length(this=exp.func("REPLACE", bits, literal("0"), literal("")))
    if node.name.upper() == _PLACE:
        entries, place = (part.transform(_portable, dialect) for part in node.expressions)
        if dialect == "postgres":
            return exp.Bracket(this=exp.paren(entries), expressions=[place], offset=1)
        return exp.Anonymous(this="GET", expressions=[entries, exp.Sub(this=exp.paren(place), expression=literal(1))])
    if node.name.upper() != _LOOKUP:
        return node
    table, column = node.expressions
    texts: dict[str, list[exp.Expr]] = {}
    for text, code in zip(table.args["keys"].expressions, table.args["values"].expressions, strict=True):
        texts.setdefault(code.name, []).append(text)
    tests = [exp.In(this=column.copy(), expressions=keys) for keys in texts.values()]
    return case([(test, exp.Literal.number(code)) for test, code in zip(tests, texts, strict=True)], exp.Null())


def _is_date(cell: exp.Expr) -> bool:
    return isinstance(cell, exp.Cast) and cell.to.is_type("DATE")


def lookup_whole(column: exp.Expr, first: int, codes: Sequence[int], otherwise: exp.Expr) -> exp.Expr:
    """Code of a whole number: `codes` from `first` on, another expression for NULL and for all below and above.

    For DuckDB alone, where it takes half the time of `steps`; LEAST and GREATEST skip NULL there, and nothing stands
    at place 0 of a list or behind its end.

    >>> print(lookup_whole(identifier("n"), 3, [0, 0, 1], literal(2)).sql("duckdb"))
    COALESCE(LIST_EXTRACT([0, 0, 1], CAST(GREATEST(LEAST("n", 6), 2) AS BIGINT) + -2), 2)
    """
    within = exp.func("greatest", exp.func("least", column.copy(), literal(first + len(codes))), literal(first - 1))
    place = exp.Add(this=exp.cast(within, "BIGINT"), expression=literal(1 - first))
    entry = exp.Anonymous(this=_PLACE, expressions=[exp.var(str([int(code) for code in codes])), place])
    return exp.Coalesce(this=entry, expressions=[otherwise])


_PLACE = "LIST_EXTRACT"


def steps(column: exp.Expr, cuts: Sequence[float], codes: Sequence[int]) -> exp.Expr:
    """Code of the interval that holds a number: `codes` has one entry more than the ascending `cuts`.

    >>> steps(identifier("n"), [5, 10], [0, 1, 2]).sql("duckdb")
    'CASE WHEN "n" < 5 THEN 0 WHEN "n" < 10 THEN 1 ELSE 2 END'
    """
    cuts, codes = _merged(cuts, codes)
    if len(cuts) <= _CHAIN:
        branches = [(_below(column, cut), literal(code)) for cut, code in zip(cuts, codes, strict=False)]
        return case(branches, literal(codes[-1]))
    half = len(cuts) // 2
    lower = steps(column, cuts[:half], codes[: half + 1])
    return case([(_below(column, cuts[half]), lower)], steps(column, cuts[half + 1 :], codes[half + 1 :]))


def _below(column: exp.Expr, cut: float) -> exp.Expr:
    return exp.LT(this=column.copy(), expression=literal(cut))


def _merged(cuts: Sequence[float], codes: Sequence[int]) -> tuple[list[float], list[int]]:
    """The same steps without cuts that separate nothing."""
    kept_cuts: list[float] = []
    kept_codes = [codes[0]]
    for cut, code in zip(cuts, codes[1:], strict=True):
        if code != kept_codes[-1]:
            kept_cuts.append(cut)
            kept_codes.append(code)
    return kept_cuts, kept_codes


def step_of(number: float, cuts: Sequence[float]) -> int:
    """Which interval of ascending cuts holds a number.

    >>> [step_of(x, [5, 10]) for x in (4.9, 5, 10)]
    [0, 1, 2]
    """
    return bisect_right(cuts, number)


CODES_A_WORD = 7
"""Level codes of one byte each that travel in one BIGINT; the eighth byte would be the sign."""


def packed(codes: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Level codes seven to a BIGINT, as ``code1 + 256 * code2 + 65536 * code3 ...``: see `unpacked`.

    >>> [word.sql("duckdb") for word in packed([identifier("a"), identifier("b")])]
    ['CAST("a" AS BIGINT) + "b" * CAST(256 AS BIGINT)']
    """
    words = []
    for start in range(0, len(codes), CODES_A_WORD):
        word: exp.Expr = exp.cast(_closed(codes[start]), "BIGINT")
        for place, code in enumerate(codes[start + 1 : start + CODES_A_WORD], start=1):
            word = exp.Add(this=word, expression=_times(code, 256**place))
        words.append(word)
    return words


def combined(codes: Sequence[exp.Expr], sizes: Sequence[int]) -> exp.Expr:
    """Level codes as one number, the last one counting singly: as numpy lays out a table of counts of these sizes.

    >>> print(combined([identifier("a"), identifier("b")], [3, 4]).sql("duckdb"))
    CAST("a" AS BIGINT) * 4 + "b"
    """
    number: exp.Expr = exp.cast(_closed(codes[0]), "BIGINT")
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        number = exp.Add(this=exp.Mul(this=_closed(number), expression=literal(size)), expression=_closed(code))
    return number


def _times(code: exp.Expr, factor: int) -> exp.Expr:
    """A code times a number; where codes stand as literals they are multiplied here and not on every row.

    >>> print(_times(case([(identifier("a"), literal(2))], literal(3)), 256).sql("duckdb"))
    CASE WHEN "a" THEN 512 ELSE 768 END
    """
    if isinstance(code, (exp.Literal, exp.Case, exp.Coalesce)):
        return mapped(code, lambda number: number * factor)
    return exp.Mul(this=_closed(code), expression=exp.cast(exp.Literal.number(factor), "BIGINT"))


def mapped(code: exp.Expr, change: Callable[[int], int]) -> exp.Expr:
    """A level code with another number in place of each code: they stand as literals at the ends of its branches.

    >>> print(mapped(lookup(identifier("a"), {"x": 0, "y": 1}, literal(2)), [5, -1, 0].__getitem__).sql("duckdb"))
    COALESCE(MAP_EXTRACT_VALUE(MAP(['x', 'y'], [5, -1]), "a"), 0)
    """
    if isinstance(code, exp.Literal):
        return literal(change(int(code.name)))
    if isinstance(code, exp.Case):
        ifs = [exp.If(this=branch.this.copy(), true=mapped(branch.args["true"], change)) for branch in code.args["ifs"]]
        return exp.Case(ifs=ifs, default=mapped(code.args["default"], change))
    if isinstance(code, exp.Coalesce):
        return exp.Coalesce(
            this=mapped(code.this, change), expressions=[mapped(branch, change) for branch in code.expressions]
        )
    entries, column = code.expressions
    if code.name.upper() == _PLACE:
        entries = exp.var(str([change(int(number)) for number in entries.name.strip("[]").split(",")]))
    else:
        numbers = [mapped(branch, change) for branch in entries.args["values"].expressions]
        entries = exp.Map(keys=entries.args["keys"].copy(), values=exp.Array(expressions=numbers))
    return exp.Anonymous(this=code.this, expressions=[entries, column.copy()])


def _closed(code: exp.Expr) -> exp.Expr:
    return code.copy() if isinstance(code, (exp.Case, exp.Cast, exp.Column, exp.Literal)) else exp.paren(code)


def unpacked(words: Sequence[NDArray[np.int64]], count: int) -> NDArray[np.uint8]:
    """The matrix (count, rows) of level codes from the words that `packed` made.

    >>> unpacked([np.array([1 + 2 * 256, 3])], 2).tolist()
    [[1, 3], [2, 0]]
    """
    rows = len(words[0]) if words else 0
    codes = np.empty((count, rows), np.uint8)
    for i, word in enumerate(words):
        start = i * CODES_A_WORD
        stop = min(start + CODES_A_WORD, count)
        codes[start:stop] = word.astype("<i8", copy=False).view(np.uint8).reshape(rows, 8)[:, : stop - start].T
    return codes


def rendered(statement: exp.Expr | str, dialect: str) -> str:
    """Statement text for an engine; text given is taken to be DuckDB dialect.

    >>> print(rendered(lookup(identifier("a"), {"x": 0, "y": 0, "z": 1}, literal(2)), "postgres"))
    COALESCE(CASE WHEN "a" IN ('x', 'y') THEN 0 WHEN "a" IN ('z') THEN 1 ELSE NULL END, 2)
    """
    if dialect == "duckdb":
        return statement if isinstance(statement, str) else statement.sql(dialect)
    return portable(statement, dialect).sql(dialect)


def portable(statement: exp.Expr | str, dialect: str) -> exp.Expr:
    """A statement as a tree, without what DuckDB alone knows."""
    tree = parse_one(statement, read="duckdb") if isinstance(statement, str) else statement
    return tree.transform(_portable, dialect)


def day(column: exp.Expr) -> exp.Expr:
    """Days from 1970-01-01 to a date or a moment.

    >>> print(day(identifier("at")).sql("duckdb"))
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), CAST("at" AS DATE))
    """
    first = exp.cast(exp.Literal.string("1970-01-01"), "DATE")
    return exp.DateDiff(this=exp.cast(column.copy(), "DATE"), expression=first, unit=exp.var("DAY"))
