"""The month's folder: where it lies, closed months kept, settings from which the run can be repeated."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from month_case import HEADER, asked, counted, dated, write
from report_case import review

from calibrate.counts.leakage import Question, Suspect
from calibrate.errors import CalibrateError, SettingsError
from calibrate.evaluation import decision
from calibrate.monthly.counted import Counted
from calibrate.monthly.publish import check_open, check_out, month_folder, newer_beside, publish_month, settings_text
from calibrate.monthly.settings import settings_from


@pytest.fixture
def reading(tmp_path: Path) -> Counted:
    return counted(write(tmp_path / "leads.csv", HEADER, dated()))


def test_the_folder_is_that_of_the_month_of_the_history(reading: Counted, tmp_path: Path) -> None:
    assert reading.history.as_of is not None
    assert month_folder(reading) == tmp_path / "reports" / reading.history.as_of.isoformat()[:7]


def test_a_month_closed_by_a_decision_is_only_written_by_force(reading: Counted, tmp_path: Path) -> None:
    check_open(reading)
    folder = month_folder(reading)
    folder.mkdir(parents=True)
    (folder / decision.FILE).write_text("{}")
    newer = tmp_path / "newer.csv"
    newer.write_text((tmp_path / "leads.csv").read_text())
    os.utime(newer, (2e9, 2e9))
    with pytest.raises(
        CalibrateError, match=r"is closed by a decision.*'leads.csv' \('newer.csv' beside it is newer\).*--force"
    ):
        check_open(reading)
    check_open(reading, force=True)


def test_only_a_newer_file_of_the_same_kind_and_head_is_newer(tmp_path: Path) -> None:
    source = tmp_path / "leads.csv"
    files = (("leads.csv", 1e9, "a,b"), ("old.csv", 9e8, "a,b"), ("new.xlsx", 2e9, "a,b"), ("events.csv", 2e9, "a,b"),
             ("prices.csv", 2e9, "sku,price"))  # fmt: skip
    for name, age, head in files:
        (tmp_path / name).write_text(f"{head}\n1,2\n")
        os.utime(tmp_path / name, (age, age))

    def beside(file: str) -> Path | None:
        return newer_beside(settings_from({"data": {"file": file}, "events": {"file": str(tmp_path / "events.csv")}}))

    assert beside(str(source)) is None
    (tmp_path / "new.csv").write_text("a,b\n3,4\n")
    assert beside(str(source)) == tmp_path / "new.csv"
    assert beside("postgresql://server/base") is None and beside(str(tmp_path / "no" / "x.csv")) is None


def test_what_cannot_be_written_is_said_before_the_long_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CalibrateError):
        check_out(asked(tmp_path / "leads.csv", report={"out": str(tmp_path / "file" / "reports")}))
    with pytest.raises(SettingsError, match="language"):
        check_out(asked(tmp_path / "leads.csv", report={"languages": ["en", "xx"]}))
    check_out(asked(tmp_path / "leads.csv"))
    assert not (tmp_path / "reports").exists()  # nothing is made yet


def test_the_settings_repeat_the_run_and_say_what_was_found(reading: Counted, tmp_path: Path) -> None:
    hostile = 'Tags"\n[data]\nfile = "/etc/passwd"'
    more = replace(
        reading,
        suspects=(Suspect(hostile, "names_outcome", {"word": hostile}),),
        asked=(Question("demo", "later", {"word": hostile}, "", 0.81, 0.7),),
    )
    text = settings_text(more, tmp_path / "reports" / "2024-11")
    values = tomllib.loads(text)
    assert (tmp_path / "reports" / "2024-11" / values["data"]["file"]).resolve() == tmp_path / "leads.csv"
    assert "levels found: " in text and "AUC of all criteria 0.810, without it 0.700" in text
    assert [line for line in text.splitlines() if "/etc/passwd" in line and not line.startswith("#")] == []


def test_a_month_is_published_whole_with_its_grids(light: None, reading: Counted) -> None:
    made = review(4000)
    folder = publish_month(made, reading)
    assert folder == month_folder(reading)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [candidate["name"] for candidate in run["candidates"]] == [c.name for c in made.candidates]
    for candidate, own in zip(run["candidates"], made.candidates, strict=True):
        grid = json.loads((folder / candidate["grid"]).read_text(encoding="utf-8"))
        points = [level["points"] for criterion in grid["criteria"] for level in criterion["levels"]]
        assert points == own.grid.flat.tolist()
    assert tomllib.loads((folder / "calibration.toml").read_text(encoding="utf-8"))["data"]
