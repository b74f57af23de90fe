"""Columns with a part of their own: the id of a lead, and the order of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from columns_case import contacts

from calibrate.engine import Session, Table, open_table
from calibrate.leads.columns import roles
from calibrate.leads.columns.roles import find_id, ids_of, monotone, newest_first, repeats, values_of


def opened(folder: Path, **columns: Any) -> Table:
    pd.DataFrame({**columns, "every row": 1}).to_csv(folder / "roles.csv", index=False)
    return open_table(folder / "roles.csv")


def test_a_file_that_stands_newest_first_is_noticed(tmp_path: Path) -> None:
    numbers = [500 - i for i in range(400)]
    numbers[70] += 3  # not strictly: the order is not taken from it, but said
    (tmp_path / "leads.csv").write_text("Lead Number,won\n" + "".join(f"{n},{n % 3 % 2}\n" for n in numbers))
    table = Session().open(tmp_path / "leads.csv")
    found = newest_first(table)
    assert found is not None
    assert found[0] == "Lead Number"
    assert found[1] > 0.99
    (tmp_path / "up.csv").write_text("Lead Number,won\n" + "".join(f"{n},{n % 3 % 2}\n" for n in numbers[::-1]))
    assert newest_first(Session().open(tmp_path / "up.csv")) is None


def test_an_id_of_leads_that_repeats_is_still_their_id(tmp_path: Path) -> None:
    frame = contacts(30, 2).rename(columns={"id": "Lead ID"})
    frame["Lead ID"] = np.where(frame.index % 3 == 2, frame["Lead ID"] - 1, frame["Lead ID"])
    assert find_id(opened(tmp_path, **frame)) == "Lead ID"
    frame["Lead ID"] = frame.index // 5  # five rows each: something else is counted here
    assert find_id(opened(tmp_path, **frame)) is None


def test_the_id_is_the_column_called_so_whose_values_differ(tmp_path: Path) -> None:
    names = [f"x{i * 7 % 40}" for i in range(40)]
    assert find_id(opened(tmp_path, **{"Lead ID": names, "Sector": ["a"] * 40})) == "Lead ID"
    assert find_id(opened(tmp_path, **{"Account ID": ["a"] * 40, "Sector": names})) is None
    assert find_id(opened(tmp_path, **{"Lead ID": names, "id": list(range(40))})) == "id"  # it tells the order too
    gaps = [None if i % 20 == 0 else name for i, name in enumerate(names)]
    assert find_id(opened(tmp_path, **{"Lead ID": gaps})) is None  # one of twenty has none


@pytest.mark.parametrize(
    ("values", "direction"),
    [([1, 2, 5], 1), ([5, 2, 1], -1), ([1, 1, 2], 0), ([1, 3, 2], 0), ([1, None, 3], 0), ([7], 0), (["a", "b"], 1)],
)
def test_the_direction_of_a_column(tmp_path: Path, values: list[object], direction: int) -> None:
    assert monotone(opened(tmp_path, v=values), "v") == direction


@pytest.mark.parametrize(
    ("values", "again"),
    [([3, 1, 2], False), ([3, 1, 3], True), (["a", "b", None, None], False), (["a", "b", "a"], True)],
)
def test_values_that_stand_in_more_than_one_row(tmp_path: Path, values: list[object], again: bool) -> None:
    """An empty cell is no value, so two of them are no repetition."""
    table = opened(tmp_path, v=values)
    assert ids_of(table, "v").repeated is again and repeats(table, '"v"') is again
    filled = [value for value in values if value is not None]
    assert values_of(table, '"v"') == (len(filled), len(set(filled)))


@pytest.mark.parametrize(
    "name",
    ["Opportunity Number", "Código de oportunidad", "Chancen-ID", "Kontaktnummer", "N° Opportunité", "Id. trattativa"],
)
def test_an_id_of_deals_that_repeats_is_theirs_in_any_language(tmp_path: Path, name: str) -> None:
    repeating = [f"L{row % 36:03}" for row in range(60)]
    assert find_id(opened(tmp_path, **{name: repeating})) == name
    assert find_id(opened(tmp_path, **{"Kundennummer": repeating})) is None  # a customer may have bought twice
    assert find_id(opened(tmp_path, **{"Kundennummer": [f"K{row}" for row in range(60)]})) == "Kundennummer"


@pytest.mark.parametrize("kind", ["text", "number"])
def test_ids_that_are_too_many_at_once_are_compared_in_parts(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "MOST_HELD", 150)
    random = np.random.default_rng(4)
    numbers = pd.Series(random.integers(-400, 400, 1000)).astype("Int64")
    numbers[random.random(1000) < 0.1] = pd.NA
    numbers[500:700] = 7  # one part holds far more than its share
    cells = numbers if kind == "number" else numbers.map("L{}".format, na_action="ignore")
    table = opened(tmp_path, v=cells)
    assert values_of(table, '"v"', integral=kind == "number") == (numbers.count(), numbers.nunique())
