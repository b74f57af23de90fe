"""Tables of a Spark session: temporary views, those of Hive's metastore, those of another catalog."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from coded_case import EXPECTED, coded
from conftest import Call

from calibrate.counts.counting import count
from calibrate.counts.tally import Tally
from calibrate.engine import Session, open_table
from calibrate.errors import InputError
from calibrate.leads.columns.proposal import propose
from calibrate.leads.events import join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

pytestmark = pytest.mark.filterwarnings("ignore")

HOME = "spark://local[2]"


def test_spark_gives_the_same_levels(spark: Any) -> None:
    spark.sql(
        """CREATE OR REPLACE TEMP VIEW leads AS SELECT * FROM VALUES
        (1L, 'Bank', 3, double(0.5), true, timestamp '2025-01-02 08:00:00'),
        (2L, "it's \\\\", NULL, double('NaN'), false, NULL),
        (3L, ' ', 7, double(2.5), NULL, timestamp '2026-01-01 01:30:00'),
        (4L, 'Select', 0, double('Infinity'), true, NULL)
        AS t (id, `Sec"tor`, visits, rate, demo, at)"""
    )
    table = open_table(f"{HOME}#leads")
    assert coded(table).tolist() == EXPECTED
    answer = table.fetch(f'SELECT "at" AS v, visits FROM {table.relation} ORDER BY id')
    days = ["2025-01-02T08:00:00.000000", "NaT", "2026-01-01T01:30:00.000000", "NaT"]
    assert answer["v"].astype(str).tolist() == days
    with pytest.raises(InputError, match="choose a table by adding #name"):
        open_table(HOME)
    with pytest.raises(InputError, match="no table named 'lead'"):
        open_table(f"{HOME}#lead")


@pytest.fixture(scope="module")
def crm(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same 3,000 leads with 9,000 events: in Hive (leads parted by their year), in another catalog, in files."""
    place = tmp_path_factory.mktemp("crm")
    leads = """SELECT concat('L-', id) AS id, date_add(date '2024-01-01', cast(id * 600 DIV 3000 AS int)) AS created,
        CASE WHEN hash(id) % 10 = 0 OR (id % 4 = 0 AND hash(id) % 3 = 0)
        THEN date_add(date '2024-01-01', cast(id * 600 DIV 3000 + 20 + abs(hash(id) % 50) AS int)) END AS won,
        element_at(array('Bank', 'Farm', "it's"), cast(1 + abs(hash(id, 1) % 3) AS int)) AS sector,
        cast(abs(hash(id, 2) % 9) AS bigint) AS visits, id % 4 = 0 AS demo,
        year(date_add(date '2024-01-01', cast(id * 600 DIV 3000 AS int))) AS year FROM range(3000)"""
    events = """SELECT concat('L-', id % 3000) AS lead,
        element_at(array('open', 'click'), cast(1 + abs(hash(id, 4) % 2) AS int)) AS type,
        date_add(date '2024-01-01', cast((id % 3000) * 600 DIV 3000 + abs(hash(id, 3) % 30) AS int)) AS at
        FROM range(9000)"""
    spark.sql("SET hive.exec.dynamic.partition.mode = nonstrict")
    spark.sql("CREATE DATABASE sales")
    spark.sql("CREATE NAMESPACE office.sales")
    spark.sql(f"CREATE TABLE sales.leads USING hive PARTITIONED BY (year) AS {leads}")
    spark.sql(f"CREATE TABLE sales.events STORED AS orc AS {events}")
    for name, statement in (("leads", leads), ("events", events)):
        spark.sql(f"CREATE TABLE office.sales.{name} AS {statement}")
        spark.sql(statement).toPandas().to_parquet(place / f"{name}.parquet")
    homes = {"hive": f"{HOME}#sales.NAME", "catalog": f"{HOME}#office.sales.NAME", "files": f"{place}/NAME.parquet"}
    if "ICEBERG_JARS" not in os.environ:
        return homes
    spark.sql("CREATE NAMESPACE lake.sales")
    for name, statement in (("leads", leads), ("events", events)):
        parted = "PARTITIONED BY (year)" if name == "leads" else ""
        spark.sql(f"CREATE TABLE lake.sales.{name} USING iceberg {parted} AS {statement}")
        spark.sql(f"CREATE TABLE sales.iced_{name} USING iceberg AS {statement}")
    return homes | {"iceberg": f"{HOME}#lake.sales.NAME", "iceberg beside Hive": f"{HOME}#sales.iced_NAME"}


