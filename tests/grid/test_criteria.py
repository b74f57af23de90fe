"""Criteria: which level a value falls into, and how coarser levels take finer ones in."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import GridError
from calibrate.grid.criteria import (
    Criterion,
    Level,
    as_number,
    interval_name,
    is_missing,
    meaning,
    offsets,
    plain_number,
)

ENDS = (Level("missing", "missing"), Level("other", "other"))


def numbers(cuts: list[float], name: str = "n") -> Criterion:
    bins = tuple(Level(f"{low} to {high}", low=low, high=high) for low, high in pairwise([None, *cuts, None]))
    return Criterion(name, name, "number", "fit", (*bins, *ENDS))


def texts(groups: list[tuple[str, ...]]) -> Criterion:
    return Criterion("t", "t", "text", "fit", (*(Level(" or ".join(g), values=g) for g in groups), *ENDS))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6, unique=True), st.floats(-2e6, 2e6))
def test_a_number_falls_into_the_interval_that_numpy_finds(cuts: list[float], number: float) -> None:
    criterion = numbers(sorted(cuts))
    assert criterion.index_of(number) == np.searchsorted(sorted(cuts), number, side="right")
    assert criterion.index_of(repr(number)) == criterion.index_of(number)


def test_a_gap_between_intervals_is_another_answer() -> None:
    criterion = Criterion("n", "n", "number", "fit", (Level("low", high=1), Level("high", low=2), *ENDS))
    names = [criterion.levels[criterion.index_of(value)].name for value in (0.99, 1, 1.99, 2, math.inf, -math.inf)]
    assert names == ["low", "other", "other", "high", "high", "low"]


def test_what_is_listed_is_compared_exactly_numbers_as_numbers_and_truth_by_its_words() -> None:
    criterion = Criterion(
        "c", "c", "text", "fit",
        (Level("a", values=("Bank", "5")), Level("b", values=("bank", "oui")), Level("c", values=(False,)),
         Level("missing", "missing", ("Select",)), Level("other", "other")),
    )  # fmt: skip
    values = ("Bank", "bank", "BANK", 5, 5.0, "5.0", True, False, "FALSE", "Select", "select", " ", None)
    assert [criterion.index_of(value) for value in values] == [0, 1, 4, 0, 0, 4, 1, 2, 2, 3, 4, 3, 3]


def test_numbers_that_stand_for_no_answer_however_they_are_spelt() -> None:
    missing = Level("missing", "missing", ("-1", "n/a"))
    criterion = Criterion("n", "n", "number", "fit", (Level("any"), missing, Level("other", "other")))
    assert criterion.no_answers == (-1.0,)
    assert [criterion.index_of(v) for v in (-1, "-1.0", "-1e0", "n/a", "1", "x")] == [1, 1, 1, 1, 0, 2]


@pytest.mark.parametrize("value", [None, math.nan, np.float64("nan"), pd.NA, pd.NaT, "", " \t\r\n"])
def test_values_that_are_none(value: object) -> None:
    assert is_missing(value) and texts([("a",)]).index_of(value) == 1


@pytest.mark.parametrize("value", ["\u00a0", "\u200b", "0", "None", "nan", 0, False, "-"])
def test_values_that_are_some(value: object) -> None:
    """Blanks of other scripts are text: no engine trims them."""
    assert not is_missing(value)


@given(st.text())
def test_a_text_is_a_number_only_as_a_plain_decimal(text: str) -> None:
    number = as_number(text)
    if number is not None:
        assert number == float(text) and set(text) <= set("0123456789.eE+- \t\r\n")


@pytest.mark.parametrize("text", ["inf", "nan", "1_0", "٣", "0x10", "1e", "--1", "1 0", "1,5", "", ".", "１"])
def test_what_python_alone_takes_for_a_number_is_none(text: str) -> None:
    assert as_number(text) is None


def test_huge_whole_numbers_are_beyond_every_cut() -> None:
    assert as_number(10**400) == math.inf and as_number(-(10**400)) == -math.inf
    assert numbers([5]).index_of(10**400) == 1


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=8, unique=True), st.data())
def test_a_finer_level_is_placed_where_all_its_values_fall(cuts: list[int], data: st.DataObject) -> None:
    fine = numbers(sorted(cuts))
    coarse = numbers(sorted(data.draw(st.sets(st.sampled_from(cuts)))))
    place = coarse.placed(fine)
    for value in (*range(-51, 52), None, "x"):
        assert place[fine.index_of(value)] == coarse.index_of(value)


def test_texts_of_a_finer_level_are_placed_and_unknown_ones_are_other() -> None:
    fine, coarse = texts([("a",), ("b",), ("c",)]), texts([("b", "a")])
    assert coarse.placed(fine).tolist() == [0, 0, 2, 1, 2]
    assert fine.placed(fine).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("levels", "reference", "message"),
    [
        ((Level("a"), Level("other", "other")), None, "exactly one missing and one other level; it has 0 and 1"),
        ((*ENDS, Level("none", "missing")), None, "it has 2 and 1"),
        ((Level("a"), Level("a"), *ENDS), None, "two levels named 'a'"),
        ((Level("a"), *ENDS), "b", "no level 'b' to be its reference"),
        ((*(Level(f"{i}") for i in range(254)), *ENDS), None, "has 256 levels; at most 255"),
    ],
)
def test_what_is_no_criterion_is_refused(levels: tuple[Level, ...], reference: str | None, message: str) -> None:
    with pytest.raises(GridError, match=message):
        Criterion("c", "c", "text", "fit", levels, reference)


def test_names_of_intervals_and_numbers_and_places_of_levels() -> None:
    names = [interval_name(low, high) for low, high in ((None, -5), (-5, -4), (-10, -5), (0, 10), (1e12, None))]
    assert names == ["<-5", "-5", "-10 to -6", "0-9", "1e+12+"]
    assert [plain_number(x) for x in (3.0, 0.1 + 0.2, 123456789.5, 2e10)] == ["3", "0.3", "123456789.5", "2e+10"]
    assert offsets([]).tolist() == [0] and offsets([numbers([1]), texts([("a",)])]).tolist() == [0, 4, 7]


@pytest.mark.parametrize(("word", "truth"), [("Oui", True), ("VRAI", True), ("0", False), ("off", False), ("2", None)])
def test_words_for_yes_and_no(word: str, truth: bool | None) -> None:
    assert meaning(word) is truth
