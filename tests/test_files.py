"""Files are whole or not there; one process at a time changes a folder; private places go with their owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from calibrate import files
from calibrate.errors import CalibrateError, InputError
from calibrate.files import (
    LOCK,
    PrivatePlace,
    exchanged,
    locked,
    remove_abandoned,
    text_within,
    write_both,
    write_whole,
)
from calibrate.owners import this_process


def test_a_text_is_read_to_its_bound_and_a_device_has_none(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("éé", encoding="utf-8")
    assert text_within(file, 4) == "éé"
    for path, most in ((file, 3), (Path("/dev/zero"), 1000)):
        with pytest.raises(ValueError, match="too large"):
            text_within(path, most)


def test_rights_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(str(tmp_path / "a.json"), b"1")
        os.umask(0o022)
        write_whole(str(tmp_path / "b.json"), b"2")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a.json", "b.json")] == [0o600, 0o644]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_a_foreseen_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("safe", encoding="utf-8")
    (tmp_path / ".o.json.part").symlink_to(tmp_path / "victim")
    write_whole(str(tmp_path / "o.json"), b"{}")
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "safe"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "folder", "file/inside"])
def test_names_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="Choose another file"):
        write_whole(str(tmp_path / name), b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_long_name_that_the_system_takes_is_written(tmp_path: Path) -> None:
    write_whole(str(tmp_path / ("x" * 250 + ".json")), b"1")
    assert len(list(tmp_path.iterdir())) == 1


def test_one_at_a_time_and_no_lock_stays(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(10):
            with locked(tmp_path):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1 and not list(tmp_path.iterdir())


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(CalibrateError, match="another run of calibrate"), locked(tmp_path, wait=0.1):
        pass


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from calibrate.files import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with locked(tmp_path, wait=5):
        pass


def test_private_places_of_the_dead_are_removed_and_those_in_use_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    dead = tmp_path / "calibrate-dead"
    dead.mkdir()
    (dead / LOCK).write_bytes(b"")
    (dead / "leads.csv").write_text("Ada", encoding="utf-8")
    foreign = tmp_path / "calibrate-notes"
    foreign.mkdir()
    living = PrivatePlace()
    remove_abandoned(tmp_path)
    assert not dead.exists() and foreign.exists() and living.path.exists()
    assert living.path.stat().st_mode & 0o077 == 0
    living.remove()
    assert not living.path.exists()


@pytest.mark.skipif(os.name != "posix", reason="devices and pipes of POSIX")
def test_a_device_or_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link.txt"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="cannot be written"):  # nobody reads
        write_whole(str(pipe), b"x")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(str(pipe), b"told")
    assert os.read(reader, 10) == b"told" and files.is_stream(pipe)
    os.close(reader)
    link.symlink_to(os.devnull)
    write_whole(str(link), b"x")
    assert link.is_symlink() and sorted(os.listdir(tmp_path)) == ["link.txt", "pipe"]
    with pytest.raises(InputError, match="device or pipe"), files.beside(pipe):
        pass
    if os.path.exists("/dev/full"):
        (tmp_path / "full").symlink_to("/dev/full")
        with pytest.raises(InputError, match="No space left"):
            write_whole(str(tmp_path / "full"), b"x")
        assert not Path("/dev/full").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="a step of Linux")
def test_folders_that_take_each_others_names_are_never_missing(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "name").write_text(folder.name, encoding="ascii")
    if not exchanged(one, two):
        pytest.skip("this disk knows no such step")
    seen, end = set(), threading.Event()

    def read() -> None:
        while not end.is_set():
            seen.add((two / "name").read_text(encoding="ascii"))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(201):
        assert exchanged(one, two)
    end.set()
    reader.join()
    assert seen <= {"one", "two"} and (one / "name").read_text(encoding="ascii") == "one"
    assert not exchanged(one, tmp_path / "nowhere") and one.is_dir()


def test_two_files_are_written_both_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "w.sql", tmp_path / "LOADING.md"
    replace = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if target.name == second.name:
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(InputError, match=r"w\.sql"):
        write_both(str(first), b"new", str(second), b"new")
    assert list(tmp_path.iterdir()) == []
    first.write_bytes(b"old")
    with pytest.raises(InputError, match="Input/output"):
        write_both(str(first), b"new", str(second), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["w.sql"] and first.read_bytes() == b"old"
    monkeypatch.undo()
    write_both(str(first), b"new", str(second), b"page")
    assert first.read_bytes() == b"new" and second.read_bytes() == b"page"


def test_a_private_place_that_cannot_be_locked_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    opened = Path.open

    def refused(self: Path, *words: object, **named: object) -> object:
        if self.name == LOCK:
            raise OSError(28, "No space left on device")
        return opened(self, *words, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(OSError, match="No space"):
        PrivatePlace()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_of_another_container_of_this_machine_the_lock_says_whether_it_is_at_work(tmp_path: Path) -> None:
    mark = this_process()._replace(space="0" * 6).mark
    killed, at_work, young = (tmp_path / f"calibrate-{mark}-{name}" for name in ("killed", "at_work", "young"))
    for folder in (killed, at_work, young):
        folder.mkdir()
        (folder / LOCK).write_bytes(b"")
        if folder is not young:
            os.utime(folder, (time.time() - 120,) * 2)
    with (at_work / LOCK).open("a+b") as lock:
        assert files._try_lock(lock.fileno())
        remove_abandoned(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([at_work, young])


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "reports"
    victim.write_text("mine", encoding="ascii")
    folder.mkdir()
    (folder / LOCK).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"), locked(folder):
        raise AssertionError
    (folder / LOCK).unlink()
    (folder / LOCK).hardlink_to(victim)
    with locked(folder):
        pass
    assert victim.read_text(encoding="ascii") == "mine" and not (folder / LOCK).exists()


@pytest.mark.parametrize("out", ["s3://b/x.csv", "gs:/b/reports", "https://me:hunter2@host/x.csv"])
def test_an_address_becomes_no_folder_of_its_name(out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is an address: name a file or folder of this machine") as caught:
        write_whole(out, b"1")
    assert not list(tmp_path.iterdir()) and "hunter2" not in str(caught.value)
