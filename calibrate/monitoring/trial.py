"""Live trials of a new grid against the old one: how long they must run, and what they have shown so far.

A trial in which leads are **split** at random between the grids compares the close rates of two groups. In a
**shadow** trial both grids score every lead while sales works as before: only the leads that one grid hands over and
the other does not can tell them apart. A trial may be read every week without peeking for free (see `sequential`).

The test is the two-sided comparison of two rates with pooled variance, power as in Fleiss, Levin and Paik (2003,
"Statistical methods for rates and proportions", section 4); intervals while it runs are repeated confidence
intervals (Jennison and Turnbull 1989).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Rate, rate
from ..errors import SettingsError
from ..language import Words, breakable, load
from .group_sequential import CHANCE, bounds, inflation

Floats = NDArray[np.float64]
Mode = Literal["split", "shadow"]
Decision = Literal["new_better", "old_better", "go_on", "no_difference"]

WEEKS_A_MONTH = 365.25 / 12 / 7
SHOWN_WEEKS = (4, 6, 8, 12, 26, 52)
MOST_WEEKS = 520
SMALLEST = 1e-6
"""The smallest share that a trial is planned for, and how near to 1 the largest is."""
HABIT_WEEKS = 6


@dataclass(frozen=True)
class Design:
    """What is known before a trial.

    `leads_per_month` are the leads whose outcome counts and `rate` the share of them that becomes customers today.
    Split: all leads that enter (or, where both grids hand over as many, those handed over), of which `share` go to
    the new grid. Shadow: the leads that each grid hands over, of which `common` are handed over by both. Where leads
    are contacts of companies that decide together, `design_effect` of them tell as much as one (`check` says how many).
    """

    leads_per_month: float
    rate: float
    weeks: int = HABIT_WEEKS
    mode: Mode = "split"
    share: float = 0.5
    common: float = 0.7
    power: float = 0.8
    close_within_days: int = 90
    design_effect: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.design_effect <= MOST_LEADS:
            raise SettingsError("a design effect is 1 (leads on their own) or more, as calibrate check tells it")
        wrong = [name for name in ("rate", "share", "power") if not SMALLEST <= getattr(self, name) <= 1 - SMALLEST]
        if wrong:
            raise SettingsError(f"the {wrong[0]} of a trial lies between 0 and 1, such as 0.05 for 5 %")
        if not 0 <= self.common <= 1 - SMALLEST:
            raise SettingsError("the share of leads that both grids hand over lies between 0 and 1, and not at 1")
        if not 1 <= self.leads_per_month <= MOST_LEADS or self.weeks < 1:
            raise SettingsError(f"a trial needs leads every month (1 to {MOST_LEADS:,}) and at least one week")
        if not 1 <= self.close_within_days <= 3650:
            raise SettingsError("a customer of a trial counts within 1 to 3,650 days: --close-within-days 90")
        if self.weeks > MOST_WEEKS:
            raise SettingsError(f"a trial is planned for {MOST_WEEKS:,} weeks at most")

    def arms(self, weeks: float) -> tuple[float, float]:
        """Leads of the new and of the old grid that can be compared after so many weeks."""
        leads = self.leads_per_month / WEEKS_A_MONTH * weeks
        if self.mode == "shadow":
            return leads * (1 - self.common), leads * (1 - self.common)
        return leads * self.share, leads * (1 - self.share)


MOST_LEADS = 10**9
"""Leads a month beyond which a trial is a slip of the pen."""


@dataclass(frozen=True)
class TrialPlan:
    """What a trial can show: `weeks` has one row per length of the trial.

    `detectable` is the smallest close rate of the new grid that is told from today's with the wanted power, read
    every week; `weeks_needed` how long the lift that one hopes for takes (None: more than ten years).
    """

    design: Design
    detectable: float
    lift: float | None
    power: float | None
    weeks_needed: int | None
    known_after_days: int
    weeks: pd.DataFrame

    @property
    def detectable_lift(self) -> float:
        """The detectable close rate / today's."""
        return self.detectable / self.design.rate

    @property
    def read_weeks(self) -> int:
        """Weeks from the first lead until the last outcome is known, for which the trial is read."""
        return math.ceil(self.known_after_days / 7)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        rows = self.weeks.astype(object).where(self.weeks.notna(), None).to_dict("records")
        return {
            **asdict(self.design),
            "detectable": self.detectable,
            "detectable_lift": self.detectable_lift,
            "wished_lift": self.lift,
            "wished_power": self.power,
            "weeks_needed": self.weeks_needed,
            "known_after_days": self.known_after_days,
            "read_weeks": self.read_weeks,
            "table": rows,
        }

    def said(self, words: Words) -> list[str]:
        """What a trial of this design finds, how long the lift one hopes for takes, when its outcomes are known."""
        design = self.design
        new, old = design.arms(design.weeks)
        sentences = [
            words(
                "trial.finds",
                weeks=design.weeks,
                new=new,
                old=old,
                detectable=self.detectable,
                rate=design.rate,
                lift=self.detectable_lift,
                power=design.power,
            )
        ]
        if self.lift is not None:
            weeks = self.weeks_needed
            needed = words("trial.years") if weeks is None else words("trial.weeks_long", n=weeks)
            sentences.append(
                words("trial.wished", lift=self.lift, power=self.power, needed=needed, wanted=design.power)
            )
        sentences.append(
            words(
                "trial.known",
                days=self.known_after_days,
                weeks=design.weeks,
                close=design.close_within_days,
                until=self.read_weeks,
            )
        )
        return [*sentences, words("trial.shadow_note")] if design.mode == "shadow" else sentences

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the plan says, in English."""
        return tuple(breakable(sentence) for sentence in self.said(load("en")))

    def __str__(self) -> str:
        return "\n".join([*self.sentences, self.weeks.to_string(index=False, float_format="{:.3g}".format)])


def plan(design: Design, *, lift: float | None = None) -> TrialPlan:
    """What a trial of this design can detect, and how long one must run for the lift that one hopes for.

    >>> made = plan(Design(leads_per_month=400, rate=0.05), lift=1.5)
    >>> round(made.detectable, 3), made.weeks_needed
    (0.117, 34)
    """
    if lift is not None and (not lift >= SMALLEST or lift == 1 or lift * design.rate >= 1):
        raise SettingsError(f"a lift of {lift:g} on a close rate of {design.rate:.1%} is none that can be found")
    rows = []
    for weeks in sorted({*SHOWN_WEEKS, design.weeks}):
        new, old = design.arms(weeks)
        least_detectable = detectable(design, weeks)
        chance = None if lift is None else power_of(design, weeks, lift)
        rows.append((weeks, new, old, least_detectable, least_detectable / design.rate, chance))
    table = pd.DataFrame(rows, columns=["weeks", "leads_new", "leads_old", "detectable", "detectable_lift", "power"])
    return TrialPlan(
        design=design,
        detectable=detectable(design, design.weeks),
        lift=lift,
        power=None if lift is None else power_of(design, design.weeks, lift),
        weeks_needed=None if lift is None else _weeks_needed(design, lift),
        known_after_days=7 * design.weeks + design.close_within_days,
        weeks=table,
    )


def power_two_rates(p_new: float, p_old: float, new: float, old: float, chance: float = CHANCE) -> float:
    """Chance that two rates are told apart: ``Phi((|d| - z s0) / s1)`` and the other tail.

    s0 is the standard error under one common rate, s1 under the two.

    >>> round(power_two_rates(0.10, 0.05, 400, 400), 3)
    0.767
    """
    common = (p_new * new + p_old * old) / (new + old)
    null = np.sqrt(common * (1 - common) * (1 / new + 1 / old))
    real = np.sqrt(p_new * (1 - p_new) / new + p_old * (1 - p_old) / old)
    edge, away = special.ndtri(1 - chance / 2) * null, abs(p_new - p_old)
    return float(special.ndtr((away - edge) / real) + special.ndtr((-away - edge) / real))


def power_of(design: Design, weeks: int, lift: float) -> float:
    """Power of a trial of so many weeks, read every week, for a lift."""
    new, old = (leads / _inflation(weeks, design.power) / design.design_effect for leads in design.arms(weeks))
    return power_two_rates(design.rate * lift, design.rate, new, old)


def detectable(design: Design, weeks: int) -> float:
    """Smallest higher close rate that is found with the wanted power; 1 if none is."""
    new, old = (leads / _inflation(weeks, design.power) / design.design_effect for leads in design.arms(weeks))
    low, high = design.rate, 1.0
    if power_two_rates(1 - 1e-9, design.rate, new, old) < design.power:
        return 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if power_two_rates(middle, design.rate, new, old) < design.power else (low, middle)
    return high


def _weeks_needed(design: Design, lift: float) -> int | None:
    """Smallest number of weeks with the wanted power, at most ten years."""
    low, high = 1, MOST_WEEKS
    if power_of(design, high, lift) < design.power:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(design, middle, lift) >= design.power else (middle + 1, high)
    return low


@lru_cache(maxsize=256)
def _costs(looks: int, power_needed: float) -> float:
    return inflation(looks, power_needed)


def _inflation(weeks: int, power_needed: float) -> float:
    """What weekly looks cost; from a dozen looks on they cost hardly any more."""
    return _costs(min(weeks, 12), power_needed)


@dataclass(frozen=True)
class Look:
    """One week of a trial: counts so far, the statistic, the bound it must reach, and the interval that then holds.

    `low` and `high` bound the difference of the close rates (new - old) at all looks together.
    """

    week: int
    new: Rate
    old: Rate
    z: float
    bound: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Close rate of the new grid - close rate of the old one."""
        return self.new.value - self.old.value


