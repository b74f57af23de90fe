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


def unseen(scores: Scores, curve: Curve | None) -> Scores:
    """The same leads with the customers that their curve expects, in each cohort as many as there were.

    Sums over cohorts follow the curve, those over scores the counts (iterative proportional fitting; Deming and Stephan
    1940). Without a curve the table stays as counted.

    >>> table = Scores(("all",), np.array([0, 10]), np.array([[90.0, 10]]), np.array([[5.0, 5]]))
    >>> unseen(table, Curve((0, 10), (0.06, 0.46))).customers.round(2).tolist()
    [[5.4, 4.6]]
    """
    total = float(scores.customers.sum())
    if curve is None or not 0 < total < float(scores.leads.sum()):
        return scores
    rate = curve.at(scores.scores)
    per_score = scores.leads.sum(axis=0) * rate
    per_score *= total / per_score.sum()
    per_cohort = scores.customers.sum(axis=1)
    customers = scores.leads * rate
    for _ in range(ROUNDS):
        customers *= _ratio(per_cohort, customers.sum(axis=1))[:, None]
        customers *= _ratio(per_score, customers.sum(axis=0))[None, :]
    return replace(scores, customers=np.minimum(customers, scores.leads))


def _ratio(target: Floats, have: Floats) -> Floats:
    return np.divide(target, have, out=np.ones(len(have)), where=have > 0)
