"""The best whole-number grid with few lines, on plain arrays: beam search, rounding, local search.

    min over whole points, at most so many lines with points other than 0, of
    min over a >= 0 and b of  sum of  m log(1 + exp(a s + b)) - k (a s + b)        s = points @ columns

The same input gives the same grid: nothing is timed, nothing is drawn.

Sources: Ustun and Rudin, "Learning optimized risk scores" (JMLR 2019, arXiv 1610.00168); Liu et al., "FasterRisk"
(NeurIPS 2022, arXiv 2210.05846).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .beam import Width, beam
from .climb import CERTAIN, NEAR, Care, Climb
from .lines import Budget, Lines, merge
from .rounding import Card, rounded
from .views import source_of

MOST_POOL = 20


@dataclass(frozen=True)
class Effort:
    """How hard to search: width of the beam, lines that it grows to at most, starts for the climb, care in it."""

    width: Width = field(default_factory=Width)
    beam_lines: int = 16
    starts: int = 2
    care: Care = field(default_factory=Care)


@dataclass(frozen=True)
class Found:
    """The best card, and the pool of cards nearly as good (best first, it included)."""

    best: Card
    pool: tuple[Card, ...]


def search(lines: Lines, budget: Budget, effort: Effort | None = None) -> Found:
    """The card with the smallest loss that the search finds.

    >>> from calibrate.weights.search.lines import plain
    >>> columns = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.int8)
    >>> lines = plain(columns, np.full(4, 100.0), np.array([5.0, 30.0, 12.0, 55.0]), cap=5)
    >>> search(lines, Budget(lines=2, criteria=2)).best.points.tolist()
    [2, 1]
    """
    effort = effort or Effort()
    merged, kept = merge(lines)
    source = source_of(merged)
    climb = Climb(source, budget, effort.care)
    starts: list[Card] = []
    for real in beam(source, budget, effort.width, effort.beam_lines):
        starts += rounded(source, budget, real, 2)
    for start in sorted(starts, key=lambda card: card.loss)[: effort.starts]:
        climb.climb(start)
    assert climb.best is not None
    near = [card for card in climb.pool.values() if card.loss <= climb.best.loss * (1 + NEAR) + CERTAIN]
    cards = []
    for card in sorted(near, key=lambda card: card.loss)[:MOST_POOL]:
        points = np.zeros(len(lines), np.int64)
        points[kept] = card.points
        cards.append(Card(points, card.scale, card.intercept, card.loss))
    return Found(cards[0], tuple(cards))
