"""Tables of a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from coded_case import EXPECTED, coded

from calibrate.engine import Session, open_table, sql
from calibrate.errors import InputError


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
