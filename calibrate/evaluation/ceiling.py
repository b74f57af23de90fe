"""The ceiling: how well any model ranks the same later leads, so that a report can say how much a grid leaves.

Two models see the fine levels of the same criteria on the same folds as the candidates: gradient boosting
(`boosting`), which finds interactions that no sum of points can, and a ridge regression of the log-odds on all levels.
Training leads are thinned beyond a bound, evenly; the ceiling is a yardstick, not a candidate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.auc import auc_of
from ..counts.tally import Tally
from ..weights.profile_algebra import curvature, predict, profiled, rows_of, sums
from .backtest import Fold, training
from .boosting import boosted

Floats = NDArray[np.float64]
MOST_ROWS = 20_000
"""Profile rows that a model is trained on, and judged on, per fold."""
RIDGE, STEPS, CLOSE = 3.3, 8, 1e-3
"""Pull of each level's weight to 0, Newton steps of the regression at most, and when they end."""
SEED = 20261122


def ceiling_of(tally: Tally, folds: Sequence[Fold], allowed: Collection[str]) -> dict[str, float]:
    """AUC of the better of both models on the later leads, as ``{"auc": value}``; empty without folds.

    Like the candidates' AUC it counts pairs within folds.
    """
    allowed_tally = tally.without([c.name for c in tally.criteria if c.name not in allowed])
    won: dict[str, float] = {"gradient_boosting": 0.0, "logistic_regression": 0.0}
    pairs = 0.0
    for fold in folds:
        train, test = _bounded(training(allowed_tally, fold)), _bounded(allowed_tally.only(fold.judged))
        bought = float(test.customers.sum())
        weight = bought * (float(test.leads.sum()) - bought)
        pairs += weight
        for name, scores in _predictions(train, test).items():
            won[name] += weight * auc_of(scores, test.leads, test.customers)
    return {"auc": max(won.values()) / pairs} if pairs else {}


def _predictions(train: Tally, test: Tally) -> dict[str, Floats]:
    """What each model predicts for the judged rows, as log-odds."""
    sizes = [len(criterion.levels) for criterion in train.criteria]
    return {
        "gradient_boosting": boosted(train.codes, sizes, train.leads, train.customers, test.codes),
        "logistic_regression": predict(rows_of(test), _ridge(train)),
    }


def _ridge(train: Tally) -> Floats:
    """Weights of all levels by logistic regression with a ridge, by Newton steps: (levels,)."""
    rows = rows_of(train)
    rate = float(rows.customers.sum() / rows.leads.sum())
    weights, intercept = np.zeros(int(rows.bounds[-1])), float(np.log(rate / (1 - rate)))
    for _ in range(STEPS):
        share = special.expit(predict(rows, weights) + intercept)
        matrix, cross, mass = curvature(rows, share)
        residual = rows.customers - rows.leads * share
        missing = float(residual.sum())
        slope = sums(rows, residual) - RIDGE * weights - cross * (missing / mass)
        move = np.linalg.solve(profiled(matrix, cross, mass) + RIDGE * np.eye(len(weights)), slope)
        weights, intercept = weights + move, intercept + (missing - float(cross @ move)) / mass
        if np.abs(move).max() < CLOSE:
            break
    return weights


def _bounded(tally: Tally) -> Tally:
    """At most `MOST_ROWS` rows: all with customers that fit, and an even share of the others, reweighted."""
    if tally.rows <= MOST_ROWS:
        return tally
    rng = np.random.default_rng(SEED)
    keep = np.zeros(tally.rows, bool)
    factor = np.ones(tally.rows)
    for group in (tally.customers > 0, tally.customers == 0):
        at = np.flatnonzero(group)
        most = MOST_ROWS // 2
        sample = at if len(at) <= most else np.sort(rng.choice(at, most, replace=False))
        keep[sample] = True
        factor[sample] = len(at) / max(len(sample), 1)
    return tally.rows_where(keep, factor)
