"""`reports/example` is what `calibrate demo` makes: whoever changes a number or a word writes it anew.

python -m calibrate demo --out reports/example
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = Path("reports/example")
BY_HAND = {"review.png"}
"""A picture of the page, for the front page of the repository."""
DRAWN = (".png", ".xlsx")
"""Pictures and workbooks hold the version of the library that draws them: only that they are there is compared."""


def test_the_example_is_byte_for_byte_what_the_demo_makes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "calibrate", "demo", "--out", EXAMPLE.as_posix(), "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    made, stored = ({path.relative_to(top): path for path in top.rglob("*") if path.is_file()} for top in
                    (tmp_path / EXAMPLE, ROOT / EXAMPLE))  # fmt: skip
    assert {path.as_posix() for path in made} == {path.as_posix() for path in stored} - BY_HAND
    differing = [
        path.as_posix()
        for path, place in sorted(made.items())
        if path.suffix not in DRAWN and place.read_bytes() != stored[path].read_bytes()
    ]
    assert differing == [], "write the example anew: python -m calibrate demo --out reports/example"
    run = json.loads((ROOT / EXAMPLE / "2025-12" / "run.json").read_text(encoding="utf-8"))
    assert run["truth"], "the example shows the truth beside the estimates"
