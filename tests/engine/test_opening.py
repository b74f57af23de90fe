"""Which engine opens a source."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from coded_case import EXPECTED, coded
from engine_case import Write

from calibrate.engine import Session, open_table
from calibrate.errors import InputError

# --- sessions ----------------------------------------------------------------------------------------------------


def test_tables_of_one_session_can_be_joined(write: Write) -> None:
    with Session() as session:
        leads = session.open(write("id,n\na,1\nb,2\nc,3\n", "leads.csv"))
        deals = session.open(write("id;won\nb;oui\nc;oui\n", "deals.csv"))
        found = leads.fetch(
            f"SELECT COUNT(*) AS n, COUNT(deals.id) AS won FROM {leads.relation} AS leads "
            f"LEFT JOIN {deals.relation} AS deals ON leads.id = deals.id"
        )
        assert (int(found["n"][0]), int(found["won"][0])) == (3, 2)
        assert (leads.name, deals.name) == ("leads.csv", "deals.csv")


def test_a_duckdb_file(duck: Path) -> None:
    table = open_table(duck)
    assert {c.name: (c.type, c.whole) for c in table.columns} == {
        "id": ("number", True), 'Sec"tor': ("text", False), "visits": ("number", True), "rate": ("number", False),
        "amount": ("number", False), "demo": ("boolean", False), "day": ("date", False), "at": ("timestamp", False),
        "seen": ("timestamp", False),
    }  # fmt: skip
    assert coded(table).tolist() == EXPECTED
    assert (table.name, table.rows, table.position is not None) == ("crm.duckdb#leads", 4, True)
    assert len(table.fingerprint) == 64


def test_a_duckdb_file_is_only_read(duck: Path) -> None:
    before = duck.read_bytes()
    table = open_table(duck)
    with pytest.raises(InputError, match="read-only"):
        table.fetch('DELETE FROM "database"."main"."leads"')
    assert duck.read_bytes() == before


def test_several_tables_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE leads AS SELECT 1 AS a; CREATE SCHEMA s; CREATE TABLE s.deals AS SELECT 2 AS a"
        )
        connection.execute("CREATE VIEW seen AS SELECT a + 1 AS a FROM leads; CREATE TABLE nothing (a INT)")
    with pytest.raises(InputError, match=r"several tables; choose one as .*#leads: leads, nothing, seen, s.deals"):
        open_table(path)
    with pytest.raises(InputError, match=r"no table named 'lead'. Did you mean 'leads'"):
        open_table(path, table="lead")
    with pytest.raises(InputError, match="table 'nothing' has no rows"):
        open_table(f"{path}#nothing")
    assert open_table(f"{path}#s.deals").fetch('SELECT a FROM "table"')["a"].tolist() == [2]
    view = open_table(f"{path}#seen")
    assert (view.fetch(f"SELECT a FROM {view.relation}")["a"].tolist(), view.position) == ([2], None)
    with Session() as session:
        leads, deals = session.open(f"{path}#leads"), session.open(f"{path}#s.deals")
        assert session.open(path, table="leads").rows == leads.rows == deals.rows == 1


def test_what_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        open_table(tmp_path / "crm.duckdb")
    (tmp_path / "crm.duckdb").write_text("no database")
    with pytest.raises(InputError, match="cannot be opened as a DuckDB database"):
        open_table(tmp_path / "crm.duckdb")
