"""Recency: how fast earlier leads are forgotten, and whether the newest cohorts have a close rate of their own.

A company changes its product, its prices and its campaigns, and leads of two years ago then tell little of the next.
But whoever forgets pays in certainty. So forgetting is chosen inside the leads at hand, as it would have been at the
time: the newest cohorts are foretold from what was known before them, with each half-life (exponential forgetting,
chosen prequentially: Gama et al. 2013), with and without an intercept of the newest cohorts (Steyerberg et al. 2004).
What foretells better by `HURDLE` standard errors is used, else every lead counts alike; on histories that do not move
that is what happens, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.faded import faded_tally, half_life_weights
from ..counts.newest import in_groups_of, joined, known_apart
from ..counts.tally import Tally
from ..grid.grid import Curve, Grid
from ..weights.logistic import Fit, fitted
from ..weights.profile_algebra import Rows, level_out, predict, rows_of
from .cross_fitted import level_of, unseen
from .curve import fit_curve
from .score_table import Scores, score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HURDLE = 2.3
"""Standard errors by which an option must foretell better than all decided leads alike."""
BREAK = 0.04
"""Share of the loss of undecided leads alone that must be saved: where effects broke off of late, it is a tenth."""
HALF_LIVES = (1.0, 2.0, 4.0, 8.0)
"""Cohorts after which a lead counts half."""
NEWEST = 2
"""Cohorts whose close rate is the intercept's, more where these hold few customers."""
FEWEST_CUSTOMERS, FEWEST_COHORTS = 100, 6
"""Customers and cohorts without which nothing is tried."""
FEWEST_NEWEST = 15
"""Customers, and other leads, on which an intercept of the newest cohorts rests."""
FORETOLD, BLOCKS = 0.4, 4
"""Share of the leads that are foretold, and in how many blocks."""
SORTED = 0.8
"""Part of the outcome's variance that lies between cohorts where leads are sorted by it; no time changes so much."""
MANY = 5
"""Leads of an answer that a cohort would hold by chance, so that having none says something."""
MOST_ROWS = 12_000
"""Rows that a fit goes through."""
STRENGTH, STEPS, NEAR_STEPS = 8.0, 4, 2
"""Precision of every weight, and Newton steps: of the first fit, and of one that begins where another ended."""
ROUNDS, SLICES = 2, 3
"""Fits after which undecided leads count as they should, and slices of them that stand for cohorts."""


@dataclass(frozen=True)
class Recency:
    """What was chosen: how fast leads are forgotten, and what the newest ones are used for.

    After `half_life` cohorts a lead counts half (None: all count alike), `newest` gives the newest cohorts an intercept
    of their own, with `undecided` leads that are not decided yet count as far as they tell (`counts.closings`).
    `gain` is the share of the log-loss that it saves on the leads foretold, `errors` how many standard errors that is.
    """

    half_life: float | None = None
    newest: bool = False
    undecided: bool = False
    gain: float = 0.0
    errors: float = 0.0

    @property
    def used(self) -> bool:
        """Whether anything is forgotten or moved."""
        return self.newest or self.undecided or self.half_life is not None

    @property
    def facts(self) -> dict[str, float]:
        """What a grid's provenance says of it; nothing where every lead counts alike."""
        half_life = {} if self.half_life is None else {"half_life_cohorts": self.half_life}
        newest = {"newest_cohorts": NEWEST} if self.newest else {}
        return {**half_life, **newest, **({"undecided_leads": 1} if self.undecided else {})}

    @classmethod
    def of(cls, grid: Grid) -> Recency:
        """What was chosen when a grid was made."""
        half_life = grid.provenance.get("half_life_cohorts")
        newest, undecided = (bool(grid.provenance.get(key)) for key in ("newest_cohorts", "undecided_leads"))
        return cls(float(half_life) if half_life else None, newest, undecided)

    def on(self, tally: Tally) -> Tally:
        """The leads as they count: the same tally where nothing is forgotten and nothing added."""
        tally = with_undecided(tally) if self.undecided else tally
        if self.half_life is None:
            return tally
        return faded_tally(tally, half_life_weights(tally.totals[:, 0] > 0, self.half_life))

    def rests_on(self, scores: Scores) -> float:
        """Share of the leads that a curve rests on: of faded ones by their weights (Kish 1965), or the newest alone."""
        leads, customers = scores.leads.sum(axis=1), scores.customers.sum(axis=1)
        total = float(leads.sum())
        if not total:
            return 1.0
        weights = np.ones(len(leads)) if self.half_life is None else half_life_weights(leads > 0, self.half_life)
        share = float((weights @ leads) ** 2 / (weights**2 @ leads)) / total
        if self.newest:
            newest = newest_cohorts(np.rint(np.stack([leads, customers], axis=1)).astype(np.int64))
            share = min(share, float(leads[newest].sum()) / total)
        return share

    def curve(self, tally: Tally, grid: Grid, *, lines: float = 0) -> Curve:
        """Close rate to expect at each score of a grid: from the leads as they count, at the newest cohorts' level."""
        if self.undecided:
            tally = with_undecided(tally)
        table = score(tally, grid)
        if self.half_life is None:
            curve = fit_curve(table.scores, *table.total, lines=lines)
        else:
            weights = half_life_weights(tally.totals[:, 0] > 0, self.half_life)
            curve = fit_curve(table.scores, weights @ table.leads, weights @ table.customers, lines=lines)
        if not self.newest:
            return curve
        mine = newest_cohorts(tally.totals)
        leads, customers = table.leads[mine].sum(axis=0), table.customers[mine].sum(axis=0)
        odds = special.logit(curve.at(table.scores))
        shift = level_out(odds, leads, customers, 0.0)
        return replace(
            curve, rates=tuple(float(r) for r in special.expit(special.logit(np.array(curve.rates)) + shift))
        )


