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
            level_leads = np.bincount(code, levels.leads, levels.sizes[at])
            usable = (levels.free | pinned)[a:b] & (level_leads > 0)
            if usable.sum() == (level_leads > 0).sum():
                usable[level_leads.argmax()] = False
            for level in np.flatnonzero(usable):
                columns.append((code == level).astype(np.float64))
                position.append(a + level)
                criterion.append(at)
        self.columns = np.array(columns)
        self.position, self.criterion = np.array(position, np.intp), np.array(criterion, np.intp)

    def fitted(self, selected: NDArray[np.bool_], start: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights of the columns of some criteria (0 elsewhere), slope and curvature of all columns there."""
        active = np.concatenate([[True], selected[self.criterion]])
        weights = np.where(active, start, 0.0)
        ridge = np.full(len(weights), RIDGE)
        ridge[0] = 1e-9
        for _ in range(ROUNDS):
            share = 1 / (1 + np.exp(-np.clip(weights @ self.columns, -30, 30)))
            expected = self.levels.leads * share
            slope = self.columns @ (self.levels.customers - expected) - ridge * weights
            curve = (self.columns * (expected * (1 - share))) @ self.columns.T + np.diag(ridge)
            move = np.zeros(len(weights))
            move[active] = np.linalg.solve(curve[np.ix_(active, active)], slope[active])
            weights = weights + move * min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-9))
            if float(slope @ move) < 1e-2:
                break
        return weights, slope, curve

    def variance(self, selected: NDArray[np.bool_]) -> Floats:
        """Variance of each level's weight: (levels,); 0 where a level has no column."""
        curve = self.fitted(selected, np.zeros(len(self.columns)))[2]
        active = np.concatenate([[True], selected[self.criterion]])
        inverse = np.linalg.inv(curve[np.ix_(active, active)]).diagonal()[1:]
        variance = np.zeros(int(self.levels.bounds[-1]))
        variance[self.position[active[1:]]] = inverse
        return variance


def chosen_criteria(levels: Levels, design: Design) -> tuple[NDArray[np.bool_], Floats]:
    """The criteria worth keeping, and real weights of their levels: (criteria,) and (levels,)."""
    count = len(levels.sizes)
    pinned = np.zeros(count, bool)
    for at, (a, b) in enumerate(levels.spans):
        pinned[at] = bool((~levels.free[a:b] & (levels.floor[a:b] != 0)).any())
    selected = np.ones(count, bool)
    weights, _, curve = design.fitted(selected, np.zeros(len(design.columns)))
    selected = _eliminated(levels, design, weights, curve, pinned)
    for _ in range(EXCHANGES):
        weights, slope, curve = design.fitted(selected, weights)
        gains, losses = _gains(design, selected, slope, curve), _losses(design, selected, weights, curve)
        out = [c for c in losses if selected[c] and not pinned[c]]
        if not out or not gains:
            break
        leaving, joining = min(out, key=lambda c: losses[c]), max(gains, key=lambda c: gains[c])
        if gains[joining] <= 1.05 * losses[leaving]:
            break
        selected[leaving], selected[joining] = False, True
    weights, _, _ = design.fitted(selected, weights)
    full = np.zeros(int(levels.bounds[-1]))
    full[design.position] = weights[1:]
    return selected, full


def _eliminated(
    levels: Levels, design: Design, weights: Floats, curve: Floats, pinned: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Criteria left when the one with the smallest Wald statistic goes, again and again."""
    covariance = np.linalg.inv(curve)
    weights = weights.copy()
    selected = np.isin(np.arange(len(levels.sizes)), design.criterion)
    while True:
        worths = {}
        for c in np.flatnonzero(selected & ~pinned):
            columns = 1 + np.flatnonzero(design.criterion == c)
            worths[int(c)] = (
                float(weights[columns] @ np.linalg.solve(covariance[np.ix_(columns, columns)], weights[columns])) / 2
            )
        if not worths:
            return selected
        least = min(worths, key=lambda c: worths[c])
        if selected.sum() <= levels.criteria and worths[least] > levels.worth:
            return selected
        columns = 1 + np.flatnonzero(design.criterion == least)
        link = np.linalg.solve(covariance[np.ix_(columns, columns)], covariance[columns])
        weights = weights - weights[columns] @ link
        covariance = covariance - covariance[:, columns] @ link
        selected[least] = False


def _gains(design: Design, selected: NDArray[np.bool_], slope: Floats, curve: Floats) -> dict[int, float]:
    """What each criterion left out would gain (Rao's score statistic, halved)."""
    active = np.concatenate([[True], selected[design.criterion]])
    inverse = np.linalg.inv(curve[np.ix_(active, active)])
    gains = {}
    for c in np.unique(design.criterion[~active[1:]]):
        columns = 1 + np.flatnonzero(design.criterion == c)
        cross = curve[np.ix_(columns, active)]
        gains[int(c)] = (
            float(
                slope[columns]
                @ np.linalg.solve(curve[np.ix_(columns, columns)] - cross @ inverse @ cross.T, slope[columns])
            )
            / 2
        )
    return gains


def _losses(design: Design, selected: NDArray[np.bool_], weights: Floats, curve: Floats) -> dict[int, float]:
    """What each chosen criterion is worth (Wald's statistic, halved)."""
    active = np.flatnonzero(np.concatenate([[True], selected[design.criterion]]))
    covariance = np.linalg.inv(curve[np.ix_(active, active)])
    losses = {}
    for c in np.unique(design.criterion[active[1:] - 1]):
        columns = np.flatnonzero(design.criterion[active[1:] - 1] == c) + 1
        w = weights[active[columns]]
        losses[int(c)] = float(w @ np.linalg.solve(covariance[np.ix_(columns, columns)], w)) / 2
    return losses
