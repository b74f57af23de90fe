"""Functions that a connection of SQLite is given: what it lacks, or knows for plain Latin letters alone."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any


def prepare(connection: Any) -> None:
    """Give a connection the functions that statements ask for.

    >>> import sqlite3
    >>> door = sqlite3.connect(":memory:")
    >>> prepare(door)
    >>> door.execute("SELECT calibrate_split_part('a@b', '@', -1), calibrate_lower('É')").fetchone()
    ('b', 'é')
    """
    for name, count, function in (
        ("CALIBRATE_SPLIT_PART", 3, _split_part),
        ("CALIBRATE_TRANSLATE", 3, _translate),
        ("CALIBRATE_MD5", 1, _md5),
        ("CALIBRATE_LOWER", 1, _lower),
        ("CALIBRATE_LIKE", 2, _like),
        ("CALIBRATE_TRUNC", 2, _trunc),
        ("REGEXP", 2, _matches),
    ):
        connection.create_function(name, count, function, deterministic=True)


def _split_part(text: str | None, mark: str, place: int) -> str | None:
    if text is None:
        return None
    parts = str(text).split(mark)
    index = place if place < 0 else place - 1
    return parts[index] if -len(parts) <= index < len(parts) else ""


def _translate(text: str | None, signs: str, plain: str) -> str | None:
    return None if text is None else str(text).translate(_table(signs, plain))


@lru_cache
def _table(signs: str, plain: str) -> dict[int, str | None]:
    return {ord(sign): plain[place] if place < len(plain) else None for place, sign in enumerate(signs)}


def _md5(text: str | None) -> str | None:
    return None if text is None else hashlib.md5(str(text).encode(), usedforsecurity=False).hexdigest()


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _like(text: str | None, pattern: str) -> int | None:
    return None if text is None else int(bool(_pattern(pattern).match(str(text))))


def _matches(pattern: str, text: str | None) -> int | None:
    """``text REGEXP pattern``: SQLite knows the word, and leaves its meaning to the connection."""
    return None if text is None else int(bool(_compiled(pattern).search(str(text))))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


@lru_cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(letter, re.escape(letter)) for letter in pattern) + r"\Z", re.DOTALL)


_KEPT = {"minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
"""Letters of a moment in ISO's writing that stay when it is cut to a unit."""
_START = "0000-01-01 00:00:00"


def _trunc(moment: str | None, unit: str) -> str | None:
    if moment is None:
        return None
    length = min(_KEPT[unit], len(moment))  # a day has no hours to keep
    return moment[:length].replace("T", " ") + _START[length:]
