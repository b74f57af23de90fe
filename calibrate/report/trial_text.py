"""A live trial in words: what a plan can show, and what a running trial has shown."""

from __future__ import annotations

import math

from ..language import Words
from ..monitoring.trial import Reading, TrialPlan
from .rate_text import rate_said

PLAN_HEADS = ("weeks", "leads_new", "leads_old", "smallest", "lift")
LOOK_HEADS = ("week", "new", "old", "points", "interval", "z", "bound")


def plan_table(plan: TrialPlan, words: Words) -> tuple[str, list[str], list[list[str]]]:
    """Trials of different lengths: title, headings, rows."""
    heads = [words(f"trial.{key}") for key in PLAN_HEADS]
    heads += [] if plan.lift is None else [words("trial.power_for", lift=plan.lift)]
    rows = []
    for row in plan.weeks.to_dict("records"):
        detects = row["detectable"] < 1
        rows.append(
            [
                words.count(row["weeks"]),
                words.count(row["leads_new"]),
                words.count(row["leads_old"]),
                words.percent(row["detectable"]) if detects else "-",
                words.decimal(row["detectable_lift"]) if detects else "-",
                *([] if plan.lift is None else [words.percent(row["power"], 0)]),
            ]
        )
    return words("trial.lengths", mode=words(f"trial.{plan.design.mode}")), heads, rows


def look_table(trial: Reading, words: Words) -> tuple[str, list[str], list[list[str]]]:
    """Each look at the end of a week: title, headings, rows."""
    rows = [
        [
            words.count(look.week),
            rate_said(look.new, words),
            rate_said(look.old, words),
            words.signed(100 * look.difference, 1),
            words("format.between", low=words.signed(100 * look.low, 1), high=words.signed(100 * look.high, 1)),
            words.signed(look.z, 2),
            words("trial.none_yet") if math.isinf(look.bound) else words.decimal(look.bound),
        ]
        for look in trial.looks
    ]
    return words("trial.looks"), [words(f"trial.{key}") for key in LOOK_HEADS], rows
