"""Intervals of weights and thresholds, and promised stability, on simulated histories whose truth is known.

For `truth.py`, one line a promise. Criteria have levels of 2 to 40 % of the leads and go together; effects are drawn
anew for each history.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

import moving
import numpy as np

from calibrate.counts.rates import estimate, rate
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import folds
from calibrate.evaluation.grid_sizes import frontier
from calibrate.grid.criteria import Criterion, Level
from calibrate.points.plan import Plan, Prepared, calibrate_prepared, prepare, redrawn
from calibrate.points.recency import promised
from calibrate.points.redrawn import redraw, resample
from calibrate.points.score_table import row_scores, score
from calibrate.points.thresholds import trade_off
from calibrate.weights import METHODS
from calibrate.weights.constraints import Constraints
from calibrate.weights.logistic import _centre

SEED = 20261202
COHORTS = 15
SHARES = ([0.4, 0.3, 0.2, 0.1], [0.5, 0.3, 0.12, 0.05, 0.03], [0.35, 0.3, 0.2, 0.1, 0.03, 0.02], [0.7, 0.3])
CRITERIA = 8
ENDS = (Level("missing", "missing"), Level("other", "other"))
Line = tuple[str, float, float, float]


def criterion(i: int) -> Criterion:
    """One question; its levels have the shares of `SHARES`, in turn."""
    names = (Level(f"v{j}", values=(f"v{j}",)) for j in range(len(SHARES[i % len(SHARES)])))
    return Criterion(f"c{i}", f"c{i}", "text", "fit", (*names, *ENDS))


QUESTIONS = tuple(criterion(i) for i in range(CRITERIA))


@dataclass(frozen=True)
class World:
    """True log-odds: of every level, of a lead whose levels add 0, and the spread of cohorts around it."""

    effects: tuple[np.ndarray, ...]
    intercept: float
    between: float = 0.0

    @classmethod
    def drawn(cls, rng: np.random.Generator, base: float, spread: float = 0.5, between: float = 0.0) -> World:
        """Effects of a normal distribution, and the intercept at which so many leads close."""
        effects = tuple(rng.normal(0, spread, len(c.levels) - 2) for c in QUESTIONS)
        codes = _codes(rng, 20_000)
        odds = sum(effect[column] for effect, column in zip(effects, codes, strict=True))
        low, high = -15.0, 15.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if (1 / (1 + np.exp(-(middle + odds)))).mean() < base else (low, middle)
        return cls(effects, low, between)

    def leads(self, rng: np.random.Generator, count: int, cohorts: int = COHORTS) -> tuple[Tally, np.ndarray]:
        """A history of so many leads in time order, and their chances."""
        codes = _codes(rng, count)
        cohort = np.arange(count) * cohorts // count
        odds = self.intercept + sum(effect[column] for effect, column in zip(self.effects, codes, strict=True))
        chance = 1 / (1 + np.exp(-(odds + self.between * rng.normal(size=cohorts)[cohort])))
        names = [f"{i:02d}" for i in range(cohorts)]
        return tally_of(QUESTIONS, codes, rng.random(count) < chance, cohort, names), chance


def _codes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Levels of every lead; questions share a hidden half."""
    hidden = rng.normal(size=count)
    mixed = 0.4 * hidden + np.sqrt(1 - 0.16) * rng.normal(size=(CRITERIA, count))
    place = np.argsort(np.argsort(mixed, axis=1), axis=1) / count
    cuts = [np.cumsum(SHARES[i % len(SHARES)])[:-1] for i in range(CRITERIA)]
    return np.stack([np.searchsorted(cut, row, side="right") for cut, row in zip(cuts, place, strict=True)]).astype(
        np.uint8
    )


SIZES = tuple((leads, base) for leads in (500, 3_000, 20_000) for base in (0.003, 0.03, 0.2, 0.6))


