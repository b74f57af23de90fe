"""Postal codes give a region; other codes do not."""

from __future__ import annotations

from collections import Counter

import pytest

from calibrate.leads.columns.regions import region_rules

CODES = Counter({f"{region}{place:03}": 2 for region in ("01", "06", "13", "75") for place in range(12)})


@pytest.mark.parametrize("name", ["Code postal", "ZIP", "PLZ", "billing_postal_code", "CAP"])
def test_columns_called_postal_codes_give_their_first_two_digits(name: str) -> None:
    ((column, rule),) = region_rules(name, CODES).items()
    assert column == f"{name} (first two digits)"
    assert [rule.answer(code) for code in ("01000", "13999", "99000", None)] == ["01", "13", "other", None]


@pytest.mark.parametrize(
    ("name", "cells"),
    [("Amount", CODES), ("zip", Counter({"75001": 100})), ("zip", Counter({f"A{at}": 2 for at in range(60)}))],
)
def test_other_columns_give_none(name: str, cells: Counter[str]) -> None:
    assert region_rules(name, cells) == {}
