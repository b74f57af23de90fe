"""Looking at a running trial more than once: bounds that a test statistic must pass, the whole chance shared out.

The chance of a false alarm is spent as the trial goes on (Lan and DeMets 1983), little at first, in the manner of
O'Brien and Fleming (1979); by calendar time where the final number of leads is not known (Lan and DeMets 1989). The
bounds follow by numerical integration from look to look (Armitage, McPherson and Rowe 1969).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

CHANCE = 0.05
POINTS = 201
LEAST_SPENT = 1e-10
"""A look that has less than this to spend cannot stop a trial."""


def spent(share: Floats, chance: float = CHANCE) -> Floats:
    """Chance that may be spent once this share of the trial has passed: ``4 - 4 Phi(z(chance / 4) / sqrt(share))``.

    >>> spent(np.array([0.0, 0.5, 1.0])).round(5).tolist()
    [0.0, 0.00305, 0.05]
    """
    passed = np.clip(share, 1e-12, 1.0)
    budget: Floats = 4 * special.ndtr(-special.ndtri(1 - chance / 4) / np.sqrt(passed))
    return np.where(share > 0, budget, 0.0)


def bounds(information: Floats, share: Floats, chance: float = CHANCE) -> Floats:
    """What |z| must reach at each look: information gathered (any unit, rising), share of the trial passed.

    A look that brings nothing new, or has nothing to spend, has no bound (infinity); its chance goes to the next one.

    >>> bounds(np.arange(1, 6), np.arange(1, 6) / 5).round(2).tolist()
    [4.88, 3.36, 2.68, 2.29, 2.03]
    """
    walk = _Walk(0.0)
    limits, before = np.full(len(information), np.inf), 0.0
    for k, (now, budget) in enumerate(zip(information, spent(share, chance), strict=True)):
        if budget - before < LEAST_SPENT or now <= walk.reached * (1 + 1e-9):
            continue
        limits[k] = walk.bound_for(float(now), float(budget - before))
        walk.step(float(now), limits[k])
        before = float(budget)
    return limits


def power(information: Floats, limits: Floats, effect: float) -> float:
    """Chance that |z| reaches its bound at some look, where z at information i is normal with mean effect * sqrt(i).

    >>> round(power(np.array([1.0]), np.array([1.959964]), 2.801585), 3)
    0.8
    """
    walk, passed = _Walk(effect), 0.0
    for now, limit in zip(information, limits, strict=True):
        if np.isfinite(limit):
            passed += walk.beyond(float(now), float(limit * np.sqrt(now)))
            walk.step(float(now), float(limit))
    return float(passed)


def inflation(looks: int, power_needed: float = 0.8, chance: float = CHANCE) -> float:
    """How many times the leads of a trial read once it takes to have the same power when read at every look.

    >>> round(inflation(6), 2)
    1.03
    """
    information = np.arange(1, looks + 1) / looks
    limits = bounds(information, information, chance)
    once = special.ndtri(1 - chance / 2) + special.ndtri(power_needed)
    low, high = once, 2 * once
    for _ in range(25):
        middle = (low + high) / 2
        low, high = (middle, high) if power(information, limits, middle) < power_needed else (low, middle)
    return float((high / once) ** 2)


class _Walk:
    """The score of a trial that has not stopped: a walk with steps of variance i, its density on a grid of points."""

    def __init__(self, effect: float) -> None:
        self.effect, self.reached = effect, 0.0
        self.points, self.mass = np.zeros(1), np.ones(1)

    def beyond(self, now: float, edge: float) -> float:
        """Chance of a first score outside -edge to edge at information `now`."""
        added = now - self.reached
        middle, spread = self.points + self.effect * added, np.sqrt(added)
        outside = special.ndtr((-edge - middle) / spread) + special.ndtr((middle - edge) / spread)
        return float(outside @ self.mass)

    def bound_for(self, now: float, chance: float) -> float:
        """The |z| beyond which a first score lies with this chance."""
        low, high = 0.0, 10.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.beyond(now, middle * np.sqrt(now)) > chance else (low, middle)
        return (low + high) / 2

    def step(self, now: float, bound: float) -> None:
        """Go on to information `now`, inside the bound (Simpson's rule)."""
        edge, added = bound * np.sqrt(now), now - self.reached
        points = np.linspace(-edge, edge, POINTS)
        weights = np.full(POINTS, 2.0)
        weights[1::2], weights[[0, -1]] = 4.0, 1.0
        weights *= (points[1] - points[0]) / 3
        away = (points[:, None] - self.points - self.effect * added) / np.sqrt(added)
        density = np.exp(-0.5 * away**2) / np.sqrt(2 * np.pi * added)
        self.points, self.mass, self.reached = points, (density @ self.mass) * weights, now
