"""Tables made from tables: an answer kept once, a table of its own, columns added in the order of the rows."""

from __future__ import annotations

import pytest
from engine_case import Write, column

from calibrate.engine import Table, open_table
from calibrate.engine.derived import answered, derive, kept
from calibrate.engine.duckdb import DuckTable
from calibrate.engine.table import Column, Fact


@pytest.fixture
def table(write: Write) -> Table:
    return open_table(write("id,n\nc,3\na,1\nb,2\n"))


def test_an_answer_is_computed_once(table: Table) -> None:
    relation = kept(table, f"SELECT RANDOM() AS r FROM {table.relation}", rows=3)
    once, again = (table.fetch(f"SELECT r FROM {relation} ORDER BY 1")["r"].tolist() for _ in range(2))
    assert once == again and len(set(once)) == 3
    other = kept(table, f"SELECT RANDOM() AS r FROM {table.relation}", rows=10**9)  # large: on disk, compressed
    assert table.fetch(f"SELECT COUNT(*) AS n FROM {other}")["n"].tolist() == [3]


def test_a_table_of_its_own_has_the_columns_and_facts_given(table: Table) -> None:
    statement, columns = f"SELECT n * 10 AS tens FROM {table.relation} WHERE n > 1", [Column("tens", "number", True)]
    found = answered(table, statement, columns, facts=(Fact("made", {"rows": 2}),))
    assert [c.name for c in found.columns] == ["tens"] and found.rows == 2 and found.name == table.name
    assert sorted(found.fetch(f"SELECT tens FROM {found.relation}")["tens"].tolist()) == [20, 30]
    assert found.facts == (Fact("made", {"rows": 2}),) and found.fingerprint == table.fingerprint


def test_columns_are_added_and_rows_keep_their_order(table: Table) -> None:
    assert isinstance(table, DuckTable)
    source = f"SELECT *, {table.position}, n + 1 AS more FROM {table.relation} ORDER BY n"
    found = derive(table, source, [Column("more", "number", True)], facts=(), fingerprint="f")
    assert [c.name for c in found.columns] == ["id", "n", "more"]
    assert column(found, "id") == ["c", "a", "b"] and column(found, "more") == [4, 2, 3]
    assert found.fingerprint == "f" and found.rows == 3
    source = f"SELECT *, {found.position}, 0 AS zero FROM {found.relation}"
    twice = derive(found, source, [Column("zero", "number", True)], facts=(), fingerprint="g", from_join=True)
    assert column(twice, "id") == ["c", "a", "b"] and isinstance(twice, DuckTable) and twice.joined


def test_tables_of_no_engine_are_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no way to make a table from a object"):
        answered(object(), "SELECT 1", [], facts=())  # type: ignore[arg-type]
    assert kept(object(), "SELECT 1", rows=1) == "(SELECT 1)"  # type: ignore[arg-type]
