"""Where the monthly loop stands: the months of a reports folder, their decisions, and what is to be done next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CalibrateError, InputError
from ..evaluation import decision as deciding
from ..evaluation.decision import Decision
from .decisions import read_adopted


@dataclass(frozen=True)
class Kept:
    """What came of one promise, as the newest report counted it; `side` is kept, below, above, early or empty."""

    month: str
    stage: str
    promised: float
    leads: int
    customers: int
    side: str


@dataclass(frozen=True)
class MonthStatus:
    """One month: what its report proposed, and what was decided; `fault` says what of it cannot be read."""

    month: str
    leads: int
    customers: int
    proposed: str
    verdict: str
    decision: Decision | None
    fault: str = ""


@dataclass(frozen=True)
class Status:
    """The months, the oldest first, what came of promises, and the next step as a command."""

    folder: str
    months: tuple[MonthStatus, ...]
    promises: tuple[Kept, ...]
    step: str
    command: str


def status(reports: Path) -> Status:
    """Read a reports folder.

    Raises InputError where it is no folder.
    """
    if not reports.is_dir():
        raise InputError(
            f"no folder '{reports}' of reports; make the first with: calibrate run LEADS --customer COLUMN"
        )
    runs = {
        path.parent.name: _run(path)
        for path in sorted(reports.glob("*/run.json"))
        if deciding.MONTH.fullmatch(path.parent.name)
    }
    months = tuple(_month(reports / name, run) for name, run in runs.items())
    newest = next(reversed(runs.values()), None)
    return Status(reports.as_posix(), months, _promises(newest or {}), *_step(reports, months))


def _run(path: Path) -> Mapping[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _month(folder: Path, run: Mapping[str, Any] | None) -> MonthStatus:
    decision, fault = None, "" if run else "run.json cannot be read; run the month again"
    if (folder / deciding.FILE).exists():
        try:
            decision = read_adopted(folder).decision
        except CalibrateError as error:
            fault = str(error)
    overall, verdict = _part(run, "overall"), _part(run, "verdict")
    return MonthStatus(
        folder.name,
        _whole(overall.get("leads")),
        _whole(overall.get("customers")),
        str(verdict.get("candidate") or ""),
        str(verdict.get("decision") or ""),
        decision,
        fault,
    )


def _part(run: Mapping[str, Any] | None, key: str) -> Mapping[str, Any]:
    part = (run or {}).get(key)
    return part if isinstance(part, dict) else {}


def _whole(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e15 else 0


def _promises(run: Mapping[str, Any]) -> tuple[Kept, ...]:
    promises = []
    for entry in run.get("decisions") or ():
        came = entry.get("came") if isinstance(entry, dict) else None
        if isinstance(came, dict):
            promised = float(entry["promised"]["rate"])
            counts = (_whole(came.get("leads")), _whole(came.get("customers")))
            promises.append(Kept(str(entry["month"]), str(entry["stage"]), promised, *counts, str(entry["side"])))
    return tuple(promises)


def _step(reports: Path, months: tuple[MonthStatus, ...]) -> tuple[str, str]:
    """The key of what is to be done next, and the command for it."""
    if not months:
        return "first", "calibrate run LEADS --customer COLUMN"
    newest = months[-1]
    folder = (reports / newest.month).as_posix()
    if newest.decision is None:
        return "decide", f'calibrate adopt {folder} {newest.proposed or "CANDIDATE"} --by "..." --why "..."'
    return "next", f"calibrate run {folder}/calibration.toml --data NEW-FILE"
