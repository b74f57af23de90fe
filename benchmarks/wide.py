"""Wide files: CPU and wall seconds and memory of `check` and `run`, each in a process of its own, by number of columns.

    python benchmarks/wide.py [--columns 250,1000,2000,5000] [--rows 1500]

A sixth of the columns each are visits, answers, sectors, amounts, flags and notes, none of which has to do with who
bought. `run` refuses more criteria than it can weigh together, and every command more columns than can be tried.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[1]
KINDS = ("visits", "answer", "sector", "amount", "flag", "note")


def cell(kind: str, chance: random.Random) -> str:
    """A cell of a column of such a kind."""
    texts = {
        "answer": ("yes", "no", ""),
        "sector": ("Steel", "Bank", "Retail", "Food", "Glass", ""),
        "flag": ("0", "1"),
    }
    if kind in texts:
        return chance.choice(texts[kind])
    if kind == "amount":
        return f"{chance.uniform(1, 9999):.2f}"
    return str(chance.randrange(30)) if kind == "visits" else f"word{chance.randrange(200)}"


def lines(columns: int, rows: int) -> Iterator[str]:
    """The lines of a file of leads with so many columns beside id, dates and outcome."""
    chance = random.Random(1)
    kinds = [KINDS[i % len(KINDS)] for i in range(columns)]
    yield ",".join(["lead_id,created_at,customer_at,won", *(f"{kind}_{i}" for i, kind in enumerate(kinds))])
    for i in range(rows):
        month, day = i * 12 // rows, i % 27 + 1
        won = chance.random() < 0.1
        closed = f"{2024 + (month + 1) // 12}-{(month + 1) % 12 + 1:02}-{day:02}" if won else ""
        start = f"L{i:06},2024-{month + 1:02}-{day:02},{closed},{'yes' if won else 'no'}"
        yield ",".join([start, *(cell(kind, chance) for kind in kinds)])


def measured(words: list[str], folder: Path) -> tuple[float, float, int, int, str]:
    """CPU seconds, seconds of wall time, most memory in MB, exit code and the last line of complaint of a command."""
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "calibrate", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOME), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    complaint = process.stderr.read().decode().strip()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    last = complaint.splitlines()[-1] if complaint else ""
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss // 1024, os.waitstatus_to_exitcode(status), last


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", default="10,250,1000,2000,5000")
    parser.add_argument("--rows", type=int, default=1500)
    asked = parser.parse_args()
    print("| columns | command | CPU s | wall s | MB | exit | |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for columns in map(int, asked.columns.split(",")):
            path = Path(place) / f"wide{columns}.csv"
            path.write_text("\n".join(lines(columns, asked.rows)) + "\n", encoding="utf-8")
            for command in ("check", "run") if columns >= 1000 else ("check",):
                words = [command, path.name, "--customer", "won", *(("--out", "reports") if command == "run" else ())]
                seconds, wall, memory, code, last = measured(words, Path(place))
                ends = f"{memory} | {code} | {last[:90] if code else ''}"
                print(f"| {columns:,} | {command} | {seconds:.1f} | {wall:.1f} | {ends} |")


if __name__ == "__main__":
    main()
