"""Files that are written whole or not at all, folders that one process at a time may change, and private places."""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import stat
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedRandom, FileIO
from pathlib import Path
from typing import TypeVar

from .errors import CalibrateError, InputError
from .owners import owner_in, this_process
from .passwords import without_passwords

T = TypeVar("T")
LOCK = ".calibrate.lock"
PRIVATE = "calibrate-"
MOST_TEXT = 16 * 1024 * 1024
"""Bytes of a file of settings, decisions or changes at most."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}[^/\\]")
WAIT_SECONDS = 120.0
_HERE, _EXCHANGE = -100, 2
BEFORE_LOCK_SECONDS = 60.0
"""So long at most a private place is there before it is locked."""
FOREIGN_LOCK_SECONDS = 600.0
"""So long the lock of another machine holds, on a share that does not tell its machines of each other's locks."""


def on_this_machine(out: str) -> Path:
    """A path to write to; InputError for an address, which would become folders here called after it.

    >>> on_this_machine("s3://bucket/scored.csv")
    Traceback (most recent call last):
    ...
    calibrate.errors.InputError: 's3://bucket/scored.csv' is an address: name a file or folder of this machine, ...
    """
    if _ADDRESS.match(out):
        raise InputError(
            f"'{without_passwords(out)}' is an address: name a file or folder of this machine, and copy it there "
            "afterwards"
        )
    return Path(out)


def write_whole(out: str, content: bytes) -> None:
    """A file with this content, whole or not at all, with the rights that the umask gives.

    It is written beside the target under a name that nobody can foresee, forced to the disk, and renamed. Raises
    InputError where that cannot be done; then nothing is left.
    """
    target = on_this_machine(out)
    try:
        if is_stream(target):
            _pour(target, content)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside(target) as part:
            _fill(part, content)
    except OSError as fault:
        raise unwritable(out, fault) from None
    except ValueError:  # a NUL byte in the path
        raise InputError(f"{out!r} is no path of a file. Choose another file with --out") from None


def write_both(first: str, content: bytes, second: str, about: bytes) -> None:
    """Two files of one folder that belong together, each whole, and both or neither.

    Room for both is taken before either has its name. Raises InputError where that cannot be done.
    """
    target, path = on_this_machine(first), on_this_machine(second)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _or_as_it_was(target), beside(path) as page, beside(target) as part:
            _fill(part, content)
            _fill(page, about)
    except OSError as fault:
        raise unwritable(first, fault) from None


def _fill(part: Path, content: bytes) -> None:
    """Write a new file down to the disk."""
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _or_as_it_was(target: Path) -> Iterator[None]:
    """After a fault the file is as it was before."""
    before = target.read_bytes() if target.is_file() else None
    try:
        yield
    except BaseException:
        with suppress(OSError, InputError):
            if before is None:
                target.unlink(missing_ok=True)
            elif target.read_bytes() != before:
                write_whole(str(target), before)
        raise


def _pour(target: Path, content: bytes) -> None:
    """Write to a device or pipe; one that nobody reads is an error, and no reason to wait."""
    handle = os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    with suppress(AttributeError, OSError):  # Windows
        os.set_blocking(handle, True)
    with open(handle, "wb") as stream:
        stream.write(content)