ALIKE = Recency()
"""Every lead counts alike."""


def promised(grid: Grid, scores: Scores, every: Scores | None = None) -> Scores:
    """What a grid's leads would hold had its points not seen them, and how much of them that rests on.

    Where `scores` has some of the leads only, `every` has all.
    """
    every = every or scores
    coming = unseen(scores, grid.curve, level_of(every, grid.curve))
    return replace(coming, rests_on=Recency.of(grid).rests_on(every))


def recency_of(tally: Tally, close_days: int | None = None) -> Recency:
    """The forgetting that foretells the newest cohorts of a tally surely better than none, if any does.

    `close_days`: days until a lead's outcome is known (default: the tally's window). Where leads without dates stand
    sorted by their answers or by their outcome, their order tells no time, and nothing is forgotten.
    """
    totals = tally.totals
    if tally.ends is None and (sorted_by_outcome(totals) or sorted_by_answers(tally.marginals)):
        return ALIKE
    occupied = np.flatnonzero(totals[:, 0] > 0)
    customers = int(totals[:, 1].sum())
    if len(occupied) < FEWEST_COHORTS or min(customers, int(totals[:, 0].sum()) - customers) < FEWEST_CUSTOMERS:
        return ALIKE
    also = (False, True) if tally.sales is not None and tally.exact else (False,)
    options = [
        (half_life, newest, undecided)
        for undecided in also
        for half_life in (None, *HALF_LIVES)
        for newest in (False, True)
    ]
    foretold = [
        _losses(known, _leads(tally.only(block)), options)
        for train, block in _blocks(tally, tally.window if close_days is None else close_days)
        if _enough((known := known_apart(tally, train, block)).overall)
    ]
    foretold += _undecided_foretold(tally, options)
    if not foretold:
        return ALIKE
    cohort = np.concatenate([part.cohort for part in foretold])
    counts = np.concatenate([part.counts for part in foretold], axis=1)
    loss = np.concatenate([part.loss for part in foretold], axis=2)
    fresh = cohort >= len(tally.cohorts)
    return max(
        (
            _best(options, loss[..., rows], counts[:, rows], cohort[rows], tally.effect(), least)
            for rows, least in ((cohort >= 0, 0.0), (_newest_half(cohort), 0.0), (fresh, BREAK))
            if rows.any()
        ),
        key=lambda recency: recency.gain,
    )


def sorted_by_outcome(totals: NDArray[np.int64]) -> bool:
    """Whether customers and other leads stand apart: which cohort a lead is in tells its outcome, counts (T, 2).

    >>> falling, parted = [[50, 20], [50, 15], [50, 9], [50, 2]], [[50, 50], [50, 50], [50, 10], [50, 0]]
    >>> sorted_by_outcome(np.array(falling)), sorted_by_outcome(np.array(parted))
    (False, True)
    """
    leads, customers = totals.T.astype(float)
    rate = customers.sum() / max(leads.sum(), 1.0)
    spread = leads @ (np.divide(customers, leads, out=np.full(len(leads), rate), where=leads > 0) - rate) ** 2
    return bool(spread >= SORTED * leads.sum() * rate * (1 - rate) > 0)


