"""Candidates segment by segment: month by month, sector by sector, whom a change of grid serves and whom it harms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .backtest import Backtest, later_reaches, same_leads
from .criteria import Criterion, Level
from .errors import SettingsError, unknown
from .metrics import Estimate
from .resampling import resample
from .tally import Tally

Floats = NDArray[np.float64]
Above = tuple[NDArray[np.bool_], NDArray[np.bool_]] | None

FEWEST = 10
"""Customers, and other leads, that a segment needs to be judged."""
DRAWS = 400
FEW = 10_000
"""Leads up to which a segment's intervals are bootstrapped; with more, they are those that the bootstrap comes to."""
MOST_CRITERIA = 3
MOST_LEVELS = 12
RESAMPLED = ("auc", "log_loss", "brier")
USUAL = re.compile(r"sector|industr|country|region|source|segment|channel|secteur|pays|origine|canal|branche", re.I)


@dataclass(frozen=True)
class Segment:
    """One candidate against the baseline on the later leads of one segment.

    `old`, `new` and `difference` are AUCs within the segment (None with fewer than 10 customers or other leads); the
    interval holds for all segments of a table and all candidates at once. `caught` counts the segment's customers
    above the marketing-qualified threshold, with the old and the new grid. `log_loss` and `brier` are differences of
    the errors of the promised close rates (below 0: the candidate promises better). `harm` says how the candidate
    harms the segment: "ranking", "caught" or "".
    """

    level: Level
    leads: int
    customers: int
    old: float | None
    new: float | None
    difference: Estimate | None
    called: tuple[int, int] | None
    caught: tuple[int, int] | None
    harm: str = ""
    log_loss: Estimate | None = None
    brier: Estimate | None = None


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


def segment_criteria(shown: Sequence[Criterion], asked: Sequence[str] = ()) -> tuple[Criterion, ...]:
    """The criteria to look at by segment: those asked for, else sector, country, source and their like."""
    names = [criterion.name for criterion in shown]
    for name in asked:
        if name not in names:
            raise SettingsError(unknown("criterion to segment by", name, names))
    if asked:
        return tuple(criterion for criterion in shown if criterion.name in asked)
    usual = [c for c in shown if c.kind == "text" and USUAL.search(c.name) and len(c.levels) <= 4 * MOST_LEVELS]
    return tuple(usual[:MOST_CRITERIA])


def by_segment(
    tally: Tally, old: Backtest, others: Sequence[Backtest], criteria: Sequence[Criterion]
) -> tuple[Sides, ...]:
    """Each other candidate against the baseline, per cohort month and per level of each criterion.

    Intervals are paired: of the difference on the same resampled leads (Poisson bootstrap on counts), and of large
    segments by the formulae that the bootstrap approaches. They hold for all segments of a table and all candidates.
    """
    if not others:
        return ()
    later = same_leads([old, *others])
    cohort = tally.cohort[later.row]
    months = [Level(tally.cohorts[i], values=(tally.cohorts[i],)) for i in np.unique(cohort)]
    above = [_above(tally, old, new) for new in others]
    tables = [_table(None, months, np.unique(cohort, return_inverse=True)[1], old, others, above)]
    groups = tally.regroup(criteria)
    for criterion, codes in zip(groups.criteria, groups.codes, strict=True):
        tables.append(_table(criterion.name, criterion.levels, codes[later.row], old, others, above))
    return tuple(
        Sides(old.name, new.name, tuple(table[i] for table in tables if table[i].segments))
        for i, new in enumerate(others)
    )


def _table(
    by: str | None, levels: Sequence[Level], code: NDArray[np.integer], old: Backtest, others: Sequence[Backtest],
    above: Sequence[Above],
) -> tuple[Segmented, ...]:  # fmt: skip
    later = old.later
    held = np.bincount(code, later.leads, len(levels))
    order = [int(i) for i in np.argsort(-held, kind="stable")[:MOST_LEVELS] if held[i] > 0]
    if by is None:
        order = [i for i in range(len(levels)) if held[i] > 0]
    rows = [np.flatnonzero(code == i) for i in order]
    alpha = 0.05 / max(sum(_enough(old, part) for part in rows) * len(others), 1)
    spreads = [_bootstrapped(old, others, part) for part in rows]
    return tuple(
        Segmented(by, tuple(
            _segment(levels[i], old, new, above[at], part, alpha, spread[at] if spread else {})
            for i, part, spread in zip(order, rows, spreads, strict=True)
        ))
        for at, new in enumerate(others)
    )  # fmt: skip


