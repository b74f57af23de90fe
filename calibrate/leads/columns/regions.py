"""Postal codes: their first two digits are a region."""

from __future__ import annotations

import re
from collections import Counter

from ...grid.derived import Derived
from .naming import words_of

LEAST_CODES, LEAST_REGIONS, FIVE_DIGITS = 30, 3, 0.9
_POSTAL = re.compile(
    r"\b(zip|zip ?code|postal|postcode|post code|code postal|cp|plz|postleitzahl|codigo postal|cap|postnummer)\b"
)
_CODE = re.compile(r"\s*\d{5}(-\d{4})?\s*")


def region_rules(column: str, cells: Counter[str]) -> dict[str, Derived]:
    """The rule of the first two digits of a column of postal codes; nothing for another column.

    >>> cells = Counter({f"{region}{place:03}": 3 for region in ("01", "06", "75") for place in range(20)})
    >>> rule = region_rules("Code postal", cells)["Code postal (first two digits)"]
    >>> [rule.answer(code) for code in ("06000", " 75001", "13008", "6000")], region_rules("Amount", cells)
    (['06', '75', 'other', 'other'], {})
    """
    if not _POSTAL.search(words_of(column)) or len(cells) < LEAST_CODES:
        return {}
    codes = {cell.strip(): count for cell, count in cells.items() if _CODE.fullmatch(cell)}
    if sum(codes.values()) < FIVE_DIGITS * sum(cells.values()):
        return {}
    found = sorted({code[:2] for code in codes})
    if not LEAST_REGIONS <= len(found) <= 100:
        return {}
    patterns = tuple((region, (f"{region}*",)) for region in found)
    return {f"{column} (first two digits)": Derived(column, patterns)}
