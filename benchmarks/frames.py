"""CPU seconds from a frame in memory to counts, beside the same rows in a Parquet file.

    python benchmarks/frames.py --rows 1000000

Each kind of source is observed and counted in a process of its own; `times` is its CPU time over that of Parquet. The
frame is made before the clock starts, as a user in a notebook has it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KINDS = ("parquet", "pandas objects", "pandas string[pyarrow]", "pandas categories", "polars", "arrow", "duckdb")


def frame_of(rows: int) -> pd.DataFrame:
    """Twenty columns: an id, a day, an outcome, twelve texts of few answers, yes/no, numbers."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {
        "id": np.arange(rows),
        "created": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 700, rows)), "D"),
    }
    for i in range(12):
        answers = np.array([f"answer {place} of {i}" for place in range(4 + 2 * i)], object)
        columns[f"text_{i}"] = answers[rng.integers(0, len(answers), rows)]
        columns[f"text_{i}"][rng.random(rows) < 0.05] = None
    columns["opened"], columns["asked"] = rng.random(rows) < 0.3, rng.random(rows) < 0.1
    columns |= {"staff": rng.integers(1, 5000, rows), "visits": rng.poisson(3, rows), "pages": rng.poisson(9, rows)}
    chance = 0.04 + 0.1 * columns["asked"] + 0.04 * (columns["visits"] > 4)
    return pd.DataFrame(columns | {"customer": np.where(rng.random(rows) < chance, "yes", "no").astype(object)})


def source_of(kind: str, path: Path) -> Any:
    """The rows of the file as one kind of source."""
    import duckdb
    import pyarrow.parquet as parquet

    if kind == "parquet":
        return path
    table = parquet.read_table(path)
    if kind == "polars":
        import polars

        return polars.from_arrow(table)
    if kind == "arrow":
        return table
    if kind == "duckdb":
        return duckdb.connect().sql(f"SELECT * FROM '{path}'")
    frame: pd.DataFrame = table.to_pandas()
    texts = [column for column in frame.columns if frame[column].dtype == object]
    if kind == "pandas string[pyarrow]":
        return frame.astype(dict.fromkeys(texts, "string[pyarrow]"))
    return frame.astype(dict.fromkeys(texts, "category")) if kind == "pandas categories" else frame


def measured(kind: str, path: Path, answer: Any) -> None:
    """CPU seconds of observe and count, sent through `answer`."""
    import calibrate as cal

    cal.count(cal.observe(frame_of(2000), customer="customer", created_at="created", lead_id="id"))  # imports
    source = source_of(kind, path)
    before = resource.getrusage(resource.RUSAGE_SELF)
    tally = cal.count(cal.observe(source, customer="customer", created_at="created", lead_id="id"))
    after = resource.getrusage(resource.RUSAGE_SELF)
    answer.send((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, tally.overall))


def main() -> None:
    """Print a line per kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.parquet"
        frame_of(options.rows).to_parquet(path)
        first = 0.0
        for kind in KINDS:
            seconds = []
            for _ in range(options.repeat):
                here, there = spawn.Pipe()
                process = spawn.Process(target=measured, args=(kind, path, there))
                process.start()
                seconds.append(here.recv())
                process.join()
            least, overall = min(seconds)
            first = first or least
            print(f"{kind:24} {least:6.2f} CPU s  {least / first:4.2f} times  {overall}", flush=True)


if __name__ == "__main__":
    main()
