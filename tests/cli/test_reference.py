"""The table of flags, as README shows it."""

from __future__ import annotations

from pathlib import Path

from calibrate.cli.reference import with_flags_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "calibrate" / "cli" / "README.md"


def test_the_table_of_flags_is_the_one_of_the_settings() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_flags_table(page) == page, "run: python -m calibrate.cli.reference"
