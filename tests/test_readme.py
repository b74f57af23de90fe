"""README tells the truth: every name that a user can choose is in it, and its commands are the ones that are run.

The code blocks of README run as doctests (`--doctest-glob=README.md`).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from calibrate import language as words
from calibrate.cli.app import app
from calibrate.cli.flags import calibration_flags
from calibrate.evaluation.metrics import METRICS
from calibrate.export import FORMATS
from calibrate.leads.crm import SYSTEMS
from calibrate.weights import METHODS

ROOT = Path(__file__).parents[1]
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "calibrate").rglob("README.md")))
}
FRONT = PAGES[ROOT / "README.md"]
README = "\n".join(PAGES.values())
SHELL = re.findall(r"```sh\n(.*?)```", FRONT, flags=re.DOTALL)


def quoted() -> set[str]:
    """Everything between back quotes, and its words."""
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
    return {*spans, *(word for span in spans for word in span.split())}


def commands() -> list[str]:
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


@pytest.mark.parametrize("name", [*METHODS, *FORMATS, *METRICS, *SYSTEMS, *words.known()])
def test_every_name_that_can_be_chosen_is_in_readme(name: str) -> None:
    assert name in quoted()


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_readme(command: str) -> None:
    assert f"`calibrate {command}" in README


@pytest.mark.parametrize("flag", [f"--{name.replace('_', '-')}" for name in calibration_flags()])
def test_every_flag_is_in_readme(flag: str) -> None:
    assert flag in quoted()


def test_readme_promises_no_flag_that_does_not_exist() -> None:
    group = typer.main.get_command(app)
    known = {"--help"}
    stack = [group]
    while stack:
        command = stack.pop()
        stack += getattr(command, "commands", {}).values()
        known |= {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
    text = re.sub(r"```.*?```|`(?:uv|python|pip) [^`]*`", "", README, flags=re.DOTALL)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= known


def test_ci_runs_exactly_the_second_command() -> None:
    second = SHELL[1].strip()
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == second
    assert "\n" not in second


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_points_to_exists(page: Path) -> None:
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)]+)\)", PAGES[page]) if "://" not in t]
    assert [t for t in targets if t and not (page.parent / t).exists()] == []


def test_the_front_page_is_short_and_names_every_other() -> None:
    assert FRONT.count("\n") <= 160
    others = [path.relative_to(ROOT).as_posix() for path in PAGES if path.parent != ROOT]
    assert [page for page in others if f"({page})" not in FRONT] == []


def test_the_map_lists_every_room() -> None:
    rooms = {path.name + ("/" if path.is_dir() else "") for path in (ROOT / "calibrate").iterdir()}
    hidden = {"__init__.py", "__pycache__/", "py.typed", "schema/", "errors.py", "README.md"}
    assert sorted(room for room in rooms - hidden if f"`{room}`" not in README) == []


def test_the_version_is_written_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"] and project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "calibrate/__init__.py"


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/requirements-spark.lock"])
def test_the_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", text, flags=re.MULTILINE)
    assert len(pinned) > 25
    assert text.count("--hash=sha256:") > len(pinned)


def test_the_two_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE))
        for lock in ("requirements.lock", "tests/requirements-spark.lock")
    ]
    assert "pyspark" in pins[1] and "pyspark" not in pins[0]
    assert {name for name in pins[0].keys() & pins[1].keys() if pins[0][name] != pins[1][name]} == set()


def test_the_lock_has_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, flags=re.MULTILINE)}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~!; ]", each)[0].lower() for each in wanted} - {"calibrate-leads"}
    assert names <= pinned


PACKAGES = sorted({path.parent for path in (ROOT / "calibrate").glob("*/__init__.py")})


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_has_its_page_with_all_its_files(package: Path) -> None:
    pages = {page.parent: page.read_text(encoding="utf-8") for page in package.rglob("README.md")}
    assert package in pages
    for module in package.rglob("*.py"):
        if module.stem != "__init__":
            nearest = next(folder for folder in module.parents if folder in pages)
            assert f"| `{module.relative_to(nearest).as_posix()}` |" in pages[nearest], "write its line on the page"
