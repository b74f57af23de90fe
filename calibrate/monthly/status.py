"""Where the monthly loop stands: the months of a reports folder, their decisions, and what is to be done next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import CalibrateError, InputError, SettingsError
from ..evaluation import decision as deciding
from ..evaluation.decision import Decision
from ..report.remains import settled
from ..report.run_schema import FILE as RUN
from ..report.run_schema import RunFile
from .decisions import read_adopted
from .run_file import read_run


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


def reports_status(reports: Path) -> Status:
    """Read a reports folder.

    Raises InputError where it is no folder.
    """
    if not reports.is_dir():
        raise InputError(
            f"no folder '{reports}' of reports; make the first with: calibrate run LEADS --customer COLUMN"
        )
    with settled(reports):
        pages = sorted(reports.glob(f"*/{RUN}"))
        folders = [path.parent for path in pages if deciding.MONTH.fullmatch(path.parent.name)]
        runs = [_run(folder) for folder in folders]
        months = tuple(_month(folder, *run) for folder, run in zip(folders, runs, strict=True))
    newest = runs[-1][0] if runs else None
    return Status(reports.as_posix(), months, _promises(newest), *_step(reports, months))


def _run(folder: Path) -> tuple[RunFile | None, str]:
    """What `run.json` says, or why it cannot be read."""
    try:
        return read_run(folder), ""
    except SettingsError as fault:
        return None, str(fault)


def _month(folder: Path, run: RunFile | None, fault: str) -> MonthStatus:
    decision = None
    if (folder / deciding.FILE).exists():
        try:
            decision = read_adopted(folder).decision
        except CalibrateError as error:
            fault = str(error)
    if run is None:
        return MonthStatus(folder.name, 0, 0, "", "", decision, fault)
    leads, customers = round(run.overall.leads), round(run.overall.customers)
    return MonthStatus(
        folder.name, leads, customers, run.verdict.candidate or "", run.verdict.decision, decision, fault
    )


def _promises(run: RunFile | None) -> tuple[Kept, ...]:
    """What came of the promises of earlier months."""
    return tuple(
        Kept(
            decided.month,
            decided.stage,
            decided.promised.rate or 0.0,
            round(decided.came.leads),
            round(decided.came.customers),
            decided.side,
        )
        for decided in (run.decisions if run else ())
        if decided.came is not None
    )


def _step(reports: Path, months: tuple[MonthStatus, ...]) -> tuple[str, str]:
    """The key of what is to be done next, and the command for it."""
    if not months:
        return "first", "calibrate run LEADS --customer COLUMN"
    newest = months[-1]
    folder = (reports / newest.month).as_posix()
    if newest.decision is None:
        return "decide", f'calibrate adopt {folder} {newest.proposed or "CANDIDATE"} --by "..." --why "..."'
    return "next", f"calibrate run {folder}/calibration.toml --data NEW-FILE"
