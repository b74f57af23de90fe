"""The frontier: for every number of lines the best grid of each method, judged on the same later leads.

What is proposed is the shortest grid that is neither surely worse than the best one nor expected to be. Not surely: its
AUC lies within one standard error of the paired difference and within `USEFUL`, its log-loss within one standard error
too (the rule of one standard error: Breiman, Friedman, Olshen and Stone, "Classification and regression trees", 1984,
section 3.4.3). The best of fifty grids owes part of its AUC to having been picked as the best; as much of it as the
best of a resample gains over its own AUC does not count (Tibshirani and Tibshirani, "A bias correction for the minimum
error rate in cross-validation", 2009).

Where later customers are few, nearly every grid is not surely worse. What is expected of a difference is what later
leads say of it, shrunk by its variance towards what the leads say that the grids were made from (Morris, "Parametric
empirical Bayes inference", 1983): these are more, and flatter long grids a little. A grid is not expected to be worse
if it lies no further than `ALIKE` behind the best by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.grid import Grid
from ..points.plan import Plan, calibrate_prepared, prepare
from ..shown import Shown
from ..weights import METHODS
from ..weights.path import SIZES
from .backtest import Backtest, folds, replay, same_leads
from .bootstrap import resample
from .metrics import Estimate

Floats = NDArray[np.float64]

JUDGED = ("auc", "log_loss")
DRAWS, GROUPS, SCORES = 200, 300, 64
"""Redraws of the leads, groups they are dealt into, and scores told apart: enough for a standard error."""
USEFUL = 0.005
"""AUC: a grid that lies further behind the best one is not as good, however uncertain the difference."""
ALIKE = 0.003
"""AUC: grids that are expected to lie no further apart are as good as each other, and the shorter one is taken."""
OWN_SHARE, OWN_ERROR = 0.43, 0.01
"""How well the leads that grids were made from know a difference of AUC: the share of the variance that later leads
leave, three leads in ten of all being later ones, and what their having made the grids may add to it."""


@dataclass(frozen=True)
class Point:
    """One grid of the frontier: `size` is the number of lines asked for (None: all), `lines` what it has.

    `metrics` come from later leads, `behind` is the AUC that the best grid has more, with the interval of the paired
    difference.
    """

    name: str
    method: str
    size: int | None
    lines: int
    grid: Grid
    metrics: Mapping[str, Estimate]
    behind: Estimate | None = None
    proposed: bool = False


@dataclass(frozen=True, repr=False)
class Frontier(Shown):
    """All points, by method and from few lines to many; `current` is the grid in use, if there is one.

    `flattery` is the AUC that the best grid owes to having been picked.
    """

    points: tuple[Point, ...]
    best: str | None = None
    current: Point | None = None
    flattery: float = 0.0

    @property
    def proposed(self) -> Point | None:
        """The shortest grid that is neither surely worse than the best nor expected to be."""
        return next((point for point in self.points if point.proposed), None)

    def point(self, name: str) -> Point | None:
        """A point by its name."""
        return next((point for point in self.points if point.name == name), None)

    def shorter(self) -> Point | None:
        """The best grid with at most two thirds of the lines that the proposed one has."""
        return self._best(lambda lines, own: lines <= own * 2 / 3)

    def longer(self) -> Point | None:
        """The best grid with more lines than the proposed one."""
        return self._best(lambda lines, own: lines > own)

    def _best(self, fits: Callable[[int, int], bool]) -> Point | None:
        proposal = self.proposed
        if proposal is None:
            return None
        rivals = [point for point in self.points if fits(point.lines, proposal.lines) and "auc" in point.metrics]
        return max(rivals, key=lambda point: point.metrics["auc"].value, default=None)

    def frame(self) -> pd.DataFrame:
        """One line per point: name, method, lines, AUC with its interval, AUC behind the best, log-loss, proposed."""
        rows = []
        for point in self.points:
            auc, log_loss = (point.metrics.get(metric) for metric in JUDGED)
            rows.append(
                {
                    "name": point.name,
                    "method": point.method,
                    "lines": point.lines,
                    "auc": auc.value if auc else np.nan,
                    "low": auc.low if auc else np.nan,
                    "high": auc.high if auc else np.nan,
                    "behind": point.behind.value if point.behind else np.nan,
                    "log_loss": log_loss.value if log_loss else np.nan,
                    "proposed": point.proposed,
                }
            )
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        return str(self.frame().to_string(index=False, float_format="{:.4g}".format))

    @property
    def headline(self) -> str:
        """How many grids of how many methods, and which is proposed."""
        methods = len({point.method for point in self.points})
        proposal = self.proposed
        tail = f"proposed: {proposal.name}, {proposal.lines} lines" if proposal else "none is proposed"
        return f"{len(self.points)} grids by {methods} methods; {tail}"


def frontier(
    tally: Tally, methods: Sequence[str] = tuple(METHODS), *, close_days: int | None = None, capacity: float = 0.20
) -> Frontier:
    """The best grid of 3, 4, 5, 6, 8, 10, 12, 16, 20, 30 and all lines by each method, judged on later leads.

    `close_days` is how long after its creation a lead's outcome is known (None: undated). Raises SettingsError for an
    unknown method.

    >>> from calibrate.counts.tally import tally_of
    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> asked = [Criterion(name, name, "text", "fit", (Level("yes", values=("yes",)), Level("no", values=("no",)),
    ...     *ends)) for name in ("demo", "price", "trial", "student", "webinar")]
    >>> code = np.random.default_rng(1).integers(0, 2, (5, 4000)).astype(np.uint8)
    >>> bought = np.random.default_rng(2).random(4000) < 0.3 * 0.5 ** code[:4].sum(axis=0)
    >>> month = np.arange(4000) // 500
    >>> leads = tally_of(asked, code, bought, month, [f"month {i}" for i in range(8)])
    >>> points = frontier(leads, ["logistic"])
    >>> [(point.name, point.lines) for point in points.points], points.proposed.name
    ([('logistic-3', 3), ('logistic', 4)], 'logistic')
    """
    plans = tuple(Plan(method, method) for method in methods)
    prepared = prepare(tally)
    grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
    sized = plans_along(plans, grids)
    grids |= {plan.name: slim(calibrate_prepared(prepared, plan)) for plan in sized}
    backtests = replay(tally, (*plans, *sized), folds(tally, close_days=close_days))
    return judge_frontier(backtests, (*plans, *sized), grids, capacity=capacity)


def plans_along(plans: Sequence[Plan], grids: Mapping[str, Grid]) -> tuple[Plan, ...]:
    """The plans of shorter grids of each method: those sizes of the frontier that its grid of all lines exceeds."""
    return tuple(
        replace(plan, name=f"{plan.name}-{size}", size=size)
        for plan in plans
        if plan.grid is None and plan.limits is None
        for size in reversed(SIZES)
        if size < grids[plan.name].lines
    )


def slim(grid: Grid) -> Grid:
    """The grid without criteria that have no line: it scores every lead alike."""
    stay = [i for i, points in enumerate(grid.points) if any(points)]
    evidence = tuple(grid.evidence[i] for i in stay) if grid.evidence else ()
    return replace(
        grid,
        criteria=tuple(grid.criteria[i] for i in stay),
        points=tuple(grid.points[i] for i in stay),
        evidence=evidence,
    )


def judge_frontier(
    backtests: Sequence[Backtest],
    plans: Sequence[Plan],
    grids: Mapping[str, Grid],
    *,
    capacity: float,
    sizes: Mapping[str, int | None] | None = None,
) -> Frontier:
    """Judge every point on the same later leads and mark the one that is proposed.

    `backtests` are those of the plans, or of points of the frontier whose `sizes` are given; `grids` are the same grids
    fitted on all mature history. A fixed grid among them is the one in use.
    """
    if not backtests:  # nothing is asked of this history
        return Frontier(())
    later = same_leads(backtests)
    sizes = {plan.name: plan.size for plan in plans} | dict(sizes or {})
    points = [
        Point(
            backtest.name, backtest.method, sizes[backtest.name], grids[backtest.name].lines, grids[backtest.name], {}
        )
        for backtest in backtests
    ]
    leads, customers = float(later.leads.sum()), float(later.customers.sum())
    fixed = [backtest.fixed for backtest in backtests]
    if not 0 < customers < leads or all(fixed):
        return _ordered(points, fixed, None)
    replicates = resample(
        later,
        [(backtest.name, backtest.score, backtest.rate) for backtest in backtests],
        capacity=capacity,
        metrics=JUDGED,
        draws=DRAWS,
        groups=GROUPS,
        most=SCORES,
    )
    value, draws = replicates.of("auc")
    own = own_auc(point.grid for point in points)
    contest = contest_of(value, draws, ~np.array(fixed), replicates.of("log_loss"), own)
    gaps, spread = value[contest.best] - value, contest.spread
    assessed = []
    for i, point in enumerate(points):
        behind = Estimate(float(gaps[i]), float(gaps[i] - 1.96 * spread[i]), float(gaps[i] + 1.96 * spread[i]))
        assessed.append(replace(point, metrics=replicates.estimates(i), behind=behind))
    alike = np.flatnonzero(contest.alike).tolist()
    size = {i: int(np.abs(points[i].grid.flat).sum()) for i in alike}
    shortest = min(alike, key=lambda i: (points[i].lines, -float(value[i]), size[i], i))
    assessed[shortest] = replace(assessed[shortest], proposed=True)
    return replace(_ordered(assessed, fixed, points[contest.best].name), flattery=contest.flattery)


def own_auc(grids: Iterable[Grid]) -> Floats:
    """AUC of grids on the leads that they were made from, not a number where that is not known: (grids,)."""
    values = [grid.provenance.get("auc_rounded") for grid in grids]  # of a file, it may be anything
    return np.array([float(value) if isinstance(value, int | float) else np.nan for value in values], np.float64)


@dataclass(frozen=True)
class Contest:
    """The best of some grids and those as good: `spread` of the differences to it, `alike`, both (grids,)."""

    best: int
    flattery: float
    spread: Floats
    alike: NDArray[np.bool_]


def contest_of(
    value: Floats,
    draws: Floats,
    among: NDArray[np.bool_],
    losses: tuple[Floats, Floats] | None = None,
    own: Floats | None = None,
) -> Contest:
    """The best grid `among` some by AUC (grids,) and those alike, given the AUC in resamples (grids, draws).

    `losses` are the log-loss of the grids, (grids,) and (grids, draws): it sees where a short grid leaves customers and
    others less far apart than its order of them shows. `own` is their AUC on the leads that they were made from: it
    tells what to expect of a difference that later leads do not know well. Where no grid passes both, the expected
    value decides.

    >>> draws = np.array([[0.80, 0.78], [0.77, 0.80], [0.60, 0.62]])       # picked: .01 and .015 above their own
    >>> contest = contest_of(np.array([0.79, 0.785, 0.61]), draws, np.ones(3, bool))
    >>> contest.best, round(contest.flattery, 4), contest.alike.tolist()
    (0, 0.0125, [True, True, False])
    >>> losses = np.array([0.30, 0.32, 0.40]), np.array([[0.31, 0.29], [0.33, 0.30], [0.4, 0.4]])
    >>> contest_of(np.array([0.79, 0.785, 0.61]), draws, np.ones(3, bool), losses).alike.tolist()
    [True, False, False]
    >>> own = np.array([0.79, 0.77, 0.60])                                       # .017 behind is to be expected
    >>> contest_of(np.array([0.79, 0.785, 0.61]), draws, np.ones(3, bool), own=own).alike.tolist()
    [True, False, False]
    """
    at = np.flatnonzero(among)
    best = int(at[np.argmax(value[at])])
    picked = at[np.argmax(draws[at], axis=0)]
    flattery = max(float((draws[picked, np.arange(draws.shape[1])] - value[picked]).mean()), 0.0)
    gaps, spread = _behind(value, draws, best)
    alike = among & (gaps - flattery <= np.minimum(spread, USEFUL))
    if losses is not None:
        lost, error = _behind(-losses[0], -losses[1], best)
        alike &= lost <= error
    alike[best] = True
    if own is not None and np.isfinite(own[at]).all():
        expected = _expected(gaps, spread, own[best] - own)
        as_good = among & (expected <= expected[at].min() + ALIKE)
        alike = alike & as_good if (alike & as_good).any() else as_good
    return Contest(best, flattery, spread, alike)


def _expected(gaps: Floats, spread: Floats, own: Floats) -> Floats:
    """What is expected of differences: those on later leads, shrunk towards those on their `own` leads, (grids,) each.

    Each counts by its precision: that of later leads is known by `spread`; own leads leave a share of its variance, and
    an error of their own that no number of leads takes away.

    >>> _expected(np.array([0.0, 0.0, 0.0]), np.array([0.0, 0.001, 0.1]), np.array([0.0, 0.01, 0.01])).round(4).tolist()
    [0.0, 0.0001, 0.0069]
    """
    variance = spread**2
    kept = (OWN_SHARE * variance + OWN_ERROR**2) / ((1 + OWN_SHARE) * variance + OWN_ERROR**2)
    result: Floats = kept * gaps + (1 - kept) * own
    return result


def _behind(value: Floats, draws: Floats, best: int) -> tuple[Floats, Floats]:
    """What the best grid has more than each, and the standard error of that: (grids,) each."""
    gaps = value[best] - value
    spread: Floats = np.sqrt(np.mean((draws[best] - draws - gaps[:, None]) ** 2, axis=1))
    return gaps, spread


def _ordered(points: Sequence[Point], fixed: Sequence[bool], best: str | None) -> Frontier:
    """The points of methods in order of their lines, and the grid in use beside them."""
    used = next((point for point, is_fixed in zip(points, fixed, strict=True) if is_fixed), None)
    candidates = [point for point, is_fixed in zip(points, fixed, strict=True) if not is_fixed]
    methods = list(dict.fromkeys(point.method for point in candidates))
    candidates.sort(key=lambda point: (methods.index(point.method), point.size or np.inf))
    return Frontier(tuple(candidates), best, used)
