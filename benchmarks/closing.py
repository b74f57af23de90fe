"""Leads that may still close: do they alarm too often, how much sooner do they tell, do their intervals hold?

For `truth.py`, one line a promise. Leads close within 90 days, half of those that buy within about 25, and the first
lead of a day is seen at once: with 14 days of observation as well, a lead is judged after 104 days.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from calibrate.counts.closings import Sales, undecided_now
from calibrate.counts.rates import rate
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid
from calibrate.monitoring.base_rate import broken
from calibrate.monitoring.drift import find_drift
from calibrate.monitoring.drift_looks import Drift
from calibrate.points.curve import fit_curve

SEED = 20261201
OBSERVED, WINDOW = 14, 90
CRITERIA, LEVELS, THEN, AFTER = 8, 4, 360, 270
SHARES = np.array([0.25, 0.3, 0.3, 0.15])
ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(LEVELS))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*NAMES, *ENDS), "v1") for i in range(CRITERIA))
Line = tuple[str, float, float, float]


class Leads:
    """A year that a grid was calibrated on, and nine months after it; the first answer may close half from a day on."""

    def __init__(
        self, rng: np.random.Generator, a_month: int, base: float, *, line_rate: float | None = None,
        halved_from: int | None = None, slower: tuple[int, float] | None = None, all_halved: bool = False,
    ) -> None:  # fmt: skip
        days = THEN + AFTER
        size = a_month * days // 30
        self.entered = np.sort(rng.integers(0, days, size))
        self.codes = np.array([rng.choice(LEVELS, size, p=SHARES) for _ in range(CRITERIA)], np.uint8)
        effects = rng.normal(0, 0.5, (CRITERIA, LEVELS))
        effects -= (effects @ SHARES)[:, None]
        if line_rate is not None:
            effects[0, 0] = np.log(line_rate / (1 - line_rate)) - np.log(base / (1 - base))
        odds = np.log(base / (1 - base)) + sum(effects[i][self.codes[i]] for i in range(CRITERIA))
        chance = 1 / (1 + np.exp(-odds))
        line = (self.codes[0] == 0) | all_halved
        if halved_from is not None:
            chance = np.where(line & (self.entered >= halved_from), chance / 2, chance)
        self.chance = chance
        self.bought = rng.random(size) < chance
        median = np.full(size, 25.0)
        if slower is not None:
            median[self.entered >= slower[0]] *= slower[1]
        took = np.ceil(np.exp(rng.normal(np.log(median), 0.8))).astype(np.int64)
        over = took > WINDOW
        took[over] = np.ceil(rng.uniform(0, WINDOW, int(over.sum())))
        self.took = np.where(self.bought, took, -1)
        self.points = np.rint(3 * effects).astype(int)

    def tally(self, today: int, *, young: bool = True) -> Tally:
        """What is known on a day of the leads from the first on; months of thirty days."""
        age = today - self.entered - OBSERVED
        old, open_ = age >= WINDOW, (age >= 0) & (age < WINDOW)
        month = self.entered // 30
        count = int(month[old].max()) + 1
        start = 20089  # the first day of 2025
        months = np.arange(np.datetime64("2025-01"), np.datetime64("2025-01") + count).astype(str)
        tally = tally_of(QUESTIONS, self.codes[:, old], self.bought[old], month[old].astype(np.int32), months.tolist())
        mine = old & self.bought
        alone = np.full(int(mine.sum()), -1, np.int32)
        days = (start + self.entered[mine]).astype(np.int32), self.took[mine].astype(np.int32)
        sales = Sales(self.codes[:, mine], month[mine].astype(np.int32), *days, alone)
        closed = self.bought & (self.took <= age)
        undecided = undecided_now(
            self.codes[:, open_], age[open_], closed[open_], sales, np.where(closed, self.took, -1)[open_],
            start + today - OBSERVED,
        )  # fmt: skip
        ends = start + np.arange(1, count + 1) * 30 - 1
        return replace(tally, ends=ends, window=WINDOW, sales=sales, undecided=undecided if young else None)

    def grid(self) -> Grid:
        """The grid as it was counted on the first year."""
        then = self.entered < THEN - WINDOW - OBSERVED
        codes, bought = self.codes[:, then], self.bought[then]
        lines = []
        for column in codes:
            leads, customers = (np.bincount(column, w, LEVELS + 2) for w in (None, bought))
            lines.append(tuple(Evidence(int(n), int(k)) for n, k in zip(leads, customers, strict=True)))
        points = tuple((*map(int, row), 0, 0) for row in self.points)
        score = np.stack([row[column] for row, column in zip(self.points, codes, strict=True)]).sum(axis=0)
        levels, place = np.unique(score, return_inverse=True)
        curve = fit_curve(levels, np.bincount(place).astype(float), np.bincount(place, bought))
        return Grid("grid", "evidence", QUESTIONS, points, evidence=tuple(lines), curve=curve)

    def drift(self, today: int, *, young: bool = True) -> Drift:
        """What has moved as of a day since the calibration."""
        tally = self.tally(today, young=young)
        return find_drift(self.grid(), tally, since=str(tally.cohorts[(THEN - WINDOW - OBSERVED) // 30 + 1]))


def alarms(runs: int) -> list[Line]:
    """Newest looks that alarm though nothing moved, with leads that may still close; two sizes, one look a history."""
    lines = []
    for a_month, base in ((400, 0.05), (1000, 0.2)):
        rng = np.random.default_rng(SEED)
        alarmed = [Leads(rng, a_month, base).drift(THEN + 200).status != "keep" for _ in range(runs)]
        room = 2 * np.sqrt(0.0475 / runs)
        name = f"{a_month} leads a month, {base:.0%} close, open leads: looks that alarm though nothing moved"
        lines.append((name, float(np.mean(alarmed)), 0.0, 0.05 + room))
    return lines


def named(leads: Leads, first: int, last: int, *, young: bool) -> int | None:
    """First day, looked at once a week, on which the halved line is named."""
    for today in range(first, last + 1, 7):
        seen = leads.drift(today, young=young)
        if any((c.criterion, c.level) == ("c0", "v0") and c.size < 1 for c in seen.changes):
            return today
    return None


def earlier(runs: int) -> list[Line]:
    """A line whose rate is halved on any day, named at least six weeks before the 104 days its leads take.

    It has a rate of 20 % and 500 leads a month: enough for decided leads alone to name it in their first whole month.
    """
    rng, hits, later = np.random.default_rng(SEED + 1), 0, 0
    for _ in range(runs):
        day = THEN + 60 + int(rng.integers(0, 30))
        leads = Leads(rng, 2000, 0.1, line_rate=0.2, halved_from=day)
        first = day + OBSERVED + WINDOW
        hits += named(leads, day + 34, first - 42, young=True) is not None
        later += named(leads, first + 30, first + 30, young=False) is not None
    return [
        ("open leads: a halved line is named six weeks before its leads are decided", hits / runs, 0.8, 1.0),
        ("the same, a month after its first leads are decided, by these alone", later / runs, 0.9, 1.0),
    ]


def coverage(runs: int) -> list[Line]:
    """Intervals of the lines' rates now, most leads of which may still close, and how often moved times are said."""
    rng, inside, total, said = np.random.default_rng(SEED + 2), 0, 0, 0
    for _ in range(runs):
        leads = Leads(rng, 600, 0.1)
        lines = leads.drift(THEN + 170).lines
        for i, column in enumerate(leads.codes):
            for level in range(LEVELS):
                line = lines.iloc[i * (LEVELS + 2) + level]
                now = rate(int(line["customers"]), int(line["leads"]), float(line["effect"]))
                inside += now.low <= leads.chance[column == level].mean() <= now.high
                total += 1
        said += Leads(rng, 600, 0.1, slower=(THEN + 30, 1.6)).drift(THEN + 200).moved
    return [
        ("open leads: intervals of rates hold the truth", inside / total, 0.93, 0.97),
        ("closing times 1.6 times as long are said", said / runs, 0.8, 1.0),
    ]


def kept(runs: int) -> list[Line]:
    """A promise of the curve: said to be broken where the base has halved, and where nothing has moved."""
    rng, wrong, right = np.random.default_rng(SEED + 3), 0, 0
    for _ in range(runs):
        for halved in (None, THEN + 110):
            leads = Leads(rng, 600, 0.1, halved_from=halved, all_halved=True)
            seen = broken(leads.grid(), leads.tally(THEN + 200)) is not None
            wrong, right = wrong + (seen and halved is None), right + (seen and halved is not None)
    room = 2 * np.sqrt(0.0475 / runs)
    return [
        ("a promise whose base halved three months ago is said to be broken", right / runs, 0.9, 1.0),
        ("a promise is said to be broken though nothing moved", wrong / runs, 0.0, 0.05 + room),
    ]


CHECKS = (alarms, earlier, coverage, kept)


if __name__ == "__main__":
    for check in CHECKS:
        for line in check(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
            print(line, flush=True)
