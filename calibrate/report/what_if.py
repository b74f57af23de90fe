"""What a meeting can try on the page: later leads as coded profiles, so that points and thresholds can be moved there.

A grid on the page comes with the profiles of later leads over the criteria that give it points, no others; no profile
and no group stands for fewer than five leads, so that none stands alone in the file. The funnel of the grid as it was
made is exact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..counts.tally import Tally
from ..errors import GridError
from ..evaluation.grid_sizes import Point
from ..grid.criteria import Level
from ..grid.grid import Grid
from ..language import Words
from ..points.score_table import row_scores
from .level_text import criterion_name, level_name
from .profiles import FEWEST_LEADS, packed, profiles_of
from .review import Review

MOST_BYTES = 40_000
"""Packed profiles of all grids on the page; grids beyond it can be taken, but their points not moved."""
SIZED = re.compile(r"[a-z]+-\d+")
"""Names of grids of the frontier: method and number of lines."""
SMALLEST = (1, 2, 4, 8, 16, 32)
"""How many times the fewest leads a profile of the proposed grid may stand for, until the profiles fit."""


def later_leads(review: Review) -> Tally:
    """The leads that the candidates were judged on; all leads where none could be judged."""
    tally = review.tally
    masks = [fold.judged for fold in review.comparison.folds]
    return tally.only(np.logical_or.reduce(masks)) if masks else tally


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


def values(review: Review, words: Words, fewest: int | None = FEWEST_LEADS) -> dict[str, Any]:
    """What the script of the page computes with: grids with their lines and profiles, and today's way of calling.

    A profile stands for at least `fewest` leads; without it no profile is there.
    `today` holds leads and customers per score of the grid in use on the same later leads, the best score first; it is
    None where no grid is in use: then leads are called in the order in which they come.
    """
    tally, room = later_leads(review), MOST_BYTES
    grids: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    for role, grid in offered(review):
        entry = _grid(review, tally, grid, words, places)
        if entry is None:
            continue
        if fewest is not None:
            packing = _profiles(tally, grid, fewest, room, SMALLEST if role == "proposed" else SMALLEST[:1])
            room -= len(packing.get("data", ""))
            entry |= packing
        grids.append({"role": role, **entry})
    current = next((grid for role, grid in offered(review) if grid.name == "current"), None)
    months = len({cohort for fold in review.comparison.folds for cohort in fold.cohorts_judged})
    return {
        "criteria": [json.loads(text) for text in places],
        "grids": grids,
        "today": None if current is None else _by_score(tally, current),
        "now": _points_now(current),
        "leads": _plain(tally.leads.sum()),
        "customers": _plain(tally.customers.sum()),
        "months": (float(months) or review.months) if review.months else None,
    }


def _profiles(tally: Tally, grid: Grid, fewest: int, room: int, times: Sequence[int]) -> dict[str, Any]:
    """Packed profiles of a grid within so many bytes, of as few leads each as that allows; empty where none fit."""
    for size in times:
        profiles = profiles_of(tally, grid, fewest * size)
        text = packed(profiles) if profiles is not None else ""
        if profiles is not None and len(text) <= room:
            mixed = {str(i): group.scores for i, group in enumerate(profiles.groups) if len(group.scores) > 1}
            facts = {"grouped": profiles.grouped, "fewest": profiles.fewest, "apart": profiles.apart, "mixed": mixed}
            return {"rows": len(profiles.leads), "groups": len(profiles.groups), "data": text, **facts}
    return {}


def _grid(review: Review, tally: Tally, grid: Grid, words: Words, places: dict[str, int]) -> dict[str, Any] | None:
    """A grid with its criteria that have points: the place of each in `places`, where it is added, and its points."""
    try:
        table = _by_score(tally, grid)
        counts = review.tally.regroup(grid.criteria)
    except GridError:
        return None
    criteria = []
    for criterion, points, margin in zip(grid.criteria, grid.points, counts.marginals, strict=True):
        if any(points):
            levels = [
                [*_names(level, criterion.name, worth, int(n), words), int(n), int(k)]
                for level, worth, (n, k) in zip(criterion.levels, points, margin.sum(axis=0), strict=True)
            ]
            title = criterion_name(criterion.name, words)
            text = json.dumps({"name": criterion.name, "title": title, "levels": levels}, sort_keys=True)
            criteria.append([places.setdefault(text, len(places)), *points])
    limits = grid.thresholds
    return {
        "name": grid.name,
        "title": people_name(grid.name, words, grid.lines),
        "sized": bool(SIZED.fullmatch(grid.name)),
        "lines": grid.lines,
        "start": grid.start,
        "criteria": criteria,
        "scores": table,
        "marketing": limits.marketing_qualified if limits else None,
        "sales": limits.sales_qualified if limits else None,
    }


def _names(level: Level, criterion: str, worth: int, leads: int, words: Words) -> tuple[str, str]:
    """How a level is shown, and its name where it differs; both empty where too few leads have it, without points."""
    if leads < FEWEST_LEADS and not worth and level.role == "value":
        return "", ""
    shown = level_name(level, words, criterion)
    return shown, "" if shown == level.name else level.name


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
    if SIZED.fullmatch(name):
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
