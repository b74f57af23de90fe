"""Events counted for every lead, beside one hand-written DuckDB query that computes the same features.

    python benchmarks/events.py --data /tmp/bench --leads 1000000

writes leads and ten events a lead (seeded, skewed: a quarter of the leads does nothing), then runs both jobs in
processes of their own, each with two threads, and compares their answers. `--memory` is a limit for DuckDB in place of
what a session takes by itself (4GB for the query by hand). "columns" is
`events.join_events`, "history" also judges and counts the leads on the event columns (observe and count).
Where the machine is shared, compare CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

WINDOW = 14
KINDS = ("page_view", "email_open", "email_click", "pricing_page", "form", "webinar", "case_study", "other", "trial",
         "demo_request")  # fmt: skip
TEXTS = "[" + ", ".join(f"'{kind}'" for kind in KINDS) + "]"


def uniform(key: str, draw: int) -> str:
    """A number in [0, 1) that depends on the key and the draw alone."""
    return f"((hash({key} * 64 + {draw} + 2026000003) & 9007199254740991)::DOUBLE / 9007199254740992.0)"


def write(folder: Path, leads: int) -> tuple[Path, Path]:
    """Leads and their events as Parquet; files that exist already are kept."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    known, happened = folder / f"event-leads-{leads}.parquet", folder / f"events-{leads}.parquet"
    con = duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "temp_directory": str(folder / "spill")})
    con.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false").fetchall()
    created = f"TIMESTAMP '2024-01-01' + to_seconds((i * 50000000) // {leads})"
    made = f"SELECT i, {created} AS created_at FROM range({leads}) t(i)"
    jobs = {
        known: f"SELECT 'L-' || i AS lead_id, created_at, ['Steel', 'Glass', 'Wood', NULL]"
        f"[1 + floor(4 * {uniform('i', 1)})::INTEGER] AS sector, CASE WHEN {uniform('i', 2)} < 0.05 THEN "
        f"created_at + to_seconds((86400 * (15 + 80 * {uniform('i', 3)}))::BIGINT) END AS customer_at FROM ({made})",
        happened: "SELECT 'L-' || i AS lead_id, "
        f"created_at + to_seconds((86400 * (-40 * ln(1 - {uniform('e', 5)}) - 3))::BIGINT) AS at, "
        f"{TEXTS}[1 + floor(10 * pow({uniform('e', 6)}, 1.6))::INTEGER] AS type FROM ("
        f"SELECT i, created_at, i * 1000 + unnest(range(CASE WHEN {uniform('i', 7)} < 0.25 THEN 0 "
        f"ELSE ceil(-13.0 * ln(1 - {uniform('i', 8)}))::BIGINT END)) AS e FROM ({made}))",
    }
    for path, statement in jobs.items():
        if not path.exists():
            partial = path.with_suffix(".partial")
            con.execute(f"COPY ({statement}) TO '{partial}' (FORMAT parquet, COMPRESSION zstd)").fetchall()
            partial.rename(path)
    return known, happened


def clocked(start: float, cpu: float, **more: Any) -> dict[str, Any]:
    return {
        "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **more,
    }  # fmt: skip


def by_hand(known: Path, happened: Path, memory: str | None) -> dict[str, Any]:
    """The same features as one query that an analyst would write, kept as a table beside the leads' ids."""
    import duckdb

    con = duckdb.connect(
        str(happened.with_suffix(".hand.duckdb")), config={"threads": 2, "memory_limit": memory or "4GB"}
    )
    con.execute("SET enable_progress_bar = false").fetchall()
    start, cpu = time.perf_counter(), time.process_time()
    counts = ", ".join(f"count(*) FILTER (type = '{kind}') AS c{i}" for i, kind in enumerate(KINDS))
    con.execute(f"""CREATE OR REPLACE TABLE features AS
        SELECT lead_id, {counts}, count(*) AS n, bit_count(bit_or(1::BIGINT << d::INTEGER)) AS days,
          {WINDOW} - max(d) AS since,
          CASE WHEN count(*) FILTER (d > 7) * 8 > count(*) FILTER (d <= 7) * 7 * 1.5 THEN 'faster'
               WHEN count(*) FILTER (d > 7) * 8 * 1.5 < count(*) FILTER (d <= 7) * 7 THEN 'slower' ELSE 'steady'
          END AS pace
        FROM (SELECT lead_id, type, "at"::DATE - created_at::DATE AS d FROM '{happened}' JOIN '{known}' USING (lead_id)
              WHERE "at" >= created_at AND "at" <= created_at + INTERVAL {WINDOW} DAY) GROUP BY lead_id""").fetchall()
    took = clocked(start, cpu)
    row = con.execute("SELECT sum(n), sum(days), sum(since), count(*) FILTER (pace = 'faster'), sum(c9) FROM features")
    found = [int(value) for value in row.fetchone() or ()]
    con.close()
    happened.with_suffix(".hand.duckdb").unlink()
    return {**took, "answer": found}


def columns(known: Path, happened: Path, memory: str | None, *, history: bool = False) -> dict[str, Any]:
    from calibrate.counts.counting import count
    from calibrate.engine import Session
    from calibrate.leads.columns.proposal import propose
    from calibrate.leads.events import join_events
    from calibrate.leads.history import observe
    from calibrate.leads.terms import Terms

    with Session() as session:
        if memory is not None:
            session.connection.execute(f"SET memory_limit = '{memory}'")
        session.connection.execute("SET threads = 2")
        start, cpu = time.perf_counter(), time.process_time()
        leads, events = session.open(known), session.open(happened)
        terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", observe_days=WINDOW)
        table = join_events(leads, events, terms).table
        if history:
            joined = time.perf_counter() - start
            proposal = propose(table, leave_out=("created_at", "customer_at", "lead_id"))
            tally = count(observe(table, proposal.criteria, terms))
            return clocked(start, cpu, joined=joined, answer=list(tally.overall))
        took = clocked(start, cpu)
        found = table.fetch(
            'SELECT SUM("events (count)") AS n, SUM("events (active days)") AS d, '
            'SUM("events (days since last)") AS s, '
            'COUNT(CASE WHEN "events (pace)" = \'faster\' THEN 1 END) AS f, SUM("demo_request (events)") AS c '
            f"FROM {table.relation}"
        )
    return {**took, "answer": [int(found[name][0]) for name in "ndsfc"]}


JOBS = {
    "hand": by_hand,
    "columns": columns,
    "history": lambda known, happened, memory: columns(known, happened, memory, history=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--memory")
    parser.add_argument("--job", choices=JOBS)
    asked = parser.parse_args()
    files = write(asked.data, asked.leads)
    if asked.job:
        print(json.dumps(JOBS[asked.job](*files, asked.memory)))
        return
    found = {}
    for job in JOBS:
        command = [sys.executable, __file__, "--data", str(asked.data), "--leads", str(asked.leads), "--job", job]
        command += ["--memory", asked.memory] if asked.memory else []
        found[job] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        took = found[job]
        print(
            f"{job:8} {took['seconds']:7.1f} s  {took['cpu']:7.1f} CPU-s  {took['peak_mb']:7.0f} MB  {took['answer']}"
        )
    assert found["hand"]["answer"] == found["columns"]["answer"], "the two answers differ"
    print(f"columns / hand: {found['columns']['cpu'] / found['hand']['cpu']:.2f} in CPU seconds")


if __name__ == "__main__":
    main()
