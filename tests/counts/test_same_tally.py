"""The same tally, byte for byte, wherever the rows lie: 100,000 leads with a million events in DuckDB and elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from calibrate.counts.counting import count
from calibrate.counts.tally import Tally
from calibrate.engine import Session, Table
from calibrate.leads.columns.proposal import propose
from calibrate.leads.events import join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Group, Terms

LEADS, EVENTS = 100_000, 1_000_000
TERMS = Terms(
    created_at="created", customer_at="won", lead_id="id", observe_days=14, group=Group("company", "company"),
)  # fmt: skip
BUDGETS = (2**20, 20_000)
"""All leads keep their rows; or levels are counted in the engine, and a sample comes over."""
COLUMNS = {
    "leads": "id TEXT, created DATE, won DATE, sector TEXT, employees DOUBLE PRECISION, visits BIGINT, demo BOOLEAN, "
    "company TEXT",
    "events": "lead TEXT, type TEXT, at DATE",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads and events as Parquet and as CSV."""
    place = tmp_path_factory.mktemp("same")

    def draw(number: int) -> str:
        return f"(hash(i * 16 + {number}) % 1000000 / 1000000.0)"

    leads = f"""SELECT 'L-' || i AS id, DATE '2024-01-01' + (i * 600 // {LEADS})::INTEGER AS created,
        CASE WHEN {draw(1)} < 0.06 THEN created + (5 + 80 * {draw(2)})::INTEGER END AS won,
        ['Bank', 'Farm', 'Select', ' ', NULL, 'it''s'][1 + (6 * {draw(3)})::INTEGER] AS sector,
        CASE WHEN {draw(4)} > 0.1 THEN round(exp(7 * {draw(5)}), 3) END AS employees,
        (20 * {draw(6)} * {draw(7)})::BIGINT AS visits, {draw(8)} < 0.2 AS demo,
        CASE WHEN {draw(9)} < 0.5 THEN 'C' || (i // 3) END AS company FROM range({LEADS}) AS r(i)"""
    events = f"""SELECT 'L-' || (i % {LEADS}) AS lead,
        ['open', 'click', 'demo'][1 + (2.9 * {draw(10)})::INTEGER] AS type,
        DATE '2024-01-01' + ((i % {LEADS}) * 600 // {LEADS} - 3 + 40 * {draw(11)})::INTEGER AS at
        FROM range({EVENTS}) AS r(i)"""
    for name, statement in (("leads", leads), ("events", events)):
        duckdb.sql(f"COPY ({statement}) TO '{place / name}.parquet' (FORMAT parquet)")
        duckdb.sql(f"COPY (FROM '{place / name}.parquet') TO '{place / name}.csv' (FORMAT csv, HEADER)")
    return place


def digest(tally: Tally) -> str:
    """One digest of all that a tally holds."""
    assert tally.young is not None
    parts = [tally.totals, *tally.marginals, tally.codes, tally.cohort, tally.leads, tally.customers, tally.counted]
    parts += [*tally.young.margins, np.zeros(0) if tally.group is None else tally.group]
    if tally.sales is not None and tally.undecided is not None:
        parts += [tally.sales.codes, tally.sales.entered, tally.sales.took, tally.sales.group]
        parts += [tally.undecided.codes, tally.undecided.share, tally.undecided.closed]
    total = hashlib.sha256(repr(tally.criteria).encode())
    for part in parts:
        total.update(f"{part.dtype} {part.shape}".encode() + part.tobytes())
    return total.hexdigest()


def tallies(opened: Callable[[str], Table]) -> list[Tally]:
    table = join_events(opened("leads"), opened("events"), TERMS).table
    criteria = propose(table, leave_out=("id", "created", "won", "company")).criteria
    history = observe(table, criteria, TERMS)
    return [count(history, most_rows=most) for most in BUDGETS]


@pytest.fixture(scope="module")
def here(folder: Path) -> list[str]:
    with Session() as session:
        first, sample = tallies(lambda name: session.open(folder / f"{name}.parquet"))
    assert first.exact and first.rows > 50_000 and first.group is not None and len(first.criteria) >= 9
    assert not sample.exact and sample.rows < 22_000 and sample.sales is None
    return [digest(first), digest(sample)]


def test_postgres_gives_the_same_tally(folder: Path, here: list[str], server: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for name, types in COLUMNS.items():
            connection.execute(f"CREATE TABLE {name} ({types})")
            with connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((folder / f"{name}.csv").read_bytes())
    with Session() as session:
        assert [digest(tally) for tally in tallies(lambda name: session.open(f"{server}#{name}"))] == here


@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_same_tally(folder: Path, here: list[str], spark: Any) -> None:
    for name in COLUMNS:
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    with Session() as session:
        assert [digest(tally) for tally in tallies(lambda name: session.open(f"spark://local[2]#{name}"))] == here