def _bootstrapped(
    old: Backtest, others: Sequence[Backtest], rows: NDArray[np.intp]
) -> tuple[dict[str, float], ...] | None:
    """Standard error of each metric's difference to the baseline, per candidate, on resampled leads of a segment."""
    later = old.later
    if not _enough(old, rows) or later.counted[rows].sum() > FEW:
        return None
    mine = replace(
        later, row=later.row[rows], fold=later.fold[rows], leads=later.leads[rows], customers=later.customers[rows],
        counted=later.counted[rows],
    )  # fmt: skip
    judged = [(each.name, each.score[rows], np.clip(each.rate[rows], 1e-9, 1 - 1e-9)) for each in (old, *others)]
    found = resample(mine, judged, capacity=1.0, metrics=RESAMPLED, draws=DRAWS)
    spread = (found.drawn[1:] - found.drawn[0]).std(axis=2)
    return tuple(dict(zip(RESAMPLED, map(float, each), strict=True)) for each in spread)


def _enough(backtest: Backtest, rows: NDArray[np.intp]) -> bool:
    later = backtest.later
    bought = later.customers[rows].sum()
    return bool(bought >= FEWEST and later.leads[rows].sum() - bought >= FEWEST)


def _segment(
    level: Level, old: Backtest, new: Backtest, above: Above, rows: NDArray[np.intp], alpha: float,
    spread: Mapping[str, float],
) -> Segment:  # fmt: skip
    """One segment; `spread` has the bootstrap's standard errors where there are some."""
    later = old.later
    leads, customers = later.leads[rows], later.customers[rows]
    found = None
    if _enough(old, rows):
        counted = later.counted[rows] * np.where(leads > 0, (leads - customers) / np.maximum(leads, 1e-12), 0)
        found = paired_auc(old.score[rows], new.score[rows], leads - customers, customers, later.fold[rows], counted)
    difference = None
    if found is not None:
        first, second, error = found
        width = spread.get("auc", error) * float(special.stdtrit(max(customers.sum() - 1, 1), 1 - alpha / 2))
        gap = second - first
        difference = Estimate(gap, max(gap - width, -1.0), min(gap + width, 1.0))
    called = caught = None
    lost = gained = 0.0
    if above is not None:
        was, now = above[0][rows], above[1][rows]
        called = round(float(leads[was].sum())), round(float(leads[now].sum()))
        caught = round(float(customers[was].sum())), round(float(customers[now].sum()))
        lost, gained = float(customers[was & ~now].sum()), float(customers[now & ~was].sum())
    harm = ""
    if difference is not None and difference.high < 0:
        harm = "ranking"
    elif lost > gained and 2 * float(special.bdtr(round(gained), round(lost + gained), 0.5)) < alpha:
        harm = "caught"
    log_loss = brier = None
    if found is not None:
        rates = np.clip(old.rate[rows], 1e-9, 1 - 1e-9), np.clip(new.rate[rows], 1e-9, 1 - 1e-9)
        shown = leads - customers, customers, float(later.counted[rows].sum()), alpha
        log_loss = paired_error(
            [-np.log(1 - p) for p in rates], [-np.log(p) for p in rates], *shown, spread.get("log_loss")
        )
        brier = paired_error([p**2 for p in rates], [(1 - p) ** 2 for p in rates], *shown, spread.get("brier"))
    return Segment(
        level, round(float(leads.sum())), round(float(customers.sum())), found[0] if found else None,
        found[1] if found else None, difference, called, caught, harm, log_loss, brier,
    )  # fmt: skip


