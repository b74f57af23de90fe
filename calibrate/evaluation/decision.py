"""A month's decision: which grid was adopted, what was changed by hand, by whom and why, and what it promised.

`decision.json` in a month's folder closes the month. The next month starts from the grid it names, and looks up
what came of its promise on leads that nobody had seen when it was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, wilson
from ..counts.so_far import rate_so_far, still_closing, with_so_far
from ..counts.tally import Tally
from ..errors import GridError, SettingsError, unknown
from ..grid.criteria import Level
from ..grid.grid import STAGES, Curve, Evidence, Grid, Pin, Thresholds
from ..grid.lead_age import ANY_AGE
from ..grid.moved import moved_bands
from ..grid.notes import note, spelled
from ..points.score_table import reaches

FILE = "decision.json"
GRID = "grids/adopted.json"
MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Override:
    """Points of one line changed by hand: what they are, what they were, who wanted it and why."""

    criterion: str
    level: str
    points: int
    was: int
    who: str
    why: str


@dataclass(frozen=True)
class Promise:
    """What a threshold should bring: `leads` at or above it in `months` months, `expected` customers among them.

    `later` is how many leads that the grid had not seen the close rate was counted on; None: it is the curve's, on the
    leads that the points were made from. `design_effect` is how many times larger the variance of the close rate is
    because leads of one company share their fate (None: 1).
    """

    leads: float
    expected: float
    months: float | None
    later: float | None = None
    design_effect: float | None = None

    @property
    def close_rate(self) -> float:
        """Close rate that is expected at or above the threshold."""
        return self.expected / self.leads if self.leads else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson 95 % interval of that close rate, given how many leads of how many companies it was counted on."""
        leads = (self.leads if self.later is None else self.later) / (self.design_effect or 1.0)
        low, high = wilson(np.array([self.close_rate * leads]), np.array([leads]))
        return float(low[0]), float(high[0])

    @property
    def leads_per_month(self) -> float | None:
        """Leads a month at or above the threshold, where leads are dated."""
        return self.leads / self.months if self.months else None


@dataclass(frozen=True)
class Decision:
    """What a meeting decided. `until` is the last cohort whose outcomes it knew.

    `grid` is relative to the folder; `grid_sha256` is the fingerprint of that file (None in decisions of old).
    """

    month: str
    candidate: str
    who: str
    why: str
    thresholds: Thresholds
    thresholds_were: Thresholds | None = None
    overrides: tuple[Override, ...] = ()
    as_of: str | None = None
    until: str | None = None
    promises: Mapping[str, Promise] | None = None
    grid: str = GRID
    grid_sha256: str | None = None


@dataclass(frozen=True)
class Adopted:
    """A decision with the grid that it put to work."""

    decision: Decision
    grid: Grid


ENOUGH_EXPECTED = 10
"""Customers expected from which on a promise can be called kept."""
RECENT_EXPECTED = 30
"""Customers expected of the newest leads that a promise is held against by themselves."""
MATERIAL = 1.2
"""Times less than promised that the newest leads must close for the promise to be broken."""


@dataclass(frozen=True)
class Outcome:
    """What came of one promise: leads at or above the threshold that entered from `first` to `last`, and their rate.

    `side` is "kept", "below" or "above": where the rate that came differs from the promised one by more than the chance
    in both, by the interval of their difference (Newcombe 1998, method 10). It is "early" where nothing surely differs
    and fewer than ten customers were to be expected: then a kept promise could not have been broken. It is "broken"
    where all these leads together agree with the promise, but not the `recent` ones, those from `since` on: the
    shortest run that ends now and let expect thirty customers.

    Leads that may still close count as far as their age tells (`counts.so_far`): `undecided` of `entered` leads.
    """

    month: str
    candidate: str
    stage: str
    threshold: int
    promise: Promise
    came: Rate | None
    months: float
    first: str = ""
    last: str = ""
    entered: int = 0
    undecided: int = 0
    recent: Rate | None = None
    since: str = ""

    @property
    def leads_per_month(self) -> float | None:
        """Leads a month that came."""
        return (self.entered or self.came.leads) / self.months if self.came and self.months else None

    @property
    def side(self) -> str:
        """Whether what came agrees with what was promised."""
        if self.came is None or not self.came.leads:
            return ""
        if self._differs(self.came) < 0:
            return "below"
        if self.recent is not None and self._differs(self.recent) < 0 and self._much_less(self.recent):
            return "broken"
        if self._differs(self.came) > 0:
            return "above"
        return "early" if self.expected < ENOUGH_EXPECTED else "kept"

    def _differs(self, came: Rate) -> int:
        """Whether a rate differs from the promised one beyond the chance in both: 1 above, -1 below, 0 not."""
        gap, (low, high) = came.value - self.promise.close_rate, self.promise.interval
        below = gap + np.hypot(came.high - came.value, self.promise.close_rate - low) < 0
        above = gap - np.hypot(came.value - came.low, high - self.promise.close_rate) > 0
        return int(above) - int(below)

    def _much_less(self, came: Rate) -> bool:
        return came.value * MATERIAL < self.promise.close_rate

    @property
    def expected(self) -> float:
        """Customers that the promise let expect among the leads that came."""
        return self.came.leads * self.promise.close_rate if self.came else 0.0


