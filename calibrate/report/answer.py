"""The first screen: what to do, from how many points to call, and what it brings at the same number of calls.

Figures come from the rolling folds: grids made from earlier leads only, judged on later ones. Grids are compared at
equal numbers of calls, never at the numbers that their own thresholds happen to give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..evaluation.comparison import Judged
from ..language import Words
from . import enough
from .level_text import line_name
from .review import Candidate, Review
from .sections import rests_on
from .tables import counts_of
from .what_if import later_leads, people_name

CURRENT = "current"
METRIC = "capture_at_capacity"


@dataclass(frozen=True)
class EqualCalls:
    """Customers among the same number of later leads called, before and after: counts on the judged leads.

    `before` is what the grid in use catches, or calling in the order of arrival where none is in use; `low` and `high`
    bound the gain with 95 %.
    """

    calls: float
    before: float
    after: float
    low: float
    high: float
    current: bool

    @property
    def gain(self) -> float:
        """Customers more than before."""
        return self.after - self.before

    @property
    def rate(self) -> float:
        """Close rate among the leads called."""
        return self.after / self.calls if self.calls else 0.0


@dataclass(frozen=True)
class Answer:
    """The first screen in words: `kind` is the class of the header."""

    kind: str
    headline: str
    sentences: tuple[str, ...]
    sure: str


def caught(judgement: Judged, share: float) -> float:
    """Share of later customers among the best-scored share of later leads."""
    gains: pd.DataFrame = judgement.gains
    if gains.empty:
        return share
    return float(np.interp(share, gains["share_leads"], gains["share_customers"]))


def equal_calls(review: Review, candidate: Candidate) -> EqualCalls | None:
    """The candidate beside today's way of calling, at the calls that its marketing-qualified threshold asks for."""
    judgement, limits = review.judged(candidate.name), candidate.grid.thresholds
    total, customers = review.comparison.leads, review.comparison.customers
    if judgement is None or limits is None or not total or not customers:
        return None
    later = later_leads(review)
    shares = _share_called(candidate, limits.marketing_qualified)
    calls = shares * total
    before = review.judged(CURRENT) if candidate.name != CURRENT else None
    base = caught(before, shares) if before is not None else shares
    estimate = judgement.difference.get(METRIC) if before is not None else judgement.metrics.get(METRIC)
    half = (estimate.high - estimate.low) / 2 if estimate is not None else 1.96 / np.sqrt(max(customers, 1))
    after = caught(judgement, shares)
    gain, most = after - base, float(later.customers.sum()) or customers
    low, high = max(gain - half, -base), min(gain + half, 1 - base)
    return EqualCalls(calls, base * most, after * most, low * most, high * most, before is not None)


def _share_called(candidate: Candidate, threshold: int) -> float:
    leads, _ = candidate.scores.total
    above = float(leads[candidate.scores.scores >= threshold].sum())
    return above / float(leads.sum()) if leads.sum() else 0.0


def answer_of(review: Review, words: Words) -> Answer:
    """The answer in at most sixty words, without a statistician's figure."""
    verdict, candidate = review.comparison.verdict, review.chosen_candidate
    kind: str = verdict.decision
    if kind == "keep" and candidate is not None and candidate.name != CURRENT:
        kind = "adopt"  # nobody keeps a grid that nobody uses
    limits = candidate.grid.thresholds if candidate is not None else None
    equal = equal_calls(review, candidate) if candidate is not None else None
    if candidate is None or limits is None or kind not in ("adopt", "keep"):
        return Answer(kind, *_advice(kind, review, words), sure(review, words, equal))
    name = people_name(candidate.name, words, candidate.grid.lines)
    at = limits.marketing_qualified
    headline = words(f"meeting.{kind}", name=name, threshold=at)
    if equal is None:
        return Answer(kind, headline, (words("meeting.unjudged"),), sure(review, words, equal))
    ten = round(10 * equal.rate)
    sentences = [
        words("meeting.of_ten", sign=ten) if ten else words("meeting.of_hundred", sign=round(100 * equal.rate))
    ]
    if candidate.name != CURRENT:
        against = "current" if equal.current else "arrival"
        sentences.append(
            words(
                f"meeting.gain_{against}",
                gain=equal.gain,
                customers=round(equal.before),
                low=equal.low,
                high=equal.high,
            )
        )
    return Answer(kind, headline, (" ".join(sentences),), sure(review, words, equal))


def _advice(kind: str, review: Review, words: Words) -> tuple[str, tuple[str, ...]]:
    """Headline and next step where no grid is to be taken."""
    verdict = review.comparison.verdict
    if kind != "wait":
        key = "recalibrate" if kind == "recalibrate" else "unreliable"
        return words(f"meeting.{key}"), (words(f"meeting.{key}_next"),)
    if f"meeting.wait_{verdict.reason}" in words.texts:
        key = f"meeting.wait_{verdict.reason}"
        return words(key), (words(f"{key}_next", **verdict.facts),)
    missing, months = enough.missing(review)
    pace = words("meeting.wait_pace", months=months) if months else ""
    return words("meeting.wait"), (words("meeting.wait_next", missing=missing, pace=pace),)


def sure(review: Review, words: Words, equal: EqualCalls | None) -> str:
    """How sure the answer is, and on how many leads it rests."""
    compared = review.comparison
    if not compared.leads:
        return words("meeting.sure_unjudged")
    if review.months is None:  # nothing dates the leads: their order is taken on trust
        key = "order" if review.account.order == "column" else "file"
        column = review.account.order_column or ""
        return words(f"meeting.sure_{key}", leads=compared.leads, customers=compared.customers, column=column)
    key = "clear" if equal is not None and (equal.low > 0 or equal.gain == 0) else "open"
    return words(f"meeting.sure_{key}", leads=compared.leads, customers=compared.customers)


def alerts(review: Review, words: Words) -> Iterator[tuple[str, str]]:
    """Risks that the reader should know of, each with the place that says more, or an empty text."""
    for key, facts in review.warnings:
        yield words.say("warning", key, facts), ""
    if resting := rests_on(review, words):
        yield resting, "asked"
    if review.suspects:
        yield words("verdict.suspects", count=len(review.suspects)), "suspects"


def static_lines(review: Review, words: Words) -> list[tuple[str, int, int, int]]:
    """The lines of the grid that have points: name, points, customers, leads; the most points first."""
    candidate = review.chosen_candidate
    if candidate is None:
        return []
    counts = counts_of(review.tally, candidate.grid)
    lines, place = [], 0
    for criterion, points in zip(candidate.grid.criteria, candidate.grid.points, strict=True):
        for level, worth in zip(criterion.levels, points, strict=True):
            leads, customers = (0, 0) if counts is None else (int(n) for n in counts[place])
            place += 1
            if worth:
                name = line_name(criterion.name, level, words)
                lines.append((name, worth, customers, leads))
    return sorted(lines, key=lambda line: (-abs(line[1]), line[0]))


def promises(review: Review, words: Words) -> Iterator[str]:
    """What came of each promise; too early where fewer than ten customers were to be expected."""
    for outcome in review.past.outcomes:
        came = outcome.came
        if came is None or not came.leads:
            continue
        side = words(f"history.{outcome.side}")
        yield words(
            "meeting.promise",
            month=outcome.month,
            stage=words(f"threshold.{outcome.stage}"),
            expected=round(outcome.expected),
            came=came.customers,
            leads=came.leads,
            side=side,
        )


def drift_line(review: Review, words: Words) -> str:
    """Whether the grid in use still fits, in one sentence; empty without a grid in use."""
    return "" if review.past.drift is None else words(f"meeting.drift_{review.past.drift.status}")
