"""The month's folder: everything is written beside it first and then put in its place by renaming.

A run that dies leaves the report that was there. Files in the folder that are not ours (a decision, minutes of
the meeting) are carried over; a folder that holds no report of ours is never replaced.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..cores import Task
from ..errors import CalibrateError
from ..evaluation import decision
from ..files import PRIVATE, exchanged, locked, remove_abandoned, surely
from ..language import Words, load
from ..owners import this_process
from . import run_json, run_schema, tables
from .page import page_text
from .picture_files import pictures_of
from .profiles import FEWEST_LEADS
from .remains import tidy
from .review import Review
from .workbook import workbook_of

OURS = re.compile(r"review(\.[a-z]{2})?\.html|review\.xlsx|notebook\.html|run\.json|calibration\.toml|pictures|grids")


def write(
    review: Review,
    folder: Path,
    languages: Sequence[str],
    *,
    settings_text: str,
    grid_files: Mapping[str, str],
    fewest: int | None = FEWEST_LEADS,
    allowed: Callable[[], None] = lambda: None,
) -> Path:
    """Write the whole report: pages, workbook, pictures, `run.json`, settings, and grid files by candidate name.

    Profiles of leads on the pages stand for at least `fewest` leads each; without it there are none. The folder above
    is locked meanwhile; `allowed` is asked with the lock held and may refuse by an error.
    """
    vocabularies = [load(language) for language in dict.fromkeys(languages or ("en",))]
    try:
        with locked(folder.resolve().parent):
            allowed()
            return _swapped_in(
                folder, lambda place: _fill(review, place, vocabularies, settings_text, grid_files, fewest)
            )
    except OSError as fault:
        raise CalibrateError(_unwritable(folder, fault)) from fault


def first_page(folder: Path, languages: Sequence[str]) -> Path:
    """The page to open first: the one in the first language."""
    return folder / page_names(languages)[0]


def check_writable(folder: Path) -> None:
    """Say before a long run that its report could not be written; nothing is made yet."""
    goal = folder.resolve()
    try:
        _refuse_strangers(goal)
    except OSError as fault:
        raise CalibrateError(_unwritable(folder, fault)) from fault
    there = next(place for place in goal.parents if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise CalibrateError(_unwritable(folder, None))


def page_names(languages: Sequence[str]) -> list[str]:
    """File names of the pages, the first language's without its code.

    >>> page_names(["fr", "en"])
    ['review.html', 'review.en.html']
    """
    unique = list(dict.fromkeys(languages or ("en",)))
    return ["review.html", *(f"review.{language}.html" for language in unique[1:])]


def _fill(
    review: Review,
    place: Path,
    vocabularies: Sequence[Words],
    settings_text: str,
    grid_files: Mapping[str, str],
    fewest: int | None,
) -> None:
    names = page_names([words.language for words in vocabularies])
    pages = []
    for words in vocabularies:
        translations = {w.language: file for w, file in zip(vocabularies, names, strict=True) if w is not words}
        pages.append(Task(page_text, review, words, translations, fewest))  # begun elsewhere, where there are cores
    book = Task(workbook_of, review, vocabularies[0])
    (place / "grids").mkdir()
    for candidate, stem in tables.grid_files(review).items():
        if candidate in grid_files:
            _text(place / "grids" / f"{stem}.json", grid_files[candidate])
    _text(place / "calibration.toml", settings_text)
    _text(place / run_schema.FILE, run_json.dump(run_json.run_object(review)))
    (place / "pictures").mkdir()
    for name, content in pictures_of(review, vocabularies[0]).items():
        (place / "pictures" / name).write_bytes(content)
    (place / "review.xlsx").write_bytes(book.result())
    for page, name in reversed(list(zip(pages, names, strict=True))):
        _text(place / name, page.result())


def _text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))


def _swapped_in(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Fill a folder beside the wanted one, then put it in its place."""
    goal = folder.resolve()
    fresh, old = (goal.with_name(f".{goal.name}.{part}-{this_process().mark}") for part in ("new", "old"))
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        tidy(goal.parent)
        _refuse_strangers(goal)
        fresh.mkdir()
        fill(fresh)
        if goal.is_dir():
            _carry_over(goal, fresh)
            if exchanged(fresh, goal):  # the old report is removed under the new one's name
                return folder
            goal.rename(old)
        fresh.rename(goal)
    except OSError as fault:
        raise CalibrateError(_unwritable(folder, fault)) from fault
    finally:
        surely(lambda: _settled(goal, fresh, old))
    return folder


def _settled(goal: Path, fresh: Path, old: Path) -> None:
    """Put the old report back where there is no new one, and remove what is left."""
    if old.is_dir() and not goal.exists():
        old.rename(goal)
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, fault: OSError | None) -> str:
    why = f": {fault.strerror or fault}" if fault else ""
    return f"the report cannot be written to '{folder}'{why}. Name a folder that can be written with --out"


def _refuse_strangers(goal: Path) -> None:
    """Refuse to replace a folder with files in it of which none is a report's."""
    if goal.exists() and not goal.is_dir():
        raise CalibrateError(f"'{goal}' is a file, not a folder. Name another folder with --out")
    visible = [entry.name for entry in goal.iterdir() if not entry.name.startswith(".")] if goal.is_dir() else []
    if visible and not any(OURS.fullmatch(name) for name in visible):
        raise CalibrateError(
            f"'{goal}' holds files but no report of calibrate, so it is not replaced. Name another folder with --out"
        )


def _carry_over(goal: Path, fresh: Path) -> None:
    """Copy what others have put into the folder, and the grid that a decision put to work."""
    if (goal / decision.FILE).exists():
        for adopted in sorted((goal / decision.GRID).parent.glob("adopted*.json")):
            shutil.copy2(adopted, fresh / Path(decision.GRID).parent / adopted.name)
    remove_abandoned(goal, f".{PRIVATE}")
    for entry in sorted(goal.iterdir()):
        if OURS.fullmatch(entry.name) or (fresh / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)
