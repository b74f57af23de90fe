"""The grid: a whole number of points per level, and all that a scorer needs to use them.

A grid is read, argued over, exported and scored; it never sees the leads it was made from. Its stated
maximum and minimum are computed from its points, so they are the true ones.

Which band a lead is in is one rule, `band_of`, that every scorer follows: bands are asked from the highest score down
(of two that start at one score, the first named first), and the lead is in the first whose demands it meets, all of
them: the score, and the points of fit and of engagement where the band asks for them. So a lead with the score of a
marketing-qualified one and too little fit is not marketing-qualified: it falls to the band below. A sales-qualified
lead is a marketing-qualified one too, and must have the fit of one.

Every lead may begin with some points (`start`), so that the threshold stands where somebody wants it. They belong to
neither axis, and to move them and the thresholds together changes nothing (`shifted`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import GridError
from ..shown import Shown
from .criteria import Axis, Criterion, offsets

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["score", "fit", "engagement"]
Stage = Literal["marketing_qualified", "sales_qualified"]
STAGES: tuple[Stage, ...] = ("marketing_qualified", "sales_qualified")


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a lead is marketing-qualified and sales-qualified (points, inclusive).

    With `fit_minimum` a lead must also have so many points of fit to be either; with `engagement_minimum` so many of
    engagement to be sales-qualified.
    """

    marketing_qualified: int
    sales_qualified: int
    fit_minimum: int | None = None
    engagement_minimum: int | None = None

    def __post_init__(self) -> None:
        if self.marketing_qualified > self.sales_qualified:
            raise GridError(
                f"the marketing-qualified threshold ({self.marketing_qualified}) lies above the "
                f"sales-qualified one ({self.sales_qualified}); swap them or lower the first"
            )

    def demands(self, stage: Stage) -> tuple[tuple[Measure, int], ...]:
        """What a stage asks for: its score, and points of fit and of engagement where they are asked for.

        >>> Thresholds(15, 30, fit_minimum=5, engagement_minimum=10).demands("sales_qualified")
        (('score', 30), ('fit', 5), ('engagement', 10))
        >>> Thresholds(15, 30, engagement_minimum=10).demands("marketing_qualified")
        (('score', 15),)
        """
        engagement = self.engagement_minimum if stage == "sales_qualified" else None
        return _demands(getattr(self, stage), self.fit_minimum, engagement)


