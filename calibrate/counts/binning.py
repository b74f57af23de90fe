"""Final levels from counts: cut points of numbers, rare texts pooled, placeholders joined to missing.

The tally counts fine levels first. For a number, `best_cuts` finds the cuts between adjacent fine levels that
make the counts most likely: an exact dynamic programme over prefix sums (Fisher, "On grouping for maximum
homogeneity", 1958; Jackson et al., "An algorithm for optimal partitioning of data on an interval", 2005).
Each further level must earn `PENALTY` nats of likelihood, so that noise does not split. Texts are never
merged by rate: sales must recognise them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..grid.criteria import Criterion, Level, interval_name, is_placeholder
from .design_effect import Pairs, contrast_effect, pairs_of
from .rates import MIN_LEADS, SHOWN_LEADS, RateTable, estimate, p_values
from .so_far import levels_so_far
from .tally import Tally

Monotone = Literal["up", "down", "either"]
Gain = Literal["likelihood", "iv"]
Floats = NDArray[np.float64]

MOST = 8
PENALTY = 3.5
"""Nats of log-likelihood that each further level must add; `READABLE` comes on top for unreadable cuts.

On 60 fine levels, smooth and stepped effects, 1,000 to 200,000 leads and base rates of 2 to 35 %, 3.5 to 4 in all gave
the lowest log-loss on fresh leads of all constants tried (0 to 6, BIC); without signal, 1.1 levels were left.
"""
READABLE = 0.75
"""Nats that a cut such as 9.5 must add over a cut such as 10."""
DIFFERENT = 0.01
"""A placeholder stays a level of its own when it closes unlike the empty cells with a p-value below this."""


def group(
    tally: Tally,
    *,
    min_leads: int = MIN_LEADS,
    min_customers: int = 0,
    monotone: Sequence[str] = (),
    most: int = MOST,
    pool: bool = True,
) -> tuple[Criterion, ...]:
    """Final levels of each criterion of a tally on fine levels; `tally.regroup` then recounts on them.

    Numbers get at most `most` intervals of at least `min_leads` leads and `min_customers` customers, with
    rates that only rise or only fall for the criteria named in `monotone`. Texts of fewer than `min_leads`
    leads fall to `other` (unless `pool` is False, for tables that show thin levels: those of fewer than `SHOWN_LEADS`
    leads fall there all the same, since they tell what became of single leads). Criteria whose levels the user fixed
    keep their cuts and groups.

    >>> from calibrate.counts.tally import tally_of
    >>> sector = Criterion("sector", "sector", "text", "fit",
    ...     (Level("Bank", values=("Bank",)), Level("Farm", values=("Farm",)), Level("Select", values=("Select",)),
    ...      Level("missing", "missing"), Level("other", "other")))
    >>> codes = np.repeat(np.uint8([0, 1, 2]), [50, 3, 40])[None]
    >>> [(level.name, level.values) for level in group(tally_of([sector], codes, np.arange(93) % 2))[0].levels]
    [('Bank', ('Bank',)), ('missing', ('Select',)), ('other', ())]
    """
    grouped = []
    least = min_leads if pool else min(min_leads, SHOWN_LEADS)
    for i, (criterion, margin) in enumerate(zip(tally.criteria, tally.marginals, strict=True)):
        leads, customers = margin.sum(axis=0).T
        if criterion.kind == "text":
            effect = _effect(tally, i, leads)
            criterion, leads, customers = _join_placeholders(criterion, leads, customers, min_leads, effect)
            grouped.append(_pool(criterion, leads, least))
        elif criterion.kind == "number" and not criterion.fixed:
            direction: Monotone | None = "either" if criterion.name in monotone else None
            effect = _effect(tally, i, leads)
            merged, merged_leads = _merge(
                criterion, leads, customers, (min_leads, min_customers), most, direction, effect
            )
            grouped.append(_pool(merged, merged_leads, least))
        elif criterion.kind == "number":
            grouped.append(_pool(criterion, leads, least))
        else:
            grouped.append(criterion)
    return tuple(grouped)


def _effect(tally: Tally, position: int, leads: NDArray[np.int64]) -> float:
    """Design effect of a criterion's levels against the whole, each weighted by what it leaves to the others."""
    groups, total = tally.grouped, float(leads.sum())
    if groups is None or not total:
        return 1.0
    own, common = pairs_of(groups, tally.codes[position], len(leads))
    effect = contrast_effect(leads.astype(float), total, Pairs(own, common, float(groups.company.sum())))
    room = leads * (1 - leads / total)
    return float(room @ effect / room.sum()) if room.sum() > 0 else 1.0


