"""Backtest: every plan calibrated on earlier cohorts and judged on later ones, as it would have happened.

Rolling origin (Tashman 2000, "Out-of-sample tests of forecasting accuracy"): for each fold, levels, weights, scale,
rounding, curve and thresholds come from cohorts whose outcomes were known when the judged cohorts began.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..cores import in_order
from ..counts.design_effect import Grouped, among, grouped
from ..counts.newest import in_groups_of, known_apart
from ..counts.rates import MIN_LEADS
from ..counts.tally import Tally
from ..errors import HistoryError
from ..grid.grid import Curve, Grid, Stage
from ..points.curve import fit_curve
from ..points.plan import Plan, Prepared, finish, prepare, sketch
from ..points.recency import Recency
from ..points.score_table import levels_of, reaches, row_scores, score

Floats = NDArray[np.float64]

FEWEST_TO_TRAIN = 20
FEWEST_TO_JUDGE = 10
"""Customers that a fold needs to train on, and to be judged on; as many other leads too."""


@dataclass(frozen=True)
class Fold:
    """One step of the rolling origin: cohorts to calibrate on, the later cohorts judged, and what those hold.

    `train` and `judged` are the same two lists as masks over the tally's cohorts.
    """

    cohorts_train: tuple[str, ...]
    cohorts_judged: tuple[str, ...]
    leads: int
    customers: int
    train: NDArray[np.bool_] = field(repr=False, compare=False)
    judged: NDArray[np.bool_] = field(repr=False, compare=False)


@dataclass(frozen=True)
class LaterLeads:
    """The judged rows of all folds, one fold after the other, the same for every plan; arrays (rows,).

    `row` is the position of the row in the tally, `counted` the leads really counted behind it, `group` its group (-1:
    alone; None: all stand alone). Leads of equal `fingerprint` are the same leads.
    """

    folds: tuple[Fold, ...]
    row: NDArray[np.intp]
    fold: NDArray[np.intp]
    leads: Floats
    customers: Floats
    counted: NDArray[np.int64]
    fingerprint: str
    group: NDArray[np.int32] | None = None

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> LaterLeads:
        """Some of the rows, by a mask or by position."""
        return replace(
            self,
            row=self.row[rows],
            fold=self.fold[rows],
            leads=self.leads[rows],
            customers=self.customers[rows],
            counted=self.counted[rows],
            group=None if self.group is None else self.group[rows],
        )

    @cached_property
    def grouped(self) -> Grouped | None:
        """The rows whose leads share their fate with others; None where all stand alone."""
        return grouped(self)

    def effect(self, mine: NDArray[np.bool_] | None = None) -> float:
        """Design effect of the close rate of these leads, or of some rows."""
        rows = np.ones(len(self.row), np.bool_) if mine is None else mine
        groups, leads = self.grouped, float(self.leads[rows].sum())
        return 1.0 if groups is None or not leads else max(1.0, 1 + among(groups, rows) / leads)


@dataclass(frozen=True)
class Backtest:
    """One plan on later leads: score and predicted close rate of every row, made by the grid of its fold.

    `stood_in` says of each fold whether another plan stood in for a fixed grid that had been made from its leads.
    """

    name: str
    method: str
    fixed: bool
    later: LaterLeads
    grids: tuple[Grid, ...]
    score: NDArray[np.int64]
    rate: Floats
    stood_in: tuple[bool, ...] = ()

    @property
    def lines(self) -> int:
        """Lines of the newest fold's grid."""
        return self.grids[-1].lines if self.grids else 0

    @property
    def has_thresholds(self) -> bool:
        """Whether the grid of every fold has thresholds."""
        return all(grid.thresholds is not None for grid in self.grids)

    @property
    def points(self) -> int:
        """Sum of the points of the newest fold's grid, signs left out."""
        return int(np.abs(self.grids[-1].flat).sum()) if self.grids else 0


def folds(
    tally: Tally, *, close_days: int | None = None, judged_share: float = 0.30, at_most: int = 5
) -> tuple[Fold, ...]:
    """Consecutive folds over the newest cohorts that hold about `judged_share` of the leads, oldest fold first.

    `close_days` is how long after its creation a lead's outcome is known (observation and closing window): with
    dated cohorts, a fold trains on cohorts whose last lead was decided before the first judged one came; without,
    on all earlier cohorts. Folds with too few customers are joined with their neighbours; without enough of them
    there is no fold. Where leads stand in groups, a fold that has too few leads left to train on (`training`) is none.
    """
    leads, customers = tally.totals[:, 0].astype(float), tally.totals[:, 1].astype(float)
    occupied = np.flatnonzero(leads > 0)
    if len(occupied) < 2:
        return ()
    first = _first_judged(tally, leads, customers, occupied, close_days, judged_share)
    if first is None:
        return ()
    blocks = []
    for block in _blocks(occupied[occupied >= first], leads, customers, at_most):
        train = _trainable(tally, int(block[0]), close_days)
        tested = np.zeros(len(leads), np.bool_)
        tested[block] = True
        blocks.append(
            Fold(
                cohorts_train=tuple(np.array(tally.cohorts)[train & (leads > 0)].tolist()),
                cohorts_judged=tuple(np.array(tally.cohorts)[tested].tolist()),
                leads=int(leads[tested].sum()),
                customers=int(customers[tested].sum()),
                train=train,
                judged=tested,
            )
        )
    return tuple(fold for fold in blocks if _enough_left(tally, fold))


