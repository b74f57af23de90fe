"""Columns and outcomes of a noisy card, and the loss of whole scores by a general optimiser."""

import numpy as np
from scipy.optimize import minimize


def drawn(lines=7, rows=400, seed=1, share=0.4, numbers=False):
    """Columns (lines, rows) and outcomes of a noisy card."""
    random = np.random.default_rng(seed)
    columns = (random.random((lines, rows)) < share).astype(np.int8)
    if numbers:
        columns = columns * random.integers(1, 4, columns.shape).astype(np.int8)
    truth = np.resize([2.0, -1.0, 0.0, 1.0, 0.5, -2.0], lines)
    odds = truth @ columns - 0.5
    return columns, (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def loss_of(scores, outcome, leads=1.0):
    """Best loss over a >= 0 and b, by a general optimiser."""
    s = np.asarray(scores, float) / max(np.abs(scores).max(), 1)

    def loss(x):
        z = x[0] * s + x[1]
        share = 1 / (1 + np.exp(-z))
        total = (leads * np.logaddexp(0, z) - outcome * z).sum()
        return total, np.array([((leads * share - outcome) * s).sum(), (leads * share - outcome).sum()])

    return minimize(loss, [0.5, 0.0], jac=True, bounds=[(0, None), (None, None)], options={"ftol": 1e-15}).fun