def shown(tally: Tally, *, min_leads: int = MIN_LEADS) -> tuple[Criterion, ...]:
    """Levels for the rates table that people read: as `group`, but thin levels stay in sight."""
    return group(tally, min_leads=min_leads, pool=False)


def best_cuts(
    leads: NDArray[np.number],
    customers: NDArray[np.number],
    *,
    min_leads: float = 0,
    min_customers: float = 0,
    most: int = MOST,
    monotone: Monotone | None = None,
    penalty: float = 0.0,
    gain: Gain = "likelihood",
    cost: NDArray[np.floating] | None = None,
    alone: int | None = None,
) -> tuple[int, ...]:
    """Positions at which to cut a row of bins so that the gain is greatest; () when one level is best.

    Gain of a level of n leads and k customers: ``k ln(k/n) + (n-k) ln((n-k)/n) - penalty`` (likelihood), or
    ``(k/K - (n-k)/(N-K)) ln((k/K) / ((n-k)/(N-K))) - penalty`` (information value); a cut also pays its
    `cost`, one for each position 1 .. bins - 1. The bin at position `alone` is merged with no other.

    >>> best_cuts(np.array([100, 100, 100, 100]), np.array([5, 5, 30, 29]), penalty=2)
    (2,)
    """
    bins = len(leads)
    if bins < 2:
        return ()
    n, k = _between(leads), _between(customers)
    value = _likelihood(n, k) if gain == "likelihood" else _information(n, k)
    at = np.arange(bins + 1)
    start, end = at[:, None], at[None, :]
    allowed = (n >= min_leads) & (k >= min_customers)
    if alone is not None:
        sides = ((end == alone) & (start == 0)) | ((start == alone + 1) & (end == bins))
        itself = (start == alone) & (end == alone + 1)
        allowed = itself | sides | (allowed & ((end <= alone) | (start > alone)))
    value = np.where(allowed & (start < end), value - penalty, -np.inf)
    if cost is not None:
        value[1:bins] -= np.asarray(cost, float)[:, None]
    most = max(1, min(most, bins))
    if monotone is None:
        return _free(value, most)[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, k / n, 0.0)
    directions = {"up": [rate], "down": [-rate], "either": [rate, -rate]}[monotone]
    return max((_ordered(value, order, most) for order in directions), key=lambda found: found[0])[1]


@cache
def unreadable(cut: float) -> float:
    """How hard a cut point is to say: 0 for 1, 2, 5, 10, 20, 25, 50, 100 ...; 1 for 9.5 or 137.

    >>> [unreadable(cut) for cut in (0, 10, 25, 30, 12, 9.5, 137)]
    [0.0, 0.0, 0.0, 0.3, 0.6, 1.0, 1.0]
    """
    if cut == 0:
        return 0.0
    digits = f"{abs(cut):.12e}".split("e")[0].replace(".", "").rstrip("0")
    if digits in ("1", "2", "5", "25"):
        return 0.0
    if digits == "75" or len(digits) == 1:
        return 0.3
    integral = float(cut).is_integer()
    return 0.6 if len(digits) == 2 and integral else 1.0


# --- numbers ---------------------------------------------------------------------------------------


