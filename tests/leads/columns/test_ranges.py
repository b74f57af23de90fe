"""Ranges of numbers as people write them, and ordered levels of a column that holds them."""

from __future__ import annotations

from math import inf

import pandas as pd
import pytest

import calibrate
from calibrate.leads.columns.proposal import propose
from calibrate.leads.columns.ranges import order, span

SPANS = {
    "1-10": (1, 10), "11 – 50": (11, 50), "1,001-5,000": (1001, 5000), "1.001 bis 5.000": (1001, 5000),
    "$10k - $50k": (10_000, 50_000), "10-50k": (10_000, 50_000), "50-200 salariés": (50, 200), "de 10 à 49": (10, 49),
    "> 1000": (1000, inf), "10,000+": (10_000, inf), "1000 et plus": (1000, inf), "más de 500": (500, inf),
    "oltre 250 dipendenti": (250, inf), "+ de 500 salariés": (500, inf), "≥ 50": (50, inf), 
    "<10": (-inf, 10), "moins de 10 salariés": (-inf, 10), "up to 5": (-inf, 5), "menos de 20": (-inf, 20),
    "unter 100": (-inf, 100), "0": (0, 0), "1 salarié": (1, 1),
}  # fmt: skip


@pytest.mark.parametrize("text", SPANS)
def test_what_a_range_spans(text: str) -> None:
    assert span(text) == SPANS[text]


@pytest.mark.parametrize("text", ["", "Paris", "2024-01-05", "A-1", "50-11", "v1.2", "1-10 many-things-", "x" * 90])
def test_what_is_no_range(text: str) -> None:
    assert span(text) is None


def test_a_column_of_ranges_has_ordered_levels() -> None:
    sizes = ["501-1000", ">1000", "1-10", "51-200", "11-50", "201-500", "not said"] * 30
    table = calibrate.open_table(pd.DataFrame({"size": sizes, "town": ["a-b", "c", "d"] * 70, "won": [0, 1] * 105}))
    size, town = (c for c in propose(table, leave_out=("won",)).criteria if c.column in ("size", "town"))
    assert size.ordered
    assert [level.name for level in size.levels][:7] == [
        "1-10", "11-50", "51-200", "201-500", "501-1000", ">1000", "not said",
    ]  # fmt: skip
    assert not town.ordered


def test_plain_numbers_have_no_order_of_their_own() -> None:
    assert order(["1", "2", "3", "4"]) is None
