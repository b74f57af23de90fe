"""Every command that writes, on a tiny history, and what must hold of its folder whatever happened to it."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import month_case
import pytest
from siege import running
from siege.faults import Ending, contents, ended
from siege.files import trial

from calibrate.cli import app
from calibrate.errors import CalibrateError
from calibrate.export import json as grid_json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.monthly import demo, run
from calibrate.monthly.decisions import read_adopted
from calibrate.owners import owner_in, this_process
from calibrate.report import folder

LOADED = ("export", "monthly.adopt", "monthly.status", "monthly.publish", "report.summary", "report.run_json",
          "scoring.rows", "monitoring.trial", "report.trial_text", "export.python", "report.band_text")  # fmt: skip
"""What commands load when they begin; loaded once here, and not by every process."""
MONTH = "2024-11"
RUN = ("run", "leads.csv", "--customer-at", "won", "--created-at", "created", "--lead-id", "id", "--methods", "lift",
       "--observe-days", "3", "--close-within-days", "40", "--out", "reports")  # fmt: skip
ADOPT = ("adopt", f"reports/{MONTH}", "lift")


@dataclass(frozen=True)
class Scene:
    """A command, those before it, and the one that comes after whatever happened (itself where none is named)."""

    name: str
    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()


ANEW = (*ADOPT, "--by", "Bea", "--why", "better", "--force", "--points", "sector=Glass=9", "--thresholds", "3,9")
CLOSED = (RUN, (*ADOPT, "--by", "Ada", "--why", "agreed"))
SCENES = {
    scene.name: scene
    for scene in (
        Scene("run", RUN),
        Scene("run again", (*RUN, "--lang", "fr"), (RUN,)),
        Scene("run over a decision", (*RUN, "--lang", "fr", "--force"), CLOSED),
        Scene("adopt", CLOSED[1], (RUN,), (*CLOSED[1], "--force")),
        Scene("adopt anew", ANEW, CLOSED),
        Scene("export", ("export", "grid.json", "--to", "sql-duckdb", "--out", "out/w.sql")),
        Scene("export again", ("export", "grid.json", "--to", "python", "--out", "w.py"),
              (("export", "grid.json", "--to", "hubspot", "--out", "w.json"),)),
        Scene("export scores", ("export", "grid.json", "--to", "hubspot", "--scores", "scored.csv", "--lead-id", "id",
                                "--out", "w.json")),
        Scene("init", ("init", *RUN[1:-2], "--out", "made")),
        Scene("score to CSV", ("score", "grid.json", "leads.csv", "--out", "out/s.csv")),
        Scene("score to Parquet", ("score", "grid.json", "leads.csv", "--out", "s.parquet")),
        Scene("trial", ("trial", "read", "trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created")),
        Scene("check", ("check", *RUN[1:-2])),
        Scene("grid page", ("grid", "explain", "grid.json", "--out", "page.html")),
        Scene("demo", ("demo", "--leads", "500", "--out", "reports", "--lang", "en")),
    )
}  # fmt: skip


@dataclass
class Theatre:
    """A folder in which scenes are played, each from the same beginning; counting is done once and remembered."""

    folder: Path
    remembered: dict[str, Any] = field(default_factory=dict)
    remembering: bool = False
    ready: dict[tuple[tuple[str, ...], ...], Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage, self.temporary = self.folder / "stage", self.folder / "temporary"
        self.temporary.mkdir()

    def once(self, name: str, work: Callable[..., object]) -> Callable[..., object]:
        """The work, done anew unless it was done in this process while the theatre was remembering."""

        def remembered(subject: object, *arguments: object, **named: object) -> object:
            key = f"{name} {getattr(subject, 'settings', subject)!r} {named.get('follow', True)}"
            if key in self.remembered:
                return self.remembered[key]
            result = work(subject, *arguments, **named)
            if self.remembering:
                self.remembered[key] = result
            return result

        return remembered

    def remember(self, words: tuple[str, ...]) -> None:
        """Play a command that reports in this process, so that all it counts is remembered."""
        self.remembering = words[0] in ("run", "demo")
        code, _, err = running.ended(words)
        self.remembering = False
        assert code == 0, err

    def state_after(self, scene: Scene) -> tuple[dict[str, str], dict[str, str]]:
        """The files before and after the scene."""
        self.set_up(scene)
        old = contents(self.stage)
        self.remember(scene.words)
        new = contents(self.stage)
        assert old != new or scene.name in ("trial", "check")
        return old, new

    def play(self, words: tuple[str, ...]) -> None:
        """A command in this process."""
        app.main(list(words))

    def command(self, words: tuple[str, ...]) -> Callable[[], object]:
        return partial(app.main, list(words))

    def set_up(self, scene: Scene) -> None:
        """The good files, and what the commands before left, which are played once and then copied."""
        ready = self.ready.get(scene.before)
        shutil.rmtree(self.stage, ignore_errors=True)
        if ready is None:
            self.stage.mkdir()
            os.chdir(self.stage)
            self.prepare(scene)
            ready = self.ready[scene.before] = self.folder / f"ready-{len(self.ready)}"
            shutil.copytree(self.stage, ready)
        else:
            shutil.copytree(ready, self.stage)
            os.chdir(self.stage)

    def prepare(self, scene: Scene) -> None:
        table = [[str(cell).encode("cp1252").decode("latin-1") for cell in row] for row in month_case.dated(300)]
        text = "\n".join(",".join(row) for row in [list(month_case.HEADER), *table]) + "\n"
        (self.stage / "leads.csv").write_bytes(text.replace("Steel", "Stéel").encode("cp1252"))
        (self.stage / "trial.csv").write_bytes(trial())
        (self.stage / "grid.json").write_text(grid_json.write(_grid()), encoding="utf-8")
        (self.stage / "scored.csv").write_text("id,score,band,reasons\nL1,7,call,x\nL2,0,,\n", encoding="utf-8")
        for words in scene.before:
            ending = ended(self.command(words), self.folder)
            assert ending.code == 0, ending.err

    def after(
        self, scene: Scene, ending: Ending, old: Mapping[str, str], new: Mapping[str, str], *, full: bool = False
    ) -> list[str]:
        """What is wrong after a scene that ended so: nothing, where all is old or new and can be gone on with.

        On a disk that is `full` for every writer even the message may be missing.
        """
        faults = []
        if ending.code not in (0, 2, -9) or "Traceback" in ending.err:
            faults.append(f"exit {ending.code}: {ending.err[-600:]}")
        if ending.code == 2 and ending.err.count("calibrate: ") != 1 and (ending.err or not full):
            faults.append(f"not one message: {ending.err[-300:]}")
        faults += [f"half: {fault}" for fault in self.mixed(old, new, seen=False)]
        if (self.stage / "reports").exists():
            reader = ended(self.command(("status", "reports")), self.folder)
            if reader.code:
                faults.append(f"status: {reader.err[-300:]}")
            faults += [f"after reading: {fault}" for fault in self.mixed(old, new, seen=True)]
        again = ended(self.command(scene.after or scene.words), self.folder)
        if again.code and "exists already" not in again.err:
            faults.append(f"the next command: {again.err[-600:]}")
        elif not scene.after:
            strange = sorted(contents(self.stage).items() ^ new.items())  # decided twice is logged twice
            if any(not name.endswith("/decisions.log") for name, _ in strange):
                faults.append(f"not as new after the next command: {strange}")
        return [*faults, *self.left()]

    def left(self) -> list[str]:
        """What is temporary and still there; what this process remembers is none of it."""
        paths = (*self.stage.rglob(".*"), *self.temporary.iterdir())
        return [f"left: {path}" for path in paths if owner_in(path.name) != this_process()]

    def mixed(self, old: Mapping[str, str], new: Mapping[str, str], seen: bool) -> list[str]:
        """Files that are neither old nor new; of a month, once it was read, also files of both."""
        now = {name: digest for name, digest in contents(self.stage).items() if "/." not in f"/{name}"}
        faults = [
            f"{name} {digest}"
            for name, digest in now.items()
            if digest not in (old.get(name), new.get(name)) and not _by_fingerprint(name)
        ]
        for month in {name.split("/")[1] for name in now if name.startswith("reports/") and name.count("/") > 1}:
            start = f"reports/{month}/"
            report = {name: digest for name, digest in now.items() if name.startswith(start) and not _decided(name)}
            known = [
                {n: d for n, d in state.items() if n.startswith(start) and not _decided(n)} for state in (old, new)
            ]
            if report not in known:
                faults.append(f"{month} is neither the old report nor the new one")
            if (self.stage / start / "decision.json").exists():
                try:
                    read_adopted(self.stage / start)
                except CalibrateError as fault:
                    faults.append(f"decision without its grid: {fault}")
            elif f"{start}decision.json" in old:
                faults.append("the decision is gone")
        if seen:
            faults += [f"{name} is gone" for name in old if name not in now and name in new]
        return faults


def _decided(name: str) -> bool:
    return name.endswith(("/decision.json", "/decisions.log")) or "/adopted" in name


def _by_fingerprint(name: str) -> bool:
    return "/adopted-" in name


def _grid() -> Grid:
    ends = (Level("missing", "missing"), Level("other", "other"))
    demo_asked = Criterion("demo", "demo", "text", "engagement", (Level("yes", values=("yes",)), *ends), "missing")
    sector = Criterion("sector", "sector", "text", "fit", (Level("Glass", values=("Glass",)), *ends), "missing")
    return Grid("small", "lift", (demo_asked, sector), ((20, 0, 0), (5, 0, 1)), Thresholds(10, 20))


@contextmanager
def theatre(place: Path, *, light: bool = False) -> Iterator[Theatre]:
    """A theatre in a folder, in which reports are counted once; in a `light` one they have no pictures."""
    with pytest.MonkeyPatch.context() as patch:
        for name in LOADED:
            importlib.import_module(f"calibrate.{name}")
        made = Theatre(place.resolve())
        patch.setattr(tempfile, "tempdir", str(made.temporary))
        patch.chdir(place)
        if light:
            patch.setattr(folder, "pictures_of", lambda *_: {})
            patch.setattr(folder, "write_workbook", lambda *_: None)
            patch.setattr(folder, "page_text", lambda review, words, *_: words.language)
        for module in (run, demo):
            for name in ("read_rows", "review"):
                patch.setattr(module, name, made.once(name, getattr(module, name)))
        yield made
