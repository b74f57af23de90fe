"""The same leads calibrated where they lie: DuckDB, PostgreSQL and Spark, in time, memory and rows that come back.

    python benchmarks/engines.py --data /tmp/bench --leads 1000000 --engines duckdb postgres spark

writes leads as `leads.py` does, loads them into a private PostgreSQL server (where initdb is) or opens them in a Spark
session on this machine (where pyspark is), and runs open, propose, observe and count in a process of its own for each.
"own read" is the engine's reading of the same columns (max of each). Digests say that the tallies are the same byte for
byte. Where the machine is shared, compare CPU seconds: those of this process and of the server or the JVM.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parent)]
from leads import ATTRIBUTES, write  # noqa: E402

READ = ", ".join(f"max({name})" for name in (*ATTRIBUTES, "created_at", "lead_id"))
TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date"}
Opened = tuple[str, Callable[[], None], int]
"""Address of the leads, the engine's own read, and the process that works."""


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used, with those of its children that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / 100


@contextlib.contextmanager
def duck(file: Path) -> Iterator[Opened]:
    import os

    import duckdb

    con = duckdb.connect(config={"threads": 2})
    con.execute("SET enable_progress_bar=false").fetchall()
    yield str(file), lambda: con.execute(f"SELECT {READ} FROM '{file}'").fetchall() and None, os.getpid()


@contextlib.contextmanager
def postgres(file: Path) -> Iterator[Opened]:
    import duckdb
    import psycopg
    from replay import servers

    columns = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    with servers.postgres() as words, psycopg.connect(words, autocommit=True) as connection:
        connection.execute("CREATE TABLE leads (" + ", ".join(f"{c[0]} {TYPES[c[1]]}" for c in columns) + ")")
        text = file.with_suffix(".csv")
        duckdb.sql(f"COPY (FROM '{file}') TO '{text}' (FORMAT csv, HEADER)")
        with connection.cursor().copy("COPY leads FROM STDIN (FORMAT csv, HEADER)") as copy, text.open("rb") as source:
            while piece := source.read(2**20):
                copy.write(piece)
        text.unlink()
        connection.execute("VACUUM ANALYZE leads")
        parts = dict(part.split("=") for part in words.split())
        address = f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host'].replace('/', '%2F')}#leads"
        own = READ.replace("max(", "count(")  # PostgreSQL has no max of truth values
        yield address, lambda: connection.execute(f"SELECT {own} FROM leads").fetchall() and None, _postmaster(words)


def _postmaster(words: str) -> int:
    folder = Path(dict(part.split("=") for part in words.split())["host"])
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


@contextlib.contextmanager
def spark(file: Path) -> Iterator[Opened]:
    from pyspark.sql import SparkSession

    from calibrate.engine.spark import LOCAL, SETTINGS

    builder = SparkSession.builder.master("local[2]")
    for key, value in (LOCAL | SETTINGS).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.read.parquet(str(file)).createOrReplaceTempView("leads")
    process = session._jvm.java.lang.ProcessHandle.current().pid()
    yield "spark://local[2]#leads", lambda: session.sql(f"SELECT {READ} FROM leads").collect() and None, int(process)


ENGINES = {"duckdb": duck, "postgres": postgres, "spark": spark}


def measured(engine: str, file: Path) -> dict[str, Any]:
    """One engine: its own read, and the leads calibrated where they lie."""
    from calibrate import Terms, count, observe, open_table, propose
    from calibrate.engine.duckdb import DuckTable
    from calibrate.engine.postgres import PostgresTable
    from calibrate.engine.spark import SparkTable

    rows = 0

    def counting(kind: Any) -> None:
        fetch, stream = kind.fetch, kind.stream

        def counted_fetch(self: Any, statement: Any) -> Any:
            nonlocal rows
            answer = fetch(self, statement)
            rows += len(next(iter(answer.values()), ()))
            return answer

        def counted_stream(self: Any, statement: Any) -> Any:
            nonlocal rows
            for piece in stream(self, statement):
                rows += len(next(iter(piece.values()), ()))
                yield piece

        kind.fetch, kind.stream = counted_fetch, counted_stream

    for kind in (DuckTable, PostgresTable, SparkTable):
        counting(kind)
    with ENGINES[engine](file) as (address, own_read, process):

        def cpu() -> float:
            children = sum(cpu_of(child) for child in _below(process)) if engine == "postgres" else 0
            return cpu_of(process) + children + (0 if engine == "duckdb" else time.process_time())

        own_read()
        start, used = time.perf_counter(), cpu()
        own_read()
        own = {"own_seconds": time.perf_counter() - start, "own_cpu": cpu() - used}
        start, used = time.perf_counter(), cpu()
        table = open_table(address)
        criteria = propose(table, include=ATTRIBUTES).criteria
        history = observe(table, criteria, Terms(customer="customer", created_at="created_at", lead_id="lead_id"))
        tally = count(history)
        took = {"seconds": time.perf_counter() - start, "cpu": cpu() - used, "rows": rows}
    digest = hashlib.sha256(repr(criteria).encode())
    for part in (tally.totals, *tally.marginals, tally.codes, tally.cohort, tally.leads, tally.customers):
        digest.update(part.tobytes())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**own, **took, "peak_mb": peak, "digest": digest.hexdigest()[:12]}


def _below(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--leads", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["duckdb", "postgres"])
    parser.add_argument("--job", choices=ENGINES)
    options = parser.parse_args()
    print("| leads | engine | own read, s (CPU) | calibrated, s (CPU) | times its read | rows back | peak MB | tally |")
    print("|---|---|---|---|---|---|---|---|")
    for leads in options.leads:
        file, _ = write(options.data, leads)
        if options.job:
            print(json.dumps(measured(options.job, file)))
            continue
        for engine in options.engines:
            command = [sys.executable, __file__, "--data", str(options.data), "--leads", str(leads), "--job", engine]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                print(f"| {leads:,} | {engine} | {done.stderr.strip().splitlines()[-1][:120]} |")
                continue
            m = json.loads(done.stdout.splitlines()[-1])
            own, took = (f"{m[f'{kind}seconds']:.1f} ({m[f'{kind}cpu']:.1f})" for kind in ("own_", ""))
            cells = (own, took, f"{m['cpu'] / max(m['own_cpu'], 0.01):.1f}", f"{m['rows']:,}", f"{m['peak_mb']:.0f}")
            print(f"| {leads:,} | {engine} | {' | '.join(cells)} | {m['digest']} |")


if __name__ == "__main__":
    main()
