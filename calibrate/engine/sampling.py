"""Which rows stay in a sample: by their id, with arithmetic that every engine does alike.

A whole number is multiplied by the golden ratio's share of a prime, which spreads numbers that follow one another
evenly (multiplicative hashing: Knuth, "Sorting and Searching", section 6.4); a text is told by its md5 digest.
"""

from __future__ import annotations

from .query import call, value, whole

_PRIME, _GOLDEN = 2**31 - 1, 1_327_217_885
"""The prime, and the prime times (sqrt(5) - 1) / 2."""


def stays(cell: str, share: float, *, integral: bool) -> str:
    """Condition: the row is in the sample of about so large a share, by its id; `integral`: a column of whole numbers.

    Rows without an id stay. A sample holds every smaller one.

    >>> print(stays("id", 0.5, integral=False))
    MD5(id) < '80000000'
    >>> print(stays("id", 0.5, integral=True))
    COALESCE(ABS(CAST(id AS BIGINT) % 2147483647), 0) * 1327217885 % 2147483647 < 1073741823
    """
    if not integral:
        return f"{call.md5(cell)} < {value(f'{int(share * 2**32):08x}' if share < 1 else 'g')}"
    within = call.coalesce(call.abs(f"{whole(cell)} % {_PRIME}"), 0)
    return f"{within} * {_GOLDEN} % {_PRIME} < {int(share * _PRIME)}"
