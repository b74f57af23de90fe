"""Later leads as the page may hold them: profiles of at least five leads, and groups where combinations are rarer.

A grid cannot tell apart answers that it gives no points to, so they count as one. A combination that fewer leads share
is never on the page by itself: such leads are counted in groups of at least as many, of one score where that can be,
neighbours first. Of a group the page knows how many leads gave each answer, not which answers came together
(microaggregation: Domingo-Ferrer and Mateo-Sanz 2002, doi:10.1109/69.979982). So leads above a score are exact as long
as the points of one criterion are moved, and within a range that can be said where several are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.grid import Grid
from .folds import deflated

FEWEST_LEADS = 5
"""Leads that a profile, or a level that is named, stands for at least."""
MOST_PROFILES = 20_000
MOST_GROUPS = 1_000
LARGEST_KEY = 1 << 62

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Scores = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """Leads of rare combinations: their number, the customers among them, the scores that they have.

    `answers` holds leads per level, criterion after criterion; `scores` pairs of score and leads.
    """

    leads: float
    customers: float
    scores: tuple[tuple[int, float], ...]
    answers: tuple[Floats, ...]


@dataclass(frozen=True)
class Profiles:
    """Later leads over the criteria of one grid that have points: `codes` (criteria, rows), counts (rows,).

    `apart` names per criterion the levels that are told apart: those with points, and one that stands for all others;
    `fewest` leads stand behind every row and every group.
    """

    criteria: tuple[int, ...]
    codes: Codes
    leads: Floats
    customers: Floats
    groups: tuple[Group, ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    fewest: int = FEWEST_LEADS

    @property
    def grouped(self) -> int:
        """Leads that are counted in groups."""
        return round(sum(group.leads for group in self.groups))


def profiles_of(tally: Tally, grid: Grid, fewest: int = FEWEST_LEADS) -> Profiles | None:
    """The leads of a tally, one row per combination of answers that a grid gives points to; None for too few leads.

    The grid's criteria may be coarser than the tally's. Raises GridError where the tally was not counted on them.
    """
    criteria = tuple(i for i, points in enumerate(grid.points) if any(points))
    coarse = tally.regroup([grid.criteria[i] for i in criteria])
    if coarse.leads.sum() < fewest:
        return None
    points = [np.array(grid.points[i], np.int64) for i in criteria]
    margins = [margin.sum(axis=0)[:, 0] for margin in coarse.marginals]
    codes, apart = coarse.codes.copy(), []
    for row, (worth, level_leads) in enumerate(zip(points, margins, strict=True)):
        plain = _plain_level(worth, level_leads)
        codes[row] = np.where(worth == 0, plain, np.arange(len(worth)))[codes[row]]
        apart.append(tuple(i for i, points_here in enumerate(worth) if points_here or i == plain))
    codes, leads, customers = _merged(codes, [len(worth) for worth in points], coarse.leads, coarse.customers)
    scores = sum((worth[row] for worth, row in zip(points, codes, strict=True)), np.full(len(leads), grid.start))
    large = leads >= fewest
    if large.sum() > MOST_PROFILES:
        large[np.argsort(-leads, kind="stable")[MOST_PROFILES:]] = False
    members = _groups(codes, leads, np.asarray(scores), large, fewest)
    grouped = np.concatenate([np.zeros(0, np.int64), *members])
    large[grouped] = False
    groups = _counted(members, codes, leads, customers, scores, [len(worth) for worth in points])
    return Profiles(criteria, codes[:, large], leads[large], customers[large], groups, tuple(apart), fewest)


def _plain_level(points: Scores, leads: NDArray[np.int64]) -> int:
    """The commonest level without points; -1 where all have some."""
    without = np.flatnonzero(points == 0)
    return int(without[np.argmax(leads[without])]) if len(without) else -1


def _merged(codes: Codes, sizes: Sequence[int], leads: Floats, customers: Floats) -> tuple[Codes, Floats, Floats]:
    """Equal profiles as one row, in the order of their codes."""
    if not len(codes):
        return np.zeros((0, 1), np.uint8), np.array([leads.sum()]), np.array([customers.sum()])
    key = _numbered(codes, sizes)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    sums = [np.bincount(place, counts, len(first)).astype(np.float64) for counts in (leads, customers)]
    return np.ascontiguousarray(codes[:, first]), sums[0], sums[1]


def _numbered(rows: Sequence[Scores] | Codes, sizes: Sequence[int]) -> Scores:
    """One number per column of a table of numbers below `sizes`, in the order of the first row, then the second ..."""
    key, kinds = np.zeros(len(rows[0]) if len(rows) else 1, np.int64), 1
    for row, size in zip(rows, sizes, strict=True):
        if kinds * size > LARGEST_KEY:
            unique, key = np.unique(key, return_inverse=True)
            kinds = len(unique)
        key, kinds = key * size + row, kinds * size
    return key


def _groups(
    codes: Codes, leads: Floats, scores: Scores, large: NDArray[np.bool_], fewest: int
) -> list[NDArray[np.int64]]:
    """Rows that are not large, put together: neighbours of one score, of at least `fewest` leads.

    Where a score has too few of them, they go with those of the next score; where all are too few, with the nearest
    large row.
    """
    small = np.flatnonzero(~large)
    if not len(small):
        return []
    size = max(float(fewest), float(leads[small].sum()) / MOST_GROUPS)
    unevenly = np.argsort([-_evenness(row[small], leads[small]) for row in codes])[::-1]
    keys = [scores[small] - scores[small].min(), *codes[unevenly][:, small]]
    ordered = small[np.argsort(_numbered(keys, [int(row.max()) + 1 for row in keys]), kind="stable")]
    total = np.concatenate([[0.0], np.cumsum(leads[ordered])])
    ends = np.append(np.flatnonzero(np.diff(scores[ordered])) + 1, len(ordered))
    groups: list[tuple[int, int]] = []
    start = begin = 0
    for end in ends.tolist():
        first = len(groups)
        while (stop := int(np.searchsorted(total, total[start] + size))) <= end:
            stop = max(stop, begin + 1, start + 1)
            groups.append((start, stop))
            start = begin = stop
        if start < end and len(groups) > first:
            groups[-1] = groups[-1][0], end
            start = end
        elif total[end] - total[start] >= fewest:
            groups.append((start, end))
            start = end
        begin = end
    if start < len(ordered) and groups:
        groups[-1] = groups[-1][0], len(ordered)
        start = len(ordered)
    members = [ordered[i:j].astype(np.int64) for i, j in groups]
    if start < len(ordered):
        run = ordered[start:]
        order = np.argsort(np.where(large, np.abs(scores - scores[run[0]]), np.inf), kind="stable")
        enough = int(np.searchsorted(np.cumsum(leads[order]), fewest - leads[run].sum())) + 1
        members.append(np.concatenate([run, order[:enough]]).astype(np.int64))
    return members


def _evenness(codes: Codes, leads: Floats) -> float:
    """How evenly a criterion parts leads: the chance that two of them differ (Gini 1912)."""
    shares = np.bincount(codes, leads) / leads.sum()
    return float(1 - (shares**2).sum())


def _counted(
    members: Sequence[NDArray[np.int64]],
    codes: Codes,
    leads: Floats,
    customers: Floats,
    scores: Scores,
    sizes: Sequence[int],
) -> tuple[Group, ...]:
    """The rows of each group counted: all groups at once."""
    if not members:
        return ()
    rows, number = np.concatenate(members), len(members)
    group = np.repeat(np.arange(number), [len(one) for one in members])
    weight = leads[rows]
    both = [np.bincount(group, counts[rows], number) for counts in (leads, customers)]
    answers = [
        np.bincount(group * size + codes[i][rows], weight, number * size).reshape(number, size).astype(np.float64)
        for i, size in enumerate(sizes)
    ]
    low, width = int(scores[rows].min()), int(np.ptp(scores[rows])) + 1
    keys, place = np.unique(group * width + (scores[rows] - low), return_inverse=True)
    by_score = np.bincount(place, weight, len(keys))
    pairs: list[list[tuple[int, float]]] = [[] for _ in members]
    for key, total in zip(keys.tolist(), by_score.tolist(), strict=True):
        pairs[key // width].append((key % width + low, total))
    return tuple(
        Group(float(both[0][i]), float(both[1][i]), tuple(pairs[i]), tuple(table[i] for table in answers))
        for i in range(number)
    )


def packed(profiles: Profiles) -> str:
    """Profiles as deflated bytes in base64.

    Rows: one byte per criterion and row, then leads and customers as float32. Groups: leads and customers as float32,
    the score as int16, and leads per answer that is told apart as uint16, answer after answer.
    """
    groups = profiles.groups
    counts = [profiles.leads, profiles.customers, [g.leads for g in groups], [g.customers for g in groups]]
    parts = [profiles.codes.tobytes(), *(np.asarray(part, "<f4").tobytes() for part in counts)]
    parts.append(np.array([group.scores[0][0] for group in groups], "<i2").tobytes())
    for row, levels in enumerate(profiles.apart):
        table = np.rint([group.answers[row] for group in groups]).astype("<u2") if groups else np.zeros((0, 256), "<u2")
        parts += [table[:, level].tobytes() for level in levels]
    return deflated(b"".join(parts))
