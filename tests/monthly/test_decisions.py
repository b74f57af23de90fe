"""A decision and its grid are one: whatever fails, and whenever, a reader finds the old pair or the new one."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from calibrate import files
from calibrate.errors import CalibrateError
from calibrate.evaluation import decision as deciding
from calibrate.evaluation.decision import Decision
from calibrate.export import json as grid_json
from calibrate.files import locked
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.monthly import decision_file
from calibrate.monthly.decisions import LOG, commit, read_adopted

DEMO = Criterion("demo", "demo", "text", "engagement", (Level("yes", values=("yes",)), Level("no", values=("no",)),
                  Level("missing", "missing"), Level("other", "other")), "no")  # fmt: skip
OLD = Grid("old", "lift", (DEMO,), ((20, 0, 0, 0),), Thresholds(10, 20))
NEW = Grid("new", "sparse", (DEMO,), ((7, 0, 0, 0),), Thresholds(5, 7))
LIMITS = Thresholds(5, 7)


def decision(name: str) -> Decision:
    return Decision("2026-11", name, "Claire", f"agreed on {name}", LIMITS)


@pytest.fixture
def month(tmp_path: Path) -> Path:
    folder = tmp_path / "2026-11"
    (folder / "grids").mkdir(parents=True)
    return folder


def pair(folder: Path) -> tuple[str, str]:
    adopted = read_adopted(folder)
    return adopted.decision.candidate, adopted.grid.name


class Killed(BaseException):
    """The process is gone: nothing more is done, not even tidying."""


STEPS = ("mkstemp", "fsync", "chmod", "replace", "unlink")


def failing(monkeypatch: pytest.MonkeyPatch, at: int, fault: BaseException) -> list[int]:
    """From the call number `at` of those that write on, the machine refuses (or the process is killed)."""
    calls = [0]

    def wrap(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def step(*args: object, **named: object) -> object:
            calls[0] += 1
            if calls[0] == at or (calls[0] > at and isinstance(fault, Killed)):
                raise fault
            return real(*args, **named)

        monkeypatch.setattr(owner, name, step)

    wrap(files.tempfile, "mkstemp")
    wrap(files.os, "fsync")
    for name in ("chmod", "replace", "unlink"):
        wrap(Path, name)
    return calls


@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), OSError(28, "No space left on device"), Killed()])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_fault_at_every_step_leaves_the_old_pair_or_the_new(
    month: Path, fault: BaseException, earlier: bool, tmp_path: Path
) -> None:
    at, finished = 0, False
    while not finished:
        at += 1
        folder = tmp_path / f"try-{at}" / "2026-11"
        (folder / "grids").mkdir(parents=True)
        if earlier:
            commit(folder, decision("old"), OLD)
        with pytest.MonkeyPatch.context() as patch:
            calls = failing(patch, at, fault)
            try:
                commit(folder, decision("new"), NEW)
                finished = calls[0] < at
            except (CalibrateError, OSError, Killed):
                pass
        if (folder / deciding.FILE).exists():
            assert pair(folder) in ([("old", "old"), ("new", "new")] if earlier else [("new", "new")])
        else:
            assert not earlier
        commit(folder, decision("new"), NEW)  # and it can always be mended
        assert pair(folder) == ("new", "new")
    assert at > len(STEPS)


def test_force_keeps_the_earlier_decisions(month: Path) -> None:
    for name, grid in (("old", OLD), ("new", NEW), ("old", OLD)):
        commit(month, decision(name), grid)
    log = (month / LOG).read_text(encoding="utf-8").splitlines()
    assert [f'"candidate": "{name}"' in line for name, line in zip(("old", "new"), log, strict=True)] == [True, True]


def test_a_grid_that_was_changed_is_not_taken(month: Path) -> None:
    commit(month, decision("new"), NEW)
    path = month / deciding.GRID
    path.write_text(grid_json.write(OLD), encoding="utf-8")
    with pytest.raises(CalibrateError, match="is not the grid that"):
        read_adopted(month)


@pytest.mark.parametrize("odd", ["²/³", "../../x", "\0", "", "x" * 5000, "A" * 64])
@pytest.mark.parametrize("part", ["grid_sha256", "grid"])
def test_a_fingerprint_or_a_place_that_is_none_is_refused_in_words(part: str, odd: str, month: Path) -> None:
    commit(month, decision("old"), OLD)
    path = month / deciding.FILE
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {part: odd}), encoding="utf-8")
    if part == "grid_sha256":
        with pytest.raises(CalibrateError, match=r"decide again|decision\.json"):
            read_adopted(month)
        return
    with suppress(CalibrateError):
        assert pair(month) == ("old", "old")  # by its fingerprint


def test_a_decision_of_old_without_a_fingerprint_is_read(month: Path) -> None:
    commit(month, decision("new"), NEW)
    path = month / deciding.FILE
    path.write_text(decision_file.text(replace(decision("new"), grid_sha256=None)), encoding="utf-8")
    assert pair(month) == ("new", "new")


def test_two_hundred_races_end_in_whole_pairs(month: Path) -> None:
    """Two decide at once, a third reads: under the lock each sees and leaves a whole pair."""
    torn: list[object] = []

    def decide(name: str, grid: Grid) -> None:
        for _ in range(100):
            with locked(month.parent):
                commit(month, decision(name), grid)

    def read() -> None:
        for _ in range(100):
            try:
                with locked(month.parent):
                    if (month / deciding.FILE).exists() and len(set(pair(month))) != 1:
                        torn.append(pair(month))
            except CalibrateError as fault:
                torn.append(fault)

    threads = [threading.Thread(target=decide, args=each) for each in (("old", OLD), ("new", NEW))]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torn == [] and pair(month) in [("old", "old"), ("new", "new")]
