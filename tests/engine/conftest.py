"""Files and databases that the tests of the engine read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from engine_case import LEADS, ROWS, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("duck") / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(LEADS)
        connection.execute(ROWS)
    return path


@pytest.fixture(scope="module")
def address(server: str) -> str:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(LEADS)
        connection.execute(ROWS)
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.deals (id BIGINT, tags TEXT[])")
        connection.execute("INSERT INTO crm.deals VALUES (1, ARRAY['a','b']), (3, NULL)")
        connection.execute("CREATE TABLE nothing (id INT)")
    return server
