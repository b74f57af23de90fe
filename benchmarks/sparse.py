"""Sparse whole-point cards beside their rivals, and against the best losses known, in one run.

    python benchmarks/sparse.py DATA --imodels PYTHON --fasterrisk PYTHON [--splits 10] [--million]

DATA is a folder with the five files of the RiskSLIM benchmarks (`mammo_data.csv` and so on: the outcome first, other
columns numbers). A rival needs the Python of an environment that has it: imodels >= 3.0.4 (with numba and six),
fasterrisk 0.1.10 (with pyarrow < 20); without one it is left out. Each program runs in a process of its own, one
thread each, on the same arrays and the same folds.

Columns: `loss` is the total training log-loss of the card on the whole file, points within +-5, with the real scale
and intercept that fit it best; `seconds` the fastest of some fits (CPU seconds, after a first use that compiles or
imports); `left` how far any card of that size could still fall at most (branch and bound). `--million` adds 1 M leads
x 20 attributes, from level codes.

A second table has the mean log-loss of five folds, each scored by the card of the other four, over `--splits` ways to
cut the leads into folds (fasterrisk, which needs a minute and a half for all cells, has one); beside a rival, the
difference on the same folds with its standard error over the splits. That error says how far the figure depends on
where the cuts fell, not what other leads would show.
"""

from __future__ import annotations

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

SETS = ("mammo", "breastcancer", "spambase", "mushroom", "adult")
LINES = (5, 10)
CAP = 5
BEST_KNOWN = {
    ("mammo", 5): 444.56, ("mammo", 10): 440.85, ("breastcancer", 5): 56.32, ("breastcancer", 10): 51.53,
    ("spambase", 5): 1538.59, ("spambase", 10): 1237.78, ("mushroom", 5): 89.91, ("mushroom", 10): 0.00,
    ("adult", 5): 12275.71, ("adult", 10): 11539.22,
}  # fmt: skip
REPEATS = {"calibrate": 5, "imodels": 5, "fasterrisk": 1}
MILLION = 1_000_000
FRESH = 200_000
BOUND_FITS = 200

CELLS = [(name, lines) for name in SETS for lines in LINES]

Cell = tuple[str, int]
Predict = Callable[[Any], Any]
Fit = Callable[[Any, Any, int], tuple[float, Predict]]


def fit_calibrate(columns: Any, outcome: Any, lines: int) -> tuple[float, Predict]:
    from calibrate.weights.search.find import search
    from calibrate.weights.search.lines import Budget, plain

    leads = np.ones(len(outcome))
    card = search(plain(columns.T, leads, outcome, CAP), Budget(lines, columns.shape[1])).best
    assert card is not None
    return card.loss, lambda fresh: card.expected(fresh @ card.points, columns @ card.points, leads, outcome)


def fit_imodels(columns: Any, outcome: Any, lines: int) -> tuple[float, Predict]:
    from imodels import FastRiskScoreClassifier

    model = FastRiskScoreClassifier(k=lines, max_points=CAP, binarize=False, time_limit=280.0)
    model.fit(columns, outcome.astype(int))
    return model.train_loss_ * len(outcome), lambda fresh: model.predict_proba(fresh)[:, 1]


def fit_fasterrisk(columns: Any, outcome: Any, lines: int) -> tuple[float, Predict]:
    from fasterrisk.fasterrisk import RiskScoreClassifier, RiskScoreOptimizer

    search = RiskScoreOptimizer(X=columns.astype(float), y=np.where(outcome > 0, 1.0, -1.0), k=lines)
    search.optimize()
    multipliers, intercepts, points = search.get_models()
    model = RiskScoreClassifier(multipliers[0], intercepts[0], points[0])
    return log_loss(outcome, model.predict_prob(columns)) * len(outcome), model.predict_prob


FITS: dict[str, Fit] = {"calibrate": fit_calibrate, "imodels": fit_imodels, "fasterrisk": fit_fasterrisk}


def log_loss(outcome: Any, share: Any) -> float:
    share = np.clip(share, 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(outcome > 0, np.log(share), np.log1p(-share))))


def stored(folder: Path, name: str) -> tuple[Any, Any]:
    """Columns and outcome of one file; whole numbers as the smallest integers that hold them."""
    table = np.genfromtxt(folder / f"{name}_data.csv", delimiter=",", skip_header=1)
    columns, outcome = table[:, 1:], (table[:, 0] > 0).astype(float)
    whole = (columns == np.rint(columns)).all()
    return np.ascontiguousarray(columns, np.int8 if whole and np.abs(columns).max() < 128 else np.float64), outcome


def folds_of(outcome: Any, split: int) -> Any:
    """Fold 0 to 4 of each row, customers and others spread alike; another split, other folds."""
    fold = np.zeros(len(outcome), int)
    for kind in (0, 1):
        rows = np.random.default_rng((kind, split)).permutation(np.flatnonzero(outcome == kind))
        fold[rows] = np.arange(len(rows)) % 5
    return fold


