"""The month's folder: where it lies, whether it may be written, and writing it whole."""

from __future__ import annotations

from pathlib import Path

from ..cores import in_order
from ..errors import CalibrateError
from ..evaluation import decision
from ..export import json as grid_json
from ..files import on_this_machine
from ..language import load as load_words
from ..report.folder import check_writable
from ..report.folder import write as write_folder
from ..report.review import Review
from . import settings_file
from .counted import Counted, month_of
from .settings import Settings

LONGEST_HEAD = 100_000
"""Bytes of a table's first line that are compared."""


def check_out(settings: Settings) -> None:
    """Say before the long work that the report could not be written."""
    check_writable(on_this_machine(settings.report.out) / "month")
    for language in settings.report.languages:
        load_words(language)


def month_folder(reading: Counted) -> Path:
    """Where the report of these leads goes."""
    return Path(reading.settings.report.out) / month_of(reading.history.as_of)


def check_open(reading: Counted, force: bool = False) -> None:
    """Refuse to overwrite a month that a decision has closed."""
    folder = month_folder(reading)
    if (folder / decision.FILE).exists() and not force:
        newer = newer_beside(reading.settings)
        hint = f" ('{newer.name}' beside it is newer)" if newer else ""
        raise CalibrateError(
            f"'{folder}' is closed by a decision, so its report is not written again. These are the leads of "
            f"'{Path(reading.table.name).name}'{hint}: give the next month's with --data NEW-FILE. Or run with --force "
            "to write this report anew and keep the decision, or name another folder with --out"
        )


def newer_beside(settings: Settings) -> Path | None:
    """The newest file like the leads beside them, where it is newer: of the same kind, and a table with the same head.

    Files that the settings name are none of it.
    """
    source = Path(settings.data.file)
    named = {
        Path(name).name for name in (settings.outcome.outcomes, settings.events.file, settings.feedback.file) if name
    }
    try:
        alike = [
            path
            for path in source.parent.iterdir()
            if path.suffix == source.suffix
            and path.is_file()
            and path.name not in named
            and _head(path) == _head(source)
        ]
        newest = max(alike, key=lambda path: path.stat().st_mtime)
        return newest if newest.stat().st_mtime > source.stat().st_mtime + 1 else None
    except (OSError, ValueError):
        return None


def _head(path: Path) -> bytes:
    """The first line of a table that is text; nothing of other files."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return b""
    with path.open("rb") as file:
        return file.readline(LONGEST_HEAD).strip()


def publish_month(review: Review, reading: Counted, *, force: bool = False) -> Path:
    """Write the month's folder, whole or not at all, and say where it is; a closed month only by `force`."""
    settings = reading.settings
    folder = month_folder(reading)
    grids = {point.name: point.grid for point in review.frontier.points}
    grids |= {line.grid.name: line.grid for line in review.handover.lines if line.proposed}
    any_age = review.handover.any_age
    grids |= {any_age.grid.name: any_age.grid} if any_age is not None and any_age.proposed else {}
    grids |= {candidate.name: candidate.grid for candidate in (*review.candidates, *review.robustness.near)}
    files = dict(zip(grids, in_order(grid_json.write, grids.values()), strict=True))
    write_folder(
        review,
        folder,
        settings.report.languages,
        settings_text=settings_text(reading, folder),
        grid_files=files,
        fewest=settings.report.smallest_profile if settings.report.what_if else None,
        allowed=lambda: check_open(reading, force),
    )
    return folder


def settings_text(reading: Counted, folder: Path) -> str:
    """The commented `calibration.toml` from which this run can be repeated, as it stands in a folder."""
    notes: dict[str, list[str]] = {}
    toml = settings_file.toml
    for criterion in reading.rates.criteria:
        levels = ", ".join(level.name for level in criterion.levels[:20])
        cuts = f"; cuts = {toml(criterion.cuts)}" if criterion.cuts else ""
        notes[criterion.column] = [
            f"[[criterion]] column = {toml(criterion.column)}, axis = {toml(criterion.axis)}{cuts}",
            f"levels found: {levels}",
        ]
    for suspect in reading.suspects:
        notes[suspect.column] = [
            f"{toml(suspect.column)} is set aside ({suspect.reason}): {suspect.evidence}",
            "put it back with: keep = [...] under [columns]",
        ]
    for q in reading.asked:
        notes[q.column] = [
            *notes.get(q.column, []),
            f"{q.question} {q.evidence}; AUC of all criteria {q.auc_with:.3f}, without it {q.auc_without:.3f}",
            f"answer under [columns]: known = [{toml(q.column)}] or exclude = [{toml(q.column)}]",
        ]
    columns = [f"{key}: {facts['column']}" for key, facts in reading.history.facts if key.startswith("found_")]
    return settings_file.settings_text(reading.settings, folder, notes, columns)
