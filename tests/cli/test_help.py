"""Help that answers `-h`: commands and options grouped by use, and an example under each command that can be typed."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from calibrate.cli.app import app
from calibrate.cli.help import PANELS, PARTS, example_of, name_of

EXAMPLES = {name: words for commands in PANELS.values() for name, words in commands.items()}


def told(*words: str) -> str:
    result = CliRunner().invoke(app, [*words, "-h"], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output


def test_commands_stand_in_their_panels_and_order() -> None:
    page = told()
    places = [page.index(f"─ {panel} ─") for panel in PANELS]
    assert places == sorted(places)
    names = re.findall(r"^│ ([a-z]+)  ", page, re.MULTILINE)
    assert [name for name in names if name in EXAMPLES] == [
        *(name for panel in PANELS.values() for name in sorted(panel, key=lambda name: name in ("grid", "trial")))
    ]


@pytest.mark.parametrize("words", [*EXAMPLES.values(), *PARTS.values()])
def test_each_command_has_an_example_of_words_that_it_knows(words: str) -> None:
    command = shlex.split(words)
    path = command[:2] if command[0] in ("grid", "trial") else command[:1]
    page = told(*path)
    assert "Example: calibrate" in page
    for flag in re.findall(r"--[a-z-]+", words):
        assert f"{flag} " in page, flag


def test_every_command_is_laid_out() -> None:
    assert {name_of(command) for command in app.registered_commands} | {
        str(group.name) for group in app.registered_groups
    } == set(EXAMPLES)
    parts = [command for group in app.registered_groups for command in group.typer_instance.registered_commands]  # type: ignore[union-attr]
    assert {name_of(command) for command in parts} == set(PARTS)
    assert all(command.epilog == example_of(PARTS[name_of(command)]) for command in parts)


@pytest.mark.parametrize("panel", ["The data", "Who is a customer", "Time", "The grids", "The report", "This run"])
def test_options_of_a_run_stand_by_what_they_settle(panel: str) -> None:
    assert f"─ {panel} ─" in told("run")
