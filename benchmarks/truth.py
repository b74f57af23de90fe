"""Do the intervals and verdicts hold what they promise? Simulated histories whose truth is known, in one table.

    python benchmarks/truth.py [--runs 100]

Each line of the table is a promise, the figure found over all runs, and whether it lies where it should. Fast
versions of these checks are in the tests. Seeds are fixed: the same runs give the same table.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import ages  # noqa: E402
import answers  # noqa: E402
import closing  # noqa: E402
import companies  # noqa: E402
import leakage  # noqa: E402
import lines  # noqa: E402
import moving  # noqa: E402
import numpy as np  # noqa: E402
import promises  # noqa: E402
import shortest  # noqa: E402
import written  # noqa: E402

from calibrate.counts.auc import auc_by_counts  # noqa: E402
from calibrate.counts.rates import estimate, lift_interval, wilson  # noqa: E402
from calibrate.counts.tally import Tally, tally_of  # noqa: E402
from calibrate.evaluation.backtest import folds, replay  # noqa: E402
from calibrate.evaluation.comparison import Comparison, compare  # noqa: E402
from calibrate.grid.criteria import Criterion, Level, offsets  # noqa: E402
from calibrate.points.plan import Plan, calibrate_prepared, prepare  # noqa: E402
from calibrate.points.score_table import row_scores  # noqa: E402
from calibrate.weights import METHODS  # noqa: E402
from calibrate.weights.constraints import Constraints  # noqa: E402
from calibrate.weights.logistic import _centre  # noqa: E402

SEED = 20261122
LEVELS, CRITERIA, BLOCKS = 4, 8, 20
ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(LEVELS))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*NAMES, *ENDS)) for i in range(CRITERIA))


@dataclass(frozen=True)
class World:
    """What a history is made with: log-odds per criterion and level, and how far criteria go together."""

    effects: np.ndarray
    intercept: float = -3.0
    together: float = 0.5

    def leads(self, count: int, rng: np.random.Generator) -> tuple[Tally, np.ndarray]:
        """A history of so many leads, in time order, and each lead's true log-odds."""
        hidden = rng.standard_normal(count)
        mixed = self.together * hidden + np.sqrt(1 - self.together**2) * rng.standard_normal((CRITERIA, count))
        codes = np.searchsorted([-0.7, 0.0, 0.7], mixed).astype(np.uint8)
        logit = self.intercept + sum(self.effects[i][codes[i]] for i in range(CRITERIA))
        bought = rng.random(count) < 1 / (1 + np.exp(-logit))
        blocks = np.arange(count) * BLOCKS // count
        return tally_of(QUESTIONS, codes, bought, blocks, [f"block {i}" for i in range(BLOCKS)]), logit


def world(signal: float) -> World:
    rng = np.random.default_rng(SEED)
    return World(signal * rng.normal(0, 0.5, (CRITERIA, LEVELS)))


def judged(tally: Tally, plans: tuple[Plan, ...]) -> Comparison:
    backtests = replay(tally, plans, folds(tally))
    return compare(backtests, baseline=plans[0].name, reliable=bool(estimate(tally).distinct.any()))


def coverage(runs: int) -> list[tuple[str, float, float, float]]:
    rng = np.random.default_rng(SEED)
    true, size = np.array([0.02, 0.05, 0.15, 0.05]), np.array([2000, 4000, 400, 1600])
    overall = float((true * size).sum() / size.sum())
    rates = lifts = 0
    for _ in range(runs * 20):
        k = rng.binomial(size, true)
        low, high = wilson(k, size)
        rates += int(((low <= true) & (true <= high)).sum())
        _, low, high = lift_interval(k, size, int(k.sum()), int(size.sum()))
        lifts += int(((low <= true / overall) & (true / overall <= high)).sum())
    total = runs * 20 * len(true)
    return [
        ("95 % intervals of rates hold the truth", rates / total, 0.93, 0.97),
        ("95 % intervals of lifts hold the truth", lifts / total, 0.93, 0.97),
    ]


def weights(runs: int) -> list[tuple[str, float, float, float]]:
    """Joint weights against the truth, centred where the method centres them: 0 is the average lead."""
    rng, made = np.random.default_rng(SEED + 1), world(1.0)
    held = total = 0
    errors: dict[str, list[float]] = {"logistic": [], "evidence": []}
    bounds = offsets(QUESTIONS)
    for _ in range(runs):
        tally, _ = made.leads(20_000, rng)
        table = estimate(tally)
        joint = np.zeros(int(bounds[-1]))
        for start, effects in zip(bounds, made.effects, strict=False):
            joint[start : start + LEVELS] = effects
        true = joint - _centre(tally, joint)[0]
        for method in errors:
            found = METHODS[method](tally, table, Constraints())
            for i in range(CRITERIA):
                part = slice(int(bounds[i]), int(bounds[i]) + LEVELS)
                errors[method].append(float(np.std(found.values[part] - made.effects[i])))
                if method == "logistic":
                    inside = (found.low[part] <= true[part]) & (true[part] <= found.high[part])
                    held, total = held + int(inside.sum()), total + LEVELS
    double = float(np.mean(errors["evidence"]) / np.mean(errors["logistic"]))
    return [
        ("logistic: 95 % intervals of joint weights hold the truth", held / total, 0.93, 0.97),
        ("marginal weights miss the joint truth by so many times more", double, 1.5, np.inf),
    ]


