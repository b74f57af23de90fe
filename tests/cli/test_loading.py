"""Commands that read a grid file load no engine, no frame library and no weighting method: they answer at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from calibrate.export import json as grid_json
from calibrate.monthly.demo import meeting_grid

HEAVY = ("pandas", "duckdb", "sqlglot", "scipy", "statsmodels", "matplotlib", "calibrate.weights", "calibrate.leads")
RUN = """
import sys
from calibrate.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    assert not leaving.code, leaving.code
print("loaded:", *[name for name in {heavy!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "words",
    [
        ["grid", "check", "GRID"],
        ["grid", "diff", "GRID", "GRID"],
        ["export", "GRID", "--to", "python", "--out", "OUT"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_grid_file_needs_no_heavy_library(words: list[str], tmp_path: Path) -> None:
    grid = tmp_path / "grid.json"
    grid.write_text(grid_json.write(meeting_grid()), encoding="utf-8")
    places = {"GRID": str(grid), "OUT": str(tmp_path / "out.py")}
    asked = [places.get(word, word) for word in words]
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(heavy=HEAVY), *asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].strip() == "loaded:"
