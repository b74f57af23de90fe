"""One fact, one line: levels of different criteria that single out nearly the same leads share one line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .base import condition

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALIKE = 0.9
"""Two lines say one thing where this share of the leads of each is the other's too."""


def one_line_each(
    values: Floats, shared: Floats, movable: Flags, precision: Floats | None = None, adds: bool = False
) -> Floats:
    """The weights with one line for each set of lines that fire on nearly the same leads: (levels,) -> (levels,).

    `shared` (levels, levels) counts the leads that two levels have in common. The line with more weight in all stays;
    a joint method (its `precision` given) lets the others follow the one that goes, so that the line that stays
    carries the fact alone. Where a method `adds`, the line that stays has the points of both. Levels that are not
    `movable` stay.

    >>> shared = np.array([[100.0, 95, 10], [95, 100, 12], [10, 12, 60]])
    >>> one_line_each(np.array([3.0, -1, 2]), shared, np.ones(3, bool)).tolist()
    [3.0, 0.0, 2.0]
    >>> one_line_each(np.array([3.0, -1, 2]), shared, np.ones(3, bool), adds=True).tolist()
    [2.0, 0.0, 2.0]
    """
    alike = same_leads(shared)
    values = values.copy()
    if not (alike & (values != 0)[:, None] & (values != 0)[None, :]).any():
        return values
    covariance = None
    if precision is not None:
        free = np.flatnonzero(values != 0)
        covariance = np.zeros_like(precision)
        inverse = np.linalg.inv(precision[np.ix_(free, free)] + np.eye(len(free)) * 1e-9)
        covariance[np.ix_(free, free)] = inverse
    while True:
        nonzero = values != 0
        pairs = alike & nonzero[:, None] & nonzero[None, :] & (movable[:, None] | movable[None, :])
        if not pairs.any():
            return values
        weight = np.where(pairs.any(axis=1) & movable, np.abs(values), np.inf)
        line = int(np.argmin(weight))
        if covariance is None:
            rivals = np.flatnonzero(pairs[line] & movable)
            if adds and len(rivals):
                values[rivals[np.argmax(np.abs(values[rivals]))]] += values[line]
            values[line] = 0.0
        else:
            condition(values, covariance, line)


def same_leads(shared: Floats) -> Flags:
    """Pairs of levels that single out nearly the same leads: (levels, levels), none with itself."""
    leads = np.diag(shared)
    alike: Flags = shared >= ALIKE * np.maximum(leads[:, None], leads[None, :])
    np.fill_diagonal(alike, False)
    alike &= (leads > 0)[:, None] & (leads > 0)[None, :]
    return alike
