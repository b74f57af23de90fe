"""Statements in the dialects of warehouses: what sqlglot writes, and what each dialect has to say in its own way.

A statement is written once, in DuckDB's dialect. Before sqlglot writes it for a warehouse, parts are replaced for which
the dialect has no word, or another meaning: groupings by several sets, NaN, days, digests, parts of texts. All names
are quoted, so that no word is reserved and no letter changes its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

from .sql import portable, rendered
from .table import Statement

Change = Callable[[exp.Expr], exp.Expr]
NO_SETS = ("sqlite", "mysql")
"""Dialects without GROUPING SETS; the groups come one after another there."""
BINARY = "CALIBRATE_TEXT"
"""Stands in a statement for a text that is compared letter by letter, where the dialect would not (MySQL, MariaDB)."""


def spoken(statement: Statement, dialect: str) -> str:
    """Statement text for a warehouse; text given is taken to be DuckDB dialect.

    >>> print(spoken('SELECT a // 2 AS "b c" FROM t', "mysql"))
    SELECT `a` DIV 2 AS `b c` FROM `t`
    """
    if dialect == "duckdb":
        return rendered(statement, dialect)
    tree = portable(statement, dialect)
    for change in (*((_sets_one_by_one,) if dialect in NO_SETS else ()), _plain, *CHANGES.get(dialect, ())):
        tree = _changed(tree, change)
    if dialect == "sqlite":  # whose parser takes brackets in brackets no deeper than a hundred
        tree = eliminate_subqueries(tree)
    return tree.sql(dialect, identify=True) + _SETTINGS.get(dialect, "")


_SETTINGS = {
    "clickhouse": " SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, cast_keep_nullable = 1, "
    "session_timezone = 'UTC'"
}
"""What a statement says at its end so that it means what it means elsewhere."""


def _changed(tree: exp.Expr, change: Change) -> exp.Expr:
    """The tree with each node changed, the innermost first."""
    for node in reversed(list(tree.walk())):
        fresh = change(node)
        if fresh is not node:
            if node is tree:
                tree = fresh
            else:
                node.replace(fresh)
    return tree


# --- groupings --------------------------------------------------------------------------------------


def _sets_one_by_one(select: exp.Expr) -> exp.Expr:
    """GROUPING SETS as the groups of each set, one after another."""
    if not isinstance(select, exp.Select):
        return select
    group = select.args.get("group")
    sets = group.find(exp.GroupingSets) if group is not None else None
    if sets is None or sets.find_ancestor(exp.Select) is not select:
        return select
    by_set = [_cells(entry) for entry in sets.expressions]
    every = {cell.sql("duckdb") for cells in by_set for cell in cells}
    source = select.args["from_"].this
    shared = exp.Table(this=exp.to_identifier(source.alias_or_name), alias=None)
    parts = [_one_set(select, cells, every) for cells in by_set]
    for part in parts:
        part.args["from_"].set("this", shared.copy())
    union: exp.Expr = parts[0]
    for part in parts[1:]:
        union = exp.Union(this=union, expression=part, distinct=False)
    if isinstance(source, exp.Subquery):  # read once for all sets
        entry = exp.CTE(this=source.this.copy(), alias=exp.TableAlias(this=exp.to_identifier(source.alias)))
        union.set("with_", exp.With(expressions=[entry]))
    return union


def _cells(entry: exp.Expr) -> list[exp.Expr]:
    return list(entry.expressions) if isinstance(entry, exp.Tuple) else [entry.unnest()]


def _one_set(select: exp.Expr, cells: list[exp.Expr], every: set[str]) -> exp.Expr:
    """The groups of one set; cells of other sets are NULL in it, and GROUPING says 1 of them."""
    names = {cell.sql("duckdb") for cell in cells}
    part = select.copy()
    fixed = [cell for cell in part.args["group"].expressions if not isinstance(cell, exp.GroupingSets)]
    grouped = [*fixed, *(cell.copy() for cell in cells)]
    part.set("group", exp.Group(expressions=grouped) if grouped else None)

    def place(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Grouping):
            bits = [0 if cell.sql("duckdb") in names else 1 for cell in node.expressions]
            return exp.Literal.number(int("".join(map(str, bits)), 2))
        absent = (
            node.sql("duckdb") in every - names if isinstance(node, (exp.Column, exp.Case, exp.Coalesce)) else False
        )
        return exp.Null() if absent and not node.find_ancestor(exp.AggFunc) else node

    part.set("expressions", [cell.transform(place) for cell in part.expressions])
    for clause in ("having", "order"):
        if part.args.get(clause) is not None:
            part.set(clause, part.args[clause].transform(place))
    return part


# --- parts ------------------------------------------------------------------------------------------


def _plain(node: exp.Expr) -> exp.Expr:
    """What no dialect but a few has: FILTER, OFFSET 0 alone."""
    if isinstance(node, exp.Filter):
        aggregate: exp.Expr = node.this.copy()
        condition = node.expression.this.copy()
        inner = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
        aggregate.set("this", exp.Case(ifs=[exp.If(this=condition, true=inner)]))
        return aggregate
    if isinstance(node, exp.Anonymous) and node.name.upper() == "XXHASH64":  # a hash tells which values are one
        return exp.MD5(this=node.expressions[0].copy())
    if isinstance(node, exp.Select) and node.args.get("offset") is not None and node.args.get("limit") is None:
        node.set("offset", None)
    return node


def _is_text_of(node: exp.Expr | None, words: tuple[str, ...]) -> bool:
    return (
        isinstance(node, exp.Cast)
        and isinstance(node.this, exp.Literal)
        and node.this.is_string
        and node.this.name.lower() in words
    )


def _nan_is_itself(function: str) -> Change:
    def change(node: exp.Expr) -> exp.Expr:
        if isinstance(node, (exp.EQ, exp.NEQ)) and _is_text_of(node.expression, ("nan",)):
            test: exp.Expr = exp.Anonymous(this=function, expressions=[node.this.copy()])
            test = exp.Coalesce(this=test, expressions=[exp.false()]) if isinstance(node.parent, exp.If) else test
            return exp.Not(this=test) if isinstance(node, exp.NEQ) else test
        return node

    return change


def _without_nan(node: exp.Expr) -> exp.Expr:
    """Comparisons with NaN and infinities where numbers know none of them."""
    if isinstance(node, (exp.EQ, exp.GT, exp.LT, exp.NEQ)) and _is_text_of(
        node.expression, ("nan", "infinity", "-infinity")
    ):
        holds = isinstance(node, exp.NEQ)
        return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(1 if holds else 0))
    return node


def _called(name: str, *cells: exp.Expr | None) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[cell.copy() for cell in cells if cell is not None])


def _is_last(node: exp.SplitPart) -> bool:
    return isinstance(node.args["part_index"], exp.Neg)


def _last_by_reverse(node: exp.Expr) -> exp.Expr:
    """The last part of a text as the first of it read backwards."""
    if isinstance(node, exp.SplitPart) and _is_last(node):
        backwards = exp.SplitPart(this=_called("REVERSE", node.this), delimiter=node.args["delimiter"].copy())
        backwards.set("part_index", exp.Literal.number(1))
        return _called("REVERSE", backwards)
    return node


def _sqlite(node: exp.Expr) -> exp.Expr:
    """What SQLite lacks or does for plain Latin letters alone is done by functions that its connection is given."""
    if isinstance(node, exp.SplitPart):
        return _called("CALIBRATE_SPLIT_PART", node.this, node.args["delimiter"], node.args["part_index"])
    if isinstance(node, exp.Translate):
        return _called("CALIBRATE_TRANSLATE", node.this, node.args["from_"], node.args["to"])
    if isinstance(node, exp.MD5):
        return _called("CALIBRATE_MD5", node.this)
    if isinstance(node, exp.Lower):
        return _called("CALIBRATE_LOWER", node.this)
    if isinstance(node, exp.Like):
        test = _called("CALIBRATE_LIKE", node.this, node.expression)
        return exp.Not(this=test) if node.args.get("negate") else test
    if isinstance(node, exp.DateDiff):
        until, since = (_called("JULIANDAY", _called("DATE", day)) for day in (node.this, node.expression))
        return exp.cast(exp.paren(exp.Sub(this=until, expression=since)), "INTEGER")
    if isinstance(node, exp.Right):
        return _called("SUBSTR", node.this, exp.Neg(this=node.expression.copy()))
    if isinstance(node, exp.Join) and node.args.get("on") is not None and not node.side and not node.kind:
        node.set("kind", "CROSS")  # to SQLite: the first outside, the second by an index; it may choose ill by itself
    if isinstance(node, exp.TimestampTrunc):
        return _called("CALIBRATE_TRUNC", node.this, exp.Literal.string(node.args["unit"].name.lower()))
    if isinstance(node, exp.Cast) and node.to.is_type("timestamp", "timestampntz"):
        return _called("DATETIME", node.this)
    if isinstance(node, exp.Add) and isinstance(node.expression, exp.Interval):
        days = exp.Literal.string(f"+{node.expression.this.name} {node.expression.args['unit'].name}")
        return _called("DATETIME", node.this, days)
    return node


def _part(node: exp.SplitPart) -> tuple[exp.Expr, exp.Expr, int]:
    """The text, the mark, and which part: from 1, or -1 for the last."""
    place = int(node.args["part_index"].sql("duckdb").replace(" ", ""))
    return node.this, node.args["delimiter"], place


def _or_blank(cell: exp.Expr, text: exp.Expr) -> exp.Expr:
    """A part, or an empty text where the text has no such part."""
    filled = exp.Not(this=exp.Is(this=text.copy(), expression=exp.Null()))
    blank = exp.Case(ifs=[exp.If(this=filled, true=exp.Literal.string(""))])
    return exp.Coalesce(this=cell, expressions=[blank])


def _mysql(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.SplitPart):
        text, mark, place = _part(node)
        last = exp.Neg(this=exp.Literal.number(1))
        if place < 0:
            return _called("SUBSTRING_INDEX", text, mark, last)
        part = _called("SUBSTRING_INDEX", _called("SUBSTRING_INDEX", text, mark, exp.Literal.number(place)), mark, last)
        marked = _called("CONCAT", exp.Literal.string("%"), *[mark, exp.Literal.string("%")] * (place - 1))
        return exp.Case(
            ifs=[exp.If(this=exp.Like(this=text.copy(), expression=marked), true=part)],
            default=_or_blank(exp.Null(), text),
        )
    if isinstance(node, exp.Translate):
        return _replaced(node)
    if isinstance(node, exp.Trim) and node.expression is not None and len(node.expression.name) > 1:
        signs = "[" + re.sub(r"([\\\]^-])", r"\\\1", node.expression.name) + "]+"
        ends = {"LEADING": f"^{signs}", "TRAILING": f"{signs}$"}.get(
            str(node.args.get("position")), f"^{signs}|{signs}$"
        )
        return _called("REGEXP_REPLACE", node.this, exp.Literal.string(ends), exp.Literal.string(""))
    if isinstance(node, exp.Cast) and node.to.is_type(*exp.DataType.TEXT_TYPES):  # else capitals would be small letters
        return exp.Collate(this=node.copy(), expression=exp.var("utf8mb4_bin"))
    if isinstance(node, exp.RegexpLike):  # which MariaDB has under no name
        match_at = _called("REGEXP_INSTR", node.this, node.expression)
        return exp.paren(exp.GT(this=match_at, expression=exp.Literal.number(0)))
    if isinstance(node, exp.Ordered) and isinstance(node.this, exp.Literal):
        node.set("nulls_first", not node.args.get("desc"))  # a place cannot say where NULL goes
    if isinstance(node, exp.Anonymous) and node.name.upper() == BINARY:
        text = exp.cast(node.expressions[0].copy(), "CHAR CHARACTER SET utf8mb4", dialect="mysql")
        return exp.Collate(this=text, expression=exp.var("utf8mb4_bin"))
    return node


def _replaced(node: exp.Expr) -> exp.Expr:
    """TRANSLATE as one REPLACE after another."""
    cell: exp.Expr = node.this.copy()
    signs, plain = node.args["from_"].name, node.args["to"].name
    for place, sign in enumerate(signs):
        letter = plain[place] if place < len(plain) else ""
        cell = exp.func("REPLACE", cell, exp.Literal.string(sign), exp.Literal.string(letter))
    return cell


def _clickhouse(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.SplitPart):
        text, mark, place = _part(node)
        parts = _called("splitByString", mark, _called("assumeNotNull", text))
        part = _called(
            "arrayElement", parts, exp.Literal.number(place) if place > 0 else exp.Neg(this=exp.Literal.number(-place))
        )
        filled = exp.Not(this=exp.Is(this=text.copy(), expression=exp.Null()))
        return exp.Case(ifs=[exp.If(this=filled, true=part)])
    if isinstance(node, exp.Translate):
        return _called("translateUTF8", node.this, node.args["from_"], node.args["to"])
    if isinstance(node, exp.MD5):
        return _called("lower", _called("hex", _called("MD5", node.this)))
    if isinstance(node, exp.Lower):
        return _called("lowerUTF8", node.this)
    if isinstance(node, exp.Length):
        return _called("lengthUTF8", node.this)
    if isinstance(node, exp.Right):
        return _called("rightUTF8", node.this, node.expression)
    return node


def _bigquery(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.SplitPart):
        text, mark, place = _part(node)
        parts = _called("SPLIT", text, mark)
        parts = parts if place > 0 else _called("ARRAY_REVERSE", parts)
        part = exp.Bracket(this=parts, expressions=[exp.Literal.number(abs(place) - 1)], offset=0, safe=True)
        return _or_blank(part, text)
    return node


def _trino(node: exp.Expr) -> exp.Expr:
    """A part that a text does not have is NULL in Trino."""
    if isinstance(node, exp.SplitPart) and not _is_last(node) and not isinstance(node.parent, exp.Coalesce):
        return _or_blank(node.copy(), node.this)
    return node


CHANGES: Mapping[str, tuple[Change, ...]] = {
    "bigquery": (_nan_is_itself("IS_NAN"), _bigquery),
    "clickhouse": (_nan_is_itself("isNaN"), _clickhouse),
    "mysql": (_without_nan, _mysql),
    "redshift": (_last_by_reverse,),
    "sqlite": (_without_nan, _sqlite),
    "trino": (_nan_is_itself("IS_NAN"), _last_by_reverse, _trino),
}
