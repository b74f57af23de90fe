"""Simulated leads and events in warehouses: loaded into real ones, or one that is simulated by DuckDB."""

from __future__ import annotations

import datetime
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import sqlglot
from sqlglot import exp

from calibrate.counts.tally import Tally
from calibrate.monthly.counted import Counted
from calibrate.monthly.read import read_rows
from calibrate.monthly.settings import settings_from
from calibrate.simulated_leads import simulate

LEADS = 800
TERMS: Mapping[str, Any] = {
    "time": {"created_at": "created_at", "customer_at": "customer_at", "observe_days": 14},
    "outcome": {"lead_id": "lead_id", "value": "amount"},
}
PLAIN = {
    "VARCHAR": "VARCHAR(200)",
    "TIMESTAMP": "TIMESTAMP",
    "DOUBLE": "DOUBLE",
    "BIGINT": "BIGINT",
    "BOOLEAN": "BOOLEAN",
}
"""Types of the columns, as most warehouses call them."""


@cache
def store() -> duckdb.DuckDBPyConnection:
    """DuckDB with both tables."""
    history = simulate(leads=LEADS, seed=5, observe_days=14)
    behaviour = ["email_opens", "email_clicks", "pricing_page_views", "webinar"]
    leads, events = history.leads.drop(columns=behaviour), history.events[["lead_id", "at", "type"]]
    connection = duckdb.connect()
    for name, frame in (("leads", leads), ("events", events)):
        connection.register("frame", frame)
        columns = ", ".join(
            f'CAST("{column}" AS TIMESTAMP) AS "{column}"' if kind.startswith("TIMESTAMP") else f'"{column}"'
            for column, kind, *_ in connection.execute("DESCRIBE frame").fetchall()
        )
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM frame")
        connection.unregister("frame")
    connection.execute("INSERT INTO leads SELECT 'it''s \\ \"é\"', * EXCLUDE lead_id FROM leads LIMIT 1")
    connection.execute("UPDATE leads SET sector = UPPER(sector) WHERE hash(lead_id) % 3 = 0")
    connection.execute("ALTER TABLE leads ADD COLUMN code VARCHAR")
    connection.execute("UPDATE leads SET code = CAST(hash(lead_id) % 50 AS VARCHAR)")
    return connection


def load(connection: Any, types: Mapping[str, str] = PLAIN, mark: str = "?", quote: str = '"', end: str = "") -> None:
    """Both tables into a warehouse, by its own connection; without rows where no `mark` stands for a value."""
    cursor = connection.cursor()
    for table in ("leads", "events"):
        described = store().execute(f"DESCRIBE {table}").fetchall()
        columns = ", ".join(f"{quote}{name}{quote} {types[kind]}" for name, kind, *_ in described)
        cursor.execute(f"CREATE TABLE {table} ({columns}){end}")
        rows = store().execute(f"SELECT * FROM {table}").fetchall() if mark else []
        if mark == "?":  # SQLite keeps moments as texts
            rows = [
                tuple(cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell for cell in row)
                for row in rows
            ]
        if rows:
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(described))})", rows)
    connection.commit()


def counted(place: str, frames: Mapping[str, Any] | None = None, **data: str) -> Counted:
    """The leads of a warehouse read and counted: an address, or the name of a connection among the frames."""
    data = {"file": f"{place}#leads" if frames is None else place, **data}
    events = {"file": f"{place}#events"} if frames is None else {"file": place, "table": "events"}
    return read_rows(settings_from({"data": data, "events": events, **TERMS}), frames=frames)


@cache
def expected() -> Counted:
    """The same by DuckDB."""
    frames = {name: store().execute(f"SELECT * FROM {name}").df() for name in ("leads", "events")}
    return read_rows(settings_from({"data": {"file": "leads"}, "events": {"file": "events"}, **TERMS}), frames=frames)


def same(reading: Counted) -> None:
    """Criteria, exclusions and the tally are those of DuckDB, up to the order of rows."""
    wanted = expected()
    assert reading.history.excluded == wanted.history.excluded
    assert reading.tally.criteria == wanted.tally.criteria
    np.testing.assert_array_equal(reading.tally.totals, wanted.tally.totals)
    assert rows_of(reading.tally) == rows_of(wanted.tally)


def rows_of(tally: Tally) -> bytes:
    order = np.lexsort((*tally.codes, tally.cohort, tally.customers))
    parts = (
        tally.codes[:, order],
        tally.cohort[order],
        tally.leads[order],
        tally.customers[order],
        tally.counted[order],
    )
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


# --- a warehouse simulated ----------------------------------------------------------------------------


class Simulated:
    """A connection that parses statements in a dialect and lets DuckDB answer them."""

    def __init__(self, dialect: str, known: frozenset[str]) -> None:
        self.dialect, self.known, self.statements = dialect, known, list[str]()

    def cursor(self) -> SimulatedCursor:
        return SimulatedCursor(self)

    def close(self) -> None:
        raise AssertionError("a connection of the user stays open")


class SimulatedCursor:
    def __init__(self, connection: Simulated) -> None:
        self.connection, self.cursor = connection, store().cursor()

    def execute(self, statement: str) -> None:
        self.connection.statements.append(statement)
        if statement.startswith(("ALTER SESSION", "SET ")):
            self.cursor.execute("SELECT 1")
            return
        if statement.startswith("DESCRIBE") or "INFORMATION_SCHEMA" in statement or "svv_columns" in statement:
            table = "events" if "events" in statement else "leads"
            self.cursor.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})")
            return
        dialect = self.connection.dialect
        tree = sqlglot.parse_one(statement, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
        strange = {node.name.upper() for node in tree.find_all(exp.Anonymous)} - self.connection.known
        assert not strange, f"{dialect} may not know {strange}"
        text = tree.sql("duckdb").replace("TEXT(MAX)", "TEXT").replace("VARCHAR(MAX)", "VARCHAR")
        self.cursor.execute(text)

    @property
    def description(self) -> Any:
        return self.cursor.description

    def fetchmany(self, size: int) -> list[Any]:
        return self.cursor.fetchmany(size)

    def fetchall(self) -> list[Any]:
        return self.cursor.fetchall()

    def close(self) -> None:
        self.cursor.close()


# --- a server of our own ------------------------------------------------------------------------------


@contextmanager
def mariadb() -> Iterator[str]:
    """The socket of a MariaDB of our own; skipped where there is none."""
    pytest.importorskip("pymysql")
    program = shutil.which("mariadbd") or next((p for p in ("/usr/sbin/mariadbd",) if Path(p).exists()), None)
    if program is None:
        pytest.skip("no MariaDB on this machine")
    folder = Path(tempfile.mkdtemp(prefix="maria", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    (folder / "data").mkdir()
    for path in (folder, folder / "data"):
        os.chown(path, pwd.getpwnam(user).pw_uid, -1)
    socket = folder / "s"
    words = ["--no-defaults", f"--user={user}", "--skip-grant-tables", "--skip-networking", f"--socket={socket}"]
    words += [f"--datadir={folder}/data", f"--pid-file={folder}/pid", "--innodb-buffer-pool-size=32M"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([program, *words], stdout=log, stderr=log)
    try:
        for _ in range(300):
            if socket.exists() or server.poll() is not None:
                break
            time.sleep(0.1)
        if not socket.exists():
            pytest.skip(f"MariaDB does not start: {(folder / 'log').read_text()[-300:]}")
        yield str(socket)
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
