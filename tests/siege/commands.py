"""Every command that writes, on a tiny history, and what must hold of its folder whatever happened to it."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import month_case
import pytest
from siege.faults import Ending, Fault, contents, ended, everything
from siege.files import trial
from siege.memory import MEMORY, Words, recalled

from calibrate.cli import app, output
from calibrate.errors import CalibrateError
from calibrate.export import json as grid_json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.language import load
from calibrate.monthly.decisions import read_adopted
from calibrate.owners import owner_in, this_process

MONTH = "2024-11"
RUN = ("run", "leads.csv", "--customer-at", "won", "--created-at", "created", "--lead-id", "id", "--methods", "lift",
       "--observe-days", "3", "--close-within-days", "40", "--out", "reports")  # fmt: skip
ADOPT = ("adopt", f"reports/{MONTH}", "lift")


@dataclass(frozen=True)
class Scene:
    """A command, those before it, and the one that comes after whatever happened (itself where none is named).

    Of a `whole` one nothing is remembered.
    """

    name: str
    words: Words
    before: tuple[Words, ...] = ()
    after: Words = ()
    whole: bool = False


ANEW = (*ADOPT, "--by", "Bea", "--why", "better", "--force", "--points", "sector=Glass=9", "--thresholds", "3,9")
CLOSED = (RUN, (*ADOPT, "--by", "Ada", "--why", "agreed"))
SCENES = {
    scene.name: scene
    for scene in (
        Scene("run", RUN),
        Scene("run again", (*RUN, "--lang", "fr"), (RUN,)),
        Scene("run over a decision", (*RUN, "--lang", "fr", "--force"), CLOSED),
        Scene("run, all of it", (*RUN, "--lang", "fr", "--force"), CLOSED, (), True),
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
    """A folder in which scenes are played, each from the same beginning."""

    folder: Path
    ready: dict[tuple[Words, ...], Path] = field(default_factory=dict)
    goings_on: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage, self.temporary = self.folder / "stage", self.folder / "temporary"
        self.temporary.mkdir()

    def state_after(self, scene: Scene) -> tuple[dict[str, str], dict[str, str]]:
        """The files before and after the scene."""
        self.set_up(scene)
        old = contents(self.stage)
        MEMORY.learn(scene.words, self.folder)
        new = contents(self.stage)
        assert old != new or scene.name in ("trial", "check")
        return old, new

    def learn(self, words: Words) -> None:
        """Play a command, which may also be refused, and remember what it computes."""
        MEMORY.learn(words, self.folder, (0, 2))

    def command(self, words: Words, whole: bool = False) -> Callable[[], object]:
        """The command line, as an action for a process of its own."""
        return partial(MEMORY.play, words, whole)

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
        for name, leads in (("leads.csv", 300), ("later.csv", 340)):
            table = [",".join(map(str, row)) for row in [month_case.HEADER, *month_case.dated(leads)]]
            text = "\n".join(table).replace("Steel", "Stéel") + "\n"
            (self.stage / name).write_bytes(text.encode("cp1252"))
        (self.stage / "trial.csv").write_bytes(trial())
        (self.stage / "grid.json").write_text(grid_json.write(_grid()), encoding="utf-8")
        (self.stage / "scored.csv").write_text("id,score,band,reasons\nL1,7,call,x\nL2,0,,\n", encoding="utf-8")
        for words in scene.before:
            ending = ended(self.command(words), self.folder)
            assert ending.code == 0, ending.err

    def after(
        self, scene: Scene, ending: Ending, fault: Fault, old: Mapping[str, str], new: Mapping[str, str]
    ) -> list[str]:
        """What is wrong after a scene that ended so: nothing, where all is old or new and can be gone on with.

        What comes after is played once for each state that faults of a scene have left.
        """
        return [*self.said(ending, fault), *self.told(ending, fault, old, new), *self.whole(scene, old, new)]

    def whole(self, scene: Scene, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
        """What is half, old and new at once, or cannot be gone on with."""
        faults = [f"half: {fault}" for fault in self.mixed(old, new, seen=False)]
        state = scene.name, f"{everything(self.stage)} {everything(self.temporary)}"
        if state not in self.goings_on:
            self.goings_on[state] = self.going_on(scene, old, new)
        else:
            self.sweep_away()
        return [*faults, *self.goings_on[state]]

    def said(self, ending: Ending, fault: Fault) -> list[str]:
        """A command ends in 0, or says why it does not in one message; where it cannot say it, in silence."""
        if ending.code == -9:
            return [] if fault.kind == "kill" else ["killed"]
        if ending.code not in (0, 2) or "Traceback" in ending.err:
            return [f"exit {ending.code}: {ending.err[-600:]}"]
        silent = fault.call.file == "<stderr>" and not ending.err
        if ending.code == 2 and ending.err.count("calibrate: ") != 1 and not silent:
            return [f"not one message: {ending.err[-300:]}"]
        return []

    def told(self, ending: Ending, fault: Fault, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
        """What the exit code says is so: all is done (0), or nothing is (2); what is temporary is removed."""
        now = {name: digest for name, digest in contents(self.stage).items() if "/." not in f"/{name}"}
        faults = []
        if ending.code == 0 and fault.kind != "kill":
            faults += [f"done, but {name}" for name in _different(now, new)]
        if ending.code == 2 and not fault.call.file.startswith("<std"):
            faults += [f"refused, but {name}" for name in _different(now, old)]
        if ending.code in (0, 2) and not fault.call.name.startswith(("unlink", "rmdir")) and fault.kind != "kill":
            faults += self.left()
        return faults

    def going_on(self, scene: Scene, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
        """What is wrong when reports are read now, when the next command runs, and what both have left."""
        faults = []
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

    def sweep_away(self) -> None:
        """Remove what is temporary, as a next command has shown to do."""
        for path in self.temporary.iterdir():
            shutil.rmtree(path, ignore_errors=True)

    def left(self) -> list[str]:
        """What is temporary and still there."""
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


def _different(now: Mapping[str, str], meant: Mapping[str, str]) -> list[str]:
    """Files that are not as they are meant to be, but for grids of a decision, which have two names."""
    return [
        f"{name} is {now.get(name)}, not {meant.get(name)}"
        for name in sorted({*now, *meant})
        if now.get(name) != meant.get(name) and "/adopted" not in name
    ]


@contextmanager
def theatre(place: Path) -> Iterator[Theatre]:
    """A theatre in a folder; what its commands compute is remembered."""
    with pytest.MonkeyPatch.context() as patch:
        made = Theatre(place.resolve())
        patch.setattr(tempfile, "tempdir", str(made.temporary))
        patch.setenv("TMPDIR", str(made.temporary))
        patch.chdir(place)
        patch.setattr(output, "PATIENCE", 0.0)  # how far a command is said to be must not depend on the machine's load
        recalled(patch)
        _warm(made)
        yield made


def _warm(stage: Theatre) -> None:
    """Read words, names and settings once, so that no process that is forked does."""
    stage.set_up(SCENES["check"])
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), suppress(SystemExit):
        app.main(SCENES["check"].words)
    load("fr")
