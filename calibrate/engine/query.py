"""Statements put together from parts: columns, conditions, cases, aggregates, windows, joins.

The other packages say here what they ask for and write no SQL. Parts are text in the DuckDB dialect; names and values
of users enter it through `quoted` and `value` alone, which no text can break out of. A cell is any part that gives a
value: a quoted name, a name of ours such as ``__created``, or what a function below returns.

>>> print(select({"day": "__created", "won": count_where("__bought = 1")}, "leads", group=("__created",)))
SELECT __created AS day, COUNT(CASE WHEN __bought = 1 THEN 1 END) AS won FROM leads GROUP BY __created
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..vocabulary import BLANKS
from .sql import identifier, literal

NOTHING, ALWAYS, NEVER, EVERYTHING, EACH = "NULL", "TRUE", "FALSE", "*", "ALL"
"""No value; the conditions that always and never hold; all columns; groups of all that is no aggregate."""


def quoted(name: str, table: str | None = None) -> str:
    """A column by its name: no name can break out of it.

    >>> print(quoted('a "b" c', "leads"))
    "leads"."a ""b"" c"
    """
    return identifier(name, table).sql("duckdb")


def value(content: str | float | bool | None) -> str:
    """A value as a literal.

    >>> print(value("it's"))
    'it''s'
    """
    return literal(content).sql("duckdb")


class _Functions:
    """Functions of the engine by their names: ``call.lower(cell)`` is LOWER of a cell."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return lambda *cells: f"{name.upper()}({listing(cells)})"


call = _Functions()


def listing(parts: Iterable[object]) -> str:
    """Parts one after another, with commas between.

    >>> listing(["a", 2])
    'a, 2'
    """
    return ", ".join(map(str, parts))


# --- cells -----------------------------------------------------------------------------------------


def cast(cell: str, kind: str) -> str:
    """A cell as another type: "varchar", "bigint", "double", "date", "timestamp", "integer".

    >>> cast("a", "bigint")
    'CAST(a AS BIGINT)'
    """
    return f"CAST({cell} AS {kind.upper()})"


def as_text(cell: str) -> str:
    """A cell as text."""
    return cast(cell, "varchar")


def whole(cell: str) -> str:
    """A cell as a whole number."""
    return cast(cell, "bigint")


def as_date(days: str) -> str:
    """Days since 1970 as a date."""
    return f"DATE '1970-01-01' + {days}"


def days_after(moment: str, days: int) -> str:
    """A moment so many days later."""
    return f"{moment} + INTERVAL '{days}' DAY"


def in_utc(cell: str) -> str:
    """A moment with a zone as a moment in UTC."""
    return cast(f"{cell} AT TIME ZONE 'UTC'", "timestamp")


def case(*branches: tuple[str, str | float], otherwise: str | float | None = None) -> str:
    """The value of the first branch whose condition holds.

    >>> case(("a = 1", 2), otherwise=3), case(("a = 1", 2))
    ('CASE WHEN a = 1 THEN 2 ELSE 3 END', 'CASE WHEN a = 1 THEN 2 END')
    """
    tests = " ".join(f"WHEN {condition} THEN {content}" for condition, content in branches)
    return f"CASE {tests} END" if otherwise is None else f"CASE {tests} ELSE {otherwise} END"


def case_of(cell: str, branches: Mapping[int, str], otherwise: str) -> str:
    """The part that belongs to the number in a cell.

    >>> case_of("a", {1: "x"}, "y"), case_of("a", {}, "y")
    ('CASE a WHEN 1 THEN x ELSE y END', 'y')
    """
    if not branches:
        return otherwise
    tests = " ".join(f"WHEN {number} THEN {part}" for number, part in branches.items())
    return f"CASE {cell} {tests} ELSE {otherwise} END"


def flag(condition: str) -> str:
    """1 where a condition holds, else 0.

    >>> flag("a = 1")
    'CASE WHEN a = 1 THEN 1 ELSE 0 END'
    """
    return case((condition, 1), otherwise=0)


