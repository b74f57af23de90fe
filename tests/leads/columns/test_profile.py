"""What is in each column: counts beside pandas, a sample of large tables, and columns that are days or numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate.engine import open_table
from calibrate.leads.columns import profile as module
from calibrate.leads.columns.profile import (
    Profile,
    looks_dated,
    one_way,
    profiles_of,
    since_1970,
    unread_date,
    written_numbers,
)


def of(folder: Path, **columns: list[object]) -> dict[str, Profile]:
    pd.DataFrame(columns).to_csv(folder / "leads.csv", index=False)
    return profiles_of(open_table(folder / "leads.csv"))


def test_counts_are_those_of_pandas(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    texts = random.choice(np.array(["a", "b", "c", None], object), 500, p=[0.5, 0.3, 0.1, 0.1])
    numbers = np.where(random.random(500) < 0.2, np.nan, random.integers(0, 40, 500))
    flags = random.choice(np.array(["true", "false"], object), 500)
    found = of(tmp_path, text=list(texts), number=list(numbers), flag=list(flags))
    counts = pd.Series(texts).value_counts()
    assert found["text"].texts == tuple((str(text), int(n)) for text, n in counts.items())
    assert (found["text"].filled, found["text"].distinct, found["text"].gaps) == (counts.sum(), 3, 500 - counts.sum())
    assert found["number"].filled == np.isfinite(numbers).sum()
    assert found["number"].distinct == len(np.unique(numbers[np.isfinite(numbers)]))
    assert dict(found["flag"].texts) == pd.Series(flags).value_counts().to_dict()


def test_rare_texts_are_counted_and_blanks_are_none(tmp_path: Path) -> None:
    found = of(tmp_path, x=["a", "a", "a", "b", "b", "c", " ", "\t", None, "d"])["x"]
    assert (found.filled, found.distinct, found.rare) == (7, 4, 3)  # b, c and d stand in two cells at most


def test_texts_of_many_columns_are_counted_here_as_the_engine_counts_them(tmp_path: Path) -> None:
    odd = [
        "é",
        "e\u0301",
        " a",
        "a ",
        "a",
        "A",
        "ß",
        "ss",
        "\t",
        "",
        "\u00a0",
        "\u2028x",
        "🧨",
        "字",
        "0",
        "00",
        "'",
        '"',
        "z" * 400,
    ]
    chance = np.random.default_rng(5)
    cells = {f"c{i}": list(chance.choice(np.array([*odd, None], object), 300)) for i in range(6)}
    table = open_table(pd.DataFrame(cells | {"many": [f"v{i // 2}" for i in range(300)]}))
    columns = [column for column in table.columns if column.type == "text"]
    assert len(columns) == 7
    engine = module._texts(table, columns, table.relation, 300)
    assert module._fetched_texts(table, columns, table.relation, 300) == engine
    assert engine["many"].distinct == 150 and engine["c0"].rare >= 0


def test_large_tables_are_looked_at_from_beginning_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 320)  # 16 stretches of 10 rows
    found = of(tmp_path, n=list(range(1600)))["n"]
    assert found.numbers is not None
    assert (found.numbers.min(), found.numbers.max()) == (0, 1599)
    stretches = found.numbers.reshape(16, 10)
    assert (np.diff(stretches, axis=1) == 1).all() and (np.diff(stretches[:, 0]) > 10).all()


def test_large_tables_are_counted_to_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One number, text and yes among two thousand rows, in none of the rows that are looked at."""
    monkeypatch.setattr(module, "LOOKED_AT", 320)
    rare = 60
    columns = {
        "n": [7.5 if i == rare else i % 5 for i in range(2000)],
        "t": ["rare" if i == rare else "ab"[i % 2] for i in range(2000)],
        "yes": [i == rare for i in range(2000)],
        "own": [f"{i} words" for i in range(2000)],
        "few": [f"{i % 60},5" for i in range(2000)],
    }
    found = of(tmp_path, **columns)
    assert found["n"].number_counts.values.tolist() == [0, 1, 2, 3, 4, 7.5]
    assert found["n"].number_counts.leads.tolist() == [399, 400, 400, 400, 400, 1]
    assert (found["n"].rows, found["n"].distinct, found["t"].rows) == (2000, 6, 2000)
    assert found["t"].texts == (("b", 1000), ("a", 999), ("rare", 1))
    assert dict(found["yes"].texts) == {"True": 1, "False": 1999}
    assert found["own"].rows == 160 and found["own"].distinct == 160  # texts of their own are not counted to the end
    assert found["few"].number_counts.values.tolist() == [i + 0.5 for i in range(60)]


