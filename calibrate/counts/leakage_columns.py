"""A column as leakage looks at it: counts on its final levels, how well it separates, and the arithmetic of both."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..grid.criteria import Criterion, is_placeholder
from .auc import auc_of
from .binning import group
from .rates import prior_strength, wilson
from .tally import Tally

Floats = NDArray[np.float64]
CAUTION = 2.5
"""Standard errors kept from each threshold: many columns are looked at."""


@dataclass(frozen=True)
class Column:
    """A criterion on its final levels: leads `n`, customers `k` of each, and of the leads that have it filled.

    `scores` (2, levels) are shrunk log-odds learnt on every second cohort, to be used on the other ones; `honest` is
    the AUC that they reach there, free of what many small levels promise by chance. `place` maps fine to final levels.
    """

    criterion: Criterion
    levels: tuple[str, ...]
    n: Floats
    k: Floats
    fine: tuple[tuple[str, float, float], ...]
    filled: tuple[float, float]
    total: tuple[int, int]
    place: NDArray[np.uint8]
    scores: Floats
    honest: float

    @property
    def base(self) -> float:
        """Close rate of all leads."""
        return self.total[1] / self.total[0]

    @property
    def auc(self) -> float:
        """Chance that a customer stands in a better level than another lead."""
        return auc_of(rates_of(self.k, self.n), self.n, self.k)

    @property
    def question(self) -> bool:
        """A yes/no question, answered or left empty: what an honest signal such as a demo request looks like."""
        return self.criterion.kind != "presence" and sum(n > 0 for _, n, _ in self.fine) == 2

    @property
    def two_sided(self) -> bool:
        """Presence, a yes/no, or a number with one cut."""
        if self.criterion.kind == "text":
            return sum(n > 0 for _, n, _ in self.fine) == 2
        return self.criterion.kind != "number" or int(np.count_nonzero(self.n)) == 2

    @property
    def leaps(self) -> bool:
        """Whether its best level closes far more often than any honest signal would (20 times from 1 % is 3.2)."""
        rate = float(np.max(np.where(self.n >= 8, rates_of(self.k, self.n), 0.0)))
        return logit(rate) - logit(self.base) >= 4.0 or rate >= 0.8

    @property
    def telling(self) -> bool:
        """Whether rates differ beyond doubt between levels (chi-square far beyond its degrees of freedom)."""
        some = self.n > 0
        expected = self.n[some] * self.base
        chi_square = float(((self.k[some] - expected) ** 2 / (expected * (1 - self.base))).sum())
        freedom = int(some.sum()) - 1
        if freedom < 1:
            return False
        normal = ((chi_square / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
        return normal > 4 and self.auc >= 0.53

    @property
    def extremes(self) -> tuple[int, int]:
        """Levels of the highest and lowest rate, judged by the cautious end of their intervals."""
        low, high = wilson(self.k, self.n)
        return int(np.argmax(np.where(self.n > 0, low, -1))), int(np.argmin(np.where(self.n > 0, high, 2)))

    def biggest(self, count: Floats) -> list[tuple[str, float, float]]:
        """Levels with leads and customers, the greatest count first; then the fine levels."""
        order = np.argsort(-count, kind="stable")
        return [(self.levels[i], float(self.n[i]), float(self.k[i])) for i in order] + list(self.fine)


def columns_of(tally: Tally) -> list[Column]:
    """Each criterion of a tally (on fine levels) with its final levels: numbers cut, rare texts pooled."""
    total = tally.overall
    columns = []
    for fine, final, margin in zip(tally.criteria, group(tally), tally.marginals, strict=True):
        place = final.placed(fine)
        counts = margin.sum(axis=0).astype(float)
        n = np.bincount(place, counts[:, 0], len(final.levels)).astype(float)
        k = np.bincount(place, counts[:, 1], len(final.levels)).astype(float)
        empty = np.array([level.role == "missing" or _is_placeholder(level.values) for level in fine.levels])
        n_filled, k_filled = counts[~empty].sum(axis=0)
        names = tuple(level.name for level in final.levels)
        texts = tuple((level.name, float(a), float(b)) for level, (a, b) in zip(fine.levels, counts, strict=True))
        scores, honest = _crossed(place, margin, len(final.levels))
        filled = (float(n_filled), float(k_filled))
        columns.append(Column(final, names, n, k, texts, filled, total, place, scores, honest))
    return columns


def _is_placeholder(values: tuple[str | bool, ...]) -> bool:
    return bool(values) and all(isinstance(value, str) and is_placeholder(value) for value in values)


def _crossed(place: NDArray[np.uint8], margin: NDArray[np.int64], size: int) -> tuple[Floats, float]:
    """Log-odds of the levels learnt on every second cohort, and the AUC that they reach on the others."""
    halves = np.zeros((2, size, 2))
    for half in (0, 1):
        fine = margin[half::2].sum(axis=0) if len(margin) > 1 else margin[0]
        for figure in (0, 1):
            halves[half, :, figure] = np.bincount(place, fine[:, figure], size)
    scores = np.zeros((2, size))
    reached = weight = 0.0
    for half in (0, 1):
        n, k = halves[1 - half, :, 0], halves[1 - half, :, 1]
        if not 0 < k.sum() < n.sum():
            continue
        base = k.sum() / n.sum()
        m = prior_strength(k, n, base)
        rate = (k + m * base) / (n + m)
        scores[half] = np.log(rate) - np.log1p(-rate) - logit(base)
        customers = halves[half, :, 1]
        reached += customers.sum() * auc_of(scores[half], halves[half, :, 0], customers)
        weight += customers.sum()
    return scores, reached / weight if weight else 0.5


# --- arithmetic --------------------------------------------------------------------------------------


def rates_of(k: Floats, n: Floats) -> Floats:
    """Close rates, 0 where there are no leads."""
    return np.divide(k, n, out=np.zeros(len(n)), where=n > 0)


def bounds(k: float, n: float) -> tuple[float, float]:
    """Wilson interval of k of n, `CAUTION` standard errors wide to each side."""
    low, high = wilson(np.array([k]), np.array([n]), CAUTION)
    return float(low[0]), float(high[0])


def logit(share: float) -> float:
    """Log-odds; infinite for 0 and 1."""
    return math.log(share) - math.log1p(-share) if 0 < share < 1 else math.copysign(math.inf, share - 0.5)