def joined(cells: Iterable[str]) -> str:
    """Texts one after another as one text.

    >>> joined(["a", "'|'", "b"])
    "a || '|' || b"
    """
    return " || ".join(cells)


def trimmed(cell: str) -> str:
    """A text without the blanks around it."""
    return f"TRIM({cell}, {value(BLANKS)})"


def split_into(cell: str, mark: str) -> str:
    """The texts that stand in a cell with a mark between, without blanks around them, as a list (DuckDB alone)."""
    pieces = call.list_transform(call.string_split(cell, value(mark)), f"LAMBDA x: {call.trim('x')}")
    return call.list_filter(pieces, "LAMBDA x: x <> ''")


# --- conditions ------------------------------------------------------------------------------------


def empty(cell: str) -> str:
    """The cell has no value."""
    return f"{cell} IS NULL"


def filled(cell: str) -> str:
    """The cell has a value."""
    return f"{cell} IS NOT NULL"


def blank(cell: str) -> str:
    """The text holds blanks alone."""
    return f"{trimmed(cell)} = ''"


def one_of(cell: str, contents: Iterable[str | float]) -> str:
    """The cell has one of some values; of no values, none.

    >>> one_of("a", ["x", "y"]), one_of("a", [])
    ("a IN ('x', 'y')", 'FALSE')
    """
    literals = listing(value(content) for content in contents)
    return f"{cell} IN ({literals})" if literals else NEVER


def among(cell: str, statement: str) -> str:
    """The cell has one of the values that a statement of one column gives."""
    return f"{cell} IN ({statement})"


def none_of(cell: str, contents: Iterable[str | float]) -> str:
    """The cell has a value, but none of these."""
    return f"{cell} NOT IN ({listing(value(content) for content in contents)})"


def like(cell: str, pattern: str, *, negated: bool = False) -> str:
    """The cell fits a pattern in which % stands for any letters and _ for one.

    >>> like("a", "%@%")
    "a LIKE '%@%'"
    """
    return f"{cell} {'NOT ' if negated else ''}LIKE {value(pattern)}"


def between(cell: str, low: object, high: object) -> str:
    """The cell lies between two cells, or is one of them."""
    return f"{cell} BETWEEN {low} AND {high}"


def both(*conditions: str) -> str:
    """All conditions hold; one that holds in several cases (`either`) stands in brackets.

    >>> both("a = 1", either("b = 2", "c = 3"))
    'a = 1 AND (b = 2 OR c = 3)'
    """
    return " AND ".join(conditions) or ALWAYS


def either(*conditions: str) -> str:
    """At least one condition holds; in brackets where they are several."""
    several = " OR ".join(conditions)
    return f"({several})" if len(conditions) > 1 else several or NEVER


def negated(condition: str) -> str:
    """The condition does not hold."""
    return f"NOT {condition}"


# --- aggregates and windows ------------------------------------------------------------------------


def count(cell: str = EVERYTHING, *, different: bool = False) -> str:
    """Rows, or rows with a value, or different values.

    >>> count(), count("a"), count("a", different=True)
    ('COUNT(*)', 'COUNT(a)', 'COUNT(DISTINCT a)')
    """
    return f"COUNT(DISTINCT {cell})" if different else f"COUNT({cell})"


def count_where(condition: str) -> str:
    """Rows for which a condition holds.

    >>> count_where("a = 1")
    'COUNT(CASE WHEN a = 1 THEN 1 END)'
    """
    return count(case((condition, 1)))


def total(cell: str) -> str:
    """The sum as a whole number; 0 of no rows."""
    return whole(call.coalesce(call.sum(cell), 0))


def over(function: str, *, by: str = "", order: str = "") -> str:
    """A function over the rows that have one value of `by`, in the order of `order`.

    >>> over(call.row_number(), by="a", order="b")
    'ROW_NUMBER() OVER (PARTITION BY a ORDER BY b)'
    """
    parts = [f"PARTITION BY {by}"] if by else []
    parts += [f"ORDER BY {order}"] if order else []
    return f"{function} OVER ({' '.join(parts)})"


