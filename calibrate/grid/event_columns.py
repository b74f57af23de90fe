"""Names of the columns that are made from events: part of the language of a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

OBSERVE_DAYS = 14
"""Days that a lead is observed where there are events and nothing else is said."""


ALL_DAYS = 36500
"""Days after creation when all events count, as they do where leads are scored at any later moment."""


SUFFIX, LAST_SUFFIX = " (events)", " (last event)"


COUNT, DAYS, SINCE, PACE, FIRST, LAST = (
    "events (count)",
    "events (active days)",
    "events (days since last)",
    "events (pace)",
    "events (first value)",
    "events (last value)",
)


RECENT, BEFORE = 7, 21
"""Pace compares the last 7 days with the 21 before, per day, as far as the lead was observed."""


FASTER = 1.5
"""So many times the earlier rate is faster, its inverse slower."""


def types_in(columns: Sequence[str]) -> tuple[str, ...]:
    """The event types that columns of these names count.

    >>> types_in(["sector", "demo (events)", "events (count)"])
    ('demo',)
    """
    return tuple(name.removesuffix(SUFFIX) for name in columns if name.endswith(SUFFIX))


def dated_in(columns: Iterable[str | None]) -> list[str]:
    """The event types whose last day columns of these names hold.

    >>> dated_in(["demo (last event)", None, "last_demo"])
    ['demo']
    """
    return list(
        dict.fromkeys(n.removesuffix(LAST_SUFFIX) for n in columns if n is not None and n.endswith(LAST_SUFFIX))
    )


def is_event_column(name: str) -> bool:
    """Whether a column is made from events."""
    return name.endswith((SUFFIX, LAST_SUFFIX)) or name in (COUNT, DAYS, SINCE, PACE, FIRST, LAST)
