"""The first screen: what to do, from how many points to call, and what it brings at the same number of calls.

Figures come from the rolling folds: grids made from earlier leads only, judged on later ones. Grids are compared at
equal numbers of calls, never at the numbers that their own thresholds happen to give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..evaluation.comparison import Judged
from ..language import Words, breakable
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

    @property
    def shown(self) -> tuple[int, int]:
        """The likely range of the gain as it is read: in customers.

        >>> EqualCalls(284, 23, 30, -0.3, 15.2, True).shown
        (0, 15)
        """
        return round(self.low), round(self.high)


@dataclass(frozen=True)
class Answer:
    """The first screen in words: `kind` is the class of the header."""

    kind: str
    headline: str
    sentences: tuple[str, ...]
    sure: str

    def __str__(self) -> str:
        return breakable("\n".join((f"{self.headline}.", *self.sentences, self.sure)))


def caught(judgement: Judged, share: float) -> float:
    """Share of later customers among the best-scored share of later leads."""
    gains: pd.DataFrame = judgement.gains
    if gains.empty:
        return share
    return float(np.interp(share, gains["share_leads"], gains["share_customers"]))


def equal_calls(review: Review, candidate: Candidate, asking: Candidate | None = None) -> EqualCalls | None:
    """The candidate beside today's way of calling, at the calls of the marketing-qualified threshold.

    The threshold is that of `asking`, as a rule the candidate itself. The interval is that of the comparison, which
    calls as many leads as sales can, brought to the number of calls here.
    """
    asking = asking or candidate
    judgement, limits = review.judged(candidate.name), asking.grid.thresholds
    total, customers = review.comparison.leads, review.comparison.customers
    if judgement is None or limits is None or not total or not customers:
        return None
    later = later_leads(review)
    shares = _share_called(asking, limits.marketing_qualified)
    calls = shares * total
    before = review.judged(CURRENT) if candidate.name != CURRENT else None
    base = caught(before, shares) if before is not None else shares
    estimate = judgement.difference.get(METRIC) if before is not None else judgement.metrics.get(METRIC)
    after = caught(judgement, shares)
    half = 1.96 * np.sqrt(after * (1 - after) / max(customers, 1))
    if estimate is not None:
        half = (estimate.high - estimate.low) / 2 * _wider(judgement, after)
    gain, most = after - base, float(later.customers.sum()) or customers
    low, high = max(gain - half, -base), min(gain + half, 1 - base)
    return EqualCalls(calls, base * most, after * most, low * most, high * most, before is not None)


def _wider(judgement: Judged, share: float) -> float:
    """How much wider a share of customers spreads than the one at capacity: as a binomial, sqrt(p (1 - p)).

    >>> from types import SimpleNamespace
    >>> _wider(SimpleNamespace(metrics={METRIC: SimpleNamespace(value=0.2)}), 0.5)
    1.25
    """
    at_capacity = judgement.metrics.get(METRIC)
    spread = 0.0 if at_capacity is None else at_capacity.value * (1 - at_capacity.value)
    return float(np.sqrt(share * (1 - share) / spread)) if spread > 0 else 1.0


def deciding_calls(review: Review) -> tuple[Candidate, EqualCalls] | None:
    """The grid whose gain answers the question, with that gain; None where none was judged.

    To change: the proposed grid. To keep: the best other grid, at the calls of today's one.
    """
    candidate = review.chosen_candidate
    if candidate is None:
        return None
    if candidate.name != CURRENT:
        equal = equal_calls(review, candidate)
        return None if equal is None else (candidate, equal)
    ranks = review.comparison.ranks().get(review.comparison.primary, {})
    rivals = [rival for rival in review.candidates if rival.name != CURRENT and rival.name in ranks]
    if not rivals:
        return None
    rival = min(rivals, key=lambda rival: ranks[rival.name])
    equal = equal_calls(review, rival, candidate)
    return None if equal is None else (rival, equal)


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
    if candidate is None or limits is None or kind not in ("adopt", "keep"):
        return Answer(kind, *_advice(kind, review, words), sure(review, words))
    name = people_name(candidate.name, words, candidate.grid.lines)
    headline = words(f"meeting.{kind}", name=name, threshold=limits.marketing_qualified)
    equal = equal_calls(review, candidate)
    if equal is None:
        return Answer(kind, headline, (words("meeting.unjudged"),), sure(review, words))
    ten = round(10 * equal.rate)
    sentences = [
        words("meeting.of_ten", sign=ten) if ten else words("meeting.of_hundred", sign=round(100 * equal.rate))
    ]
    if (decisive := deciding_calls(review)) is not None:
        rival, equal = decisive
        low, high = equal.shown
        key = "rival" if rival is not candidate else "current" if equal.current else "arrival"
        rival_name = people_name(rival.name, words, rival.grid.lines)
        facts = {"gain": round(equal.gain), "customers": round(equal.before), "low": low, "high": high}
        sentences.append(words(f"meeting.gain_{key}", name=rival_name, **facts))
    return Answer(kind, headline, (" ".join(sentences),), sure(review, words))


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


def certainty(review: Review) -> str:
    """How sure the answer is, as a key; it follows from the range of the gain that is read beside it.

    ============ ===================================================================================
    unjudged     no later leads
    clear        all of the range is a gain
    ranks        the grid ranks all leads better beyond chance, but the range holds no gain as well
    less         the grid ranks all leads better beyond chance, but all of the range is a loss
    keep_clear   today's grid is kept, and no other one brings more
    keep_more    today's grid is kept, though the best other one brings more at these calls
    keep_open    today's grid is kept, and the best other one may bring more or fewer
    open         not settled
    judged       nothing is compared: the leads that were judged are named
    ============ ===================================================================================
    """
    if not review.comparison.leads:
        return "unjudged"
    decision, decisive = review.comparison.verdict.decision, deciding_calls(review)
    if decision in ("no_reliable_weights", "recalibrate"):
        return "judged"
    if decision == "wait" or decisive is None:
        return "open"
    low, high = decisive[1].shown
    candidate = review.chosen_candidate
    if candidate is not None and candidate.name == CURRENT:
        return "keep_more" if low > 0 else "keep_clear" if high <= 0 else "keep_open"
    if low > 0:
        return "clear"
    return "open" if decision != "adopt" else "less" if high < 0 else "ranks"


def sure(review: Review, words: Words) -> str:
    """How sure the answer is, and on how many leads it rests."""
    compared, key = review.comparison, certainty(review)
    facts = {"leads": compared.leads, "customers": compared.customers}
    if review.months is not None or key == "unjudged":
        basis = "" if key == "unjudged" else " " + words("meeting.basis_later", **facts)
        return words(f"meeting.sure_{key}") + basis
    order = "order" if review.account.order == "column" else "file"  # nothing dates the leads: taken on trust
    certain = words(f"meeting.sure_{order}", column=review.account.order_column or "")
    doubt = "" if key in ("clear", "judged") else " " + words(f"meeting.doubt_{key}")
    return f"{certain}{doubt} {words(f'meeting.basis_{order}', **facts)}"


def answer_json(review: Review) -> dict[str, Any]:
    """The gain that decides, at equal calls, and how sure it is, as plain values; None where nothing was judged."""
    decisive = deciding_calls(review)
    gain = None
    if decisive is not None:
        candidate, equal = decisive
        against = "current" if equal.current else "arrival"
        figures = {"calls": equal.calls, "before": equal.before, "after": equal.after}
        gain = {"candidate": candidate.name, "against": against, **figures}
        gain |= {"gain": equal.gain, "low": equal.low, "high": equal.high}
    return {"equal_calls": gain, "certainty": certainty(review)}


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
    lines.sort(key=lambda line: (-abs(line[1]), line[0]))
    if candidate.grid.start:
        leads, customers = review.tally.overall
        lines.append((words("answer.start"), candidate.grid.start, customers, leads))
    return lines


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
            stage=words(f"stage.{outcome.stage}"),
            expected=round(outcome.expected),
            came=came.customers,
            leads=came.leads,
            side=side,
        )


def drift_line(review: Review, words: Words) -> str:
    """Whether the grid in use still fits, in one sentence; empty without a grid in use."""
    return "" if review.past.drift is None else words(f"meeting.drift_{review.past.drift.status}")
