"""Columns that know the outcome: filled after it, named for it, or separating it too well to be true.

A column is suspect for one of these reasons (keys that reports translate with the suspect's `facts`):

======================= ============================================================================
reason                  meaning
======================= ============================================================================
filled_for_customers    filled (almost) only for customers
missing_separates       whether it is filled separates customers from others
level_always_closes     one level closes at about 100 %, with many leads and a telling share of customers
level_never_closes      one level closes at about 0 %, with a telling share of the leads that did not buy
names_outcome           its name (or a level's) speaks of the outcome or of the sales process, and it tells
separates_outcomes      alone it separates customers from others nearly perfectly
dominates               alone it beats all the other criteria together by far
======================= ============================================================================

Every test looks at the cautious end of an interval (Wilson; Hanley and McNeil 1982 for AUC), so few leads
raise no alarm. A competitor level at 0 % where few buy anyway, or one lead source at 98 %, is no leak.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..grid.criteria import Criterion, is_placeholder
from ..leads.columns.naming import words_of
from .binning import group
from .leakage_words import LEVELS, NAMES
from .rates import prior_strength, wilson
from .tally import Tally

Floats = NDArray[np.float64]
CAUTION = 2.5
"""Standard errors kept from each threshold: many columns are looked at."""
MOST_ROWS = 100_000
"""Profile rows enough to judge how far all other criteria together go."""


@dataclass(frozen=True)
class Suspect:
    """A column set aside, why, and the counts that say so."""

    column: str
    reason: str
    evidence: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


def suspects(tally: Tally, *, free: Collection[str] = ()) -> tuple[Suspect, ...]:
    """Columns of a tally (on fine levels) that should not be criteria by themselves, with the evidence.

    `free` names columns or criteria that the user put back: they are not accused again.

    >>> from calibrate.grid.criteria import Level
    >>> from calibrate.counts.tally import tally_of
    >>> signed = Criterion("field_7", "field_7", "presence", "fit",
    ...     (Level("filled"), Level("missing", "missing"), Level("other", "other")))
    >>> bought = np.arange(1000) % 10 == 0
    >>> print(suspects(tally_of([signed], np.where(bought, 0, 1).astype(np.uint8)[None], bought))[0].evidence)
    filled for 100 leads, of which 100 became customers (100.0%); 100 of 100 customers have it filled
    """
    leads, customers = tally.overall
    if not 0 < customers < leads:
        return ()
    columns = _columns(tally)
    accused: dict[int, Suspect] = {}
    for i, column in enumerate(columns):
        found = next((suspect for check in CHECKS if (suspect := check(column)) is not None), None)
        if found is not None:
            accused[i] = found
    accused |= _dominating(tally, columns, accused)
    once: dict[str, Suspect] = {}
    for i in sorted(accused):
        if tally.criteria[i].name not in free and tally.criteria[i].column not in free:
            once.setdefault(accused[i].column, accused[i])
    return tuple(once.values())


@dataclass(frozen=True)
class _Column:
    """A criterion on its final levels with the counts of each, and of the leads that have it filled."""

    criterion: Criterion
    levels: tuple[str, ...]
    n: Floats
    k: Floats
    fine: tuple[tuple[str, float, float], ...]
    filled: tuple[float, float]
    total: tuple[int, int]
    place: NDArray[np.uint8]

    @property
    def base(self) -> float:
        return self.total[1] / self.total[0]

    @property
    def auc(self) -> float:
        """Chance that a customer stands in a better level than another lead."""
        return _auc(np.divide(self.k, self.n, out=np.zeros(len(self.n)), where=self.n > 0), self.n, self.k)

    @property
    def two_sided(self) -> bool:
        """Presence, a yes/no, or a number with one cut: what an honest signal such as a demo request looks like."""
        if self.criterion.kind == "text":
            return sum(n > 0 for _, n, _ in self.fine) == 2
        return self.criterion.kind != "number" or int(np.count_nonzero(self.n)) == 2

    @property
    def leaps(self) -> bool:
        """Whether its best level closes far more often than any honest signal would (20 times from 1 % is 3.2)."""
        rate = float(np.max(np.divide(self.k, self.n, out=np.zeros(len(self.n)), where=self.n >= 8)))
        return _logit(rate) - _logit(self.base) >= 4.0 or rate >= 0.8

    def biggest(self, count: Floats) -> list[tuple[str, float, float]]:
        """Levels with leads and customers, the greatest count first; then the fine levels."""
        order = np.argsort(-count, kind="stable")
        return [(self.levels[i], float(self.n[i]), float(self.k[i])) for i in order] + list(self.fine)

    def suspect(self, reason: str, evidence: str, **facts: str | int | float) -> Suspect:
        return Suspect(self.criterion.column, reason, evidence, facts)


def _columns(tally: Tally) -> list[_Column]:
    """Each criterion with its final levels (numbers cut, rare texts pooled) and their counts."""
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
        each = tuple((level.name, float(a), float(b)) for level, (a, b) in zip(fine.levels, counts, strict=True))
        columns.append(_Column(final, names, n, k, each, (float(n_filled), float(k_filled)), total, place))
    return columns


def _is_placeholder(values: tuple[str | bool, ...]) -> bool:
    return bool(values) and all(isinstance(value, str) and is_placeholder(value) for value in values)


# --- one column alone --------------------------------------------------------------------------------


def _filled_for_customers(column: _Column) -> Suspect | None:
    n, k = column.filled
    leads, customers = column.total
    if n == leads or not _nearly_all(k, n, column):
        return None
    return column.suspect(
        "filled_for_customers",
        f"filled for {n:,.0f} leads, of which {k:,.0f} became customers ({k / n:.1%}); "
        f"{k:,.0f} of {customers:,} customers have it filled",
        leads=int(n), customers=int(k), rate=k / n, all_customers=customers,
    )  # fmt: skip


def _missing_separates(column: _Column) -> Suspect | None:
    """Youden's J of "filled" (share of customers that have it, less the share of others) is at least 0.6.

    For presence it must be 0.8, or 0.7 with a giant leap from the base rate: asking for a demo may well be
    what most customers do.
    """
    n, k = column.filled
    leads, customers = column.total
    others, filled_others = leads - customers, n - k
    low_customers, high_customers = _bounds(k, customers)
    low_others, high_others = _bounds(filled_others, others)
    apart = abs(k / customers - filled_others / others)
    least = 0.6
    if column.two_sided:
        least = 0.7 if column.leaps else 0.8
    if apart < least or max(low_customers - high_others, low_others - high_customers) < least - 0.25:
        return None
    return column.suspect(
        "missing_separates",
        f"filled for {k:,.0f} of {customers:,} customers ({k / customers:.1%}) but for {filled_others:,.0f} of "
        f"{others:,} others ({filled_others / others:.1%})",
        filled_customers=int(k), customers=customers, filled_others=int(filled_others), others=others,
    )  # fmt: skip


def _level_always_closes(column: _Column) -> Suspect | None:
    for level, n, k in column.biggest(column.k):
        if _nearly_all(k, n, column):
            return column.suspect(
                "level_always_closes",
                f"'{level}': {k:,.0f} of {n:,.0f} leads became customers ({k / n:.1%}, "
                f"all leads {column.base:.1%}); they are {k / column.total[1]:.0%} of all customers",
                level=level, leads=int(n), customers=int(k), rate=k / n, all_customers=column.total[1],
            )  # fmt: skip
    return None


def _level_never_closes(column: _Column) -> Suspect | None:
    leads, customers = column.total
    for level, n, k in column.biggest(column.n - column.k):
        share = (n - k) / (leads - customers)
        if share < 0.3 or k > 0.02 * n:
            continue
        _, high = _bounds(k, n)
        if high < 0.02 and _logit(column.base) - _logit(high) >= 3:
            return column.suspect(
                "level_never_closes",
                f"'{level}': {k:,.0f} of {n:,.0f} leads became customers ({k / n:.1%}, all leads "
                f"{column.base:.1%}); they are {share:.0%} of all leads that did not buy",
                level=level, leads=int(n), customers=int(k), rate=k / n, all_others=leads - customers,
            )  # fmt: skip
    return None


def _names_outcome(column: _Column) -> Suspect | None:
    if not _telling(column):
        return None
    word = NAMES.search(words_of(column.criterion.column)) or NAMES.search(words_of(column.criterion.name))
    best, worst = _extremes(column)
    counts = f"{_counts(column, best)} against {_counts(column, worst)}"
    facts: dict[str, str | int | float] = {
        "auc": column.auc,
        "best": column.levels[best], "best_leads": int(column.n[best]), "best_customers": int(column.k[best]),
        "worst": column.levels[worst], "worst_leads": int(column.n[worst]), "worst_customers": int(column.k[worst]),
    }  # fmt: skip
    if word:
        found = word.group(0).strip()
        evidence = f"the name ('{found}') speaks of the outcome or the sales process, and it tells: {counts}"
        return column.suspect("names_outcome", evidence, word=found, **facts)
    for i, level in enumerate(column.levels):
        said = LEVELS.search(words_of(level)) if column.criterion.kind == "text" else None
        low, high = _bounds(float(column.k[i]), float(column.n[i]))
        if said and column.n[i] >= 30 and (low >= 0.8 or high <= column.base / 4):
            evidence = f"a level speaks of the outcome and closes accordingly: {_counts(column, i)}"
            return column.suspect("names_outcome", evidence, word=said.group(0), **facts)
    return None


def _separates(column: _Column) -> Suspect | None:
    auc = column.auc
    if auc - CAUTION * _auc_error(auc, column.total) < 0.84 or auc < 0.91:
        return None
    if column.two_sided and not column.leaps:
        return None
    best, worst = _extremes(column)
    return column.suspect(
        "separates_outcomes",
        f"alone it ranks a customer above another lead in {auc:.1%} of pairs: {_counts(column, best)}, "
        f"{_counts(column, worst)}",
        auc=auc, best=column.levels[best], best_leads=int(column.n[best]), best_customers=int(column.k[best]),
        worst=column.levels[worst], worst_leads=int(column.n[worst]), worst_customers=int(column.k[worst]),
    )  # fmt: skip


CHECKS: tuple[Callable[[_Column], Suspect | None], ...] = (
    _filled_for_customers,
    _missing_separates,
    _level_always_closes,
    _level_never_closes,
    _names_outcome,
    _separates,
)


# --- one column against all the others ---------------------------------------------------------------


def _dominating(tally: Tally, columns: list[_Column], accused: Collection[int]) -> dict[int, Suspect]:
    """Columns that alone go far beyond what all the others reach together.

    The strongest m columns are compared as a set, for m = 1, 2, ...: leaks often come in twos, and each
    would hide the other. The weakest of the set must carry 1.6 times the signal (squared distance between
    customers and others, from the AUC) of the summed log-odds of all columns outside it.
    """
    rest = [i for i in range(len(columns)) if i not in accused]
    strong = [i for i in rest if _stands_out(columns[i])]
    strong.sort(key=lambda i: -columns[i].auc)
    if not strong or len(rest) < 2:
        return {}
    step = max(1, tally.rows // MOST_ROWS)
    leads, customers = tally.leads[::step], tally.customers[::step]
    voices = {i: _voice(columns[i], tally.codes[i, ::step], leads, customers) for i in rest}
    joint = np.sum(list(voices.values()), axis=0)
    found: dict[int, Suspect] = {}
    for count, i in enumerate(strong, start=1):
        joint = joint - voices[i]
        others = _auc(joint, leads, customers)
        if 2 * count <= len(rest) and _signal(columns[i].auc) >= 1.6 * _signal(others):
            for j in strong[:count]:
                found[j] = columns[j].suspect(
                    "dominates",
                    f"alone it ranks a customer above another lead in {columns[j].auc:.1%} of pairs; "
                    f"the {len(rest) - count} other criteria together in {others:.1%}",
                    auc=columns[j].auc, auc_others=others, others=len(rest) - count,
                )  # fmt: skip
    return found


def _stands_out(column: _Column) -> bool:
    """Whether a column alone separates so well that it is worth comparing with all the others."""
    if column.two_sided and not column.leaps:
        return False
    return column.auc >= 0.82 and column.auc - CAUTION * _auc_error(column.auc, column.total) >= 0.7


def _voice(column: _Column, codes: NDArray[np.uint8], leads: Floats, customers: Floats) -> Floats:
    """Shrunk log-odds of each row's level, learnt on the other half of the rows (every second one)."""
    m = prior_strength(column.k, column.n, column.base)
    size = len(column.n)
    level = column.place[codes]
    voice = np.empty(len(codes))
    for half in (0, 1):
        n = np.bincount(level[half::2], leads[half::2], size)
        k = np.bincount(level[half::2], customers[half::2], size)
        rate = (k + m * column.base) / (n + m)
        voice[1 - half :: 2] = (np.log(rate) - np.log1p(-rate))[level[1 - half :: 2]]
    return voice


