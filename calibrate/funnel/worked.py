"""Selection: if sales worked only some leads, close rates speak of its choice as much as of the leads.

Rates among worked leads stand beside those of all leads; where they differ, a level may look poor because nobody
called. Counted from the tally's profiles, so no row is read again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, RateTable, rate
from ..counts.tally import Tally
from ..grid.criteria import Level, is_missing, offsets
from ..vocabulary import NO

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Selection:
    """Worked leads beside all: close rates, and per level of the rates shown how many were worked and closed.

    `differs` says that worked and other leads close at surely different rates (two proportions, 95 %); `moved` marks
    levels whose lift among worked leads surely differs from their lift among all others.
    """

    column: str
    all_leads: Rate
    worked: Rate
    others: Rate
    differs: bool
    leads: NDArray[np.int64]
    customers: NDArray[np.int64]
    moved: NDArray[np.bool_]


def select_worked(tally: Tally, rates: RateTable, name: str) -> Selection:
    """Rates among leads that sales worked: those whose answer to the criterion `name` is neither empty nor no."""
    column = tally.criteria[tally.position(name)]
    yes = np.array([_worked(level) for level in column.levels])
    rows = yes[tally.codes[tally.position(name)]]
    worked = _counted(tally, rows)
    every = (float(tally.leads.sum()), float(tally.customers.sum()))
    unworked = (every[0] - worked[0], every[1] - worked[1])
    pooled = tally.regroup(rates.criteria)
    size = len(rates.leads)
    leads, customers, all_leads, all_customers = (np.zeros(size) for _ in range(4))
    for start, codes in zip(offsets(rates.criteria), pooled.codes, strict=False):
        place = start + codes.astype(np.intp)
        leads += np.bincount(place[rows], pooled.leads[rows], size)
        customers += np.bincount(place[rows], pooled.customers[rows], size)
        all_leads += np.bincount(place, pooled.leads, size)
        all_customers += np.bincount(place, pooled.customers, size)
    lift_moves = np.zeros(size, np.bool_)
    if worked[0] and unworked[0]:
        sides = (customers, leads, worked), (all_customers - customers, all_leads - leads, unworked)
        lift_moves = _lift_moves(*sides, rates.contrast)
    return Selection(
        column=column.column,
        all_leads=rates.overall,
        worked=rate(round(worked[1]), round(worked[0]), tally.effect(rows)),
        others=rate(round(unworked[1]), round(unworked[0]), tally.effect(~rows)),
        differs=_differ(worked, unworked, tally.effect()),
        leads=np.round(leads).astype(np.int64),
        customers=np.round(customers).astype(np.int64),
        moved=lift_moves,
    )


def _worked(level: Level) -> bool:
    """Whether a level says that a lead was worked: not missing, not no, not 0."""
    if level.role != "value":
        return level.role == "other"
    if level.low is not None or level.high is not None:
        return level.low is not None and level.low > 0
    words = [str(value).strip().casefold() for value in level.values]
    return not words or not all(is_missing(word) or word in NO for word in words)


def _counted(tally: Tally, rows: NDArray[np.bool_]) -> tuple[float, float]:
    return float(tally.leads[rows].sum()), float(tally.customers[rows].sum())


def _differ(one: tuple[float, float], two: tuple[float, float], effect: float = 1.0) -> bool:
    """Whether two close rates surely differ: ``|p1 - p2| > 1.96 sqrt(e p (1 - p) (1/n1 + 1/n2))``, p pooled."""
    if not one[0] or not two[0]:
        return False
    pooled = (one[1] + two[1]) / (one[0] + two[0])
    error = np.sqrt(effect * pooled * (1 - pooled) * (1 / one[0] + 1 / two[0]))
    return bool(abs(one[1] / one[0] - two[1] / two[0]) > Z95 * error)


Side = tuple[NDArray[np.float64], NDArray[np.float64], tuple[float, float]]


def _lift_moves(one: Side, two: Side, effect: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Levels whose lift surely differs between two groups of leads (log ratios, Bonferroni over the levels).

    `effect` is the design effect of each level against the rest.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.zeros(len(one[0]))
        variance = np.zeros(len(one[0]))
        for customers, leads, (total, won) in (one, two):
            gap = np.log(customers / leads) - np.log(won / total) - gap
            variance += 1 / customers - 1 / leads
        enough = (one[0] >= 5) & (two[0] >= 5)
        size = max(int(enough.sum()), 1)
        limit = np.sqrt(2 * np.log(size / 0.025)) if size > 1 else Z95  # above the normal quantile of 0.05 / size
        return np.asarray(enough & (np.abs(gap) > limit * np.sqrt(effect * variance)))
