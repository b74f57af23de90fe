"""Tables of a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from coded_case import EXPECTED, coded

from calibrate.engine import Session, open_table, sql
from calibrate.errors import CalibrateError, InputError


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


@pytest.fixture(scope="module")
def company(server: str) -> str:
    """A base as companies have it: schemas, views, partitions, a foreign table, roles that may only read."""
    import psycopg

    day = "DATE '2025-01-01' + CAST(i % 300 AS INT)"
    never = "CASE i % 7 WHEN 0 THEN DATE 'infinity' WHEN 1 THEN DATE '-infinity' ELSE DATE '2025-12-01' END"
    statements = f"""
        CREATE SCHEMA sales;
        CREATE DOMAIN sales.amount AS NUMERIC(12, 2);
        CREATE TYPE sales.size AS ENUM ('small', 'large');
        CREATE TABLE sales.leads AS SELECT i AS id, {day} AS created, {never} AS won,
            CAST('infinity' AS TIMESTAMPTZ) AS seen, CAST(i AS NUMERIC(10, 0)) AS number,
            CAST(i / 7.0 AS sales.amount) AS amount,
            CAST(CASE WHEN i % 2 = 0 THEN 'small' ELSE 'large' END AS sales.size) AS size,
            CAST('ab  ' AS CHAR(6)) AS code FROM generate_series(1, 700) AS i;
        CREATE MATERIALIZED VIEW sales.seen AS SELECT id, created FROM sales.leads;
        CREATE TABLE sales.parts (id INT, created DATE) PARTITION BY RANGE (created);
        CREATE TABLE sales.parts_2025 PARTITION OF sales.parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        INSERT INTO sales.parts SELECT id, created FROM sales.leads;
        CREATE TABLE sales.secret AS SELECT 1 AS id;
        CREATE ROLE reader LOGIN;
        GRANT USAGE ON SCHEMA sales TO reader;
        GRANT SELECT ON sales.leads, sales.seen, sales.parts TO reader;
    """
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statements)
        try:
            connection.execute(
                "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
                "CREATE FOREIGN TABLE sales.far (id INT) SERVER files OPTIONS (program 'echo 5', format 'csv')"
            )
        except psycopg.Error:  # the extension is not on every machine
            connection.execute("CREATE VIEW sales.far AS SELECT 5 AS id")
    return server


def test_views_partitions_and_foreign_tables_are_tables(company: str) -> None:
    for name, rows in (("seen", 700), ("parts", 700), ("far", 1)):
        table = open_table(f"{company}#sales.{name}")
        assert (table.rows, table.columns[0].name, table.columns[0].type) == (rows, "id", "number")
    with pytest.raises(InputError, match=r"Tables: .*sales.parts, sales.secret|sales.parts, sales.seen"):
        open_table(company)


def test_types_of_a_company_are_read(company: str) -> None:
    table = open_table(f"{company}#sales.leads")
    kinds = {column.name: (column.type, column.whole) for column in table.columns}
    assert kinds["number"] == ("number", True) and kinds["amount"] == ("number", False)
    assert kinds["size"] == ("text", False) == kinds["code"]
    row = table.fetch(f"SELECT size, code, amount, seen, won FROM {table.relation} WHERE id = 14")
    assert (row["size"][0], row["code"][0], row["amount"][0]) == ("small", "ab", 2.0)
    assert np.isnat(row["seen"][0]) and np.isnat(row["won"][0])  # infinity says never


def test_dates_at_infinity_are_no_dates(company: str) -> None:
    from calibrate.counts.counting import count
    from calibrate.leads.history import observe
    from calibrate.leads.terms import Terms

    table = open_table(f"{company}#sales.leads")
    terms = Terms(created_at="created", customer_at="won", lead_id="id", as_of=None, close_within_days=10)
    with pytest.raises(CalibrateError, match="500 did later"):  # 200 of 700 are dated at infinity: never
        count(observe(table, (), terms))


def test_a_role_that_may_only_read_is_enough_and_no_right_is_said(company: str) -> None:
    reader = company.replace("tester@", "reader@")
    assert open_table(f"{reader}#sales.leads").rows == 700
    with pytest.raises(InputError, match=r"may not read 'sales.secret'.*GRANT"):
        open_table(f"{reader}#sales.secret")
    with Session() as session:
        leads = session.open(f"{reader}#sales.leads")
        with pytest.raises(InputError, match=r"may not make the table 'sales.scored'"):
            session.store(leads, f"SELECT id FROM {leads.relation}", "sales.scored")


def test_a_statement_that_takes_too_long_and_a_lost_connection_are_said(company: str) -> None:
    import psycopg

    table = open_table(f"{company}#sales.leads")
    table.door.connection.execute("SET statement_timeout = 20")  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"broke a statement off.*statement_timeout"):
        table.fetch("SELECT COUNT(*) AS n FROM generate_series(1, 100000000) AS i")
    lost = open_table(f"{company}#sales.leads")
    pid = lost.door.connection.info.backend_pid  # type: ignore[attr-defined]
    with psycopg.connect(company, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    for ask in (lost.fetch, lambda statement: list(lost.stream(statement))):
        with pytest.raises(InputError, match="does not answer any more"):
            ask(f"SELECT COUNT(*) AS n FROM {lost.relation}")


def test_answers_are_stored_where_the_rows_lie(company: str) -> None:
    with Session() as session:
        leads = session.open(f"{company}#sales.leads")
        statement = f"SELECT id, amount FROM {leads.relation} WHERE id <= 50"
        assert session.store(leads, statement, "sales.stored") == 50
        with pytest.raises(InputError, match="exists already"):
            session.store(leads, statement, "sales.stored")
        with pytest.raises(InputError, match="name a schema that exists"):
            session.store(leads, statement, "nowhere.stored")
    assert open_table(f"{company}#sales.stored").rows == 50


def test_an_encrypted_connection_reads_the_same_and_a_stranger_is_refused(encrypted: tuple[str, Path]) -> None:
    """The server's certificate is checked where the address asks for it; without encryption nobody comes in."""
    import psycopg

    address, certificate = encrypted
    proved = f"sslmode=verify-full&sslrootcert={certificate}"
    with psycopg.connect(f"{address}?{proved}", autocommit=True) as connection:
        connection.execute("CREATE TABLE leads AS SELECT i AS id, i % 3 = 0 AS won FROM generate_series(1, 9) AS s (i)")
    table = open_table(f"{address}?{proved}#leads")
    assert table.fetch(f"SELECT COUNT(*) AS n FROM {table.relation} WHERE won")["n"].tolist() == [3]
    used = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert table.door.execute(used) == [(True,)]  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"no connection to PostgreSQL .*no encryption"):
        open_table(f"{address}?sslmode=disable#leads")
    with pytest.raises(InputError, match=r"no connection to PostgreSQL .*certificate"):
        open_table(f"{address.replace('localhost', '127.0.0.1')}?{proved}#leads")
