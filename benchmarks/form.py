"""Grids in the form that people can use: every method over real files, the demo and simulated histories, in one table.

    python benchmarks/form.py [FILE:OUTCOME[:ORDER] ...] [--histories 50] [--save FILE.json] [--before FILE.json]

A line per history and method: lines of the grid, its points from lowest to highest line, AUC and log-loss on the leads
it was made from (of the points, and what rounding lost), and its faults of form. `--save` keeps the table, `--before`
puts one that was kept (of an earlier version, say) beside it. Simulated histories are summed up in one line a method.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402

from calibrate.monthly.demo import OBSERVE_DAYS, write_history  # noqa: E402
from calibrate.monthly.run import read_rows  # noqa: E402
from calibrate.monthly.settings import settings_from  # noqa: E402
from calibrate.points.plan import Plan, calibrate_prepared, prepare  # noqa: E402
from calibrate.points.rounding import quality  # noqa: E402
from calibrate.points.score_table import row_scores  # noqa: E402
from calibrate.simulated_leads import simulate  # noqa: E402

METHODS = ("lift", "cautious", "evidence", "logistic", "sparse")
MOST, SHARED = 20, 0.9
LOST_AUC, LOST_LOG_LOSS = 0.001, 0.001


def faults(grid: Any, tally: Any) -> list[str]:
    """What is wrong with the form of a grid that nobody asked for otherwise, on the leads that it was made from."""
    wrong = []
    largest = int(np.abs(grid.flat).max(initial=0))
    if largest > MOST:
        wrong.append(f"a line of {largest}")
    wrong += [f"points for {name}: no" for name in _negations(grid)]
    wrong += [f"{one} against {two}" for one, two in _quarrels(grid, tally)]
    if grid.thresholds is not None and grid.lines:
        marketing, sales = grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified
        scores = row_scores(tally, grid)
        between = float(tally.leads[(scores >= marketing) & (scores < sales)].sum())
        if marketing > sales or (marketing < sales and not between):
            wrong.append(f"thresholds {marketing} and {sales} with {between:.0f} leads between")
    facts = grid.provenance
    if facts["auc_unrounded"] - facts["auc_rounded"] > LOST_AUC:
        wrong.append(f"rounding costs {facts['auc_unrounded'] - facts['auc_rounded']:.4f} AUC")
    if facts["log_loss_rounded"] > facts["log_loss_unrounded"] * (1 + LOST_LOG_LOSS):
        wrong.append(f"rounding costs {facts['log_loss_rounded'] / facts['log_loss_unrounded'] - 1:.2%} log-loss")
    return wrong


def _negations(grid: Any) -> Iterator[str]:
    """Yes/no criteria that give or take points for the answer no."""
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        if criterion.kind == "boolean":
            for level, worth in zip(criterion.levels, points, strict=True):
                if worth and level.role == "value" and level.name == criterion.reference:
                    yield criterion.name


def _quarrels(grid: Any, tally: Any) -> Iterator[tuple[str, str]]:
    """Pairs of lines of different criteria that share 90 % of their leads and have points of opposite signs."""
    lines = []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        position = tally.finer(criterion)
        codes = criterion.placed(tally.criteria[position])[tally.codes[position]]
        lines += [
            (f"{criterion.name}={level.name}", criterion.name, worth, codes == at)
            for at, (level, worth) in enumerate(zip(criterion.levels, points, strict=True))
            if worth
        ]
    for (one, mine, worth, fires), (two, theirs, other, also) in combinations(lines, 2):
        if mine != theirs and worth * other < 0:
            shared = float(tally.leads[fires & also].sum())
            if shared >= SHARED * max(float(tally.leads[fires].sum()), float(tally.leads[also].sum()), 1):
                yield one, two


def judged(
    name: str, tally: Any, allowed: list[str], min_leads: int, scale: str = "natural"
) -> Iterator[dict[str, Any]]:
    """The row of each method."""
    prepared = prepare(tally, allowed=allowed, min_leads=min_leads)
    for method in METHODS:
        grid = calibrate_prepared(prepared, Plan(method, method, scale=scale))  # type: ignore[arg-type]
        auc, loss = quality(row_scores(tally, grid).astype(float), tally.leads, tally.customers)
        yield {
            "history": name,
            "method": method,
            "lines": grid.lines,
            "low": int(min(grid.flat.min(initial=0), 0)),
            "high": int(grid.flat.max(initial=0)),
            "auc": auc,
            "log_loss": loss,
            "lost_auc": grid.provenance["auc_unrounded"] - grid.provenance["auc_rounded"],
            "lost_log_loss": grid.provenance["log_loss_rounded"] / max(grid.provenance["log_loss_unrounded"], 1e-12)
            - 1,
            "faults": faults(grid, prepared.tally),
        }


def counted(file: str, outcome: str, order: str = "") -> Any:
    settings = {"data": {"file": file}, "outcome": {"customer": outcome}, "time": {"order": order} if order else {}}
    return read_rows(settings_from(settings), follow=False)


def simulated(folder: Path, leads: int, seed: int) -> Any:
    """A history of the demo's kind."""
    history = simulate(leads=leads, seed=seed, observe_days=OBSERVE_DAYS)
    return read_rows(settings_from(write_history(history, folder)), follow=False)


