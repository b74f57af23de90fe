"""The grid that a system can hold: points from a few values, on few conditions, chosen on the counted leads.

Where a system allows only some points (Pipedrive: +25, +10, -10), each answer of the joint fit's lines gets one of
them, or none, so that the line in log-odds on the score fits the leads best. Answers of one question keep the order of
the joint fit; what it takes points from may instead leave them to all others ("is not"), for the penalty of a system
can be too small. Question after question takes its best answer to what the others have, from several starts; where that
takes more conditions than there are, each costs more. Leads are looked at once per question: the histogram of the score
within each of its levels says what any new points would do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, pairwise

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..grid.criteria import offsets
from ..grid.grid import Evidence, Grid
from ..grid.limits import Limits
from .platt import line_loss, platt_line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GAIN = 2.0
"""Log-likelihood that one more condition must gain: Akaike's price of one, and as much again for having looked."""
DEARER = 1.5
"""Factor on the price of a condition while there are too many."""
MOST_SWEEPS = 12
STARTS = (0.0, 25.0, 40.0, 60.0)
"""Points of the weightiest line before they are brought to the nearest ones allowed."""
TIDY = 1e-3
"""Price of points that all leads have: of two sets of points that differ by a constant, more leads have none."""
RIDGE = 0.5


@dataclass(frozen=True)
class _Leads:
    """Level codes on the criteria of a grid, with leads and customers of each row, and where levels start."""

    codes: tuple[NDArray[np.intp], ...]
    leads: Floats
    customers: Floats
    bounds: NDArray[np.intp]

    @property
    def sized(self) -> list[tuple[NDArray[np.intp], int]]:
        """The codes of each criterion with its number of levels."""
        return list(zip(self.codes, np.diff(self.bounds).tolist(), strict=True))


def with_points_of(grid: Grid, tally: Tally, limits: Limits) -> Grid:
    """The grid's lines with points that the limits allow, on as many conditions; evidence holds counts alone.

    `grid` says which lines there are and which sign they have; criteria without a line are left out.
    """
    stay = [at for at, points in enumerate(grid.points) if any(points)]
    grid = replace(grid, criteria=tuple(grid.criteria[at] for at in stay), points=tuple(grid.points[at] for at in stay))
    leads = _leads(grid, tally)
    before = grid.flat
    points = _searched(before, leads, limits) if len(before) else before
    spans = tuple(tuple(points[a:b].tolist()) for a, b in pairwise(leads.bounds))
    evidence = tuple(
        tuple(
            Evidence(round(n), round(k))
            for n, k in zip(
                np.bincount(code, leads.leads, len(criterion.levels)).tolist(),
                np.bincount(code, leads.customers, len(criterion.levels)).tolist(),
                strict=True,
            )
        )
        for code, criterion in zip(leads.codes, grid.criteria, strict=True)
    )
    return replace(grid, points=spans, evidence=evidence, pins=(), pivot=None)


def _leads(grid: Grid, tally: Tally) -> _Leads:
    codes = []
    for criterion in grid.criteria:
        position = tally.finer(criterion)
        codes.append(criterion.placed(tally.criteria[position])[tally.codes[position]].astype(np.intp))
    return _Leads(tuple(codes), tally.leads, tally.customers, offsets(grid.criteria))


def _searched(weights: Ints, leads: _Leads, limits: Limits) -> Ints:
    """Points per level: the best of several starts, on as many conditions as there may be."""
    values = np.array(sorted({0, *limits.points}))
    most = np.inf if limits.conditions is None else limits.conditions
    price = GAIN
    while True:
        ends = [_descended(_start(weights, leads, values, top), weights, leads, values, price) for top in STARTS]
        points = min(ends, key=lambda end: end[0])[1]
        if _conditions(points, leads.bounds) <= most:
            return points
        price *= DEARER


