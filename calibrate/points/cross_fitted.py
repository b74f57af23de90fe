"""Score tables of leads that the points have not seen: what a threshold will bring, not what it brought by luck.

Counted on the leads that points were made from, the close rate above a threshold is too high: with 150 customers by a
tenth. The curve of expected rates knows what the score owes to chance (`curve.fit_curve`, `redrawn`), so customers are
laid out as it says, while every cohort keeps its own number of them. The cohorts then tell how much the rate moves from
one to the next, which an interval of what is to come must carry (Higgins, Thompson and Spiegelhalter 2009).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..grid.grid import Curve
from .score_table import Scores

Floats = NDArray[np.float64]

ROUNDS = 20
LEVEL_NOISE = 1e-4
"""A level this near to 1 is 1."""


def unseen(scores: Scores, curve: Curve | None, level: float = 1.0) -> Scores:
    """The same leads with the customers that their curve expects, cohorts differing as they did.

    `level` is what is expected now of what came in all (`level_of`). Sums over cohorts follow the counts, those over
    scores the curve (iterative proportional fitting; Deming and Stephan 1940). Without a curve the table stays as
    counted.

    >>> table = Scores(("all",), np.array([0, 10]), np.array([[90.0, 10]]), np.array([[5.0, 5]]))
    >>> unseen(table, Curve((0, 10), (0.06, 0.46))).customers.round(2).tolist()
    [[5.4, 4.6]]
    """
    total = float(scores.customers.sum())
    if curve is None or not 0 < total < float(scores.leads.sum()):
        return scores
    rate = curve.at(scores.scores)
    per_score = scores.leads.sum(axis=0) * rate
    per_score *= level * total / per_score.sum()
    per_cohort = scores.customers.sum(axis=1) * level
    customers = scores.leads * rate
    for _ in range(ROUNDS):
        customers *= _ratio(per_cohort, customers.sum(axis=1))[:, None]
        customers *= _ratio(per_score, customers.sum(axis=0))[None, :]
    return replace(scores, customers=np.minimum(customers, scores.leads))


def level_of(scores: Scores, curve: Curve | None) -> float:
    """Customers that a curve expects of some leads, for each that they brought: 1 for a curve of these very leads.

    Where the newest cohorts have a level of their own (`recency`), a promise follows it.

    >>> table = Scores(("all",), np.array([0, 10]), np.array([[90.0, 10]]), np.array([[5.0, 5]]))
    >>> round(level_of(table, Curve((0, 10), (0.03, 0.23))), 3)
    0.5
    """
    leads, customers = scores.total
    if curve is None or not customers.sum():
        return 1.0
    level = float(leads @ curve.at(scores.scores) / customers.sum())
    return 1.0 if abs(level - 1) < LEVEL_NOISE else level


def _ratio(target: Floats, have: Floats) -> Floats:
    return np.divide(target, have, out=np.ones(len(have)), where=have > 0)