RUN = ("--created-at", "created", "--customer-at", "won", "--lead-id", "id", "--methods", "lift", "--no-ceiling")


def month(call: Call, crm: dict[str, str], home: str, out: Path) -> dict[str, Any]:
    """A month of these leads with their events: what `run.json` says."""
    leads, events = (crm[home].replace("NAME", name) for name in ("leads", "events"))
    code, _, complaint = call("run", leads, "--events", events, *RUN, "--exclude", "year", "--out", str(out))
    assert code == 0, complaint
    return dict(json.loads(next(out.rglob("run.json")).read_text()))


def test_a_month_runs_in_hive_and_its_scores_stay_there(
    call: Call, crm: dict[str, str], spark: Any, tmp_path: Path, light: None
) -> None:
    """What the month says is what it says of the same rows in files, and so are the scores."""
    from_files, from_hive = (month(call, crm, home, tmp_path / home) for home in ("files", "hive"))
    for part in ("overall", "criteria", "rates", "comparison", "candidates"):
        assert from_hive.get(part) == from_files.get(part), part
    assert from_hive["history"]["read"] == 3000 and any("click" in c["column"] for c in from_hive["criteria"])
    grid = str(next((tmp_path / "hive").rglob("lift.json")))
    words = {
        kind: [crm[kind].replace("NAME", "leads"), "--events", crm[kind].replace("NAME", "events")] for kind in crm
    }
    code, _, complaint = call("score", grid, *words["hive"], "--out-table", "sales.scored")
    assert code == 0, complaint
    code, _, complaint = call("score", grid, *words["files"], "--out", str(tmp_path / "scored.csv"))
    assert code == 0, complaint
    there = spark.table("sales.scored").select("id", "score").toPandas().sort_values("id")
    here = pd.read_csv(tmp_path / "scored.csv")[["id", "score"]].sort_values("id")
    assert there.to_numpy().tolist() == here.to_numpy().tolist()
    code, _, complaint = call("score", grid, *words["hive"], "--out-table", "sales.scored")
    assert code == 2 and "exists already" in complaint
    code, _, complaint = call("score", grid, *words["hive"], "--out-table", "nowhere.scored")
    assert code == 2 and "there is no schema 'nowhere'; name one that exists" in complaint
    code, _, complaint = call("check", f"{HOME}#sales.lead")
    assert code == 2 and "no table named 'sales.lead'. Did you mean 'sales.leads'?" in complaint


@pytest.mark.parametrize("kind", ["catalog", "iceberg", "iceberg beside Hive"])
def test_tables_of_another_catalog_give_the_same_counts(crm: dict[str, str], kind: str) -> None:
    """Joined with their events there: a catalog, its schema, a table."""
    if kind not in crm:
        pytest.skip("ICEBERG_JARS does not name Iceberg's runtime")
    terms = Terms(created_at="created", customer_at="won", lead_id="id", observe_days=14)

    def tally(home: str) -> Tally:
        with Session() as session:
            leads, events = (session.open(crm[home].replace("NAME", name)) for name in ("leads", "events"))
            table = join_events(leads, events, terms).table
            criteria = propose(table, leave_out=("id", "created", "won", "year")).criteria
            return count(observe(table, criteria, terms))

    here, there = tally("files"), tally(kind)
    assert here.criteria == there.criteria and len(here.criteria) > 4
    for part in ("totals", "codes", "cohort", "leads", "customers"):
        assert getattr(here, part).tobytes() == getattr(there, part).tobytes(), part


@pytest.mark.parametrize(
    "address", ["sc://me:secret@127.0.0.1:1/;token=secret#leads", "spark://127.0.0.1:1,127.0.0.1:2#leads"]
)
def test_a_server_that_is_not_there_is_said_at_once(address: str) -> None:
    pytest.importorskip("pyspark.sql", reason="pyspark is not installed (extra spark)")
    with pytest.raises(InputError, match="no connection to Spark") as said:
        open_table(address)
    assert "secret" not in str(said.value)
