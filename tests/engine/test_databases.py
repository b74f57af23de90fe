"""Databases as sources: a DuckDB file, and PostgreSQL, where the same statements give the same answers."""

from __future__ import annotations

import pytest

from calibrate.engine import open_table
from calibrate.errors import InputError, MissingExtraError


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