def text_within(path: Path, most: int = MOST_TEXT) -> str:
    """The text of a file in UTF-8, of so many bytes at most: what a device gives has no end.

    Raises OSError where it cannot be read, and ValueError where it is longer or no text.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "note.txt"
    ...     _ = file.write_bytes("é".encode())
    ...     text_within(file, 2)
    'é'
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("it is too large")
    return content.decode("utf-8")


def is_stream(path: Path) -> bool:
    """Whether a path is no file but what takes bytes as they come (a terminal, pipe or device), never to be replaced.

    >>> is_stream(Path(os.devnull)), is_stream(Path("nowhere"))
    (True, False)
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    descriptor = path.is_symlink() and os.readlink(path).startswith("/proc/")  # /dev/stdout, redirected to a file
    return descriptor or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def unwritable(out: str, fault: OSError) -> InputError:
    """The error for a file that cannot be written."""
    return InputError(f"'{out}' cannot be written: {fault.strerror or fault}. Choose another file with --out")


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new file in the target's folder; it takes the target's place at the end, or is removed after any fault."""
    if "\0" in str(target):
        raise InputError(f"{str(target)!r} is no path of a file. Choose another file with --out")
    if target.is_dir():
        raise IsADirectoryError(21, "Is a directory")
    if is_stream(target):
        raise InputError(f"'{target}' is no file but a device or pipe. Choose another file with --out")
    remove_abandoned(target.parent, f".{PRIVATE}")
    part = target.parent / f".{PRIVATE}{this_process().mark}-{secrets.token_hex(4)}{target.suffix}"
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600))
        yield part
        part.chmod(0o666 & ~umask())
        part.replace(target)
    finally:
        with suppress(OSError):
            surely(lambda: part.unlink(missing_ok=True))


def exchanged(folder: Path, goal: Path) -> bool:
    """Let two folders take each other's names in one step, so that there is always one of either name.

    False where the system or the disk knows no such step; then nothing is changed.
    """
    import ctypes

    try:
        step = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError, TypeError):  # no Linux
        return False
    return bool(step(_HERE, os.fsencode(folder), _HERE, os.fsencode(goal), _EXCHANGE) == 0)


def umask() -> int:
    """The rights that new files of this process do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_MINE = threading.local()


@contextmanager
def locked(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """The folder is ours to change until the end; another process that wants it waits, and then says so.

    The lock is one of the operating system's on a file in the folder, so that it goes with the process that held it;
    the file is removed at the end. It names its holder for machines that do not see each other's locks. A folder that
    was made for the lock alone does not stay. Raises CalibrateError after `wait` seconds.
    """
    lock = _Lock(folder / LOCK, str(folder.resolve()), new=not folder.exists())
    try:
        _wait_for(lock, wait)
        yield
    finally:
        uninterrupted(lock.release)


def uninterrupted(work: Callable[[], T]) -> T:
    """Do a short work; a signal that stops the command waits until it is done.

    >>> uninterrupted(lambda: 3)
    3
    """
    return work()


@dataclass
class _Lock:
    """The lock file of a folder, once it is ours; `new` says that the folder was made for it."""

    path: Path
    key: str
    new: bool
    file: FileIO | None = None

    def take(self) -> bool:
        """Whether the lock is ours now; nobody is waited for."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(str(self.path), "a+", opener=_no_other_file)
        lock = _try_lock(file.fileno())
        if lock is False or not _still_there(self.path, file.fileno()) or _held_elsewhere(file, lock is None):
            file.close()
            return False
        self.file = file
        _MINE.folders = {*_held_here(), self.key}
        with suppress(OSError):
            if os.fstat(file.fileno()).st_nlink == 1:  # else it is a name of somebody's file
                file.truncate(0)
                file.write(f"{this_process().mark} {platform.node()}\n".encode())
        return True

    def release(self) -> None:
        """Remove the lock file, and the folder that was made for it."""
        if self.file is None:
            return
        _MINE.folders = _held_here() - {self.key}
        with suppress(OSError):
            self.path.unlink()
        self.file.close()
        if self.new:
            with suppress(OSError):  # something was put into it
                self.path.parent.rmdir()


def holds(folder: Path) -> bool:
    """Whether this thread holds the lock of a folder."""
    return str(folder.resolve()) in _held_here()


def _held_here() -> set[str]:
    return getattr(_MINE, "folders", set())


def _wait_for(lock: _Lock, wait: float) -> None:
    """Take the lock as soon as it is free."""
    end = time.monotonic() + wait
    while not uninterrupted(lock.take):
        if time.monotonic() > end:
            raise CalibrateError(
                f"'{lock.path.parent}' is being changed by another run of calibrate for more than {wait:.0f} seconds; "
                f"wait until it has ended and run again (if none is running on any machine, remove '{lock.path}')"
            )
        time.sleep(0.02)


def _no_other_file(path: str, flags: int) -> int:
    """Open the file of this name, never one that a link of this name points to."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _held_elsewhere(file: FileIO, without_locks: bool) -> bool:
    """Whether the lock file names a holder whose lock is not seen here and who may still be at work."""
    file.seek(0)
    owner = owner_in(file.read(200).decode("ascii", "replace"))
    if owner is None or owner == this_process():
        return False
    if owner.same_kernel() and not without_locks:
        return False
    changed = os.fstat(file.fileno()).st_mtime
    return time.time() - changed < FOREIGN_LOCK_SECONDS and not owner.ended(changed)


def _still_there(path: Path, handle: int) -> bool:
    """Whether the locked file is still the one of that name: its last holder removes it."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except OSError:
        return False


def _try_lock(handle: int) -> bool | None:
    """Whether the lock is ours now; None on a share that knows no locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        return None if fault.errno in _NO_LOCKS else False
    return True


_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EINVAL, getattr(errno, "EOPNOTSUPP", -1), getattr(errno, "ENOTSUP", -1))


