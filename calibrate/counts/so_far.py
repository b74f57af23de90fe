"""What leads tell so far whose closing window is still open: customers that came, beside those to be expected by now.

A lead that came five weeks ago has had the share F of the sales that it may still bring (`closings`). Of n such leads
with the close rate p, ``n p F`` have bought by now: they tell of p what nF decided leads tell, only with the variance
``n p F (1 - p F)``. Summed over leads of all ages, that is ``(sum F - p sum F^2) / (sum F (1 - p))`` times the variance
of as many decided leads. What is not known of F adds to it: F is counted on m sales.

All this holds as long as leads take as long to close as they did. `moved` looks whether they do: given that a young
lead has bought, how soon it did says nothing of how many buy. Under the old curve the share of sales that come sooner,
among those that its age allows, is uniform.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..leads.cohorts import cohorts_of
from .closings import closing_curve
from .rates import LevelsSoFar, Rate, rate, wilson
from .tally import Tally, tables_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOVED = 0.05
"""Chance of sales as soon or as late as they came from which closing times are taken to have moved."""
WEEK = 7
FEWEST_SALES = 20
"""Sales of late on which the question rests whether leads take as long as before."""


def with_so_far(tally: Tally) -> Tally:
    """The tally with its undecided leads: in the cohorts in which they entered, each as the share of its sales to come.

    Cohorts go on as they are, month after month or week after week. The tally itself where there are none, or their
    days are not known. Counts per cohort and level are rounded, and no fewer leads than customers.
    """
    young = tally.undecided
    if young is None or young.entered is None or tally.ends is None or not len(tally.cohorts):
        return tally
    cohorts, ends, place = _cohorts(tally, tally.ends, young.entered)
    counts = young.share * young.leads, np.where(young.closed, young.leads, 0.0)
    total, margins = tables_of(tally.criteria, young.codes, place, len(cohorts), counts)
    more = len(cohorts) - len(tally.cohorts)
    alone = tally.group is None and young.group is None
    decided = np.full(tally.rows, -1, np.int32) if tally.group is None else tally.group
    group = None if alone else np.append(decided, young.groups)
    return replace(
        tally,
        cohorts=cohorts,
        ends=ends,
        totals=_added(tally.totals, total, more),
        marginals=tuple(_added(old, new, more) for old, new in zip(tally.marginals, margins, strict=True)),
        codes=np.concatenate([tally.codes, young.codes], axis=1),
        cohort=np.append(tally.cohort, place.astype(np.int32)),
        leads=np.append(tally.leads, counts[0]),
        customers=np.append(tally.customers, counts[1]),
        counted=np.append(tally.counted, np.ones(len(place), np.int64)),
        group=group,
        young=None,
        undecided=None,
    )


@dataclass(frozen=True)
class OpenLeads:
    """Undecided leads per cohort and level, all leads as one level more behind them: three arrays (T, L + 1).

    `leads` is how many, `share` the sum of their shares F, `square` that of F squared; `sales` is how many sales the
    closing curve was counted on.
    """

    leads: Floats
    share: Floats
    square: Floats
    sales: int

    @classmethod
    def of(cls, tally: Tally) -> OpenLeads:
        """Those of a tally, on the cohorts of `with_so_far`."""
        young, levels = tally.undecided, sum(len(c.levels) for c in tally.criteria)
        if young is None or young.entered is None or tally.ends is None:
            nothing = np.zeros((len(tally.cohorts), levels + 1))
            return cls(nothing, nothing, nothing, 0)
        cohorts, _, place = _cohorts(tally, tally.ends, young.entered)
        parts = [young.leads * young.share**power for power in (0, 1, 2)]
        columns = [*zip(young.codes, (len(c.levels) for c in tally.criteria), strict=True), (0 * place, 1)]
        tables = [
            np.concatenate(
                [np.bincount(place * size + codes, part, len(cohorts) * size).reshape(-1, size)
                 for codes, size in columns], axis=1,
            )
            for part in parts
        ]  # fmt: skip
        leads, share, square = tables
        return cls(leads, share, square, 0 if tally.sales is None else len(tally.sales.took))

    def later(self, keep: NDArray[np.bool_]) -> OpenLeads:
        """Some of the cohorts."""
        return OpenLeads(self.leads[keep], self.share[keep], self.square[keep], self.sales)


def inflation(counted: Floats, open_leads: tuple[Floats, Floats, Floats], rate: Floats, sales: int) -> Floats:
    """Variance of a rate from decided and undecided leads, against that of `counted` decided ones.

    `counted` are decided leads with the undecided ones as they count; `open_leads` how many these are, the sum of
    their shares, and that of their squares; `rate` the close rate, `sales` how many sales the curve was counted on.

    >>> half = np.array([100.0]), np.array([50.0]), np.array([25.0])     # (1 - .2 / 2) / (1 - .2), and .2 * 50 / 1e9
    >>> inflation(np.array([50.0]), half, np.array([0.2]), 10**9).round(3).tolist()
    [1.125]
    """
    leads, share, square = open_leads
    decided = np.maximum(counted - share, 0)
    p = np.minimum(rate, 0.99)
    exposure = np.maximum(decided + share, 1e-9)
    chance = (exposure - p * (decided + square)) / (exposure * (1 - p))
    mean = np.divide(share, leads, out=np.ones_like(share), where=leads > 0)
    curve = p * share**2 / exposure * (1 - mean) / np.maximum(mean * max(sales, 1), 1e-9)
    wider: Floats = np.maximum(1.0, chance + curve)
    return wider


def still_closing(tally: Tally) -> tuple[Tally, float]:
    """The tally, without undecided leads where closing times have moved; and the chance that they have not."""
    chance = moved(tally)
    return (tally if chance > MOVED else replace(tally, undecided=None)), chance


@dataclass(frozen=True)
class SoFar:
    """The close rate of some leads, decided or not, with its interval; `undecided` of the `entered` may still close.

    `wider` is how many times its variance is that of as many decided leads, the design effect included.
    """

    rate: Rate
    entered: int
    undecided: int
    wider: float


def rate_so_far(tally: Tally, mine: NDArray[np.bool_], effect: float = 1.0) -> SoFar:
    """Close rate of some rows of a tally `with_so_far`, leads counting as they tell; with a design effect.

    >>> from calibrate.counts.tally import tally_of
    >>> half = tally_of([], np.zeros((0, 4), np.uint8), np.array([1, 0, 1, 0])).weighted(np.array([0.5, 0.5, 1, 1]))
    >>> found = rate_so_far(replace(half, customers=np.array([1.0, 0, 1, 0])), np.ones(4, bool))
    >>> str(found.rate), found.entered, found.undecided
    ('66.7% (2/3, 15.5%-95.6%)', 4, 2)
    """
    leads, customers = tally.leads[mine], float(tally.customers[mine].sum())
    still = leads < 1
    share = leads[still]
    counted = max(float(leads.sum()), customers)
    p = np.array([customers / counted if counted else 0.0])
    parts = tuple(np.array([float((share**power).sum())]) for power in (0, 1, 2))
    sales = 0 if tally.sales is None else len(tally.sales.took)
    wider = effect * float(inflation(np.array([counted]), (parts[0], parts[1], parts[2]), p, sales)[0])
    entered = round(float(leads[~still].sum())) + int(still.sum())
    return SoFar(rate(round(customers), round(counted), wider), entered, int(still.sum()), wider)


def levels_so_far(tally: Tally, effect: Floats) -> LevelsSoFar | None:
    """Close rates of every level of a tally with its undecided leads, each as the share of its sales to come.

    `effect` is the design effect of every level's rate, (levels,). None where nothing is undecided, or where leads take
    longer or less long to close than they did.
    """
    known, _ = still_closing(tally)
    open_leads = OpenLeads.of(known)
    if known.undecided is None or not open_leads.leads.any():
        return None
    young = known.undecided
    every = (*young.codes, np.zeros(len(young.leads), np.uint8))
    sizes = [*(len(criterion.levels) for criterion in tally.criteria), 1]
    bought = [np.bincount(codes, young.leads * young.closed, size) for codes, size in zip(every, sizes, strict=True)]
    decided = np.concatenate([tally.by_level, [tally.overall]])
    entered, share, square = (part.sum(axis=0) for part in (open_leads.leads, open_leads.share, open_leads.square))
    customers = decided[:, 1] + np.concatenate(bought)
    leads = np.maximum(decided[:, 0] + share, customers)
    p = np.divide(customers, leads, out=np.zeros(len(leads)), where=leads > 0)
    wider = np.append(effect, tally.effect()) * inflation(leads, (entered, share, square), p, open_leads.sales)
    low, high = wilson(customers / wider, leads / wider)
    counts = np.rint(customers).astype(np.int64)
    overall = Rate(int(counts[-1]), round(float(leads[-1])), float(p[-1]), float(low[-1]), float(high[-1]))
    undecided = np.rint(entered).astype(np.int64)
    return LevelsSoFar(
        overall=overall,
        undecided=undecided[:-1],
        leads=leads[:-1],
        customers=counts[:-1],
        rate=p[:-1],
        low=low[:-1],
        high=high[:-1],
        open_leads=int(undecided[-1]),
    )


def moved(tally: Tally) -> float:
    """Chance that leads take as long to close as they did, from sales of late and those before; 1 where too few tell.

    Sales of late are those of undecided leads, and of decided ones that entered within a window before these.
    """
    sales, young = tally.sales, tally.undecided
    if sales is None or young is None or young.took is None or young.entered is None:
        return 1.0
    newest = sales.entered >= int(young.entered.min(initial=young.last)) - (tally.window or 0)
    if 2 * newest.sum() > len(newest):
        newest = np.zeros(len(newest), np.bool_)
    curve = closing_curve(sales.of(~newest))
    if curve is None:
        return 1.0
    bought = young.closed & (young.leads > 0) & (young.took >= 0)
    took = np.append(young.took[bought], sales.took[newest])
    limit = np.append(young.last - young.entered[bought], np.full(int(newest.sum()), curve.took[-1]))
    reached = curve.at(limit)
    took, reached = took[reached > 0], reached[reached > 0]
    if len(took) < FEWEST_SALES:
        return 1.0
    place = np.minimum((curve.at(took) + curve.at(took - 1)) / 2 / reached, 1.0)
    z = (place.mean() - 0.5) / np.sqrt((1 / len(place) + 1 / len(curve.took)) / 12)
    return float(2 * special.ndtr(-abs(z)))


def _cohorts(tally: Tally, ends: Ints, entered: NDArray[np.int32]) -> tuple[tuple[str, ...], Ints, NDArray[np.intp]]:
    """Cohorts up to the last young lead, their last days, and the cohort of each young lead."""
    place = np.searchsorted(ends, entered)
    first, last = int(ends[-1]) + 1, int(entered.max(initial=-1))
    if last < first:
        return tally.cohorts, ends, place
    weekly = len(ends) > 1 and int(np.diff(ends).max()) <= WEEK
    labels, later = cohorts_of(np.array([first, last]), True, 0, by="week" if weekly else "month")
    assert later is not None
    ends = np.concatenate([ends, later])
    return (*tally.cohorts, *labels), ends, np.searchsorted(ends, entered)


def _added(old: Ints, new: Ints, more: int) -> Ints:
    """Counts of more cohorts (leads and customers in the last axis), leads no fewer than customers."""
    new[..., 0] = np.maximum(new[..., 0], new[..., 1])
    result: Ints = np.concatenate([old, np.zeros((more, *old.shape[1:]), np.int64)]) + new
    return result
