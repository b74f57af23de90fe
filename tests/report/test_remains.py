"""Remains of runs that died: what was moved aside is back before anybody reads, the rest goes, and no more."""

from __future__ import annotations

import os
import time
from pathlib import Path

from calibrate.files import LOCK, locked
from calibrate.owners import ELSEWHERE_SECONDS, Owner, this_process
from calibrate.report.remains import settled, tidy

DEAD = this_process()._replace(process=4_000_000_000)
MACHINE = Owner("beef01", "c0ffee", 7, 1)


def folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "run.json").write_text(text, encoding="utf-8")
    return path


def test_a_report_moved_aside_is_back_before_anybody_reads(tmp_path: Path) -> None:
    folder(tmp_path / f".2026-11.old-{DEAD.mark}", "old")
    folder(tmp_path / f".2026-11.new-{DEAD.mark}", "half")
    with settled(tmp_path):
        assert (tmp_path / "2026-11" / "run.json").read_text(encoding="utf-8") == "old"
        assert (tmp_path / LOCK).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11"]


def test_the_new_report_stays_where_it_had_come_into_its_place(tmp_path: Path) -> None:
    folder(tmp_path / f".2026-11.old-{DEAD.mark}", "old")
    folder(tmp_path / ".2026-10.old-123", "of an earlier version")
    folder(tmp_path / "2026-11", "new")
    with settled(tmp_path):
        pass
    assert {path.name: (path / "run.json").read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "2026-11": "new", "2026-10": "of an earlier version",
    }  # fmt: skip


def test_what_another_machine_has_begun_stays_until_it_is_old(tmp_path: Path) -> None:
    young, old = (folder(tmp_path / f".2026-11.new-{MACHINE._replace(process=n).mark}", "half") for n in (1, 2))
    os.utime(old, (time.time() - ELSEWHERE_SECONDS - 60,) * 2)
    tidy(tmp_path)
    assert young.exists() and not old.exists()


def test_folders_of_others_stay(tmp_path: Path) -> None:
    names = [".backup.old-2024", ".2026-11.old-today", ".git", "2026-11.old-1", ".2026-11.save-1"]
    for name in names:
        folder(tmp_path / name, "theirs")
    (tmp_path / f".2026-12.old-{DEAD.mark}").symlink_to(tmp_path / ".git")
    with settled(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir() if not path.is_symlink()} == set(names)


def test_nothing_is_made_where_there_is_no_folder_and_the_lock_is_not_asked_for_twice(tmp_path: Path) -> None:
    with settled(tmp_path / "reports"):
        assert not (tmp_path / "reports").exists()
    with locked(tmp_path), settled(tmp_path):
        pass
    assert not list(tmp_path.iterdir())