def weights(runs: int, sizes: tuple[tuple[int, float], ...] = SIZES) -> list[Line]:
    """95 % intervals of the weights of `logistic` (joint) and `evidence` (alone) against the truth."""
    lines: list[Line] = []
    means: dict[str, list[float]] = defaultdict(list)
    for leads, base in sizes:
        rng = np.random.default_rng(SEED)
        inside: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for _ in range(runs):
            world = World.drawn(rng, base)
            tally, _ = world.leads(rng, leads)
            table = estimate(tally)
            joint = np.concatenate([np.append(effect, [0.0, 0.0]) for effect in world.effects])
            size = tally.by_level[:, 0]
            far, far_chance = world.leads(rng, 100_000)
            alone = np.array([
                far_chance[far.codes[i] == j].mean() if (far.codes[i] == j).any() else 0.5
                for i, c in enumerate(QUESTIONS) for j in range(len(c.levels))
            ])  # fmt: skip
            overall = far_chance.mean()
            truth = {
                "logistic": joint - _centre(tally, joint)[0],
                "evidence": np.log(alone / (1 - alone)) - np.log(overall / (1 - overall)),
            }
            for method, true in truth.items():
                seen = METHODS[method](tally, table, Constraints())
                held = (seen.low <= true) & (true <= seen.high)
                for kind, mine in (("small", (size >= 30) & (size < 200)), ("all", size >= 30)):
                    inside[method, kind] += held[mine].tolist()
        for method in ("logistic", "evidence"):
            for kind, what in (("all", "weights"), ("small", "weights of 30 to 200 leads")):
                if held_ := inside[method, kind]:
                    name = f"{method}, {leads} leads, {base:.1%} close: intervals of {what}"
                    lines.append((name, float(np.mean(held_)), 0.90, 1.0))
            means[method].append(float(np.mean(inside[method, "all"])))
    return [
        *lines,
        *((f"{m}: intervals of weights, mean of all sizes", float(np.mean(v)), 0.93, 0.97) for m, v in means.items()),
    ]


PROMISED = ("lift", "cautious", "evidence", "logistic", "sparse", "proposed")


def plan_of(name: str, tally: Tally) -> Plan:
    """The plan of a method, or of the grid that the frontier proposes."""
    if name != "proposed":
        return Plan(name, name)
    point = frontier(tally).proposed
    assert point is not None
    return Plan(name, point.method, size=point.size)


SPREADS = (0.0, 0.05, 0.1, 0.15, 0.3)
"""How far the log-odds of cohorts stray, each in turn."""


@dataclass
class Shown:
    """What thresholds showed, by method: close rate above MQL over the true one, and later cohorts inside.

    That all leads of a history close a little more, or less, than they should is chance of the history, not of what is
    shown: the first is divided by it. How far cohorts move cannot be told from fifteen of ten customers; intervals hold
    what they say over histories that move by more and less, longer than needed where nothing moves.
    """

    ratio: dict[str, list[float]]
    inside: dict[str, list[float]]
    by_spread: dict[float, list[float]]


def shown_by(runs: int, base: float, leads: int, seed: int, methods: tuple[str, ...]) -> Shown:
    """Histories of so many leads, of which such a share close, and 60,000 later leads in thirty cohorts."""
    every = Shown(defaultdict(list), defaultdict(list), defaultdict(list))
    rng = np.random.default_rng(seed)
    for turn in range(runs):
        spread = SPREADS[turn % len(SPREADS)]
        world = World.drawn(rng, base, between=spread)
        tally, _ = world.leads(rng, leads)
        prepared = prepare(tally)
        fresh, chance = world.leads(rng, 60_000, cohorts=30)
        for method in methods:
            plan = plan_of(method, tally)
            grid = redrawn(prepared, plan, calibrate_prepared(prepared, plan))
            if grid.thresholds is None or not grid.lines:
                continue
            at = grid.thresholds.marketing_qualified
            row = trade_off(promised(grid, score(tally, grid)), COHORTS)
            row = row[row["threshold"] >= at].iloc[0]
            above = row_scores(fresh, grid) >= at
            mine = above.astype(float)
            came = np.bincount(fresh.cohort, mine * chance) / np.bincount(fresh.cohort, mine)
            luck = tally.overall[1] / tally.overall[0] / chance.mean()
            every.ratio[method].append(float(row["close_rate"]) / came.mean() / luck)
            share = float(((row["low"] <= came) & (came <= row["high"])).mean())
            every.inside[method].append(share)
            every.by_spread[spread].append(share)
    return every