@dataclass(frozen=True)
class Reading:
    """What a running trial has shown: its looks, and the decision of the first that passed its bound."""

    decision: Decision
    decided: Look
    weeks: int
    looks: tuple[Look, ...]

    @property
    def facts(self) -> Mapping[str, str | int | float]:
        """What fills the sentence of the decision in the language files."""
        at = self.decided
        return {
            "week": at.week,
            "weeks": self.weeks,
            "new": at.new.value,
            "new_customers": at.new.customers,
            "new_leads": at.new.leads,
            "old": at.old.value,
            "old_customers": at.old.customers,
            "old_leads": at.old.leads,
            "difference": at.difference,
            "low": at.low,
            "high": at.high,
        }

    def said(self, words: Words) -> str:
        """The decision in one sentence with its counts."""
        at = self.decided
        counts = words("trial.counts", new=_rate_said(at.new, words), old=_rate_said(at.old, words))
        difference, low, high = (words.signed(100 * points, 1) for points in (at.difference, at.low, at.high))
        gap = words("trial.gap", gap=difference, low=low, high=high)
        return words(f"trial.{self.decision}", week=at.week, weeks=self.weeks, counts=counts, gap=gap)

    @property
    def why(self) -> str:
        """The decision in English."""
        return breakable(self.said(load("en")))

    def frame(self) -> pd.DataFrame:
        """One line per week: counts, z, bound, difference with its interval."""
        rows = [
            (
                k.week,
                k.new.leads,
                k.new.customers,
                k.old.leads,
                k.old.customers,
                k.difference,
                k.low,
                k.high,
                k.z,
                k.bound,
            )
            for k in self.looks
        ]
        names = [
            "week",
            "leads_new",
            "customers_new",
            "leads_old",
            "customers_old",
            "difference",
            "low",
            "high",
            "z",
            "bound",
        ]
        return pd.DataFrame(rows, columns=names)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON; a bound that cannot be reached is None."""
        rows = self.frame().to_dict("records")
        looks = [
            {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()} for row in rows
        ]
        return {"decision": self.decision, "why": self.why, **self.facts, "looks": looks}

    def __str__(self) -> str:
        return f"{self.why}\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"


def _rate_said(rate: Rate, words: Words) -> str:
    counts = words("summary.counts", customers=rate.customers, leads=rate.leads)
    return f"{words.percent(rate.value)} ({counts}, {words.between(rate.low, rate.high)})"


def read(
    counts: Sequence[tuple[int, int, int, int]], *, weeks: int, week: int | None = None, effect: float = 1.0
) -> Reading:
    """What a trial planned for so many weeks has shown, from counts so far at the end of each week.

    `counts` has, week by week, leads and customers of the new grid and of the old one, all since the start. A single
    row with `week` says how things stand in that week; equal progress is taken for the weeks before. Weeks beyond the
    planned ones do not count: their chance is spent. With a design effect (contacts of one company; `Arms.effect`), the
    variance is so many times that of leads on their own.

    >>> print(read([(100, 5, 100, 5), (200, 30, 200, 8)], weeks=6).why)
    The new grid closes more, and the trial may stop: decided in week 2 of 6 (15.0% (30 of 200, 10.7% to
    20.6%) with the new grid, 4.0% (8 of 200, 2.0% to 7.7%) with the old one; difference +11.0 points, +0.3 to +21.7).
    """
    if weeks < 1 or not counts:
        raise SettingsError("a trial to be read has leads, and was planned for at least one week (--weeks)")
    if max(weeks, week or 0) > MOST_WEEKS:
        raise SettingsError(f"a trial is planned and read for {MOST_WEEKS:,} weeks at most")
    for new, bought, old, bought_old in counts:
        if not (0 <= bought <= new and 0 <= bought_old <= old):
            raise SettingsError(f"{bought} of {new} and {bought_old} of {old} leads became customers: that cannot be")
    at = np.arange(1, len(counts) + 1) if week is None else np.array([week])
    if week is not None and (len(counts) != 1 or week < 1):
        raise SettingsError("counts given for one week (--week) are one pair, and weeks begin with 1")
    table = np.array(counts, float)[at <= weeks] if (at <= weeks).any() else np.array(counts[-1:], float)
    at = at[at <= weeks] if (at <= weeks).any() else np.array([weeks])
    weeks_read, information = at.astype(float), _information(table)
    if week is not None:  # the looks before it, which nobody has counted
        before = np.arange(1, at[0])
        weeks_read = np.concatenate([before, weeks_read])
        information = np.concatenate([information[0] * before / at[0], information])
    limit = bounds(information, weeks_read / weeks)[-len(at) :]
    looks = tuple(_look(int(w), row, float(b), effect) for w, row, b in zip(at, table, limit, strict=True))
    passed = [look for look in looks if abs(look.z) >= look.bound]
    decided = passed[0] if passed else looks[-1]
    if passed:
        decision: Decision = "new_better" if decided.z > 0 else "old_better"
    else:
        decision = "no_difference" if at[-1] >= weeks else "go_on"
    return Reading(decision, decided, weeks, looks)


def _information(table: Floats) -> Floats:
    """Information on the difference of two rates at each look: ``p (1 - p) n m / (n + m)``."""
    new, bought, old, bought_old = table.T
    both = np.maximum(new + old, 1)
    common = (bought + bought_old) / both
    information: Floats = common * (1 - common) * new * old / both
    return information


def _look(week: int, row: Floats, bound: float, effect: float) -> Look:
    new, old = rate(int(row[1]), int(row[0]), effect), rate(int(row[3]), int(row[2]), effect)
    information = float(_information(row[None])[0]) / effect
    if information == 0:
        return Look(week, new, old, 0.0, bound, -1.0, 1.0)
    gap = new.value - old.value
    scale = new.leads * old.leads / (new.leads + old.leads) / effect
    spread = np.sqrt(effect * sum(r.value * (1 - r.value) / r.leads for r in (new, old)))
    width = float(bound * spread) if np.isfinite(bound) else np.inf
    z = float(gap * scale / np.sqrt(information))
    return Look(week, new, old, z, bound, max(-1.0, gap - width), min(1.0, gap + width))
