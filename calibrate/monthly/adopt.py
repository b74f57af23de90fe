"""Adopting: a month's candidate becomes the grid in use, with what the meeting changed and what it was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..counts.tally import Tally
from ..errors import CalibrateError, SettingsError, by_machine, unknown
from ..evaluation import decision as deciding
from ..evaluation.decision import Decision, Promise
from ..export import json as grid_json
from ..export.reading import read_grid
from ..files import PrivatePlace, locked
from ..grid.criteria import Level
from ..grid.grid import STAGES, Grid, Thresholds
from ..language import known, load
from ..points.curve import fit_curve
from ..points.score_table import reaches, row_scores, score
from ..report.level_text import level_name
from ..report.remains import tidy
from ..report.run_schema import Candidate, NearEqual, Point, RunFile, Steps
from . import settings as spelling
from .decisions import commit
from .run import read_rows
from .run_file import read_run

Entry = Candidate | NearEqual | Point


def adopt_candidate(
    folder: Path,
    candidate: str,
    *,
    who: str,
    why: str,
    points: Sequence[str] = (),
    thresholds: tuple[int, int] | None = None,
    force: bool = False,
) -> tuple[Decision, Grid]:
    """Close a month: write `grids/adopted.json` and `decision.json` into its folder, both or neither.

    Two decisions at once are taken one after the other: the second is refused without `force`, which keeps the first
    in the month's log. Changed points are counted anew on the month's leads, to say what the changed grid promises;
    where the source is there no longer, the decision holds without a promise; where the
    machine refuses to read it (a full disk), nothing is decided.
    """
    _month_of(folder)
    if not folder.resolve().parent.is_dir():
        read_run(folder)  # an error: nothing is made for a folder that is not there
    with locked(folder.resolve().parent):
        tidy(folder.resolve().parent)
        return _adopted(folder, candidate, who, why, points, thresholds, force)


def _adopted(
    folder: Path,
    candidate: str,
    who: str,
    why: str,
    points: Sequence[str],
    thresholds: tuple[int, int] | None,
    force: bool,
) -> tuple[Decision, Grid]:
    run = read_run(folder)
    if (folder / deciding.FILE).exists() and not force:
        raise CalibrateError(f"'{folder}' is closed by a decision already; decide anew with --force")
    if not who.strip() or not why.strip():
        raise SettingsError("a decision needs a name and a reason: --by and --why")
    entry, grid = _candidate(run, folder, candidate)
    were = grid.thresholds
    limits = were
    if thresholds:  # the minimums stay as they are
        limits = Thresholds(*thresholds, *((were.fit_minimum, were.engagement_minimum) if were else ()))
    if limits is None:
        raise SettingsError(f"the grid of '{candidate}' has no thresholds; give them with --thresholds 15,40")
    decision = Decision(
        month=_month_of(folder),
        candidate=candidate,
        who=who,
        why=why,
        thresholds=limits,
        thresholds_were=were if were != limits else None,
        overrides=deciding.overrides(points, grid, who, why, _shown),
        as_of=run.history.as_of,
        until=run.tally.last if run.months else None,
    )
    adopted = deciding.decided(grid, decision)
    if decision.overrides or _steps(entry) is None or len(limits.demands("sales_qualified")) > 1:
        adopted, promised = _counted_anew(folder, decision, adopted)
    else:
        promised = _grouped(_promised(entry, run, adopted, limits), run.groups.design_effect if run.groups else 1.0)
    return commit(folder, replace(decision, promises=promised), adopted), adopted


def _shown(level: Level) -> set[str]:
    """The names under which pages show a level, in every language."""
    return {level_name(level, load(language)) for language in known()}


def _month_of(folder: Path) -> str:
    """The name of a month's folder."""
    if not deciding.MONTH.fullmatch(folder.resolve().name):
        raise SettingsError(f"'{folder}' is no month's folder; name one such as reports/2026-11")
    return folder.resolve().name


def _candidate(run: RunFile, folder: Path, name: str) -> tuple[Entry, Grid]:
    """What `run.json` says of a candidate, of a grid nearly as good as one or of the frontier, and its grid."""
    near = [rival for candidate in run.candidates for rival in candidate.near_equal]
    entries: list[Entry] = [*run.frontier, *near, *run.candidates]
    by_name = {entry.name: entry for entry in entries}
    if name not in by_name:
        raise SettingsError(unknown("candidate", name, by_name))
    file = folder / "grids" / Path(by_name[name].grid).name
    return by_name[name], read_grid(str(file))


def _promised(entry: Entry, run: RunFile, grid: Grid, limits: Thresholds) -> dict[str, Promise] | None:
    """What the unchanged points promise: leads from the month's own table of thresholds, the rate from later leads."""
    steps = _steps(entry)
    if grid.curve is None or steps is None:
        return None
    above = np.array(steps.leads, float)
    at = np.array(steps.threshold, np.int64)
    leads = above - np.append(above[1:], 0.0)
    promises = deciding.promises(at, leads, grid.curve, limits, run.months)
    caught = entry.caught if isinstance(entry, Candidate) else None
    later = run.comparison
    if later is None or not caught:
        return promises
    return deciding.on_later(promises, float(leads.sum()), caught, later.leads, later.customers)


def _steps(entry: Entry) -> Steps | None:
    return None if isinstance(entry, Point) else entry.steps


def _counted_anew(folder: Path, decision: Decision, grid: Grid) -> tuple[Grid, dict[str, Promise] | None]:
    """The changed grid with its curve, and what it promises, on the leads of the month."""
    try:
        tally = _tally(folder, decision, grid)
    except CalibrateError as fault:
        if by_machine(fault):
            raise
        return grid, None
    if decision.overrides or grid.curve is None:
        scores = score(tally, grid)
        grid = replace(grid, curve=fit_curve(scores.scores, *scores.total, lines=grid.lines))
    assert grid.curve is not None
    months = float((tally.totals[:, 0] > 0).sum()) if tally.ends is not None else None
    rows = row_scores(tally, grid)
    above: dict[str, NDArray[np.bool_]] = {stage: reaches(tally, grid, stage, rows) for stage in STAGES}
    promised = deciding.promises(rows, tally.leads, grid.curve, decision.thresholds, months, above)
    return grid, _grouped(promised, tally.effect())


def _grouped(promises: dict[str, Promise] | None, effect: float) -> dict[str, Promise] | None:
    """The promises with the design effect of leads of one company."""
    if promises is None or effect <= 1:
        return promises
    return {stage: replace(promise, design_effect=round(effect, 6)) for stage, promise in promises.items()}


def _tally(folder: Path, decision: Decision, grid: Grid) -> Tally:
    """The month's leads on the levels of a grid, read from its own settings as the history stood then."""
    with PrivatePlace() as place:
        file = place / "grid.json"
        file.write_text(grid_json.write(grid), encoding="utf-8")
        values = spelling.read(folder / "calibration.toml").model_dump(by_alias=True)
        values["time"] = {**values["time"], "as_of": decision.as_of or values["time"]["as_of"]}
        values["candidates"] = {"methods": (), "current": str(file)}
        return read_rows(spelling.settings_from(values), follow=False).tally
