"""Ranges as people write them (11-50, 50-200 salariés, >1000, moins de 10): what they span, and their order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ...grid.derived import Derived

_FOLD = Derived("", (), blanks="", breaks="")
_NUMBER = r"\d+(?:[ .,']\d{3})*(?:[.,]\d+)?"
_SCALED = rf"(?:[$€£]\s?)?({_NUMBER})\s?(k|m|mio)?"
_WORD = r"(?:[a-z%€$£./ ()]|&)*"
_BETWEEN = re.compile(rf"(?:de |von |from |entre |between |da |tra )?{_SCALED}\s?{_WORD}?"
                      rf"(?:-|–|—|to|a|bis|and|et|y|e|ao)\s?{_SCALED}(?: {_WORD})?")  # fmt: skip
_ABOVE = re.compile(
    r"(?:>=?|≥|\+|\+ de|more than|over|above|at least|from|plus de|des|a partir de|superieur a|mehr als|uber|ueber|ab|"
    rf"mas de|desde|oltre|piu di|mais de|acima de) ?{_SCALED}(?: {_WORD})?"
)
_AND_MORE = re.compile(
    rf"{_SCALED}\s?(?:\+|and more|or more|and above|and over|et plus|ou plus|und mehr|y mas|o mas|e oltre|"
    rf"e mais|ou mais)(?: {_WORD})?"
)
_BELOW = re.compile(
    r"(?:<=?|≤|-|less than|under|below|up to|fewer than|moins de|jusqu'a|inferieur a|weniger als|unter|bis zu|bis|"
    rf"menos de|hasta|meno di|fino a|ate|abaixo de) ?{_SCALED}(?: {_WORD})?"
)
_ALONE = re.compile(rf"{_SCALED}(?: {_WORD})?")
_SCALES = {"k": 1e3, "m": 1e6, "mio": 1e6}
LONGEST = 60
SURE = 0.8
"""Of the answers of a column at least so many must be ranges, and at least three."""


def span(text: str) -> tuple[float, float] | None:
    """Lower and upper bound of a range; None for another text.

    >>> [span(text) for text in ("11-50", "50 - 200 salariés", ">1000", "5k+", "1,001 to 5,000")]
    [(11.0, 50.0), (50.0, 200.0), (1000.0, inf), (5000.0, inf), (1001.0, 5000.0)]
    >>> [span(text) for text in ("Moins de 10 salariés", "über 500 Mitarbeiter", "10", "2024-01-05", "A-1", "50-11")]
    [(-inf, 10.0), (500.0, inf), (10.0, 10.0), None, None, None]
    """
    if len(text) > LONGEST:
        return None
    folded = _FOLD.folded(text.replace(">", "≥").replace("<", "≤")).strip(" ").replace("≥=", "≥").replace("≤=", "≤")
    if match := _BETWEEN.fullmatch(folded):
        high = _value(match[3], match[4])
        low = _value(match[1], match[2] or (match[4] if _value(match[1], match[4]) < high else None))
        return (low, high) if low <= high else None
    if match := _AND_MORE.fullmatch(folded) or _ABOVE.fullmatch(folded):
        return _value(match[1], match[2]), math.inf
    if match := _BELOW.fullmatch(folded):
        return -math.inf, _value(match[1], match[2])
    if match := _ALONE.fullmatch(folded):
        return _value(match[1], match[2]), _value(match[1], match[2])
    return None


def order(texts: Sequence[str]) -> list[int] | None:
    """Places of texts in the order of the ranges they are, other texts behind; None where they are no ranges.

    >>> order(["501-1000", ">1000", "1-10", "unknown", "11-50", "51-500"])
    [2, 4, 5, 0, 1, 3]
    >>> order(["1", "2", "3"]), order(["Paris", "1-10", "11-50"])
    (None, None)
    """
    spans = {at: bounds for at, text in enumerate(texts) if (bounds := span(text)) is not None}
    ranges = [bounds for bounds in spans.values() if bounds[0] != bounds[1]]
    if len(ranges) < 3 or len(spans) < SURE * len(texts):
        return None
    behind = [at for at in range(len(texts)) if at not in spans]
    return [*sorted(spans, key=lambda at: (*spans[at], at)), *behind]


def _value(digits: str, scale: str | None) -> float:
    """A number as it stands in a range: signs between thousands go, another comma is a decimal one."""
    plain = re.sub(r"[ .,'](?=\d{3}(?!\d))", "", digits).replace(",", ".")
    return float(plain) * _SCALES.get(scale or "", 1.0)
