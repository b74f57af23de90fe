"""Candidates segment by segment: month by month, sector by sector, whom a change of grid serves and whom it harms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..errors import SettingsError, unknown
from ..grid.criteria import Criterion, Level
from .backtest import Backtest, LaterLeads, same_leads
from .bootstrap import Resampled, resample
from .comparison import CAPACITY, PRIMARY
from .equal_calls import later_at_equal_calls
from .metrics import METRICS, Estimate

Floats = NDArray[np.float64]
Called = tuple[Floats, Floats] | None
"""Share of each judged row that the old and the new grid call, at the same number of calls."""

FEWEST = 10
"""Customers, and other leads, that a segment needs to be judged."""
DRAWS = 200
GROUPS = 400
SCORES = 64
"""Resamples of a segment, groups of its leads that are weighted, and scores kept apart: `resampling.resample`."""
MOST_CRITERIA = 3
MOST_LEVELS = 12
SHOWN = tuple(name for name, metric in METRICS.items() if metric.better != "nearer")
"""Metrics of which more, or less, is better; how true promises are within a segment, log-loss and Brier score say."""
USUAL = re.compile(r"sector|industr|country|region|source|segment|channel|secteur|pays|origine|canal|branche", re.I)


@dataclass(frozen=True)
class Segment:
    """One candidate against the baseline on the later leads of one segment.

    `old` and `new` are AUCs within the segment. `differences` are candidate minus baseline, metric by metric (of
    errors: below 0, the candidate promises better), with intervals that hold for all segments of a table and all
    candidates at once. With fewer than 10 customers or other leads there are none. `called` and `caught` count the
    segment's leads called and customers caught, the old grid calling as many leads in all as reach the MQL of the new
    one. `harm` says how the candidate harms the segment: "ranking", "caught" or "".
    """

    level: Level
    leads: int
    customers: int
    old: float | None
    new: float | None
    differences: Mapping[str, Estimate]
    called: tuple[int, int] | None
    caught: tuple[int, int] | None
    harm: str = ""

    @property
    def difference(self) -> Estimate | None:
        """Difference in the metric that decides (AUC)."""
        return self.differences.get(PRIMARY)


@dataclass(frozen=True)
class Segmented:
    """All segments of one kind: a criterion, or the cohort months (`by` is None)."""

    by: str | None
    segments: tuple[Segment, ...]

    @property
    def harmed(self) -> tuple[Segment, ...]:
        """Segments that the candidate harms."""
        return tuple(segment for segment in self.segments if segment.harm)


@dataclass(frozen=True)
class Sides:
    """One candidate against the baseline, segment by segment."""

    baseline: str
    candidate: str
    tables: tuple[Segmented, ...]

    @property
    def harmed(self) -> tuple[tuple[str | None, Segment], ...]:
        """Every segment that the candidate harms, with what it is a segment of."""
        return tuple((table.by, segment) for table in self.tables for segment in table.harmed)


def segment_criteria(criteria: Sequence[Criterion], segment_by: Sequence[str] = ()) -> tuple[Criterion, ...]:
    """The criteria to look at by segment: those asked for, else sector, country, source and their like."""
    names = [criterion.name for criterion in criteria]
    for name in segment_by:
        if name not in names:
            raise SettingsError(unknown("criterion to segment by", name, names))
    if segment_by:
        return tuple(criterion for criterion in criteria if criterion.name in segment_by)
    usual = [c for c in criteria if c.kind == "text" and USUAL.search(c.name) and len(c.levels) <= 4 * MOST_LEVELS]
    return tuple(usual[:MOST_CRITERIA])


def by_segment(
    tally: Tally,
    old: Backtest,
    rivals: Sequence[Backtest],
    criteria: Sequence[Criterion],
    *,
    capacity: float = CAPACITY,
) -> tuple[Sides, ...]:
    """Each other candidate against the baseline, per cohort month and per level of each criterion.

    Intervals are paired: of the difference on the same resampled leads (Poisson bootstrap on counts). They hold for
    all segments of a table and all candidates. `capacity` is the share of a segment's leads that sales can call.
    """
    if not rivals:
        return ()
    later = same_leads([old, *rivals])
    months, code = np.unique(tally.cohort[later.row], return_inverse=True)
    month_levels = [Level(tally.cohorts[i], values=(tally.cohorts[i],)) for i in months]
    case = _Case(later, (old, *rivals), tuple(_called(tally, old, new) for new in rivals), capacity)
    tables = [_table(case, None, month_levels, code)]
    groups = tally.regroup(criteria)
    for criterion, codes in zip(groups.criteria, groups.codes, strict=True):
        tables.append(_table(case, criterion.name, criterion.levels, codes[later.row]))
    return tuple(
        Sides(old.name, new.name, tuple(table[i] for table in tables if table[i].segments))
        for i, new in enumerate(rivals)
    )


@dataclass(frozen=True)
class _Case:
    """Candidates on the same later leads, the baseline first; `above` has one entry per other candidate."""

    later: LaterLeads
    judged: tuple[Backtest, ...]
    called: tuple[Called, ...]
    capacity: float


def _table(case: _Case, by: str | None, levels: Sequence[Level], code: NDArray[np.integer]) -> tuple[Segmented, ...]:
    """The segments of one kind, for each candidate but the baseline."""
    later = case.later
    leads, customers = (np.bincount(code, values, len(levels)) for values in (later.leads, later.customers))
    order = [int(i) for i in np.argsort(-leads, kind="stable")[:MOST_LEVELS] if leads[i] > 0]
    if by is None:
        order = [i for i in range(len(levels)) if leads[i] > 0]
    judgeable = set(order) & set(np.flatnonzero(_enough(later, code, len(levels))))
    by_position = {i: _resampled(case, np.flatnonzero(code == i)) for i in order if i in judgeable}
    comparable = [i for i in order if customers[i] >= FEWEST]  # whose customers caught are compared
    alpha, chance = (0.05 / max(len(among) * len(case.called), 1) for among in (judgeable, comparable))
    tables = []
    for at, calls in enumerate(case.called, 1):
        sides = _sides(later, calls, code, len(levels))
        tables.append(
            Segmented(
                by,
                tuple(
                    _segment(levels[i], leads[i], customers[i], by_position.get(i), at, sides[i], alpha, chance)
                    for i in order
                ),
            )
        )
    return tuple(tables)


def _enough(later: LaterLeads, code: NDArray[np.integer], size: int) -> NDArray[np.bool_]:
    """Segments with ten customers and ten other leads that can be held against each other: those of the same fold."""
    folds = len(later.folds)
    place = code.astype(np.intp) * folds + later.fold
    bought, lost = (
        np.bincount(place, values, size * folds).reshape(size, folds)
        for values in (later.customers, later.leads - later.customers)
    )
    fewer = np.minimum((bought * (lost > 0)).sum(axis=1), (lost * (bought > 0)).sum(axis=1))
    enough: NDArray[np.bool_] = fewer >= FEWEST
    return enough


def _resampled(case: _Case, rows: NDArray[np.intp]) -> Resampled:
    """Every metric of every candidate on resampled leads of one segment."""
    candidates = [
        (backtest.name, backtest.score[rows], np.clip(backtest.rate[rows], 1e-9, 1 - 1e-9)) for backtest in case.judged
    ]
    return resample(
        case.later.of(rows), candidates, capacity=case.capacity, metrics=SHOWN, draws=DRAWS, groups=GROUPS, most=SCORES
    )


def _sides(later: LaterLeads, calls: Called, code: NDArray[np.integer], size: int) -> list[Floats | None]:
    """Per segment: leads called and customers caught with the old and the new grid, customers lost and gained.

    The last two, which are tested, are as many as if the customers of one company were about one.
    """
    if calls is None:
        return [None] * size
    was, now = calls
    sides = (
        (later.leads, was),
        (later.leads, now),
        (later.customers, was),
        (later.customers, now),
        (later.customers, np.maximum(was - now, 0)),
        (later.customers, np.maximum(now - was, 0)),
    )
    sums = np.array([np.bincount(code, counts * mine, size) for counts, mine in sides])
    sums[4:] /= _companies_moved(later, was != now, code, size)
    return list(sums.T)


def _companies_moved(later: LaterLeads, changed: NDArray[np.bool_], code: NDArray[np.integer], size: int) -> Floats:
    """Customers per company among those that change sides, each company by its customers: no less than 1, (size,)."""
    if later.group is None:
        return np.ones(size)
    rows = np.flatnonzero(changed & (later.group >= 0) & (later.customers > 0))
    pair, place = np.unique(np.stack([code[rows], later.group[rows]]), axis=1, return_inverse=True)
    together = np.bincount(place.ravel(), later.customers[rows], pair.shape[1])
    bought = np.bincount(code, later.customers * changed, size)
    more = np.bincount(pair[0], together**2 - together, size)
    effect: Floats = np.maximum(1 + np.divide(more, bought, out=np.zeros(size), where=bought > 0), 1.0)
    return effect


def _segment(
    level: Level,
    leads: float,
    customers: float,
    replicates: Resampled | None,
    at: int,
    sides: Floats | None,
    alpha: float,
    chance: float,
) -> Segment:
    """One segment for the candidate at position `at` of those drawn; customers lost are tested at level `chance`."""
    differences = {} if replicates is None else replicates.differences(at, alpha)
    called = caught = None
    harm = ""
    if sides is not None:
        called_old, called_new, caught_old, caught_new = (round(float(side)) for side in sides[:4])
        called, caught = (called_old, called_new), (caught_old, caught_new)
        lost, gained = (float(side) for side in sides[4:])
        sure = 2 * float(special.bdtr(round(gained), round(lost + gained), 0.5)) < chance
        if sure and customers >= FEWEST:
            harm = "caught"
    if differences and differences[PRIMARY].high < 0:
        harm = "ranking"
    old, new = (None, None) if replicates is None else map(float, replicates.of(PRIMARY)[0][[0, at]])
    return Segment(level, round(leads), round(customers), old, new, differences, called, caught, harm)


def _called(tally: Tally, old: Backtest, new: Backtest) -> Called:
    """Share of the judged rows that the old and the new grid call: as many leads as reach the MQL of the new one."""
    if not (old.has_thresholds and new.has_thresholds):
        return None
    return later_at_equal_calls(tally, old, new, "marketing_qualified")
