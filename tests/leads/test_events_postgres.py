"""Events, stages, value and fading on PostgreSQL, where the rows lie: the same answers as from files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate.counts.counting import count
from calibrate.counts.rates import estimate
from calibrate.engine import Session, Table
from calibrate.funnel.fading import fade
from calibrate.funnel.stages import follow
from calibrate.funnel.time_to_close import closing_times
from calibrate.funnel.value import weigh_by_value
from calibrate.leads.columns.proposal import propose
from calibrate.leads.events import EventNames, join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

TERMS = Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 12, 31), observe_days=14)


@pytest.fixture(scope="module")
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(4)
    size, many = 400, 1500
    leads = pd.DataFrame({"id": np.arange(size), "created": pd.Timestamp("2025-01-01")})
    leads["created"] += pd.to_timedelta(random.integers(0, 200, size), "D")
    wait = pd.to_timedelta(random.integers(0, 100, size), "D")
    leads["won"] = (leads["created"] + wait).where(random.random(size) < 0.3)
    leads["mql_at"] = (leads["created"] + wait / 2).dt.normalize().where(random.random(size) < 0.5)
    leads["amount"] = random.integers(1, 50, size) * 10
    leads["sector"] = random.choice(["Steel", "Glass"], size)
    events = pd.DataFrame({"lead": random.integers(0, size, many), "type": random.choice(["demo", "page"], many)})
    events["at"] = leads["created"].to_numpy()[events["lead"]] + pd.to_timedelta(random.integers(-3, 60, many), "D")
    return leads, events


def found(leads: Table, events: Table) -> dict[str, object]:
    joined = join_events(leads, events, TERMS)
    table = joined.table
    names = [column.name for column in table.columns if column.name.startswith("events (") or "(events)" in column.name]
    listed = ", ".join(f'"{name}"' for name in names)
    rows = table.fetch(f"SELECT {listed} FROM {table.relation} ORDER BY id")
    history = observe(table, propose(table, include=("sector", "demo (events)")).criteria, TERMS)
    tally = count(history)
    rates = estimate(tally)
    closing, stages = closing_times(history), follow(history, {"marketing_qualified": "mql_at"})
    assert closing is not None
    return {
        "features": {name: [str(value) for value in values] for name, values in rows.items() if "value" not in name},
        "facts": [fact.facts["counted"] for fact in table.facts if fact.key == "events"],
        "levels": tally.by_level.tolist(), "closing": closing.share.round(9).tolist(), "stages": stages,
        "worth": weigh_by_value(history, rates, tally.criteria, "amount").value.tolist(),
        "fading": repr(fade(history, events, EventNames("lead", "at", "type"), joined.types)),
    }  # fmt: skip


def test_both_engines_give_the_same(frames: tuple[pd.DataFrame, pd.DataFrame], server: str, tmp_path: Path) -> None:
    import psycopg

    for name, frame in zip(("leads", "events"), frames, strict=True):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    columns = {"leads": "id BIGINT, created DATE, won DATE, mql_at DATE, amount DOUBLE PRECISION, sector TEXT",
               "events": "lead BIGINT, type TEXT, at DATE"}  # fmt: skip
    with psycopg.connect(server, autocommit=True) as connection:
        for name, types in columns.items():
            connection.execute(f"CREATE TABLE {name} ({types})")
            with connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((tmp_path / f"{name}.csv").read_bytes())
    with Session() as session:
        here = found(session.open(tmp_path / "leads.csv"), session.open(tmp_path / "events.csv"))
    with Session() as session:
        there = found(session.open(f"{server}#leads"), session.open(f"{server}#events"))
    for part in here:
        assert here[part] == there[part], part
