"""Level codes as SQL: the same level as `Criterion.index_of` for every value."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from texts_case import HOSTILE

from calibrate.counts.encoding import Cuts, _reading, code_sql, coding
from calibrate.engine import sql
from calibrate.engine.query import select
from calibrate.engine.table import Column
from calibrate.grid.criteria import Criterion, Kind, Level

NUMBERS = (0.0, -0.0, 1.0, 5.0, 0.1, 2.5, -1.0, 1e308, -1e308, 5e-324, math.inf, -math.inf, 2.0**53, 1e15, 1 / 3)
WHOLE = (0, 1, -1, 5, 2**31 - 1, 2**53 - 1, 2**53 + 1, -(2**63), 2**63 - 1)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8).filter(lambda t: "\0" not in t))
numbers = st.one_of(st.sampled_from(NUMBERS), st.floats(allow_nan=False))
CONNECTION = duckdb.connect()
COLUMNS = {"text": "VARCHAR", "number": "DOUBLE", "whole": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    kind: Kind = draw(st.sampled_from(("text", "number", "boolean", "presence")))
    listed = st.lists(st.one_of(texts, st.booleans()), max_size=4).map(tuple)
    nothing = Level("missing", "missing", draw(st.lists(texts, max_size=3).map(tuple)))
    if kind == "number":
        bound = st.one_of(st.none(), numbers)
        levels = [Level(f"l{i}", low=draw(bound), high=draw(bound)) for i in range(draw(st.integers(0, 4)))]
        if draw(st.booleans()):
            cuts = sorted(set(draw(st.lists(numbers, max_size=20))))
            bounds = [None, *cuts, None]
            levels = [Level(f"l{i}", low=bounds[i], high=bounds[i + 1]) for i in range(len(bounds) - 1)]
    elif kind == "presence":
        levels = [Level("filled")]
    else:
        levels = [Level(f"l{i}", values=draw(listed)) for i in range(draw(st.integers(0, 5)))]
    order = draw(st.permutations([*levels, nothing, Level("other", "other")]))
    return Criterion("c", 'a "column"', kind, "fit", tuple(order))


def table_of(name: str, kind: str) -> Any:
    """What `coding` looks at: the engine, and one column."""
    column = Column(name, "number" if kind == "whole" else kind, kind == "whole")  # type: ignore[arg-type]
    return SimpleNamespace(dialect="duckdb", columns=(column,))


def codes(criterion: Criterion, kind: str, values: list[Any]) -> list[int]:
    """Level codes by the expression, once they are also those that come by way of numbers and tables."""
    code = code_sql(criterion, kind, table="leads").sql("duckdb")
    column = f'UNNEST($values::{COLUMNS[kind]}[]) AS "a ""column"""'
    leads = f"(SELECT UNNEST($places::INT[]) AS place, {column}) AS leads"
    given_ = {"places": list(range(len(values))), "values": values}
    how = coding(table_of(criterion.column, kind), [criterion])
    statement = select({"code": code} | how.columns, leads, order=("place",))
    found = CONNECTION.execute(statement, given_).fetchnumpy()
    result: list[int] = found["code"].tolist()
    assert how.codes(found)[0].tolist() == result
    if kind == criterion.kind == "number":  # as it is read in a wide table
        expression, cuts = _reading(criterion, kind, wide=True)
        assert isinstance(cuts, Cuts) and expression.sql("duckdb") == '"a ""column"""'
        assert cuts.codes(np.array([math.nan if value is None else value for value in values])).tolist() == result
    return result


@settings(max_examples=150, deadline=None, derandomize=True)
@given(criteria(), st.lists(st.one_of(texts, st.none()), min_size=1, max_size=10))
def test_a_text_gets_the_level_of_the_rule(criterion: Criterion, values: list[str | None]) -> None:
    values = [*values, *(v for level in criterion.levels for v in level.values if isinstance(v, str))]
    assert codes(criterion, "text", values) == [criterion.index_of(value) for value in values]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(criteria(), st.lists(st.one_of(numbers, st.none(), st.just(math.nan)), min_size=1, max_size=10))
def test_a_number_gets_the_level_of_the_rule(criterion: Criterion, values: list[float | None]) -> None:
    values = [*values, *criterion.cuts, *NUMBERS]
    assert codes(criterion, "number", values) == [criterion.index_of(value) for value in values]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(criteria(), st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.none()), max_size=5))
def test_a_whole_number_gets_the_level_of_the_rule(criterion: Criterion, values: list[int | None]) -> None:
    values = [*values, *WHOLE]
    assert codes(criterion, "whole", values) == [criterion.index_of(value) for value in values]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([x / 2 for x in range(-30, 90)]), min_size=6, max_size=20, unique=True), st.booleans())