def tested(fit: Fit, columns: Any, outcome: Any, lines: int, split: int) -> float:
    """Mean log-loss of five folds, each scored by the card of the other four."""
    fold, losses = folds_of(outcome, split), []
    for part in range(5):
        _, predict = fit(np.ascontiguousarray(columns[fold != part]), outcome[fold != part], lines)
        losses.append(log_loss(outcome[fold == part], predict(columns[fold == part])))
    return float(np.mean(losses))


def work(program: str, folder: Path, splits: int) -> None:
    """All cells of one program, as JSON lines."""
    fit = FITS[program]
    draw = np.random.default_rng(0)
    began = time.perf_counter()
    fit((draw.random((500, 6)) < 0.4).astype(np.int8), (draw.random(500) < 0.3).astype(float), 2)
    print(json.dumps({"first": time.perf_counter() - began}), flush=True)
    for name in SETS:
        arrays = np.load(folder / f"{name}.npz")
        columns, outcome = arrays["columns"], arrays["outcome"]
        if program != "calibrate":
            columns = columns.astype(float)
        for lines in LINES:
            seconds = []
            for _ in range(REPEATS[program]):
                began = time.process_time()
                loss, _ = fit(columns, outcome, lines)
                seconds.append(time.process_time() - began)
            test = [tested(fit, columns, outcome, lines, split) for split in range(splits)]
            found = {"set": name, "lines": lines, "loss": loss, "seconds": min(seconds), "test": test}
            print(json.dumps(found), flush=True)


def bounds(folder: Path) -> dict[Cell, tuple[float, float, float]]:
    """Lower bound, share left and seconds of each cell."""
    from calibrate.weights.search.bound import bound_of
    from calibrate.weights.search.lines import plain

    found = {}
    for name in SETS:
        arrays = np.load(folder / f"{name}.npz")
        for lines in LINES:
            loss, _ = fit_calibrate(arrays["columns"], arrays["outcome"], lines)
            began = time.perf_counter()
            task = plain(arrays["columns"].T, np.ones(len(arrays["outcome"])), arrays["outcome"], CAP)
            low = bound_of(task, lines, loss, BOUND_FITS)
            found[name, lines] = (low.loss, low.left, time.perf_counter() - began)
    return found


def run(python: str, program: str, folder: Path, splits: int) -> tuple[float, dict[Cell, dict[str, Any]]]:
    """First use and all cells of one program, in a process of its own."""
    command = [python, "-W", "ignore", __file__, str(folder), "--worker", program, "--splits", str(splits)]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return lines[0]["first"], {(each["set"], each["lines"]): each for each in lines[1:]}