class PrivatePlace:
    """A folder for temporary copies of leads, readable by us alone; it is gone when we end, at the latest next time.

    Its name says whose it is: a place whose owner was killed is removed by the next process that makes one.
    """

    def __init__(self) -> None:
        above = Path(tempfile.gettempdir())
        remove_abandoned(above)
        self.path = above / f"{PRIVATE}{this_process().mark}-{secrets.token_hex(4)}"
        self._lock: BufferedRandom | None = None
        self._removal = weakref.finalize(self, _removed, self.path, os.getpid())  # whenever we are stopped from here on
        try:
            self.path.mkdir(0o700)
        except OSError:
            self._removal.detach()
            raise
        try:
            self._lock = (self.path / LOCK).open("a+b")
        except OSError:  # the disk is full: an empty folder is not left there
            self.remove()
            raise
        _try_lock(self._lock.fileno())

    def remove(self) -> None:
        """Remove the folder and all in it."""
        if self._lock is not None:
            self._lock.close()
        self._removal()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def _removed(path: Path, process: int) -> None:
    """Remove a folder of this process (not of one that was copied from it), also when a signal comes meanwhile."""
    if os.getpid() == process:
        surely(lambda: shutil.rmtree(path, ignore_errors=True))


def surely(work: Callable[[], object]) -> None:
    """Do a last work; where a signal stops it, it is done once more before the process ends."""
    try:
        work()
    except BaseException:
        work()
        raise


def remove_abandoned_copies() -> None:
    """Remove the private places of processes that were killed, as every command does when it begins."""
    with suppress(OSError):
        remove_abandoned(Path(tempfile.gettempdir()))


def remove_abandoned(place: Path, start: str = PRIVATE) -> None:
    """Remove what processes that died have left under names that start so; what others made or use stays."""
    try:
        names = [entry.name for entry in os.scandir(place) if entry.name.startswith(start)]
    except OSError:
        return
    for path in (place / name for name in names):
        if not abandoned(path):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def abandoned(path: Path) -> bool:
    """Whether a file or folder of this user, made by a process of ours, is no longer of use to anyone.

    Its name says who made it. A folder whose maker is not seen from here must not be locked either; of one of another
    container of this machine the lock says all. One that bears no mark is ours where it holds a lock file.
    """
    try:
        facts = path.lstat()
        if path.is_symlink() or (hasattr(os, "getuid") and facts.st_uid != os.getuid()):
            return False
        owner, lock = owner_in(path.name), path / LOCK
        if owner is None:
            return lock.is_file() and _is_free(lock)
        if lock.is_file() and owner.same_kernel() and not owner.seen():
            return time.time() - facts.st_mtime > BEFORE_LOCK_SECONDS and _is_free(lock)
        return owner.ended(facts.st_mtime) and (owner.seen() or not lock.is_file() or _is_free(lock))
    except OSError:
        return False


def _is_free(lock: Path) -> bool:
    with lock.open("a+b") as file:
        return _try_lock(file.fileno()) is True
