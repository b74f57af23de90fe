"""Ids of two files that mean one lead: GUIDs in every writing, and columns called alike."""

from __future__ import annotations

import csv
import json
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from siege.running import ended


def written(path: Path, head: list[str], rows: list[list[str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return str(path)


GUIDS = [str(uuid.UUID(int=(i + 1) * 0x1234567890ABCDEF1234567)) for i in range(120)]


def history(tmp_path: Path, name: str, ids: list[str]) -> str:
    rows = [[key, str(date(2024, 3, 1) + timedelta(days=i)), "Web" if i % 2 else "Fair"] for i, key in enumerate(ids)]
    return written(tmp_path / "leads.csv", [name, "created", "source"], rows)


@pytest.mark.parametrize(
    "write", [str.upper, lambda g: "{" + g + "}", lambda g: g.replace("-", ""), lambda g: "{" + g.upper() + "}"]
)
def test_a_guid_is_one_id_in_every_writing(tmp_path: Path, write: object) -> None:
    leads = history(tmp_path, "contactid", GUIDS)
    rows = [[write(key), str(date(2024, 3, 15) + timedelta(days=i))] for i, key in enumerate(GUIDS) if i % 3 == 0]  # type: ignore[operator]
    deals = written(tmp_path / "deals.csv", ["contactid", "closed"], rows)
    code, out, err = ended(("check", leads, "--outcomes", deals, "--lead-id", "contactid", "--json"))
    assert code == 0, err
    answer = json.loads(out)
    joined = {fact["key"]: fact["facts"] for fact in answer["history"]["facts"]}
    assert joined["joined_guid"] == {"name": "deals.csv", "matched": 40, "ids": 40}
    assert answer["overall"]["customers"] == 14  # every third of the 42 leads that are 90 days old


@pytest.mark.parametrize("name", ["lead number", "LEAD NUMBER", " Lead_Number ", "lead-number", "LeadNumber"])
def test_the_id_may_be_called_otherwise_in_the_second_file(tmp_path: Path, name: str) -> None:
    leads = history(tmp_path, "Lead Number", [f"L{i}" for i in range(120)])
    rows = [[f"L{i}", str(date(2024, 3, 15) + timedelta(days=i))] for i in range(0, 120, 3)]
    deals = written(tmp_path / "deals.csv", [name, "closed"], rows)
    code, out, err = ended(("check", leads, "--outcomes", deals, "--lead-id", "Lead Number", "--json"))
    assert code == 0, err
    assert json.loads(out)["overall"]["customers"] == 14