def equal_grids(runs: int) -> list[tuple[str, float, float, float]]:
    """Two grids that differ by noise of the same size are equally good: how often are they called different?"""
    rng, made = np.random.default_rng(SEED + 2), world(1.0)
    different = 0
    base = calibrate_prepared(prepare(made.leads(20_000, rng)[0]), Plan("a", "logistic"))

    def shaken() -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(int(p + rng.choice([-6, 6])) if p else 0 for p in points) for points in base.points)

    for _ in range(runs):
        one, other = replace(base, points=shaken()), replace(base, points=shaken())
        fresh, logit = made.leads(100_000, rng)
        chance = 1 / (1 + np.exp(-logit))
        gap = abs(true_auc(fresh, one, chance) - true_auc(fresh, other, chance))
        if gap > 0.002:
            continue
        found = judged(made.leads(6_000, rng)[0], (Plan("one", grid=one), Plan("other", grid=other)))
        seen = found.judged[1].difference["auc"]
        different += not seen.low <= 0 <= seen.high
    return [("equal grids called different", different / runs, 0.0, 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs))]


def true_auc(tally: Tally, grid, chance: np.ndarray) -> float:  # type: ignore[no-untyped-def]
    scores = row_scores(tally, grid)
    _, place = np.unique(scores, return_inverse=True)
    return float(auc_by_counts(np.bincount(place).astype(float), np.bincount(place, chance)))


def verdicts(runs: int) -> list[tuple[str, float, float, float]]:
    rng = np.random.default_rng(SEED + 3)
    plans = tuple(Plan(method, method) for method in ("lift", "cautious", "evidence", "logistic"))
    share: dict[float, float] = {}
    for signal in (0.0, 1.5):
        made = world(signal)
        ends = [judged(made.leads(5_000, rng)[0], plans).verdict.decision for _ in range(runs)]
        share[signal] = sum(end == "no_reliable_weights" for end in ends) / runs
    return [
        ("histories without signal end in no reliable weights", share[0.0], 0.95 - 2 * np.sqrt(0.0475 / runs), 1.0),
        ("histories with strong signal end there", share[1.5], 0.0, 0.0),
    ]


def rolling(runs: int) -> list[tuple[str, float, float, float]]:
    """The rolling estimate against the AUC on fresh leads of the grid fitted on all leads."""
    rng, made = np.random.default_rng(SEED + 4), world(1.0)
    plan = Plan("logistic", "logistic")
    gaps = []
    for _ in range(runs):
        tally, _ = made.leads(20_000, rng)
        estimate_ = judged(tally, (Plan("lift", "lift"), plan)).judged[1].metrics["auc"].value
        fresh, logit = made.leads(50_000, rng)
        grid = calibrate_prepared(prepare(tally), plan)
        gaps.append(estimate_ - true_auc(fresh, grid, 1 / (1 + np.exp(-logit))))
    return [("rolling AUC minus AUC on fresh leads, mean", float(np.mean(gaps)), -0.005, 0.005)]


def proposed(runs: int) -> list[tuple[str, float, float, float]]:
    """The grid that the frontier proposes: what it promises, what a longer one would bring, lines without signal."""
    flattered, regret = shortest.proposed(world(1.0), max(runs // 5, 2), 10_000)
    lines = shortest.null_lines(world(0.0), runs, 5_000)
    return [
        ("proposed grid: promised AUC minus AUC on fresh leads, mean", float(flattered.mean()), -0.005, 0.005),
        ("proposed grid: AUC that the best of the frontier has more", float(regret.mean()), 0.0, 0.003),
        *((f"histories without signal in which {m} has a line", share, 0.0, 0.05) for m, share in lines.items()),
    ]


def leaks(runs: int) -> list[tuple[str, float, float, float]]:
    """Honest columns and leaks of eight kinds each at four sizes: `leakage.py` counts every cell with 200 histories."""
    aside, seen = [], []
    for kind, leads, base, count in leakage.cells(max(runs // 10, 2)):
        total = count["aside"] + count["asked"] + count["clear"]
        if kind in leakage.HONEST:
            aside.append((count["aside"] / total, f"{kind.__name__}, {leads} leads, {base:.0%}"))
        else:
            seen.append(((count["aside"] + count["asked"]) / total, f"{kind.__name__}, {leads} leads, {base:.0%}"))
    worst, least = max(aside), min(seen)
    return [
        (f"honest columns set aside, the worst cell ({worst[1]})", worst[0], 0.0, leakage.AT_MOST),
        (f"leaks set aside or asked about, the worst cell ({least[1]})", least[0], leakage.AT_LEAST, 1.0),
    ]


CHECKS: tuple[Callable[[int], list[tuple[str, float, float, float]]], ...] = (
    coverage,
    weights,
    equal_grids,
    verdicts,
    rolling,
    proposed,
    *companies.CHECKS,
    moving.forgetting,
    moving.undecided,
    moving.redundancy,
    answers.planted_answers,
    answers.planted_pages,
    lines.lines_of_business,
    ages.any_age,
    ages.dead_leads,
    *closing.CHECKS,
    *promises.CHECKS,
    written.written,
    leaks,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--only", nargs="*", help="names of checks, such as alarms earlier (default: all)")
    asked = parser.parse_args()
    runs = asked.runs
    print(f"{'promise':90} {'found':>8} {'from':>7} {'to':>7}  holds   seconds")
    for check in (c for c in CHECKS if not asked.only or c.__name__ in asked.only):
        start = time.perf_counter()
        for promise, found, low, high in check(runs):
            holds = "yes" if low <= found <= high else "NO"
            print(
                f"{promise:90} {found:8.4f} {low:7.3f} {high:7.3f}  {holds:5} {time.perf_counter() - start:9.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