def thresholds(
    runs: int, customers: int = 150, leads: int = 3_000, seed: int = SEED + 1, methods: tuple[str, ...] = PROMISED
) -> list[Line]:
    """Close rate shown above the MQL threshold against the true one, and its interval on later cohorts, by method."""
    every, lines = shown_by(runs, customers / leads, leads, seed, methods), []
    for method, ratios in every.ratio.items():
        lines += [
            (f"{method}: close rate shown above MQL / true", float(np.mean(ratios)), 0.97, 1.03),
            (f"{method}: later cohorts inside its interval", float(np.mean(every.inside[method])), 0.90, 0.97),
        ]
    return [
        *lines,
        *(
            (f"cohorts move by {spread}: later ones inside, all methods", float(np.mean(shares)), 0.86, 1.0)
            for spread, shares in every.by_spread.items()
        ),
    ]


def threshold_sizes(runs: int, methods: tuple[str, ...] = ("lift", "evidence", "logistic")) -> list[Line]:
    """The same at other sizes, of histories with 60 customers and more, as many others, over methods."""
    lines = []
    for leads, base in SIZES:
        if min(base, 1 - base) * leads < 60:
            continue
        every = shown_by(max(runs // 5, 5), base, leads, SEED + 5, methods)
        name = f"{leads} leads, {base:.1%} close"
        ratios, inside = (np.mean([np.mean(v) for v in part.values()]) for part in (every.ratio, every.inside))
        lines += [
            (f"{name}: close rate shown above MQL / true", float(ratios), 0.97, 1.03),
            (f"{name}: later cohorts inside its interval", float(inside), 0.90, 1.0),
        ]
    return lines


def stability(runs: int, sizes: tuple[int, ...] = (1_500, 6_000), seed: int = SEED + 2) -> list[Line]:
    """Promised shares of resamples in which signs and points stay, against other resamples, the whole method rerun."""
    lines = []
    for leads in sizes:
        rng, gaps = np.random.default_rng(seed), defaultdict(list)
        for _ in range(runs):
            prepared = prepare(World.drawn(rng, 0.06).leads(rng, leads)[0])
            for method in PROMISED:
                plan = plan_of(method, prepared.fine)
                grid = redrawn(prepared, plan, calibrate_prepared(prepared, plan))
                if not grid.lines:
                    continue
                others = [resample(prepared.tally, rng) for _ in range(12)]
                again = []
                for part in others:
                    mine = part.less(part.leads <= 0)
                    fresh = Prepared(mine, mine, estimate(mine), COHORTS)
                    again.append((part, calibrate_prepared(fresh, plan)))
                real = redraw(prepared.tally, grid, again)
                lines_ = [e for row in grid.evidence for e in row]
                for i, (line, points) in enumerate(zip(lines_, grid.flat.tolist(), strict=True)):
                    if points and line.sign_kept is not None:
                        gaps[method].append(
                            (line.sign_kept - real.sign_kept[i], line.points_kept - real.points_kept[i])
                        )
        for method in PROMISED:
            if gaps[method]:
                sign, points = 100 * np.mean(gaps[method], axis=0)
                lines += [
                    (f"{method}, {leads} leads: signs kept, promised minus real, per cent", float(sign), -5.0, 5.0),
                    (f"{method}, {leads} leads: points kept, promised minus real, per cent", float(points), -5.0, 5.0),
                ]
    return lines


def moving_thresholds(runs: int) -> list[Line]:
    """Close rates that move as a bank's did in a crisis: later folds whose rate above MQL agrees with the interval."""
    held = total = 0
    for seed in range(runs):
        tally = moving.history("rate", 4_000, np.random.default_rng(SEED + seed))
        for fold in folds(tally):
            prepared = prepare(tally.only(fold.train))
            for method in ("evidence", "logistic"):
                grid = calibrate_prepared(prepared, Plan(method, method))
                if grid.thresholds is None or not grid.lines:
                    continue
                at = grid.thresholds.marketing_qualified
                table = score(prepared.tally, grid)
                row = trade_off(promised(grid, table), None)
                row = row[row["threshold"] >= at].iloc[0]
                later = tally.only(fold.judged)
                above = row_scores(later, grid) >= at
                if not above.any():
                    continue
                came = rate(round(float(later.customers[above].sum())), round(float(later.leads[above].sum())))
                shown_, low, high = (float(row[name]) for name in ("close_rate", "low", "high"))
                below = came.value - shown_ + np.hypot(came.high - came.value, shown_ - low) < 0
                beyond = came.value - shown_ - np.hypot(came.value - came.low, high - shown_) > 0
                held, total = held + (not below and not beyond), total + 1
    return [
        ("rates that move as at a bank: later folds that agree with the threshold's interval", held / total, 0.875, 1.0)
    ]


def shrunk(runs: int, sizes: tuple[tuple[int, float], ...] = SIZES) -> list[Line]:
    """95 % intervals of shrunk rates at four close rates and three sizes, and what shrinking does to their error.

    The error is the root of the mean squared one over levels of 5 leads and more, beside that of the counted rates.
    """
    lines: list[Line] = []
    means: list[float] = []
    for leads, base in sizes:
        rng = np.random.default_rng(SEED + 3)
        every, small, errors = [], [], []
        for _ in range(runs):
            world = World.drawn(rng, base)
            tally, _ = world.leads(rng, leads)
            far, chance = world.leads(rng, 60_000)
            table, size = estimate(tally), tally.by_level[:, 0]
            true = np.array([
                chance[far.codes[i] == j].mean() if (far.codes[i] == j).any() else 0.0
                for i, c in enumerate(QUESTIONS) for j in range(len(c.levels))
            ])  # fmt: skip
            inside = (table.shrunk_low <= true) & (true <= table.shrunk_high)
            some = size >= 5
            every += inside[some].tolist()
            small += inside[some & (size < 200)].tolist()
            counted = tally.by_level[some, 1] / size[some]
            errors.append([np.mean((table.shrunk[some] - true[some]) ** 2), np.mean((counted - true[some]) ** 2)])
        name = f"{leads} leads, {base:.1%} close: intervals of shrunk rates"
        lines.append((name, float(np.mean(every)), 0.90, 1.0))
        means.append(float(np.mean(every)))
        if small:
            lines.append((f"{name}, levels of under 200 leads", float(np.mean(small)), 0.90, 1.0))
        shrunk_error, counted_error = np.sqrt(np.mean(errors, axis=0))
        name = f"{leads} leads, {base:.1%} close: error of shrunk rates / counted"
        lines.append((name, float(shrunk_error / counted_error), 0.0, 1.02))
    return [*lines, ("intervals of shrunk rates, mean of all sizes", float(np.mean(means)), 0.93, 0.97)]


CHECKS = (shrunk, weights, thresholds, threshold_sizes, stability, moving_thresholds)


if __name__ == "__main__":
    for check in CHECKS:
        for line in check(int(sys.argv[1]) if len(sys.argv) > 1 else 20):
            print(*line, "" if line[2] <= line[1] <= line[3] else "NO", flush=True)
