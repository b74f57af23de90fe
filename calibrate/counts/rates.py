"""Close rates: counts per level become rates with intervals, shrinkage, lift and evidence.

Sources: shrinkage as in `shrinkage`; strength of a beta prior by marginal maximum
likelihood (Casella, "An introduction to empirical Bayes data analysis", 1985); log-ratio interval
of a rate ratio (Katz et al. 1978) against the whole, of which the level is a part; Benjamini-Hochberg (1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ..grid.criteria import Criterion, offsets
from ..shown import Shown
from .design_effect import Pairs, contrast_effect, rate_effect
from .hypergeometric import fisher
from .intervals import MIN_LEADS as MIN_LEADS
from .intervals import Z95 as Z95
from .intervals import wilson as wilson
from .shrinkage import FINE, Precision, shrink
from .tally import Tally

Floats = NDArray[np.float64]


SHOWN_LEADS = 5
"""A level of fewer leads is shown on no page."""
SMALL, SMALL_IN_GROUPS = 5, 20
"""Expected customers below which the test is exact: where leads stand alone (Cochran 1954), and in groups."""


@dataclass(frozen=True)
class Rate:
    """A close rate that has not lost its counts.

    >>> print(rate(6, 40))
    15.0% (6/40, 7.1%-29.1%)
    """

    customers: int
    leads: int
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.customers:,}/{self.leads:,}, {self.low:.1%}-{self.high:.1%})"


def rate(customers: int, leads: int, effect: float = 1.0) -> Rate:
    """The close rate of counted leads with its Wilson 95 % interval; 0 of 0 is 0 with interval 0 to 1.

    With a design effect the interval is that of so many times fewer leads and customers.

    >>> rate(1, 100).value
    0.01
    """
    low, high = wilson(np.array([customers]) / effect, np.array([leads]) / effect)
    return Rate(customers, leads, customers / leads if leads else 0.0, float(low[0]), float(high[0]))


@dataclass(frozen=True)
class LevelsSoFar:
    """Close rates of levels with the leads whose window is open (`so_far`): arrays of shape (levels,).

    `leads` are all as they count, an open one as the share of its sales that would have come; `customers` those that
    came, `undecided` how many leads are open. Intervals carry the design effect, and what is not known of open leads.
    """

    overall: Rate
    undecided: NDArray[np.int64]
    leads: Floats
    customers: NDArray[np.int64]
    rate: Floats
    low: Floats
    high: Floats
    open_leads: int


@dataclass(frozen=True, repr=False)
class RateTable(Shown):
    """Rates of every level, laid out criterion after criterion (see `criteria.offsets`); arrays of shape (levels,).

    `shrunk` is pulled toward the rates of the criterion's levels and the global one, which count about as much as
    `prior_leads` leads; `above` is the chance that a level's true rate is higher than the global one (`shrinkage`).
    `thin` marks levels with fewer than `min_leads` leads; `distinct` marks levels whose
    rate differs from that of the rest of the leads after Benjamini-Hochberg over all levels at 5 %.

    Where leads stand in groups, `effect` is the design effect of each level's own rate: its interval, and the shrunk
    rate, are those of `leads / effect` leads. `contrast` is that of the level against the rest, which the lift's
    interval and the test carry. Both are 1 where leads stand alone.

    `so_far` has the rates with leads that may still close; None where there are none, or closing times have moved.
    """

    bars = ("rate",)

    criteria: tuple[Criterion, ...]
    overall: Rate
    leads: NDArray[np.int64]
    customers: NDArray[np.int64]
    rate: Floats
    low: Floats
    high: Floats
    shrunk: Floats
    shrunk_low: Floats
    shrunk_high: Floats
    above: Floats
    lift: Floats
    lift_low: Floats
    lift_high: Floats
    p_value: Floats
    q_value: Floats
    prior_leads: Floats
    min_leads: int
    effect: Floats
    contrast: Floats
    so_far: LevelsSoFar | None = None

    @property
    def few(self) -> NDArray[np.bool_]:
        """Levels of so few leads that naming them would tell of single persons."""
        return (self.leads > 0) & (self.leads < SHOWN_LEADS)

    @property
    def thin(self) -> NDArray[np.bool_]:
        """Levels with fewer leads than the minimum."""
        return self.leads < self.min_leads

    @property
    def distinct(self) -> NDArray[np.bool_]:
        """Levels that differ from the rest (false discovery rate 5 %) and are not thin."""
        return (self.q_value < 0.05) & ~self.thin

    def frame(self) -> pd.DataFrame:
        """One line per level: criterion, axis, level, leads, customers, rate and all that follows from it.

        Where leads may still close, also the leads that are open, and figures ending in ``_so_far`` with them.
        """
        head = [(c.name, c.axis, level.name) for c in self.criteria for level in c.levels]
        table = pd.DataFrame(head, columns=["criterion", "axis", "level"])
        for name in (
            "leads",
            "customers",
            "rate",
            "low",
            "high",
            "shrunk",
            "shrunk_low",
            "shrunk_high",
            "lift",
            "lift_low",
            "lift_high",
            "p_value",
            "q_value",
            "thin",
            "distinct",
        ):
            table[name] = getattr(self, name)
        if self.so_far is not None:
            for name in ("undecided", "leads", "customers", "rate", "low", "high"):
                table[name if name == "undecided" else f"{name}_so_far"] = getattr(self.so_far, name)
        return table

    @property
    def headline(self) -> str:
        """The close rate of all leads."""
        return f"{len(self.criteria)} criteria, all leads {self.overall}"

    def shown(self) -> pd.DataFrame:
        """Levels that some lead has, with the figures that one reads first."""
        table = self.frame()[["criterion", "level", "leads", "customers", "rate", "low", "high", "lift", "distinct"]]
        return table[table["leads"] > 0]

    def __str__(self) -> str:
        return f"global {self.overall}\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"


def estimate(tally: Tally, *, min_leads: int = MIN_LEADS, precision: Precision = FINE) -> RateTable:
    """Rates of every level of a tally, from its exact counts; intervals and tests know of the leads' groups.

    A coarser `precision` makes shrunk rates faster.
    """
    total, bought = tally.overall
    overall = rate(bought, total, tally.effect())
    n, k = tally.by_level[:, 0], tally.by_level[:, 1]
    pairs = tally.pairs
    effect = np.ones(len(n)) if pairs is None else rate_effect(n.astype(float), pairs.own)
    contrast = np.ones(len(n)) if pairs is None else contrast_effect(n.astype(float), total, pairs)
    leads, customers = n / effect, k / effect
    low, high = wilson(customers, leads)
    share = np.divide(k, n, out=np.zeros(len(n)), where=n > 0)
    near = shrink(customers, leads, offsets(tally.criteria), (total, bought), precision)
    lift, lift_low, lift_high = lift_interval(k, n, bought, total, pairs=pairs)
    p = p_values(k, n, bought, total, contrast)
    return RateTable(
        criteria=tally.criteria,
        overall=overall,
        leads=n,
        customers=k,
        rate=share,
        low=low,
        high=high,
        shrunk=near.rate,
        shrunk_low=near.low,
        shrunk_high=near.high,
        above=near.above,
        lift=lift,
        lift_low=lift_low,
        lift_high=lift_high,
        p_value=p,
        q_value=benjamini_hochberg(p, n > 0),
        prior_leads=near.strength,
        min_leads=min_leads,
        effect=effect,
        contrast=contrast,
    )


def prior_strength(customers: NDArray[np.number], leads: NDArray[np.number], mean: float | Floats) -> float:
    """Leads that the prior is worth: the m that makes the levels' counts most likely, between 1 and 1e6.

    Each level's rate is drawn from Beta(m p, m (1 - p)) with p the global rate; the marginal likelihood of
    the counts is beta-binomial. Levels that differ much give a small m, levels that agree a large one.
    `mean` may also be one expected rate per level.
    """
    occupied = leads > 0
    k, n, p = (
        customers[occupied].astype(float),
        leads[occupied].astype(float),
        np.broadcast_to(mean, leads.shape)[occupied],
    )
    if len(n) < 2 or not ((p > 0) & (p < 1)).all():
        return 1e6

    grid = np.linspace(0, np.log(1e6), 121)
    for _ in range(3):  # zoom in on the best strength
        m = np.exp(grid)[:, None]
        a, b = m * p, m * (1 - p)
        fit = (special.betaln(a + k, b + n - k) - special.betaln(a, b)).sum(axis=1)
        best = int(np.argmax(fit))
        grid = np.linspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 21)
    return float(np.exp(grid[len(grid) // 2]))


def lift_interval(
    customers: NDArray[np.number],
    leads: NDArray[np.number],
    all_customers: int,
    all_leads: int,
    z: float = Z95,
    pairs: Pairs | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Lift = level rate / global rate, with a 95 % interval on the log scale.

    The level is part of the whole, so with q the rate of the rest and s the level's share of leads, the
    variance of log(lift) is that of log p - log(s p + (1-s) q) by the delta method. A level without
    customers has lift 0 and the upper bound that its Wilson interval gives, one in which all closed the lower bound.
    With `pairs`, that variance has the covariance of leads of one group in it.

    >>> lift, low, high = lift_interval(np.array([20]), np.array([100]), 100, 10_000)
    >>> float(lift[0])
    20.0
    """
    k, n = customers.astype(float), leads.astype(float)
    total_rate = all_customers / all_leads if all_leads else 0.0
    if total_rate == 0:
        nothing = np.zeros(len(k))
        return nothing, nothing.copy(), np.full(len(k), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(n > 0, k / n, 0)
        rest_n, rest_k = all_leads - n, all_customers - k
        q = np.where(rest_n > 0, rest_k / rest_n, 0)
        lift = p / total_rate
        from_level = (1 - n * p / all_customers) ** 2 * (1 - p) / np.where(k > 0, k, 1)
        from_rest = (rest_k / all_customers) ** 2 * (1 - q) / np.where(rest_k > 0, rest_k, 1)
        together = 0.0 if pairs is None else _together(k, n, p, q, all_customers, pairs)
        spread = z * np.sqrt(np.maximum(from_level + from_rest, 0) + np.maximum(together, 0))
    effect = 1.0 if pairs is None else rate_effect(n, pairs.own)
    wilson_low, wilson_high = wilson(k / effect, n / effect, z)
    low = np.where(k > 0, lift * np.exp(-spread), 0.0)
    high = np.where(k > 0, lift * np.exp(spread), wilson_high / total_rate)
    low = np.where((k == n) & (n > 0), np.minimum(low, wilson_low / total_rate), low)
    return lift, low, np.where(n > 0, high, 1 / total_rate)


def _together(k: Floats, n: Floats, p: Floats, q: Floats, all_customers: int, pairs: Pairs) -> Floats:
    """Part of the variance of log(lift) that comes from leads of one group, in a level and in the rest.

    Every lead of the level has the weight 1/k - 1/K in log(lift), every other one -1/K; the covariance of two leads is
    c times the root of the product of their variances.
    """
    level = (1 / np.where(k > 0, k, 1) - 1 / all_customers) * np.sqrt(p * (1 - p))
    remainder = np.sqrt(q * (1 - q)) / all_customers
    with_rest = pairs.shared - pairs.own
    among_rest = pairs.every - 2 * pairs.shared + pairs.own
    variance: Floats = level**2 * pairs.own - 2 * level * remainder * with_rest + remainder**2 * among_rest
    return variance


def p_values(
    customers: NDArray[np.number],
    leads: NDArray[np.number],
    all_customers: int,
    all_leads: int,
    effect: Floats | None = None,
) -> Floats:
    """Two-sided evidence that a level closes unlike the rest: exact where counts are small, score test elsewhere.

    The exact one is Fisher's test (hypergeometric, doubled smaller tail); the score test is Pearson's
    chi-square of the two-by-two table. A level with no lead, or with all of them, gets 1. With a design `effect` per
    level, the variance is so many times larger, and the exact test has so many times fewer leads and customers; where
    leads come in groups of unlike sizes the counts are more skewed than their variance tells, so that four times as
    many customers must be expected before the score test is trusted (`SMALL`).
    """
    k, n = customers.astype(float), leads.astype(float)
    wider = np.ones(len(k)) if effect is None else effect
    enough = np.where(wider > 1, SMALL_IN_GROUPS, SMALL)
    rate_all = all_customers / all_leads if all_leads else 0.0
    p = np.ones(len(k))
    testable = (n > 0) & (n < all_leads) & (0 < rate_all < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = n * rate_all * (1 - rate_all) * (1 - n / all_leads) if all_leads else n * 0
        z = (k - n * rate_all) / np.sqrt(variance * wider)
    p[testable] = special.erfc(np.abs(z[testable]) / np.sqrt(2))
    small = testable & (np.minimum(n, all_leads - n) / wider * min(rate_all, 1 - rate_all) < enough)
    for i in np.flatnonzero(small):
        p[i] = fisher(*_fewer(k[i], n[i], all_customers, all_leads, wider[i]))
    return np.clip(p, 0, 1)


def benjamini_hochberg(p: Floats, tested: NDArray[np.bool_]) -> Floats:
    """False-discovery-adjusted p-values over the tested ones; 1 elsewhere (Benjamini and Hochberg 1995).

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03]), np.array([True, True, True])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    q = np.ones(len(p))
    at = np.flatnonzero(tested)
    if len(at):
        order = at[np.argsort(p[at], kind="stable")[::-1]]
        ranks = np.arange(len(at), 0, -1)
        q[order] = np.minimum(1, np.minimum.accumulate(p[order] * len(at) / ranks))
    return q


def _fewer(k: float, n: float, customers: int, leads: int, effect: float) -> tuple[int, int, int, int]:
    """Counts of a two-by-two table divided by a design effect, in whole leads."""
    level, remainder = (round(n / effect), round((leads - n) / effect))
    bought, bought_elsewhere = min(round(k / effect), level), min(round((customers - k) / effect), remainder)
    return bought, level, bought + bought_elsewhere, level + remainder
