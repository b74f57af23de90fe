"""What reaches a terminal: names of columns that hold signs for it are shown, not run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calibrate.cli import output
from calibrate.cli.app import main
from calibrate.language import load

EVIL = "\x1b[2JSou\x9brce\u202e"


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """300 leads with a column whose name and answers would clear the screen."""
    lines = [f"{EVIL},Size,Won"]
    sources = ("We\x1b]0;x\x07b", "Fair")
    lines += [f"{sources[i % 2]},{i % 3},{('no', 'yes')[i % 5 == 0]}" for i in range(300)]
    (tmp_path / "leads.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "leads.csv"


@pytest.mark.parametrize(
    "words", [["rates"], ["check"], ["check", "--json"], ["check", "--customer", "nobody"], ["rates", "--json"]]
)
def test_signs_for_the_terminal_are_shown(leads: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([words[0], str(leads), *words[1:], *([] if "nobody" in words else ["--customer", "Won"])])
    written = "".join(capsys.readouterr())
    assert "Size" in written
    assert [sign for sign in "\x1b\x9b\x07" if sign in written] == []
    assert "\\x1b[2J" in written or "\\u001b[2J" in written or "[2J" in written


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_stage_has_a_name_in_every_language(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Stages as they stand in the source: `progress("...")` and the second word of a timed step."""
    house = Path(output.__file__).parents[1]
    text = "".join(path.read_text(encoding="utf-8") for path in house.rglob("*.py"))
    stages = {*re.findall(r'progress\("(\w+)"\)', text), *re.findall(r'timed\("\w+", "(\w+)"\)', text)}
    assert len(stages) >= 15
    assert [stage for stage in sorted(stages) if f"progress.{stage}" not in load(language).texts] == []
    progress = output.Progressing(False, load(language))
    with progress as say:
        progress.start -= 3
        say("count")
    assert load(language)("progress.count") in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
@pytest.mark.parametrize(("how", "words", "code"), [
    (">&-", "status .", 0), ("2>&-", "status .", 0), (">&- 2>&-", "status .", 0), (">&- 2>&-", "status nothing", 2),
    ("2>&-", "status nothing", 2), ("2>/dev/full", "status nothing", 2), (">/dev/full", "status .", 2),
    ("| true", "status .", 0), ("<&- >&- 2>&-", "status .", 0),
])  # fmt: skip
def test_an_output_that_is_closed_or_full_is_no_fault_of_ours(tmp_path: Path, how: str, words: str, code: int) -> None:
    line = f'"{sys.executable}" -m calibrate {words} {how}'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []
