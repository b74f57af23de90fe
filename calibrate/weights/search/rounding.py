"""Whole points from real weights: rounding at many scales, each judged by its exact loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .beam import Real
from .fits import Fits, Floats, Ints, counted, fit_scores
from .lines import Budget, allowed
from .views import Source

SCALES, CLIPPED = 20, 8
"""Scales that keep all points within bounds, and scales at which the largest are cut off."""


@dataclass(frozen=True)
class Card:
    """Whole points of all lines, with the scale and intercept that fit them best, and their loss."""

    points: Ints
    scale: float
    intercept: float
    loss: float

    def expected(self, scores: Floats, leads: float, customers: float) -> Floats:
        """Close rate to expect at some scores of fresh leads, the card resting on so many leads.

        The log-odds are drawn towards the average by the share of the gain that as many meaningless lines would have
        had, ``(G - lines) / G`` with G twice the fall of the loss, and none is surer than half a lead in all.

        Source: van Houwelingen and le Cessie, "Predictive value of statistical models" (1990).

        >>> card = Card(np.array([1]), 9.0, -4.0, 3.2)
        >>> card.expected(np.array([0.0, 1.0]), 200.0, 100.0).round(4).tolist()
        [0.0182, 0.9932]
        """
        rate = customers / leads
        average, surest = np.log(rate / (1 - rate)), np.log(2 * leads)
        gain = -2 * (customers * np.log(rate) + (leads - customers) * np.log(1 - rate) + self.loss)
        kept = max(0.0, 1 - np.count_nonzero(self.points) / gain) if gain > 0 else 0.0
        odds = average + kept * (self.scale * scores + self.intercept - average)
        share: Floats = 1 / (1 + np.exp(-np.clip(odds, -surest, surest)))
        return share


def rounded(source: Source, budget: Budget, real: Real, most: int) -> list[Card]:
    """The best roundings of real weights over many scales, best first."""
    lines, support = source.lines, list(real.support)
    own = len(real.weights) - len(support)
    weights = real.weights[own:]
    low, high = lines.lowest[support], lines.highest[support]
    pins = float(real.weights[1]) if source.pinned else 0.0
    scales = _scales(weights, low, high, pins) if support else np.ones(1)
    trial = np.clip(np.rint(np.outer(scales, weights)), low, high).astype(np.int64)
    trial, first = np.unique(trial, axis=0, return_index=True)
    scales = scales[first]
    points = np.zeros((len(trial), len(lines)), np.int64)
    points[:, list(source.pinned)] = lines.lowest[list(source.pinned)]
    points[:, support] = trial
    good = allowed(lines, budget, points) & points.any(axis=1)
    points, trial, scales = points[good], trial[good], scales[good]
    if not len(points):
        return []
    scores = trial @ real.view.design[own:] + (real.view.design[1] if source.pinned else 0.0)
    start = (1 / scales, np.full(len(scales), real.weights[0]))
    fits = exact(scores, real.view.leads, real.view.customers, source.whole, start)
    return [card(points[i], fits, i) for i in np.argsort(fits.loss, kind="stable")[:most]]


def card(points: Ints, fits: Fits, at: int) -> Card:
    """One fit as a card."""
    return Card(points, float(fits.scale[at]), float(fits.intercept[at]), float(fits.loss[at]))


def exact(
    scores: Floats, leads: Floats, customers: Floats, whole: bool, start: tuple[Floats, Floats] | None = None
) -> Fits:
    """Scale, intercept and loss of each row of scores (fits, cells)."""
    if whole:
        return fit_scores(*counted(np.rint(scores).astype(np.int64), leads, customers), start)
    if leads.ndim == 2:
        leads, customers = leads[0], customers[0]
    return fit_scores(scores, leads, customers, start)


def _scales(weights: Floats, low: Ints, high: Ints, pins: float) -> NDArray[np.float64]:
    """Points per unit of weight worth trying; with pins also the scale that the pins ask for."""
    cap = float(np.where(weights > 0, high, -low).max(initial=1))
    largest = float(np.abs(weights).max()) or 1.0
    scales = np.concatenate([np.linspace(0.8, cap + 0.49, SCALES), np.linspace(cap + 0.5, 4 * cap, CLIPPED)]) / largest
    return np.concatenate([[1 / pins], scales]) if pins > 0 else scales
