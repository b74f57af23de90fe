"""Simulated truth, the fast copy of `benchmarks/shortest.py`: what a proposed grid promises, lines from nothing."""

from __future__ import annotations

import numpy as np
import pytest
from weights_case import text

from calibrate.counts.auc import auc_of
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.grid_sizes import frontier
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.score_table import row_scores

EFFECTS = np.random.default_rng(7).normal(0, 0.6, (6, 4))
MONTHS = [f"2025-{m + 1:02}" for m in range(12)]


def leads(count: int, rng: np.random.Generator, signal: float) -> tuple[Tally, np.ndarray]:
    """A history of six questions with four answers each, and every lead's true chance."""
    codes = rng.integers(0, 4, (6, count)).astype(np.uint8)
    logit = -2.5 + signal * sum(EFFECTS[i][codes[i]] for i in range(6))
    chance = 1 / (1 + np.exp(-logit))
    criteria = [text(f"c{i}", "abcd") for i in range(6)]
    return tally_of(criteria, codes, rng.random(count) < chance, np.arange(count) * 12 // count, MONTHS), chance


@pytest.mark.parametrize(
    ("count", "histories", "promise_error", "regret_error"), [(10_000, 8, 0.006, 0.0008), (4_000, 16, 0.012, 0.0012)]
)
def test_the_proposed_grid_keeps_what_it_promises_and_little_is_left(
    count: int, histories: int, promise_error: float, regret_error: float
) -> None:
    """Three thousandths of AUC may be lost against the grid of all lines, and two standard errors of each mean."""
    rng = np.random.default_rng(11)
    gaps, regrets = [], []
    for _ in range(histories):
        curve = frontier(leads(count, rng, 1.0)[0], ["logistic"])
        fresh, chance = leads(20_000, rng, 1.0)
        real = {point.name: auc_of(row_scores(fresh, point.grid), np.ones(20_000), chance) for point in curve.points}
        assert curve.proposed is not None
        gaps.append(curve.proposed.metrics["auc"].value - real[curve.proposed.name])
        regrets.append(real["logistic"] - real[curve.proposed.name])
    assert abs(np.mean(gaps)) < 2 * promise_error and np.mean(regrets) < 0.003 + 2 * regret_error


@pytest.mark.parametrize("method", ["sparse", "cautious", "evidence", "logistic"])
def test_histories_without_signal_hardly_give_a_line(method: str) -> None:
    """Forty histories, of which 5 % may have a line: six or more would come in 1.4 % of such tests."""
    rng = np.random.default_rng(12)
    grids = [calibrate_prepared(prepare(leads(4_000, rng, 0.0)[0]), Plan(method, method)) for _ in range(40)]
    assert sum(grid.lines > 0 for grid in grids) <= 5
