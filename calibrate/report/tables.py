"""The rows that page, workbook and `run.json` show: values of a review looked up side by side, not yet written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.design_effect import Pairs, rate_effect
from ..counts.rates import SHOWN_LEADS, Rate, RateTable, lift_interval, rate
from ..counts.tally import Tally
from ..errors import GridError
from ..grid.criteria import Axis, Criterion, Level, offsets
from ..grid.grid import Evidence, Grid, Pin, Stage
from ..points.thresholds import trade_off
from .review import Candidate, Review

AXES: tuple[Axis, ...] = ("fit", "engagement")
MOST_STEPS = 240
SAID_BY_MARKS = ("thin", "against", "pinned")
"""How the notes begin that the marks of a line say."""


@dataclass(frozen=True)
class Line:
    """One level of a grid with its points and what they rest on.

    `marks` are keys of the language files: reference, pinned, thin, against, unstable. `rate` is None where the
    leads of this level could not be counted.
    """

    criterion: Criterion
    level: Level
    points: int
    low: float | None
    high: float | None
    sign_kept: float | None
    points_kept: float | None
    rate: Rate | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    marks: tuple[str, ...]
    pin: Pin | None
    note: str


def lines(review: Review, candidate: Candidate) -> tuple[Line, ...]:
    """Every level of a candidate's grid that has leads or points, criterion after criterion."""
    grid = candidate.grid
    counts = counts_of(review.tally, grid)
    lifts, effect = None, np.ones(len(grid.flat))
    if counts is not None:
        total, bought = review.tally.overall
        pairs = _pairs(review.tally, grid)
        lifts = np.stack(lift_interval(counts[:, 1], counts[:, 0], bought, total, pairs=pairs), axis=1)
        effect = effect if pairs is None else rate_effect(counts[:, 0].astype(float), pairs.own)
    lines = []
    for i, (at, criterion, level, points) in enumerate(_levels(grid)):
        evidence = grid.evidence[at[0]][at[1]] if grid.evidence else Evidence(0, 0)
        close_rate = None if counts is None else rate(int(counts[i, 1]), int(counts[i, 0]), float(effect[i]))
        if close_rate is not None and close_rate.leads < SHOWN_LEADS and points == 0:
            continue
        lift, lift_low, lift_high = (None, None, None) if lifts is None else (float(x) for x in lifts[i])
        pin = next((p for p in grid.pins if (p.criterion, p.level) == (criterion.name, level.name)), None)
        line = Line(
            criterion,
            level,
            points,
            evidence.low,
            evidence.high,
            evidence.sign_kept,
            evidence.points_kept,
            close_rate,
            lift,
            lift_low,
            lift_high,
            (),
            pin,
            "" if evidence.note.startswith(SAID_BY_MARKS) else evidence.note,
        )
        lines.append(line)
    neutral = {
        line.criterion.name: line.rate.value
        for line in lines
        if line.level.name == line.criterion.reference and line.rate
    }
    return tuple(
        replace(_told(line), marks=tuple(_marks(line, review.rates, neutral.get(line.criterion.name))))
        for line in lines
    )


def _told(line: Line) -> Line:
    """A line of the grid without its counts, where they are those of a handful of leads."""
    few = line.rate is not None and 0 < line.rate.leads < SHOWN_LEADS
    return replace(line, rate=None, lift=None, lift_low=None, lift_high=None) if few else line


def _marks(line: Line, rates: RateTable, neutral: float | None) -> Iterator[str]:
    """What is to be told of a line; `neutral` is the close rate of the answer from which its points count."""
    if line.criterion.reference == line.level.name:
        yield "reference"
    if line.pin is not None:
        yield "pinned"
    if line.rate is not None and line.rate.leads < rates.min_leads:
        yield "thin"
    if line.rate is not None and line.rate.leads:
        overall = rates.overall.value
        lowest, highest = sorted((overall, overall if neutral is None else neutral))
        below, above = line.rate.high < lowest, line.rate.low > highest
        if (line.points > 0 and below) or (line.points < 0 and above):
            yield "against"
    if line.points and line.sign_kept is not None and line.sign_kept < 0.95 and line.pin is None:
        yield "unstable"


def _levels(grid: Grid) -> Iterator[tuple[tuple[int, int], Criterion, Level, int]]:
    for i, (criterion, points) in enumerate(zip(grid.criteria, grid.points, strict=True)):
        for j, (level, worth) in enumerate(zip(criterion.levels, points, strict=True)):
            yield (i, j), criterion, level, worth


def counts_of(tally: Tally, grid: Grid) -> NDArray[np.int64] | None:
    """Leads and customers of this history on a grid's levels, or the grid's own evidence, or None."""
    bare = replace(
        tally,
        codes=tally.codes[:, :0],
        cohort=tally.cohort[:0],
        leads=tally.leads[:0],
        customers=tally.customers[:0],
        counted=tally.counted[:0],
    )
    try:
        return bare.regroup(grid.criteria).by_level
    except GridError:
        pass
    if not grid.evidence:
        return None
    return np.array([(e.leads, e.customers) for evidence in grid.evidence for e in evidence], np.int64)


