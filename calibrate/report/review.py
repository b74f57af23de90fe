"""The review: everything one calibration found, as values. The report draws it and `run.json` repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..counts.design_effect import share_effect
from ..counts.leakage import Question, Suspect
from ..counts.power import Power
from ..counts.rates import RateTable
from ..counts.tally import Tally
from ..evaluation.any_age import AnyAge
from ..evaluation.audit import Finding
from ..evaluation.by_age import AtAge
from ..evaluation.by_line import Line as BusinessLine
from ..evaluation.comparison import Comparison, Judged
from ..evaluation.constraint_costs import Costs
from ..evaluation.decision import Adopted
from ..evaluation.decision import Outcome as Promise
from ..evaluation.grid_sizes import Frontier
from ..evaluation.limits_cost import LimitsCost
from ..evaluation.segments import Sides
from ..evaluation.swap import Swap
from ..funnel.emails import Mails
from ..funnel.fading import Fading
from ..funnel.feedback import Feedback
from ..funnel.kpis import Month
from ..funnel.stages import Stages
from ..funnel.time_to_close import Closing
from ..funnel.value import Worth
from ..funnel.windows import Windows
from ..funnel.worked import Selection
from ..grid.diff import Line
from ..grid.grid import Grid, Stage
from ..leads.columns.outcome import Outcome
from ..monitoring.drift_looks import Drift
from ..points.grade import Demand, Grades
from ..points.recency import promised
from ..points.score_table import Scores, reaches
from ..points.thresholds import Policy
from ..weights.search.bound import Bound

Warning_ = tuple[str, Mapping[str, str | int | float]]
"""A risk that a reader should know of: a key of the language files and the values that fill it."""


@dataclass(frozen=True)
class Account:
    """What became of the rows that were read: read = kept + every exclusion.

    `order` is "created_at", "column" or "file"; `order_column` names the column where one is used.
    `facts` are the findings of reading (separator, encoding, date formats, placeholders, ignored columns),
    each a pair of a key of the language files and the values that fill it. `groups` says by what column leads belong
    to one buyer, how many buyers and leads there are, and the design effect of the close rate; None: leads stand alone.
    `outcome` spells what told customers, `as_of_reason` what told the day (given, created, closed, outcomes, events),
    `as_of_column` where; `windows` counts what other closing windows would give, where there are both dates.
    """

    source: str
    read: int
    kept: int
    excluded: Mapping[str, int]
    order: str
    order_column: str | None
    as_of: str | None
    observe_days: int
    close_within_days: int | None
    customer: str
    facts: tuple[tuple[str, Mapping[str, str | int | float]], ...] = ()
    groups: Mapping[str, str | int | float] | None = None
    outcome: Outcome | None = None
    as_of_reason: str = ""
    as_of_column: str | None = None
    windows: Windows | None = None

    @property
    def design_effect(self) -> float:
        """Design effect of the close rate of all leads; 1 where leads stand alone."""
        return float(self.groups["design_effect"]) if self.groups else 1.0


@dataclass(frozen=True)
class Candidate:
    """One grid under comparison, fitted on all mature history, with its score table there and what the audit found.

    `enough` is the score table of the leads that meet the minimums of a stage, where it has some. `unseen` and
    `unseen_at` are what the same leads would hold had the points not seen them: what a threshold promises.
    """

    name: str
    method: str
    grid: Grid
    scores: Scores
    findings: tuple[Finding, ...] = ()
    enough: Mapping[Stage, Scores] = field(default_factory=dict)

    @cached_property
    def unseen(self) -> Scores:
        """The score table that thresholds are read off (`cross_fitted`)."""
        return promised(self.grid, self.scores)

    def unseen_at(self, stage: Stage) -> Scores:
        """The same of the leads that meet the minimums of a stage."""
        if stage not in self.enough:
            return self.unseen
        return promised(self.grid, self.enough[stage], self.scores)


@dataclass(frozen=True)
class Changes:
    """The proposed grid against the baseline: who changes sides, which `lines` differ; every candidate by segment."""

    swap: Swap | None = None
    lines: tuple[Line, ...] = ()
    sides: tuple[Sides, ...] = ()


@dataclass(frozen=True)
class Handover:
    """What the chosen grid hands to sales: grades, demand per stage and month, and what sales said of it.

    `ages` says how later leads of each age closed, where leads were seen at several; `lines` are the lines of business
    with grids of their own; `any_age` is the grid beside the chosen one that holds at any age.

    `minutes_per_call` is what a lead costs sales; `policy` is how thresholds were asked for, `money` what a call costs
    and a customer is worth.
    """

    grades: Grades | None = None
    demands: tuple[Demand, ...] = ()
    kpis: tuple[Month, ...] = ()
    feedback: Feedback | None = None
    minutes_per_call: float | None = None
    policy: Policy | None = None
    money: tuple[float, float] | None = None
    ages: tuple[AtAge, ...] = ()
    lines: tuple[BusinessLine, ...] = ()
    any_age: AnyAge | None = None


@dataclass(frozen=True)
class Funnel:
    """What dates, amounts, events and the worked column tell beside the rates, as far as the source has them.

    `mails` is there where the source tells of e-mails; `mixed` names the column of amounts that were not added up, and
    that of their currencies.
    """

    closing: Closing | None = None
    stages: Stages | None = None
    worth: Worth | None = None
    selection: Selection | None = None
    fadings: tuple[Fading, ...] = ()
    mails: Mails | None = None
    mixed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Past:
    """Decisions of earlier months, the oldest first, what came of their promises, and what moved since the last."""

    story: tuple[Adopted, ...] = ()
    outcomes: tuple[Promise, ...] = ()
    drift: Drift | None = None


@dataclass(frozen=True)
class Robustness:
    """What the constraints cost the grid that is proposed, and which grids are nearly as good as the one of `sparse`.

    Those are no candidates; `room` is how far any grid of that size could still improve.
    """

    costs: Costs | None = None
    near: tuple[Candidate, ...] = ()
    room: Bound | None = None


@dataclass(frozen=True)
class Review:
    """One calibration from account to verdict.

    `rates` is laid out on all shown levels (thin ones too); grids may pool them. `months` is the number of
    cohort months behind `tally`, or None without dates: then "per month" is not said. `truth` holds true close
    rates per criterion and level where the history was simulated. The parts after `warnings` are returned by the
    functions that make them, in any order.

    `limits` has the grid that a target system can hold, where one is asked for, and what its limits cost.
    `asked` are columns that are kept and asked about: nobody has said yet whether they were known in time.
    """

    title: str
    account: Account
    tally: Tally
    rates: RateTable
    suspects: tuple[Suspect, ...]
    candidates: tuple[Candidate, ...]
    comparison: Comparison
    chosen: str
    months: float | None
    ceiling: Mapping[str, float] | None = None
    truth: Mapping[str, Mapping[str, float]] | None = None
    warnings: tuple[Warning_, ...] = ()
    changes: Changes = field(default_factory=Changes)
    handover: Handover = field(default_factory=Handover)
    funnel: Funnel = field(default_factory=Funnel)
    past: Past = field(default_factory=Past)
    robustness: Robustness = field(default_factory=Robustness)
    asked: tuple[Question, ...] = ()
    frontier: Frontier = field(default_factory=lambda: Frontier(()))
    power: Power | None = None
    limits: LimitsCost | None = None

    @property
    def chosen_candidate(self) -> Candidate | None:
        """The candidate whose thresholds and table stand first."""
        matches = [candidate for candidate in self.candidates if candidate.name == self.chosen]
        return next(iter(matches or self.candidates), None)

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Columns that the chosen grid gives points for and that nobody has answered for yet."""
        candidate = self.chosen_candidate
        if candidate is None:
            return ()
        used = {
            c.column for c, points in zip(candidate.grid.criteria, candidate.grid.points, strict=True) if any(points)
        }
        return tuple(question.column for question in self.asked if question.column in used)

    @property
    def in_order(self) -> tuple[Candidate, ...]:
        """Candidates, the chosen one first."""
        first = self.chosen_candidate
        return tuple(sorted(self.candidates, key=lambda candidate: candidate is not first))

    def above_effect(self, candidate: Candidate) -> float:
        """Design effect of the share of leads above a candidate's first threshold: those of a company answer alike."""
        if self.tally.group is None:
            return 1.0
        if candidate.name not in self._above_effects:
            above = reaches(self.tally, candidate.grid, "marketing_qualified")
            self._above_effects[candidate.name] = share_effect(above, self.tally.group, self.tally.leads)
        return self._above_effects[candidate.name]

    @cached_property
    def _above_effects(self) -> dict[str, float]:
        return {}

    def judged(self, name: str) -> Judged | None:
        """What later leads said about a candidate, by its name."""
        return next((candidate for candidate in self.comparison.judged if candidate.name == name), None)