def test_whole_numbers_close_together_are_looked_up(cuts: list[float], gap: bool) -> None:
    bounds = [None, *sorted(cuts), None]
    levels = [Level(f"l{i}", low=bounds[i], high=bounds[i + 1]) for i in range(len(bounds) - 1) if not (gap and i == 2)]
    listed_ = Level("missing", "missing", ("7", "n/a"))
    criterion = Criterion("c", 'a "column"', "number", "fit", (*levels, Level("other", "other"), listed_))
    assert "LIST_EXTRACT" in code_sql(criterion, "whole").sql("duckdb")
    values = [*range(-20, 50), *WHOLE, None]
    plain = replace(criterion, levels=(*levels, Level("other", "other"), Level("missing", "missing")))
    assert codes(plain, "whole", values) == [plain.index_of(value) for value in values]
    assert codes(criterion, "whole", values) == [criterion.index_of(value) for value in values]
    scaled = sql.packed([sql.literal(0), code_sql(criterion, "whole")])[0].sql("duckdb")
    found = CONNECTION.execute(f'SELECT {scaled} FROM (SELECT UNNEST($v::BIGINT[]) AS "a ""column""")', {"v": values})
    assert [row[0] for row in found.fetchall()] == [256 * criterion.index_of(value) for value in values]


@pytest.mark.parametrize(
    "cuts", [(1e300,), (2.0**63, 2.0**63 + 4096), (-1e300, 5.0), (2.0**31, 2.0**31 + 5), (5.0, 40_000.0)]
)
def test_whole_numbers_far_out_get_the_level_of_the_rule(cuts: tuple[float, ...]) -> None:
    levels = [Level(f"{low}", low=low, high=high) for low, high in pairwise([None, *cuts, None])]
    ends = (Level("missing", "missing"), Level("other", "other"))
    criterion = Criterion("c", 'a "column"', "number", "fit", (*levels, *ends))
    values = [*WHOLE, 2**31, 2**31 + 4, 2**31 + 5, 4, 39_999, 40_000, None]
    assert codes(criterion, "whole", values) == [criterion.index_of(value) for value in values]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(criteria())
def test_booleans_and_dates_get_the_level_of_the_rule(criterion: Criterion) -> None:
    assert codes(criterion, "boolean", [True, False, None]) == [criterion.index_of(v) for v in (True, False, None)]
    day = np.datetime64("2025-11-22").item()
    assert codes(criterion, "date", [day, None]) == [criterion.index_of(day), criterion.index_of(None)]


@pytest.mark.parametrize("value", HOSTILE)
def test_every_hostile_text_is_found_by_itself_and_by_no_other(value: str) -> None:
    levels = (Level("it", values=(value,)), Level("missing", "missing"), Level("other", "other"))
    criterion = Criterion("c", 'a "column"', "text", "fit", levels)
    assert codes(criterion, "text", list(HOSTILE)) == [criterion.index_of(each) for each in HOSTILE]


def test_a_text_no_table_can_hold_matches_nothing() -> None:
    levels = (Level("it", values=("\ud800", "a")), Level("missing", "missing"), Level("other", "other"))
    assert codes(Criterion("c", 'a "column"', "text", "fit", levels), "text", ["a", "b"]) == [0, 2]


def reading(kind: str, levels: tuple[Level, ...], of: Kind = "text") -> tuple[str, Any]:
    ends = (Level("missing", "missing"), Level("other", "other"))
    how = coding(table_of("c", kind), [Criterion("c", "c", of, "fit", (*levels, *ends))])
    assert how.tables is not None
    return how.expressions[0], how.tables[0]


def test_numbers_that_come_out_are_narrow_and_turned_into_codes_by_a_table() -> None:
    one = reading("text", (Level("x", values=("x",)), Level("y", values=("y",))))
    assert one[0].startswith("CAST(COALESCE(LIST_POSITION(['x', 'y'], \"c\")") and one[0].endswith("AS UTINYINT)")
    assert one[1] == 1  # places 1 and 2 are codes 0 and 1, then missing and other
    pooled = reading("text", (Level("x or y", values=("x", "y")), Level("z", values=("z",))))[1]
    assert pooled.tolist() == [0, 0, 0, 1, 2, 3]
    many = reading("text", tuple(Level(f"v{i}", values=(f"v{i}", f"w{i}")) for i in range(200)))
    assert "MAP_EXTRACT_VALUE" in many[0] and many[1] == 0
    steps = tuple(Level(f"{low}", low=low, high=high) for low, high in ((None, 3), (3, 1000), (1000, None)))
    number = reading("whole", steps, "number")
    assert number[0] == 'CAST(CASE WHEN "c" IS NULL THEN 999 ELSE GREATEST(LEAST("c", 1000), 2) + -2 END AS USMALLINT)'
    assert np.bincount(number[1]).tolist() == [1, 997, 1, 1]
    far = tuple(Level(f"{low}", low=low, high=high) for low, high in ((None, 3), (3, 10**6), (10**6, None)))
    assert "LEAST" not in reading("whole", far, "number")[0]  # too many numbers for a table
