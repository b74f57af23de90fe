"""Decisions on disk: a decision and its grid are committed together, and read back only as a pair.

The decision names the fingerprint of its grid. The grid is written first, under a name of its own; renaming
`decision.json` into its place is the one step that commits both. Whoever dies before it has decided nothing; whoever
dies after it has left a grid that is found by its fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import InputError, SettingsError
from ..evaluation import decision as deciding
from ..evaluation.decision import Adopted, Decision
from ..export import json as grid_json
from ..export.reading import read_grid
from ..files import unwritable, write_whole
from ..grid.grid import Grid
from . import decision_file

_BY_FINGERPRINT = re.compile(r"-[0-9a-f]{16}\.json$")
LOG = "decisions.log"
"""Earlier decisions of the month, one JSON object a line, the oldest first."""


def commit(folder: Path, decision: Decision, grid: Grid) -> Decision:
    """Write a decision and its grid into a month's folder, both or neither; an earlier decision goes into the log."""
    content = grid_json.write(grid).encode()
    decision = replace(decision, grid_sha256=hashlib.sha256(content).hexdigest())
    earlier = folder / deciding.FILE
    fresh = _grid_by_fingerprint(folder, decision)
    write_whole(str(fresh), content)
    try:
        with _logged(folder, earlier):
            write_whole(str(earlier), decision_file.text(decision).encode())
    except (InputError, OSError):
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # committed: a reader finds the grid under either name
        fresh.replace(folder / decision.grid)
        for remains in fresh.parent.glob(f"{Path(decision.grid).stem}-*.json"):
            if _BY_FINGERPRINT.search(remains.name):  # of decisions that were not committed, or are no longer in force
                remains.unlink()
    return decision


def read_adopted(folder: Path) -> Adopted:
    """The decision of a month's folder with the grid that was decided on.

    Raises SettingsError where the grid is not the one that the decision was taken on.
    """
    decision = decision_file.read(folder)
    path = folder / decision.grid
    if decision.grid_sha256 is None:
        return Adopted(decision, read_grid(str(path)))
    for candidate in (path, _grid_by_fingerprint(folder, decision)):
        if _is_file(candidate) and hashlib.sha256(candidate.read_bytes()).hexdigest() == decision.grid_sha256:
            return Adopted(decision, read_grid(str(candidate)))
    raise SettingsError(
        f"'{path}' is not the grid that '{folder / deciding.FILE}' was decided on (it was changed or is missing); put "
        f"it back, or decide again with: calibrate adopt {folder} CANDIDATE --force"
    )


def _grid_by_fingerprint(folder: Path, decision: Decision) -> Path:
    path = folder / decision.grid
    return path.parent / f"{path.stem}-{str(decision.grid_sha256)[:16]}{path.suffix}"


def _is_file(path: Path) -> bool:
    """Whether a file is there; none has a name that no file system takes."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


@contextmanager
def _logged(folder: Path, earlier: Path) -> Iterator[None]:
    """The earlier decision, if there is one, is appended to the month's log, and taken out after a fault."""
    path = folder / LOG
    size = _log(path, earlier.read_text(encoding="utf-8", errors="replace")) if earlier.is_file() else None
    try:
        yield
    except (InputError, OSError):
        if size is not None:
            with suppress(OSError):
                os.truncate(path, size) if size else path.unlink()
        raise


def _log(path: Path, text: str) -> int | None:
    """Append an earlier decision to a log, and say how long that was before; None where it is its last one already."""
    try:
        line = json.dumps(json.loads(text), ensure_ascii=False).encode() + b"\n"
    except ValueError:
        line = json.dumps({"unreadable": text}, ensure_ascii=False).encode() + b"\n"
    try:
        before = path.read_bytes() if path.is_file() else b""
    except OSError as fault:
        raise unwritable(str(path), fault) from None
    if before.endswith(line):
        return None
    write_whole(str(path), before + line)
    return len(before)