@dataclass(frozen=True)
class Band:
    """A range of scores with what to do: from `at_least` points up to the next band; see `band_of` for the rule.

    With `fit_minimum` or `engagement_minimum` a lead must have so many points on that axis too. `leads` and `customers`
    are what leads that the points had not seen came to in this band, where somebody counted them; `design_effect` is
    how many times larger the variance of that close rate is because leads of one company share their fate (None: 1).
    """

    name: str
    at_least: int
    action: str
    fit_minimum: int | None = None
    engagement_minimum: int | None = None
    leads: int | None = field(default=None, compare=False)
    customers: int | None = field(default=None, compare=False)
    design_effect: float | None = field(default=None, compare=False)

    @property
    def demands(self) -> tuple[tuple[Measure, int], ...]:
        """All that a lead must have: the score, and points of fit and of engagement where they are asked for."""
        return _demands(self.at_least, self.fit_minimum, self.engagement_minimum)


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
        remaining = (2 * abs(points) * share + 100) // 200
        return remaining if points > 0 else -remaining


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
    `note` explains what would surprise a reader (pinned, against its own close rate, thin). `design_effect` is how many
    times larger the variance of the close rate is because leads of one company share their fate (None: 1).
    """

    leads: int
    customers: int
    low: float | None = None
    high: float | None = None
    sign_kept: float | None = None
    points_kept: float | None = None
    note: str = ""
    design_effect: float | None = None


@dataclass(frozen=True)
class Curve:
    """Close rate expected at each score: `rates[i]` from `scores[i]` on; lowest rate below the first.

    `low` and `high` bound each rate (95 %); empty where nobody counted how firm the rates are.
    """

    scores: tuple[int, ...]
    rates: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def at(self, scores: NDArray[np.number]) -> NDArray[np.float64]:
        """Expected close rate of each score."""
        place = np.clip(np.searchsorted(np.array(self.scores), scores, side="right") - 1, 0, len(self.scores) - 1)
        return np.array(self.rates)[place]


@dataclass(frozen=True, repr=False)
class Grid(Shown):
    """Whole points per level, laid out like the criteria, with thresholds, bands, evidence and provenance.

    `provenance` is a flat mapping of texts and numbers (method, as_of, fingerprints, leads, customers). `start` are the
    points that every lead has before its answers count.
    """

    bars = ("points",)

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
    start: int = 0

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
        return self.start + sum(max(points) for points in self.points)

    @property
    def minimum(self) -> int:
        """Score of the worst possible lead."""
        return self.start + sum(min(points) for points in self.points)

    @property
    def lines(self) -> int:
        """Number of lines: levels with points other than 0."""
        return int(np.count_nonzero(self.flat))

    @property
    def ladder(self) -> tuple[Band, ...]:
        """The bands in the order in which they are asked: the highest score first, of two at one score the first."""
        return tuple(sorted(self.bands, key=lambda band: -band.at_least))

    @property
    def gated(self) -> bool:
        """Whether some band demands points of fit or of engagement beside the score."""
        return any(len(band.demands) > 1 for band in self.bands)

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

        With `at`, the score of that day: lines with an expiry rule keep what their signal's age leaves of them. Raises
        GridError for what is no single lead; `score_frame` scores many.
        """
        return self.start + sum(self.sides(lead, at))

    def sides(self, lead: Mapping[str, Any], at: date | None = None) -> tuple[int, int]:
        """Points of fit and of engagement of one lead; with those that every lead has they are its score."""
        lead = self._checked(lead)
        rules = {(rule.criterion, rule.level): rule for rule in self.expiry} if at is not None else {}
        total = {"fit": 0, "engagement": 0}
        for criterion, points in zip(self.criteria, self.points, strict=True):
            place = criterion.index_of(criterion.value_in(lead))
            rule = rules.get((criterion.name, criterion.levels[place].name))
            day = day_of(lead.get(rule.dated)) if rule is not None and rule.dated is not None else None
            if rule is None or at is None or day is None:
                total[criterion.axis] += points[place]
            else:
                total[criterion.axis] += rule.keeps(points[place], (at - day).days)
        return total["fit"], total["engagement"]

    def _checked(self, lead: Any) -> Mapping[str, Any]:
        """The lead, where it is one: a mapping (or a row of a frame) from columns to single values."""
        if _is_pandas(lead, "Series"):
            lead = lead.to_dict()
            if not any(column in lead for c in self.criteria for column in (c.column, c.source)):
                raise GridError(
                    f"grid '{self.name}' scores a row, and this Series has none of its columns: it may be a column. "
                    "Score a frame with score_frame"
                )
        if not isinstance(lead, Mapping):
            raise GridError(
                f"grid '{self.name}' scores one lead, a mapping of columns to values, and not a "
                f"{type(lead).__name__}; score a frame with score_frame"
            )
        for criterion in self.criteria:
            column = criterion.column if criterion.column in lead else criterion.source
            value = lead.get(column)
            if isinstance(value, (list, tuple, set, dict, np.ndarray)) or _is_pandas(value, "Series", "Index"):
                raise GridError(
                    f"grid '{self.name}' scores one lead, and '{column}' holds a "
                    f"{type(value).__name__} of values; score a frame with score_frame"
                )
        return lead

    def score_frame(
        self,
        leads: Any,
        *,
        events: Any = None,
        at: date | None = None,
        language: str = "en",
        every_line: bool = False,
    ) -> pd.DataFrame:
        """Score, band, close rate (where the grid has a curve) and reasons of each row: see `scoring.frame`."""
        from ..scoring.frame import score_frame

        return score_frame(self, leads, events=events, at=at, language=language, every_line=every_line)

    def save(self, path: str) -> None:
        """Write the grid as a weight file (JSON), whole or not at all."""
        from ..export.json import save

        save(self, path)

    def export(self, format: str, path: str | None = None, **options: Any) -> str | bytes:
        """The grid as a weight file of another system (see `export.FORMATS`), written to `path` where one is given."""
        from ..export import export

        return export(self, format, path, **options)

    def band(self, lead: Mapping[str, Any], at: date | None = None) -> str:
        """Name of the band that the lead is in; empty where it meets the demands of none."""
        return band_of(self.ladder, *self.sides(lead, at), self.start)

    def frame(self) -> pd.DataFrame:
        """One line per level: criterion, axis, level, points, and what they rest on where the grid says so."""
        import pandas as pd

        table = pd.DataFrame(
            [(c.name, c.axis, level.name) for c in self.criteria for level in c.levels],
            columns=["criterion", "axis", "level"],
        )
        table["points"] = self.flat
        if self.evidence:
            evidence = [counts for line in self.evidence for counts in line]
            for name in ("leads", "customers", "low", "high", "sign_kept"):
                table[name] = [getattr(counts, name) for counts in evidence]
        return table

    def __str__(self) -> str:
        head = f"{self.name} ({self.method}): {self.lines} lines, {self.minimum} to {self.maximum} points"
        if self.thresholds is not None:
            head += f", marketing-qualified from {self.thresholds.marketing_qualified}"
            head += f", sales-qualified from {self.thresholds.sales_qualified}"
        return f"{head}\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"

    @property
    def headline(self) -> str:
        """Name, method, lines and range."""
        return f"{self.name} ({self.method}), {self.lines} lines, {self.minimum} to {self.maximum} points"

    def shown(self) -> pd.DataFrame:
        """The lines with points."""
        table = self.frame()
        return table[table["points"] != 0]

    def first_unseen_day(self, window: int | None) -> date | None:
        """The first day whose leads its calibration could not judge, each taking `window` days; None: unknown."""
        as_of = self.provenance.get("as_of")
        if window is None or not self.evidence or not isinstance(as_of, str):
            return None
        try:
            return date.fromisoformat(as_of) - timedelta(days=window - 1)
        except ValueError:
            return None


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


def band_of(ladder: Sequence[Band], fit: int, engagement: int, start: int = 0) -> str:
    """Name of the first band of a ladder whose demands a lead with so many points meets; empty where none.

    The score is the sum of both axes and of the points that every lead has.

    >>> call, nurture = Band("call", 30, "", fit_minimum=5, engagement_minimum=10), Band("nurture", 15, "", 5)
    >>> [band_of((call, nurture), *points) for points in ((20, 10), (25, 9), (4, 40), (5, 10), (5, 9))]
    ['call', 'nurture', '', 'nurture', '']
    """
    measured = {"score": start + fit + engagement, "fit": fit, "engagement": engagement}
    return next((band.name for band in ladder if all(measured[what] >= least for what, least in band.demands)), "")


def _demands(score: int, fit: int | None, engagement: int | None) -> tuple[tuple[Measure, int], ...]:
    minimums: tuple[tuple[Measure, int | None], ...] = (("score", score), ("fit", fit), ("engagement", engagement))
    return tuple((what, least) for what, least in minimums if least is not None)


def _is_pandas(value: Any, *kinds: str) -> bool:
    """Whether a value is of a type of pandas, which need not be loaded to tell."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, tuple(getattr(pandas, kind) for kind in kinds))
