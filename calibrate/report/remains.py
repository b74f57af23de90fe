"""What runs that died have left among the months' folders: it is removed, and a report moved aside is put back."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..evaluation import decision
from ..files import abandoned, holds, locked
from ..owners import owner_in

_REMAINS = re.compile(rf"\.(?P<name>{decision.MONTH.pattern})\.(?P<part>new|old)-(?P<owner>[0-9a-f]+(-\d+-\d+)?)")


@contextmanager
def settled(reports: Path) -> Iterator[None]:
    """Reports to be read: nobody swaps one meanwhile, and one that a run that died had moved aside is back.

    Where the folder cannot be written, it is read as it stands.
    """
    if holds(reports) or not reports.is_dir() or not os.access(reports, os.W_OK | os.X_OK):
        yield
        return
    with locked(reports.resolve()):
        tidy(reports.resolve())
        yield


def tidy(reports: Path) -> None:
    """Remove what runs that died have left among the reports; put a report back that one of them had just moved aside.

    The folder is locked, so nobody else is writing there. Where the lock of another machine is not seen, what it has
    begun stays until it is old.
    """
    for remains in sorted(reports.glob(".*.*-*")):
        match = _REMAINS.fullmatch(remains.name)
        if match is None or remains.is_symlink() or not remains.is_dir():
            continue
        owner, goal = owner_in(match["owner"]), reports / match["name"]
        if match["part"] == "old" and not goal.exists():
            remains.rename(goal)
        elif owner is None or owner.same_kernel() or abandoned(remains):
            shutil.rmtree(remains, ignore_errors=True)