def overrides(
    texts: Sequence[str], grid: Grid, who: str, why: str, names_shown: Callable[[Level], Collection[str]] = lambda _: ()
) -> tuple[Override, ...]:
    """Changes written as criterion=level=points, against the lines of a grid.

    A level goes by its name, or by one of those that reports show it under (`names_shown`) where no other goes by that.
    """
    changes: dict[tuple[str, str], Override] = {}
    for text in texts:
        line, equals, number = text.rpartition("=")
        if not equals or not re.fullmatch(r"\s*[+-]?\d{1,6}\s*", number) or "=" not in line:
            raise SettingsError(f"--points '{text}' is not CRITERION=LEVEL=POINTS, such as \"sector=SaaS=12\"")
        at, level = _line(line, grid, names_shown)
        criterion = grid.criteria[at]
        was = grid.points[at][level]
        name = criterion.levels[level].name
        changes[criterion.name, name] = Override(criterion.name, name, int(number), was, who, why)
    return tuple(changes.values())


def _line(text: str, grid: Grid, names_shown: Callable[[Level], Collection[str]]) -> tuple[int, int]:
    """Positions of the criterion and level that criterion=level names; either may hold an = of its own."""
    names = [criterion.name for criterion in grid.criteria]
    for place in (i for i, letter in enumerate(text) if letter == "="):
        name, level = text[:place].strip(), text[place + 1 :].strip()
        if name in names:
            at = names.index(name)
            levels = [candidate_level.name for candidate_level in grid.criteria[at].levels]
            if level in levels:
                return at, levels.index(level)
            alike = [
                i for i, candidate_level in enumerate(grid.criteria[at].levels) if level in names_shown(candidate_level)
            ]
            if len(alike) == 1:
                return at, alike[0]
            raise SettingsError(f"--points, criterion '{name}': {unknown('level', level, levels)}")
    raise SettingsError(f"--points: {unknown('criterion', text.partition('=')[0].strip(), names)}")


def decided(grid: Grid, decision: Decision) -> Grid:
    """The candidate's grid as the meeting left it: points and thresholds changed, bands moved, changes pinned."""
    points = [list(row) for row in grid.points]
    evidence = [list(row) for row in grid.evidence]
    for override in decision.overrides:
        at = next(i for i, criterion in enumerate(grid.criteria) if criterion.name == override.criterion)
        level = [one.name for one in grid.criteria[at].levels].index(override.level)
        points[at][level] = override.points
        if evidence:
            line = evidence[at][level]
            evidence[at][level] = Evidence(
                line.leads,
                line.customers,
                note=spelled([note("by_hand", was=override.was)]),
                design_effect=line.design_effect,
            )
    changed = {(override.criterion, override.level) for override in decision.overrides}
    pins = tuple(pin for pin in grid.pins if (pin.criterion, pin.level) not in changed)
    mine = tuple(
        Pin(override.criterion, override.level, override.points, override.who, override.why)
        for override in decision.overrides
    )
    adopted = replace(
        grid,
        points=tuple(tuple(row) for row in points),
        evidence=tuple(tuple(row) for row in evidence),
        pins=(*pins, *mine),
        thresholds=decision.thresholds,
        pivot=decision.thresholds.marketing_qualified if grid.pivot is not None else None,
        curve=None if decision.overrides else grid.curve,
        provenance={
            **_still_true(grid, decision),
            "adopted_in": decision.month,
            "adopted_by": decision.who,
            "adopted_why": decision.why,
        },
    )
    if grid.thresholds is None or adopted.thresholds is None:
        return adopted
    return replace(adopted, bands=moved_bands(grid.bands, grid.thresholds, adopted.thresholds, adopted.minimum))


def _still_true(grid: Grid, decision: Decision) -> dict[str, str | int | float | None]:
    """Where the points come from; a grid for any age made like this one is none any more where points were changed."""
    changed = decision.overrides or decision.thresholds != grid.thresholds
    return {key: value for key, value in grid.provenance.items() if key != ANY_AGE or not changed}


def promises(
    scores: NDArray[np.integer],
    leads: NDArray[np.float64],
    curve: Curve,
    limits: Thresholds,
    months: float | None,
    above: Mapping[str, NDArray[np.bool_]] | None = None,
) -> dict[str, Promise]:
    """What both thresholds should bring, from leads per score and the close rate expected at each.

    `above` says who reaches which stage, where thresholds ask for more than a score.

    >>> found = promises(np.array([0, 10]), np.array([90.0, 10.0]), Curve((0, 10), (0.01, 0.2)), Thresholds(10, 10), 5)
    >>> found["marketing_qualified"]
    Promise(leads=10.0, expected=2.0, months=5, later=None, design_effect=None)
    """
    expected = leads * curve.at(scores)
    by_stage: dict[str, Promise] = {}
    for stage in STAGES:
        mine = scores >= getattr(limits, stage) if above is None else above[stage]
        by_stage[stage] = Promise(float(leads[mine].sum()), round(float(expected[mine].sum()), 6), months)
    return by_stage


