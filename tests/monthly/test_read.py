"""Rows read: steps timed, suspects set aside, the grid decided on last month in use again."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from month_case import HEADER, asked, counted, dated, day, write

from calibrate.errors import InputError
from calibrate.evaluation.decision import Decision
from calibrate.export import json as grid_json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.monthly.decisions import commit
from calibrate.monthly.read import read_history, read_rows, set_aside, timed_step

DEMO = Criterion("demo", "demo", "text", "engagement", (Level("yes", values=("yes",)), Level("no", values=("no",)),
                  Level("missing", "missing"), Level("other", "other")), "no")  # fmt: skip
GRID = Grid("sparse", "sparse", (DEMO,), ((7, 0, 0, 0),), Thresholds(5, 7))


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    return write(tmp_path / "leads.csv", HEADER, dated())


def decided(leads: Path, month: str, grid: Grid = GRID) -> None:
    folder = leads.parent / "reports" / month
    (folder / "grids").mkdir(parents=True)
    commit(folder, Decision(month, grid.name, "Claire", "agreed", Thresholds(5, 7)), grid)


def test_every_step_is_told_and_timed(leads: Path) -> None:
    stages: list[str] = []
    timing: dict[str, float] = {}
    read_rows(asked(leads), stages.append, timing=timing)
    assert stages == ["open", "propose", "events", "propose", "observe", "count", "suspects"]
    assert list(timing) == ["open_s", "resolve_s", "events_s", "propose_s", "observe_s", "count_s", "suspects_s"]
    with timed_step(timing, stages.append, "wait_s", "wait"):
        time.sleep(0.02)
    assert stages[-1] == "wait" and 0.02 <= timing["wait_s"] < 2


def test_a_column_that_knows_the_outcome_is_set_aside_unless_it_is_known(tmp_path: Path) -> None:
    rows = [(*row, "Closed by sales" if row[2] else "ringing") for row in dated(600)]
    file = write(tmp_path / "leads.csv", (*HEADER, "Tags"), rows)
    reading = counted(file)
    assert [suspect.column for suspect in reading.suspects] == ["Tags"] and "Tags" not in reading.allowed
    kept = counted(file, columns={"keep": ["Tags"]})
    assert kept.suspects == () and "Tags" in kept.allowed
    clear = replace(reading.proposal, clear=("Tags",))
    assert set_aside(reading.tally, clear)[0] == ()


def test_columns_of_events_are_never_suspects(tmp_path: Path) -> None:
    """Everybody who asked for a demo within the observation bought, and nobody else: dated, so it cannot leak."""
    file = write(tmp_path / "leads.csv", HEADER[:4], [(r[0], r[1], r[2], r[3]) for r in dated(600)])
    events = write(tmp_path / "events.csv", ("id", "at", "type"), [(r[0], r[1], "demo") for r in dated(600) if r[2]])
    reading = counted(file, events={"file": str(events), "lead_id": "id", "at": "at", "type": "type"})
    assert reading.suspects == () and any(name.startswith("demo") for name in reading.allowed)


def test_the_grid_of_the_newest_decision_is_in_use(leads: Path) -> None:
    decided(leads, "2024-05", replace(GRID, points=((3, 0, 0, 0),)))
    decided(leads, "2024-06")
    decided(leads, "2024-12")  # after the month of these leads: not yet
    reading = counted(leads, follow=True)
    assert reading.history.as_of is not None and reading.history.as_of.isoformat()[:7] == "2024-11"
    assert reading.grids["current"].points == GRID.points and reading.grids["current"].name == "current"
    assert [adopted.decision.month for adopted in reading.story] == ["2024-05", "2024-06"]
    (fact,) = [dict(facts) for key, facts in reading.history.facts if key == "adopted_grid"]
    assert fact == {"month": "2024-06", "candidate": "sparse", "who": "Claire"}
    assert counted(leads, follow=False).grids == {} == dict.fromkeys(counted(leads).story)


def test_a_grid_that_was_named_since_wins_over_the_decision(leads: Path) -> None:
    decided(leads, "2024-06")
    own = leads.parent / "own.json"
    own.write_text(grid_json.write(replace(GRID, points=((1, 0, 0, 0),))), encoding="utf-8")
    for since, first in (("2024-07", 1), ("2024-05", 7), (None, 7)):
        candidates: dict[str, Any] = {"current": str(own), **({"current_since": since} if since else {})}
        assert counted(leads, follow=True, candidates=candidates).grids["current"].points[0][0] == first


def test_frames_are_read_where_the_settings_name_a_file(leads: Path) -> None:
    frame = pd.read_csv(leads)
    by_file = read_history(asked(leads)).history
    by_frame = read_history(asked(leads, data={"file": "mine"}), frames={"mine": frame}).history
    assert (by_frame.read, by_frame.excluded) == (by_file.read, by_file.excluded)
    assert by_frame.totals.tolist() == by_file.totals.tolist()


def test_leads_without_a_criterion_are_refused_with_the_reasons(tmp_path: Path) -> None:
    file = write(
        tmp_path / "leads.csv",
        ("id", "created", "won"),
        [(f"L{i}", day(i), day(i + 3) if i % 5 == 0 else "") for i in range(60)],
    )
    with pytest.raises(InputError, match="no column is left that could be a criterion"):
        counted(file)
