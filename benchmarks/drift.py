"""How often drift alarms where nothing drifts, and how soon it finds a line whose rate is halved.

    python benchmarks/drift.py --histories 200

An alarm is a verdict other than `keep`: `watch` as well as `recalibrate`. "alarms" is the share of months that alarm
though nothing moved, with a 95 % interval over histories; "a year" the share of histories in which one of the months
does. Leads come with known rates, either from criteria of four answers each, or as `calibrate demo` makes them: there
the grid's levels and points are chosen on the very leads that they are counted on, as in life.

"found" is the share of histories in which the first month of a halved rate, with exactly 200 leads of that line,
alarms and names the line. Beside it stands the ceiling: what the best of all tests can find, exactly computed
(Neyman and Pearson 1933: the most powerful test at 5 %, randomised to use all of it), when one line alone is looked at
and its old rate is known; when the old rate was counted on 2,000 leads (uniformly most powerful unbiased); and when it
may be any of 8 or 25 lines alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

sys.path.insert(0, str(Path(__file__).parents[1]))
from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid
from calibrate.monitoring.drift import find_drift
from calibrate.points.curve import fit_curve
from calibrate.simulated_leads import simulate

Floats = NDArray[np.float64]
ANSWERS, LINE_LEADS = 4, 200
KEYS = ("created_at", "customer_at", "lead_id")
ASKED = (
    "sector", "employees", "role", "mailbox", "source", "pricing_page_views", "free_trial", "demo_request",
)  # fmt: skip


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

    That line holds a fifth of the leads; from the month `halved_from` on its rate is halved, and in that month it has
    exactly 200 leads.
    """
    effects = rng.normal(0, 0.5, (criteria, ANSWERS))
    mixes = rng.dirichlet(np.full(ANSWERS, 2.0), criteria)
    if line_rate is not None:
        mixes[0] = [0.2, 0.3, 0.3, 0.2]
        effects[0, 0] = special.logit(line_rate) - special.logit(base)
    effects -= (effects * mixes).sum(axis=1, keepdims=True)
    total = calibrated + months * leads
    codes = np.stack([rng.choice(ANSWERS, total, p=mix) for mix in mixes])
    month = np.concatenate([np.full(calibrated, -1), np.repeat(np.arange(months), leads)])
    if halved_from is not None:
        now = np.flatnonzero(month == halved_from)
        codes[0, now] = rng.choice(ANSWERS - 1, len(now), p=mixes[0, 1:] / mixes[0, 1:].sum()) + 1
        codes[0, now[:LINE_LEADS]] = 0
    log_odds = np.stack([effect[code] for effect, code in zip(effects, codes, strict=True)]).sum(axis=0)
    chance = special.expit(log_odds + _shift(log_odds, base))
    line = codes[0] == 0
    if line_rate is not None:
        chance[line] = special.expit(log_odds[line] + _shift(log_odds[line], line_rate))
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


def as_demo(seed: int, place: Path, *, method: str, rate: float, leads: int = 12_000) -> tuple[Grid, Tally]:
    """A grid calibrated on what was known after 15 of 24 simulated months, and the leads it had not seen."""
    made = simulate(leads=leads, seed=seed, events=False, rate=rate)
    file = place / "leads.csv"
    made.leads[[*ASKED, *KEYS]].to_csv(file, index=False)
    table = open_table(file)
    terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=date(2025, 3, 31))
    criteria = propose(table, leave_out=KEYS).criteria
    grid = calibrate(count(observe(table, criteria, terms)), Plan(method, method))
    later = count(observe(table, criteria, replace(terms, as_of=made.as_of)))
    return grid, later.only(np.array([label >= "2025-01" for label in later.cohorts]))


def alarms(worlds: Iterator[tuple[Grid, Tally]]) -> tuple[list[float], list[float]]:
    """For each history the share of months in alarm, and the share that even asks for a new grid."""
    looks = [[look.status for look in find_drift(*world).looks] for world in worlds]
    return [float(np.mean([s != "keep" for s in each])) for each in looks], [
        float(np.mean([s == "recalibrate" for s in each])) for each in looks
    ]


