"""Shifts: whether counts now and counts then can come from the same rate or the same mix; since when not.

The arithmetic of `drift` on plain arrays; the sources stand beside each function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.hypergeometric import lower_mid_p
from ..language import Words, breakable, load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = TypeVar("Counts", Ints, Floats)

ENOUGH_LEADS, ENOUGH_CUSTOMERS = 200, 10
CLEAR = 3.5
NEWEST, ENOUGH, ALL = range(3)
FALLS = 0.9
"""Share of the attention that goes to rates that fall: points that promise too much cost calls, and a doubled rate lies
twice as many standard errors away as a halved one, so that a tenth finds it still."""
Status = Literal["keep", "watch", "recalibrate"]
Kind = Literal["line", "score", "mix"]
OVER = 3.0


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was in calibration, as seen at one look.

    `chance` is the chance of seeing as much without any drift, over everything looked at in this cohort. For a line,
    `leads` and `customers` are those of the cohorts from `first` on, `leads_then` and `customers_then` those of the
    calibration; for the score, `customers_then` is what it promised; for the mix, `size` is the stability index, else
    rate now / rate then (customers / promised). `since` is the cohort in which it began, `until` the one in which it
    ended, if it did. Of the leads `undecided` may still close: `entered` leads count as `leads` decided ones.
    """

    kind: Kind
    status: Status
    criterion: str
    level: str
    size: float
    chance: float
    first: str
    since: str
    until: str | None
    leads: int
    customers: int
    leads_then: int
    customers_then: float
    entered: int = 0
    undecided: int = 0

    @property
    def reason(self) -> str:
        """Key of the sentence in the language files, filled by `facts`."""
        return f"{self.kind}_so_far" if self.undecided and self.kind != "mix" else self.kind

    @property
    def facts(self) -> Mapping[str, str | int | float]:
        """What fills the sentence of `reason`."""
        return {
            "criterion": self.criterion,
            "level": self.level,
            "size": self.size,
            "since": self.since,
            "until": self.until or "",
            "leads": self.leads,
            "customers": self.customers,
            "leads_then": self.leads_then,
            "customers_then": self.customers_then,
            "rate": self.customers / max(self.leads, 1),
            "rate_then": self.customers_then / max(self.leads_then, 1),
            "entered": self.entered,
            "undecided": self.undecided,
        }

    def said(self, words: Words) -> str:
        """The change as a sentence, with its beginning and, where it has one, its end."""
        key = "between" if self.until else "since"
        span = words(f"drift.{key}", since=words.date(self.since), until=words.date(self.until))
        return words(f"drift.{self.reason}", **{**self.facts, "level": level_said(self.level, words), "span": span})

    def __str__(self) -> str:
        return breakable(self.said(load("en")))


def level_said(name: str, words: Words) -> str:
    """A level as it is shown: a word of ours for missing, other, true and false."""
    return words.texts.get(f"level.{name.casefold()}", name)


