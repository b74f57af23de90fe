"""Where the monthly loop stands, told from what lies in the reports folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_case import run_values

from calibrate.errors import InputError
from calibrate.evaluation import decision as deciding
from calibrate.evaluation.decision import Decision
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.monthly.decisions import commit
from calibrate.monthly.status import reports_status

DEMO = Criterion("demo", "demo", "text", "engagement", (Level("yes", values=("yes",)), Level("no", values=("no",)),
                  Level("missing", "missing"), Level("other", "other")), "no")  # fmt: skip
GRID = Grid("sparse", "sparse", (DEMO,), ((7, 0, 0, 0),), Thresholds(5, 7))


def month(reports: Path, name: str, decided: bool, kept: list[dict[str, object]] | None = None) -> None:
    folder = reports / name
    (folder / "grids").mkdir(parents=True)
    run = run_values(decisions=kept or [])
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    if decided:
        commit(folder, Decision(name, "sparse", "Claire", "agreed", Thresholds(5, 7)), GRID)


def test_the_next_step_follows_from_the_newest_month(tmp_path: Path) -> None:
    assert reports_status(tmp_path).step == "first"
    month(tmp_path, "2026-10", decided=True)
    state = reports_status(tmp_path)
    assert (state.step, state.months[0].decision is not None) == ("next", True)
    assert state.command == f"calibrate run {tmp_path.as_posix()}/2026-10/calibration.toml --data NEW-FILE"
    month(tmp_path, "2026-11", decided=False)
    state = reports_status(tmp_path)
    assert state.step == "decide" and "2026-11 sparse --by" in state.command
    assert [(m.month, m.leads, m.customers) for m in state.months] == [("2026-10", 1000, 41), ("2026-11", 1000, 41)]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    month(tmp_path, "2026-10", decided=True)
    (tmp_path / "2026-10" / deciding.GRID).write_text("{}", encoding="utf-8")
    assert "is not the grid that" in reports_status(tmp_path).months[0].fault
    (tmp_path / "2026-10" / "run.json").write_text("{", encoding="utf-8")
    assert reports_status(tmp_path).months[0].leads == 0
    assert "is not the grid that" in reports_status(tmp_path).months[0].fault
    with pytest.raises(InputError, match="no folder"):
        reports_status(tmp_path / "nowhere")
