"""Left truncation: leads that came before anybody logged closings look as if they had never bought.

A history may begin earlier than its closings do: leads from June, sales from December, when the second system was
introduced. Its first months then close at 0 because nobody wrote it down.
"""

from __future__ import annotations

from datetime import date

from ..days import day_at, day_number

CHANCE = 0.001
"""Chance below which it cannot be luck that so many leads closed before anything was logged."""


def logged_from(first_closing: int, silent: tuple[int, int], logged: tuple[int, int]) -> int | None:
    """First day (since 1970) of leads whose closings were all logged, or None where they always were.

    `silent` are leads and customers of those whose window ended before the first closing, `logged` those that came from
    the month of the first closing on. None of the silent ones bought; if they had at the rate of the others, that
    would have had a chance of ``(1 - rate) ^ leads``.

    >>> str(day_at(logged_from(17_505, (700, 0), (5000, 400)) or 0))
    '2017-12-01'
    >>> logged_from(17_505, (20, 0), (5000, 400))
    """
    leads, customers = silent
    if customers or not leads or not logged[0]:
        return None
    if (1 - logged[1] / logged[0]) ** leads >= CHANCE:
        return None
    return month_of(first_closing)


def month_of(day: int) -> int:
    """First day of a day's month, both since 1970."""
    when = day_at(day)
    return day_number(date(when.year, when.month, 1))
