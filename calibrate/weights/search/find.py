"""The best whole-number grid with few lines, on plain arrays: beam search, rounding, local search.

    min over whole points, at most so many lines with points other than 0, of
    min over a >= 0 and b of  sum of  m log(1 + exp(a s + b)) - k (a s + b)        s = points @ columns

The same input gives the same grid: nothing is timed, nothing is drawn.

Sources: Ustun and Rudin, "Learning optimized risk scores" (JMLR 2019, arXiv 1610.00168); Liu et al., "FasterRisk"
(NeurIPS 2022, arXiv 2210.05846).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .beam import Width, beam_search
from .lines import Budget, Lines, merge
from .local_search import Care, Climb
from .rounding import Card, card, exact, rounded
from .views import source_of

MOST_POOL = 20
"""Cards in the pool; as many more may join them that rest on other lines than all before."""


@dataclass(frozen=True)
class Effort:
    """How hard to search: width of the beam, lines that it grows to at most, starts for the climb, care in it."""

    width: Width = field(default_factory=Width)
    beam_lines: int = 16
    starts: int = 2
    care: Care = field(default_factory=Care)


@dataclass(frozen=True)
class Found:
    """The best card (None where no line may have points), and the pool of those nearly as good, it included."""

    best: Card | None
    pool: tuple[Card, ...]


def search(lines: Lines, budget: Budget, effort: Effort | None = None) -> Found:
    """The card with the smallest loss that the search finds.

    >>> from calibrate.weights.search.lines import plain
    >>> columns = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.int8)
    >>> lines = plain(columns, np.full(4, 100.0), np.array([5.0, 30.0, 12.0, 55.0]), cap=5)
    >>> found = search(lines, Budget(lines=2, criteria=2))
    >>> found.pool[0].points.tolist()
    [2, 1]
    """
    effort = effort or Effort()
    merged, positions = merge(lines)
    source = source_of(merged)
    climb = Climb(source, budget, effort.care)
    starts: list[Card] = []
    for real in beam_search(source, budget, effort.width, effort.beam_lines):
        starts += rounded(source, budget, real, 2)
    for start in sorted(starts, key=lambda card: card.loss)[: effort.starts]:
        climb.climb(start)
    return _found(climb, positions, len(lines))


def refined(lines: Lines, budget: Budget, cards: Sequence[Card], effort: Effort | None = None) -> Found:
    """The best card after a climb on other rows: all of them, say, after a search on a sample.

    The climb starts from the given card that is best there.
    """
    effort = effort or Effort()
    positions = np.arange(len(lines), dtype=np.intp)
    source = source_of(lines)
    climb = Climb(source, budget, effort.care)
    candidates = []
    for finalist in cards:
        view = source.view(tuple(int(j) for j in np.flatnonzero((finalist.points != 0) & ~lines.pinned)))
        head = len(view.design) - len(view.support)
        scores = finalist.points[list(view.support)] @ view.design[head:] + (view.design[1] if source.pinned else 0.0)
        start = (np.array([finalist.scale]), np.array([finalist.intercept]))
        candidates.append(
            card(finalist.points, exact(scores[None], view.leads, view.customers, source.whole, start), 0)
        )
    for candidate in candidates:
        climb.keep(candidate)
    climb.climb(min(candidates, key=climb.cost))
    return _found(climb, positions, len(lines))


def _found(climb: Climb, positions: NDArray[np.intp], size: int) -> Found:
    """The best card and the pool over all lines, each in its smallest numbers."""
    if climb.best is None:
        return Found(None, ())
    cards: dict[bytes, Card] = {}
    supports: set[bytes] = set()
    for candidate in sorted(climb.pool.values(), key=climb.cost):
        if not climb.near(candidate) or len(cards) == 2 * MOST_POOL:
            break
        used = (candidate.points != 0).tobytes()
        if len(cards) >= MOST_POOL and used in supports:
            continue
        supports.add(used)
        common = 1 if climb.source.pinned else max(int(np.gcd.reduce(candidate.points)), 1)
        points = np.zeros(size, np.int64)
        points[positions] = candidate.points // common
        cards.setdefault(points.tobytes(), Card(points, candidate.scale * common, candidate.intercept, candidate.loss))
    return Found(next(iter(cards.values())), tuple(cards.values()))
