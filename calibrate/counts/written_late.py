"""When is a column written? What is filled in when a lead closes, young leads do not have yet.

Mature leads of level l are customers with p_l and others with q_l; let e_l be the level's log-odds. If the column is
known from the start, young leads have the same mean e as mature ones. If it is written when a lead closes, a young
lead of age a lacks ``D (1 - F(a))`` of it, with ``D = base x sum (p_l - q_l) e_l`` and F(a) the share of closings
that have come by then. `ratio` is what young leads lack over what they would then lack: 0 for a column known from the
start, 1 for one written at closing; far from both for what grows with a lead's age or is written of those that are
lost.

A channel that was cut some weeks ago is missing in young leads too. Three things tell it from a leak. Young leads
lack more of it than customers could have written (`ratio`). It is missing from one day on, and does not fade with age
(`fades`: nats by which fading as closings come explains the weeks better than a step at the best day; `ages`: the same
for the best of several ways to fade). And young customers lack it as other young leads do, while customers have what is
written at closing (`mix`: nats by which the levels of young customers favour the leak).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CERTAIN = 3.2
"""Standard errors from which young and mature leads are taken to differ."""
WEEK = 7
FEWEST = 60
"""Young leads from which the question can be put."""


@dataclass(frozen=True)
class Timing:
    """How young leads differ from mature ones in a column; see the module for what the figures mean."""

    ratio: float
    z: float
    fades: float
    ages: float
    mix: float
    young: int

    @property
    def written_at_closing(self) -> bool:
        """Whether young leads lack about what they would if the column were written when a lead closes."""
        return self.z > CERTAIN and 0.5 < self.ratio < 1.6 and self.fades + self.mix > -1

    @property
    def moves_with_age(self) -> bool:
        """Whether the column otherwise depends on a lead's age."""
        return abs(self.z) > CERTAIN + 1.3 and self.ages > 4


