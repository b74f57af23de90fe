"""Databases as sources: a DuckDB file, and PostgreSQL, where the same statements give the same answers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from coded_case import EXPECTED, coded

from calibrate.engine import Session, open_table, sql
from calibrate.errors import InputError, MissingExtraError

LEADS = (
    'CREATE TABLE leads (id BIGINT, "Sec""tor" VARCHAR(50), visits INT, rate DOUBLE PRECISION, amount NUMERIC(12,2), '
    'demo BOOLEAN, day DATE, "at" TIMESTAMP WITH TIME ZONE, seen TIMESTAMP)'
)
ROWS = (
    "INSERT INTO leads VALUES "
    "(1, 'Bank', 3, 0.5, 10.25, true, '2025-01-02', '2025-01-02 10:00:00+02', '2025-01-02 10:00:00'), "
    "(2, 'it''s \\', NULL, 'NaN', NULL, false, NULL, NULL, NULL), "
    "(3, ' ', 7, 2.5, -1, NULL, '2025-12-31', '2025-12-31 23:30:00-02', '2025-12-31 00:00:00'), "
    "(4, 'Select', 0, 'Infinity', 0, true, '2025-01-02', NULL, NULL)"
)


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


def test_postgres_gives_the_same_levels(address: str, duck: Path) -> None:
    table = open_table(f"{address}#leads")
    own = open_table(duck)
    assert table.columns == own.columns
    assert coded(table).tolist() == EXPECTED == coded(own).tolist()
    assert (table.dialect, table.rows, table.name) == ("postgres", 4, "leads")


def test_postgres_gives_the_same_arrays(address: str, duck: Path) -> None:
    table, own = open_table(f"{address}#leads"), open_table(duck)
    names = ", ".join(sql.identifier(c.name).sql("duckdb") for c in own.columns)
    for fetch in ("fetch", "stream"):
        found, expected = (
            next(iter(answer)) if fetch == "stream" else answer
            for each in (table, own)
            for answer in [getattr(each, fetch)(f"SELECT {names} FROM {each.relation} ORDER BY id")]
        )
        assert list(found) == list(expected)
        for name, values in expected.items():
            assert found[name].dtype.kind == values.dtype.kind, name
            np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_postgres_tells_the_same_mailboxes(address: str) -> None:
    import psycopg

    from calibrate.grid.mailbox_kinds import kind_of
    from calibrate.leads.columns.mailbox import with_mailboxes

    mails = ["ana@acme.fr", "BOB@Gmail.com ", "Eve <e@yopmail.com>", "", "nothing", None, "x@localhost", "a@ b.fr"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE mails (id INT, mail TEXT)")
        for i, mail in enumerate(mails):
            connection.execute("INSERT INTO mails VALUES (%s, %s)", (i, mail))
    table = with_mailboxes(open_table(f"{address}#mails"), ["mail"])
    found = table.fetch(f'SELECT "mail (mailbox)" AS kind FROM {table.relation} ORDER BY id')["kind"]
    assert list(found) == [kind_of(mail) for mail in mails]


def test_postgres_tables_are_chosen_and_only_read(address: str) -> None:
    import psycopg

    tables = r"Tables: crm.deals, leads, (mails, )?nothing"
    with pytest.raises(InputError, match=r"choose a table by adding #name .* " + tables):
        open_table(address)
    with pytest.raises(InputError, match=r"no table named 'lead'. Did you mean 'leads'"):
        open_table(address, table="lead")
    with pytest.raises(InputError, match="table 'nothing' has no rows"):
        open_table(f"{address}#nothing")
    deals = open_table(f"{address}#crm.deals")
    assert [c.type for c in deals.columns] == ["number", "text"]
    assert deals.facts[0].key == "rewritten"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        deals.fetch("DELETE FROM crm.deals")


def test_a_postgres_table_beside_a_file_is_copied(address: str, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("id,won\n1,yes\n3,yes\n")
    with Session() as session:
        deals, leads = session.open(tmp_path / "deals.csv"), session.open(f"{address}#leads")
        assert (leads.dialect, coded(leads).tolist()) == ("duckdb", EXPECTED)
        joined = f"SELECT COUNT(*) AS n FROM {deals.relation} AS d JOIN {leads.relation} AS l ON d.id = l.id"
        assert leads.fetch(joined)["n"].tolist() == [2]
    with Session() as session:
        leads, deals = session.open(f"{address}#leads"), session.open(f"{address}#crm.deals")
        joined = f"SELECT COUNT(*) AS n FROM {deals.relation} JOIN {leads.relation} ON deals.id = leads.id"
        assert leads.fetch(joined)["n"].tolist() == [2]
        with pytest.raises(InputError, match=r"the leads stay on their server .* export the leads to a file"):
            session.open(tmp_path / "deals.csv")


def test_an_address_is_shown_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(InputError, match="no connection to PostgreSQL") as caught:
        open_table("postgresql://me:secret@127.0.0.1:1/base#leads")
    assert "secret" not in str(caught.value)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for library, address, extra in (
        ("psycopg", "postgresql://h/b#t", "postgres"),
        ("pyspark.sql", "spark://local[1]#t", "spark"),
    ):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError, match=rf"calibrate-leads\[{extra}\]"):
            open_table(address)
