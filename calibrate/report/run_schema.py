"""The shape of `run.json`: what other programs may rely on, as a model with a published JSON Schema.

Keys without a default were promised from the first version on and are always there; the others may be missing in files
of earlier versions. Keys may be added: a reader ignores the ones it does not know. A number that is not finite is null.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FILE = "run.json"
Count = Annotated[float, Field(ge=0)]
"""Leads or customers: whole numbers, but where a sample or a month's part is reckoned up."""
Share = Annotated[float, Field(ge=0, le=1)]
FIRST_YEAR = 1900


def _day(text: str) -> str:
    """A day of our calendars, as it is written."""
    if date.fromisoformat(text).year < FIRST_YEAR:
        raise ValueError(f"'{text}' lies before {FIRST_YEAR}")
    return text


Day = Annotated[str, AfterValidator(_day)]
Fact = str | int | float | bool | None
Facts = dict[str, Fact]
Points = int
Month = str


class Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class Value(Part):
    """A value of the outcome column, its rows, and what it was taken for."""

    value: str
    rows: int
    taken_for: Literal["customer", "lost", "open", "unknown"]


class Outcome(Part):
    """What told customers."""

    column: str
    source: Literal["leads", "outcomes", "dates"]
    values: list[Value]


class CloseRate(Part):
    """A close rate with its counts and its 95 % interval; the rate is null where there are no leads."""

    leads: Count
    customers: Count
    rate: Share | None
    low: Share | None
    high: Share | None


