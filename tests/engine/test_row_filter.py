"""Conditions on rows: what they let through, and that nothing but a condition gets through."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrate
from calibrate.engine.row_filter import condition_of, filtered
from calibrate.engine.table import Table
from calibrate.errors import InputError

FRAME = pd.DataFrame({
    "country": ["FR", "BE", "DE", None, "fr", "O'Neil"],
    "size": [10, 60, -5, 80, None, 7.5],
    "Plan B": ["x_y", "xay", "%", "a", "b", "c"],
    "member": [True, False, True, True, False, False],
    "day": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01", None, "2025-01-15", "2024-01-01"]),
})  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Table:
    return calibrate.open_table(FRAME)


HOLDS = {
    "country = 'FR'": [0],
    "COUNTRY = 'FR'": [0],
    "country <> 'FR'": [1, 2, 4, 5],
    "country IN ('FR', 'BE') AND size >= 50": [1],
    "not (country = 'FR' or country = 'BE')": [2, 4, 5],
    "country is null": [3],
    "country is not null and size < 0": [2],
    "size between -5 and 10": [0, 2, 5],
    "size = -5": [2],
    "'FR' = country": [0],
    "\"Plan B\" = 'x_y'": [0],
    "\"Plan B\" LIKE 'x_y'": [0, 1],
    "country = 'O''Neil'": [5],
    "member": [0, 2, 3],
    "not member and size > 0": [1, 5],
    "member = true": [0, 2, 3],
    "day >= '2025-01-15'": [1, 2, 4],
    "country = 'FR' -- '": [0],
}


@pytest.mark.parametrize("where", HOLDS)
def test_rows_that_a_condition_holds_for_stay_in_their_order(table: Table, where: str) -> None:
    rows = filtered(table, where)
    expected = FRAME.iloc[HOLDS[where]]
    answer = rows.fetch(f'SELECT "Plan B" AS b FROM {rows.relation}')
    assert list(answer["b"]) == list(expected["Plan B"])
    assert rows.rows == len(expected)
    assert [fact.facts["of"] for fact in rows.facts if fact.key == "where"] == [6]


REFUSED = (
    "", "1", "country", "country = size", "country = 5", "size = 'FR'", "country = \"FR\"", "town = 'x'",
    "country = NULL", "country = 'FR'; DROP TABLE leads", "1 = 1", "country = (SELECT 1)", "country IN (SELECT 'FR')",
    "length(country) = 2", "country = 'FR' UNION SELECT 1", "country = 'FR' ORDER BY size", "country || 'x' = 'FR'",
    "size + 1 = 2", "a.country = 'x'", "read_csv('/etc/passwd')", "EXISTS (SELECT 1)", "country = 'FR' LIMIT 1",
    "size > 1 GROUP BY size", "day > 'soon'", "country ~ 'F.*'", "country LIKE size", "size LIKE '1'",
    "CAST(size AS TEXT) = '1'", "country = 'F", "(((", "x" * 3000, "size = 1 HAVING 1 = 1", "country = $1",
    "country = ?", "true", "country IN ()", "country = 'FR' FROM other",
)  # fmt: skip


@pytest.mark.parametrize("where", REFUSED)
def test_anything_else_is_refused_in_words(table: Table, where: str) -> None:
    with pytest.raises(InputError, match="where"):
        filtered(table, where)


def test_a_condition_that_holds_for_nobody_is_refused(table: Table) -> None:
    with pytest.raises(InputError, match="none of 6 rows"):
        filtered(table, "country = 'XX'")


BREAKING = ("' OR 1 = 1 --", "\\' OR true --", "'; DROP TABLE leads; --", "\x00", "/*", "O'Neil", "FR", "''", "\\")


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=40), st.sampled_from(BREAKING)))
def test_no_text_breaks_out_of_its_quotes(table: Table, text: str) -> None:
    quoted = text.replace("'", "''")
    condition = condition_of(f"country = '{quoted}'", table)
    rows = table.fetch(f"SELECT COUNT(*) AS n FROM {table.relation} WHERE {condition.sql('duckdb')}")["n"][0]
    assert rows == sum(country == text for country in FRAME["country"])
