"""Later leads as the page may hold them: profiles of at least five leads, and groups where combinations are rarer.

A grid cannot tell apart answers that it gives no points to, so they count as one. A combination that fewer leads share
is never on the page by itself: such leads are counted in groups of at least as many, of one score where that can be,
neighbours first. Of a group the page knows how many leads gave each answer, not which answers came together
(microaggregation: Domingo-Ferrer and Mateo-Sanz 2002, doi:10.1109/69.979982). So leads above a score are exact as long
as the points of one criterion are moved, and within a range that can be said where several are.
"""

from __future__ import annotations

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
    codes, leads, customers = _merged(codes, coarse.leads, coarse.customers)
    scores = sum((worth[row] for worth, row in zip(points, codes, strict=True)), np.full(len(leads), grid.start))
    large = leads >= fewest
    if large.sum() > MOST_PROFILES:
        large[np.argsort(-leads, kind="stable")[MOST_PROFILES:]] = False
    members = _groups(codes, leads, np.asarray(scores), large, fewest)
    grouped = np.concatenate([np.zeros(0, np.int64), *members])
    large[grouped] = False
    groups = tuple(
        _group(codes[:, rows], leads[rows], customers[rows], scores[rows], [len(worth) for worth in points])
        for rows in members
    )
    return Profiles(criteria, codes[:, large], leads[large], customers[large], groups, tuple(apart), fewest)


def _plain_level(points: Scores, leads: NDArray[np.int64]) -> int:
    """The commonest level without points; -1 where all have some."""
    without = np.flatnonzero(points == 0)
    return int(without[np.argmax(leads[without])]) if len(without) else -1


def _merged(codes: Codes, leads: Floats, customers: Floats) -> tuple[Codes, Floats, Floats]:
    """Equal profiles as one row, in the order of their codes."""
    if not codes.shape[0]:
        return np.zeros((0, 1), np.uint8), np.array([leads.sum()]), np.array([customers.sum()])
    unique, place = np.unique(codes.T, axis=0, return_inverse=True)
    place = place.reshape(-1)
    sums = [np.bincount(place, counts, len(unique)).astype(np.float64) for counts in (leads, customers)]
    return np.ascontiguousarray(unique.T.astype(np.uint8)), sums[0], sums[1]


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
    keys = [row[small] for row in codes[np.argsort([-_evenness(row[small], leads[small]) for row in codes])]]
    ordered = small[np.lexsort([*keys, scores[small]])]
    groups: list[list[int]] = []
    run: list[int] = []
    for score in np.unique(scores[small]):
        first = len(groups)
        for row in ordered[scores[ordered] == score]:
            run.append(int(row))
            if leads[run].sum() >= size:
                groups.append(run)
                run = []
        if run and len(groups) > first:
            groups[-1] += run
            run = []
        elif leads[run].sum() >= fewest:
            groups.append(run)
            run = []
    if run and groups:
        groups[-1] += run
    elif run:
        order = np.argsort(np.where(large, np.abs(scores - scores[run[0]]), np.inf), kind="stable")
        enough = int(np.searchsorted(np.cumsum(leads[order]), fewest - leads[run].sum())) + 1
        groups.append([*run, *(int(row) for row in order[:enough])])
    return [np.array(group, np.int64) for group in groups]


def _evenness(codes: Codes, leads: Floats) -> float:
    """How evenly a criterion parts leads: the chance that two of them differ (Gini 1912)."""
    shares = np.bincount(codes, leads) / leads.sum()
    return float(1 - (shares**2).sum())


def _group(codes: Codes, leads: Floats, customers: Floats, scores: Scores, sizes: list[int]) -> Group:
    unique, place = np.unique(scores, return_inverse=True)
    by_score = np.bincount(place.reshape(-1), leads, len(unique))
    answers = tuple(np.bincount(row, leads, size).astype(np.float64) for row, size in zip(codes, sizes, strict=True))
    pairs = tuple((int(score), float(n)) for score, n in zip(unique, by_score, strict=True))
    return Group(float(leads.sum()), float(customers.sum()), pairs, answers)


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
        parts += [np.array([np.rint(g.answers[row][level]) for g in groups], "<u2").tobytes() for level in levels]
    return deflated(b"".join(parts))
