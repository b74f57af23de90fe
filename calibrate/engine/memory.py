"""How much memory reading may use: what the user says, within what the machine, container and process are given."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import SettingsError

MEMORY_SHARE = 0.6
"""Share of the memory that DuckDB may use before it spills to disk."""
LEAST_MEMORY = 4 * 2**30
"""It may use so much in any case, where the user says nothing."""
FIRST_MEMORY = 1200 * 2**20
"""It begins with so much, and gets all that it may use once an answer has not come with it: ten million leads with a
hundred million events take a fifth more time than in 14 GB, and 1.4 GB in place of 2.2; less makes no difference."""
OWN = 400 * 2**20
"""What Python, its libraries and the counts take beside the engine, which never gets all of a small container."""
LEAST_ENGINE = 64 * 2**20
LEAST_ASKED = 256 * 2**20
"""Less cannot be asked for."""


def bytes_in(size: str) -> int:
    """Bytes that a size says, in units of 1,024.

    Raises SettingsError where it is none, or too small to read anything.

    >>> bytes_in("4GB"), bytes_in("1.5 G"), bytes_in("800 MiB")
    (4294967296, 1610612736, 838860800)
    """
    match = re.fullmatch(r"\s?([0-9]{1,6}(?:\.[0-9]{1,3})?) ?([kmgt])i?b?\s?", size, re.IGNORECASE)
    if match is None:
        raise SettingsError(f"--memory '{size[:40]}' is no size; write it as 4GB or 800MB")
    memory = int(float(match[1]) * 1024 ** ("kmgt".index(match[2].lower()) + 1))
    if memory < LEAST_ASKED:
        raise SettingsError(f"--memory '{size[:40]}' is too little to read anything; give at least 256MB")
    return memory


def engine_bytes(size: str | None = None) -> int:
    """Bytes that the engine may use: a share of what the machine, the container and the process limit give.

    `size` is what the user allows for all, such as 4GB.
    """
    total = min(_machine_memory(), *_container_memory(), _address_space())
    if size is not None:
        memory = int(min(total, bytes_in(size)) * MEMORY_SHARE)
    else:
        memory = max(int(total * MEMORY_SHARE), min(LEAST_MEMORY, total))
    return min(memory, max(total - OWN, LEAST_ENGINE))


def _machine_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30


def _container_memory() -> list[int]:
    """Limits of this process's control groups (version 2, then 1), the innermost and those around it."""
    limits = []
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes", *_own_groups()):
        try:
            limits.append(int(Path(file).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return limits or [2**62]


def _own_groups() -> list[str]:
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
    limits: list[str] = []
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        parts = [part for part in path.split("/") if part]
        if not controllers:  # version 2
            root, file = "/sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        limits += ["/".join([root, *parts[:depth], file]) for depth in range(len(parts), 0, -1)]
    return limits


def _address_space() -> int:
    """The limit of `ulimit -v`."""
    try:
        import resource
    except ImportError:  # Windows
        return 2**62
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return 2**62 if limit in (resource.RLIM_INFINITY, -1) else int(limit)
