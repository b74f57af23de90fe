"""Columns that point at something, by name and value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.keys import names_key, pointer
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from


def criterion(name: str, texts: list[str]) -> Criterion:
    levels = (*(Level(text, values=(text,)) for text in texts), Level("missing", "missing"), Level("other", "other"))
    return Criterion(name, name, "text", "fit", levels)


@pytest.mark.parametrize(
    ("name", "texts", "kind"),
    [
        ("Month of entry", ["a", "b"], "calendar"), ("Wochentag", ["a", "b"], "calendar"),
        ("mois", ["a", "b"], "calendar"),
        ("f7", ["Lundi", "Mardi"], "calendar"), ("f7", ["2024-01", "2024-02"], "calendar"),
        ("f7", ["Q1", "Q2"], "calendar"),
        ("Account ID", ["1", "2"], "key"), ("Sector", ["Steel", "Glass"], None), ("visits per month", ["1", "2"], None),
        ("Year founded", ["1999", "2001"], None), ("Owner", [f"x{i}y z" for i in range(40)], "key"),
        ("City", [f"Town {'abcdefgh'[i % 8]}{'xyz'[i % 3]}{'klmno'[i % 5]}" for i in range(40)], None),
    ],
)  # fmt: skip
def test_pointers_are_known_by_name_and_value(name: str, texts: list[str], kind: str | None) -> None:
    assert pointer(criterion(name, list(dict.fromkeys(texts)))) == kind


def test_numbers_that_are_keys_are_never_ranges(tmp_path: Path) -> None:
    pick = np.random.default_rng(4)
    lines = ["Account,Month,Source,Won"]
    for i in range(1500):
        sector = ("Web", "Fair")[pick.integers(0, 2)]
        won = pick.random() < (0.4 if sector == "Fair" else 0.15)
        lines.append(f"{21000 + pick.integers(0, 150)},{i // 100 % 12 + 1},{sector},{'yes' if won else 'no'}")
    (tmp_path / "leads.csv").write_text("\n".join(lines), encoding="utf-8")

    def counted(keep: tuple[str, ...] = ()) -> monthly.Counted:
        return monthly.read_rows(settings_from({
            "data": {"file": str(tmp_path / "leads.csv")}, "outcome": {"customer": "Won"}, "columns": {"keep": keep},
        }))  # fmt: skip

    first = counted()
    assert first.allowed == ("Source",)
    said = {key: dict(facts) for key, facts in first.history.facts if key.endswith("_by_chance")}
    assert said == {"key_by_chance": {"column": "Account", "levels": 150, "tried": 2},
                    "calendar_by_chance": {"column": "Month", "levels": 12, "tried": 2}}  # fmt: skip
    kept = counted(("Account",))
    assert "Account" in kept.allowed
    assert {c.kind for c in kept.tally.criteria if c.name == "Account"} == {"text"}
    assert names_key("Account") and not names_key("Accounts")