# --- arithmetic --------------------------------------------------------------------------------------


def _nearly_all(k: float, n: float, column: _Column) -> bool:
    """Whether k of n is about 100 %, and a telling share of all customers or a giant leap from the base rate."""
    share = k / column.total[1]
    if n < 8 or k / n < 0.9 or share < 0.05:
        return False
    low, _ = _bounds(k, n)
    return (low >= 0.93 and share >= 0.15) or _logit(low) - _logit(column.base) >= 4


def _telling(column: _Column) -> bool:
    """Whether the rates differ beyond doubt between levels (chi-square far beyond its degrees of freedom)."""
    held = column.n > 0
    expected = column.n[held] * column.base
    chi_square = float(((column.k[held] - expected) ** 2 / (expected * (1 - column.base))).sum())
    freedom = int(held.sum()) - 1
    if freedom < 1:
        return False
    normal = ((chi_square / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    return normal > 4 and column.auc >= 0.53


def _extremes(column: _Column) -> tuple[int, int]:
    """Levels of the highest and lowest rate, judged by the cautious end of their intervals."""
    low, high = wilson(column.k, column.n)
    held = column.n > 0
    return int(np.argmax(np.where(held, low, -1))), int(np.argmin(np.where(held, high, 2)))


def _counts(column: _Column, i: int) -> str:
    n, k = column.n[i], column.k[i]
    return f"'{column.levels[i]}' {k:,.0f} of {n:,.0f} ({k / n if n else 0:.1%})"


def _bounds(k: float, n: float) -> tuple[float, float]:
    low, high = wilson(np.array([k]), np.array([n]), CAUTION)
    return float(low[0]), float(high[0])


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share) if 0 < share < 1 else math.copysign(math.inf, share - 0.5)


def _auc(score: Floats, leads: Floats, customers: Floats) -> float:
    """Chance that a customer outscores another lead, ties counted half."""
    _, at = np.unique(score, return_inverse=True)
    bought = np.bincount(at, customers)
    others = np.bincount(at, leads) - bought
    below = np.cumsum(others) - others
    pairs = bought.sum() * others.sum()
    return float((bought * (below + others / 2)).sum() / pairs) if pairs else 0.5


def _signal(auc: float) -> float:
    """Squared distance between customers and other leads, in standard deviations, that gives such an AUC."""
    return 2 * float(special.ndtri(auc)) ** 2 if auc > 0.5 else 0.0


def _auc_error(auc: float, total: tuple[int, int]) -> float:
    """Standard error of an AUC (Hanley and McNeil 1982)."""
    customers, others = total[1], total[0] - total[1]
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (customers - 1) * (q1 - auc * auc) + (others - 1) * (q2 - auc * auc)
    return math.sqrt(max(variance, 0) / (customers * others))
