"""Every flag of every command with odd values: what is asked is done, or refused in one message with nothing left."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from siege.running import ended, fault_in

from calibrate.cli.app import app
from calibrate.errors import CalibrateError
from calibrate.monthly import demo, run

NO_NUMBERS = (
    "", " ", "nan", "inf", "-inf", "1e400", "9" * 400, "²", "a\x00b", "a" * 5000, ".", "/dev/full", "nothing",
    "2025-02-30", "9999-12-31", "0001-01-01", "=1+1", "\x1b[2J", "--", "zz", "[", "*", "{}", "\udcff",
    "0x10", "1,2", "'", '"', "a=b",
)  # fmt: skip
"""What no flag that wants a number may take."""
ODD = (*NO_NUMBERS, "-1", "0", "-0.5", "1e-320", "1e308", "1_000", "٣")
NAMES = ("nothing", "a\x00b", "a" * 5000, "\udcff")
"""What no column, file, table or language is called."""
NAMED = ("--customer", "--lead-id", "--created-at", "--customer-at", "--events", "--feedback", "--outcomes", "--table",
         "--order", "--value", "--worked", "--arm", "--lang", "--at", "--as-of", "--since", "--to", "--methods",
         "--run", "--changes", "--map", "--scores", "--reasons", "--mode", "--current", "--crm",
         "--id-column")  # fmt: skip
"""Flags whose value must be there."""
FREE = {("export", "--table"), ("export", "--lead-id"), ("trial read", "--table")}
"""What is a name in the reader's own system, or of no matter for the file at hand."""
LEADS = ("leads.csv", "--customer", "Status", "--methods", "lift")
BASES = {
    "check": LEADS,
    "run": (*LEADS, "--out", "reports"),
    "init": (*LEADS, "--out", "made"),
    "rates": LEADS,
    "compare": (*LEADS[:3], "--grid", "g=grid.json"),
    "frontier": LEADS,
    "drift": ("grid.json", *LEADS[:3], "--created-at", "Created"),
    "score": ("grid.json", "leads.csv", "--out", "o.csv"),
    "export": ("grid.json", "--to", "json", "--out", "o.json"),
    "card": ("grid.json", "--out", "o.html"),
    "adopt": (".", "lift"),
    "status": (".",),
    "demo": ("--leads", "600", "--out", "d"),
    "grid check": ("grid.json",),
    "grid diff": ("grid.json", "grid.json"),
    "grid explain": ("grid.json", "--out", "o.html"),
    "trial plan": ("--leads", "100", "--rate", "0.05"),
    "trial read": ("trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created"),
}
"""A good command line of each command, which ends soon; no report is judged and no demo begun."""
COUNTING = {"check": 3, "run": 1, "init": 1, "rates": 1, "compare": 1, "frontier": 1, "drift": 1, "score": 3,
            "trial read": 6}  # fmt: skip
"""Odd values tried of a flag whose command counts leads, other ones for each flag."""


def flags(command: Any) -> Iterator[tuple[str, bool]]:
    """The flags of a command that take a value, and whether that is a number."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not parameter.is_flag:
            yield parameter.opts[0], parameter.type_descriptor.annotation in (int, float)


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below a group with its words."""
    if hasattr(group, "commands"):
        for word, command in group.commands.items():
            yield from commands(command, f"{name} {word}".strip())
    else:
        yield name, group


ALL = dict(commands(typer.main.get_command(app)))


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is refused when it begins."""

    def refused(*_: object, **__: object) -> None:
        raise CalibrateError("this would take long")

    for module, name in ((demo, "simulate"), (run, "review"), (run, "frontier_of")):
        monkeypatch.setattr(module, name, refused)


def odd_values(name: str, number: int, numeric: bool) -> tuple[str, ...]:
    """All odd values; for commands that count leads some of them, other ones for each flag."""
    if name not in COUNTING:
        return ODD
    if numeric and name == "check":
        return NO_NUMBERS[:9]  # refused before anything is read
    return tuple(ODD[(number * 5 + i * 11) % len(ODD)] for i in range(COUNTING[name]))


def test_every_command_is_in_the_table() -> None:
    assert set(BASES) == set(ALL)
    names = {flag for command in ALL.values() for flag, _ in flags(command)}
    assert len(names) > 80 and set(NAMED) <= names


@pytest.mark.parametrize("name", BASES)
def test_an_odd_value_of_a_flag_is_taken_or_refused_in_words(name: str, place: Path) -> None:
    before, faults = sorted(place.rglob("*")), []
    contents = {path: path.read_bytes() for path in before if path.is_file()}
    for number, (flag, numeric) in enumerate(flags(ALL[name])):
        base = list(BASES[name])
        if flag in base:
            del base[base.index(flag) : base.index(flag) + 2]
        values = [*odd_values(name, number, numeric), *(NAMES if flag in NAMED and name not in COUNTING else ())]
        for odd in values:
            named = flag in NAMED and (name, flag) not in FREE
            refused = (numeric and odd in NO_NUMBERS) or (named and odd in NAMES) or "\udcff" in odd or "\x00" in odd
            wrong = fault_in((*name.split(), *base, flag, odd), (2,) if refused else (0, 2))
            faults += [(flag, odd[:40], wrong)] if wrong else []
            new = sorted(set(place.rglob("*")) - set(before), reverse=True)
            if refused and new:
                faults.append((flag, odd[:40], f"left {new}"))
            for path in new:
                if path.name.startswith((".calibrate-", "calibrate-", ".2")):
                    faults.append((flag, odd[:40], f"left {path.name}"))
                path.rmdir() if path.is_dir() else path.unlink()
    assert not faults, "\n".join(map(repr, faults))
    assert {path: path.read_bytes() for path in contents} == contents
    assert [path for path in Path(tempfile.gettempdir()).iterdir() if path.name != "here"] == []


def test_a_message_repeats_no_endless_name(place: Path) -> None:
    for words in (("check", "a" * 5000), ("check", "leads.csv", "--customer", "a" * 5000), ("status", "a" * 5000),
                  ("grid", "check", "grid.json", "--lang", "a" * 5000), ("adopt", ".", "a" * 5000)):  # fmt: skip
        code, _, err = ended(words)
        assert code == 2 and 0 < len(err) < 1500, err
