"""Settings: one definition of an option gives the flag, the comment of the file and the README's row."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.errors import SettingsError
from calibrate.monthly.settings import options, read


def test_every_option_says_what_it_means_and_no_two_have_one_flag() -> None:
    assert [o.key for o in options() if not o.field.description or "|" in o.field.description] == []
    names = [o.name for o in options() if o.flag]
    assert len(names) == len(set(names)) > 30


@pytest.mark.parametrize(
    ("text", "message"),
    [("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"), ('[data]\nfile = "f.csv"\n[outcome]\ncustomer = "won"\n'
      '[[criterion]]\ncolumn = "visits"\ncuts = [nan]', "finite number")],
)  # fmt: skip
def test_a_strange_file_of_settings_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "calibration.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        read(tmp_path / "calibration.toml")