def training(tally: Tally, fold: Fold) -> Tally:
    """The leads that a fold trains on: those of its earlier cohorts, but for groups that it is judged on.

    No group stands on both sides. Its earlier leads leave, not its later ones: at the fold's beginning they were known,
    but a grid that has seen a company buy is not judged on that company's next contact. Nothing later than the judged
    leads' beginning is learnt from, and all judged leads stay. Limit: companies that come back are missing from what
    is learnt, so that where these buy more, the close rates that a fold promises are a little low.
    """
    return known_apart(tally, fold.train, fold.judged)


def _enough_left(tally: Tally, fold: Fold) -> bool:
    """Whether enough customers and other leads are left to train on."""
    if tally.group is None:
        return True
    rows = fold.train[tally.cohort] & ~in_groups_of(tally.group, tally.group[fold.judged[tally.cohort]])
    customers = float(tally.customers[rows].sum())
    return min(customers, float(tally.leads[rows].sum()) - customers) >= FEWEST_TO_TRAIN


def replay(
    tally: Tally,
    plans: Sequence[Plan],
    folds: Sequence[Fold],
    *,
    allowed: Collection[str] | None = None,
    min_leads: int = MIN_LEADS,
    recency: Recency | None = None,
) -> tuple[Backtest, ...]:
    """Carry out every plan on each fold's training leads and score the leads it is judged on.

    `allowed` names the criteria that may be weighed (default all), levels with fewer leads than `min_leads` are pooled.
    A fixed grid keeps its points; the close rates it predicts are fitted on the training leads too. Where
    it was made from leads of a fold, that fold's training leads make what stands in for it (`Plan.on`). How fast
    earlier leads are forgotten each fold finds out for itself, unless `recency` says it.
    """
    parts = [np.flatnonzero(fold.judged[tally.cohort]) for fold in folds]
    later = _later_leads(tally, tuple(folds), parts)
    preparing = partial(prepare, allowed=allowed, min_leads=min_leads, recency=recency)
    carried_out = partial(_carried_out, tally, plans, preparing)
    by_fold = in_order(carried_out, folds)
    grids: list[list[Grid]] = [[of_fold[i] for of_fold in by_fold] for i in range(len(plans))]
    scores: list[list[NDArray[np.int64]]] = [[] for _ in plans]
    rates: list[list[Floats]] = [[] for _ in plans]
    for fold, of_fold in zip(folds, by_fold, strict=True):
        test = tally.only(fold.judged)
        for i, grid in enumerate(of_fold):
            assert grid.curve is not None
            levels, place = levels_of(row_scores(test, grid))
            scores[i].append(levels[place])
            rates[i].append(grid.curve.at(levels)[place])
    return tuple(
        Backtest(
            name=plan.name,
            method=plan.method,
            fixed=plan.grid is not None,
            later=later,
            grids=tuple(grids[i]),
            score=np.concatenate([np.zeros(0, np.int64), *scores[i]]),
            rate=np.concatenate([np.zeros(0), *rates[i]]),
            stood_in=tuple(plan.on(_begins(tally, fold)) is not plan for fold in folds),
        )
        for i, plan in enumerate(plans)
    )


def _carried_out(tally: Tally, plans: Sequence[Plan], preparing: Callable[[Tally], Prepared], fold: Fold) -> list[Grid]:
    """The grid of every plan on a fold's training leads, with the curve that these give."""
    train = training(tally, fold)
    prepared = preparing(train)
    grids = []
    for plan in plans:
        fitting = plan.on(_begins(tally, fold))
        grid = sketch(prepared, fitting)
        grids.append(replace(grid, curve=_own_curve(grid, fitting, train)))
    return grids


def with_thresholds(backtest: Backtest, tally: Tally, plan: Plan) -> Backtest:
    """The backtest of a point of the frontier, with the thresholds of each fold's training leads."""
    grids = [
        replace(finish(grid, tally.only(fold.train), plan), curve=grid.curve)
        for grid, fold in zip(backtest.grids, backtest.later.folds, strict=True)
    ]
    return replace(backtest, grids=tuple(grids))


