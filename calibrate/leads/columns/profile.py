"""What is in each column, looked at without its outcome: counts, commonest texts, numbers with their counts.

Tables up to `LOOKED_AT` rows are read whole. Of larger ones half as many rows are looked at, spread evenly over a file
that knows its order; then all rows are counted by the engine: the texts of each column that has few, and its numbers
(`engine.numeric_grid`), so that levels and cut points are the same wherever the rows lie. Here too is what a column's
name says: an id, a person, an axis.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...engine import query, sql
from ...engine.dates import SERIALS, writing_of
from ...engine.derived import looked_at_here
from ...engine.numeric_grid import MOST_VALUES, cells_counted, counted_by_column, numbers_counted
from ...engine.query import (
    EVERYTHING,
    between,
    blank,
    both,
    call,
    case,
    cast,
    count,
    count_where,
    either,
    falling,
    filled,
    flag,
    listing,
    negated,
    over,
    quoted,
    select,
    whole,
)
from ...engine.table import Column, Table, column_of
from ...grid.criteria import is_placeholder
from ...numbers import Signs, written
from ...vocabulary import BLANKS
from .naming import words_of

LOOKED_AT = 200_000
"""Tables up to so many rows are looked at whole."""
MANY_TEXTS = 0.1
"""With more different texts than this share of the rows looked at, a large column is not counted to its end."""
BLOCKS = 16
"""So many stretches of rows, evenly spread over a larger table."""
FEW_TEXTS = 40
"""Up to so many different texts are levels of their own, be they numbers or not."""
MOSTLY = 0.95
"""A text column with numbers in at least this share of its texts is a column of numbers."""
TOGETHER = 30
"""Text columns counted in one statement."""
MANY_COLUMNS, FEW_ROWS, FETCHED = 150, 10_000, 200
"""Columns of texts from which a table of so few rows is counted here: such statements cost more than its cells."""
MANY_DAYS, FEWEST_DAYS = 20, 8
"""Different days from which 20240131 is a date under any name; different values of a column that is called one."""
_WORDS = (
    "at date time timestamp created closed on ts datetime datum fecha data creation createdate createdtime erstellt "
    "angelegt aangemaakt creado criado creato cree inscription entree signup signed won horodatage"
)
_TIME_WORDS = frozenset(_WORDS.split())
_DATE_NAME = re.compile(
    r"\b(date|dates|datum|fecha|timestamp|datetime|createdate|createdtime|horodatage|created (at|on|time)|"
    r"closed (at|on)|"
    r"erstellt am|creado el|criado em|creato il|cree le)\b|^data( |$)"
)
COMMON = 1000
"""Different texts of a column that are kept, the commonest first."""

RARE = 2
"""A text in so many cells at most tells its few leads rather than a kind of leads."""


class NumberCounts(NamedTuple):
    """Different numbers, ascending, and rows of each; not `exact`: each stands for a cell of `engine.numeric_grid`."""

    values: NDArray[np.float64]
    leads: NDArray[np.int64]
    exact: bool = True


@dataclass(frozen=True)
class Profile:
    """One column: how many cells are filled, how many values differ, and which are common.

    `texts` are the commonest texts with their counts (text and boolean columns), `numbers` all the values
    looked at (number columns, and text columns in which numbers stand). `rare` of the different texts stand in one or
    two cells only. `counts` are the numbers of all rows, where a part of them was looked at.
    """

    column: Column
    rows: int
    filled: int
    distinct: int
    texts: tuple[tuple[str, int], ...] = ()
    numbers: NDArray[np.float64] | None = None
    rare: int = 0
    signs: Signs | None = None
    counts: NumberCounts | None = None

    @property
    def number_counts(self) -> NumberCounts:
        """The different finite numbers and how often each stands there."""
        if self.counts is not None:
            return self.counts
        numbers = np.zeros(0) if self.numbers is None else self.numbers
        return NumberCounts(*np.unique(numbers[np.isfinite(numbers)], return_counts=True))

    @property
    def gaps(self) -> int:
        """Cells that are empty."""
        return self.rows - self.filled


def profiles_of(table: Table, names: tuple[str, ...] | None = None) -> dict[str, Profile]:
    """What is in each of the named columns (all of them, if none is named)."""
    columns = [column_of(table, name) for name in names] if names is not None else list(table.columns)
    sample, source, rows = _looked_at(table, [column.name for column in columns])
    texts = [c for c in columns if c.type == "text"]
    profiles = _numbers(sample, [c for c in columns if c.type == "number"], source, rows)
    profiles |= _yes_no(table if rows < table.rows else sample, [c for c in columns if c.type == "boolean"])
    profiles |= _days(sample, [c for c in columns if c.type in ("date", "timestamp")], source, rows)
    wide = len(texts) >= MANY_COLUMNS and rows <= FEW_ROWS
    together, counted = (FETCHED, _fetched_texts) if wide else (TOGETHER, _texts)
    for start in range(0, len(texts), together):
        profiles |= counted(sample, texts[start : start + together], source, rows)
    profiles |= {
        name: _with_numbers(sample, column, source, signs)
        for name, column in profiles.items()
        if (signs := written_numbers(column)) is not None
    }
    if rows < table.rows:
        profiles |= _counted_to_the_end(table, profiles)
    return {column.name: profiles[column.name] for column in columns}


def _counted_to_the_end(table: Table, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """The profiles with the counts of all rows, but those of columns that hold another text in every few rows."""
    of_all = {}
    numbered = [profile for profile in profiles.values() if profile.numbers is not None]
    for profile, counts in zip(numbered, _number_counts(table, numbered), strict=True):
        complete = replace(profile, counts=counts)
        if counts.exact and profile.column.type == "number":
            complete = replace(complete, rows=table.rows, filled=int(counts.leads.sum()), distinct=len(counts.values))
        of_all[profile.column.name] = complete
    texts = {
        profile.column: profile.distinct + 1
        for profile in profiles.values()
        if profile.column.type == "text" and profile.numbers is None
        if profile.distinct <= MANY_TEXTS * profile.rows
    }
    columns = list(texts)
    for start in range(0, len(columns), TOGETHER):
        some = columns[start : start + TOGETHER]
        of_all |= _texts(table, some, table.relation, table.rows, [texts[column] for column in some])
    return of_all


def _number_counts(table: Table, profiles: Sequence[Profile]) -> list[NumberCounts]:
    """Counts of the numbers of all rows, column by column."""
    if not profiles:
        return []
    cells = {f"v{place}": cast(_number_cell(profile), "double") for place, profile in enumerate(profiles)}
    source = query.rows(select(cells, table.relation), "cells")
    few = [place for place, profile in enumerate(profiles) if _different(profile) <= MOST_VALUES]
    answers = []
    if few:
        sizes = [_different(profiles[place]) + 1 for place in few]
        counted = numbers_counted([f"v{place}" for place in few], source, table.dialect, sizes)
        answers.append((few, table.fetch(counted)))
    for place in set(range(len(profiles))).difference(few):
        answers.append(([place], table.fetch(cells_counted(f"v{place}", 0, source))))
    counts: dict[int, NumberCounts] = {}
    for places, answer in answers:
        for i, place in enumerate(places):
            mine = answer["place"] == i
            values = answer["v"][mine].astype(np.float64) + 0.0  # no -0
            order = np.argsort(values, kind="stable")
            exact = bool((answer["differ"][mine] <= MOST_VALUES).all())
            counts[place] = NumberCounts(values[order], answer["n"][mine][order].astype(np.int64), exact)
    return [counts[place] for place in range(len(profiles))]


def _different(profile: Profile) -> int:
    return profile.distinct if profile.column.type == "number" else len(profile.number_counts.values)


def _number_cell(profile: Profile) -> str:
    """The numbers of a column, be they written in texts or not."""
    if profile.signs is None or profile.column.type == "number":
        return quoted(profile.column.name)
    return _number_in_text(profile.column.name, profile.signs)


def first_texts(table: Table, most: int, skip: Collection[str] = ()) -> dict[str, list[str]]:
    """The filled cells of every text column, but those skipped, in the first rows of a table."""
    names = [column.name for column in table.columns if column.type == "text" and column.name not in skip]
    if not names:
        return {}
    cells = {f"c{place}": quoted(name) for place, name in enumerate(names)}
    answer = table.fetch(select(cells, table.relation, limit=most))
    return {
        name: [str(text) for text in answer[cell] if text is not None] for name, cell in zip(names, cells, strict=True)
    }


def commonest(table: Table, column: str, most: int) -> list[str]:
    """The different values of a column as texts, the commonest first, blanks left out."""
    counts = {"v": query.as_text(quoted(column)), "n": count()}
    source = query.rows(select(counts, table.relation, group=(1,)), "counted")
    answer = table.fetch(select(("v", "n"), source, where=_has_text("v"), order=(falling("n"), "v"), limit=most))
    return [str(value) for value in answer["v"]]


def _has_text(cell: str) -> str:
    return both(filled(cell), negated(blank(cell)))


def _looked_at(table: Table, names: Sequence[str]) -> tuple[Table, str, int]:
    """The rows to look at: a table and the source in it, and how many they are."""
    most = table.rows if table.rows <= LOOKED_AT else LOOKED_AT // 2
    sample = looked_at_here(table, names, most) if names else table
    if sample is not table:
        return sample, sample.relation, sample.rows
    if table.rows <= LOOKED_AT:
        return table, table.relation, table.rows
    if table.position is None:
        return table, query.rows(select(EVERYTHING, table.relation, limit=most), "looked_at"), most
    place, size = quoted(table.position), LOOKED_AT // 2 // BLOCKS
    starts = [(table.rows - size) * i // (BLOCKS - 1) for i in range(BLOCKS)]
    inside = either(*(between(place, start, start + size - 1) for start in starts))
    source = query.rows(select(EVERYTHING, table.relation, where=inside), "looked_at")
    rows = int(table.fetch(select({"n": count()}, source))["n"][0])
    return (table, source, rows) if rows else (table, table.relation, table.rows)


def _numbers(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    """All values of the number columns that are not missing, in their order."""
    if not columns:
        return {}
    answer = table.fetch(select({f"n{i}": quoted(column.name) for i, column in enumerate(columns)}, source))
    profiles = {}
    for i, column in enumerate(columns):
        values = answer[f"n{i}"].astype(np.float64)
        values = values[np.isfinite(values)]
        profiles[column.name] = Profile(column, rows, len(values), len(np.unique(values)), numbers=values)
    return profiles


def _yes_no(table: Table, columns: list[Column]) -> dict[str, Profile]:
    """The two counts of yes/no columns over all rows."""
    if not columns:
        return {}
    cells = [quoted(column.name) for column in columns]
    filled_cells = {f"n{i}": count(cell) for i, cell in enumerate(cells)}
    yes = {f"y{i}": count_where(cell) for i, cell in enumerate(cells)}
    answer = table.fetch(select(filled_cells | yes, table.relation))
    profiles = {}
    for i, column in enumerate(columns):
        present, true = int(answer[f"n{i}"][0]), int(answer[f"y{i}"][0])
        counts = {"true": true, "false": present - true}
        texts = tuple(sorted(((v, n) for v, n in counts.items() if n), key=lambda each: (-each[1], each[0])))
        profiles[column.name] = Profile(column, table.rows, present, len(texts), texts)
    return profiles


def _days(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    if not columns:
        return {}
    cells = [quoted(column.name) for column in columns]
    present = {f"n{i}": count(cell) for i, cell in enumerate(cells)}
    different = {f"d{i}": count(cell, different=True) for i, cell in enumerate(cells)}
    answer = table.fetch(select(present | different, source))
    return {c.name: Profile(c, rows, int(answer[f"n{i}"][0]), int(answer[f"d{i}"][0])) for i, c in enumerate(columns)}


def _texts(
    table: Table, columns: list[Column], source: str, rows: int, sizes: Sequence[int] = ()
) -> dict[str, Profile]:
    """The commonest texts of several columns in one reading, blanks left out; `sizes`: about how many differ."""
    cells = {f"t{i}": query.as_text(quoted(column.name)) for i, column in enumerate(columns)}
    names = [f"t{i}" for i in range(len(columns))]
    counts = ("place", "v", "n")
    counted = counted_by_column(names, query.rows(select(cells, source), "cells"), table.dialect, sizes=sizes)
    standing = {
        **{name: name for name in counts},
        "differ": over(count(), by="place"),
        "filled": whole(over(call.sum("n"), by="place")),
        "rare": whole(over(call.sum(flag(f"n <= {RARE}")), by="place")),
        "standing": over(call.row_number(), by="place", order=listing((falling("n"), "v"))),
    }
    late = {**{name: name for name in counts}, "v": query.case(("n > 0", "v"))}  # blanks are looked for after counting
    by_text = query.rows(select(late, query.rows(counted, "grouped")), "counted")
    ranked = query.rows(select(standing, by_text, where=_has_text("v")), "ranked")
    measures = ("differ", "filled", "rare")
    answer = table.fetch(
        select((*counts, *measures), ranked, where=f"standing <= {COMMON}", order=("place", "standing"))
    )
    profiles = {}
    for i, column in enumerate(columns):
        mine = answer["place"] == i
        texts = tuple((str(v), int(n)) for v, n in zip(answer["v"][mine], answer["n"][mine], strict=True))
        differ, present, rare = (int(answer[measure][mine][0]) if texts else 0 for measure in measures)
        profiles[column.name] = Profile(column, rows, present, differ, texts, rare=rare)
    return profiles


def _fetched_texts(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    """The same as `_texts`, counted here: for many columns of few rows."""
    answer = table.fetch(
        select({f"t{i}": query.as_text(quoted(column.name)) for i, column in enumerate(columns)}, source)
    )
    profiles = {}
    for i, column in enumerate(columns):
        counts = Counter(text for text in answer[f"t{i}"] if text is not None)
        texts = [(str(text), n) for text, n in counts.items() if text.strip(BLANKS)]
        texts.sort(key=lambda pair: (-pair[1], pair[0]))
        present, rare = sum(n for _, n in texts), sum(n <= RARE for _, n in texts)
        profiles[column.name] = Profile(column, rows, present, len(texts), tuple(texts[:COMMON]), rare=rare)
    return profiles


def written_numbers(column_profile: Profile) -> Signs | None:
    """How a text column writes the numbers that stand in it beside some words; codes such as 01234 are none."""
    if not column_profile.texts or column_profile.distinct <= FEW_TEXTS:
        return None
    texts = [text.strip(BLANKS) for text, _ in column_profile.texts if not is_placeholder(text)]
    numbers = [text for text in texts if written([text]) is not None]
    codes = any(re.match(r"[+]|0[0-9]", text) or len(text) > 20 for text in numbers)
    if codes or not numbers or len(numbers) < MOSTLY * len(texts):
        return None
    reading = written(numbers)
    return None if reading is None else reading.signs


def _with_numbers(table: Table, column_profile: Profile, source: str, signs: Signs) -> Profile:
    """The profile of a text column with the numbers that stand in it."""
    cell = _number_in_text(column_profile.column.name, signs)
    values = table.fetch(select({"v": cell}, source))["v"].astype(np.float64)
    return replace(column_profile, numbers=values[np.isfinite(values)], signs=signs)


def _number_in_text(name: str, signs: Signs) -> str:
    column = sql.without(sql.identifier(name), signs.replaced)
    return case((sql.is_number(column).sql("duckdb"), sql.as_double(column).sql("duckdb")))


def looks_dated(column_profile: Profile) -> bool:
    """Whether the texts of a column are dates in nearly all cells, in whatever way of writing."""
    if column_profile.column.type in ("date", "timestamp"):
        return True
    if not column_profile.texts:
        return False
    texts = [text for text, _ in column_profile.texts[:200]]
    return writing_of(texts).known >= 0.9 * len(texts)


def one_way(values: NDArray[np.float64]) -> bool:
    """Whether numbers strictly rise or strictly fall."""
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def since_1970(column_profile: Profile) -> bool:
    """Numbers that are dates: seconds since 1970 or days of Excel where the name speaks of time, 20240131 anywhere."""
    if column_profile.numbers is None or not len(column_profile.numbers):
        return False
    low, high = float(column_profile.numbers.min()), float(column_profile.numbers.max())
    if low >= 19900101 and high < 21000101 and _written_days(column_profile.numbers):
        return (
            bool(_TIME_WORDS & set(words_of(column_profile.column.name).split()))
            or column_profile.distinct >= MANY_DAYS
        )
    if not _TIME_WORDS & set(words_of(column_profile.column.name).split()):
        return _rising_serials(column_profile)
    units = any(631152000 * unit <= low and high < 4102444800 * unit for unit in (1, 1000, 1_000_000))
    return units or (SERIALS[0] <= low and high < SERIALS[1])


def _rising_serials(column_profile: Profile) -> bool:
    """Whether whole numbers are days of Excel, as they follow one another in a file that is in order of time."""
    numbers = column_profile.numbers
    if numbers is None or column_profile.distinct < MANY_DAYS or not bool((numbers == np.floor(numbers)).all()):
        return False
    within = SERIALS[0] <= float(numbers.min()) and float(numbers.max()) < SERIALS[1]
    steps = np.diff(numbers)
    return within and bool((steps >= 0).all() or (steps <= 0).all())


def _written_days(numbers: NDArray[np.float64]) -> bool:
    """Whether whole numbers are days as in 20240131."""
    day, month = numbers % 100, numbers // 100 % 100
    return bool(((numbers == np.floor(numbers)) & (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)).all())


def unread_date(column_profile: Profile) -> bool:
    """Whether a column is called a date, and its many values look like some, but are not read as dates."""
    if not _DATE_NAME.search(words_of(column_profile.column.name)) or column_profile.distinct < FEWEST_DAYS:
        return False
    if column_profile.column.type == "number":
        return column_profile.numbers is not None and bool((column_profile.numbers >= 10_000).all())
    texts = [text for text, _ in column_profile.texts if not is_placeholder(text)]
    return sum(bool(re.search(r"\d", text)) for text in texts) >= 0.8 * max(len(texts), 1)
