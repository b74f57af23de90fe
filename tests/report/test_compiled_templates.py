"""Templates are compiled once, where modules are; nothing is written where Python may not."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from calibrate.report.compiled_templates import BesideModules


def page(folder: Path, name: str = "a") -> str:
    cache = BesideModules(folder)
    return Environment(loader=FileSystemLoader(folder), bytecode_cache=cache).get_template(f"{name}.j2").render(x=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "a.j2").write_text("{{ x }} is read")
    return tmp_path


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page(folder) == "1 is read"
    assert len(list((folder / "__pycache__").iterdir())) == 1
    monkeypatch.setattr(Environment, "_generate", None)  # compiling would fail
    assert page(folder) == "1 is read"


def test_another_text_is_compiled_anew(folder: Path) -> None:
    page(folder)
    (folder / "a.j2").write_text("{{ x }} is new")
    assert page(folder) == "1 is new" and len(list((folder / "__pycache__").iterdir())) == 1


def test_a_file_that_is_cut_off_anywhere_counts_for_nothing(folder: Path) -> None:
    page(folder)
    (file,) = (folder / "__pycache__").iterdir()
    whole = file.read_bytes()
    for size in (*range(120), len(whole) - 20):
        file.write_bytes(whole[:size])
        assert page(folder) == "1 is read"


def test_nothing_is_written_where_python_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert page(folder) == "1 is read" and not (folder / "__pycache__").exists()


def test_a_folder_that_takes_no_files_does_not_matter(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file in its place")
    assert page(folder) == "1 is read"
