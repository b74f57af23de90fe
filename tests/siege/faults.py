"""Commands in processes of their own, killed or refused by the machine at a system call of choice (by strace)."""

from __future__ import annotations

import atexit
import contextlib
import gc
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WRITES = (
    "write,pwrite64,writev,openat,creat,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir,fsync,fdatasync,"
    "ftruncate,fallocate,chmod,fchmod,fchmodat,link,linkat,symlink,symlinkat"
)
"""System calls that change files; of `openat` only those that may write."""
_CALL = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)$")


@dataclass(frozen=True)
class Call:
    """A system call that writes: its name, its place among the calls of this name in its thread, and what it says."""

    name: str
    place: int
    text: str


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit code (minus the signal where one killed it) and what it said."""

    code: int
    out: str
    err: str
    hit: bool = True


@dataclass
class Child:
    """A forked process that runs a command when it is told to go on."""

    action: Callable[[], object]
    folder: Path
    process: int = 0
    texts: tuple[Path, Path] = field(default=(Path(), Path()))

    def start(self, stopped: bool) -> None:
        """Fork; a `stopped` child waits for SIGCONT before it begins."""
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
            sys.stdout, sys.stderr = (os.fdopen(place, "w", closefd=False, encoding="utf-8") for place in (1, 2))
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if stopped:
                os.kill(os.getpid(), signal.SIGSTOP)
            code = _code_of(self.action)
        finally:
            os._exit(code)

    def end(self, hit: bool = True) -> Ending:
        """Wait for the end."""
        _, status = os.waitpid(self.process, 0)
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in self.texts)
        for path in self.texts:
            path.unlink()
        return Ending(os.waitstatus_to_exitcode(status), out, err, hit)


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
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
    return code


def ended(action: Callable[[], object], folder: Path) -> Ending:
    """The action in a process of its own."""
    child = Child(action, folder)
    child.start(stopped=False)
    return child.end()


def traced(action: Callable[[], object], folder: Path, inject: str = "", calls: str = WRITES) -> tuple[Ending, str]:
    """The action in a process under strace, with a fault injected where one is given, and what strace saw."""
    child = Child(action, folder)
    child.start(stopped=True)
    os.waitpid(child.process, os.WUNTRACED)
    log = Path(tempfile.mkstemp(prefix="trace-", dir=folder)[1])
    words = ["strace", "-f", "-y", "-s", "40", "-o", str(log), "-e", f"trace={calls}", "-e", "signal=none"]
    with subprocess.Popen(
        [*words, *(("-e", f"inject={inject}") if inject else ()), "-p", str(child.process)], stderr=subprocess.PIPE
    ) as tracer:
        _until(lambda: _is_traced(child.process))
        os.kill(child.process, signal.SIGCONT)
        ending = child.end()
        tracer.wait()
    text = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    return Ending(ending.code, ending.out, ending.err, "INJECTED" in text or ending.code < 0), text


def _is_traced(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    return "TracerPid:\t0" not in status


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "strace did not come"
        time.sleep(0.002)


def writing_calls(trace: str, folder: Path) -> list[Call]:
    """The calls of a trace that change something below a folder, each with its place in its thread."""
    counts: dict[tuple[str, str], int] = {}
    found = []
    for line in trace.splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        key = match["thread"], match["call"]
        counts[key] = counts.get(key, 0) + 1
        rest = match["rest"]
        if match["call"] == "openat" and not re.search(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC", rest):
            continue
        if str(folder) in rest and not re.search(r"/(said|trace)-", rest):
            found.append(Call(match["call"], counts[key], rest[:160]))
    return found


def can_trace() -> bool:
    """Whether strace is there and may follow a process of ours."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return done.returncode == 0


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def faults(call: Call) -> Sequence[str]:
    """What may happen at a call: the process is killed, the disk fails once, the disk is full from here on."""
    return (
        f"{call.name}:signal=KILL:when={call.place}",
        f"{call.name}:error=EIO:when={call.place}",
        f"{call.name}:error=ENOSPC:when={call.place}+",
    )