def _merge(
    criterion: Criterion,
    leads: NDArray[np.int64],
    customers: NDArray[np.int64],
    fewest: tuple[int, int],
    most: int,
    monotone: Monotone | None,
    effect: float,
) -> tuple[Criterion, NDArray[np.int64]]:
    """A number's adjacent fine levels merged where the counts do not tell them apart, with the leads of each.

    `fewest` are the leads and customers that a level needs; counts tell as many times less as the design effect says.
    """
    at = [i for i, level in enumerate(criterion.levels) if level.role == "value"]
    at.sort(key=lambda i: -math.inf if (low := criterion.levels[i].low) is None else low)
    fine = [criterion.levels[i] for i in at]
    starts = [level.low if level.low is not None else -math.inf for level in fine[1:]]
    alone = next((i for i, level in enumerate(fine) if level.name == criterion.reference), None)
    cuts = best_cuts(
        leads[at] / effect,
        customers[at] / effect,
        min_leads=fewest[0] / effect,
        min_customers=fewest[1] / effect,
        most=most,
        monotone=monotone,
        penalty=PENALTY,
        cost=READABLE * np.array([unreadable(cut) for cut in starts]),
        alone=alone,
    )
    integral = all(float(cut).is_integer() for cut in criterion.cuts)
    levels, merged_leads = [], []
    for first, end in pairwise((0, *cuts, len(fine))):
        if first == end:
            continue
        low, high = fine[first].low, fine[end - 1].high
        same = end == first + 1
        levels.append(fine[first] if same else Level(interval_name(low, high, integers=integral), low=low, high=high))
        merged_leads.append(int(leads[at[first:end]].sum()))
    unordered = [i for i, level in enumerate(criterion.levels) if level.role != "value"]
    merged = replace(criterion, levels=(*levels, *(criterion.levels[i] for i in unordered)))
    return merged, np.array([*merged_leads, *leads[unordered]], np.int64)


def _between(counts: NDArray[np.number]) -> Floats:
    """Sum over the bins from a start (row) up to an end (column)."""
    total = np.concatenate([[0.0], np.cumsum(np.asarray(counts, float))])
    between: Floats = total[None, :] - total[:, None]
    return between


def _likelihood(n: Floats, k: Floats) -> Floats:
    n, k = np.maximum(n, 0), np.maximum(k, 0)
    value: Floats = special.xlogy(k, k) + special.xlogy(n - k, n - k) - special.xlogy(n, n)
    return value


