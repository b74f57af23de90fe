"""The folder: written beside, swapped in whole; a run that dies leaves the one that was there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from report_case import review

from calibrate.errors import CalibrateError, SettingsError
from calibrate.report import folder
from calibrate.report.review import Review

REVIEW = review(1500)
GRIDS = {candidate.name: json.dumps({"name": candidate.name}) for candidate in REVIEW.candidates}


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pictures and pages, which these tests do not look at."""
    monkeypatch.setattr(folder, "pictures_of", lambda *_: {})
    monkeypatch.setattr(folder, "page_text", lambda *_: "<p>page</p>")


def write(goal: Path, found: Review = REVIEW, languages: tuple[str, ...] = ("en",)) -> Path:
    return folder.write(found, goal, languages, settings_text="# settings\n", grid_files=GRIDS)


def contents(goal: Path) -> dict[str, bytes]:
    return {str(path.relative_to(goal)): path.read_bytes() for path in sorted(goal.rglob("*")) if path.is_file()}


def test_a_page_without_fewest_holds_no_profiles_of_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "pictures_of", lambda *_: {})
    sizes, pages = [], []
    for fewest in (5, None):
        goal = tmp_path / str(fewest) / "2025-11"
        folder.write(REVIEW, goal, ("en",), settings_text="", grid_files=GRIDS, fewest=fewest)
        pages.append((goal / "review.html").read_text("utf-8"))
        sizes.append(len(pages[-1]))
    assert ['"apart":' in page for page in pages] == [True, False]
    assert sizes[1] < sizes[0]


def test_everything_is_there_twice_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name / "2025-11", languages=("fr", "en"))
    one, two = (contents(tmp_path / name / "2025-11") for name in ("one", "two"))
    assert one == two
    assert set(one) == {
        "review.html", "review.en.html", "review.xlsx", "run.json", "calibration.toml",
        *(f"grids/{name}.json" for name in GRIDS),
        *(f"pictures/{name}.svg" for name in ("lift", "calibration", "gains", "thresholds")),
    }  # fmt: skip
    assert b'lang="fr"' in one["review.html"] and b'href="review.en.html"' in one["review.html"]
    assert json.loads(one["run.json"])["candidates"][0]["grid"] == "grids/logistic.json"
    assert folder.first_page(tmp_path, ("fr", "en")) == tmp_path / "review.html"
    assert os.listdir(tmp_path / "one") == ["2025-11"]


def test_what_others_put_there_stays(light: None, tmp_path: Path) -> None:
    goal = tmp_path / "2025-11"
    write(goal)
    (goal / "decision.toml").write_text("who = 'Claire'")
    (goal / "minutes").mkdir()
    (goal / "minutes" / "a.txt").write_text("agreed")
    (goal / "grids" / "stale.json").write_text("{}")
    write(goal)
    assert (goal / "decision.toml").read_text() == "who = 'Claire'"
    assert (goal / "minutes" / "a.txt").read_text() == "agreed"
    assert not (goal / "grids" / "stale.json").exists()


def test_a_strange_folder_is_not_replaced(light: None, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(CalibrateError, match=r"holds files but no report.*--out"):
        write(tmp_path)
    with pytest.raises(CalibrateError, match="holds files but no report"):
        folder.check_writable(tmp_path)
    assert os.listdir(tmp_path) == ["holiday.jpg"]


def test_a_folder_that_cannot_be_written(light: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for goal in (tmp_path / "file" / "2025-11", tmp_path / "file"):
        with pytest.raises(CalibrateError, match="--out"):
            write(goal)
        with pytest.raises(CalibrateError, match="--out"):
            folder.check_writable(goal)
    assert os.listdir(tmp_path) == ["file"]
    folder.check_writable(tmp_path / "new" / "2025-11")
    assert os.listdir(tmp_path) == ["file"]


def test_a_fault_in_the_middle_leaves_the_last_report(
    light: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = tmp_path / "2025-11"
    write(goal)
    before = contents(goal)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "workbook_of", full)
    with pytest.raises(CalibrateError, match="No space left on device"):
        write(goal)
    monkeypatch.setattr(folder, "workbook_of", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(goal)
    assert contents(goal) == before
    assert os.listdir(tmp_path) == ["2025-11"]


def test_a_swap_that_fails_is_undone(light: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = tmp_path / "2025-11"
    monkeypatch.setattr(folder, "exchanged", lambda *_: False)  # a system that swaps in two steps
    write(goal)
    before = contents(goal)
    rename = Path.rename

    def once(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(CalibrateError, match="Input/output error"):
        write(goal)
    assert contents(goal) == before
    assert os.listdir(tmp_path) == ["2025-11"]


KILLED = """
import os, signal, sys
sys.path.insert(0, "tests")
from pathlib import Path
from report_case import review
from calibrate.report import folder
folder.pictures_of, folder.page_text, folder.exchanged = lambda *_: {}, lambda *_: "<p>page</p>", lambda *_: False
where = sys.argv[2]
if where == "filling":
    folder.workbook_of = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
else:
    folder.workbook_of = lambda *_: b""
    rename = Path.rename
    def die(self, target):
        if ".new-" in self.name:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)
    Path.rename = die
folder.write(review(600), Path(sys.argv[1]), ("en",), settings_text="", grid_files={})
"""


@pytest.mark.parametrize("where", ["filling", "swapping"])
def test_a_killed_run_leaves_the_last_report(light: None, tmp_path: Path, where: str) -> None:
    goal = tmp_path / "2025-11"
    write(goal)
    before = contents(goal)
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(goal), where], cwd=root, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    if where == "filling":
        assert contents(goal) == before
    folder.check_writable(goal)
    write(goal)  # tidies up what the dead run left, and puts back what it had moved aside
    assert contents(goal) == before
    assert os.listdir(tmp_path) == ["2025-11"]


def test_an_unknown_language_writes_nothing(light: None, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Known: en, fr"):
        write(tmp_path / "2025-11", languages=("en", "de"))
    assert os.listdir(tmp_path) == []
