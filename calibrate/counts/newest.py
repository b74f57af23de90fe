"""A tally with the leads that are not decided yet, each counting as far as it tells (`closings`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .closings import Undecided, closing_curve, undecided_then
from .tally import Tally

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LABEL = "not decided yet"


def known_on(tally: Tally, train: Flags, begins: int, without: Flags | None = None) -> Tally:
    """The cohorts `train`, with what was known on a day of the later ones that had begun by then.

    `begins` is the position of the first cohort after that day, `without` marks rows that must not be used. Without
    closing dates, or with too few sales, only the decided cohorts stand there.
    """
    known = tally.only(train)
    gap = (np.arange(len(tally.cohorts)) < begins) & ~train & (tally.totals[:, 0] > 0)
    curve = closing_curve(known.sales)
    if tally.sales is None or curve is None or tally.ends is None or not gap.any() or not tally.exact:
        return known
    sales = tally.sales
    lost = tally.leads - tally.customers
    if without is not None and tally.group is not None:
        lost = np.where(without, 0.0, lost)
        barred = np.unique(tally.group[without & (tally.group >= 0)])
        sales = sales.of(~np.isin(sales.group, barred))
    day = int(tally.ends[begins - 1]) + 1
    undecided = undecided_then((tally.codes, tally.cohort, lost), gap, sales, curve, tally.ends, day)
    return replace(known, undecided=undecided)


def known_apart(tally: Tally, train: Flags, judged: Flags) -> Tally:
    """What was known of the cohorts `train` before the cohorts `judged` began, without groups that are judged.

    No group stands on both sides: its earlier leads leave, not its later ones.
    """
    first = int(np.flatnonzero(judged)[0])
    if tally.group is None:
        return known_on(tally, train, first)
    barred = in_groups_of(tally.group, tally.group[judged[tally.cohort]])
    return known_on(tally, train, first, barred).less(barred[train[tally.cohort]])


def in_groups_of(group: NDArray[np.int32], others: NDArray[np.int32]) -> Flags:
    """Rows whose group is one of others; -1 stands alone.

    >>> in_groups_of(np.array([0, 1, -1, 1], np.int32), np.array([1, -1], np.int32)).tolist()
    [False, True, False, True]
    """
    among = np.zeros(max(int(group.max(initial=-1)), int(others.max(initial=-1))) + 2, np.bool_)
    among[others] = True
    among[-1] = False  # leads on their own
    result: Flags = among[group]
    return result


def joined(tally: Tally, chance: Callable[[NDArray[np.uint8]], Floats]) -> Tally:
    """The tally with one cohort more: its undecided leads, as they count given each one's chance of closing.

    `chance` gives it from codes (C, Y) -> (Y,). The tally itself where it has no undecided leads.
    """
    young = tally.undecided
    if young is None:
        return tally
    leads = young.weights(chance(young.codes))
    young, leads = young.of(leads > 0), leads[leads > 0]
    bought = np.where(young.closed, leads, 0.0)
    place = len(tally.cohorts)
    group = _together(tally.group, tally.rows, young)
    margins = []
    for criterion, codes, margin in zip(tally.criteria, young.codes, tally.marginals, strict=True):
        margins.append(np.concatenate([margin, _whole(leads, bought, codes, len(criterion.levels))[None]]))
    total = _whole(leads, bought, np.zeros(len(leads), np.uint8), 1)
    last = None if tally.ends is None else np.append(tally.ends, tally.ends[-1] + (tally.window or 1))
    return replace(
        tally,
        cohorts=(*tally.cohorts, LABEL),
        totals=np.concatenate([tally.totals, total]),
        marginals=tuple(margins),
        codes=np.concatenate([tally.codes, young.codes], axis=1),
        cohort=np.append(tally.cohort, np.full(len(leads), place, np.int32)),
        leads=np.append(tally.leads, leads),
        customers=np.append(tally.customers, bought),
        counted=np.append(tally.counted, np.ones(len(leads), np.int64)),
        ends=last,
        group=group,
        young=None,
        undecided=None,
    )


def _together(group: NDArray[np.int32] | None, rows: int, young: Undecided) -> NDArray[np.int32] | None:
    """Groups of decided and undecided leads; None where all stand alone."""
    if group is None and young.group is None:
        return None
    return np.concatenate([np.full(rows, -1, np.int32) if group is None else group, young.groups])


def _whole(leads: Floats, bought: Floats, codes: NDArray[np.uint8], levels: int) -> NDArray[np.int64]:
    """Leads and customers per level, rounded: (levels, 2)."""
    counts = np.stack([np.bincount(codes, leads, levels), np.bincount(codes, bought, levels)], axis=1)
    whole = np.rint(counts).astype(np.int64)
    whole[:, 1] = np.minimum(whole[:, 1], whole[:, 0])
    return whole
