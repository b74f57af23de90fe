"""What the sections around a change of grid show: decisions so far, swap set, segments, grades, months, feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..counts.rates import wilson
from ..evaluation.segments import Sides
from ..evaluation.swap import Moved
from ..grid.diff import Line, beside
from ..grid.grid import STAGES
from ..language import Words
from ..points.grade import DIGITS, LETTERS
from . import drift_text as moving
from . import sections
from .band_text import band_line, from_points, said, stage_line
from .review import Candidate, Review

MOST_FEEDBACK = 20
Step = pd.Series | Mapping[Any, Any]


def absent(review: Review) -> set[str]:
    """Sections that have nothing to show."""
    changes, handover = review.changes, review.handover
    part = {
        "history": bool(review.past.story),
        "drift": review.past.drift is not None,
        "changes": changes.swap is not None or bool(changed(review)),
        "segments": bool(changes.sides),
        "ages": bool(handover.ages),
        "business": bool(handover.lines),
        "grades": handover.grades is not None or bool(handover.demands),
        "months": bool(handover.kpis) or review.funnel.mails is not None,
        "feedback": handover.feedback is not None,
    }
    return {name for name, there_is in part.items() if not there_is}


def values(review: Review, words: Words) -> dict[str, Any]:
    """What the templates of these sections place."""
    return {
        "past_lines": past_lines(review),
        "swap_rows": swap_rows(review),
        "changed_lines": changed(review),
        "changed_pair": pair(review),
        "main_sides": main_sides(review),
        "stages": STAGES,
        "stage_line": partial(stage_line, words=words),
        "from_points": partial(from_points, words=words),
        "band_line": partial(band_line, words=words),
        "said": partial(said, words=words),
        "letters": LETTERS,
        "digits": DIGITS,
        "saved": hours_saved,
        "spread": spread,
        "chosen_by": chosen_by(review, words),
        "feedback_lines": feedback_lines(review),
        "moving": moving,
    }


def past_lines(review: Review) -> list[Line]:
    """Points of each line over the decisions so far and in the chosen grid; lines that never had points left out."""
    candidate = review.chosen_candidate
    if not review.past.story or candidate is None:
        return []
    return _telling(beside([*(adopted.grid for adopted in review.past.story), candidate.grid]))


def changed(review: Review) -> list[Line]:
    """Lines whose points differ between the baseline and the grid held against it."""
    return [line for line in review.changes.lines if line.change]


def pair(review: Review) -> tuple[Candidate, Candidate] | None:
    """Baseline and the grid held against it."""
    new = main_sides(review)
    names = (
        (review.changes.swap.old, review.changes.swap.new)
        if review.changes.swap
        else (new.baseline, new.candidate)
        if new
        else None
    )
    if names is None:
        return None
    by_name = {candidate.name: candidate for candidate in review.candidates}
    return (by_name[names[0]], by_name[names[1]]) if set(names) <= set(by_name) else None


def swap_rows(review: Review) -> list[tuple[str, list[Moved], tuple[float, float, float] | None]]:
    """Each stage with who enters, leaves and stays, and by how much those that enter close better."""
    swap = review.changes.swap
    if swap is None:
        return []
    ways = ("enter", "leave", "stay")
    return [(stage, [swap.of(stage, way) for way in ways], swap.gain(stage)) for stage in STAGES]


def main_sides(review: Review) -> Sides | None:
    """The candidate that is shown segment by segment: the one of the swap set."""
    name = review.changes.swap.new if review.changes.swap else review.chosen
    return next(
        (sides for sides in review.changes.sides if sides.candidate == name), next(iter(review.changes.sides), None)
    )


def feedback_lines(review: Review) -> list[Any]:
    """Lines that rejected leads share, the most over-represented first."""
    if review.handover.feedback is None:
        return []
    return [line for line in review.handover.feedback.lines if line.level.role == "value" or line.more][:MOST_FEEDBACK]


def hours_saved(review: Review, candidate: Candidate, step: Step) -> tuple[float, float, float] | None:
    """Hours a month that sales saves by calling only from this threshold on, against calling every lead; 95 %."""
    if not review.months or review.handover.minutes_per_call is None:
        return None
    total = float(candidate.scores.leads.sum())
    above = float(step["leads"])
    alone = total / review.above_effect(candidate)
    low, high = (float(bound[0]) for bound in wilson(np.array([(1 - above / total) * alone]), np.array([alone])))
    month = total / review.months * review.handover.minutes_per_call / 60
    return month * (1 - above / total), month * low, month * high


def handed_over(review: Review, candidate: Candidate) -> Mapping[str, float | None] | pd.Series | None:
    """What the marketing-qualified threshold of the chosen grid brings, with the fit it asks for."""
    for demand in review.handover.demands:
        if demand.stage == "marketing_qualified":
            customers = float(candidate.scores.customers.sum())
            return {
                "leads_per_month": demand.leads_per_month,
                "leads": demand.met.leads,
                "customers": demand.met.customers,
                "close_rate": demand.met.value,
                "caught": demand.met.customers / customers if customers else 0.0,
            }
    limits = candidate.grid.thresholds
    return None if limits is None else sections.step_at(review, candidate, limits.marketing_qualified)


def chosen_by(review: Review, words: Words) -> str:
    """How the thresholds were chosen: by capacity, money, ...; empty where nobody asked for a way."""
    policy = review.handover.policy
    if policy is None or policy.kind == "top":
        return ""
    if policy.kind == "money":
        cost, value = review.handover.money or (0.0, 0.0)
        return words("policy.money", rate=policy.value, cost=cost, value=value)
    undated = "_undated" if policy.kind == "capacity" and not review.months else ""
    return words(f"policy.{policy.kind}{undated}", value=policy.value)


def spread(review: Review, candidate: Candidate, step: Step) -> dict[str, tuple[float, float]]:
    """95 % intervals (Wilson) of what a threshold brings: leads a month, share of customers caught, number missed."""
    leads, customers = (float(part.sum()) for part in (candidate.scores.leads, candidate.scores.customers))
    counts = np.array([step["leads"], step["customers"]]), np.array([max(leads, 1e-9), max(customers, 1e-9)])
    effect = np.array([review.above_effect(candidate), review.tally.effect()])  # those of one company come together
    above = wilson(counts[0] / effect, counts[1] / effect)
    (few, low), (many, high) = above
    pace = leads / (review.months or 1)
    return {
        "leads": (pace * float(few), pace * float(many)),
        "caught": (float(low), float(high)),
        "missed": (customers * (1 - float(high)), customers * (1 - float(low))),
    }


def _telling(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if any(line.points)]