def _start(weights: Ints, leads: _Leads, values: Ints, top: float) -> Ints:
    """Weights scaled so that the weightiest has `top` points, each criterion moved to fit the allowed ones best."""
    points = np.zeros(len(weights), np.int64)
    scaled = weights * (top / max(np.abs(weights).max(), 1))
    for a, b in pairwise(leads.bounds):
        moved = scaled[a:b, None] + values[None, :]  # by which the whole criterion may be moved
        nearest = values[np.abs(moved[:, :, None] - values).argmin(axis=2)]
        best = int(((nearest - moved) ** 2).sum(axis=0).argmin()) if top else 0
        points[a:b] = nearest[:, best] if top else 0
    return points


def _descended(points: Ints, weights: Ints, leads: _Leads, values: Ints, price: float) -> tuple[float, Ints]:
    """Loss and points after each criterion has taken its best points until none changes."""
    unit = int(np.gcd.reduce(values))
    share = np.concatenate([np.bincount(code, leads.leads, size) for code, size in leads.sized]) / leads.leads.sum()
    loss = np.inf
    for _ in range(MOST_SWEEPS):
        before = loss
        for at, (a, b) in enumerate(pairwise(leads.bounds)):
            others = _conditions(points, leads.bounds) - _conditions(points[a:b], np.array([0, b - a]))
            within = _within(points, leads, at, unit, values)
            trials = []
            for offer in _offers(weights[a:b], values):
                count = others + _conditions(offer, np.array([0, b - a]))
                plain = TIDY * float(share[a:b] @ (offer != 0))
                trials.append((_loss(within, offer // unit) + price * count + plain, offer))
            loss, points[a:b] = min(trials, key=lambda trial: trial[0])
        if loss >= before - 1e-6:
            break
    return float(loss), points


def _offers(weights: Ints, values: Ints) -> list[Ints]:
    """Points for the levels of a criterion, in the order of their weights: equal weights get equal points.

    >>> [offer.tolist() for offer in _offers(np.array([5, 0, 0]), np.array([-10, 0, 10]))]
    [[-10, -10, -10], [0, -10, -10], [10, -10, -10], [0, 0, 0], [10, 0, 0], [10, 10, 10]]
    """
    different, place = np.unique(weights, return_inverse=True)
    return [np.array(rising)[place] for rising in combinations_with_replacement(values.tolist(), len(different))]


def _within(points: Ints, leads: _Leads, at: int, unit: int, values: Ints) -> Floats:
    """Leads and customers by level of one criterion and score of all others, in units: (2, levels, scores)."""
    scores = np.zeros(len(leads.leads), np.int64)
    for position, (code, (a, b)) in enumerate(zip(leads.codes, pairwise(leads.bounds), strict=True)):
        if position != at:
            scores += points[a:b][code] // unit
    low, high = int(values.min()) // unit, int(values.max()) // unit
    scores += -low - int(scores.min(initial=0))
    width = int(scores.max(initial=0)) + high + 1
    levels = int(leads.bounds[at + 1] - leads.bounds[at])
    joint = leads.codes[at] * width + scores
    counts = [np.bincount(joint, counted, levels * width) for counted in (leads.leads, leads.customers)]
    table: Floats = np.stack(counts).astype(float).reshape(2, levels, width)
    return table


def _loss(within: Floats, shifts: Ints) -> float:
    """Negative log-likelihood of the best line in log-odds where each level is moved by so many units."""
    histogram = sum(np.roll(within[:, level], shift, axis=1) for level, shift in enumerate(shifts.tolist()))
    occupied = histogram[0] > 1e-9  # type: ignore[index]
    n, k = histogram[0][occupied], np.clip(histogram[1][occupied], 0, None)  # type: ignore[index]
    if not 0 < k.sum() < n.sum():
        return 0.0
    at = np.flatnonzero(occupied).astype(float)
    middle = float(at @ n / n.sum())
    spread = float(np.sqrt((at - middle) ** 2 @ n / n.sum()))
    x = (at - middle) / spread if spread > 0 else np.zeros(len(at))
    intercept, slope = platt_line(x, n, k, RIDGE)
    return line_loss(intercept + slope * x, n, k)


def _conditions(points: Ints, bounds: NDArray[np.intp]) -> int:
    """Different points of each criterion, 0 not counted."""
    return sum(len(set(points[a:b].tolist()) - {0}) for a, b in pairwise(bounds))
