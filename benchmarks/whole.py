"""Whole runs of every size beside DuckDB's read of the file and a plain script of pandas and scikit-learn: one table.

    python benchmarks/speed.py --whole --data /tmp/bench --table Leads.csv --leads 1000 10000 100000 1000000 10000000

Each is a process of its own, started as a user starts it, Python and imports included: wall, CPU seconds of it and of
its children, peak memory of the largest process. The plain script reads the file, makes one column an answer (numbers
in ten bins), fits a logistic regression and says its AUC on the newest three tenths; `calibrate run` proposes criteria,
makes and judges five methods and their shorter grids on later leads, resamples, and writes the report. `--table` is a
CSV of leads with the outcome in `--outcome`; the demo simulates its leads first.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from leads import write
from peers import fit_plain

ROOT = Path(__file__).parents[1]
READ = "import duckdb, sys; duckdb.sql(f\"SELECT max(COLUMNS(*)) FROM '{sys.argv[1]}'\").fetchall()"


def plain(path: Path, outcome: str) -> float:
    """What a plain script does: its AUC on the newest three tenths."""
    import duckdb
    from sklearn.metrics import roc_auc_score

    frame = duckdb.sql(f"SELECT * FROM '{path}'").df()
    bought = frame.pop(outcome).astype(int).to_numpy()
    ids = [name for name in frame if frame[name].dtype.kind not in "iufb" and frame[name].nunique() > 200]
    dates = [name for name in frame if frame[name].dtype.kind == "M" or name in ("lead_id", "Lead Number")]
    frame = frame.drop(columns=list(dict.fromkeys([*ids, *dates])))
    first = len(frame) * 7 // 10
    rates = fit_plain(frame.iloc[:first], bought[:first], frame.iloc[first:])
    return float(roc_auc_score(bought[first:], rates))


def timed(command: Sequence[str]) -> tuple[float, float, float]:
    """Wall and CPU seconds of a command with its children, and the peak of its largest process in MB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its modules compiled
    start = time.perf_counter()
    quiet = os.open(os.devnull, os.O_WRONLY)
    doors = [(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *command], environment, file_actions=doors)
    _, status, used = os.wait4(child, 0)
    os.close(quiet)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def row(name: str, path: Path | None, outcome: str, words: Sequence[str], script: bool) -> str:
    """One line of the table; what is not run stays empty."""
    cells = []
    if path is not None:
        cells.append(timed(["-c", READ, str(path)]))
    cells.append(timed([__file__, str(path), outcome]) if script and path is not None else (0.0, 0.0, 0.0))
    with tempfile.TemporaryDirectory() as out:
        cells.append(timed(["-m", "calibrate", *words, "--out", f"{out}/reports"]))
    cells = cells if path is not None else [(0.0, 0.0, 0.0), *cells]
    texts = [f"{wall:.1f}, {cpu:.1f}, {peak:,.0f}" if wall else "-" for wall, cpu, peak in cells]
    return f"| {name} | {' | '.join(texts)} |"


def table(data: Path, sizes: Sequence[int], leads: Path | None, outcome: str, say: Callable[[str], None]) -> None:
    """The table, line by line: wall s, CPU s, MB of the read, the plain script and the whole run."""
    say("| leads | DuckDB's read | plain pandas and scikit-learn | `calibrate run` |\n|---|---|---|---|")
    run = ("--customer", "customer", "--created-at", "created_at", "--lead-id", "lead_id")
    for size in sizes:
        path, _ = write(data, size)
        say(row(f"{size:,}", path, "customer", ("run", str(path), *run), size <= 1_000_000))
    if leads is not None:
        say(row(leads.stem, leads, outcome, ("run", str(leads)), True))
    say(row("demo, 6,000 with events", None, "", ("demo",), False))


if __name__ == "__main__":
    plain(Path(sys.argv[1]), sys.argv[2])
