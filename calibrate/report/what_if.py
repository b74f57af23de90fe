"""What a meeting can try on the page: later leads as coded profiles, so that points and thresholds can be moved there.

A grid on the page comes with the profiles of later leads over the criteria that give it points, no others. A profile of
fewer than five leads is counted with its nearest neighbour of the same score, so that no lead stands alone in the file;
the funnel of the grid as it was made stays exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..errors import GridError
from ..evaluation.grid_sizes import Point
from ..grid.criteria import Level
from ..grid.grid import Grid
from ..language import Words
from ..points.score_table import row_scores
from .folds import deflated
from .level_text import criterion_name, level_name
from .review import Review

FEWEST_LEADS = 5
"""Leads that a profile, or a level that is named, stands for at least."""
MOST_PROFILES = 20_000
MOST_BYTES = 48_000
"""Packed profiles of all grids on the page; grids beyond it can be taken, but their points not moved."""
NEIGHBOURS = 400
"""Larger profiles of one score among which the nearest is looked for."""

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Profiles:
    """Later leads over the criteria of one grid that have points: `codes` (criteria, rows), counts (rows,).

    `moved` is the number of leads that are counted with a neighbouring profile.
    """

    criteria: tuple[int, ...]
    codes: Codes
    leads: Floats
    customers: Floats
    moved: int


def later_leads(review: Review) -> Tally:
    """The leads that the candidates were judged on; all leads where none could be judged."""
    tally = review.tally
    masks = [fold.judged for fold in review.comparison.folds]
    return tally.only(np.logical_or.reduce(masks)) if masks else tally


def profiles_of(tally: Tally, grid: Grid, fewest: float = FEWEST_LEADS) -> Profiles:
    """The leads of a tally, one row per profile over the criteria of a grid that have points.

    The grid's criteria may be coarser than the tally's. Raises GridError where the tally was not counted on them.
    """
    criteria = tuple(i for i, points in enumerate(grid.points) if any(points))
    coarse = tally.regroup([grid.criteria[i] for i in criteria])
    merged = _merged(coarse.codes, coarse.leads, coarse.customers)
    points = [np.array(grid.points[i], np.int64) for i in criteria]
    scores = sum((worth[codes] for worth, codes in zip(points, merged[0], strict=True)), np.zeros(len(merged[1]), int))
    pooled, pooled_leads = _pooled(*merged, np.asarray(scores), fewest)
    return Profiles(criteria, *pooled, pooled_leads)


def _merged(codes: Codes, leads: Floats, customers: Floats) -> tuple[Codes, Floats, Floats]:
    """Equal profiles as one row, in the order of their codes."""
    if not codes.shape[0]:
        return np.zeros((0, 1), np.uint8), np.array([leads.sum()]), np.array([customers.sum()])
    unique, place = np.unique(codes.T, axis=0, return_inverse=True)
    place = place.reshape(-1)
    sums = [np.bincount(place, counts, len(unique)).astype(np.float64) for counts in (leads, customers)]
    return np.ascontiguousarray(unique.T.astype(np.uint8)), sums[0], sums[1]


def _pooled(
    codes: Codes, leads: Floats, customers: Floats, scores: NDArray[np.int64], fewest: float
) -> tuple[tuple[Codes, Floats, Floats], int]:
    """Small profiles counted with their nearest of the same score, else of the nearest score; and how many leads."""
    keep = leads >= fewest
    if keep.sum() > MOST_PROFILES:
        keep[np.argsort(-leads, kind="stable")[MOST_PROFILES:]] = False
    target = np.arange(len(leads))
    for score in np.unique(scores[~keep]):
        mine = np.flatnonzero(scores == score)
        large = mine[keep[mine]]
        if not len(large):  # nobody of this score is large: the largest takes them all
            large = mine[[np.argmax(leads[mine])]]
        large = large[np.argsort(-leads[large], kind="stable")[:NEIGHBOURS]]
        for row in mine[~keep[mine]]:
            target[row] = large[np.argmin((codes[:, large] != codes[:, [row]]).sum(axis=0))]
    pooled_leads = np.bincount(target, leads, len(leads))
    for row in np.flatnonzero((pooled_leads > 0) & (pooled_leads < fewest)):  # a whole score of too few leads
        neighbours = np.flatnonzero((pooled_leads >= fewest) & (np.arange(len(pooled_leads)) != row))
        if len(neighbours):
            nearest = neighbours[np.argmin(np.abs(scores[neighbours] - scores[row]))]
            target[target == row] = nearest
            pooled_leads[nearest] += pooled_leads[row]
            pooled_leads[row] = 0
    rows = np.flatnonzero(np.bincount(target, minlength=len(leads)))
    sums = [np.bincount(target, counts, len(leads))[rows].astype(np.float64) for counts in (leads, customers)]
    moved_leads = round(float(leads[target != np.arange(len(leads))].sum()))
    return (np.ascontiguousarray(codes[:, rows]), sums[0], sums[1]), moved_leads


def packed(profiles: Profiles) -> str:
    """Profiles as deflated bytes in base64: one byte per criterion and row, then leads and customers as float32."""
    parts = [profiles.codes.tobytes(), *(x.astype("<f4").tobytes() for x in (profiles.leads, profiles.customers))]
    return deflated(b"".join(parts))


def best_by_size(review: Review) -> list[Point]:
    """The grid of the frontier that ranks best among those of its number of lines, the shortest first."""
    best: dict[int, Point] = {}
    for point in review.frontier.points:
        auc = point.metrics.get(review.comparison.primary)
        rival = best[point.lines].metrics[review.comparison.primary] if point.lines in best else None
        if auc is not None and (rival is None or auc.value > rival.value):
            best[point.lines] = point
    return [best[lines] for lines in sorted(best)]


def offered(review: Review) -> Iterator[tuple[str, Grid]]:
    """Grids that can be taken on the page, the proposed one first: a role (proposed, current, other) and the grid.

    Those of the frontier keep the thresholds that they were made with.
    """
    proposed = review.chosen_candidate
    for candidate in review.in_order:
        role = "proposed" if candidate is proposed else "current" if candidate.name == "current" else "other"
        yield role, candidate.grid
    names = {candidate.name for candidate in review.candidates}
    yield from (("other", point.grid) for point in best_by_size(review) if point.name not in names)


def values(review: Review, words: Words, with_profiles: bool = True) -> dict[str, Any]:
    """What the script of the page computes with: grids with their lines and profiles, and today's way of calling.

    `today` holds leads and customers per score of the grid in use on the same later leads, the best score first; it is
    None where no grid is in use: then leads are called in the order in which they come.
    """
    tally, room = later_leads(review), MOST_BYTES
    grids = []
    for role, grid in offered(review):
        entry = _grid(review, tally, grid, words)
        if entry is None:
            continue
        profiles = profiles_of(tally, grid) if with_profiles else None
        text = packed(profiles) if profiles is not None else ""
        if profiles is not None and (len(text) <= room or role == "proposed"):
            room -= len(text)
            entry |= {"rows": len(profiles.leads), "data": text, "moved": profiles.moved}
        grids.append({"role": role, **entry})
    current = next((grid for role, grid in offered(review) if grid.name == "current"), None)
    months = len({cohort for fold in review.comparison.folds for cohort in fold.cohorts_judged})
    return {
        "grids": grids,
        "today": None if current is None else _by_score(tally, current),
        "now": _points_now(current),
        "leads": _plain(tally.leads.sum()),
        "customers": _plain(tally.customers.sum()),
        "months": (float(months) or review.months) if review.months else None,
    }


def _grid(review: Review, tally: Tally, grid: Grid, words: Words) -> dict[str, Any] | None:
    """A grid with its criteria that have points, every level with display name, name, points, leads, customers."""
    try:
        table = _by_score(tally, grid)
        counts = review.tally.regroup(grid.criteria)
    except GridError:
        return None
    criteria = []
    for criterion, points, margin in zip(grid.criteria, grid.points, counts.marginals, strict=True):
        if any(points):
            levels = [
                [*_names(level, criterion.name, worth, int(n), words), worth, int(n), int(k)]
                for level, worth, (n, k) in zip(criterion.levels, points, margin.sum(axis=0), strict=True)
            ]
            criteria.append(
                {
                    "name": criterion.name,
                    "title": criterion_name(criterion.name, words),
                    "axis": criterion.axis,
                    "levels": levels,
                }
            )
    limits = grid.thresholds
    return {
        "name": grid.name,
        "title": people_name(grid.name, words, grid.lines),
        "lines": grid.lines,
        "criteria": criteria,
        "scores": table,
        "marketing": limits.marketing_qualified if limits else None,
        "sales": limits.sales_qualified if limits else None,
    }


def _names(level: Level, criterion: str, worth: int, leads: int, words: Words) -> tuple[str, str]:
    """How a level is shown, and its name; both empty for a level without points that too few leads have."""
    if leads < FEWEST_LEADS and not worth and level.role == "value":
        return "", ""
    return level_name(level, words, criterion), level.name


def _points_now(current: Grid | None) -> dict[str, dict[str, int]] | None:
    """Points of the grid in use by criterion and level, to stand beside a moved line."""
    if current is None:
        return None
    return {
        criterion.name: {level.name: worth for level, worth in zip(criterion.levels, points, strict=True)}
        for criterion, points in zip(current.criteria, current.points, strict=True)
    }


def people_name(name: str, words: Words, lines: int) -> str:
    """What people call a candidate: today's grid, the recipe, the 10-line grid; other names as they are."""
    if re.fullmatch(r"[a-z]+-\d+", name):
        return words("meeting.name_sized", lines=lines)
    return words.texts.get(f"meeting.name_{name}", words("meeting.name_other", name=name))


def _by_score(tally: Tally, grid: Grid) -> list[list[float]]:
    """Score, leads and customers of later leads, the best score first."""
    scores = row_scores(tally, grid)
    unique, place = np.unique(scores, return_inverse=True)
    sums = [np.bincount(place, counts, len(unique)) for counts in (tally.leads, tally.customers)]
    return [[int(s), _plain(n), _plain(k)] for s, n, k in zip(unique[::-1], sums[0][::-1], sums[1][::-1], strict=True)]


def _plain(value: float) -> float:
    """A count without needless decimals."""
    return int(value) if float(value).is_integer() else round(float(value), 3)


def caught_at(table: Sequence[Sequence[float]], calls: float) -> float:
    """Customers among the best `calls` leads of a table of scores; within one score leads count in proportion.

    >>> caught_at([[20, 10, 5], [10, 10, 2]], 15)
    6.0
    """
    called = caught = 0.0
    for _, leads, customers in table:
        share = min(1.0, (calls - called) / leads) if leads else 0.0
        if share <= 0:
            break
        called, caught = called + share * leads, caught + share * customers
    return caught