def found(rng: np.random.Generator, histories: int, **world_: float) -> float:
    """Share of histories in which the halved line is named in the month that has 200 of its leads (the third)."""
    hits = 0
    for _ in range(histories):
        seen = find_drift(*world(rng, calibrated=10_000, months=3, leads=1000, halved_from=2, **world_))
        hits += any((c.criterion, c.level) == ("c0", "v0") for c in seen.changes)
    return hits / histories


def ceiling(rate: float, lines: int = 1, level: float = 0.05) -> float:
    """Power of the best test for a halved rate in 200 leads whose rate was known, any of so many lines alike.

    >>> round(ceiling(0.1), 3)      # 200 leads, 20 customers expected: 12 or fewer, and some of the thirteens
    0.85
    """
    k = np.arange(LINE_LEADS + 1)
    size = 1 - (1 - level) ** (1 / lines)
    return _randomised(stats.binom.pmf(k, LINE_LEADS, rate), stats.binom.pmf(k, LINE_LEADS, rate / 2), size)


def ceiling_counted(rate: float, lines: int = 1, level: float = 0.05, calibrated: int = 2000) -> float:
    """The same where the old rate is known from so many leads only: Fisher's test, randomised, over all totals."""
    k, size = np.arange(LINE_LEADS + 1), 1 - (1 - level) ** (1 / lines)
    low, high = (int(v) for v in stats.binom.interval(1 - 1e-4, calibrated, rate))
    power = 0.0
    for total in range(low, high + LINE_LEADS // 2):
        weight = stats.binom.pmf(k, LINE_LEADS, rate / 2) * stats.binom.pmf(total - k, calibrated, rate)
        power += _randomised(stats.hypergeom.pmf(k, calibrated + LINE_LEADS, total, LINE_LEADS), weight, size)
    return power


def _randomised(null: Floats, other: Floats, size: float) -> float:
    """Chance under the other counts that the lower tail of the null's, cut at exactly this size, is hit."""
    below = np.concatenate([[0.0], np.cumsum(null)[:-1]])
    share = np.clip((size - below) / np.maximum(null, 1e-300), 0, 1)
    return float((share * other).sum())


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
    print("| no drift | leads a month | close rate | months | alarms (at most 5 %) | recalibrate | a year |")
    print("|:--|--:|--:|--:|--:|--:|--:|")
    for criteria, leads, base in ((5, 150, 0.04), (10, 400, 0.04), (18, 600, 0.1), (10, 400, 0.3), (4, 1500, 0.3)):
        made = (world(rng, criteria=criteria, leads=leads, base=base) for _ in range(asked.histories))
        _say(f"{criteria} criteria | {leads} | {base:.0%}", *alarms(made), months=12)
    with TemporaryDirectory() as place:
        for method, rate in (("lift", 0.05), ("logistic", 0.1), ("logistic", 0.2)):
            made = (as_demo(i, Path(place), method=method, rate=rate) for i in range(asked.histories))
            _say(f"as demo, {method} | 500-600 | {rate:.0%}", *alarms(made), months=10)
    print(f"\n| halved line's rate | ceiling: one line | counted on 2,000 | any of 8 | any of 25 |{FOUND_HEADS}")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for rate in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        best = [ceiling(rate), *(ceiling_counted(rate, lines) for lines in (1, 8, 25))]
        row = [
            found(rng, asked.histories, base=base, criteria=criteria, line_rate=rate)
            for base in BASES for criteria in (2, 8, 18)
        ]  # fmt: skip
        print(f"| {rate:.0%} | " + " | ".join(f"{each:.0%}" for each in (*best, *row)) + " |", flush=True)


BASES = (0.1, 0.01)
FOUND_HEADS = "".join(
    f" found, all leads {base:.0%}: 2 criteria (8 lines) | 8 (32 lines) | 18 (72 lines) |" for base in BASES
)


def _say(what: str, alarmed: list[float], recalibrated: list[float], months: int) -> None:
    mean, spread = np.mean(alarmed), 1.96 * np.std(alarmed) / np.sqrt(len(alarmed))
    print(
        f"| {what} | {months * len(alarmed):,} | {mean:.1%} (± {spread:.1%}) | {np.mean(recalibrated):.1%} | "
        f"{np.mean(np.array(alarmed) > 0):.0%} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