class Estimate(Part):
    """A figure with its 95 % interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


class KeyedFacts(Part):
    """A finding as a key of the language files with the facts that it is said with."""

    key: str
    facts: Facts


class History(Part):
    """What became of the rows: read = kept + every exclusion."""

    read: int
    kept: int
    excluded: dict[str, int]
    order: Literal["created_at", "column", "file"]
    as_of: Day | None
    as_of_reason: str = ""
    source: str = ""
    order_column: str | None = None
    windows: dict[str, Any] | None = None
    observe_days: int | None = None
    close_within_days: int | None = None
    customer: str = ""
    facts: list[KeyedFacts] = []


class Groups(Part):
    """By what leads belong to one buyer, and how much wider that makes intervals."""

    by: str
    groups: Count
    leads: Count
    design_effect: float


class Suspect(Part):
    """A column set aside, with the evidence."""

    column: str
    reason: str
    evidence: str
    facts: Facts = {}


class Asked(Part):
    """A column that is kept and asked about."""

    column: str
    question: str
    evidence: str
    auc_without: float | None
    auc_with: float | None = None
    reason: str = ""
    facts: Facts = {}


class SoFar(Part):
    """A close rate with leads that may still close: `undecided` of them, each counted as what it tells by now."""

    leads: float
    customers: Count
    rate: Share | None
    low: Share | None
    high: Share | None
    undecided: Count


class Level(CloseRate):
    """One level of a criterion; lift is its rate / the rate of all leads."""

    level: str
    shrunk: float | None
    lift: float | None
    so_far: SoFar | None = None


class Criterion(Part):
    """A criterion with its levels."""

    name: str
    axis: Literal["fit", "engagement"]
    levels: list[Level]
    column: str = ""


class Limits(Part):
    """Thresholds in points."""

    marketing_qualified: Points
    sales_qualified: Points


class Steps(Part):
    """What each threshold gives: columns of equal length."""

    threshold: list[int]
    leads: list[Count]
    customers: list[Count]


class NearEqual(Part):
    """A grid nearly as good as a candidate."""

    name: str
    grid: str
    lines: int
    log_loss_more: float | None = None
    changes: list[dict[str, Any]] = []
    steps: Steps | None = None


class Candidate(Part):
    """One grid judged on later leads; `difference` is that to the candidate named in `against`."""

    name: str
    method: str
    lines: int
    grid: str
    metrics: dict[str, Estimate]
    against: str | None
    difference: dict[str, Estimate]
    minimum: Points | None = None
    maximum: Points | None = None
    thresholds: Limits | None = None
    rank: dict[str, int] = {}
    steps: Steps | None = None
    kept_of_ceiling: float | None = None
    caught: list[float] | None = None
    findings: list[dict[str, Any]] = []
    room: dict[str, Any] | None = None
    near_equal: list[NearEqual] = []


class Point(Part):
    """The best grid of a number of lines by one method."""

    name: str
    method: str
    lines: int
    proposed: bool
    grid: str
    metrics: dict[str, Estimate]
    behind: Estimate | None = None


class EqualCalls(Part):
    """Customers among the same number of later leads called: the grid that decides, and what it is held against."""

    candidate: str
    against: Literal["current", "arrival"]
    calls: float
    before: float
    after: float
    gain: float
    low: float
    high: float


class Verdict(Part):
    """What to do, and why, in English."""

    decision: Literal["adopt", "keep", "no_reliable_weights", "recalibrate", "wait"]
    candidate: str | None
    why: str
    reason: str = ""
    facts: Facts = {}
    equal_calls: EqualCalls | None = None
    certainty: str = ""
    rests_on: list[str] = []
    baseline: str = ""
    customers_needed: list[dict[str, float]] = []


class Band(Part):
    """A band of scores with what later leads in it came to; null where nobody counted."""

    band: str
    lower: Annotated[int, Field(alias="from")]
    leads: Count | None
    customers: Count | None
    rate: Share | None
    low: Share | None
    high: Share | None


class TallyPart(Part):
    """Profiles counted, and the cohorts they span."""

    profiles: int
    exact: bool
    first: str = ""
    last: str = ""


class Fold(Part):
    """One step through time: cohorts learnt from, cohorts judged."""

    train: list[str]
    judged: list[str]
    leads: int
    customers: int


class ComparisonPart(Part):
    """On what the candidates were compared."""

    baseline: str
    primary: str
    leads: int
    customers: int
    folds: list[Fold]


class Promise(Part):
    """What a decision promised."""

    rate: float | None
    leads_per_month: float | None = None
    later_leads: float | None = None


class Came(CloseRate):
    """What came of a promise."""

    leads_per_month: float | None = None


class Decided(Part):
    """A decision of an earlier month, one stage, and what came of its promise."""

    month: Month
    candidate: str
    stage: str
    threshold: Points
    promised: Promise
    came: Came | None
    side: Literal["", "kept", "broken", "below", "above", "early"]
    first: str = ""
    last: str = ""
    entered: int = 0
    undecided: int = 0
    recent: CloseRate | None = None
    since: str = ""


class RunFile(Part):
    """A month's report as values."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False, title="calibrate-run/1")

    version: Annotated[Literal[1], Field(alias="schema")]
    overall: CloseRate
    history: History
    suspects: list[Suspect]
    criteria: list[Criterion]
    candidates: list[Candidate]
    ceiling: dict[str, Estimate] | None
    thresholds: Limits | None
    verdict: Verdict
    tally: TallyPart
    so_far: SoFar | None = None
    title: str = ""
    chosen: str = ""
    outcome: Outcome | None = None
    groups: Groups | None = None
    asked: list[Asked] = []
    frontier: list[Point] = []
    limits: dict[str, Any] | None = None
    bands: list[Band] = []
    comparison: ComparisonPart | None = None
    months: float | None = None
    power: dict[str, Any] | None = None
    ledger: dict[str, Any] | None = None
    constraints: dict[str, Any] | None = None
    warnings: list[KeyedFacts] = []
    decisions: list[Decided] = []
    drift: dict[str, Any] | None = None
    swap: dict[str, Any] | None = None
    changes: list[dict[str, Any]] = []
    segments: list[dict[str, Any]] = []
    grades: dict[str, Any] | None = None
    ages: list[dict[str, Any]] = []
    any_age: dict[str, Any] | None = None
    business_lines: list[dict[str, Any]] = []
    threshold_policy: dict[str, Any] | None = None
    demands: list[dict[str, Any]] = []
    months_under_grid: list[dict[str, Any]] = []
    mails: dict[str, Any] | None = None
    feedback: dict[str, Any] | None = None
    truth: dict[str, dict[str, float | None]] | None = None
    expiry: list[dict[str, Any]] = []
    closing: dict[str, Any] | None = None
    stages: dict[str, Any] | None = None
    value: dict[str, Any] | None = None
    worked: dict[str, Any] | None = None


def schema() -> str:
    """The published JSON Schema, as stored in ``calibrate/schema/run-1.schema.json``.

    >>> '"title": "calibrate-run/1"' in schema()
    True
    """
    document = RunFile.model_json_schema(by_alias=True)
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
