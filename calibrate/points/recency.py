"""Recency: how fast earlier leads are forgotten, and whether the newest cohorts have a close rate of their own.

A company changes its product, its prices and its campaigns, and leads of two years ago then tell little of the next.
But whoever forgets pays in certainty. So forgetting is chosen inside the leads at hand, as it would have been at the
time: the newest cohorts are foretold from what was known before them, with each half-life (exponential forgetting,
chosen prequentially: Gama et al. 2013), with and without an intercept of the newest cohorts (Steyerberg et al. 2004).
What foretells better by `HURDLE` standard errors is used, else every lead counts alike; on histories that do not move
that is what happens, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.faded import faded, half_life_weights
from ..counts.tally import Tally
from ..grid.grid import Curve, Grid
from ..weights.logistic import fitted
from ..weights.profile_algebra import level_out, predict, rows_of
from .curve import fit_curve
from .score_table import score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HURDLE = 2.3
"""Standard errors by which forgetting must foretell better."""
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
MOST_ROWS = 12_000
"""Rows that a fit goes through."""
STRENGTH, STEPS = 8.0, 4


@dataclass(frozen=True)
class Recency:
    """What was chosen: cohorts after which a lead counts half (None: all alike), an intercept of the newest cohorts.

    `gain` is the share of the log-loss that it saves on the leads foretold, `errors` how many standard errors that is.
    """

    half_life: float | None = None
    newest: bool = False
    gain: float = 0.0
    errors: float = 0.0

    @property
    def used(self) -> bool:
        """Whether anything is forgotten or moved."""
        return self.newest or self.half_life is not None

    @property
    def facts(self) -> dict[str, float]:
        """What a grid's provenance says of it; nothing where every lead counts alike."""
        half_life = {} if self.half_life is None else {"half_life_cohorts": self.half_life}
        return {**half_life, **({"newest_cohorts": NEWEST} if self.newest else {})}

    @classmethod
    def of(cls, grid: Grid) -> Recency:
        """What was chosen when a grid was made."""
        half_life = grid.provenance.get("half_life_cohorts")
        return cls(float(half_life) if half_life else None, bool(grid.provenance.get("newest_cohorts")))

    def on(self, tally: Tally) -> Tally:
        """The leads as they count: the same tally where nothing is forgotten."""
        if self.half_life is None:
            return tally
        return faded(tally, half_life_weights(tally.totals[:, 0] > 0, self.half_life))

    def curve(self, tally: Tally, grid: Grid, *, lines: float = 0) -> Curve:
        """Close rate to expect at each score of a grid: from the leads as they count, at the newest cohorts' level."""
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


def recency_of(tally: Tally, close_days: int | None = None) -> Recency:
    """The forgetting that foretells the newest cohorts of a tally surely better than none, if any does.

    `close_days`: days until a lead's outcome is known (default: the tally's window).
    """
    totals = tally.totals
    occupied = np.flatnonzero(totals[:, 0] > 0)
    customers = int(totals[:, 1].sum())
    if len(occupied) < FEWEST_COHORTS or min(customers, int(totals[:, 0].sum()) - customers) < FEWEST_CUSTOMERS:
        return ALIKE
    options = [(half_life, newest) for half_life in (None, *HALF_LIVES) for newest in (False, True)]
    close_days = tally.window if close_days is None else close_days
    losses = [_losses(tally, train, block, options) for train, block in _blocks(tally, close_days)]
    if not losses:
        return ALIKE
    cohort = np.concatenate([part.cohort for part in losses])
    counts = np.concatenate([part.counts for part in losses], axis=1)
    loss = np.concatenate([part.loss for part in losses], axis=2)
    best = ALIKE
    for option, of_option in zip(options[1:], loss[1:], strict=True):
        gain, error = _gain(loss[0] - of_option, counts, cohort)
        errors = gain / error if error > 0 else 0.0
        share = gain / float((loss[0] * counts).sum())
        if errors > HURDLE and share > best.gain:
            best = Recency(*option, share, errors)
    return best


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
        counts = tally.totals[train].sum(axis=0)
        if (train & (leads > 0)).sum() >= 3 and min(counts[1], counts[0] - counts[1]) >= FEWEST_NEWEST:
            yield train, block


def _losses(tally: Tally, train: Flags, block: Flags, options: list[tuple[float | None, bool]]) -> _Loss:
    """How each option foretells a block from the cohorts known before it."""
    known, coming = _thinned(tally.only(train)), _thinned(tally.only(block))
    rows, newest = rows_of(coming), newest_cohorts(known.totals)
    recent = _thinned(tally.only(newest))
    recent_rows = rows_of(recent)
    loss = []
    fits: dict[float | None, tuple[Floats, float]] = {}
    for half_life, own_intercept in options:
        if half_life not in fits:
            part = known if half_life is None else faded(known, half_life_weights(known.totals[:, 0] > 0, half_life))
            fit = fitted(part, strength=STRENGTH, most_steps=STEPS)
            exact = rows_of(part)
            level = level_out(predict(exact, fit.weights), exact.leads, exact.customers, fit.intercept)
            fits[half_life] = fit.weights, level
        weights, intercept = fits[half_life]
        if own_intercept:
            intercept = level_out(predict(recent_rows, weights), recent_rows.leads, recent_rows.customers, intercept)
        log_odds = predict(rows, weights) + intercept
        loss.append(np.stack([-special.log_expit(log_odds), -special.log_expit(-log_odds)]))
    return _Loss(coming.cohort, np.stack([rows.customers, rows.leads - rows.customers]), np.array(loss))


def _gain(saved: Floats, counts: Floats, cohort: NDArray[np.int32]) -> tuple[float, float]:
    """Loss saved in all, and its standard error: of leads, or of cohorts where these differ by more."""
    total, size = float((saved * counts).sum()), float(counts.sum())
    alone = float((saved**2 * counts).sum()) - total**2 / size
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
