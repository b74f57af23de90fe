"""Dialects of SQL: texts stay texts, and each pattern of a number is the one rule."""

from __future__ import annotations

import re
import sqlite3

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from calibrate.export.dialects import DECIMAL, DIALECTS, DOMAINS, LINE_END, identifier, literal
from calibrate.grid.criteria import as_number

HOSTILE = ["it's", "a\\'b", "'; DROP TABLE x; --", "tab\there", "line\r\nbreak", "\\", '"', "é😀", "", "$$", "{t}", "%"]
CONNECTION, LITE = duckdb.connect(), sqlite3.connect(":memory:")


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_one_expression_of_literals_that_spell_it(name: str, text: str) -> None:
    """Tabs and line ends stand as signs by their number, or as escapes: none is in the statement itself."""
    written = literal(text, DIALECTS[name])
    (read,) = sqlglot.parse(f"SELECT {written} AS a", read=name)
    assert read is not None and not re.search(r"[\t\r\n]", written)
    texts = [node for node in read.dfs() if isinstance(node, exp.National | exp.Literal)]
    spelt = "".join(str(node.this) for node in texts if isinstance(node, exp.National) or node.is_string)
    assert spelt in (text, re.sub(r"[\t\r\n]", "", text))


@pytest.mark.parametrize("text", HOSTILE)
def test_engines_give_the_text_back(text: str) -> None:
    assert CONNECTION.execute(f"SELECT {literal(text, DIALECTS['duckdb'])}").fetchall() == [(text,)]
    assert LITE.execute(f"SELECT {literal(text, DIALECTS['sqlite'])}").fetchall() == [(text,)]


@given(st.text("0123456789.eE+- \t_x", max_size=9))
def test_the_pattern_of_a_number_is_the_rule(text: str) -> None:
    assert bool(re.search(DECIMAL.replace("$", r"\Z"), text)) == (as_number(text) is not None)


@given(st.text("0123456789.eE+- \t", min_size=1, max_size=7))
def test_numbers_read_from_texts_by_engines_are_the_rule(text: str) -> None:
    for name, engine in (("duckdb", CONNECTION), ("sqlite", LITE)):
        dialect = DIALECTS[name]
        t = dialect.text.format(x="x")
        read = dialect.number.format(x="x", t=t, decimal=literal(DECIMAL, dialect), blanks="' '")
        (found,) = engine.execute(f"SELECT {read} FROM (SELECT {literal(text, dialect)} AS x) AS q").fetchall()[0]
        expected = as_number(text)
        assert (found is None) == (expected is None) and (found is None or float(found) == expected), (name, text)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("A@Acme.FR", "acme.fr"),
        ("Ana <a@b@x.org>;", "x.org"),
        ("acme.fr", "acme.fr"),
        ("a@x.org. ", "x.org"),
        ("@", ""),
    ],
)
def test_domains_of_addresses(address: str, domain: str) -> None:
    for name, engine in (("duckdb", CONNECTION), ("sqlite", LITE)):
        found = engine.execute(
            f"SELECT {DOMAINS[name].format(x='x')} FROM (SELECT {literal(address, DIALECTS[name])} AS x) AS q"
        )
        assert found.fetchall() == [(domain,)]


def test_every_dialect_has_what_it_needs() -> None:
    assert set(DOMAINS) == set(DIALECTS) and all(name == dialect.name for name, dialect in DIALECTS.items())
    for dialect in DIALECTS.values():
        assert "{t}" in dialect.blank and "{x}" in dialect.text and "CASE" in dialect.number
        assert dialect.name in sqlglot.Dialects._value2member_map_


def test_a_line_end_in_a_name_is_marked() -> None:
    assert identifier('a"\nb', DIALECTS["duckdb"]) == f'"a""{LINE_END}b"'
    assert identifier("a]b", DIALECTS["tsql"]) == "[a]]b]"
