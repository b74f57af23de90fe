"""Time and memory of every stage beside the limit and a peer, in one table.

    python benchmarks/speed.py --data /tmp/bench --leads 1000000 10000000
    python benchmarks/speed.py --whole --data /tmp/bench --table Leads.csv        # whole runs alone: see `whole.py`

The limit is "the read": DuckDB with two threads reading the same columns once. Every job runs in a process of its own,
so its peak memory is its own; seconds are those of the work, without the start of Python and its imports ("process"
has both, and "calibrate run" is started as a user starts it); where the machine is shared, compare CPU seconds.
Log-loss is on 200,000 fresh leads of the same generator, whose truth is known.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
from leads import ATTRIBUTES, FRESH, write  # noqa: E402
from whole import table as whole_runs  # noqa: E402

Found = dict[str, Any]


class Clock:
    """Seconds since the start, and between the stages that are named."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.cpu = time.process_time()
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = now - self.last
        self.last = now

    def stop(self) -> Found:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds, cpu = time.perf_counter() - self.start, time.process_time() - self.cpu
        return {"seconds": seconds, "cpu": cpu, "peak_mb": peak, "stages": self.stages}


def read(train: Path, fresh: Path) -> Found:
    """The limit: every column that a calibration needs, read once."""
    import duckdb

    con = duckdb.connect(config={"threads": 2})
    con.execute("SET enable_progress_bar=false").fetchall()
    columns = ", ".join(f"max({name})" for name in (*ATTRIBUTES, "customer", "created_at", "lead_id"))
    clock = Clock()
    con.execute(f"SELECT {columns} FROM '{train}'").fetchall()
    return clock.stop()


def _proposed(train: Path, clock: Clock) -> Any:
    from calibrate import open_table, propose

    table = open_table(train)
    clock.stage("open")
    proposal = propose(table, include=ATTRIBUTES)
    clock.stage("propose")
    return table, proposal.criteria


def _counted(table: Any, criteria: Any, clock: Clock, *, profiles: bool = True) -> Any:
    from calibrate import Terms, count, observe

    history = observe(table, criteria, Terms(customer="customer", created_at="created_at", lead_id="lead_id"))
    clock.stage("observe")
    tally = count(history, profiles=profiles)
    clock.stage("count")
    return tally


def criteria(train: Path, fresh: Path) -> Found:
    """Ours: which questions to ask, with their levels, from a file that nothing is known of."""
    clock = Clock()
    _proposed(train, clock)
    return clock.stop()


def rates(train: Path, fresh: Path) -> Found:
    """Ours: close rates of all levels with intervals, shrinkage, lift and evidence, of criteria that are known."""
    from calibrate import estimate

    known = _proposed(train, Clock())
    clock = Clock()
    estimate(_counted(*known, clock, profiles=False))
    clock.stage("estimate")
    return clock.stop()


def logistic(train: Path, fresh: Path) -> Found:
    """Ours: from the file to whole points, curve and thresholds by `logistic`."""
    from calibrate import Plan, Terms, calibrate, count, observe, open_table
    from calibrate.points.score_table import row_scores

    clock = Clock()
    table, criteria = _proposed(train, clock)
    tally = _counted(table, criteria, clock)
    grid = calibrate(tally, Plan("logistic", "logistic"))
    clock.stage("calibrate")
    found = clock.stop()
    later = count(observe(open_table(fresh), criteria, Terms(customer="customer")))
    assert grid.curve is not None
    found["log_loss"] = _log_loss(grid.curve.at(row_scores(later, grid)), later.customers, later.leads)
    return found


def whole(train: Path, fresh: Path) -> Found:
    """Ours: `calibrate run` as a user starts it, Python and imports included, on every core: to the report."""
    with tempfile.TemporaryDirectory() as out:
        clock = Clock()
        command = [sys.executable, "-m", "calibrate", "run", str(train), "--customer", "customer", "--json"]
        command += ["--created-at", "created_at", "--lead-id", "lead_id", "--out", out]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        found = clock.stop()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    stages = json.loads(done.stdout)["timing"]
    return {**found, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024, "stages": stages}


def _scored(train: Path, out: Path) -> Clock:
    """The leads of a file scored by their own `logistic` grid, and the clock of the scoring alone."""
    from calibrate import Plan, calibrate
    from calibrate.scoring.rows import score_file

    grid = calibrate(_counted(*_proposed(train, Clock()), Clock()), Plan("logistic", "logistic"))
    clock = Clock()
    score_file(grid, str(train), str(out))
    clock.stage(f"{grid.lines} lines")
    return clock


def score(train: Path, fresh: Path) -> Found:
    """Ours: every column of the file with score, band and reasons, to Parquet."""
    with tempfile.TemporaryDirectory(dir=train.parent) as folder:
        return _scored(train, Path(folder) / "scored.parquet").stop()