def _begins(tally: Tally, fold: Fold) -> int:
    """First day of the leads that a fold is judged on; without dates the position of their first cohort."""
    first = int(np.flatnonzero(fold.judged)[0])
    if tally.ends is None or first == 0:
        return first
    return int(tally.ends[first - 1]) + 1


def later_reaches(tally: Tally, backtest: Backtest, stage: Stage) -> NDArray[np.bool_]:
    """Judged rows, as they stand in the backtest, that reach a stage of their fold's grid."""
    reached = np.zeros(len(backtest.later.row), np.bool_)
    for i, grid in enumerate(backtest.grids):
        mine = backtest.later.fold == i
        if grid.thresholds is None or len(grid.thresholds.demands(stage)) == 1:
            reached[mine] = (
                False if grid.thresholds is None else backtest.score[mine] >= getattr(grid.thresholds, stage)
            )
        else:
            reached[mine] = reaches(tally, grid, stage)[backtest.later.row[mine]]
    return reached


def same_leads(backtests: Sequence[Backtest]) -> LaterLeads:
    """The leads that all backtests were judged on; an error where they differ."""
    for backtest in backtests[1:]:
        if backtest.later.fingerprint != backtests[0].later.fingerprint:
            raise HistoryError(
                f"'{backtests[0].name}' and '{backtest.name}' were judged on different leads "
                f"({backtests[0].later.leads.sum():,.0f} and {backtest.later.leads.sum():,.0f}); "
                "replay them together on the same tally and folds"
            )
    return backtests[0].later


def _own_curve(grid: Grid, plan: Plan, train: Tally) -> Curve:
    """The grid's curve if it comes from the training leads; a fixed grid's own may have seen the judged ones."""
    if grid.curve is not None and (plan.grid is None or grid.curve is not plan.grid.curve):
        return grid.curve
    table = score(train, grid)
    return fit_curve(table.scores, *table.total, lines=0 if plan.grid is not None else grid.lines)


def _later_leads(tally: Tally, folds: tuple[Fold, ...], parts: list[NDArray[np.intp]]) -> LaterLeads:
    row = np.concatenate([np.zeros(0, np.intp), *parts])
    fold = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    digest = hashlib.blake2b(digest_size=16)
    for array in (row, fold, tally.leads[row], tally.customers[row], *tally.codes[:, row]):
        digest.update(np.ascontiguousarray(array).data)
    return LaterLeads(
        folds,
        row,
        fold,
        tally.leads[row],
        tally.customers[row],
        tally.counted[row],
        digest.hexdigest(),
        None if tally.group is None else tally.group[row],
    )


def _trainable(tally: Tally, first: int, close_days: int | None) -> NDArray[np.bool_]:
    """Cohorts whose outcomes were all known when the first judged cohort began."""
    train = np.arange(len(tally.cohorts)) < first
    if tally.ends is not None and close_days is not None and first > 0:
        began = tally.ends[first - 1] + 1
        train &= tally.ends + close_days <= began
    return train


def _first_judged(
    tally: Tally,
    leads: Floats,
    customers: Floats,
    occupied: NDArray[np.intp],
    close_days: int | None,
    judged_share: float,
) -> int | None:
    """The cohort with which judging starts: nearest to the wished share among those with enough on both sides."""
    best, best_gap = None, np.inf
    for first in occupied[1:]:
        train, later = _trainable(tally, int(first), close_days), np.arange(len(leads)) >= first
        enough = all(
            min(customers[part].sum(), (leads - customers)[part].sum()) >= fewest
            for part, fewest in ((train, FEWEST_TO_TRAIN), (later, FEWEST_TO_JUDGE))
        )
        gap = abs(leads[first:].sum() / leads.sum() - judged_share)
        if enough and gap < best_gap:
            best, best_gap = int(first), gap
    return best


def _blocks(cohorts: NDArray[np.intp], leads: Floats, customers: Floats, at_most: int) -> list[NDArray[np.intp]]:
    """The judged cohorts in consecutive blocks of about equal leads, each with enough customers and other leads."""
    n, k = leads[cohorts], customers[cohorts]
    for blocks in range(min(at_most, len(cohorts)), 1, -1):
        middle = (np.cumsum(n) - n / 2) / n.sum()
        place = np.minimum((middle * blocks).astype(np.intp), blocks - 1)
        sums = [np.bincount(place, counts, blocks) for counts in (n, k, n - k)]
        if min(sums[1].min(), sums[2].min()) >= FEWEST_TO_JUDGE:
            return [cohorts[place == i] for i in range(blocks)]
    return [cohorts]