def test_many_numbers_are_counted_by_the_cells_of_a_fine_grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 2000)
    values = np.sort(np.random.default_rng(5).lognormal(4, 2, 12_000).round(4))
    found = of(tmp_path, n=values.tolist(), few=(values.round(-1)).tolist())
    counts = found["n"].number_counts
    assert not counts.exact and counts.leads.sum() == 12_000 and len(counts.values) < 5000
    assert set(counts.values) <= set(values)
    up_to = np.concatenate([[0], np.cumsum(counts.leads)[:-1]])
    assert (values[up_to] == counts.values).all()  # each stands for the numbers from itself on
    exact = found["few"].number_counts
    assert exact.exact and (exact.values == np.unique(values.round(-1))).all()


@pytest.mark.parametrize(
    ("texts", "signs"),
    [
        ([f"{i},5" for i in range(60)], (",", "")),
        ([f"1 {i:03d},50" for i in range(60)], (",", " ")),
        ([f"0{i}" for i in range(60)], None),  # codes: a zero before them
        ([f"+33 6 {i:02d} 00 00 00" for i in range(60)], None),
        ([f"{i}" if i % 2 else f"c{i}" for i in range(60)], None),  # half of them are words
        ([f"{i},5" for i in range(40)], None),  # few enough to be levels of their own
    ],
)
def test_texts_that_are_numbers_in_the_way_of_their_source(texts: list[str], signs: tuple[str, str] | None) -> None:
    found = Profile(module.Column("x", "text"), len(texts), len(texts), len(texts), tuple((t, 1) for t in texts))
    reading = written_numbers(found)
    assert (None if reading is None else (reading.decimal, reading.thousands)) == signs


def numeric(name: str, values: list[float]) -> Profile:
    return Profile(
        module.Column(name, "number"), len(values), len(values), len(set(values)), numbers=np.array(values, float)
    )


@pytest.mark.parametrize(
    ("name", "values", "days"),
    [
        ("created_at", [1_700_000_000, 1_710_000_000], True),
        ("created_at", [1_700_000_000_000, 1_710_000_000_000], True),
        ("amount", [1_700_000_000, 1_710_000_000], False),
        ("Created date", [45_000, 45_500], True),  # Excel's days
        ("visits", [45_000, 45_500], False),
        ("x", [20240101 + i for i in range(25)], True),
        ("x", [20240101, 20240102], False),  # too few to be days under any name
        ("x", [20241301 + i for i in range(25)], False),  # a 13th month
    ],
)
def test_numbers_that_are_days(name: str, values: list[float], days: bool) -> None:
    assert since_1970(numeric(name, values)) is days


def test_columns_called_dates_that_are_not_read_as_such(tmp_path: Path) -> None:
    days = range(1, 21)
    found = of(
        tmp_path,
        created_date=[f"{day} of {day % 12}" for day in days],
        date_read=[f"2025-01-{day:02d}" for day in days],
        created_by=[f"user {day}" for day in days],
    )
    assert unread_date(found["created_date"]) and not unread_date(found["created_by"])
    assert looks_dated(found["date_read"]) and not looks_dated(found["created_by"])
    assert [one_way(np.array(v)) for v in ([1, 2, 3], [3, 2, 1], [1, 1, 2], [1, 3, 2])] == [True, True, False, False]
