"""Is the grid that the frontier proposes as good as it says? Simulated histories whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibrate.counts.auc import auc_by_counts, auc_of
from calibrate.evaluation.backtest import folds
from calibrate.evaluation.grid_sizes import frontier
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.score_table import row_scores

METHODS = ("evidence", "logistic", "sparse")
SEED = 20261130


def true_auc(tally: Any, grid: Any, chance: np.ndarray) -> float:
    """AUC of a grid where the chance of every lead is known."""
    _, place = np.unique(row_scores(tally, grid), return_inverse=True)
    return float(auc_by_counts(np.bincount(place).astype(float), np.bincount(place, chance)))


def proposed(world: Any, runs: int, leads: int) -> tuple[np.ndarray, np.ndarray]:
    """Promised AUC less that on fresh leads, and what the best point of the frontier has more there: (runs,) each.

    What the true score has more on the later leads than on fresh ones is chance that all grids share: it is taken off.
    """
    rng = np.random.default_rng(SEED)
    flattered, regret = np.zeros(runs), np.zeros(runs)
    for run in range(runs):
        tally = world.leads(leads, rng)[0]
        curve = frontier(tally, METHODS)
        fresh, logit = world.leads(40_000, rng)
        chance = 1 / (1 + np.exp(-logit))
        own = curve.proposed
        assert own is not None
        real = true_auc(fresh, own.grid, chance)
        later = tally.only(np.any([fold.judged for fold in folds(tally)], axis=0))
        true_score = sum(effects[codes] for effects, codes in zip(world.effects, later.codes, strict=True))
        luck = auc_of(true_score, later.leads, later.customers) - auc_of(logit, np.ones(len(logit)), chance)
        flattered[run] = own.metrics["auc"].value - real - luck
        regret[run] = max(true_auc(fresh, point.grid, chance) for point in curve.points) - real
    return flattered, regret


def null_lines(world: Any, runs: int, leads: int) -> dict[str, float]:
    """Share of histories without signal in which a method has any line, by method."""
    rng = np.random.default_rng(SEED + 1)
    lines = dict.fromkeys(("cautious", "evidence", "logistic", "sparse"), 0.0)
    for _ in range(runs):
        prepared = prepare(world.leads(leads, rng)[0])
        for method in lines:
            lines[method] += (calibrate_prepared(prepared, Plan(method, method)).lines > 0) / runs
    return lines
