"""A month's `run.json` read back: what the tool writes is valid, what a hand has spoilt gives one message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_case import review
from run_case import run_values

from calibrate.errors import SettingsError
from calibrate.monthly.run_file import read_run
from calibrate.report.run_json import dump, run_object


def test_what_the_tool_writes_is_read(tmp_path: Path) -> None:
    written = run_object(review(2000))
    (tmp_path / "run.json").write_text(dump(written), encoding="utf-8")
    run = read_run(tmp_path)
    assert [candidate.name for candidate in run.candidates] == [entry["name"] for entry in written["candidates"]]
    assert run.overall.leads == written["overall"]["leads"]
    assert run.bands[0].lower == written["bands"][0]["from"]


def _spoilt(path: str, value: Any) -> dict[str, Any]:
    values = run_values()
    *steps, last = path.split("/")
    place: Any = values
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return values


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("candidates/0/lines", "ten", "candidates 1, lines: input should be a valid integer"),
        ("candidates/0/grid", None, "candidates 1, grid: field required"),
        ("verdict/decision", "perhaps", "verdict, decision: input should be 'adopt', 'keep'"),
        ("overall/rate", 4.1, "overall, rate: input should be less than or equal to 1"),
        ("history/excluded", ["immature"], "history, excluded: input should be a valid dictionary"),
        ("schema", 2, "schema: input should be 1"),
        ("tally", None, "tally: field required"),
    ],
)
def test_the_message_names_the_place(path: str, value: Any, says: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(_spoilt(path, value)), encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        read_run(tmp_path)
    assert says in str(told.value) and "run the month again" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"schema": NaN}', "[" * 100_000, "\ufeff{}"])
def test_no_traceback_whatever_stands_in_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"run\.json"):
        read_run(tmp_path)
    with pytest.raises(SettingsError, match="holds no report"):
        read_run(tmp_path / "nowhere")
