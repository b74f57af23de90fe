"""Indented JSON: letter for letter what the standard library writes."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.json_text import indented

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none())
KEYS = st.one_of(st.text(), st.integers(), st.booleans())
VALUES = st.recursive(
    st.one_of(NUMBERS, st.text()),
    lambda parts: st.one_of(st.lists(parts), st.tuples(parts, parts), st.dictionaries(KEYS, parts)),
    max_leaves=25,
)


@given(VALUES)
def test_it_is_what_the_standard_library_writes(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), NUMBERS)))
def test_keys_can_be_sorted(value: object) -> None:
    assert indented(value, sort_keys=True) == json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)


def test_numbers_of_numpy_are_numbers() -> None:
    assert indented([np.int64(3), np.float64(0.1), np.bool_(True), np.uint8(7)]) == "[\n 3,\n 0.1,\n true,\n 7\n]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")], np.float64("nan")])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        indented(value)


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no place in JSON"):
        indented({"a": {1, 2}})
