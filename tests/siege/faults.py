"""Commands in processes of their own, killed or refused by the machine at a system call of choice."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import hashlib
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import traceback
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from siege.syscalls import Seen, show_calls, watch

_TAKES_ROOM = re.compile(
    r"p?write(v|v2|64)?|open(at)?|creat|mk.*|(sym)?link(at)?|f(truncate|allocate|(data)?sync)|se.*|copy.*"
)
"""Calls that may fail on a full disk."""
_NO_FILE = re.compile(r"(pipe|socket|anon_inode):|/dev/null$|/proc/|/dev/pts|/__pycache__/")
_VARYING = re.compile(
    r"[0-9a-f]{12}-\d+-\d+(-[a-z0-9_]{8})?|(?<=/)sem\.\w{6}$|(?<=/sem\.mp-)\w+|(?<=/tmp)[a-z0-9_]{8}\b|\b[0-9a-f]{16}\b"
)
"""What of a name is of the process or of chance: owners, semaphores, temporary names, fingerprints."""


class Call(NamedTuple):
    """A call that changes a file: its name, the file without what varies, and how many like it came before."""

    name: str
    file: str
    before: int

    def __str__(self) -> str:
        return f"{self.name} {self.file} {self.before}"


@dataclass
class Fault:
    """What happens at a call: who makes it is killed, it fails, or the disk is full from there on."""

    kind: str
    call: Call
    hit: bool = False

    def __str__(self) -> str:
        return f"{self.kind} at {self.call}"


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit code (minus the signal where one killed it) and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Child:
    """A forked process that runs a command."""

    action: Callable[[], object]
    folder: Path
    process: int = 0
    texts: tuple[Path, Path] = field(default=(Path(), Path()))

    def start(self, shown_to: socket.socket | None = None) -> None:
        """Fork; the calls of the child are shown to whom is at the other end of the socket."""
        handles = [tempfile.mkstemp(prefix="said-", dir=self.folder) for _ in range(2)]
        self.texts = (Path(handles[0][1]), Path(handles[1][1]))
        sys.stdout.flush()
        sys.stderr.flush()
        self.process = os.fork()
        if self.process:
            for handle, _ in handles:
                os.close(handle)
            return
        code = 70
        try:
            for (handle, _), place in zip(handles, (1, 2), strict=True):
                os.dup2(handle, place)
                os.close(handle)
            sys.stdout, sys.stderr = (os.fdopen(place, "w", closefd=False, encoding="utf-8") for place in (1, 2))
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if shown_to is not None:
                show_calls(shown_to)
                shown_to.close()
            code = _code_of(self.action)
        except SystemExit as leaving:
            code = int(str(leaving.code or 0))
        finally:
            os._exit(code)

    def end(self) -> Ending:
        """Wait for the end."""
        _, status = os.waitpid(self.process, 0)
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in self.texts)
        for path in self.texts:
            path.unlink()
        return Ending(os.waitstatus_to_exitcode(status), out, err)


def _code_of(action: Callable[[], object]) -> int:
    """Run the action and all that is done at the end of a process, of which nothing is of the parent's."""
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    code = 0
    try:
        action()
    except SystemExit as leaving:
        code = int(str(leaving.code or 0))
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    gc.collect()
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    return code


def ended(action: Callable[[], object], folder: Path) -> Ending:
    """The action in a process of its own."""
    child = Child(action, folder)
    child.start()
    return child.end()


def watched(action: Callable[[], object], folder: Path, fault: Fault | None = None) -> tuple[Ending, list[Call]]:
    """The action in a process whose calls are looked at, with a fault where one is given, and its calls."""
    near, far = socket.socketpair()
    child = Child(action, folder)
    with near:
        with far:
            child.start(far)
        handles = socket.recv_fds(near, 1, 1)[1]
    guard = _Guard({str(child.texts[0]): "<stdout>", str(child.texts[1]): "<stderr>"}, folder, fault)
    watch(handles[0], guard.judge)
    os.close(handles[0])
    return child.end(), guard.calls


@dataclass
class _Guard:
    """Names the calls as they come, and lets one of them go wrong."""

    names: dict[str, str]
    folder: Path
    fault: Fault | None
    calls: list[Call] = field(default_factory=list)
    like: Counter[tuple[str, str]] = field(default_factory=Counter)

    def judge(self, seen: Seen) -> int | None:
        if _NO_FILE.search(seen.path):
            return None
        file = self.names.get(seen.path) or _VARYING.sub("*", seen.path.replace(str(self.folder), ""))
        call = Call(seen.name, file, self.like[seen.name, file])
        self.like[seen.name, file] += 1
        self.calls.append(call)
        if self.fault is None:
            return None
        first = call == self.fault.call and not self.fault.hit
        self.fault.hit |= first
        if self.fault.kind == "full" and self.fault.hit:
            here = seen.path.startswith(str(self.folder)) and seen.path not in self.names
            return errno.ENOSPC if first or (here and _TAKES_ROOM.fullmatch(seen.name)) else None
        if first and self.fault.kind == "kill":
            os.kill(_leader(seen.process), signal.SIGKILL)
        return errno.EIO if first and self.fault.kind == "EIO" else None


def _leader(thread: int) -> int:
    """The process to which a thread belongs."""
    lines = Path(f"/proc/{thread}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Tgid:"))


def faults(call: Call) -> Sequence[Fault]:
    """What may happen at a call."""
    kinds = ("kill", "EIO", "full") if _TAKES_ROOM.fullmatch(call.name) else ("kill", "EIO")
    return [Fault(kind, call) for kind in kinds]


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def everything(folder: Path) -> str:
    """A digest of all below a folder, hidden and empty too, but for what varies in names."""
    entries = sorted(
        (_VARYING.sub("*", str(path.relative_to(folder))), path.read_bytes() if path.is_file() else b"/")
        for path in folder.rglob("*")
    )
    return hashlib.sha256(repr(entries).encode()).hexdigest()
