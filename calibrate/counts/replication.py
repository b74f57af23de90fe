"""Whether what the levels of a criterion tell on earlier leads is found again on later ones.

A key with hundreds of answers, or a month of entry, always has answers that close well by chance. A true effect of the
levels shows twice: their rates spread by more than chance on earlier leads and on later ones, and in the same sense.
With r = k - n p the surplus of customers of a level in one half, the sum over levels of r(earlier) r(later) has mean 0
without an effect and variance ``p q p' q' sum n n'``; a random effect makes it positive.

Companies whose contacts buy together make levels look alike in both halves and spread in each: all leads of a company
stand in the half of its first one, and the variance of a level's surplus carries its design effect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..leads.columns.keys import Pointer, pointer
from .design_effect import Grouped, pairs_of, rate_effect
from .rates import SHOWN_LEADS
from .tally import Tally

Floats = NDArray[np.float64]
LEVEL = 0.05
"""Chance of keeping any key or calendar column without an effect, shared among those tried."""


@dataclass(frozen=True)
class Pointed:
    """A key or a calendar column left out: its answers, how far they agree (z), and how many columns were tried."""

    column: str
    kind: Pointer
    levels: int
    z: float
    tried: int

    @property
    def facts(self) -> dict[str, str | int | float]:
        """For the sentence that reports say."""
        return {"column": self.column, "levels": self.levels, "tried": self.tried}


def replicated(margin: NDArray[np.integer] | Floats, effect: Floats | float = 1.0) -> float:
    """How many standard errors the levels agree between the earlier and the later half of the leads.

    `margin` (T, L, 2) are leads and customers per cohort and level, `effect` the design effect of each level. Minus
    infinity where either half shows no spread beyond chance, or nothing can be compared.

    >>> counts = np.array([[[100, 30], [100, 5], [100, 12]], [[100, 28], [100, 6], [100, 13]]])
    >>> replicated(counts) > 5, replicated(counts[:, :, ::1] * 0)
    (True, -inf)
    """
    leads = margin[..., 0].sum(axis=1)
    before = np.cumsum(leads) - leads / 2 <= leads.sum() / 2
    halves = [margin[before].sum(axis=0).astype(float), margin[~before].sum(axis=0).astype(float)]
    surplus: list[Floats] = []
    spread: list[float] = []
    for half in halves:
        n, k = half[:, 0], half[:, 1]
        if not 0 < k.sum() < n.sum():
            return -np.inf
        p = k.sum() / n.sum()
        r = k - n * p
        surplus.append(r)
        spread.append(p * (1 - p))
        if (r**2).sum() <= spread[-1] * (n * effect * (1 - n / n.sum())).sum():
            return -np.inf
    pairs = float((halves[0][:, 0] * halves[1][:, 0] * np.square(effect)).sum())
    if pairs <= 0:
        return -np.inf
    return float((surplus[0] * surplus[1]).sum() / np.sqrt(spread[0] * spread[1] * pairs))


def by_chance(tally: Tally, *, free: Collection[str] = ()) -> tuple[Pointed, ...]:
    """Keys and calendar columns of a tally (on fine levels) whose levels differ no more than by chance.

    `free` are columns that the user wants; answers of fewer than five leads take no part. The test is one-sided, its
    level shared among all columns tried (Bonferroni).
    """
    tried = [
        (i, kind)
        for i, criterion in enumerate(tally.criteria)
        if criterion.column not in free
        and criterion.name not in free
        and not criterion.fixed
        and (kind := pointer(criterion)) is not None
    ]
    if not tried:
        return ()
    least = float(-special.ndtri(LEVEL / len(tried)))
    out, halves = [], None if tally.grouped is None else _halves(tally, tally.grouped)
    for i, kind in tried:
        criterion = tally.criteria[i]
        values = [j for j, level in enumerate(criterion.levels) if level.role == "value"]
        margin = np.asarray(tally.marginals[i]) if halves is None else _by_half(tally, i, halves)
        margin = margin[:, values]
        effect = _effects(tally, i)[values]
        enough = margin[..., 0].sum(axis=0) >= SHOWN_LEADS
        telling = margin[:, enough]
        z = replicated(telling, effect[enough]) if telling.shape[1] > 1 else -np.inf
        if z < least:
            out.append(Pointed(criterion.column, kind, len(values), z, len(tried)))
    return tuple(out)


def _halves(tally: Tally, groups: Grouped) -> NDArray[np.intp]:
    """0 or 1 for each row: the earlier or later half of the leads, all leads of a company in that of its first."""
    cohort = tally.cohort.astype(np.intp)
    first = np.minimum.reduceat(cohort[groups.row], groups.start[:-1])
    cohort[groups.row] = first[groups.of_row]
    leads = np.bincount(cohort, tally.leads)
    later = np.cumsum(leads) - leads / 2 > leads.sum() / 2
    halves: NDArray[np.intp] = later.astype(np.intp)[cohort]
    return halves


def _by_half(tally: Tally, i: int, halves: NDArray[np.intp]) -> Floats:
    """Leads and customers of each half and level of one criterion, (2, levels, 2)."""
    size = len(tally.criteria[i].levels)
    cell = halves * size + tally.codes[i]
    counts = [np.bincount(cell, figure, 2 * size).reshape(2, size) for figure in (tally.leads, tally.customers)]
    return np.stack(counts, axis=-1).astype(np.float64)


def _effects(tally: Tally, i: int) -> Floats:
    """The design effect of each level of one criterion; 1 where leads stand alone."""
    size = len(tally.criteria[i].levels)
    if tally.grouped is None:
        return np.ones(size)
    leads = np.bincount(tally.codes[i], tally.leads, size).astype(np.float64)
    return rate_effect(leads, pairs_of(tally.grouped, tally.codes[i], size)[0])
