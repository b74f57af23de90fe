"""The newest ledger of the months before this one; what cannot be read is passed over."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from calibrate.monthly.earlier import Earlier, earlier_ledger

LEDGER = {"columns": {}, "cohorts": ["2025-01"], "leads": [7]}


def month(reports: Path, name: str, text: str | None = None) -> None:
    (reports / name).mkdir(parents=True)
    content = json.dumps({"ledger": LEDGER, "history": {"as_of": f"{name[:7]}-10"}}) if text is None else text
    (reports / name / "run.json").write_text(content, encoding="utf-8")


def test_the_newest_month_before_this_one_counts(tmp_path: Path) -> None:
    for name in ("2025-02", "2025-03", "2025-05", "2025-06", "archive", "2025-04 copy"):
        month(tmp_path, name)
    assert earlier_ledger(tmp_path, date(2025, 5, 10)) == Earlier(LEDGER, "2025-03-10")
    assert earlier_ledger(tmp_path, date(2025, 2, 28)) is None
    assert earlier_ledger(tmp_path, None) is None and earlier_ledger(tmp_path / "none", date(2025, 5, 10)) is None


@pytest.mark.parametrize(
    "text",
    [
        "{broken",
        "[]",
        json.dumps({"history": {"as_of": "2025-04-10"}}),
        json.dumps({"ledger": LEDGER, "history": {"as_of": "10/04/2025"}}),
        json.dumps({"ledger": {**LEDGER, "leads": [7, 8]}, "history": {"as_of": "2025-04-10"}}),
        json.dumps({"ledger": {**LEDGER, "columns": []}, "history": {"as_of": "2025-04-10"}}),
    ],
)
def test_a_month_that_cannot_be_read_gives_way_to_the_one_before(tmp_path: Path, text: str) -> None:
    month(tmp_path, "2025-03")
    month(tmp_path, "2025-04", text)
    found = earlier_ledger(tmp_path, date(2025, 5, 10))
    assert found is not None and found.as_of == "2025-03-10"