def _above(tally: Tally, old: Backtest, new: Backtest) -> Above:
    """Judged rows that are marketing-qualified by the old and by the new grid of their fold."""
    if any(grid.thresholds is None for each in (old, new) for grid in each.grids):
        return None
    was, now = (later_reaches(tally, each, "marketing_qualified") for each in (old, new))
    return was, now


def paired_error(
    others_err: Sequence[Floats], customers_err: Sequence[Floats], others: Floats, customers: Floats, counted: float,
    alpha: float = 0.05, error: float | None = None,
) -> Estimate:  # fmt: skip
    """Mean error of the second grid minus that of the first on the same leads, with its interval.

    ``m = sum(w d) / sum(w)``, ``s.e. = sqrt(sum(w (d - m)^2) / sum(w) / counted)``: errors of rows per lead that did
    not and that did become a customer, `others` and `customers` their weights. `error` is the s.e. where it is known.

    >>> found = paired_error([np.array([0.2]), np.array([0.1])], [np.array([0.5]), np.array([0.7])],
    ...     np.array([30.0]), np.array([10.0]), 40)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)     # (30 * -0.1 + 10 * 0.2) / 40
    (-0.025, -0.0653, 0.0153)
    """
    gaps = np.concatenate([others_err[1] - others_err[0], customers_err[1] - customers_err[0]])
    weights = np.concatenate([others, customers])
    mean = float(weights @ gaps / weights.sum())
    if error is None:
        error = float(np.sqrt(_spread(gaps, weights) / max(counted, 1)))
    width = float(special.ndtri(1 - alpha / 2)) * error
    return Estimate(mean, mean - width, mean + width)


def paired_auc(
    old: NDArray[np.integer], new: NDArray[np.integer], others: Floats, customers: Floats,
    fold: NDArray[np.integer], counted: NDArray[np.number],
) -> tuple[float, float, float] | None:  # fmt: skip
    """AUC of two scores on the same leads, and the standard error of their difference (DeLong et al. 1988).

    Within folds, folds weighted by their pairs. `others` and `customers` are weights of the rows, `counted` the other
    leads really counted. None where no fold has two customers and two other leads.

    >>> n, k = np.array([1.0, 1, 1, 0, 0, 0]), np.array([0.0, 0, 0, 1, 1, 1])
    >>> a, b, se = paired_auc(np.array([1, 2, 3, 2, 3, 4]), np.array([1, 2, 3, 4, 5, 6]), n, k, np.zeros(6, int), n)
    >>> round(a, 3), round(b, 3), round(se, 3)     # a: (1.5 + 2.5 + 3) / 9
    (0.778, 1.0, 0.208)
    """
    pairs, values, errors = [], [], []
    for f in np.unique(fold):
        mine = fold == f
        n, k, size = others[mine], customers[mine], float(counted[mine].sum())
        if k.sum() < 2 or size < 2:
            continue
        placed = [_placements(each[mine], n, k) for each in (old, new)]
        up, down = placed[1][0] - placed[0][0], placed[1][1] - placed[0][1]
        values.append([float(k @ each[0] / k.sum()) for each in placed])
        pairs.append(float(n.sum() * k.sum()))
        errors.append(_spread(up, k) / (k.sum() - 1) + _spread(down, n) / (size - 1))
    if not pairs:
        return None
    weight = np.array(pairs) / sum(pairs)
    first, second = weight @ np.array(values)
    return float(first), float(second), float(np.sqrt(weight**2 @ np.array(errors)))


def _placements(score: NDArray[np.integer], others: Floats, customers: Floats) -> tuple[Floats, Floats]:
    """For each row, the share of other leads below its score and of customers above it, ties counted half."""
    place = np.unique(score, return_inverse=True)[1]
    n, k = np.bincount(place, others), np.bincount(place, customers)
    below = (np.cumsum(n) - n / 2) / n.sum()
    above = 1 - (np.cumsum(k) - k / 2) / k.sum()
    return below[place], above[place]


def _spread(values: Floats, weights: Floats) -> float:
    """Weighted variance."""
    mean = weights @ values / weights.sum()
    return float(weights @ (values - mean) ** 2 / weights.sum())
