"""The ceiling: how well any model ranks the same later leads, so that a report can say how much a grid leaves.

Two models of scikit-learn see the fine levels of the same criteria on the same folds as the candidates: gradient
boosting, which finds interactions that no sum of points can, and logistic regression on one column per level.
Training leads are thinned beyond a bound, evenly; the ceiling is a yardstick, not a candidate.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ..counts.auc import auc_of
from ..counts.tally import Tally
from ..errors import MissingExtraError
from .backtest import Fold, training

Floats = NDArray[np.float64]
MOST_ROWS = 20_000
"""Profile rows that a model is trained on, and judged on, per fold."""
SEED = 20261122


def available() -> bool:
    """Whether scikit-learn is installed (the extra `ceiling`)."""
    return importlib.util.find_spec("sklearn") is not None


def ceiling_of(tally: Tally, folds: Sequence[Fold], allowed: Collection[str]) -> dict[str, float]:
    """AUC of the better of both models on the later leads, as ``{"auc": value}``; empty without folds.

    Like the candidates' AUC it counts pairs within folds. Raises MissingExtraError without scikit-learn.
    """
    if not available():
        raise MissingExtraError("scikit-learn", "ceiling")
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
    """What each model predicts for the judged rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    at, outcome, weights = _labelled(train)
    boosting = HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.1,
        max_leaf_nodes=12,
        min_samples_leaf=40,
        l2_regularization=5.0,
        early_stopping=False,
        random_state=SEED,
    )
    regression = LogisticRegression(C=0.3, solver="newton-cholesky")
    with threadpool_limits(1):  # threads of such small fits only wait for each other
        boosting.fit(train.codes.T[at], outcome, sample_weight=weights)
        regression.fit(_one_hot(train)[at], outcome, sample_weight=weights)
        return {
            "gradient_boosting": boosting.predict_proba(test.codes.T)[:, 1],
            "logistic_regression": regression.predict_proba(_one_hot(test))[:, 1],
        }


def _labelled(train: Tally) -> tuple[NDArray[np.intp], NDArray[np.int64], Floats]:
    """Rows as models want them: position, outcome and weight; a row with both outcomes stands twice."""
    non_customers = train.leads - train.customers
    bought, lost = np.flatnonzero(train.customers > 0), np.flatnonzero(non_customers > 0)
    outcome = np.repeat([1, 0], [len(bought), len(lost)])
    return np.concatenate([bought, lost]), outcome, np.concatenate([train.customers[bought], non_customers[lost]])


def _one_hot(tally: Tally) -> NDArray[np.float32]:
    """One column per level that is not the first of its criterion: (rows, columns)."""
    columns = [
        tally.codes[i][:, None] == np.arange(1, len(criterion.levels)) for i, criterion in enumerate(tally.criteria)
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


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