def _information(n: Floats, k: Floats) -> Floats:
    """Information value of a level; impossible where it holds customers only or none."""
    customers, lost = k[0, -1], n[0, -1] - k[0, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        bought, not_bought = k / customers, (n - k) / lost
        value = (bought - not_bought) * np.log(bought / not_bought)
    possible: Floats = np.where((k > 0) & (n - k > 0), value, -np.inf)
    return possible


def _free(value: Floats, most: int) -> tuple[float, tuple[int, ...]]:
    """The best partition into at most `most` intervals, from the value of each interval."""
    best, came_from = [value[0]], [np.zeros(len(value), np.intp)]
    for _ in range(most - 1):
        reach = best[-1][:, None] + value
        came_from.append(reach.argmax(axis=0))
        best.append(reach.max(axis=0))
    count = _fewest(np.array([row[-1] for row in best]))
    cuts, at = [], len(value) - 1
    for step in range(count, 0, -1):
        at = int(came_from[step][at])
        cuts.append(at)
    return float(best[count][-1]), tuple(reversed(cuts))


def _ordered(value: Floats, rate: Floats, most: int) -> tuple[float, tuple[int, ...]]:
    """As `_free`, with rates that never fall from an interval to the next.

    ``best[s][i, j]`` is the best value of s + 1 intervals of which the last runs from i to j. For each i,
    the intervals that end there are sorted by rate once; a running maximum then answers, for every
    interval that starts there, which of those with at most its rate is best.
    """
    size = len(value)
    before = np.where(np.isfinite(value), rate, np.inf).T  # [i, h]: rate of the interval from h to i
    order = np.argsort(before, axis=1, kind="stable")
    ranked = np.take_along_axis(before, order, axis=1)
    fitting = np.stack([np.searchsorted(ranked[i], rate[i], side="right") for i in range(size)])
    best = [np.full((size, size), -np.inf)]
    best[0][0] = value[0]
    for _ in range(most - 1):
        so_far = np.maximum.accumulate(np.take_along_axis(best[-1].T, order, axis=1), axis=1)
        so_far = np.concatenate([np.full((size, 1), -np.inf), so_far], axis=1)
        best.append(value + np.take_along_axis(so_far, fitting, axis=1))
    count = _fewest(np.array([step[:, -1].max() for step in best]))
    at = int(best[count][:, -1].argmax())
    total, end, cuts = float(best[count][at, -1]), size - 1, []
    for step in range(count, 0, -1):
        cuts.append(at)
        before_it = np.where(rate[:, at] <= rate[at, end], best[step - 1][:, at], -np.inf)
        at, end = int(before_it.argmax()), at
    return total, tuple(reversed(cuts))


def _fewest(totals: Floats) -> int:
    """Position of the greatest total, the first one where others only equal it up to rounding."""
    top = totals.max()
    if not np.isfinite(top):
        return 0
    return int(np.argmax(totals >= top - 1e-9 * (1 + abs(top) * 1e-3)))


# --- texts -----------------------------------------------------------------------------------------


def _join_placeholders(
    criterion: Criterion, leads: NDArray[np.int64], customers: NDArray[np.int64], min_leads: int, effect: float
) -> tuple[Criterion, NDArray[np.int64], NDArray[np.int64]]:
    """Placeholders join the missing level, unless both are large and close differently."""
    missing = criterion.missing
    absorbed, n, k = [], leads.copy(), customers.copy()
    for i, level in enumerate(criterion.levels):
        placeholders = [v for v in level.values if isinstance(v, str) and is_placeholder(v)]
        if level.role != "value" or criterion.fixed or level.name == criterion.reference:
            continue
        if not placeholders or len(placeholders) < len(level.values):
            continue
        both = np.array([n[i]]), np.array([k[i]]), int(n[i] + n[missing]), int(k[i] + k[missing])
        enough = min(n[i], n[missing]) >= min_leads
        if enough and p_values(both[1], both[0], both[3], both[2], np.array([effect]))[0] < DIFFERENT:
            continue
        absorbed.append(i)
        n[missing] += n[i]
        k[missing] += k[i]
    if not absorbed:
        return criterion, leads, customers
    more = tuple(value for i in absorbed for value in criterion.levels[i].values)
    level = criterion.levels[missing]
    remaining = [i for i in range(len(criterion.levels)) if i not in absorbed]
    levels = {missing: replace(level, values=(*level.values, *more))}
    criterion = replace(criterion, levels=tuple(levels.get(i, criterion.levels[i]) for i in remaining))
    return criterion, n[remaining], k[remaining]


def _pool(criterion: Criterion, leads: NDArray[np.int64], min_leads: int) -> Criterion:
    """Value levels of too few leads leave the list, so that their leads fall to `other`; the reference stays."""
    levels = tuple(
        level
        for level, count in zip(criterion.levels, leads, strict=True)
        if level.role != "value" or level.name == criterion.reference or count >= min_leads
    )
    return criterion if len(levels) == len(criterion.levels) else replace(criterion, levels=levels)


def shown_rates(tally: Tally, *, min_leads: int = MIN_LEADS) -> RateTable:
    """Rates of all levels as they are shown: thin ones apart, not pooled, and beside them those with open leads."""
    grouped = tally.regroup(group(tally, min_leads=min_leads, pool=False))
    rates = estimate(grouped, min_leads=min_leads)
    return replace(rates, so_far=levels_so_far(grouped, rates.effect))
