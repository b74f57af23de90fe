"""Words for no answer, yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.vocabulary import (
    BLANKS,
    NO,
    NUMBER_PLACEHOLDERS,
    PLACEHOLDERS,
    THOUSANDS,
    YES,
    is_placeholder,
    shape_of,
)


@pytest.mark.parametrize(
    "text", ["Select", "N/A", " not provided ", "-", "unknown", "None Given", "Non renseigné", "n.c."]
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["None", "Other", "Autre", "No", "0", "Na Trang", "Selected", "Aucun"])
def test_answers_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


def test_no_word_means_yes_and_no_and_none_means_no_answer() -> None:
    assert not YES & NO and not (YES | NO) & PLACEHOLDERS
    assert PLACEHOLDERS < NUMBER_PLACEHOLDERS


@pytest.mark.parametrize("words", [PLACEHOLDERS, NUMBER_PLACEHOLDERS, YES, NO])
def test_words_are_listed_as_they_are_compared(words: frozenset[str]) -> None:
    """Folded, with single blanks: a word listed otherwise would never match."""
    assert [word for word in words if word != " ".join(word.casefold().split())] == []
    assert all(is_placeholder(f"\t{word.upper()}  ") for word in words & PLACEHOLDERS)


@given(st.text())
def test_a_shape_tells_letters_and_digits_apart_and_nothing_more(text: str) -> None:
    shape = shape_of(text)
    assert len(shape) == len(text)
    for sign, written in zip(text, shape, strict=True):
        expected = "9" if sign.isdecimal() else ("A" if sign.isupper() else "a") if sign.isalnum() else sign
        assert written == expected or (sign.isnumeric() and not sign.isdecimal())


def test_blanks_between_thousands_are_four() -> None:
    assert len(set(THOUSANDS)) == len(THOUSANDS) == 4 and set(BLANKS) & set(THOUSANDS) == {" "}
