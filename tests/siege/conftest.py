"""What tests of the siege share: a folder of good files to work in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from siege.files import good_files


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good files of every role, in which commands run."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "here"
    folder.mkdir()
    good_files(folder)
    monkeypatch.chdir(folder)
    return folder
