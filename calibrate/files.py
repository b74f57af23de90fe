"""Files that are written whole or not at all, folders that one process at a time may change, and private places."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import CalibrateError, InputError

LOCK = ".calibrate.lock"
PRIVATE = "calibrate-"
WAIT_SECONDS = 120.0


def write_whole(out: str, content: bytes) -> None:
    """A file with this content, whole or not at all, with the rights that the umask gives.

    It is written beside the target under a name that nobody can foresee, forced to the disk, and renamed. Raises
    InputError where that cannot be done; then nothing is left.
    """
    target = Path(out)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside(target) as part, part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise unwritable(out, fault) from None
    except ValueError:  # a NUL byte in the path
        raise InputError(f"{out!r} is no path of a file. Choose another file with --out") from None


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
    handle, name = tempfile.mkstemp(prefix=f".{PRIVATE}", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~umask())
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def umask() -> int:
    """The rights that new files of this process do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def locked(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """The folder is ours to change until the end; another process that wants it waits, and then says so.

    The lock is one of the operating system's on a file in the folder, so that it goes with the process that held it;
    the file is removed at the end. Raises CalibrateError after `wait` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, end = folder / LOCK, time.monotonic() + wait
    while True:
        file = path.open("a+b")
        if _try_lock(file.fileno()) and _still_there(path, file.fileno()):
            break
        file.close()
        if time.monotonic() > end:
            raise CalibrateError(
                f"'{folder}' is being changed by another run of calibrate for more than {wait:.0f} seconds; "
                "wait until it has ended and run again"
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        file.close()


def _still_there(path: Path, handle: int) -> bool:
    """Whether the locked file is still the one of that name: its last holder removes it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def _try_lock(handle: int) -> bool:
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
    except OSError:
        return False
    return True


class PrivatePlace:
    """A folder for temporary copies of leads, readable by us alone; it is gone when we end, at the latest next time.

    Its lock file tells other processes that its owner lives: a place whose owner was killed is removed by the next
    process that makes one.
    """

    def __init__(self) -> None:
        remove_abandoned(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=PRIVATE))
        self._lock = (self.path / LOCK).open("a+b")
        _try_lock(self._lock.fileno())

    def remove(self) -> None:
        """Remove the folder and all in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_abandoned(place: Path) -> None:
    """Remove the private folders whose owners died; those of others and those in use stay."""
    for folder in place.glob(f"{PRIVATE}*"):
        lock = folder / LOCK
        try:
            if (
                folder.is_symlink()
                or not lock.is_file()
                or (hasattr(os, "getuid") and lock.stat().st_uid != os.getuid())
            ):
                continue
            with lock.open("a+b") as file:
                abandoned = _try_lock(file.fileno())
        except OSError:
            continue
        if abandoned:
            shutil.rmtree(folder, ignore_errors=True)