def on_later(
    promised: Mapping[str, Promise], total: float, caught: Sequence[float], leads: int, customers: int
) -> dict[str, Promise]:
    """The same promises with the close rate that the best-scored share of later leads had, where there are any.

    `caught` is the share of the later leads' customers that each share of them holds, the best first and in even steps
    from none to all (`Judged.gains`); of the `total` leads a promise was made from, it takes the same share.

    >>> was = {"marketing_qualified": Promise(100.0, 30.0, 10.0)}                     # a tenth of 1,000 leads
    >>> on_later(was, 1000, [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1, 1], 400, 40)   # 12 of the 40 best of 400
    {'marketing_qualified': Promise(leads=100.0, expected=30.0, months=10.0, later=40.0, ...)}
    """
    by_stage = {}
    for stage, promise in promised.items():
        share = promise.leads / total if total else 0.0
        if share * leads < 1 or len(caught) < 2:
            by_stage[stage] = promise
            continue
        bought = float(np.interp(share, np.linspace(0, 1, len(caught)), caught)) * customers
        rate = bought / (share * leads)
        by_stage[stage] = replace(promise, expected=round(rate * promise.leads, 6), later=round(share * leads, 6))
    return by_stage


def outcomes(story: Sequence[Adopted], tally: Tally, newest: int | None = None) -> tuple[Outcome, ...]:
    """What came of each decision's promises, on cohorts after the last one it knew, up to the next decision's.

    `newest` is the last day (since 1970) on which a lead can have entered to be old enough: the month it lies in
    counts as the part of a month that it is.
    """
    results: list[Outcome] = []
    tally, _ = still_closing(tally)
    if tally.undecided is not None and tally.undecided.entered is not None and newest is not None:
        newest = max(newest, int(tally.undecided.entered.max()))
    tally = with_so_far(tally)
    ends = [adopted.decision.until for adopted in story]
    for adopted, (until, following) in zip(story, pairwise([*ends, None]), strict=True):
        decision = adopted.decision
        if decision.promises is None:
            continue
        mask = np.zeros(len(tally.cohorts), np.bool_)
        if tally.ends is not None and until is not None:
            mask = np.array([c > until and (following is None or c <= following) for c in tally.cohorts], np.bool_)
        months = [cohort for cohort, mine in zip(tally.cohorts, mask, strict=True) if mine]
        part = tally.only(mask)
        try:
            grid = replace(adopted.grid, thresholds=decision.thresholds)
            there = {stage: reaches(part, grid, stage) for stage in STAGES} if months else None
        except GridError:
            there = None  # a column that this grid asks for is counted no longer
        for stage in STAGES:
            promise = decision.promises[stage]
            outcome = Outcome(
                decision.month,
                decision.candidate,
                stage,
                getattr(decision.thresholds, stage),
                promise,
                None,
                _length(tally, mask, newest),
                *((months[0], months[-1]) if months else ("", "")),
            )
            results.append(outcome if there is None else _with_counts(outcome, part, there[stage]))
    return tuple(results)


def _with_counts(outcome: Outcome, part: Tally, above: NDArray[np.bool_]) -> Outcome:
    """What came at or above the threshold: in all, and in the newest cohorts that let expect enough customers."""
    came = rate_so_far(part, above, part.effect(above))
    outcome = replace(outcome, came=came.rate, entered=came.entered, undecided=came.undecided)
    leads = np.bincount(part.cohort[above], part.leads[above], len(part.cohorts))
    expected = np.cumsum(leads[::-1])[::-1] * outcome.promise.close_rate
    enough = np.flatnonzero(expected >= RECENT_EXPECTED)
    if not len(enough) or enough[-1] <= np.flatnonzero(leads)[0]:
        return outcome
    newest = above & (part.cohort >= enough[-1])
    recent = rate_so_far(part, newest, part.effect(newest)).rate
    return replace(outcome, recent=recent, since=part.cohorts[enough[-1]])


def _length(tally: Tally, mask: NDArray[np.bool_], newest: int | None) -> float:
    """How many months some cohorts last, the newest one as far as its leads can be judged."""
    if tally.ends is None or not mask.any():
        return 0.0
    begins = np.concatenate([[tally.ends[0] - 30], tally.ends[:-1]])
    lengths = (tally.ends - begins).astype(float)
    elapsed = lengths if newest is None else np.clip(newest - begins, 0, lengths)
    return float((elapsed / lengths)[mask].sum())


def months_decided(reports: Path, before: str | None = None) -> tuple[str, ...]:
    """Names of the month folders that a decision has closed, the oldest first, all or those before a month."""
    if not reports.is_dir():
        return ()
    names = sorted(place.parent.name for place in reports.glob(f"*/{FILE}") if MONTH.fullmatch(place.parent.name))
    return tuple(name for name in names if before is None or name < before)
