"""The grid: a whole number of points per level, and all that a scorer needs to use them.

A grid is read, argued over, exported and scored; it never sees the leads it was made from. Its stated
maximum and minimum are computed from its points, so they are the true ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .criteria import Axis, Criterion, offsets
from .errors import GridError


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a lead is marketing-qualified and sales-qualified (points, inclusive)."""

    marketing_qualified: int
    sales_qualified: int

    def __post_init__(self) -> None:
        if self.marketing_qualified > self.sales_qualified:
            raise GridError(
                f"the marketing-qualified threshold ({self.marketing_qualified}) lies above the "
                f"sales-qualified one ({self.sales_qualified}); swap them or lower the first"
            )


@dataclass(frozen=True)
class Band:
    """A range of scores with what to do: from `at_least` points up to the next band."""

    name: str
    at_least: int
    action: str


@dataclass(frozen=True)
class Expiry:
    """Points of one line taken back as its signal ages: all after `days`, or `percent` per `every_days`.

    `dated` names the source column with the day of the signal's last occurrence; without it, or where it is empty,
    the line keeps its points.
    """

    criterion: str
    level: str
    days: int | None = None
    percent: int | None = None
    every_days: int | None = None
    dated: str | None = None

    def keeps(self, points: int, age: int) -> int:
        """Points that are left of a line whose signal is `age` days old.

        ``points * max(0, 100 - percent * (age // every_days)) / 100``, half a point away from 0; none from `days` on.

        >>> [Expiry("demo", "yes", percent=50, every_days=30).keeps(15, age) for age in (0, 29, 30, 60)]
        [15, 15, 8, 0]
        >>> [Expiry("demo", "yes", days=90).keeps(-15, age) for age in (89, 90)]
        [-15, 0]
        """
        if self.days is not None:
            return points if age < self.days else 0
        share = max(0, 100 - (self.percent or 0) * (max(age, 0) // (self.every_days or 1)))
        left = (2 * abs(points) * share + 100) // 200
        return left if points > 0 else -left


@dataclass(frozen=True)
class Pin:
    """Points that somebody insists on, with who and why."""

    criterion: str
    level: str
    points: int
    who: str = ""
    why: str = ""


@dataclass(frozen=True)
class Evidence:
    """What the points of one level rest on: counts in calibration, and how far the points can be trusted.

    `low` and `high` bound the points (95 %); `sign_kept` and `points_kept` are shares of resamples.
    `note` explains what would surprise a reader (pinned, against its own close rate, thin).
    """

    leads: int
    customers: int
    low: float | None = None
    high: float | None = None
    sign_kept: float | None = None
    points_kept: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """Close rate expected at each score: `rates[i]` from `scores[i]` on; lowest rate below the first."""

    scores: tuple[int, ...]
    rates: tuple[float, ...]

    def at(self, scores: NDArray[np.number]) -> NDArray[np.float64]:
        """Expected close rate of each score."""
        place = np.clip(np.searchsorted(np.array(self.scores), scores, side="right") - 1, 0, len(self.scores) - 1)
        return np.array(self.rates)[place]


@dataclass(frozen=True)
class Grid:
    """Whole points per level, laid out like the criteria, with thresholds, bands, evidence and provenance.

    `provenance` is a flat mapping of texts and numbers (method, as_of, fingerprints, leads, customers).
    """

    name: str
    method: str
    criteria: tuple[Criterion, ...]
    points: tuple[tuple[int, ...], ...]
    thresholds: Thresholds | None = None
    pivot: int | None = None
    bands: tuple[Band, ...] = ()
    expiry: tuple[Expiry, ...] = ()
    pins: tuple[Pin, ...] = ()
    evidence: tuple[tuple[Evidence, ...], ...] = ()
    curve: Curve | None = None
    provenance: Mapping[str, str | int | float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.criteria) != len(self.points):
            raise GridError(f"grid '{self.name}' has {len(self.criteria)} criteria but points for {len(self.points)}")
        for criterion, points in zip(self.criteria, self.points, strict=True):
            if len(points) != len(criterion.levels):
                raise GridError(
                    f"grid '{self.name}': criterion '{criterion.name}' has {len(criterion.levels)} levels "
                    f"but {len(points)} points"
                )

    @cached_property
    def flat(self) -> NDArray[np.int64]:
        """Points of all levels, laid out criterion after criterion: (levels,)."""
        return np.array([p for points in self.points for p in points], np.int64)

    @property
    def maximum(self) -> int:
        """Score of the best possible lead."""
        return sum(max(points) for points in self.points)

    @property
    def minimum(self) -> int:
        """Score of the worst possible lead."""
        return sum(min(points) for points in self.points)

    @property
    def lines(self) -> int:
        """Number of lines: levels with points other than 0."""
        return int(np.count_nonzero(self.flat))

    def axis_points(self, axis: Axis) -> NDArray[np.int64]:
        """Points of all levels with those of the other axis set to 0: (levels,)."""
        values = self.flat.copy()
        bounds = offsets(self.criteria)
        for criterion, a, b in zip(self.criteria, bounds, bounds[1:], strict=False):
            if criterion.axis != axis:
                values[a:b] = 0
        return values

    def score(self, lead: Mapping[str, Any], at: date | None = None) -> int:
        """Score of one lead: source columns to values as they stand in the data; an absent key is missing.

        With `at`, the score of that day: lines with an expiry rule keep what their signal's age leaves of them.
        """
        rules = {(rule.criterion, rule.level): rule for rule in self.expiry} if at is not None else {}
        total = 0
        for criterion, points in zip(self.criteria, self.points, strict=True):
            place = criterion.index_of(lead.get(criterion.column))
            rule = rules.get((criterion.name, criterion.levels[place].name))
            day = day_of(lead.get(rule.dated)) if rule is not None and rule.dated is not None else None
            if rule is None or at is None or day is None:
                total += points[place]
            else:
                total += rule.keeps(points[place], (at - day).days)
        return total

    def band(self, lead: Mapping[str, Any], at: date | None = None) -> str:
        """Name of the band that the lead's score falls into; empty below the lowest band."""
        return band_of(self.bands, self.score(lead, at))

    def frame(self) -> pd.DataFrame:
        """One line per level: criterion, axis, level, points, and what they rest on where the grid says so."""
        table = pd.DataFrame(
            [(c.name, c.axis, level.name) for c in self.criteria for level in c.levels],
            columns=["criterion", "axis", "level"],
        )
        table["points"] = self.flat
        if self.evidence:
            known = [each for line in self.evidence for each in line]
            for name in ("leads", "customers", "low", "high", "sign_kept"):
                table[name] = [getattr(each, name) for each in known]
        return table

    def __str__(self) -> str:
        head = f"{self.name} ({self.method}): {self.lines} lines, {self.minimum} to {self.maximum} points"
        if self.thresholds is not None:
            head += f", marketing-qualified from {self.thresholds.marketing_qualified}"
            head += f", sales-qualified from {self.thresholds.sales_qualified}"
        return f"{head}\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"

    def _repr_html_(self) -> str:
        return str(self.frame().to_html(index=False, float_format="{:.3g}".format))


def day_of(value: object) -> date | None:
    """The day of a date, a moment or an ISO text; None where there is none.

    >>> day_of("2025-12-31 10:00"), day_of(None), day_of(float("nan"))
    (datetime.date(2025, 12, 31), None, None)
    """
    if isinstance(value, datetime):
        return value.date() if value == value else None  # a moment that is none (NaT) equals nothing
    if isinstance(value, date):
        return value
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[D]").astype(object)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10])
        except ValueError:
            return None
    return None


def band_of(bands: tuple[Band, ...], score: int) -> str:
    """Name of the highest band that the score reaches; empty below all of them."""
    reached = [band for band in bands if score >= band.at_least]
    return max(reached, key=lambda band: band.at_least).name if reached else ""