def sorted_by_answers(marginals: Sequence[NDArray[np.int64]]) -> bool:
    """Whether most criteria have an answer that most cohorts lack: counts (T, L, 2) per criterion.

    >>> mixed, parted = np.full((4, 2), 50), np.array([[100, 0], [0, 100], [0, 100], [0, 100]])
    >>> [sorted_by_answers([np.stack([leads, leads], axis=-1)]) for leads in (mixed, parted)]
    [False, True]
    """
    parted = 0
    for margin in marginals:
        leads = margin[..., 0]
        usual = np.outer(leads.sum(axis=1), leads.sum(axis=0)) / max(int(leads.sum()), 1) >= MANY
        parted += bool(((usual & (leads == 0)).sum(axis=0) * 2 > usual.sum(axis=0)).any())
    return parted * 2 > len(marginals)


def _best(
    options: Sequence[tuple[float | None, bool, bool]],
    loss: Floats,
    counts: Floats,
    cohort: NDArray[np.int32],
    effect: float = 1.0,
    least: float = 0.0,
) -> Recency:
    """The option that foretells some rows best, of those that do so surely and save at least a share of their loss.

    `effect` is the design effect of a rate.
    """
    best = ALIKE
    for option, of_option in zip(options[1:], loss[1:], strict=True):
        gain, error = _gain(loss[0] - of_option, counts, cohort, effect)
        errors = gain / error if error > 0 else 0.0
        share = gain / float((loss[0] * counts).sum())
        if errors > HURDLE and share > max(best.gain, least):
            best = Recency(*option, share, errors)
    return best


