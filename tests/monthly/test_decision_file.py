"""`decision.json`: published schema, read back as it was written, one message for what a hand has spoilt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import calibrate
from calibrate.errors import SettingsError
from calibrate.evaluation.decision import Decision, Override, Promise
from calibrate.grid.grid import Thresholds
from calibrate.monthly import decision_file

SCHEMA = Path(calibrate.__file__).parent / "schema" / "decision-1.schema.json"
PROMISE = Promise(100.0, 7.5, 3.5, 40.0)
FULL = Decision(
    "2026-11", "sparse", "Claire", "agreed “so”", Thresholds(5, 7, 2, None), Thresholds(4, 8),
    (Override("sector", "SaaS", 12, 9, "Claire", "sales insists"),), "2026-11-30", "2026-08",
    {"marketing_qualified": PROMISE, "sales_qualified": Promise(10.0, 2.0, None, design_effect=1.8)},
    grid_sha256="ab" * 32,
)  # fmt: skip
BARE = Decision("2026-11", "sparse", "Claire", "agreed", Thresholds(5, 7))


def test_the_published_schema_is_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == decision_file.schema(), "write decision_file.schema() there again"


@pytest.mark.parametrize("decision", [FULL, BARE], ids=["full", "bare"])
def test_written_valid_and_read_back(decision: Decision) -> None:
    text = decision_file.text(decision)
    jsonschema.Draft202012Validator(json.loads(decision_file.schema())).validate(json.loads(text))
    assert decision_file.parsed(text) == decision


def test_decisions_of_old_without_a_fingerprint_are_read() -> None:
    values = json.loads(decision_file.text(BARE))
    del values["grid_sha256"]
    assert decision_file.parsed(json.dumps(values)) == BARE


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"month": "November"}, "month: string should match pattern"),
        ({"grid": "../../secret.json"}, "grid: value error, it does not lie in the month's folder"),
        ({"grid": "/etc/passwd"}, "does not lie in the month's folder"),
        ({"thresholds": {"marketing_qualified": "5", "sales_qualified": 7}}, "thresholds, marketing_qualified"),
        ({"thresholds": {"marketing_qualified": 9, "sales_qualified": 7}}, "swap them"),
        ({"overrides": [{"criterion": "sector"}]}, "overrides 1, level: field required (and 4 more)"),
        ({"schema": "calibrate-decision/2"}, "schema: input should be 'calibrate-decision/1'"),
        ({"promises": {"marketing_qualified": None}}, "promises, marketing_qualified"),
    ],
)
def test_the_message_names_the_place_and_the_way_out(changed: dict[str, Any], says: str, tmp_path: Path) -> None:
    values = {**json.loads(decision_file.text(FULL)), **changed}
    (tmp_path / "decision.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        decision_file.read(tmp_path)
    assert says in str(told.value) and "CANDIDATE --force" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000])
def test_no_traceback_whatever_stands_in_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "decision.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="not a decision as calibrate writes it"):
        decision_file.read(tmp_path)


def test_where_leads_stand_alone_a_promise_says_nothing_of_companies() -> None:
    promises = json.loads(decision_file.text(FULL))["promises"]
    assert "design_effect" not in promises["marketing_qualified"]
    assert promises["sales_qualified"]["design_effect"] == 1.8
