"""How often drift alarms where nothing drifts, and how soon it finds a line whose rate is halved.

    python benchmarks/drift.py --histories 200

Leads are simulated with known rates: criteria of four answers each, the grid calibrated on 6,000 of them. "alarms" is
the share of later months in which the verdict is `recalibrate` though nothing moved; "a year" the share of histories
in which one of twelve months alarms. "found" is the share of histories in which a halved line alarms in the first
month, which has 200 of its leads.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

sys.path.insert(0, str(Path(__file__).parents[1]))
from calibrate.calibration import fit_curve
from calibrate.criteria import Criterion, Level
from calibrate.drift import drift
from calibrate.grid import Evidence, Grid
from calibrate.tally import Tally, tally_of

Floats = NDArray[np.float64]
ANSWERS = 4


def world(
    rng: np.random.Generator,
    *,
    criteria: int = 10,
    base: float = 0.04,
    calibrated: int = 6000,
    months: int = 12,
    leads: int = 400,
    line_rate: float | None = None,
    halved_from: int | None = None,
) -> tuple[Grid, Tally]:
    """A grid with its evidence, and later leads; the first answer of the first criterion closes at `line_rate`.

    That line holds a fifth of the leads; from the month `halved_from` on its rate is halved.
    """
    effects = rng.normal(0, 0.5, (criteria, ANSWERS))
    mixes = rng.dirichlet(np.full(ANSWERS, 2.0), criteria)
    if line_rate is not None:
        mixes[0] = [0.2, 0.3, 0.3, 0.2]
        effects[0, 0] = special.logit(line_rate) - special.logit(base)
    effects -= (effects * mixes).sum(axis=1, keepdims=True)
    total = calibrated + months * leads
    codes = np.stack([rng.choice(ANSWERS, total, p=mix) for mix in mixes])
    log_odds = np.stack([effect[code] for effect, code in zip(effects, codes, strict=True)]).sum(axis=0)
    chance = special.expit(log_odds + _shift(log_odds, base))
    line = codes[0] == 0
    if line_rate is not None:
        chance[line] = special.expit(log_odds[line] + _shift(log_odds[line], line_rate))
    month = np.concatenate([np.full(calibrated, -1), np.repeat(np.arange(months), leads)])
    if halved_from is not None:
        chance[line & (month >= halved_from)] /= 2
    bought = rng.random(total) < chance
    points = np.rint(3 * effects).astype(int)
    names = tuple(_criterion(f"c{i}") for i in range(criteria))
    then, later = slice(0, calibrated), slice(calibrated, None)
    counts = [(_count(code[then]), _count(code[then], bought[then])) for code in codes]
    evidence = tuple(tuple(Evidence(int(n), int(k)) for n, k in zip(*both, strict=True)) for both in counts)
    score = np.stack([p[code] for p, code in zip(points, codes, strict=True)]).sum(axis=0)[then]
    found, place = np.unique(score, return_inverse=True)
    curve = fit_curve(found, np.bincount(place).astype(float), np.bincount(place, bought[then]))
    whole = tuple((*map(int, line), 0, 0) for line in points)
    grid = Grid("grid", "evidence", names, whole, evidence=evidence, curve=curve)
    labels = tuple(f"month {i + 1:02d}" for i in range(months))
    return grid, tally_of(names, codes[:, later].astype(np.uint8), bought[later], month[later], labels)


def alarms(rng: np.random.Generator, histories: int, **world_: float) -> tuple[float, float]:
    """Share of months in alarm, and of histories with any, where nothing drifts."""
    looks = [[look.status == "recalibrate" for look in drift(*world(rng, **world_)).looks] for _ in range(histories)]
    return float(np.mean(looks)), float(np.mean([any(each) for each in looks]))


def found(rng: np.random.Generator, histories: int, **world_: float) -> float:
    """Share of histories in which the halved line alarms in the month that has 200 of its leads (the third)."""
    hits = 0
    for _ in range(histories):
        seen = drift(*world(rng, months=3, leads=1000, halved_from=2, **world_))
        hits += any((c.criterion, c.level) == ("c0", "v0") and c.status == "recalibrate" for c in seen.changes)
    return hits / histories


def _shift(log_odds: Floats, rate: float) -> float:
    """What to add to the log-odds so that the mean chance is the rate."""
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if special.expit(log_odds + middle).mean() < rate else (low, middle)
    return (low + high) / 2


def _count(codes: NDArray[np.integer], weights: NDArray[np.bool_] | None = None) -> Floats:
    return np.bincount(codes, weights, ANSWERS + 2).astype(np.float64)


def _criterion(name: str) -> Criterion:
    levels = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(ANSWERS))
    return Criterion(name, name, "text", "fit", (*levels, Level("missing", "missing"), Level("other", "other")), "v1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    print("| no drift: criteria | leads a month | close rate | alarms (at most 5 %) | a year |\n|--:|--:|--:|--:|--:|")
    for criteria, leads, base in ((5, 150, 0.04), (10, 400, 0.04), (18, 600, 0.1), (10, 400, 0.3), (4, 1500, 0.3)):
        share, year = alarms(rng, asked.histories, criteria=criteria, leads=leads, base=base)
        print(f"| {criteria} | {leads} | {base:.0%} | {share:.1%} | {year:.0%} |", flush=True)
    print("\n| halved line's rate | found, 2 criteria | 6 criteria | 18 criteria |\n|--:|--:|--:|--:|")
    for rate in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        row = [found(rng, asked.histories, criteria=criteria, line_rate=rate) for criteria in (2, 6, 18)]
        print(f"| {rate:.0%} | " + " | ".join(f"{each:.0%}" for each in row) + " |", flush=True)


if __name__ == "__main__":
    main()
