"""The shape of a grid file: what each part may hold, and how much of it; pydantic checks it while it is read."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, field_validator

from ..errors import GridError
from ..grid.criteria import MOST_LEVELS
from ..grid.derived import Derived
from ..numbers import MOST_UNITS

SCHEMA = "calibrate-grid/1"
WITH_MINIMUMS = "calibrate-grid/1.1"
"""Named by files with minimums of fit or engagement only: what a reader of version 1.0 would pass over."""
WITH_START = "calibrate-grid/1.2"
"""Named by files in which every lead starts with some points: a reader that passes over them would score less."""
MOST_BYTES = 8 * 1024 * 1024
MOST_CRITERIA = 1000
MOST_VALUES = 10_000
MOST_POINTS = 1_000_000
LONGEST_NAME = 10_000
LONGEST_TEXT = 10_000
MOST_DAYS = 100_000

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Sign = Annotated[str, Field(min_length=1, max_length=40)]
Signs = Annotated[str, Field(max_length=200)]
Pattern = Annotated[StrictStr, Field(min_length=1, max_length=1000)]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=MOST_VALUES)]
Points = Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS)]
Sum = Annotated[int, Field(ge=-MOST_POINTS * MOST_CRITERIA, le=MOST_POINTS * MOST_CRITERIA)]
Count = Annotated[int, Field(ge=0, le=10**15)]
Effect = Annotated[float, Field(ge=1, le=1e9)]
Share = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | StrictBool


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, strict=True, defer_build=True)


class EvidencePart(_Part):
    """What the points of one level rest on."""

    leads: Count
    customers: Count
    low: float | None = None
    high: float | None = None
    sign_kept: Share | None = None
    points_kept: Share | None = None
    note: Text = ""
    design_effect: Effect | None = None


class LevelPart(_Part):
    """One level, with its points. Number levels hold low <= value < high; text and boolean levels list values."""

    level: Name
    points: Points
    role: Literal["value", "missing", "other"] = "value"
    values: Annotated[tuple[Value, ...], Field(max_length=MOST_VALUES)] = ()
    low: float | None = None
    high: float | None = None
    evidence: EvidencePart | None = None


class DerivedPart(_Part):
    """How a column is made from the texts of another: the first answer with a pattern in the text, or the rest."""

    source: Name
    answers: Annotated[tuple[tuple[Name, Patterns], ...], Field(max_length=MOST_VALUES)]
    rest: Name
    blanks: Signs
    breaks: Signs = ""
    path: bool = False


def rule_said(rule: Derived | None) -> str:
    """The rule of a derived column as one text, for files that have a cell or an attribute for it.

    >>> rule = Derived("Title", (("boss", ("ceo",)),))
    >>> rule_read(rule_said(rule), "here") == rule, rule_said(None)
    (True, '')
    """
    if rule is None:
        return ""
    return json.dumps({field: getattr(rule, field) for field in DerivedPart.model_fields}, ensure_ascii=False)


def rule_read(text: str, where: str) -> Derived:
    """The rule that `rule_said` wrote; GridError where it is none."""
    try:
        return Derived(**vars(DerivedPart.model_validate_json(text)))
    except ValueError:
        raise GridError(f"{where}: '{text[:40]}' is no rule of a derived column") from None


class CriterionPart(_Part):
    """One question: the source column and every level it can have."""

    name: Name
    column: Name
    kind: Literal["text", "number", "boolean", "presence"]
    axis: Literal["fit", "engagement"]
    levels: Annotated[tuple[LevelPart, ...], Field(min_length=2, max_length=MOST_LEVELS)]
    reference: Name | None = None
    ordered: bool = False
    fixed: bool = False
    decimal: Literal[".", ","] = "."
    thousands: Literal["", " ", ",", "."] = ""
    units: Annotated[tuple[tuple[Sign, Literal["", "-", "e3", "e6", "e9"]], ...], Field(max_length=MOST_UNITS)] = ()
    derived: DerivedPart | None = None


class BandPart(_Part):
    """A range of scores, with what to do; a lead needs the points of fit and of engagement too, where given."""

    name: Name
    at_least: Sum
    action: Text = ""
    fit_minimum: Sum | None = None
    engagement_minimum: Sum | None = None
    leads: Annotated[int, Field(ge=0)] | None = None
    customers: Annotated[int, Field(ge=0)] | None = None
    design_effect: Effect | None = None


class ThresholdsPart(_Part):
    """Scores from which a lead is marketing-qualified and sales-qualified, and points it needs on one axis too."""

    marketing_qualified: Sum
    sales_qualified: Sum
    fit_minimum: Sum | None = None
    engagement_minimum: Sum | None = None


class ExpiryPart(_Part):
    """Points of one line taken back as its signal ages."""

    criterion: Name
    level: Name
    days: Annotated[int, Field(ge=1, le=36500)] | None = None
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    every_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    dated: Name | None = None


class PinPart(_Part):
    """Points somebody insisted on."""

    criterion: Name
    level: Name
    points: Points
    who: Text = ""
    why: Text = ""


class CurvePart(_Part):
    """Close rate expected from each score on."""

    scores: Annotated[tuple[Sum, ...], Field(min_length=1, max_length=100_000)]
    rates: Annotated[tuple[Share, ...], Field(min_length=1, max_length=100_000)]
    low: Annotated[tuple[Share, ...], Field(max_length=100_000)] = ()
    high: Annotated[tuple[Share, ...], Field(max_length=100_000)] = ()


class GridFile(_Part):
    """A calibrate weight file, major version 1."""

    model_config = ConfigDict(
        extra="ignore", allow_inf_nan=False, strict=True, title="calibrate-grid/1", defer_build=True
    )

    format: Annotated[str, Field(alias="schema", pattern=r"^calibrate-grid/1(\.\d{1,4})?$")]
    name: Name
    method: Text
    criteria: Annotated[tuple[CriterionPart, ...], Field(min_length=1, max_length=MOST_CRITERIA)]
    maximum: Sum
    minimum: Sum
    thresholds: ThresholdsPart | None = None
    pivot: Sum | None = None
    bands: Annotated[tuple[BandPart, ...], Field(max_length=1000)] = ()
    expiry: Annotated[tuple[ExpiryPart, ...], Field(max_length=100_000)] = ()
    pins: Annotated[tuple[PinPart, ...], Field(max_length=100_000)] = ()
    curve: CurvePart | None = None
    start: Sum = 0
    provenance: Annotated[dict[Name, Text | int | float | None], Field(max_length=1000)] = {}

    @field_validator("provenance")
    @classmethod
    def _reckoned_with(cls, facts: dict[str, str | int | float | None]) -> dict[str, str | int | float | None]:
        """The facts that are computed with are a day of our calendars, and days."""
        day, days = facts.get("as_of"), facts.get("observe_days")
        if day is not None and not (isinstance(day, str) and _is_day(day)):
            raise ValueError(f"as_of {str(day)[:40]!r} is not a day from 1900 on, written as YYYY-MM-DD")
        if days is not None and (isinstance(days, str) or not days % 1 == 0 or not 0 <= days <= MOST_DAYS):
            raise ValueError(f"observe_days {str(days)[:40]!r} is not a number of days from 0 to {MOST_DAYS:,}")
        return facts


class Head(_Part):
    """The one key that says what a file is."""

    format: Annotated[str, Field(alias="schema")]
