"""Who gains and who loses: customers caught per segment at the same number of calls, on later leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.tally import Tally
from ..errors import GridError
from ..evaluation.equal_calls import called_shares
from ..grid.criteria import Criterion
from ..grid.grid import Grid
from ..language import Words
from ..points.score_table import row_scores
from .level_text import line_name
from .profiles import FEWEST_LEADS
from .review import Review
from .what_if import later_leads

Floats = NDArray[np.float64]
CURRENT = "current"
MOST_ROWS = 8


@dataclass(frozen=True)
class Gain:
    """One segment: later customers in all, caught before and after; `side` is more, less or empty (within chance)."""

    name: str
    customers: float
    before: float
    after: float
    side: str

    @property
    def change(self) -> float:
        """Customers more than before."""
        return round(self.after) - round(self.before)


def segment_gains(review: Review, words: Words) -> list[Gain]:
    """Segments of the criterion that the report breaks down by, the largest first.

    The chance of any false mark in the table is 5 % (Bonferroni); the spread of a difference counts the customers of
    profiles that change sides.
    """
    candidate, segment = review.chosen_candidate, _criterion(review)
    if candidate is None or candidate.grid.thresholds is None or segment is None or candidate.name == CURRENT:
        return []
    later = later_leads(review)
    current = next((c.grid for c in review.candidates if c.name == CURRENT), None)
    try:
        after, before, codes = _shares(later, candidate.grid, current, segment)
    except GridError:
        return []
    size = len(segment.levels)
    leads = np.bincount(codes, later.leads, size)
    customers = np.bincount(codes, later.customers, size)
    caught = [np.bincount(codes, later.customers * share, size) for share in (before, after)]
    spread = np.sqrt(np.bincount(codes, later.customers * (after - before) ** 2, size))
    visible = [i for i in np.argsort(-customers, kind="stable") if leads[i] >= FEWEST_LEADS][:MOST_ROWS]
    limit = -special.ndtri(0.025 / max(len(visible), 1))
    rows = []
    for i in visible:
        change = caught[1][i] - caught[0][i]
        clear = abs(change) > limit * spread[i] and abs(change) >= 1
        name = line_name(segment.name, segment.levels[i], words)
        side = ("more" if change > 0 else "less") if clear else ""
        rows.append(Gain(name, float(customers[i]), float(caught[0][i]), float(caught[1][i]), side))
    return rows


def _criterion(review: Review) -> Criterion | None:
    names = [table.by for sides in review.changes.sides for table in sides.tables if table.by]
    return next((c for name in names for c in review.rates.criteria if c.name == name), None)


def _shares(
    later: Tally, grid: Grid, current: Grid | None, segment: Criterion
) -> tuple[Floats, Floats, NDArray[np.uint8]]:
    """Share of each row called after and before, at the same calls, and its segment."""
    scores = row_scores(later, grid)
    assert grid.thresholds is not None
    calls = float(later.leads[scores >= grid.thresholds.marketing_qualified].sum())
    total = float(later.leads.sum()) or 1.0
    before = np.full(later.rows, calls / total)
    if current is not None:
        before = called_shares(row_scores(later, current), later.leads, calls)
    position = later.finer(segment)
    codes = np.asarray(segment.placed(later.criteria[position]))[later.codes[position]].astype(np.uint8)
    return called_shares(scores, later.leads, calls), before, codes
