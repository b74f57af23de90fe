"""Warehouses give the same tally as DuckDB: real ones where they can be run, the others simulated."""

from __future__ import annotations

import sqlite3
import sys
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Call
from warehouse_case import PLAIN, TERMS, Simulated, counted, load, mariadb, same, store

import calibrate
from calibrate.engine import Session, open_table
from calibrate.engine.warehouses import BY_ADDRESS
from calibrate.errors import InputError, MissingExtraError
from calibrate.leads.day_span import day_of, days_of

SQLITE = PLAIN | {"VARCHAR": "TEXT", "BIGINT": "INTEGER"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with leads and events."""
    path = tmp_path_factory.mktemp("sqlite") / "crm.sqlite"
    connection = sqlite3.connect(path)
    load(connection, SQLITE)
    connection.execute("CREATE TABLE bare (id INTEGER)")
    connection.commit()
    connection.close()
    return path


def test_sqlite_gives_the_same_tally_by_address(file: Path) -> None:
    same(counted(f"sqlite://{file}"))


def test_sqlite_gives_the_same_tally_by_a_connection(file: Path) -> None:
    connection = sqlite3.connect(file)
    same(counted("crm", {"crm": connection}, table="leads"))
    tally = calibrate.count(
        calibrate.observe(connection, table="leads", created_at="created_at", customer_at="customer_at")
    )
    assert tally.overall[0] > 500
    assert connection.execute("SELECT COUNT(*) FROM events").fetchone()[0] > 1000  # still open


def test_mariadb_gives_the_same_tally() -> None:
    with mariadb() as socket:
        import pymysql

        connection = pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4")
        connection.query("CREATE DATABASE crm CHARACTER SET utf8mb4")
        connection.select_db("crm")
        load(connection, PLAIN | {"TIMESTAMP": "DATETIME"}, "%s", "`")
        same(counted(f"mysql://root@localhost/crm?unix_socket={socket}"))
        same(counted("crm", {"crm": connection}, table="leads"))
        with Session() as session:
            leads = session.open(f"mysql://root@localhost/crm?unix_socket={socket}#leads")
            with pytest.raises(InputError, match=r"MySQL refuses a statement .*READ ONLY"):
                leads.fetch("DELETE FROM leads")
            letters = leads.fetch("SELECT COUNT(*) AS n FROM " + leads.relation + " WHERE sector = 'software'")
            assert letters["n"].tolist() == [0]  # large and small letters differ, as everywhere
        connection.close()


def test_clickhouse_gives_the_same_tally() -> None:
    """Runs where chDB, ClickHouse as a library, is installed."""
    dbapi = pytest.importorskip("chdb.dbapi")
    types = {kind: f"Nullable({name})" for kind, name in PLAIN.items()}
    connection = dbapi.connect()
    load(
        connection,
        types | {"VARCHAR": "Nullable(String)", "TIMESTAMP": "Nullable(DateTime64(6))"},
        "%s",
        end=" ENGINE = MergeTree ORDER BY tuple()",
    )
    same(counted("crm", {"crm": connection}, table="leads"))


def test_snowflake_by_its_emulator_gives_the_same_tally() -> None:
    """Runs where fakesnow and a connector that it knows are installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fakesnow = pytest.importorskip("fakesnow", exc_type=ImportError)
        with fakesnow.patch():
            import snowflake.connector

            connection = snowflake.connector.connect(database="CRM", schema="PUBLIC")
            names = PLAIN | {"TIMESTAMP": "TIMESTAMP_NTZ", "DOUBLE": "FLOAT", "BIGINT": "NUMBER(38,0)"}
            load(connection, names, "")
            for name in ("leads", "events"):  # row by row the emulator takes minutes
                connection._duck_conn.register("frame", store().execute(f"SELECT * FROM {name}").df())
                connection._duck_conn.execute(f"INSERT INTO CRM.PUBLIC.{name} SELECT * FROM frame")
                connection._duck_conn.unregister("frame")
            same(counted("crm", {"crm": connection}, table="leads"))


def test_adbc_gives_the_same_tally(tmp_path: Path) -> None:
    """DuckDB's own driver of ADBC; those of Snowflake and BigQuery speak the same interface."""
    pytest.importorskip("adbc_driver_manager")
    dbapi = pytest.importorskip("adbc_driver_duckdb.dbapi")
    path = tmp_path / "crm.duckdb"
    store().execute(f"ATTACH '{path}' AS copy")
    for name in ("leads", "events"):
        store().execute(f"CREATE TABLE copy.{name} AS SELECT * FROM memory.{name}")
    store().execute("DETACH copy")
    with dbapi.connect(str(path)) as connection:
        same(counted("crm", {"crm": connection}, table="leads"))


KNOWN = {
    "snowflake": frozenset[str](),
    "bigquery": frozenset({"ARRAY_REVERSE", "IS_NAN"}),
    "redshift": frozenset[str](),
    "databricks": frozenset[str](),
    "trino": frozenset({"IS_NAN"}),
}
"""Functions that sqlglot does not know and the dialect has by its manual."""


@pytest.mark.parametrize("dialect", KNOWN)
def test_statements_of_the_others_parse_and_mean_the_same(dialect: str) -> None:
    connection: Any = Simulated(dialect, KNOWN[dialect])
    same(counted_in(connection, dialect))
    assert len(connection.statements) > 20


def counted_in(connection: Any, dialect: str) -> Any:
    """As `counted`, with the dialect named as a user names it where the driver does not tell."""
    from calibrate.monthly.read import read_rows
    from calibrate.monthly.settings import settings_from

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calibrate.engine.warehouses.BY_DRIVER", {type(connection).__module__: BY_ADDRESS[dialect].kind})
        data = {"file": "crm", "table": "leads"}
        settings = settings_from({"data": data, "events": {"file": "crm", "table": "events"}, **TERMS})
        return read_rows(settings, frames={"crm": connection})


def test_a_dialect_may_be_named() -> None:
    table = open_table(Simulated("trino", frozenset()), table="leads", dialect="trino")
    assert table.dialect == "trino" and table.rows > 700
    with pytest.raises(InputError, match=r"speaks no dialect that is known; name it with dialect="):
        open_table(Simulated("trino", frozenset()), table="leads")
    with pytest.raises(InputError, match=r"no dialect of a warehouse named 'trinox'. Did you mean 'trino'"):
        open_table(Simulated("trino", frozenset()), table="leads", dialect="trinox")


def test_tables_are_chosen_and_only_read(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"choose a table by adding #name .* Tables: bare, events, leads"):
        open_table(f"sqlite://{file}")
    with pytest.raises(InputError, match=r"no table named 'lead'. Did you mean 'leads'"):
        open_table(f"sqlite://{file}#lead")
    with pytest.raises(InputError, match=r"table 'bare' has no rows"):
        open_table(f"sqlite://{file}#bare")
    with pytest.raises(InputError, match=r"^no file '.*none.sqlite': check the path"):
        open_table(f"sqlite://{tmp_path}/none.sqlite#leads")
    leads = open_table(f"sqlite://{file}#leads")
    with pytest.raises(InputError, match=r"SQLite refuses a statement \(attempt to write a readonly database"):
        leads.fetch("DELETE FROM leads")


def test_beside_files_a_table_is_copied_and_beside_it_only_its_own(file: Path, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("lead_id,won\nL-0000001,yes\nL-0000003,yes\n")
    with Session() as session:
        deals, leads = session.open(tmp_path / "deals.csv"), session.open(f"sqlite://{file}#leads")
        joined = f"SELECT COUNT(*) AS n FROM {deals.relation} AS d JOIN {leads.relation} AS l ON d.lead_id = l.lead_id"
        assert leads.dialect == "duckdb" and leads.fetch(joined)["n"].tolist() == [2]
        assert {c.name: c.type for c in leads.columns}["created_at"] == "timestamp"
    with Session() as session:
        session.open(f"sqlite://{file}#leads")
        with pytest.raises(InputError, match=r"the leads stay on their server"):
            session.open(tmp_path / "deals.csv")
        with pytest.raises(InputError, match=r"only tables of sqlite://.* can be opened beside the first"):
            session.open(sqlite3.connect(file), table="events")


def test_the_command_line_reads_a_warehouse(file: Path, call: Call, tmp_path: Path) -> None:
    flags = ("--created-at", "created_at", "--customer-at", "customer_at", "--events", f"sqlite://{file}#events")
    code, said, complaint = call("check", f"sqlite://{file}#leads", *flags, "--json")
    assert code == 0 and '"read": 801' in said, complaint
    code, said, complaint = call("check", f"sqlite://{file}#deals")
    assert (code, said) == (2, "") and "no table named 'deals'" in complaint


@pytest.mark.parametrize(
    ("scheme", "library"),
    [
        ("snowflake", "snowflake"),
        ("bigquery", "google.cloud"),
        ("redshift", "redshift_connector"),
        ("databricks", "databricks"),
        ("clickhouse", "clickhouse_connect"),
        ("trino", "trino"),
        ("mysql", "pymysql"),
    ],
)
def test_without_its_driver_the_message_names_the_extra(
    scheme: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'calibrate-leads\[{scheme}\]'"):
        open_table(f"{scheme}://me:hunter2@host/base#leads")


def test_no_connection_is_one_message_without_the_password() -> None:
    pytest.importorskip("pymysql")
    with pytest.raises(InputError, match=r"^mysql://127.0.0.1:1/crm: no connection to MySQL") as caught:
        open_table("mysql://me:hunter2@127.0.0.1:1/crm#leads")
    assert "hunter2" not in str(caught.value)


def test_a_closed_connection_is_one_message(file: Path) -> None:
    connection = sqlite3.connect(file)
    leads = open_table(connection, table="leads")
    connection.close()
    with pytest.raises(InputError, match=r"SQLite refuses a statement \(Cannot operate on a closed database"):
        leads.fetch(f"SELECT COUNT(*) AS n FROM {leads.relation}")


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S+02:00", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y"])
def test_sqlite_has_its_dates_in_texts(form: str) -> None:
    days = [date(2024, 1, 5) + timedelta(days=i) for i in range(300)]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE leads (at TEXT, size TEXT, mixed)")
    connection.executemany(
        "INSERT INTO leads VALUES (?, ?, ?)", [(day.strftime(form), f"{i}.5", None) for i, day in enumerate(days)]
    )
    table = open_table(connection, table="leads")
    assert [column.type for column in table.columns] == ["date", "number", "text"]
    found, leads = days_of(table, day_of(table, "at"))
    assert found.tolist() == [(day - date(1970, 1, 1)).days for day in days] and set(leads) == {1}
    assert "rewritten" not in {fact.key for fact in table.facts}  # a column without a type is called nothing


def test_scores_of_a_warehouse_are_refused_with_a_way_that_works(file: Path, tmp_path: Path) -> None:
    with Session() as session:
        leads = session.open(f"sqlite://{file}#leads")
        statement = f"SELECT * FROM {leads.relation}"
        for refused in (lambda: session.write(leads, statement, tmp_path / "x.csv"),
                        lambda: session.store(leads, statement, "x")):  # fmt: skip
            with pytest.raises(InputError, match="export the grid as SQL") as said:
                refused()
            assert "--out" not in str(said.value)
