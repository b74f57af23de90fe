"""Is a line of business split off only with reason? Simulated histories of three lines, equal and with one reversed.

    python benchmarks/lines.py [--runs 100]

Each history has 6,000 leads in twelve months, of which about 12 % buy, six criteria of three answers, and three lines
of 50, 30 and 20 % of the leads. In equal histories all lines close alike; in reversed ones the two strongest criteria
of the second line say the opposite.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402

from calibrate.counts.tally import Tally, tally_of  # noqa: E402
from calibrate.evaluation.backtest import folds  # noqa: E402
from calibrate.evaluation.by_line import grids_by_line  # noqa: E402
from calibrate.grid.criteria import Criterion, Level  # noqa: E402
from calibrate.points.plan import Plan  # noqa: E402

SEED, LEADS, MONTHS = 20261130, 6000, 12
ENDS = (Level("missing", "missing"), Level("other", "other"))
QUESTIONS = tuple(f"c{i}" for i in range(6))
CRITERIA = [
    Criterion(name, name, "text", "fit", (*(Level(f"v{i}", values=(f"v{i}",)) for i in range(3)), *ENDS))
    for name in ("line", *QUESTIONS)
]
STRENGTHS = np.array([1.1, 0.9, 0.6, 0.4, 0.2, 0.0])
PLAN = Plan("logistic", "logistic")


def history(rng: np.random.Generator, *, reverse: bool) -> Tally:
    """One history; the answers of a criterion lie one strength apart."""
    line = rng.choice(3, LEADS, p=[0.5, 0.3, 0.2])
    codes = rng.integers(0, 3, (len(QUESTIONS), LEADS))
    signs = np.ones((len(QUESTIONS), LEADS))
    signs[:2] = np.where((line == 1) & reverse, -1.0, 1.0)
    odds = -2.3 + (STRENGTHS[:, None] * signs * (codes - 1)).sum(axis=0)
    bought = rng.random(LEADS) < 1 / (1 + np.exp(-odds))
    levels = np.vstack([line[None], codes]).astype(np.uint8)
    return tally_of(CRITERIA, levels, bought, np.arange(LEADS) * MONTHS // LEADS, [f"{m:02}" for m in range(MONTHS)])


def split(runs: int, *, reverse: bool) -> list[list[str]]:
    """The lines that are proposed in each of some histories."""
    rng = np.random.default_rng(SEED + reverse)
    proposed = []
    for _ in range(runs):
        tally = history(rng, reverse=reverse)
        lines = grids_by_line(tally, PLAN, folds(tally), "line", allowed=QUESTIONS)
        proposed.append([line.name for line in lines if line.proposed])
    return proposed


def lines_of_business(runs: int) -> list[tuple[str, float, float, float]]:
    """Share of equal histories in which any line is split off, and of reversed ones in which the reversed one is."""
    error = 1.96 * np.sqrt(0.05 * 0.95 / runs)
    equal = float(np.mean([bool(lines) for lines in split(runs, reverse=False)]))
    reversed_one = float(np.mean(["v1" in lines for lines in split(runs, reverse=True)]))
    return [
        ("a line like all others is split off (any of three)", equal, 0.0, 0.05 + error),
        ("a line whose answers are reversed is split off", reversed_one, 0.9, 1.0),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    for promise, figure, low, high in lines_of_business(parser.parse_args().runs):
        print(f"{promise:55} {figure:7.3f}  {'yes' if low <= figure <= high else 'NO'}", flush=True)
