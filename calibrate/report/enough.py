"""How much is enough, in words and as values: what levels can show today, and how many customers a comparison takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..counts.power import Power, customers_needed, customers_still
from ..language import Words
from .review import Review

GAPS = (0.03, 0.05)
"""Differences of AUC that are worth seeing."""
MOST_MONTHS = 120


def levels_said(power: Power | None, words: Words) -> Iterator[str]:
    """What a typical level takes until it is decided."""
    if power is None or not math.isfinite(power.share):
        return
    facts = {"share": power.share, "lift": power.lift, "leads": power.leads, "months": math.ceil(power.months or 0)}
    if power.months == 0:
        yield words("enough.level_today", **facts)
    elif power.months is None or power.months > MOST_MONTHS:
        yield words("enough.level_leads", **facts)
    else:
        yield words("enough.level_months", **facts)


def customers_said(base: float, words: Words, effect: float = 1.0) -> str:
    """How many later customers a comparison takes, before there is one; `effect` is the design effect of the leads."""
    small, large = GAPS
    return words(
        "enough.customers",
        small=small,
        large=large,
        small_one=_round(customers_needed(small, 1, base, effect=effect)),
        small_five=_round(customers_needed(small, 5, base, effect=effect)),
        large_one=_round(customers_needed(large, 1, base, effect=effect)),
        large_five=_round(customers_needed(large, 5, base, effect=effect)),
    )


def still_needed(review: Review) -> dict[float, int]:
    """Later customers until a difference of each size would be seen, from the comparison at hand."""
    rivals = [candidate for candidate in review.comparison.judged if review.comparison.primary in candidate.difference]
    if not rivals or not review.comparison.customers:
        return {}
    best = max(rivals, key=lambda candidate: candidate.metrics[review.comparison.primary].value)
    gap = best.difference[review.comparison.primary]
    half = (gap.high - gap.low) / 2
    if not math.isfinite(half) or half <= 0:
        return {}
    return {size: _round(customers_still(review.comparison.customers, half, size, len(rivals))) for size in GAPS}


def missing(review: Review) -> tuple[int, int | None]:
    """Customers still to come until a difference of `GAPS[-1]` would be seen, and in how many months at today's pace.

    One at least; the months are None where leads have no dates.
    """
    overall, compared = review.rates.overall, review.comparison
    alone = customers_needed(GAPS[-1], 1, overall.value, effect=review.tally.effect())
    needed = still_needed(review).get(GAPS[-1]) or alone
    gap = max(1, _round(max(1.0, needed - compared.customers)))
    pace = overall.customers / review.months if review.months else 0.0
    return gap, math.ceil(gap / pace) if pace > 0 else None


def verdict_said(review: Review, words: Words) -> str:
    """How many later customers the verdict would need; empty where nothing was compared."""
    needed = still_needed(review)
    if not needed:
        return ""
    small, large = GAPS
    return words(
        "enough.verdict",
        customers=review.comparison.customers,
        small=small,
        large=large,
        for_small=needed[small],
        for_large=needed[large],
    )


def power_json(power: Power | None, base: float, effect: float = 1.0) -> dict[str, Any] | None:
    """The same as values."""
    if power is None:
        return None
    return {
        "typical_level": {"share": power.share, "lift": power.lift, "leads": power.leads, "months": power.months},
        "customers": [
            {
                "auc": gap,
                "candidates": count,
                "later_customers": _round(customers_needed(gap, count, base, effect=effect)),
            }
            for gap in GAPS
            for count in (1, 5)
        ],
    }


def _round(customers: float) -> int:
    """Two digits are all that such a figure has.

    >>> _round(222.4), _round(17.2), _round(4312.0)
    (220, 17, 4300)
    """
    digits = max(0, len(str(int(customers))) - 2)
    return int(round(customers, -digits))
