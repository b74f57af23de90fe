"""Days that a history is believed to lie in: what somebody wrote for "never" and what a slip of the pen made is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ..days import day_number
from ..engine import sql
from ..engine.dates import moment
from ..engine.query import between, case, count, filled, rows, select
from ..engine.table import Table, column_of

FIRST, LAST = day_number(date(1970, 1, 3)), day_number(date(2098, 12, 31))
"""Days outside are placeholders: 1900-01-01, 1970-01-01 (moment 0), 2099-12-31, 9999-12-31 and their like."""
GAP_AHEAD, GAP_BEHIND = 365, 3 * 365
"""A gap of so many days, and longer than all the rest, parts days that are far from all others."""
FEW = 0.01
"""At most this share of the rows (or one row) is taken for a slip: more of them are a part of the history."""
CLOCK = 0.1
"""With a greater share of rows after today it is the clock that is not believed."""


@dataclass(frozen=True)
class DaySpan:
    """First and last day believed (days since 1970), and the rows of days outside, by why they are not believed."""

    first: int
    last: int
    newest: int | None
    placeholders: int = 0
    future: int = 0
    far: int = 0

    @property
    def outside(self) -> int:
        """Rows with a day that is not believed."""
        return self.placeholders + self.future + self.far

    def sql(self, day: str) -> str:
        """SQL for a day, NULL where it is not believed."""
        return case((between(day, self.first, self.last), day))


Days = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Different days since 1970, and the rows of each."""


def day_of(table: Table, column: str) -> str:
    """SQL for the day of a column of dates, as days since 1970; an error where they can be read in two ways."""
    dated = column_of(table, column).type == "date"
    return sql.day(sql.identifier(column) if dated else moment(table, column).expression).sql("duckdb")


def believed_span(
    days: NDArray[np.int64], rows: NDArray[np.int64], today: date | None = None, *, creation: Days | None = None
) -> DaySpan:
    """The span of the days that are believed.

    Not believed are placeholders (before 1970-01-03 or from 2099 on), days after today (unless a tenth of the rows
    says so), and the few rows (one, or 1 %) behind a gap that is longer than a year and than the rest of the history.

    Parameters
    ----------
    days, rows
        Different days since 1970, and the rows of each.
    today
        The day of today; nothing given: by the clock.
    creation
        Days of creation, for days of closing: what lies among them is not far, and where none of them lies after today,
        no closing does.

    >>> span = believed_span(np.array([19723, 19800, 19900, 2932532]), np.array([40, 30, 20, 1]), date(2026, 1, 1))
    >>> span.newest, span.placeholders       # 9999-01-05 does not count
    (19900, 1)
    """
    order = np.argsort(days)
    days, rows = np.asarray(days, np.int64)[order], np.asarray(rows, np.int64)[order]
    inside = (days >= FIRST) & (days <= LAST)
    placeholders, days, rows = int(rows[~inside].sum()), days[inside], rows[inside]
    first, last, future = FIRST, LAST, 0
    tomorrow = day_number(today or date.today()) + 1  # a clock further east
    late = days > tomorrow
    trusted = creation is not None and bool(len(creation[0])) and int(creation[0].max()) <= tomorrow
    if late.any() and (trusted or rows[late].sum() <= CLOCK * rows.sum()):
        last, future, days, rows = tomorrow, int(rows[late].sum()), days[~late], rows[~late]
    if not len(days):
        return DaySpan(first, last, None, placeholders, future)
    all_days, all_rows = _together((days, rows), creation) if creation is not None else (days, rows)
    ahead, behind = _slips(all_days, all_rows, GAP_AHEAD), _slips(-all_days[::-1], all_rows[::-1], GAP_BEHIND)
    last = int(all_days[len(all_days) - ahead - 1]) if ahead else last
    first = int(all_days[behind]) if behind else first
    near = (days >= first) & (days <= last)
    newest = int(days[near].max()) if near.any() else None
    return DaySpan(first, last, newest, placeholders, future, int(rows[~near].sum()))


def _together(one: Days, another: Days) -> Days:
    """Two countings of days as one."""
    days, place = np.unique(np.concatenate([one[0], another[0]]), return_inverse=True)
    return days, np.bincount(place, np.concatenate([one[1], another[1]])).astype(np.int64)


def _slips(days: NDArray[np.int64], rows: NDArray[np.int64], gap: int) -> int:
    """How many of the last days stand behind a gap that parts them from all others."""
    after = rows[::-1].cumsum()[::-1]
    few = after <= max(1, FEW * rows.sum())
    few[0] = False
    steps = np.diff(days, prepend=days[0])
    places = np.nonzero(few & (steps > gap))[0]
    places = places[[steps[i] > days[i - 1] - days[0] for i in places]] if len(places) else places
    return len(days) - int(places[0]) if len(places) else 0


def days_of(table: Table, day: str, relation: str | None = None) -> Days:
    """The different values of an expression of days in a table (or in a relation of it), with the rows of each."""
    days = rows(select({"day": day}, relation or table.relation), "days")
    answer = table.fetch(select({"day": "day", "n": count()}, days, where=filled("day"), group=(1,), order=(1,)))
    return answer["day"].astype(np.int64), answer["n"].astype(np.int64)


def span_of(
    table: Table, day: str, relation: str | None = None, today: date | None = None, *, creation: Days | None = None
) -> DaySpan:
    """The span of an expression of days in a table (or in a relation of it)."""
    return believed_span(*days_of(table, day, relation), today, creation=creation)