def spans(leads: Ints, then: Ints, still_open: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """First cohort of the three spans of every line at every look: (T, L) leads -> (T, L, 3).

    The middle one is the shortest that ends now with 200 leads of which ten customers would be expected. Where leads
    are `still_open` (T, L), which count less than one each, fewer do if a halved rate would lie `CLEAR` standard errors
    away.

    >>> spans(np.array([[300], [100], [150]]), np.array([[1000, 100]]))[:, 0].tolist()
    [[0, 0, 0], [1, 0, 0], [2, 1, 0]]
    """
    looks, lines = leads.shape
    rate_then = np.divide(then[:, 1], then[:, 0], out=np.zeros(lines), where=then[:, 0] > 0)
    least = np.maximum(ENOUGH_LEADS, ENOUGH_CUSTOMERS / np.maximum(rate_then, 1e-9))
    summed = np.concatenate([np.zeros((1, lines)), np.cumsum(leads, axis=0)])
    first = np.zeros((looks, lines, 3), np.intp)
    for t in range(looks):
        first[t, :, NEWEST] = t
        came = summed[t + 1] - summed[: t + 1]
        enough = came >= least
        if still_open is not None:
            away = 0.5 * np.sqrt(came * rate_then / np.maximum(1 - rate_then, 1e-9))
            enough |= still_open[t] & (away >= CLEAR)
        first[t, :, ENOUGH] = np.where(enough.any(axis=0), t - np.argmax(enough[::-1], axis=0), 0)
    return first


def over(now: Counts, first: NDArray[np.intp]) -> Counts:
    """Sums from each span's first cohort to its look: (T, L, ...) -> (T, L, 3, ...)."""
    summed = np.concatenate([np.zeros((1, *now.shape[1:]), now.dtype), np.cumsum(now, axis=0)])
    more = (1,) * (now.ndim - 2)
    before = np.take_along_axis(summed[:, :, None], first.reshape(*first.shape, *more), axis=0)
    result: Counts = summed[1:, :, None] - before
    return result


def promise_kept(customers: int, promised: float, customers_then: int, leads_then: int) -> float:
    """Chance of so many customers where the promise, as uncertain as the calibration's count, holds."""
    leads = max(round(promised * leads_then / customers_then), customers, 1)
    one = (np.array([v], np.int64) for v in (customers, leads, customers_then, leads_then))
    return float(changed(*one)[0])


def changed(customers: Ints, leads: Ints, customers_then: Ints, leads_then: Ints) -> Floats:
    """Chance that two samples of one rate differ as much or more: Fisher's test, mid-p, the smaller tail.

    The chance of k among n, given all K of N: ``C(K, k) C(N - K, n - k) / C(N, n)``; half of it counts for the tail.
    The tail is divided by its share of the attention: 0.9 where the rate fell, 0.1 where it rose.

    >>> changed(np.array([0, 8]), np.array([5, 20]), np.array([5, 80]), np.array([10, 200])).round(4).tolist()
    [0.0466, 0.561]
    """
    k, n = customers.astype(float), leads.astype(float)
    everybody, bought = n + leads_then, k + customers_then
    upper = k * everybody > n * bought
    k, bought = np.where(upper, n - k, k), np.where(upper, everybody - bought, bought)
    spread = np.sqrt(n * bought * (everybody - bought) * (everybody - n) / np.maximum(everybody, 1) ** 3)
    tail = np.ones(len(k))
    exact = (spread > 0) & (spread < 100)
    tail[exact] = lower_mid_p(k[exact], n[exact], bought[exact], everybody[exact])
    large = spread >= 100
    tail[large] = special.ndtr((k[large] - n[large] * bought[large] / everybody[large]) / spread[large])
    p: Floats = np.minimum(1.0, tail / np.where(upper, 1 - FALLS, FALLS))
    return p


def stability(leads: Ints, leads_then: Ints, effect: float = 1.0) -> tuple[float, float]:
    """Population stability index of one criterion's mix, and the chance of as much without any change.

    ``sum (a - b) ln(a / b)`` over the shares a now and b then, half a lead added to each level; the chance is
    Pearson's chi-square with levels of fewer than five expected leads taken together, divided by the design effect.

    >>> size, chance = stability(np.array([60, 40]), np.array([500, 500]))
    >>> round(size, 3), round(chance, 3)
    (0.04, 0.056)
    """
    occupied = (leads + leads_then) > 0
    now, then = leads[occupied].astype(float), leads_then[occupied].astype(float)
    if len(now) < 2 or not now.sum() or not then.sum():
        return 0.0, 1.0
    a, b = (now + 0.5) / (now + 0.5).sum(), (then + 0.5) / (then + 0.5).sum()
    size = float(np.sum((a - b) * np.log(a / b)))
    few = (now + then) * now.sum() / (now.sum() + then.sum()) < 5
    cells = np.stack([now, then])
    if few.any():
        cells = np.concatenate([cells[:, ~few], cells[:, few].sum(axis=1, keepdims=True)], axis=1)
    expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
    statistic = float(((cells - expected) ** 2 / expected).sum())
    return size, float(special.chdtrc(max(cells.shape[1] - 1, 1), statistic / effect))


def lasted(customers: Ints, leads: Ints, customers_then: int, leads_then: int, *, fell: bool) -> tuple[int, int]:
    """First and last cohort of a change: those whose own rate makes the counts most likely, the others having the old.

    ``k ln(p / q) + (n - k) ln((1 - p) / (1 - q))`` summed from first to last, with p their rate and q the old one
    (Levin and Kline 1985). It lasts until now unless an earlier end is more likely by `OVER`:
    the two cohorts that bound it were searched for.

    >>> lasted(np.array([30, 31, 14, 16]), np.array([100, 100, 100, 100]), 300, 1000, fell=True)
    (2, 3)
    >>> lasted(np.array([30, 14, 16, 30, 31]), np.array([100, 100, 100, 100, 100]), 300, 1000, fell=True)
    (1, 2)
    """
    old = (customers_then + 0.5) / (leads_then + 1)
    k, n = (np.concatenate([[0.0], np.cumsum(v)]) for v in (customers, leads))
    bought, came = k[None, 1:] - k[:-1, None], n[None, 1:] - n[:-1, None]  # from the row's cohort to the column's
    new = np.clip(bought / np.maximum(came, 1e-9), 1e-12, 1 - 1e-12)
    gain = bought * np.log(new / old) + (came - bought) * np.log((1 - new) / (1 - old))
    gain = np.where((np.triu(came) > 0) & ((new < old) == fell), gain, -np.inf)
    until_now = int(np.argmax(gain[:, -1]))
    first, last = divmod(int(np.argmax(gain)), len(customers))
    if gain[first, last] > gain[until_now, -1] + OVER:
        return first, last
    return until_now, len(customers) - 1


MATERIAL = 1.2
"""A rate that has moved by less than this factor asks for no new grid."""


def ratio_of(customers: int, leads: int, customers_then: int, leads_then: int) -> float:
    """Rate now / rate then; where nobody bought then, half a customer did."""
    if not leads or not leads_then:
        return 1.0
    return (customers / leads) / (max(customers_then, 0.5) / leads_then)


def status_of(size: float, lasts: bool) -> Status:
    """Verdict on one change beyond chance: it asks for a new grid if it is large enough, and still there."""
    return "recalibrate" if lasts and (size >= MATERIAL or size <= 1 / MATERIAL) else "watch"
