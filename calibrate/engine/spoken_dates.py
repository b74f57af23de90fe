"""Dates with the month in words, in seven languages: 1 janv. 2024, Mon, 01 Jan 2024 10:00:00 +0000, 3. März 2025.

A text is looked at in small letters without accents. The day is its first number of one or two digits.
"""

from __future__ import annotations

import re
import unicodedata

from ..days import MONTHS
from .sql import literal

_WORD = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = r"([a-z]{2,12}[.,]? +)?"
_ZONE = r"( *(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?"
_TIME = rf"(,? +(at +|a +|um +|alle +)?[0-9]{{1,2}}[:h][0-9]{{2}}(:[0-9]{{2}})?( ?[ap]\.?m\.?)?)?{_ZONE}"
_DAY = r"[0-9]{1,2}(st|nd|rd|th|er|o|a|\.)?[ ./-]*(de +|of +|d')?"
_DAY_FIRST = rf"{_WEEKDAY}{_DAY}({_WORD})[.,]?[ /.-]+(de +|del +)?[0-9]{{4}}"
_MONTH_FIRST = rf"{_WEEKDAY}({_WORD})[.,]? +[0-9]{{1,2}}(st|nd|rd|th)?,? *[0-9]{{4}}"
PATTERN = rf"({_DAY_FIRST}|{_MONTH_FIRST}){_TIME}"
"""The texts that are read here, once folded; DuckDB and Python read it alike."""
_CLOCK = r"([0-9]{1,2})[:h]([0-9]{2})(:([0-9]{2}))?"


def folded(text: str) -> str:
    """A text in small letters without accents, as DuckDB's STRIP_ACCENTS leaves it.

    >>> folded("1 Févr. 2024")
    '1 fevr. 2024'
    """
    plain = unicodedata.normalize("NFD", text.lower().replace("º", "o").replace("ª", "a"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("\u00a0", " ")


def is_spoken(text: str) -> bool:
    """Whether a text is a date with its month in words.

    >>> [is_spoken(text) for text in ("1 janv. 2024", "Mon, 01 Jan 2024", "3. März 2025", "May be 12 2024", "10-Jan")]
    [True, True, True, False, False]
    """
    return re.fullmatch(PATTERN, folded(text.strip())) is not None


def has_time(text: str) -> bool:
    """Whether such a text tells the time of day."""
    return re.search(_CLOCK, folded(text)) is not None


def spoken_sql(text: str) -> str:
    """DuckDB expression that reads a text (an expression too) as a moment in UTC; NULL where it is no such date."""
    plain = f"STRIP_ACCENTS(REPLACE(REPLACE(REPLACE(LOWER(TRIM({text})), 'º', 'o'), 'ª', 'a'), CHR(160), ' '))"
    words, numbers = ", ".join(f"'{word}'" for word in MONTHS), ", ".join(str(number) for number in MONTHS.values())

    def part(pattern: str, group: int = 1) -> str:
        return f"REGEXP_EXTRACT({plain}, {literal(pattern).sql('duckdb')}, {group})"

    def clock(group: int) -> str:
        return f"COALESCE(TRY_CAST(NULLIF({part(_CLOCK, group)}, '') AS INTEGER), 0)"

    month = f"MAP_EXTRACT_VALUE(MAP([{words}], [{numbers}]), {part(rf'(^|[^a-z])({_WORD})([^a-z]|$)', 2)})"
    day = f"TRY_CAST({part('([0-9]{4})')} || '-' || {month} || '-' || {part('([0-9]{1,2})')} AS DATE)"
    half = part(r"[0-9] ?([ap])\.?m")
    hour = f"CASE {half} WHEN 'p' THEN {clock(1)} % 12 + 12 WHEN 'a' THEN {clock(1)} % 12 ELSE {clock(1)} END"
    zone = r"[:h][0-9]{2}(?: ?[ap]\.?m\.?)? *([+-])([0-9]{2}):?([0-9]{2})$"  # behind a clock: -2024 is a year
    minutes = f"(TRY_CAST({part(zone, 2)} AS INTEGER) * 60 + TRY_CAST({part(zone, 3)} AS INTEGER))"
    shift = f"COALESCE(CASE {part(zone)} WHEN '-' THEN {minutes} WHEN '+' THEN -{minutes} END, 0)"
    seconds = f"({hour}) * 3600 + {clock(2)} * 60 + {clock(4)} + {shift} * 60"
    return (
        f"CASE WHEN REGEXP_FULL_MATCH({plain}, {literal(PATTERN).sql('duckdb')}) "
        f"THEN CAST({day} AS TIMESTAMP) + TO_SECONDS({seconds}) END"
    )
