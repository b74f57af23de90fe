"""Statements from parts: what they give in the engine, and that no name or text of a user breaks out of them."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.engine import query as q
from calibrate.engine.sql import rendered

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def answer(statement: str) -> list[tuple[object, ...]]:
    return duckdb.sql(statement).fetchall()


@settings(max_examples=60, deadline=None)
@given(name=TEXTS.filter(lambda name: bool(name) and "\0" not in name), text=TEXTS)
def test_any_text_is_a_value_and_any_name_a_column(name: str, text: str) -> None:
    inner = q.rows(q.constants({q.quoted(name): q.value(text)}), "one")
    assert answer(q.select([q.quoted(name)], inner, where=q.one_of(q.quoted(name), [text]))) == [(text,)]


def test_a_condition_of_several_cases_stays_together_beside_another() -> None:
    numbers = q.rows(q.one_after_another(q.constants({"a": str(i)}) for i in range(6)), "numbers")
    chosen = q.both("a > 1", q.either("a < 3", "a = 5"))
    assert answer(q.select(["a"], numbers, where=chosen, order=("a",))) == [(2,), (5,)]
    assert answer(q.select(["a"], numbers, where=q.either(), order=("a",))) == []
    assert len(answer(q.select(["a"], numbers, where=q.both()))) == 6


def test_no_value_is_among_no_values() -> None:
    one = q.rows(q.constants({"a": "1"}), "one")
    assert answer(q.select(["a"], one, where=q.one_of("a", []))) == []
    assert answer(q.select(["a"], one, where=q.among("a", q.constants({"b": "1"})))) == [(1,)]


def test_cells_that_are_called_as_they_are_keep_their_names() -> None:
    statement = q.select({q.EVERYTHING: q.EVERYTHING, "b": "a + 1", "a2": "a"}, q.rows(q.constants({"a": "1"}), "t"))
    assert duckdb.sql(statement).columns == ["a", "b", "a2"]


def test_groups_windows_and_joins() -> None:
    rows = [("x", 1), ("x", 3), ("y", 2)]
    source = q.rows(q.one_after_another(q.constants({"k": q.value(k), "n": str(n)}) for k, n in rows), "source")
    counts = q.select({"k": "k", "n": q.count(), "sum": q.total("n")}, source, group=("k",), order=("k",))
    assert answer(counts) == [("x", 2, 4), ("y", 1, 2)]
    places = q.select({"n": "n", "p": q.over(q.call.row_number(), by="k", order=q.falling("n"))}, source, order=("n",))
    assert answer(places) == [(1, 2), (2, 1), (3, 1)]
    both = q.join(source, q.rows(q.constants({"k": q.value("x")}), "other"), "source.k = other.k", left=True)
    assert answer(q.select({"n": q.count("other.k")}, both)) == [(2,)]
    several = q.select({"k": "k", "n": q.count()}, source, having=f"{q.count()} > 1", group=q.EACH)
    assert answer(several) == [("x", 2)]


@pytest.mark.parametrize("dialect", ["postgres", "spark"])
def test_parts_are_the_same_elsewhere(dialect: str) -> None:
    cells = {"t": q.as_text("a"), "f": q.flag(q.filled("a")), "day": q.as_date("3"), "n": q.count_where("a = 1")}
    text = rendered(q.select(cells, "leads", where=q.between("a", 1, 2)), dialect)
    assert "CASE WHEN" in text and "BETWEEN 1 AND 2" in text and "1970-01-01" in text


def test_lists_in_a_cell() -> None:
    assert answer(q.constants({"a": q.split_into(q.value(" 1; 2 ;;3"), ";")})) == [(["1", "2", "3"],)]