def falling(cell: str) -> str:
    """An order from the greatest to the least."""
    return f"{cell} DESC"


# --- statements ------------------------------------------------------------------------------------

Columns = Mapping[str, str] | Sequence[str]
"""Cells by the names that they get, or cells as they are."""


def columns_of(columns: Columns) -> str:
    """The list of columns of a statement; a cell called by its own name is not named again."""
    if isinstance(columns, Mapping):
        return listing(cell if cell == name else f"{cell} AS {name}" for name, cell in columns.items())
    return listing(columns)


def select(
    columns: Columns,
    source: str,
    *,
    where: str = "",
    group: Sequence[object] | str = (),
    having: str = "",
    order: Sequence[object] = (),
    limit: int | None = None,
    different: bool = False,
) -> str:
    """A statement over a source: a relation of a table, or `rows` of another statement.

    Parameters
    ----------
    columns
        What it gives.
    source
        Where it reads.
    where, group, having, order, limit
        Which rows, grouped by which cells (or numbers of columns, `EACH`, `grouping_sets`), which groups, in which
        order, and how many.
    different
        Each row once.

    >>> select({"a": "x"}, "leads", where="x > 1", order=("a",), limit=2)
    'SELECT x AS a FROM leads WHERE x > 1 ORDER BY a LIMIT 2'
    """
    grouped = group if isinstance(group, str) else listing(group)
    parts = [f"SELECT {'DISTINCT ' if different else ''}{columns_of(columns)} FROM {source}"]
    parts += [f"WHERE {where}"] if where else []
    parts += [f"GROUP BY {grouped}"] if grouped else []
    parts += [f"HAVING {having}"] if having else []
    parts += [f"ORDER BY {listing(order)}"] if order else []
    parts += [f"LIMIT {limit}"] if limit is not None else []
    return " ".join(parts)


def grouping_sets(cells: Iterable[str]) -> str:
    """Groups by each of some cells alone, one after another, in one reading.

    >>> grouping_sets(["a", "b"])
    'GROUPING SETS ((a), (b))'
    """
    return f"GROUPING SETS ({listing(f'({cell})' for cell in cells)})"


def rows(statement: str, name: str) -> str:
    """The rows of a statement as the source of another."""
    return f"({statement}) AS {name}"


def worked_out(statement: str) -> str:
    """A statement that the engine works out before what reads it, so that no cell of it is worked out twice."""
    return f"{statement} OFFSET 0"


def named(source: str, name: str) -> str:
    """A source by another name."""
    return f"{source} AS {name}"


def join(source: str, other: str, on: str, *, left: bool = False) -> str:
    """Two sources side by side; with `left`, rows of the first without a row of the second stay.

    >>> join("leads", rows("deals", "won"), "leads.id = won.id", left=True)
    'leads LEFT JOIN (deals) AS won ON leads.id = won.id'
    """
    return f"{source} {'LEFT ' if left else ''}JOIN {other} ON {on}"


def crossed(source: str, other: str) -> str:
    """Every row of a source beside every row of another."""
    return f"{source} CROSS JOIN {other}"


def one_after_another(statements: Iterable[str]) -> str:
    """The rows of several statements."""
    return " UNION ALL ".join(statements)


def cell_by_cell(cells: Mapping[int, str], source: str, by: Sequence[str] = ()) -> str:
    """A row for each of some cells of a row: its number ``place``, its value ``v``, and the columns `by` (Spark).

    >>> cell_by_cell({0: "a", 3: "b"}, "t", by=["n"])
    'SELECT n, STACK(2, 0, a, 3, b) AS (place, v) FROM t'
    """
    parts = listing(f"{place}, {cell}" for place, cell in cells.items())
    return f"SELECT {listing([*by, f'STACK({len(cells)}, {parts}) AS (place, v)'])} FROM {source}"


def constants(columns: Columns) -> str:
    """A statement of one row that reads nothing.

    >>> constants({"look": "1"})
    'SELECT 1 AS look'
    """
    return f"SELECT {columns_of(columns)}"