def copy(train: Path, fresh: Path) -> Found:
    """The limit of scoring: DuckDB reads and writes the same columns, those of the scored file."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=train.parent) as folder:
        scored, copied = Path(folder) / "scored.parquet", Path(folder) / "copied.parquet"
        _scored(train, scored)
        con = duckdb.connect(config={"threads": 2})
        con.execute("SET enable_progress_bar=false").fetchall()
        clock = Clock()
        con.execute(f"COPY (SELECT * FROM '{scored}') TO '{copied}' (FORMAT parquet)").fetchall()
        return clock.stop()


def one_hot(train: Path, fresh: Path) -> Found:
    """The peer: scikit-learn, ten quantile bins a number, one-hot matrix, lbfgs."""
    import duckdb
    import numpy as np
    import pandas as pd
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    def frame(path: Path) -> pd.DataFrame:
        return duckdb.sql(f"SELECT {', '.join(ATTRIBUTES)}, customer FROM '{path}'").df()

    def matrix(data: pd.DataFrame, edges: dict[str, Any], names: dict[str, Any]) -> sparse.csr_matrix:
        codes, width = [], 0
        for name in ATTRIBUTES:
            column = data[name]
            if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
                if name not in edges:
                    edges[name] = np.unique(column.quantile(np.linspace(0.1, 0.9, 9)).dropna())
                code = np.searchsorted(edges[name], column, side="right")
                code[column.isna()] = len(edges[name]) + 1
                levels = len(edges[name]) + 2
            else:
                text = column.astype(object).fillna("missing").astype(str)
                if name not in names:
                    names[name] = sorted(text.unique())
                code = pd.Categorical(text, categories=names[name]).codes.astype(int)
                levels = len(names[name])
            codes.append(code + width)
            width += levels
        place = np.stack(codes, axis=1).ravel()
        ends = np.arange(0, len(place) + 1, len(ATTRIBUTES))
        return sparse.csr_matrix((np.ones(len(place)), place, ends), shape=(len(data), width))

    clock = Clock()
    data = frame(train)
    clock.stage("read")
    edges: dict[str, Any] = {}
    names: dict[str, Any] = {}
    made = matrix(data, edges, names)
    clock.stage("matrix")
    model = LogisticRegression(max_iter=500).fit(made, data["customer"])
    clock.stage("fit")
    found = clock.stop()
    later = frame(fresh)
    bought = later["customer"].to_numpy(float)
    found["log_loss"] = _log_loss(model.predict_proba(matrix(later, edges, names))[:, 1], bought, np.ones(len(later)))
    return found


def _log_loss(rate: Any, customers: Any, leads: Any) -> float:
    import numpy as np

    rate = np.clip(rate, 1e-12, 1 - 1e-12)
    return float(-(customers * np.log(rate) + (leads - customers) * np.log(1 - rate)).sum() / leads.sum())


JOBS: Mapping[str, Callable[[Path, Path], Found]] = {
    "the read": read,
    "criteria proposed": criteria,
    "all rates": rates,
    "logistic, whole points": logistic,
    "calibrate run": whole,
    "calibrate score": score,
    "DuckDB's read and write": copy,
    "scikit-learn one-hot lbfgs": one_hot,
}


def measure(job: str, train: Path, fresh: Path) -> Found:
    """One job in a process of its own."""
    start = time.perf_counter()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"}
    command = [sys.executable, __file__, "--job", job, "--files", str(train), str(fresh)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["failed"])[-1]
        return {"failed": reason}
    found: Found = json.loads(done.stdout.splitlines()[-1])
    found["process"] = time.perf_counter() - start
    return found


def show(leads: int, results: Mapping[str, Found]) -> None:
    limit = results["the read"].get("seconds", float("nan"))
    print(f"\n{leads:,} leads x {len(ATTRIBUTES)} attributes; log-loss on {FRESH:,} fresh leads\n")
    print(f"{'job':<28}{'seconds':>9}{'x read':>8}{'cpu s':>8}{'peak MB':>9}{'log-loss':>10}{'process s':>11}  stages")
    for job, found in results.items():
        if "failed" in found:
            print(f"{job:<28}  {found['failed']}")
            continue
        loss = f"{found['log_loss']:.4f}" if "log_loss" in found else ""
        stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in found["stages"].items())
        print(
            f"{job:<28}{found['seconds']:>9.2f}{found['seconds'] / limit:>8.1f}{found['cpu']:>8.2f}"
            f"{found['peak_mb']:>9,.0f}{loss:>10}{found['process']:>11.1f}  {stages}"
        )


def truth(fresh: Path) -> None:
    import duckdb

    found = (
        duckdb.connect()
        .execute(
            f"SELECT avg(-ln(CASE WHEN customer THEN 1 / (1 + exp(-logit)) ELSE 1 / (1 + exp(logit)) END)) AS truth, "
            f"avg(customer::INTEGER) AS share FROM '{fresh}'"
        )
        .fetchone()
    )
    assert found is not None
    share = found[1]
    base = -share * math.log(share) - (1 - share) * math.log(1 - share)
    print(f"\nlog-loss of the truth {found[0]:.4f}, of the base rate {base:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the Parquet files, made when missing (default: temporary)")
    parser.add_argument("--leads", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS), help="the read is always measured")
    parser.add_argument("--repeat", type=int, default=3, help="the fastest of so many runs counts")
    parser.add_argument("--whole", action="store_true", help="whole runs alone, beside the read and a plain script")
    parser.add_argument("--table", type=Path, help="with --whole: a CSV of leads to run too")
    parser.add_argument("--outcome", default="Converted", help="its column of the outcome")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        print(json.dumps(JOBS[asked.job](*asked.files)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        if asked.whole:
            whole_runs(asked.data or Path(temporary), asked.leads, asked.table, asked.outcome, print)
            return
        for leads in asked.leads:
            train, fresh = write(asked.data or Path(temporary), leads)
            chosen = [job for job in JOBS if job in asked.jobs or job == "the read"]
            if importlib.util.find_spec("sklearn") is None and "scikit-learn one-hot lbfgs" in chosen:
                chosen.remove("scikit-learn one-hot lbfgs")
            runs = {job: [measure(job, train, fresh) for _ in range(asked.repeat)] for job in chosen}
            show(leads, {job: min(found, key=lambda f: f.get("seconds", 0.0)) for job, found in runs.items()})
        truth(fresh)


if __name__ == "__main__":
    main()
