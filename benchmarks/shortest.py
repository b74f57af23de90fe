"""Is the grid that the frontier proposes as good as it says? Simulated histories whose truth is known.

    python benchmarks/shortest.py [--runs 20] [--worlds noisy many few] [--seed 20261130]

A line a world: the mean AUC on fresh leads of what is proposed, of each method of all lines and of the best point,
and the regret: against the best method (one for all histories of a world), against the best method of each history, and
against the best point of each frontier; each with its standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402

from calibrate.counts.auc import auc_by_counts, auc_of  # noqa: E402
from calibrate.counts.tally import Tally, tally_of  # noqa: E402
from calibrate.evaluation.backtest import folds  # noqa: E402
from calibrate.evaluation.grid_sizes import Frontier, frontier  # noqa: E402
from calibrate.grid.criteria import Criterion, Level  # noqa: E402
from calibrate.points.plan import Plan, calibrate_prepared, prepare  # noqa: E402
from calibrate.points.score_table import row_scores  # noqa: E402

METHODS = ("evidence", "logistic", "sparse")
FULL = ("lift", "cautious", *METHODS)
SEED = 20261130
MONTHS = 12
ENDS = (Level("missing", "missing"), Level("other", "other"))


@dataclass(frozen=True)
class Questions:
    """Histories of some questions with four answers each, the first of which tell something."""

    telling: int
    empty: int
    leads: int
    intercept: float
    spread: float = 0.6

    def drawn(self, rng: np.random.Generator) -> tuple[Tally, Tally, np.ndarray]:
        """A history, fresh leads, and their chances; effects are drawn anew."""
        count = self.telling + self.empty
        effects = np.where(np.arange(count)[:, None] < self.telling, rng.normal(0, self.spread, (count, 4)), 0.0)
        names = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(4))
        asked = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*names, *ENDS)) for i in range(count))
        parts = []
        for size in (self.leads, 40_000):
            codes = rng.integers(0, 4, (count, size)).astype(np.uint8)
            chance = 1 / (1 + np.exp(-self.intercept - sum(effects[i][codes[i]] for i in range(count))))
            bought = rng.random(size) < chance
            parts.append((
                tally_of(asked, codes, bought, np.arange(size) * MONTHS // size, [f"{m:02}" for m in range(MONTHS)]),
                chance,
            ))  # fmt: skip
        return parts[0][0], parts[1][0], parts[1][1]


WORLDS = {
    "many customers": Questions(6, 0, 10_000, -2.5),
    "few": Questions(6, 0, 1_500, -2.5),
    "noisy": Questions(6, 8, 4_000, -3.9),
    "noisy, more": Questions(6, 8, 10_000, -3.9),
}


def true_auc(tally: Any, grid: Any, chance: np.ndarray) -> float:
    """AUC of a grid where the chance of every lead is known."""
    _, place = np.unique(row_scores(tally, grid), return_inverse=True)
    return float(auc_by_counts(np.bincount(place).astype(float), np.bincount(place, chance)))


def regrets(
    world: Questions, runs: int, seed: int
) -> tuple[np.ndarray, list[tuple[Frontier, dict[str, float]]], float]:
    """True AUC of the proposed grid, of each method's and of the best point: (runs, methods + 2), and customers."""
    rng = np.random.default_rng(seed)
    rows, curves, customers = [], [], []
    for _ in range(runs):
        tally, fresh, chance = world.drawn(rng)
        curve = frontier(tally, FULL)
        if curve.proposed is None:
            continue
        real = {point.name: true_auc(fresh, point.grid, chance) for point in curve.points}
        methods = [next(real[p.name] for p in curve.points if p.method == m and p.size is None) for m in FULL]
        rows.append([real[curve.proposed.name], *methods, max(real.values())])
        curves.append((curve, real))
        customers.append(tally.overall[1])
    return np.array(rows), curves, float(np.mean(customers))


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


def said(values: np.ndarray) -> str:
    """A mean and its standard error."""
    return f"{values.mean():+.4f} (s.e. {values.std(ddof=1) / np.sqrt(len(values)):.4f})"


def main(names: Sequence[str], runs: int, seed: int) -> None:
    for name in names:
        table, curves, customers = regrets(WORLDS[name], runs, seed)
        own, methods, best = table[:, 0], table[:, 1:-1], table[:, -1]
        means = methods.mean(axis=0)
        texts = "  ".join(f"{m} {mean:.4f}" for m, mean in zip(FULL, means, strict=True))
        lines = np.mean([curve.proposed.lines for curve, _ in curves if curve.proposed])
        print(
            f"{name}: {len(own)} histories, {customers:.0f} customers; proposed {own.mean():.4f}, {lines:.1f} lines; "
            f"{texts}"
        )
        print(f"  against {FULL[int(np.argmax(means))]} in all: {said(methods[:, int(np.argmax(means))] - own)}")
        print(f"  against the best method of each: {said(methods.max(axis=1) - own)}")
        print(f"  against the best point of each: {said(best - own)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--seed", type=int, default=SEED)
    wishes = parser.parse_args()
    main(wishes.worlds, wishes.runs, wishes.seed)
