"""Cells with several answers and addresses of pages: what is read in them, and what is left alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import calibrate
from calibrate.leads.columns.many_valued import answers, pages, rules_of_lists


def cells(separator: str, *, rows: int = 600, json: bool = False) -> Counter[str]:
    rng = np.random.default_rng(0)
    names = ("crm", "price list", "Erp", "API")
    drawn = []
    for row in rng.random((rows, 4)) < 0.4:
        parts = [name for name, holds in zip(names, row, strict=True) if holds]
        drawn.append("[" + separator.join(f'"{part}"' for part in parts) + "]" if json else separator.join(parts))
    return Counter(text for text in drawn if text)


@pytest.mark.parametrize(("separator", "json"), [(";", False), (", ", False), ("|", False), (",", True)])
def test_each_answer_is_a_yes_or_no(separator: str, json: bool) -> None:
    rules = answers("Tools", cells(separator, json=json))
    assert set(rules) == {"Tools: crm", "Tools: price list", "Tools: erp", "Tools: api"}
    text = '["API", "Price  List"]' if json else f"API{separator}Price  List"
    assert [rules[f"Tools: {name}"].answer(text) for name in ("crm", "price list", "api")] == ["no", "yes", "yes"]
    assert rules["Tools: crm"].answer("crm software") == "no"


@pytest.mark.parametrize(
    "filled",
    [
        Counter({"Retail, wholesale": 40, "Finance, insurance": 30, "Health": 20}),
        Counter({"Paris": 50, "Lyon": 40}),
        Counter({f"met Mr {i}, then called, again {i}": 1 for i in range(200)}),
        Counter({"a;b": 3}),
    ],
)
def test_commas_alone_make_no_list(filled: Counter[str]) -> None:
    assert answers("x", filled) == {}


def test_names_of_people_are_no_answers() -> None:
    rng = np.random.default_rng(1)
    people = ("Marie Dupont", "Paul Martin", "Jean Durand", "Anna Smith")
    filled = Counter(";".join(rng.choice(people, rng.integers(1, 4), replace=False)) for _ in range(300))
    assert answers("Attendees", filled) == {}


def test_pages_lose_host_and_query_and_sources_are_read_off() -> None:
    paths = ("/", "/pricing", "/pricing/pro", "/blog/a", "/blog/b", "/x9")
    filled = Counter(
        f"https://www.acme.com{path}?utm_source={source}&utm_medium=cpc&id={at}"
        for at, (path, source) in enumerate([(p, s) for p in paths for s in ("Google", "bing")] * 15)
    )
    rules = pages("First page", filled)
    assert {"First page: /", "First page: /pricing*", "First page: /pricing/pro*", "First page: /blog*"} <= set(rules)
    assert rules["First page: /pricing*"].answer("http://other.org/PRICING/pro#top") == "yes"
    assert rules["First page: /"].answer("https://acme.com?utm_source=x") == "yes"
    assert rules["First page (utm_source)"].answer("/x?utm_source=google") == "google"
    assert rules["First page (utm_source)"].answer("/x") == "none"
    assert "First page (utm_medium)" not in rules  # all have the same


def test_few_addresses_are_answers_as_they_stand() -> None:
    assert pages("page", Counter({"/a": 100, "/b": 100})) == {}
    assert pages("page", Counter({f"word {i}": 10 for i in range(50)})) == {}


def test_columns_of_a_table() -> None:
    texts = [cell for cell, count in cells(";").items() for _ in range(count)]
    frame = pd.DataFrame({"Tools": texts, "n": range(len(texts)), "City": np.resize(["Paris", "Lyon"], len(texts))})
    table = calibrate.open_table(frame)
    assert {rule.source for rule in rules_of_lists(table).values()} == {"Tools"}
    assert rules_of_lists(table, ("Tools",)) == {}


@pytest.mark.parametrize("between", [" / ", " + ", " & ", "\n"])
def test_answers_with_a_sign_between_blanks_are_several(between: str) -> None:
    cells = Counter({"crm": 30, f"crm{between}erp": 40, f"erp{between}bi{between}crm": 25, "bi": 30})
    rules = answers("Tools", cells)
    assert list(rules) == ["Tools: crm", "Tools: erp", "Tools: bi"]
    assert rules["Tools: erp"].answer(f"bi{between}ERP") == "yes"
    assert rules["Tools: erp"].answer("crm") == "no"


def test_a_sign_inside_a_word_parts_nothing() -> None:
    assert answers("Tools", Counter({"A/B": 40, "A/C": 40, "R&D": 40, "C++": 40, "B/C": 40, "B/D": 9})) == {}


def test_in_a_small_file_answers_of_a_list_are_read_too() -> None:
    """Thirty cells: an answer needs a sixth of them, five at least; one of three is left out."""
    cells = Counter({"price;quality": 11, "price": 4, "fast;quality": 3, "quality;service": 8, "price;service": 4})
    assert list(answers("Why", cells)) == ["Why: quality", "Why: price", "Why: service"]
    cells = Counter({"price;quality": 9, "price": 6, "quality;service": 7, "service": 8})
    assert list(answers("Why", cells)) == ["Why: quality", "Why: price", "Why: service"]
