"""The DuckDB of a session: order of rows, gaps, names, and what it leaves behind."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from engine_case import Write, column, parquet, types

from calibrate.engine import Session, open_table
from calibrate.engine.duckdb import Connection
from calibrate.errors import ENGINES, end_statements


def test_a_file_kept_on_disk_is_the_same(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a,b\n" + "".join(f"{i},x{i % 3}\n" for i in range(5000)))
    small = open_table(path)
    monkeypatch.setattr("calibrate.engine.files.LARGE", 1000)
    large = open_table(path)
    assert (large.columns, large.facts, large.fingerprint) == (small.columns, small.facts, small.fingerprint)
    assert column(large, "b") == column(small, "b")


def test_a_session_leaves_nothing_behind(write: Write) -> None:
    session = Session()
    session.open(write(b"a;b\n\xe9;1\n"))
    folder = session.connection.folder
    assert folder.exists()
    session.close()
    assert not folder.exists()


def test_a_stream_gives_the_rows_in_their_order(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", "SELECT range AS n, IF(range % 3 = 0, NULL, 'x') AS t FROM range(400000)")
    table = open_table(path)
    pieces = list(table.stream(f"SELECT n, t, n % 2 = 0 AS b, NULL::INT AS g FROM {table.relation}"))
    assert len(pieces) > 2
    assert (np.concatenate([piece["n"] for piece in pieces]) == np.arange(400_000)).all()
    first = pieces[0]
    assert (first["t"][0], first["t"][1]) == (None, "x")
    assert first["b"].dtype == np.bool_
    assert np.isnan(first["g"]).all()


def test_gaps_have_one_form_per_type(tmp_path: Path) -> None:
    values = "SELECT 1 AS i, 1.5::DOUBLE AS f, 'x' AS t, true AS b, DATE '2025-01-02' AS d"
    query = f"{values} UNION ALL SELECT NULL, NULL, NULL, NULL, NULL"
    table = open_table(parquet(tmp_path / "x.parquet", query))
    statement = f"SELECT * FROM {table.relation} ORDER BY i NULLS LAST"
    for found in (table.fetch(statement), next(iter(table.stream(statement)))):
        assert [str(found[name].dtype) for name in "iftbd"] == [
            "float64",
            "float64",
            "object",
            "object",
            "datetime64[us]",
        ]
        assert (found["t"][1], found["b"][0], found["b"][1]) == (None, True, None)
        assert np.isnan(found["i"][1]) and np.isnat(found["d"][1])


def test_columns_called_as_the_engine_calls_its_own(write: Write) -> None:
    """A column named rowid hides DuckDB's own; rows still come in their order, and samples are still drawn."""
    path = write("RowId,__Position,n\n" + "".join(f"{i % 7},x,{i}\n" for i in range(3000)))
    with Session() as session:
        table = session.open(path)
        assert types(table) == {"RowId": "number", "__Position": "text", "n": "number"}
        found = table.fetch(f'SELECT "n", ROW_NUMBER() OVER () - 1 AS place FROM {table.relation}')
        assert (found["n"] == found["place"]).all()
        assert table.fetch(f'SELECT "__Position" AS p FROM {table.relation} LIMIT 1')["p"].tolist() == ["x"]


ENDLESS = "SELECT SUM(HASH(range) % 7) FROM range(1000000000000)"
"""A statement that takes hours."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="clocks of POSIX")
def test_a_signal_in_a_statement_is_no_fault_of_the_statement() -> None:
    def stop(*_: object) -> None:
        end_statements()  # else DuckDB waits for the end where a thread of its own has begun with it
        raise SystemExit(1)

    before = signal.signal(signal.SIGALRM, stop)
    door = Connection()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            door.execute(ENDLESS)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        door.close()
    assert not door.folder.exists() and not ENGINES
