"""Rules of another system as criteria: the grid scores every value as the rules do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import GridError
from calibrate.export.schemes import Ask, Scheme, grid_of, number, parse, part, whole

NUMBERS = st.sampled_from([-1.0, 0.0, 2.5, 7.0])
NUMERIC = st.builds(
    lambda op, value: Ask(op, (value,)), st.sampled_from(["at_least", "above", "at_most", "below", "one_of"]), NUMBERS
)
TEXTUAL = st.builds(
    lambda values: Ask("one_of", tuple(values)), st.lists(st.sampled_from("abc"), min_size=1, max_size=2)
)
STATE = st.sampled_from([Ask("known"), Ask("unknown"), Ask("always")])


def nested(leaves: st.SearchStrategy[Ask]) -> st.SearchStrategy[Ask]:
    return st.recursive(
        st.one_of(leaves, STATE),
        lambda inner: st.one_of(
            st.builds(lambda parts: Ask("all", parts=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: Ask("any", parts=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda one: Ask("not", parts=(one,)), inner),
        ),
        max_leaves=5,
    )  # fmt: skip


def schemes(leaves: st.SearchStrategy[Ask]) -> st.SearchStrategy[list[Scheme]]:
    rules = st.lists(st.tuples(nested(leaves), st.integers(-9, 9)), min_size=1, max_size=4)
    one = st.builds(
        lambda r, first, default: Scheme("x", "fit", "", first, default, r), rules, st.booleans(), st.integers(-2, 2)
    )
    return st.lists(one, min_size=1, max_size=2)


@settings(max_examples=150, deadline=None)
@given(schemes(NUMERIC))
def test_numbers_score_as_the_rules_say(own: list[Scheme]) -> None:
    grid = grid_of(own, "g", source="f")
    for value in (None, -5.0, -1.0, -0.5, 0.0, 1.0, 2.5, 2.6, 7.0, 8.0):
        assert grid.score({"x": value}) == sum(scheme.points(value) for scheme in own), value


@settings(max_examples=150, deadline=None)
@given(schemes(TEXTUAL))
def test_texts_score_as_the_rules_say(own: list[Scheme]) -> None:
    grid = grid_of(own, "g", source="f")
    for value in (None, "a", "b", "c", "d", "A"):
        assert grid.score({"x": value}) == sum(scheme.points(value) for scheme in own), value


def test_a_test_of_no_value_and_of_values_with_types() -> None:
    assert not Ask("at_least", (1.0,)).holds(None) and not Ask("one_of", ("a",)).holds(None)
    assert Ask("unknown").holds(None) and Ask("not", parts=(Ask("one_of", ("a",)),)).holds(None)
    assert not Ask("one_of", (1.0,)).holds(True) and Ask("one_of", ("1.0",)).holds(1.0)
    assert not Ask("at_least", (1.0,)).holds("5")


@pytest.mark.parametrize("value", ["1_000", "1.5", "", "many", True, None, [], 1e300, float("inf"), "9" * 30])
def test_points_that_are_no_whole_numbers_are_refused_with_their_place(value: object) -> None:
    with pytest.raises(GridError, match=r"^rule 3: "):
        whole(value, "rule 3")


def test_points_and_parts_that_are_fine() -> None:
    assert [whole(value, "w") for value in (5, "-7", 3.0, " 2 ")] == [5, -7, 3, 2]
    assert part({"a": [1]}, "a", list, "w") == [1] and number({"n": "2.5"}, "n", "w") == 2.5


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON"), ("[" * 100_000, "nested too deeply|not JSON"), (" " * 30_000_000, "bytes; at most")],
)
def test_files_of_strangers_are_bounded(text: str, message: str) -> None:
    with pytest.raises(GridError, match=message):
        parse(text, "f.json")


@pytest.mark.parametrize("body", [{}, {"a": 1}, [], None, "a"])
def test_parts_of_another_shape_are_named(body: object) -> None:
    with pytest.raises(GridError, match="w: 'a' must be a list"):
        part(body, "a", list, "w")


def test_a_property_is_compared_as_one_kind() -> None:
    rules = [(Ask("one_of", ("big",)), 1), (Ask("above", (5.0,)), 2)]
    with pytest.raises(GridError, match="compared as a number and as the text 'big'"):
        grid_of([Scheme("x", "fit", rules=rules)], "g", source="f")
    with pytest.raises(GridError, match="no rule found"):
        grid_of([], "g", source="f")


def test_more_values_than_levels_stand_together_by_their_points() -> None:
    """300 values of 3 different points are three levels; 300 of 300 are too many."""

    def scheme(different: int) -> Scheme:
        rules = [(Ask("one_of", (f"v{i}",)), i % different + 1) for i in range(300)]
        return Scheme("x", "fit", rules=rules)

    grid = grid_of([scheme(3)], "g", source="f")
    assert [level.name for level in grid.criteria[0].levels[:3]] == ["+1 points", "+2 points", "+3 points"]
    assert [grid.score({"x": f"v{i}"}) for i in (0, 1, 2, 299)] == [1, 2, 3, 3] and grid.score({"x": "w"}) == 0
    with pytest.raises(GridError, match="300 values of 300 different points"):
        grid_of([scheme(300)], "g", source="f")