def table(
    found: dict[str, dict[Cell, dict[str, Any]]],
    firsts: dict[str, float],
    low: dict[Cell, tuple[float, float, float]],
) -> None:
    """Losses and seconds of all cells, the first use of each program."""
    head = ["set", "lines", "best known", *(f"loss {p}" for p in found), *(f"s {p}" for p in found), "bound", "left"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    worse = []
    for key in CELLS:
        cells = [key[0], str(key[1]), f"{BEST_KNOWN[key]:.2f}"]
        cells += [f"{found[p][key]['loss']:.2f}" for p in found]
        cells += [f"{found[p][key]['seconds']:.3f}" for p in found]
        print("| " + " | ".join([*cells, f"{low[key][0]:.2f}", f"{low[key][1]:.1%}"]) + " |")
        if round(found["calibrate"][key]["loss"], 2) > BEST_KNOWN[key]:
            worse.append(key)
    for program in found:
        seconds = sum(cell["seconds"] for cell in found[program].values())
        print(f"{program}: first use {firsts[program]:.2f} s, all cells {seconds:.3f} s")
    print("every cell at or below the best known" if not worse else f"above the best known: {worse}")


def test_table(found: dict[str, dict[Cell, dict[str, Any]]]) -> None:
    """Test log-losses of all cells and their mean, and ours less each rival's on the same folds."""
    rivals = [p for p in found if p != "calibrate"]
    head = ["set", "lines", *(f"test {p}" for p in found), *(f"less {p}" for p in rivals)]
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    tests = {p: np.array([found[p][key]["test"] for key in CELLS]) for p in found}  # (cells, splits)
    beyond: dict[str, list[str]] = {p: [] for p in rivals}
    for i in range(len(CELLS) + 1):
        name, rows = (CELLS[i], slice(i, i + 1)) if i < len(CELLS) else (("mean", ""), slice(None))
        cells = [f"{tests[p][rows].mean():.5f}" for p in found]
        for rival in rivals:
            splits = tests[rival].shape[1]
            gap = (tests["calibrate"][rows, :splits] - tests[rival][rows]).mean(axis=0)
            error = gap.std(ddof=1) / np.sqrt(splits) if splits > 1 else np.nan
            cells.append(f"{gap.mean():+.5f} ± {error:.5f}" if splits > 1 else f"{gap.mean():+.5f}")
            if splits > 1 and gap.mean() > max(2 * error, 5e-6):
                beyond[rival].append(" ".join(map(str, name)))
        print("| " + " | ".join([name[0], str(name[1]), *cells]) + " |")
    for rival, cells in beyond.items():
        if tests[rival].shape[1] > 1:
            print(f"worse than {rival} by more than two standard errors: {', '.join(cells) or 'nowhere'}")


def crowd(leads: int, seed: int) -> tuple[Any, Any]:
    """Codes (20, leads) of correlated attributes, and outcomes of about 2 %, the same for the same seed."""
    draw = np.random.default_rng(seed)
    effects = np.random.default_rng(7)
    hidden = draw.standard_normal((3, leads), dtype=np.float32)
    odds = np.full(leads, -4.6, np.float32)
    codes = np.empty((20, leads), np.uint8)
    for i in range(20):
        size = 2 if i < 6 else int(effects.integers(3, 9))
        pull = effects.random() * 0.8
        value = pull * hidden[i % 3] + np.sqrt(1 - pull**2) * draw.standard_normal(leads, dtype=np.float32)
        cuts = np.sort(effects.normal(0, 0.9, size - 1))
        codes[i] = np.searchsorted(cuts, value)
        level = effects.normal(0, 0.5, size) if i % 4 else np.zeros(size)
        odds += np.sort(level).astype(np.float32)[codes[i]] if i >= 14 else level.astype(np.float32)[codes[i]]
    return codes, (draw.random(leads, dtype=np.float32) < 1 / (1 + np.exp(-odds))).astype(int)


def million() -> None:
    """1 M leads x 20 attributes: seconds, peak memory and AUC on fresh leads of two budgets."""
    from calibrate.counts.auc import auc_by_counts
    from calibrate.counts.rates import estimate
    from calibrate.counts.tally import scores_of, tally_of
    from calibrate.grid.criteria import Criterion, Level
    from calibrate.weights import Constraints
    from calibrate.weights.sparse import sparse_weights

    ends = (Level("missing", "missing"), Level("other", "other"))
    codes, outcome = crowd(MILLION, 1)
    criteria = []
    for i, code in enumerate(codes):
        size = int(code.max()) + 1
        if i >= 14:  # ordered, as intervals of a number
            edges = [None, *range(1, size), None]
            levels = tuple(Level(f"{a}-{b}", low=a, high=b) for a, b in pairwise(edges))
        else:
            levels = tuple(Level(str(v), values=(str(v),)) for v in range(size))
        kind = "number" if i >= 14 else "text"
        criteria.append(Criterion(f"c{i}", f"c{i}", kind, "fit", (*levels, *ends), ordered=i >= 14))  # type: ignore[arg-type]
    tally = tally_of(criteria, codes, outcome)
    fresh = tally_of(criteria, *crowd(FRESH, 2))
    del codes, outcome
    rates = estimate(tally)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for what, wanted in (
        ("ten lines within 5", Constraints(max_lines=10, cap=5)),
        ("ten criteria", Constraints(max_criteria=10)),
    ):
        began, cpu = time.perf_counter(), time.process_time()
        weights = sparse_weights(tally, rates, wanted)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        coarse = fresh.regroup(weights.criteria)
        scores = scores_of(coarse, np.rint(weights.values * (weights.scale or 1)))
        found, place = np.unique(scores, return_inverse=True)
        held = [np.bincount(place, each, len(found)) for each in (coarse.leads, coarse.customers)]
        lines = np.count_nonzero(weights.values)
        print(f"{what}: {seconds:.2f} s ({cpu:.2f} s CPU), peak {peak:.0f} MB ({before:.0f} MB before), "
              f"{lines} lines, AUC {float(auc_by_counts(*held)):.4f} on {FRESH:,} fresh leads")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--imodels", metavar="PYTHON")
    parser.add_argument("--fasterrisk", metavar="PYTHON")
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--splits", type=int, default=10, help="ways to cut five folds (0: no test; fasterrisk: 1)")
    parser.add_argument("--worker", choices=FITS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(asked.worker, asked.data, asked.splits)
        return
    pythons = {"calibrate": sys.executable, "imodels": asked.imodels, "fasterrisk": asked.fasterrisk}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in SETS:
            columns, outcome = stored(asked.data, each)
            np.savez(folder / f"{each}.npz", columns=columns, outcome=outcome)
        found, firsts = {}, {}
        for program, python in pythons.items():
            if python:
                splits = min(asked.splits, 1) if program == "fasterrisk" else asked.splits
                firsts[program], found[program] = run(python, program, folder, splits)
        table(found, firsts, bounds(folder))
        if asked.splits:
            test_table(found)
    if asked.million:
        million()


if __name__ == "__main__":
    if "imodels" not in sys.argv and "fasterrisk" not in sys.argv:
        sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
