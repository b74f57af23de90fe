"""When leads closed: the day of each customer's sale, and the leads that are not decided yet.

A lead that came five weeks ago and has not bought may still do so. How much it already tells is read off the closing
curve: the share F of sales that had come at its age, among those within the window of leads old enough to be judged.
Such a lead with a chance p of closing has not closed by now with 1 - pF. In a likelihood it stands for
``F (1 - p) / (1 - p F)`` leads that did not buy, one that has closed for one that did: then the score equations, and
all but exactly the information, are those of a mixture of leads that never close and leads that close late (the
delayed-feedback model: Chapelle 2014; without a form for the delay: Yoshikawa and Imai 2018; cure models: Sy and
Taylor 2000). In the mean it counts as F leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .row_order import canonical_order, row_keys

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_SHARE = 0.02
"""Leads so young that fewer sales than this share would have come say nothing."""
FEWEST = 30
"""Sales that a closing curve rests on."""


@dataclass(frozen=True)
class Sales:
    """One entry per customer: level of each criterion (C, K), cohort, day of entry, days to the sale, group: (K,)."""

    codes: NDArray[np.uint8]
    cohort: NDArray[np.int32]
    entered: NDArray[np.int32]
    took: NDArray[np.int32]
    group: NDArray[np.int32]

    def of(self, keep: Flags) -> Sales:
        """Some of the customers."""
        return Sales(self.codes[:, keep], self.cohort[keep], self.entered[keep], self.took[keep], self.group[keep])

    def regrouped(self, positions: Sequence[int], maps: Sequence[NDArray[np.uint8]] | None = None) -> Sales:
        """The same customers on some of the criteria, each on coarser levels where `maps` says where they are."""
        return replace(self, codes=_regrouped(self.codes, positions, maps))


@dataclass(frozen=True)
class Undecided:
    """Leads whose window is still open: levels (C, Y), how many (Y,), the share of sales to be seen by now, closed.

    Where they are known, `entered` is the day of entry and `took` the days to the sale, -1 without one: (Y,); `last` is
    the day whose leads have age 0. `group` is each lead's group, as that of a tally's rows; None: all stand alone.
    """

    codes: NDArray[np.uint8]
    leads: Floats
    share: Floats
    closed: Flags
    entered: NDArray[np.int32] | None = None
    took: NDArray[np.int32] | None = None
    last: int = 0
    group: NDArray[np.int32] | None = None

    def regrouped(self, positions: Sequence[int], maps: Sequence[NDArray[np.uint8]] | None = None) -> Undecided:
        """The same leads on some of the criteria, each on coarser levels where `maps` says where they are."""
        return replace(self, codes=_regrouped(self.codes, positions, maps))

    def of(self, keep: Flags) -> Undecided:
        """Some of the leads."""
        entered, took, group = (None if part is None else part[keep] for part in (self.entered, self.took, self.group))
        leads, share, closed = self.leads[keep], self.share[keep], self.closed[keep]
        return Undecided(self.codes[:, keep], leads, share, closed, entered, took, self.last, group)

    @property
    def groups(self) -> NDArray[np.int32]:
        """The group of each lead, -1 where it stands alone: (Y,)."""
        return np.full(len(self.leads), -1, np.int32) if self.group is None else self.group

    def weights(self, chance: Floats) -> Floats:
        """Leads that each entry stands for, given its chance of closing within the window: (Y,).

        >>> young = Undecided(np.zeros((0, 2), np.uint8), np.ones(2), np.full(2, 0.5), np.array([False, True]))
        >>> young.weights(np.array([0.2, 0.2])).round(3).tolist()       # 0.5 * 0.8 / 0.9; a sale is a sale
        [0.444, 1.0]
        """
        open_leads = self.leads * self.share * (1 - chance) / np.maximum(1 - chance * self.share, 1e-9)
        return np.where(self.closed, self.leads, open_leads)


@dataclass(frozen=True)
class ClosingCurve:
    """Share of the sales within the window that have come by an age in days: days of the sales, ascending."""

    took: NDArray[np.int32]

    def at(self, age: NDArray[np.integer]) -> Floats:
        """Share of sales by these ages.

        >>> ClosingCurve(np.array([3, 10, 10, 40], np.int32)).at(np.array([0, 3, 10, 99])).tolist()
        [0.0, 0.25, 0.75, 1.0]
        """
        return np.searchsorted(self.took, age, side="right") / max(len(self.took), 1)


def closing_curve(sales: Sales | None) -> ClosingCurve | None:
    """The closing curve of some customers; None where they are too few."""
    return None if sales is None or len(sales.took) < FEWEST else ClosingCurve(np.sort(sales.took))


def undecided_now(
    codes: NDArray[np.uint8],
    age: NDArray[np.int64],
    closed: Flags,
    sales: Sales | None,
    took: NDArray[np.int64] | None = None,
    last: int = 0,
    group: NDArray[np.int32] | None = None,
) -> Undecided | None:
    """Leads of some ages on the day `last`, by the closing curve of the customers before them.

    `took` are the days to the sale, -1 without one: (Y,).
    """
    curve = closing_curve(sales)
    if curve is None or not len(age):
        return None
    share = curve.at(age)
    keep = share >= LEAST_SHARE
    entered = (last - age).astype(np.int32)
    days = None if took is None else took.astype(np.int32)
    young = Undecided(codes, np.ones(len(age)), share, closed, entered, days, last, group)
    return young.of(keep) if keep.any() else None


def undecided_then(
    rows: tuple[NDArray[np.uint8], NDArray[np.int32], Floats],
    gap: Flags,
    sales: Sales,
    curve: ClosingCurve,
    ends: NDArray[np.int64],
    begins: int,
) -> Undecided | None:
    """What was known on a day of leads that are decided today: the cohorts `gap`, as they stood the day before.

    `rows` are codes, cohort and leads without a customer. Their days of entry are taken as even over their cohort.
    """
    codes, cohort, lost = rows
    mine = gap[cohort] & (lost > 0)
    by_cohort = np.zeros(len(gap))
    for i in np.flatnonzero(gap):
        first = int(ends[i - 1]) + 1 if i else int(ends[i]) - 30
        by_cohort[i] = float(curve.at(begins - 1 - np.arange(first, int(ends[i]) + 1)).mean())
    late = sales.of(gap[sales.cohort])
    closed = late.entered + late.took < begins
    parts = Undecided(
        np.concatenate([codes[:, mine], late.codes], axis=1),
        np.concatenate([lost[mine], np.ones(len(late.took))]),
        np.concatenate([by_cohort[cohort[mine]], curve.at(begins - 1 - late.entered)]),
        np.concatenate([np.zeros(int(mine.sum()), np.bool_), closed]),
    )
    keep = parts.share >= LEAST_SHARE
    return parts.of(keep) if keep.any() else None


def _regrouped(
    codes: NDArray[np.uint8], positions: Sequence[int], maps: Sequence[NDArray[np.uint8]] | None
) -> NDArray[np.uint8]:
    columns = [codes[p] if maps is None else maps[i][codes[p]] for i, p in enumerate(positions)]
    return np.array(columns, np.uint8).reshape(len(columns), codes.shape[1])


class Collecting:
    """Customers and undecided leads, piece by piece, as the engine streams them."""

    def __init__(self) -> None:
        self._sales: list[tuple[NDArray[np.generic], ...]] = []
        self._young: list[tuple[NDArray[np.generic], ...]] = []

    def add_sales(
        self,
        codes: NDArray[np.uint8],
        cohort: NDArray[np.int32],
        moment: NDArray[np.int64],
        took: NDArray[np.int64] | None,
        buyer: NDArray[np.uint64] | None,
    ) -> None:
        """Customers of a piece; nothing where the day of their sale is not known."""
        if took is None:
            return
        mine = took >= 0
        keys = np.zeros(int(mine.sum()), np.uint64) if buyer is None else buyer[mine]
        self._sales.append((codes[:, mine], cohort[mine], moment[mine], took[mine], keys))

    def add_young(
        self,
        codes: NDArray[np.uint8],
        moment: NDArray[np.int64],
        customer: Flags,
        took: NDArray[np.int64] | None,
        buyer: NDArray[np.uint64] | None = None,
    ) -> None:
        """Undecided leads of a piece."""
        days = np.full(len(moment), -1) if took is None else took
        keys = np.zeros(len(moment), np.uint64) if buyer is None else buyer
        self._young.append((codes, moment, customer, days, keys))

    def _in_order(self) -> list[NDArray[Any]]:
        """Undecided leads in the same order however they came: codes, moment, customer, days to the sale, buyer."""
        codes, moment, customer, days, buyer = (
            np.concatenate(part, axis=-1) for part in zip(*self._young, strict=True)
        )
        order = canonical_order(codes, moment, [customer, days], buyer)
        return [np.ascontiguousarray(codes[:, order]), *(part[order] for part in (moment, customer, days, buyer))]

    @property
    def young_buyers(self) -> NDArray[np.uint64]:
        """Hashes of the undecided leads' buyers, in their order; 0 where nothing is known of one."""
        return self._in_order()[4].astype(np.uint64) if self._young else np.zeros(0, np.uint64)

    def sales(self, buyer: NDArray[np.uint64] | None, group: NDArray[np.int32] | None) -> Sales | None:
        """All customers, in the groups of the rows whose buyers are given."""
        if not self._sales:
            return None
        codes, cohort, entered, took, keys = (np.concatenate(part, axis=-1) for part in zip(*self._sales, strict=True))
        groups = np.full(len(took), -1, np.int32)
        if buyer is not None and group is not None and len(buyer):
            order = np.argsort(buyer, kind="stable")
            place = np.minimum(np.searchsorted(buyer[order], keys), len(buyer) - 1)
            same = buyer[order][place] == keys
            groups = np.where(same, group[order][place], -1).astype(np.int32)
        order = np.lexsort((groups, row_keys(codes), took, entered))  # the same in whatever order they came
        return Sales(
            np.ascontiguousarray(codes[:, order]),
            cohort[order].astype(np.int32),
            entered[order].astype(np.int32),
            took[order].astype(np.int32),
            groups[order],
        )

    def undecided(
        self, last: int | None, sales: Sales | None, group: NDArray[np.int32] | None = None
    ) -> Undecided | None:
        """All undecided leads on the last day that was read, in their groups."""
        if not self._young or last is None:
            return None
        codes, moment, customer, took, _ = self._in_order()
        return undecided_now(codes, last - moment, customer.astype(np.bool_), sales, took, last, group)
