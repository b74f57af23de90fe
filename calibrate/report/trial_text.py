"""A live trial in words: what a plan can show, and what a running trial has shown."""

from __future__ import annotations

import math

from ..counts.rates import Rate
from ..language import Words
from ..monitoring.trial import Reading, TrialPlan

PLAN_HEADS = ("weeks", "leads_new", "leads_old", "smallest", "lift")
LOOK_HEADS = ("week", "new", "old", "points", "interval", "z", "bound")


def planned(plan: TrialPlan, words: Words) -> list[str]:
    """What a trial of this design finds, how long the lift one hopes for takes, and when its outcomes are known.

    >>> from calibrate.monitoring.trial import Design, plan
    >>> from calibrate.language import load
    >>> made = plan(Design(leads_per_month=400, rate=0.05), lift=1.5)
    >>> [text.replace(chr(0xA0), " ") for text in planned(made, load("en"))] == list(made.sentences)
    True
    """
    design = plan.design
    new, old = design.arms(design.weeks)
    sentences = [
        words(
            "trial.finds",
            weeks=design.weeks,
            new=new,
            old=old,
            detectable=plan.detectable,
            rate=design.rate,
            lift=plan.detectable_lift,
            power=design.power,
        )
    ]
    if plan.lift is not None:
        needed = words("trial.years") if plan.weeks_needed is None else words("trial.weeks_long", n=plan.weeks_needed)
        sentences.append(words("trial.wished", lift=plan.lift, power=plan.power, needed=needed, wanted=design.power))
    sentences.append(
        words(
            "trial.known",
            days=plan.known_after_days,
            weeks=design.weeks,
            close=design.close_within_days,
            until=plan.read_weeks,
        )
    )
    return [*sentences, words("trial.shadow_note")] if design.mode == "shadow" else sentences


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


def reading(trial: Reading, words: Words) -> str:
    """The decision in one sentence with its counts."""
    at = trial.decided
    counts = words("trial.counts", new=_rate(at.new, words), old=_rate(at.old, words))
    gap = words(
        "trial.gap",
        gap=words.signed(100 * at.difference, 1),
        low=words.signed(100 * at.low, 1),
        high=words.signed(100 * at.high, 1),
    )
    return words(f"trial.{trial.decision}", week=at.week, weeks=trial.weeks, counts=counts, gap=gap)


def look_table(trial: Reading, words: Words) -> tuple[str, list[str], list[list[str]]]:
    """Each look at the end of a week: title, headings, rows."""
    rows = [
        [
            words.count(look.week),
            _short(look.new, words),
            _short(look.old, words),
            words.signed(100 * look.difference, 1),
            words("format.between", low=words.signed(100 * look.low, 1), high=words.signed(100 * look.high, 1)),
            words.signed(look.z, 2),
            words("trial.none_yet") if math.isinf(look.bound) else words.decimal(look.bound),
        ]
        for look in trial.looks
    ]
    return words("trial.looks"), [words(f"trial.{key}") for key in LOOK_HEADS], rows


def _short(rate: Rate, words: Words) -> str:
    return f"{words.percent(rate.value)} ({words('summary.counts', customers=rate.customers, leads=rate.leads)})"


def _rate(rate: Rate, words: Words) -> str:
    counts = words("summary.counts", customers=rate.customers, leads=rate.leads)
    return f"{words.percent(rate.value)} ({counts}, {words.between(rate.low, rate.high)})"