def rows(files: list[str], histories: int, scale: str) -> Iterator[dict[str, Any]]:
    for text in files:
        file, outcome, *order = text.split(":")
        reading = counted(file, outcome, *order)
        yield from judged(
            Path(file).stem[:14], reading.tally, reading.allowed, reading.settings.columns.min_leads, scale
        )
    with tempfile.TemporaryDirectory() as folder:
        for seed in (2026, *range(1, histories + 1)):
            reading = simulated(Path(folder), 6000 if seed == 2026 else 2000 + 200 * (seed % 20), seed)
            name = "demo" if seed == 2026 else "simulated"
            yield from judged(name, reading.tally, reading.allowed, reading.settings.columns.min_leads, scale)


def summed(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Simulated histories as one row a method: means, extremes, and how many have a fault."""
    files = [row for row in table if row["history"] != "simulated"]
    for method in METHODS:
        part = [row for row in table if row["history"] == "simulated" and row["method"] == method]
        if part:
            means = {key: float(np.mean([row[key] for row in part])) for key in ("lines", "auc", "log_loss")}
            worst = {key: max(row[key] for row in part) for key in ("high", "lost_auc", "lost_log_loss")}
            wrong = [fault for row in part for fault in row["faults"]]
            low = min(row["low"] for row in part)
            files.append(
                {"history": f"{len(part)} simulated", "method": method, **means, **worst, "low": low, "faults": wrong}
            )
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--histories", type=int, default=50)
    parser.add_argument("--scale", default="natural")
    parser.add_argument("--save")
    parser.add_argument("--before")
    wishes = parser.parse_args()
    table = summed(list(rows(wishes.files, wishes.histories, wishes.scale)))
    before = {}
    if wishes.before:
        before = {(row["history"], row["method"]): row for row in json.loads(Path(wishes.before).read_text())}
    heads = f"{'history':14} {'method':9} {'lines':>5} {'points':>11} {'AUC':>6} {'log-loss':>8} {'lost AUC':>8}"
    print(f"{heads} {'loss':>7}  faults")
    for row in table:
        old = before.get((row["history"], row["method"]))
        print(_shown(row) + (f"  before: {_shown(old)[25:56]}" if old else ""), flush=True)
    if wishes.save:
        Path(wishes.save).write_text(json.dumps(table))
    print(f"{sum(len(row['faults']) for row in table)} faults of form")


def _shown(row: dict[str, Any]) -> str:
    points = f"{row['low']:+d} to {row['high']:+d}"
    figures = f"{row['lines']:5.0f} {points:>11} {row['auc']:6.4f} {row['log_loss']:8.5f}"
    lost = f"{row['lost_auc']:8.4f} {row['lost_log_loss']:7.2%}"
    return f"{row['history']:14} {row['method']:9} {figures} {lost}  {'; '.join(row['faults'][:3])}"


if __name__ == "__main__":
    main()
