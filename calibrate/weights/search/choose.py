"""Which criteria a grid has room for: backward elimination from the logistic fit of all levels, and exchange.

A criterion is worth Wald's statistic of its levels' weights; one left out would gain Rao's score statistic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .fits import Floats
from .levels import Levels

RIDGE = 0.5
"""Precision of the normal prior on each real weight: keeps levels that tell leads apart finite."""
ROUNDS = 12
EXCHANGES = 3


class Design:
    """The constant and every level that may have points, as columns (1 + levels, rows), with real weights."""

    def __init__(self, levels: Levels) -> None:
        self.levels = levels
        columns, position, criterion = [np.ones(len(levels.leads))], [], []
        pinned = ~levels.free & (levels.floor != 0)
        for at, (a, b) in enumerate(levels.spans):
            code = levels.codes[at]
            held = np.bincount(code, levels.leads, levels.sizes[at])
            wanted = (levels.free | pinned)[a:b] & (held > 0)
            if wanted.sum() == (held > 0).sum():
                wanted[held.argmax()] = False
            for level in np.flatnonzero(wanted):
                columns.append((code == level).astype(np.float64))
                position.append(a + level)
                criterion.append(at)
        self.columns = np.array(columns)
        self.position, self.criterion = np.array(position, np.intp), np.array(criterion, np.intp)

    def fitted(self, chosen: NDArray[np.bool_], start: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights of the columns of some criteria (0 elsewhere), slope and curvature of all columns there."""
        held = np.concatenate([[True], chosen[self.criterion]])
        weights = np.where(held, start, 0.0)
        ridge = np.full(len(weights), RIDGE)
        ridge[0] = 1e-9
        for _ in range(ROUNDS):
            share = 1 / (1 + np.exp(-np.clip(weights @ self.columns, -30, 30)))
            expected = self.levels.leads * share
            slope = self.columns @ (self.levels.customers - expected) - ridge * weights
            curve = (self.columns * (expected * (1 - share))) @ self.columns.T + np.diag(ridge)
            move = np.zeros(len(weights))
            move[held] = np.linalg.solve(curve[np.ix_(held, held)], slope[held])
            weights = weights + move * min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-9))
            if float(slope @ move) < 1e-2:
                break
        return weights, slope, curve

    def variance(self, chosen: NDArray[np.bool_]) -> Floats:
        """Variance of each level's weight: (levels,); 0 where a level has no column."""
        curve = self.fitted(chosen, np.zeros(len(self.columns)))[2]
        held = np.concatenate([[True], chosen[self.criterion]])
        inverse = np.linalg.inv(curve[np.ix_(held, held)]).diagonal()[1:]
        variance = np.zeros(int(self.levels.bounds[-1]))
        variance[self.position[held[1:]]] = inverse
        return variance


def chosen_criteria(levels: Levels, design: Design) -> tuple[NDArray[np.bool_], Floats]:
    """The criteria worth keeping, and real weights of their levels: (criteria,) and (levels,)."""
    count = len(levels.sizes)
    pinned = np.zeros(count, bool)
    for at, (a, b) in enumerate(levels.spans):
        pinned[at] = bool((~levels.free[a:b] & (levels.floor[a:b] != 0)).any())
    chosen = np.ones(count, bool)
    weights, _, curve = design.fitted(chosen, np.zeros(len(design.columns)))
    chosen = _eliminated(levels, design, weights, curve, pinned)
    for _ in range(EXCHANGES):
        weights, slope, curve = design.fitted(chosen, weights)
        gains, losses = _gains(design, chosen, slope, curve), _losses(design, chosen, weights, curve)
        out = [c for c in losses if chosen[c] and not pinned[c]]
        if not out or not gains:
            break
        leaving, joining = min(out, key=lambda c: losses[c]), max(gains, key=lambda c: gains[c])
        if gains[joining] <= 1.05 * losses[leaving]:
            break
        chosen[leaving], chosen[joining] = False, True
    weights, _, _ = design.fitted(chosen, weights)
    full = np.zeros(int(levels.bounds[-1]))
    full[design.position] = weights[1:]
    return chosen, full


def _eliminated(
    levels: Levels, design: Design, weights: Floats, curve: Floats, pinned: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Criteria left when the one with the smallest Wald statistic goes, again and again."""
    covariance = np.linalg.inv(curve)
    weights = weights.copy()
    chosen = np.isin(np.arange(len(levels.sizes)), design.criterion)
    while True:
        worths = {}
        for c in np.flatnonzero(chosen & ~pinned):
            own = 1 + np.flatnonzero(design.criterion == c)
            worths[int(c)] = float(weights[own] @ np.linalg.solve(covariance[np.ix_(own, own)], weights[own])) / 2
        if not worths:
            return chosen
        least = min(worths, key=lambda c: worths[c])
        if chosen.sum() <= levels.criteria and worths[least] > levels.worth:
            return chosen
        own = 1 + np.flatnonzero(design.criterion == least)
        link = np.linalg.solve(covariance[np.ix_(own, own)], covariance[own])
        weights = weights - weights[own] @ link
        covariance = covariance - covariance[:, own] @ link
        chosen[least] = False


def _gains(design: Design, chosen: NDArray[np.bool_], slope: Floats, curve: Floats) -> dict[int, float]:
    """What each criterion left out would gain (Rao's score statistic, halved)."""
    held = np.concatenate([[True], chosen[design.criterion]])
    inverse = np.linalg.inv(curve[np.ix_(held, held)])
    found = {}
    for c in np.unique(design.criterion[~held[1:]]):
        own = 1 + np.flatnonzero(design.criterion == c)
        cross = curve[np.ix_(own, held)]
        found[int(c)] = (
            float(slope[own] @ np.linalg.solve(curve[np.ix_(own, own)] - cross @ inverse @ cross.T, slope[own])) / 2
        )
    return found


def _losses(design: Design, chosen: NDArray[np.bool_], weights: Floats, curve: Floats) -> dict[int, float]:
    """What each chosen criterion is worth (Wald's statistic, halved)."""
    held = np.flatnonzero(np.concatenate([[True], chosen[design.criterion]]))
    covariance = np.linalg.inv(curve[np.ix_(held, held)])
    found = {}
    for c in np.unique(design.criterion[held[1:] - 1]):
        own = np.flatnonzero(design.criterion[held[1:] - 1] == c) + 1
        w = weights[held[own]]
        found[int(c)] = float(w @ np.linalg.solve(covariance[np.ix_(own, own)], w)) / 2
    return found
