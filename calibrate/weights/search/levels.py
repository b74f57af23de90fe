"""Rows of level codes, and the whole points that every level of some criteria may have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fits import Floats, Ints


class Order(NamedTuple):
    """Levels whose points must rise (+1) or fall (-1) from one to the next: positions over all levels."""

    positions: NDArray[np.intp]
    direction: int


@dataclass(frozen=True)
class Levels:
    """Rows of level codes and the points each level may have; levels whose bounds are equal are given.

    `codes` is (criteria, rows), `floor` and `ceiling` run over all levels, criterion after criterion. Levels
    given 0 have no say. At most `lines` levels and `criteria` criteria get points; one more level must be `worth` it.
    """

    codes: NDArray[np.uint8]
    sizes: tuple[int, ...]
    leads: Floats
    customers: Floats
    floor: Ints
    ceiling: Ints
    orders: tuple[Order, ...]
    lines: int
    criteria: int
    worth: float

    @cached_property
    def bounds(self) -> NDArray[np.intp]:
        """Where each criterion's levels start, and the end."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First level of each criterion, and the one after its last."""
        return [(int(a), int(b)) for a, b in pairwise(self.bounds)]

    @property
    def free(self) -> NDArray[np.bool_]:
        """Levels whose points are open."""
        open_: NDArray[np.bool_] = self.floor < self.ceiling
        return open_