def _newest_half(cohort: NDArray[np.int32]) -> Flags:
    """The rows of the newer half of the cohorts: where a change is too fresh to show in all."""
    cohorts = np.unique(cohort)
    newer: Flags = cohort >= cohorts[len(cohorts) // 2]
    return newer


def with_undecided(tally: Tally) -> Tally:
    """The tally with its undecided leads, as they count by a joint fit: of decided leads, then of all."""
    if tally.undecided is None:
        return tally
    known = replace(tally, undecided=None)
    for _ in range(ROUNDS):
        fit = fitted(_thinned(known), strength=STRENGTH, most_steps=STEPS)
        known = joined(tally, partial(_chance, tally, fit))
    return known


def _chance(tally: Tally, fit: Fit, codes: NDArray[np.uint8]) -> Floats:
    """Chance of closing within the window of leads of some levels: codes (C, Y) -> (Y,)."""
    rows = Rows(codes, tuple(len(c.levels) for c in tally.criteria), *np.ones((3, codes.shape[1])))
    chance: Floats = special.expit(predict(rows, fit.weights) + fit.intercept)
    return chance


def newest_cohorts(totals: NDArray[np.int64]) -> Flags:
    """The newest cohorts on which an intercept rests: `NEWEST` of them, more where they hold few customers.

    >>> newest_cohorts(np.array([[100, 50], [100, 20], [100, 9], [10, 8], [0, 0]])).tolist()
    [False, False, True, True, False]
    """
    occupied = np.flatnonzero(totals[:, 0] > 0)[::-1]
    sums = np.cumsum(np.stack([totals[occupied, 1], totals[occupied, 0] - totals[occupied, 1]]), axis=1).min(axis=0)
    enough = int(np.argmax(sums >= FEWEST_NEWEST)) + 1 if (sums >= FEWEST_NEWEST).any() else len(occupied)
    mask = np.zeros(len(totals), np.bool_)
    mask[occupied[: max(NEWEST, enough)]] = True
    return mask


@dataclass(frozen=True)
class _Loss:
    """Loss per lead of the rows foretold: cohort (rows,), customers and others (2, rows), loss (options, 2, rows)."""

    cohort: NDArray[np.int32]
    counts: Floats
    loss: Floats


def _blocks(tally: Tally, close_days: int | None) -> Iterator[tuple[Flags, Flags]]:
    """Cohorts known and cohorts foretold, the newest ones in a few blocks."""
    leads = tally.totals[:, 0].astype(float)
    occupied = np.flatnonzero(leads > 0)
    first = int(np.searchsorted(np.cumsum(leads), (1 - FORETOLD) * leads.sum(), side="right"))
    foretold = occupied[occupied >= max(first, occupied[2])]
    size = -(-len(foretold) // BLOCKS)
    for start in range(0, len(foretold), max(size, 1)):
        block = np.isin(np.arange(len(leads)), foretold[start : start + size])
        begins = int(foretold[start])
        train = np.arange(len(leads)) < begins
        if tally.ends is not None and close_days is not None:
            train &= tally.ends + close_days <= tally.ends[begins - 1] + 1
        if (train & (leads > 0)).sum() >= 3 and _enough(tally.totals[train].sum(axis=0)):
            yield train, block


def _enough(counts: Sequence[int]) -> bool:
    """Whether some leads and their customers are enough to foretell others."""
    return min(counts[1], counts[0] - counts[1]) >= FEWEST_NEWEST


@dataclass(frozen=True)
class _Leads:
    """Leads to be foretold: levels (C, rows), cohort (rows,), customers and others (2, rows)."""

    codes: NDArray[np.uint8]
    cohort: NDArray[np.int32]
    counts: Floats


def _leads(tally: Tally) -> _Leads:
    """The rows of some cohorts, a sample of them where they are many."""
    part = _thinned(tally)
    return _Leads(part.codes, part.cohort, np.stack([part.customers, part.leads - part.customers]))


def _undecided_foretold(tally: Tally, options: Sequence[tuple[float | None, bool, bool]]) -> list[_Loss]:
    """How each option foretells the younger half of the undecided leads: what has changed of late shows there first."""
    young = tally.undecided
    if young is None or young.closed.sum() < FEWEST_NEWEST:
        return []
    middle = float(np.median(young.share))
    older, younger = young.of(young.share > middle), young.of(young.share <= middle)
    if younger.closed.sum() < FEWEST_NEWEST:
        return []
    known = replace(tally, undecided=older)
    if young.group is not None:  # no group stands on both sides
        known = replace(known, undecided=older.of(~in_groups_of(older.groups, younger.groups)))
        known = known if tally.group is None else known.less(in_groups_of(tally.group, younger.groups))
    fit = fitted(_thinned(replace(tally, undecided=None)), strength=STRENGTH, most_steps=STEPS)
    weight = younger.weights(_chance(tally, fit, younger.codes))
    customers = np.where(younger.closed, weight, 0.0)
    order = np.argsort(np.argsort(-younger.share, kind="stable"), kind="stable")
    cohort = len(tally.cohorts) + (order * SLICES // max(len(order), 1)).astype(np.int32)
    return [
        _losses(
            known, _Leads(younger.codes, cohort.astype(np.int32), np.stack([customers, weight - customers])), options
        )
    ]


def _losses(then: Tally, coming: _Leads, options: Sequence[tuple[float | None, bool, bool]]) -> _Loss:
    """How each option foretells some leads from what was known before them."""
    decided = _thinned(replace(then, undecided=None))
    known = {False: decided}
    if then.undecided is not None:
        known[True] = with_undecided(replace(decided, undecided=then.undecided))
    rows = Rows(coming.codes, tuple(len(c.levels) for c in then.criteria), *np.ones((3, coming.codes.shape[1])))
    fits: dict[tuple[float | None, bool], tuple[Floats, float]] = {}
    recent = {key: rows_of(part.only(newest_cohorts(part.totals))) for key, part in known.items()}
    loss = []
    for half_life, own_level, undecided in options:
        key = undecided and True in known
        if (half_life, key) not in fits:
            part = Recency(half_life).on(known[key])
            near = next((weights for weights, _ in reversed(fits.values())), None)
            fit = fitted(part, strength=STRENGTH, most_steps=STEPS if near is None else NEAR_STEPS, near=near)
            exact = rows_of(part)
            level = level_out(predict(exact, fit.weights), exact.leads, exact.customers, fit.intercept)
            fits[half_life, key] = fit.weights, level
        weights, intercept = fits[half_life, key]
        if own_level:
            newest = recent[key]
            intercept = level_out(predict(newest, weights), newest.leads, newest.customers, intercept)
        log_odds = predict(rows, weights) + intercept
        loss.append(np.stack([-special.log_expit(log_odds), -special.log_expit(-log_odds)]))
    return _Loss(coming.cohort, coming.counts, np.array(loss))


def _gain(saved: Floats, counts: Floats, cohort: NDArray[np.int32], effect: float = 1.0) -> tuple[float, float]:
    """Loss saved in all, and its standard error: of leads, or of cohorts where these differ by more.

    Leads of one company are saved, or lost, together: so many times more by the design effect.
    """
    total, size = float((saved * counts).sum()), float(counts.sum())
    alone = effect * (float((saved**2 * counts).sum()) - total**2 / size)
    sums = np.bincount(cohort, (saved * counts).sum(axis=0))
    leads = np.bincount(cohort, counts.sum(axis=0))
    parts, shares = sums[leads > 0], leads[leads > 0] / size
    several = len(parts)
    together = float(((parts - shares * total) ** 2).sum()) * several / max(several - 1, 1)
    return total, float(np.sqrt(max(alone, together if several > 2 else 0.0, 1e-12)))


def _thinned(tally: Tally) -> Tally:
    """At most so many rows, each standing for more."""
    if tally.rows <= MOST_ROWS:
        return tally
    keep = np.zeros(tally.rows, np.bool_)
    keep[np.linspace(0, tally.rows - 1, MOST_ROWS).astype(np.intp)] = True
    factor = np.full(tally.rows, tally.rows / keep.sum())
    return tally.rows_where(keep, factor)