def _pairs(tally: Tally, grid: Grid) -> Pairs | None:
    """What leads of one company share on a grid's levels; None where all stand alone, or cannot be counted."""
    if tally.grouped is None:
        return None
    try:
        return tally.regroup(grid.criteria).pairs
    except GridError:
        return None


def reach(grid: Grid, axis: Axis) -> tuple[int, int]:
    """Lowest and highest points that one axis can give."""
    mine = [points for criterion, points in zip(grid.criteria, grid.points, strict=True) if criterion.axis == axis]
    return sum(min(points) for points in mine), sum(max(points) for points in mine)


def steps(review: Review, candidate: Candidate, stage: Stage = "marketing_qualified") -> pd.DataFrame:
    """What each possible threshold of a stage gives, ascending; thinned where a grid has very many scores.

    Close rates and customers are those of leads that the points have not seen (`Candidate.unseen`). Where the stage
    asks for fit or engagement too, only leads that have it are handed over.
    """
    table = trade_off(candidate.unseen_at(stage), review.months, candidate.unseen)
    table = table.sort_values("threshold", ignore_index=True)
    if len(table) <= MOST_STEPS:
        return table
    places = set(np.linspace(0, len(table) - 1, MOST_STEPS).round().astype(int).tolist())
    limits = candidate.grid.thresholds
    if limits is not None:
        places |= {place_of(table, limits.marketing_qualified), place_of(table, limits.sales_qualified)}
    return table.iloc[sorted(places)].reset_index(drop=True)


def steps_json(review: Review, candidate: Candidate) -> dict[str, list[float]]:
    """What each possible threshold gives, as columns of plain numbers."""
    table = steps(review, candidate)
    return {
        "threshold": table["threshold"].astype(int).tolist(),
        "leads": table["leads"].tolist(),
        "customers": table["customers"].tolist(),
    }


def place_of(table: pd.DataFrame, threshold: int) -> int:
    """Row of a trade-off table with the same leads at or above the threshold."""
    return min(int(np.searchsorted(table["threshold"].to_numpy(), threshold)), len(table) - 1)


def shown(rates: RateTable) -> list[int]:
    """Positions of the levels worth a row: not those of a handful of leads, nor `missing` and `other` of none."""
    flat = [level for criterion in rates.criteria for level in criterion.levels]
    return [i for i, level in enumerate(flat) if (rates.leads[i] > 0 or level.role == "value") and not rates.few[i]]


def telling(rates: RateTable, most: int = 14) -> list[int]:
    """Positions of the levels that differ most reliably from the average, the highest close rate first."""
    sure = [i for i in np.flatnonzero(rates.distinct) if np.isfinite(rates.lift_high[i])]
    weight = {i: (rates.lift_low[i] - 1 if rates.lift[i] > 1 else 1 / max(rates.lift_high[i], 1e-3) - 1) for i in sure}
    best = sorted(sure, key=lambda i: (-weight[i], i))[:most]
    return sorted((int(i) for i in best), key=lambda i: (-float(rates.lift[i]), i))


def criterion_at(rates: RateTable) -> list[tuple[Criterion, Level]]:
    """Criterion and level of each position."""
    return [(criterion, level) for criterion in rates.criteria for level in criterion.levels]


def spans(rates: RateTable) -> Iterator[tuple[Criterion, range]]:
    """Each criterion with the positions of its levels."""
    bounds = offsets(rates.criteria)
    for criterion, (a, b) in zip(rates.criteria, pairwise(bounds), strict=True):
        yield criterion, range(int(a), int(b))


def file_names(names: Iterable[str]) -> dict[str, str]:
    """A file name (without suffix) for each name: plain letters, each its own even where case does not count.

    >>> file_names(["lift", "Lift", "../../etc/passwd", "Größe 2", "學"])
    {'lift': 'lift', 'Lift': 'Lift-2', '../../etc/passwd': 'etc-passwd', 'Größe 2': 'Grosse-2', '學': 'grid'}
    """
    stems: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:60] or "grid"
        if stem.casefold() in RESERVED:
            stem = f"grid-{stem}"
        free = (candidate for candidate in _numbered(stem) if candidate.casefold() not in used)
        stems[name] = next(free)
        used.add(stems[name].casefold())
    return stems


def grid_files(review: Review) -> dict[str, str]:
    """File name (without suffix) of each grid of a review: candidates, those nearly as good, points of the frontier."""
    names = [candidate.name for candidate in (*review.candidates, *review.robustness.near)]
    names += [line.grid.name for line in review.handover.lines if line.proposed]
    any_age = review.handover.any_age
    names += [any_age.grid.name] if any_age is not None and any_age.proposed else []
    return file_names(dict.fromkeys([*names, *(point.name for point in review.frontier.points)]))


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


PORTS = frozenset({f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10)})
RESERVED = frozenset({"adopted", "con", "prn", "aux", "nul"}) | PORTS
"""The name of the grid that a decision puts to work, and those that Windows keeps for itself."""
