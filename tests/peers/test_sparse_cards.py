"""`sparse` against the cards of imodels 3.0.4 (FastRiskScoreClassifier) and fasterrisk 0.1.10 on the same leads.

The cards below are what the two programs returned for `leads(rows, kind, seed)` with points within +-5:

    FastRiskScoreClassifier(k=k, binarize=False).fit(columns.T, outcome).coef_
    RiskScoreOptimizer(X=columns.T, y=2 * outcome - 1, k=k) ... .get_models()[2][0]

Their loss, like ours, is that of the best real scale and intercept, computed here by scipy.
"""

import numpy as np
import pytest
from scipy.optimize import minimize

from calibrate.weights.search.find import search
from calibrate.weights.search.lines import Budget, plain

LEADS = {"even": (2000, 1), "rare": (6000, 2), "counts": (1500, 3)}
IMODELS = {
    ("even", 4): {1: 5, 12: 5, 14: 5, 22: -4},
    ("even", 8): {1: 4, 5: 3, 10: -2, 11: -3, 12: 4, 14: 4, 15: 3, 22: -2},
    ("rare", 4): {4: -2, 6: 4, 9: -3, 16: -2},
    ("rare", 8): {3: -3, 4: -3, 6: 5, 9: -3, 10: 1, 16: -2, 17: -3, 22: 1},
    ("counts", 4): {2: 3, 3: -4, 4: 1, 5: 2},
    ("counts", 8): {2: 3, 3: -4, 4: 1, 5: 2, 6: 2, 9: -1, 14: -2, 15: 3},
}
FASTERRISK = {
    ("even", 4): {1: 4, 12: 5, 14: 4, 22: -3},
    ("even", 8): {1: 4, 5: 2, 10: -2, 11: -3, 12: 4, 14: 4, 15: 3, 22: -2},
    ("rare", 4): {4: -2, 6: 4, 9: -3, 16: -2},
    ("rare", 8): {3: -2, 4: -2, 6: 4, 9: -3, 10: 1, 16: -2, 17: -2, 22: 1},
    ("counts", 4): {2: 3, 3: -4, 4: 1, 5: 2},
    ("counts", 8): {2: 3, 3: -4, 4: 1, 5: 2, 6: 2, 9: -1, 14: -2, 15: 3},
}
IMODELS_LOSS = {("even", 8): 1136.1674007913052, ("rare", 8): 1389.0660309705238, ("counts", 8): 450.73799596360635}


def leads(rows, kind, seed):
    """24 correlated columns (lines, rows), of 0 and 1 or the first six of 0 to 6, and outcomes."""
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((3, rows))
    pull = random.uniform(0.2, 0.8, 24)
    value = pull[:, None] * hidden[np.arange(24) % 3] + np.sqrt(1 - pull**2)[:, None] * random.standard_normal(
        (24, rows)
    )
    columns = (value > random.uniform(-0.5, 1.5, 24)[:, None]).astype(np.int8)
    if kind == "counts":
        columns[:6] = np.clip(np.rint(value[:6] * 2 + 2), 0, 6)
    truth = random.normal(0, 0.7, 24) * (random.random(24) < 0.6)
    odds = truth @ columns
    odds += {"even": 0.0, "rare": -3.0, "counts": 0.0}[kind] - odds.mean()
    return columns, (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def loss_of(points, columns, outcome):
    scores = sum(p * columns[line].astype(float) for line, p in points.items())

    def loss(x):
        z = x[0] * scores + x[1]
        off = 1 / (1 + np.exp(-z)) - outcome
        return np.logaddexp(0, z).sum() - outcome @ z, np.array([off @ scores, off.sum()])

    return minimize(loss, [0.1, 0.0], jac=True, options={"gtol": 1e-6}).fun


@pytest.mark.parametrize(("kind", "lines"), IMODELS)
def test_no_card_of_theirs_is_better(kind, lines):
    columns, outcome = leads(LEADS[kind][0], kind, LEADS[kind][1])
    card = search(plain(columns, np.ones(len(outcome)), outcome, 5), Budget(lines, 24)).best
    ours = {int(j): int(card.points[j]) for j in np.flatnonzero(card.points)}
    assert len(ours) <= lines and max(map(abs, ours.values())) <= 5
    assert card.loss == pytest.approx(loss_of(ours, columns, outcome), rel=1e-7)
    for theirs in (IMODELS[kind, lines], FASTERRISK[kind, lines]):
        assert card.loss <= loss_of(theirs, columns, outcome) * (1 + 1e-7)


@pytest.mark.parametrize(("kind", "lines"), IMODELS_LOSS)
def test_their_stated_loss_is_the_one_computed_here(kind, lines):
    columns, outcome = leads(LEADS[kind][0], kind, LEADS[kind][1])
    assert loss_of(IMODELS[kind, lines], columns, outcome) == pytest.approx(IMODELS_LOSS[kind, lines], rel=1e-7)