def timing(margin: NDArray[np.int64], young: NDArray[np.int64], width: int = 1, effect: float = 1.0) -> Timing | None:
    """How young leads differ from mature ones, from counts per cohort or age and level.

    Shapes: margin (cohorts, levels, 2) of mature leads, the oldest first; young (ages, levels, 2), the youngest
    first, an age being `width` days. `effect` is the design effect of leads in groups. None where there are too few
    of either.

    >>> old = np.zeros((6, 2, 2), int); old[:, 0], old[:, 1] = (100, 100), (400, 0)
    >>> new = np.zeros((70, 2, 2), int); new[:, 1] = (10, 0)
    >>> new[35:, 0], new[35:, 1] = (1, 1), (9, 0)
    >>> round(timing(old, new).ratio, 1), timing(old, old[:, :, :]) is None
    (1.0, False)
    """
    weeks = _weeks(young, max(1, WEEK // width))
    mature = margin[margin[:, :, 0].sum(axis=1) > 0].astype(float)
    leads, customers = mature.sum(axis=(0, 1))
    if weeks[:, :, 0].sum() < FEWEST or len(mature) < 3 or not 0 < customers < leads:
        return None
    mature = mature[-_recent(mature, weeks) :]
    n, k = mature.sum(axis=0).T
    base = k.sum() / n.sum()
    evidence = _log_odds(k, n, base)
    lacking = base * float(((k / k.sum()) - (n - k) / (n - k).sum()) @ evidence)
    if lacking <= 1e-6:
        return None
    fading = _still_open(weeks, base)
    old = _Series.of(mature[:, :, 0], evidence, effect)
    new = _Series.of(weeks[:, :, 0], evidence, effect)
    ratio, error = _ratio(old, new, lacking * fading)
    halves = [old.part(slice(None, len(old.mean) // 2)), old.part(slice(len(old.mean) // 2, None))]
    sides = [_ratio(half, new, lacking * fading)[0] for half in halves]
    z = ratio / error
    if min(sides) * max(sides) <= 0 or min(abs(s) for s in sides) < abs(ratio) / 2:
        z = 0.0  # mature leads differ among themselves as much: the column drifts
    at = np.arange(len(fading)) / len(fading)
    ways = [fading, *(np.maximum(0.0, 1 - at / end) for end in (0.25, 0.5, 0.75, 1.0))]
    step = _step(old, new)
    fades = [step - _faded(old, new, way) for way in ways]
    return Timing(ratio, z, fades[0], max(fades), _mix(weeks, k, n), int(weeks[:, :, 0].sum()))


@dataclass(frozen=True)
class _Series:
    """Mean evidence of the leads of each cohort or week, oldest cohort or youngest week first, with its variance."""

    mean: Floats
    variance: Floats

    @staticmethod
    def of(counts: Floats, evidence: Floats, effect: float) -> _Series:
        n = counts.sum(axis=1)
        counts, n = counts[n > 0], n[n > 0]
        total = counts.sum(axis=0) / counts.sum()
        spread = float(total @ (evidence - total @ evidence) ** 2) * effect
        return _Series(counts @ evidence / n, np.maximum(spread, 1e-9) / n)

    def part(self, where: slice) -> _Series:
        return _Series(self.mean[where], self.variance[where])

    @property
    def between(self) -> float:
        """Variance between cohorts beyond chance (DerSimonian and Laird 1986)."""
        if len(self.mean) < 2:
            return 0.0
        w = 1 / self.variance
        middle = (w @ self.mean) / w.sum()
        excess = float(w @ (self.mean - middle) ** 2) - (len(w) - 1)
        return max(0.0, excess / float(w.sum() - (w @ w) / w.sum()))


def _weeks(young: NDArray[np.int64], ages: int) -> Floats:
    """Young leads per week of age."""
    size = -(-len(young) // ages)
    padded = np.zeros((size * ages, *young.shape[1:]))
    padded[: len(young)] = young
    weeks: Floats = padded.reshape(size, ages, *young.shape[1:]).sum(axis=1)
    filled: Floats = weeks[weeks[:, :, 0].sum(axis=1) > 0]
    return filled


def _recent(mature: Floats, weeks: Floats) -> int:
    """Cohorts to compare with: the newest that hold twice as many leads as the young, at least six."""
    sizes = mature[::-1, :, 0].sum(axis=1).cumsum()
    return int(max(6, np.searchsorted(sizes, 2 * weeks[:, :, 0].sum()) + 1))


def _log_odds(k: Floats, n: Floats, base: float) -> Floats:
    """Log-odds of each level against all leads, as if it had two more average leads; 0 where it has none."""
    rate = (k + 2 * base) / (n + 2)
    odds: Floats = np.log(rate) - np.log1p(-rate) - np.log(base) + np.log1p(-base)
    return np.where(n > 0, odds, 0.0)


def _still_open(weeks: Floats, base: float) -> Floats:
    """Share of closings still to come per week of age: the less the older, never below what is smooth."""
    n, k = weeks.sum(axis=1).T
    come = np.clip(k / np.maximum(n * base, 1e-9), 0, 1)
    pooled = _rising(come, n)
    return 1 - np.minimum(pooled, 0.95)


def _rising(y: Floats, w: Floats) -> Floats:
    """The nearest sequence that never falls (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value, weight in zip(y, w, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            b, a = blocks.pop(), blocks.pop()
            total = a[1] + b[1]
            blocks.append([(a[0] * a[1] + b[0] * b[1]) / total, total, a[2] + b[2]])
    return np.concatenate([np.full(int(size), value) for value, _, size in blocks])


def _ratio(old: _Series, new: _Series, expected: Floats) -> tuple[float, float]:
    """What young leads lack over what is expected, by least squares, with its standard error."""
    between = old.between
    w_old, w_new = 1 / (old.variance + between), 1 / (new.variance + between)
    middle = float((w_old @ old.mean) / w_old.sum())
    scale = float(w_new @ expected**2)
    ratio = float(w_new @ (expected * (middle - new.mean))) / scale
    shared = float(w_new @ expected) / scale
    return ratio, float(np.sqrt(1 / scale + shared**2 / w_old.sum()))


def _faded(old: _Series, new: _Series, fading: Floats) -> float:
    """Misfit, in nats, of a column that fades with age and has been as it is for mature leads."""
    mean, w = _joined(old, new)
    return _misfit(mean, w, np.concatenate([np.zeros(len(old.mean)), fading[::-1]]))


def _step(old: _Series, new: _Series) -> float:
    """Misfit, in nats, of a column that steps at the best day."""
    mean, w = _joined(old, new)
    size = len(mean)
    return min(_misfit(mean, w, (np.arange(size) >= cut).astype(float)) for cut in range(1, size))


def _joined(old: _Series, new: _Series) -> tuple[Floats, Floats]:
    """Means in the order of time, and their weights."""
    variance = np.concatenate([old.variance, new.variance[::-1]]) + old.between
    return np.concatenate([old.mean, new.mean[::-1]]), 1 / variance


def _misfit(y: Floats, w: Floats, x: Floats) -> float:
    """Half the weighted squares that a line on x leaves."""
    x0, y0 = x - (w @ x) / w.sum(), y - (w @ y) / w.sum()
    spread = float(w @ x0**2)
    slope = float(w @ (x0 * y0)) / spread if spread > 0 else 0.0
    return float(w @ (y0 - slope * x0) ** 2) / 2


def _mix(weeks: Floats, k: Floats, n: Floats) -> float:
    """Nats by which young customers' levels favour "as mature customers" over "as young leads, by their rates"."""
    p = (k + 0.5) / (k + 0.5).sum()
    rate = (k + 0.5) / (n + 1)
    total = 0.0
    for block in np.array_split(weeks, 3):
        leads, customers = block.sum(axis=0).T
        shifted = (leads + 5 * (n + 1) / (n + 1).sum()) * rate
        total += float(customers @ (np.log(p) - np.log(shifted / shifted.sum())))
    return total
