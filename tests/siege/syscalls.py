"""System calls that change files, each shown to a guard before the kernel does it (Linux, seccomp notifications).

The guarded process and all that it starts are stopped at such a call, whatever library makes it, until the guard lets
it go on, refuses it with an error, or kills who made it. Calls that only read are not slowed down.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

_BOTH = """
write 1 64 f0
pwrite64 18 68 f0
writev 20 66 f0
pwritev 296 70 f0
pwritev2 328 287 f0
sendfile 40 71 f0
copy_file_range 326 285 f2
ftruncate 77 46 f0
fallocate 285 47 f0
fsync 74 82 f0
fdatasync 75 83 f0
fchmod 91 52 f0
fchown 93 55 f0
fsetxattr 190 7 f0
truncate 76 45 p0
setxattr 188 5 p0
openat 257 56 d0
mkdirat 258 34 d0
unlinkat 263 35 d0
fchmodat 268 53 d0
utimensat 280 88 d0
mknodat 259 33 d0
renameat 264 38 d0
renameat2 316 276 d0
linkat 265 37 d0
symlinkat 266 36 d1
"""
"""Name, number on x86-64, number on ARM-64, where the file stands: an open file, a path, or a folder and a path."""
_INTEL_ALONE = """
open 2 p0
creat 85 p0
mkdir 83 p0
unlink 87 p0
rmdir 84 p0
rename 82 p0
link 86 p1
symlink 88 p1
chmod 90 p0
chown 92 p0
mknod 133 p0
"""
_MACHINES = {"x86_64": (1, 317), "aarch64": (2, 277)}
"""Column of the numbers, and the number of `seccomp` itself."""
_OPENS_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FLAGS_OF = {"open": 1, "openat": 2}
_AT_CWD = 0xFFFFFF9C
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_LOAD, _IS, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000


class Seen(NamedTuple):
    """A call before it is done: its name, its file, and the process that makes it."""

    name: str
    path: str
    process: int


Verdict = int | None
"""What becomes of a call: it goes on (None), or it is refused with this number of an error."""


def numbers() -> dict[int, tuple[str, str]]:
    """Calls by their number on this machine, each with where its file stands."""
    column = _MACHINES[platform.machine()][0]
    rows = [line.split() for line in _BOTH.split("\n") if line]
    table = {int(row[column]): (row[0], row[3]) for row in rows}
    if column == 1:
        table |= {
            int(n): (name, place) for name, n, place in (line.split() for line in _INTEL_ALONE.split("\n") if line)
        }
    return table


def _program() -> bytes:
    """The kernel's filter: calls of the table are shown, opening only where it may write."""
    steps = []
    for number, (name, _) in numbers().items():
        if name in _FLAGS_OF:
            steps += [(_LOAD, 0, 0, 0), (_IS, 0, 4, number), (_LOAD, 0, 0, 16 + 8 * _FLAGS_OF[name])]
            steps += [(_HAS, 0, 1, _OPENS_TO_WRITE), (_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _ALLOW)]
        else:
            steps += [(_LOAD, 0, 0, 0), (_IS, 0, 1, number), (_RETURN, 0, 0, _NOTIFY)]
    return b"".join(struct.pack("=HBBI", *step) for step in [*steps, (_RETURN, 0, 0, _ALLOW)])


def show_calls(to: socket.socket) -> None:
    """From now on the calls of this process are shown to who has the other end of the socket. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    program = _program()
    kept = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HxxxxxxQ", len(program) // 8, ctypes.addressof(kept))
    if libc.prctl(38, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of calls is allowed here")
    number = _MACHINES[platform.machine()][1]
    handle = libc.syscall(number, 1, 8, ctypes.create_string_buffer(head, len(head)))
    if handle < 0:
        raise OSError(ctypes.get_errno(), "no filter of calls is allowed here")
    socket.send_fds(to, [b"."], [handle])
    os.close(handle)


def watch(handle: int, judge: Callable[[Seen], Verdict]) -> None:
    """Show every call to the judge until all processes that are watched have ended."""
    table, poll = numbers(), select.poll()
    poll.register(handle, select.POLLIN)
    while True:
        events = poll.poll()
        if any(event & select.POLLHUP for _, event in events):
            return
        notice = bytearray(80)
        try:
            fcntl.ioctl(handle, _RECEIVE, notice)
        except (FileNotFoundError, InterruptedError):  # it was killed meanwhile
            continue
        key, process, _, number, _, _, *words = struct.unpack("=QIIiIQ6Q", notice)
        name, place = table[number]
        try:
            refusal = judge(Seen(name, _file(process, place, words), process))
        except (FileNotFoundError, ProcessLookupError):
            refusal = None
        answer = struct.pack("=QqiI", key, 0, -(refusal or 0), 0 if refusal else 1)
        with suppress(FileNotFoundError):
            fcntl.ioctl(handle, _SEND, answer)


def _file(process: int, place: str, words: list[int]) -> str:
    first = int(place[1])
    if place[0] == "f":
        return _opened(process, words[first])
    path = _text(process, words[first + (place[0] == "d")])
    folder = words[first] & 0xFFFFFFFF if place[0] == "d" else _AT_CWD
    if not path and place[0] == "d":
        return _opened(process, folder)
    start = os.readlink(f"/proc/{process}/cwd") if folder == _AT_CWD else _opened(process, folder)
    return os.path.join(start, path)


def _opened(process: int, handle: int) -> str:
    return os.readlink(f"/proc/{process}/fd/{handle & 0xFFFFFFFF}")


def _text(process: int, address: int) -> str:
    if not address:
        return ""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        content = b""
        while b"\0" not in content and len(content) < 8192:
            content += memory.read(256 - (address + len(content)) % 256)
    return os.fsdecode(content.partition(b"\0")[0])


def can_watch() -> bool:
    """Whether calls can be shown on this machine."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    near, far = socket.socketpair()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            show_calls(far)
            os.close(os.open(os.devnull, os.O_WRONLY))
            code = 0
        finally:
            os._exit(code)
    far.close()
    with near, suppress(OSError):
        _, handles, _, _ = socket.recv_fds(near, 1, 1)
        seen: list[Seen] = []

        def judge(call: Seen) -> None:
            seen.append(call)

        if handles:
            watch(handles[0], judge)
            os.close(handles[0])
        return os.waitpid(process, 0)[1] == 0 and any(call.path == os.devnull for call in seen)
    with suppress(OSError):
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return False
