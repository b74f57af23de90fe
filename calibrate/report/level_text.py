"""Criteria and levels as a reader sees them: those of the data as they stand, those of ours in the language."""

from __future__ import annotations

import re

from ..grid.criteria import Level
from ..grid.event_columns import LAST_SUFFIX, PACE, SUFFIX, is_event_column
from ..grid.mailbox_kinds import SUFFIX as MAILBOX
from ..grid.mailbox_kinds import made_from
from ..language import Words

SUFFIXES = {SUFFIX: "events", LAST_SUFFIX: "last_event", MAILBOX: "mailbox"}


def criterion_name(name: str, words: Words) -> str:
    """A criterion: what calibrate has made from events or addresses is named in the language.

    >>> from calibrate.language import load
    >>> [criterion_name(name, load("fr")) for name in ("demo (events)", "events (count)", "Email (mailbox)", "secteur")]
    ['demo (événements)', 'événements (nombre)', 'Email (messagerie)', 'secteur']
    """
    for suffix, key in SUFFIXES.items():
        if name.endswith(suffix):
            return words(f"criterion.{key}", name=name.removesuffix(suffix))
    if is_event_column(name):
        return words.name("criterion", re.sub(r"\W+", "_", name).strip("_"))
    return name


def level_name(level: Level, words: Words, criterion: str = "") -> str:
    """A level; kinds of mailboxes and of pace are words of ours where the criterion is."""
    plain = level.name.casefold()
    if criterion and (made_from(criterion) is not None or criterion == PACE) and f"kind.{plain}" in words.texts:
        return words(f"kind.{plain}")
    if level.role != "value" and plain.strip("()") == level.role:  # "(other)" where the data have an answer "Other"
        return words(f"level.{level.role}")
    ours = level.role == "value" and plain in ("true", "false")
    ours = ours or (plain in ("any", "filled") and not level.values and level.low is None and level.high is None)
    return words(f"level.{plain}") if ours and f"level.{plain}" in words.texts else level.name


def line_name(criterion: str, level: Level, words: Words) -> str:
    """A line of a grid: the criterion and its answer."""
    return words.pair(criterion_name(criterion, words), level_name(level, words, criterion))
