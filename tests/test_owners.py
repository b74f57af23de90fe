"""Whose a file is: seen processes are looked for, those of other containers and machines are believed for a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from calibrate import files
from calibrate.errors import CalibrateError
from calibrate.files import LOCK, PRIVATE, PrivatePlace, abandoned, beside, locked, remove_abandoned
from calibrate.owners import ELSEWHERE_SECONDS, SAME_KERNEL_SECONDS, Owner, owner_in, this_process

ME = this_process()
CONTAINER = Owner(ME.kernel, "c0ffee", 7, 1)
MACHINE = Owner("beef01", "c0ffee", 7, 1)


def dead() -> Owner:
    """A process of here that has ended."""
    code = "from calibrate.owners import this_process; print(this_process().mark)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    owner = owner_in(told)
    assert owner is not None
    return owner


def aged(path: Path, seconds: float) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_a_mark_is_read_back_out_of_any_name() -> None:
    for owner in (ME, CONTAINER, MACHINE):
        for name in (f".{PRIVATE}{owner.mark}-x_y.csv", f".2026-11.old-{owner.mark}", f"{owner.mark} host-1-2\n"):
            assert owner_in(name) == owner
    assert [owner_in(name) for name in ("calibrate-notes", "2026-11", ".2026-11.new-123", "")] == [None] * 4


def test_this_process_lives_and_one_that_took_its_number_is_another() -> None:
    assert not ME.ended(0.0)
    if Path("/proc/self/stat").exists():
        assert ME._replace(start=ME.start + 1).ended(time.time())
    assert ME._replace(process=4_000_000_000).ended(time.time())


def test_a_dead_process_is_known_at_once_and_foreign_ones_by_age() -> None:
    now = time.time()
    assert dead().ended(now)
    ages = (0.0, SAME_KERNEL_SECONDS - 60, SAME_KERNEL_SECONDS + 60, ELSEWHERE_SECONDS - 60, ELSEWHERE_SECONDS + 60)
    assert [CONTAINER.ended(now - age) for age in ages] == [False, False, True, True, True]
    assert [MACHINE.ended(now - age) for age in ages] == [False, False, False, False, True]


def test_work_beside_a_target_is_swept_when_its_owner_is_dead_and_only_then(tmp_path: Path) -> None:
    kept = [f".{PRIVATE}{owner.mark}-a.csv" for owner in (ME, CONTAINER, MACHINE)] + [
        ".calibrate-mine.csv",
        "leads.csv",
    ]
    gone = [f".{PRIVATE}{dead().mark}-a.csv"]
    old = [f".{PRIVATE}{owner.mark}-b.csv" for owner in (CONTAINER, MACHINE)]
    for name in (*kept, *gone, *old):
        (tmp_path / name).write_bytes(b"Ada")
    for name in old:
        aged(tmp_path / name, ELSEWHERE_SECONDS + 60)
    (tmp_path / f".{PRIVATE}{dead().mark}-link").symlink_to(tmp_path / "leads.csv")
    with beside(tmp_path / "out.csv") as part:
        part.write_bytes(b"1")
        assert owner_in(part.name) == ME
        remove_abandoned(tmp_path, f".{PRIVATE}")  # as another run would meanwhile
        assert part.exists()
    left = {path.name for path in tmp_path.iterdir() if not path.is_symlink()}
    assert left == {*kept, "out.csv"} and (tmp_path / "leads.csv").read_bytes() == b"Ada"


def test_private_places_of_other_containers_stay_while_they_are_young_or_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    places = {}
    for name, owner in (("container", CONTAINER), ("machine", MACHINE), ("dead", dead())):
        for age in ("young", "old"):
            place = places[name, age] = tmp_path / f"{PRIVATE}{owner.mark}-{age}"
            place.mkdir()
            (place / LOCK).write_bytes(b"")
            aged(place, 2 * ELSEWHERE_SECONDS if age == "old" else 0.0)
    held = (places["container", "old"] / LOCK).open("a+b")
    assert files._try_lock(held.fileno())
    place = PrivatePlace()
    assert {key for key, path in places.items() if path.exists()} == {
        ("container", "young"), ("container", "old"), ("machine", "young"),
    }  # fmt: skip
    held.close()
    assert abandoned(places["container", "old"])
    place.remove()


@dataclass(frozen=True)
class Elsewhere:
    """A lock file that another machine holds, on a share that does not tell of locks."""

    age: float
    owner: Owner
    taken: bool


@pytest.mark.parametrize(
    "case",
    [
        Elsewhere(0.0, MACHINE, False),
        Elsewhere(files.FOREIGN_LOCK_SECONDS + 5, MACHINE, True),
        Elsewhere(0.0, CONTAINER, True),  # this kernel would tell of its lock
    ],
)
def test_a_lock_of_another_machine_is_believed_for_a_time(tmp_path: Path, case: Elsewhere) -> None:
    (tmp_path / LOCK).write_text(f"{case.owner.mark} host\n", encoding="utf-8")
    aged(tmp_path / LOCK, case.age)
    if case.taken:
        with locked(tmp_path, wait=0.1):
            assert owner_in((tmp_path / LOCK).read_text(encoding="utf-8")) == ME
        assert not list(tmp_path.iterdir())
        return
    with pytest.raises(CalibrateError, match=r"another run of calibrate.*remove"), locked(tmp_path, wait=0.1):
        pass
    assert owner_in((tmp_path / LOCK).read_text(encoding="utf-8")) == MACHINE


def test_a_share_without_locks_is_locked_by_the_file_that_names_its_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_try_lock", lambda handle: None)
    with locked(tmp_path, wait=0.1):
        assert (tmp_path / LOCK).exists()
    (tmp_path / LOCK).write_text(f"{CONTAINER.mark} host\n", encoding="utf-8")
    with pytest.raises(CalibrateError, match="another run of calibrate"), locked(tmp_path, wait=0.1):
        pass
    (tmp_path / LOCK).write_text(f"{dead().mark} host\n", encoding="utf-8")
    with locked(tmp_path, wait=0.1):
        pass
    assert not list(tmp_path.iterdir())
