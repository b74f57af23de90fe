"""Later leads with a known signal, and candidates that see it through noise: for resamples and comparisons."""

from __future__ import annotations

import numpy as np
from scipy import special

from calibrate.evaluation.backtest import Backtest, Fold, LaterLeads
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid

NO_COHORTS = np.zeros(1, np.bool_)


def later_leads(outcome: np.ndarray, folds: int = 2) -> LaterLeads:
    rows = len(outcome)
    fold = np.sort(np.arange(rows) % folds)
    judged = tuple(
        Fold((), (f"fold {f}",), int((fold == f).sum()), int(outcome[fold == f].sum()), NO_COHORTS, NO_COHORTS)
        for f in range(folds)
    )
    return LaterLeads(
        judged, np.arange(rows), fold, np.ones(rows), outcome.astype(float), np.ones(rows, np.int64), f"{rows}"
    )


def some_grid(name: str, lines: int, points: int = 5) -> Grid:
    levels = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(lines))
    criterion = Criterion("c", "c", "text", "fit", (*levels, Level("missing", "missing"), Level("other", "other")))
    return Grid(name, "lift", (criterion,), ((points,) * lines + (0, 0),))


def backtest(name, later, signal, noise, rng, *, lines=10, points=5, fixed=False, rate=-2.5) -> Backtest:
    """A candidate that sees the true log-odds through noise."""
    score = np.round((signal + rng.normal(0, noise, len(signal))) * 5).astype(int)
    return Backtest(
        name, "lift", fixed, later, (some_grid(name, lines, points),), score, special.expit(score / 6 + rate)
    )


def case(rows=6000, seed=1, strength=1.0, folds=2):
    rng = np.random.default_rng(seed)
    signal = rng.normal(0, 1, rows) * strength
    later = later_leads(rng.random(rows) < special.expit(signal - 2.5), folds)
    return rng, signal, later
