"""Leads whose closing window is still open, counted per age and level: nobody is judged by them.

They tell when a column is written: what a lead has from the start stands in young leads as in old ones; what is filled
in when it closes does not yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..days import day_number
from ..grid.criteria import Criterion
from ..leads.history import History
from ..leads.terms import REASONS
from .marginals import Marginals

IMMATURE = REASONS.index("immature")
MOST_AGES = 200
"""Classes of age; where the window has more days, a class has several."""


@dataclass(frozen=True)
class Young:
    """Leads that are too young to be judged, and customers among them so far.

    `margins` has one array (ages, levels, 2) per criterion of the tally, the youngest age first; a class of age is
    `width` days, and `last` is the day (since 1970) whose leads have age 0.
    """

    width: int
    last: int
    margins: tuple[NDArray[np.int64], ...]

    @property
    def totals(self) -> NDArray[np.int64]:
        """Leads and customers so far per age: (ages, 2)."""
        if not self.margins:
            return np.zeros((0, 2), np.int64)
        totals: NDArray[np.int64] = self.margins[0].sum(axis=1)
        return totals

    def regrouped(self, positions: Sequence[int], maps: Sequence[NDArray[np.uint8]], sizes: Sequence[int]) -> Young:
        """The same leads on other criteria: each from one of ours, by the place of each of its levels."""
        margins = []
        for position, place, size in zip(positions, maps, sizes, strict=True):
            coarse = np.zeros((len(self.margins[position]), size, 2), np.int64)
            for fine, level in enumerate(place):
                coarse[:, level] += self.margins[position][:, fine]
            margins.append(coarse)
        return Young(self.width, self.last, tuple(margins))

    def of(self, positions: Sequence[int]) -> Young:
        """The same leads on some of the criteria."""
        return Young(self.width, self.last, tuple(self.margins[i] for i in positions))


class Counting:
    """Counts young leads piece by piece, where a history has some."""

    def __init__(self, history: History, criteria: Sequence[Criterion], most: int | None = None) -> None:
        self.marginals: Marginals | None = None
        self.last: int | None = None
        window = history.window
        if window is None or history.as_of is None or not history.excluded.get("immature"):
            return
        self.width = -(-max(window, 1) // MOST_AGES)
        self.last = day_number(history.as_of)
        self.ages = -(-(window + 1) // self.width)
        self.marginals = Marginals(criteria, self.ages, most)

    def add(self, codes: NDArray[np.uint8], moment: NDArray[np.int64], customer: NDArray[np.bool_]) -> None:
        """Count some young leads, entered on these days."""
        if self.marginals is not None and self.last is not None and len(moment):
            age = np.clip((self.last - moment) // self.width, 0, self.ages - 1).astype(np.int32)
            self.marginals.add(codes, age, customer)

    def young(self) -> Young | None:
        """The counts; None where there are no young leads."""
        if self.marginals is None or self.last is None:
            return None
        return Young(self.width, self.last, self.marginals.tables())
