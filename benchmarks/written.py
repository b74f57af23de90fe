"""When is a column written? Columns known from the start, leaks written at closing, channels cut on a date.

For `truth.py`, one line a promise: how often each is flagged, from counts of mature leads and of young ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from calibrate.counts.written_late import timing

LEVELS, MONTHS, WINDOW = 5, 14, 90
SHARES = [0.35, 0.25, 0.2, 0.12, 0.08]
EFFECTS = np.array([0, 0.5, -0.5, 1.0, -1.0])
HONEST = ("known", "drift")
CUT = ((1, 3), (2, 3), (3, 0), (1.5, 4), (0.5, 3), (2, 2))
LEAKS = ("contract", "last touch", "remark on the loss")
Kind = str | tuple[float, int]
Line = tuple[str, float, float, float]


def counts(seed: int, leads: int, base: float, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """Counts of mature leads per month and of young ones per day of age, as they stand on the last day."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.integers(0, MONTHS * 30, leads))
    age = MONTHS * 30 - created
    level = rng.choice(LEVELS, leads, p=SHARES)
    if kind == "drift":
        level = np.where(rng.random(leads) < 0.3 * created / created.max(), 3, level)
    if isinstance(kind, tuple):  # a channel cut so many months ago
        months, channel = kind
        instead = rng.choice(LEVELS - 1, leads)
        instead += instead >= channel
        level = np.where((age <= 30 * months) & (level == channel), instead, level)
    wish = 0.8 * rng.normal(size=leads) + EFFECTS[level] * (kind in ("known", "drift") or isinstance(kind, tuple))
    low, high = -15.0, 15.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle - wish))).mean() < base else (low, middle)
    takes = np.exp(np.log(38) + 0.7 * rng.normal(size=leads))
    buys = (rng.random(leads) < 1 / (1 + np.exp(-middle - wish))) & (takes <= WINDOW)
    closed, lost = buys & (takes <= age), ~buys & (30 * np.exp(0.8 * rng.normal(size=leads)) <= age)
    chance = rng.random(leads)
    if kind == "contract":
        level = np.where(closed, 1, 0)
    if kind == "last touch":
        level = np.where(closed & (chance < 0.55), 4, rng.choice(4, leads))
    if kind == "remark on the loss":
        level = np.where(lost & (chance < 0.6), 1, 0)
    mature = age >= WINDOW
    old = np.zeros((created[mature].max() // 30 + 1, LEVELS, 2), np.int64)
    new = np.zeros((WINDOW + 1, LEVELS, 2), np.int64)
    for table, place, rows, bought in ((old, created // 30, mature, buys), (new, age, ~mature, closed)):
        np.add.at(table[:, :, 0], (place[rows], level[rows]), 1)
        np.add.at(table[:, :, 1], (place[rows], level[rows]), bought[rows])
    return old, new


def flagged(runs: int, kinds: tuple[Kind, ...], leads: int, base: float) -> float:
    """Share of histories in which such columns are said to be written late, or to depend on a lead's age."""
    answers = [timing(*counts(seed, leads, base, kind)) for kind in kinds for seed in range(runs)]
    return float(np.mean([a is not None and (a.written_at_closing or a.moves_with_age) for a in answers]))


def written(runs: int) -> list[Line]:
    """Leaks and honest columns, channels cut on a date among these."""
    lines = [
        (
            "12,000 leads, 20 % close: columns written at closing are flagged",
            flagged(runs, LEAKS, 12_000, 0.2),
            0.78,
            1.0,
        )
    ]
    for leads, base in ((3_000, 0.05), (12_000, 0.2)):
        for name, kinds in (("columns known from the start", HONEST), ("channels cut on a date", CUT)):
            share = flagged(max(runs // 2, 10), kinds, leads, base)
            lines.append((f"{leads} leads, {base:.0%} close: {name} are flagged", share, 0.0, 0.02))
    return lines


if __name__ == "__main__":
    for line in written(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
        print(*line, flush=True)
