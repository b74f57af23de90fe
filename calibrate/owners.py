"""Whose a temporary file is: the machine, the container and the process that made it, written into its name.

Two containers on one share see each other's files but not each other's processes. What one of them leaves behind may be
removed by any process that can tell that its owner has ended, and by the others after a time.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
SAME_KERNEL_SECONDS = 3600.0
"""So long after its last change a file of another container of this machine is let be."""
ELSEWHERE_SECONDS = 86_400.0
"""The same for a file of another machine."""
_MARK = re.compile(r"(?P<kernel>[0-9a-f]{6})(?P<space>[0-9a-f]{6})-(?P<process>\d{1,10})-(?P<start>\d{1,20})(?!\d)")


class Owner(NamedTuple):
    """A process: the kernel it runs on, its name space of processes (a container has its own), its number and start."""

    kernel: str
    space: str
    process: int
    start: int

    @property
    def mark(self) -> str:
        """The owner as names of files bear it.

        >>> Owner("3fa9c1", "77b0e2", 4711, 99).mark
        '3fa9c177b0e2-4711-99'
        """
        return f"{self.kernel}{self.space}-{self.process}-{self.start}"

    def same_kernel(self) -> bool:
        """Whether it runs, or ran, under this kernel, whose locks are seen by all its containers."""
        return self.kernel == _kernel()

    def seen(self) -> bool:
        """Whether processes of its name space are seen from here."""
        return (self.kernel, self.space) == (_kernel(), _space())

    def ended(self, changed: float) -> bool:
        """Whether it is over with the owner of something that was last changed at that time of the clock.

        Processes that are seen from here are looked for; of others nothing but the age of what they made is known.
        """
        if self.seen():
            return _start(self.process) != self.start
        return time.time() - changed > (SAME_KERNEL_SECONDS if self.same_kernel() else ELSEWHERE_SECONDS)


def this_process() -> Owner:
    """The owner of what this process makes."""
    process = os.getpid()
    return Owner(_kernel(), _space(), process, _start(process) or 0)


def owner_in(name: str) -> Owner | None:
    """The owner whose mark stands in a name, or None.

    >>> owner_in("calibrate-3fa9c177b0e2-4711-99-x7d").process, owner_in("calibrate-notes")
    (4711, None)
    """
    match = _MARK.search(name)
    return Owner(match["kernel"], match["space"], int(match["process"]), int(match["start"])) if match else None


@cache
def _kernel() -> str:
    """A digest of what tells this run of this machine from all others; of its name where that is all there is."""
    with suppress(OSError):
        return _digest((PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii"))
    return _digest(platform.node())


@cache
def _space() -> str:
    """A digest of the name space of processes, and of the name that a container gives its machine."""
    with suppress(OSError):
        return _digest(f"{platform.node()} {os.readlink(PROC / 'self/ns/pid')}")
    return _digest(platform.node())


def _start(process: int) -> int | None:
    """When a process began, in ticks since the machine did; 0 where that is not said, None where there is none."""
    with suppress(OSError, ValueError, IndexError):
        text = (PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
        state, *numbers = text.rpartition(")")[2].split()
        return None if state in "ZX" else int(numbers[18])
    if (PROC / "self/stat").exists():
        return None
    return 0 if _lives(process) else None


def _lives(process: int) -> bool:
    """Whether there is a process of this number, on systems that do not list them as files."""
    if os.name != "posix":
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
