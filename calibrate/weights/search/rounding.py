"""Whole points from real weights: rounding at many scales, each judged by its exact loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

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

    def expected(self, fresh: Floats, scores: Floats, leads: Floats, customers: Floats) -> Floats:
        """Close rate to expect at the scores of fresh leads, the card resting on those counts per score.

        The log-odds are drawn towards the average by the share of the gain that is owed to chance, ``(G - C) / G``
        with G twice the fall of the loss and C what as many lines gain if all mean nothing, and end at `surest`.

        Source: van Houwelingen and le Cessie, "Predictive value of statistical models" (1990).

        >>> card = Card(np.array([1]), 8.487, -3.892, 15.40)
        >>> held = np.array([0.0, 1.0]), np.array([100.0, 100.0]), np.array([2.0, 99.0])
        >>> card.expected(np.array([0.0, 1.0]), *held).round(4).tolist()
        [0.0203, 0.9898]
        """
        all_leads, bought = leads.sum(), customers.sum()
        average = np.log(bought / (all_leads - bought))
        flat = -bought * np.log(bought / all_leads) - (all_leads - bought) * np.log(1 - bought / all_leads)
        gain = 2 * (flat - self.loss)
        chance = by_chance(int(np.count_nonzero(self.points)), len(self.points))
        shrinkage = max(0.0, 1 - chance / gain) if gain > 0 else 0.0
        odds, fresh_odds = (average + shrinkage * (self.scale * s + self.intercept - average) for s in (scores, fresh))
        end = surest(odds, leads, customers)
        share: Floats = special.expit(np.clip(fresh_odds, -end, end))
        return share


def by_chance(lines: int, offered: int) -> float:
    """What the best of some lines gain (twice the fall of the loss) if none means anything: their largest chi-squares.

    The sum of the `lines` largest of `offered` squared normals, as for many of them: ``k + 2 p z phi(z)`` where z
    cuts off ``k / p`` in both tails.

    >>> round(by_chance(5, 5), 2), round(by_chance(5, 50), 2)      # no choice: one each; the best of many: 4.4 each
    (5.0, 21.96)
    """
    if not lines:
        return 0.0
    cut = float(special.ndtri(1 - lines / (2 * offered)))
    return lines + 2 * offered * cut * float(np.exp(-cut * cut / 2) / np.sqrt(2 * np.pi))


def surest(odds: Floats, leads: Floats, customers: Floats) -> float:
    """Log-odds beyond which a card is not believed: half a lead in all, unless those beyond it have earned more.

    N leads beyond that without one exception: even chances that there are none, ever, against an unknown share of
    exceptions, leave a chance of ``1 / (2 N sqrt(pi N))`` that the next is one.

    Source: Wrinch and Jeffreys, "On certain fundamental principles of scientific inquiry" (1921).

    >>> counts = np.array([500.0, 500.0]), np.array([0.0, 250.0])
    >>> [round(surest(np.array([low, 0.0]), *counts), 2) for low in (-7.0, -20.0)]
    [7.6, 10.59]
    """
    half = float(np.log(2 * leads.sum()))
    beyond = np.abs(odds) > half
    exceptions = np.where(odds > 0, leads - customers, customers)[beyond].sum()
    leads_beyond = float(leads[beyond].sum())
    return (
        half
        if exceptions or not leads_beyond
        else max(half, float(np.log(2 * leads_beyond) + np.log(np.pi * leads_beyond) / 2))
    )


def rounded(source: Source, budget: Budget, real: Real, most: int) -> list[Card]:
    """The best roundings of real weights over many scales, best first."""
    lines, support = source.lines, list(real.support)
    head = len(real.weights) - len(support)
    weights = real.weights[head:]
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
    scores = trial @ real.view.design[head:] + (real.view.design[1] if source.pinned else 0.0)
    start = (1 / scales, np.full(len(scales), real.weights[0]))
    fits = exact(scores, real.view.leads, real.view.customers, source.whole, start)
    return [card(points[i], fits, i) for i in np.argsort(fits.loss, kind="stable")[:most]]


def card(points: Ints, fits: Fits, at: int) -> Card:
    """One fit as a card."""
    return Card(points, float(fits.scale[at]), float(fits.intercept[at]), float(fits.loss[at]))


def exact(
    scores: Floats, leads: Floats, customers: Floats, integer: bool, start: tuple[Floats, Floats] | None = None
) -> Fits:
    """Scale, intercept and loss of each row of scores (fits, cells)."""
    if integer:
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
