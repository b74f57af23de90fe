"""Every flag of every command with every odd value: it is done, or refused in one message with nothing left."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from siege.files import SETTINGS, events, feedback, grid, separated, trial
from siege.running import fault_in

from calibrate.cli.app import app

ODD = (
    "", " ", "nan", "inf", "-inf", "-1", "0", "1e400", "-0.5", "9" * 400, "²", "1_000", "٣", "a\x00b", "a" * 5000, ".",
    "/dev/full", "nothing", "9999-12-31", "0001-01-01", "2025-02-30", "=1+1", "\x1b[2J", "--", "zz", "[", "*", "{}",
)  # fmt: skip
LEADS = ("leads.csv", "--customer", "Status", "--methods", "lift")
BASES = {
    "check": LEADS,
    "init": (*LEADS, "--out", "made"),
    "score": ("grid.json", "leads.csv", "--out", "o.csv"),
    "export": ("grid.json", "--to", "json", "--out", "o.json"),
    "card": ("grid.json", "--out", "o.html"),
    "adopt": ("reports/2025-10", "lift"),
    "status": (".",),
    "demo": ("--leads", "1"),
    "grid check": ("grid.json",),
    "grid diff": ("grid.json", "grid.json"),
    "grid explain": ("grid.json", "--out", "o.html"),
    "trial plan": ("--leads", "100", "--rate", "0.05"),
    "trial read": ("trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created"),
}
"""A good command line of each command that ends soon; `demo` is never let begin, and what is not here counts leads."""
COUNTED = 2
"""Odd values tried of a flag whose command counts leads, which takes most of a second each."""


def flags(command: Any) -> Iterator[str]:
    """The flags of a command that take a value."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not parameter.is_flag:
            yield parameter.opts[0]


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below a group with its words."""
    if hasattr(group, "commands"):
        for word, command in group.commands.items():
            yield from commands(command, f"{name} {word}".strip())
    else:
        yield name, group


ALL = dict(commands(typer.main.get_command(app)))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good files of every role, in which commands run."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "here"
    folder.mkdir()
    for name, content in (
        ("leads.csv", separated()), ("grid.json", grid("json")()), ("events.csv", events()), ("trial.csv", trial()),
        ("feedback.csv", feedback()), ("calibration.toml", SETTINGS),
    ):  # fmt: skip
        (folder / name).write_bytes(content)
    monkeypatch.chdir(folder)
    return folder


def values_for(name: str, number: int) -> tuple[str, ...]:
    """All odd values, or for commands that count leads some of them, other ones for each flag."""
    if name not in ("check", "init", "score"):
        return ODD
    return tuple(ODD[(number * COUNTED + i) % len(ODD)] for i in range(COUNTED))


def test_every_command_is_in_the_table_or_counts_leads() -> None:
    assert set(BASES) | {"run", "rates", "compare", "frontier", "drift"} == set(ALL)


@pytest.mark.parametrize("name", BASES)
def test_an_odd_value_of_a_flag_is_taken_or_refused_in_words(name: str, place: Path) -> None:
    before, faults = sorted(place.rglob("*")), []
    contents = {path: path.read_bytes() for path in before if path.is_file()}
    for number, flag in enumerate(flags(ALL[name])):
        for odd in values_for(name, number):
            wrong = fault_in((*name.split(), *BASES[name], flag, odd), (0, 2))
            faults += [(flag, odd[:40], wrong)] if wrong else []
            for path in sorted(set(place.rglob("*")) - set(before), reverse=True):
                if path.name.startswith((".calibrate-", "calibrate-", ".2")):
                    faults.append((flag, odd[:40], f"left {path.name}"))
                path.rmdir() if path.is_dir() else path.unlink()
    assert faults == []
    assert {path: path.read_bytes() for path in contents} == contents
    left = [path for path in Path(tempfile.gettempdir()).iterdir() if path.name != "here"]
    assert left == [] and not os.path.exists("/dev/full.part")
