"""The file of changes that the review page hands out: read whole, or refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibrate.errors import InputError
from calibrate.monthly.changes import Changes, read_changes


def test_a_file_of_the_page(tmp_path: Path) -> None:
    content = {"schema": 1, "candidate": "sparse", "by": "Claire", "why": "agreed", "thresholds": [21, 28],
               "points": [{"criterion": "a=b", "level": "=x", "points": -3}]}  # fmt: skip
    (tmp_path / "changes.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_changes(tmp_path / "changes.json") == Changes("sparse", "Claire", "agreed", ("a=b==x=-3",), (21, 28))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "points": [1]}', '{"schema": 1, "thresholds": [1]}',
     '{"schema": 1, "points": [{"criterion": "a", "level": "b", "points": 1e400}]}', "[" * 100_000,
     '{"schema": 1, "by": 3}', '{"schema": 1, "thresholds": [true, 2]}'],
)  # fmt: skip
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "changes.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"is no changes\.json of a review page"):
        read_changes(tmp_path / "changes.json")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_changes(tmp_path / "changes.json")
