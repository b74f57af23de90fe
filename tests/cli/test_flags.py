"""Flags made from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.cli.app import main
from calibrate.cli.flags import calibration_flags, settings_of, words_of
from calibrate.errors import SettingsError
from calibrate.monthly.settings import read, settings_from
from calibrate.monthly.settings_file import settings_text


def test_flags_and_file_spell_the_same_settings(tmp_path: Path) -> None:
    flags = {
        **dict.fromkeys(calibration_flags()),
        "customer": "won", "customer_value": ["yes, sold", "1"], "criteria": ["a,\"b,c\""],
        "grid": ["old=x/old.json", "x/new.json"], "as_of": "2026-03-01", "cap": 7, "ceiling": False, "lang": ["fr,en"],
    }  # fmt: skip
    chosen = settings_of("data/leads.csv", flags)
    assert chosen.outcome.customer_values == ("yes, sold", "1")
    assert chosen.columns.only == ("a", "b,c")
    assert chosen.candidates.grids == {"old": "x/old.json", "new": "x/new.json"}
    assert chosen.report.languages == ("fr", "en")
    path = tmp_path / "calibration.toml"
    path.write_text(settings_text(chosen, tmp_path), encoding="utf-8")
    assert read(path).model_dump() == {**chosen.model_dump(), **{
        key: value for key, value in read(path).model_dump().items() if key in ("data", "candidates", "report")
    }}  # fmt: skip
    assert Path(read(path).data.file).resolve() == Path("data/leads.csv").resolve()
    assert settings_of(str(path), {**dict.fromkeys(calibration_flags()), "cap": 9}).candidates.cap == 9


def test_a_fault_is_told_by_the_flag_that_was_given() -> None:
    with pytest.raises(SettingsError, match="--customer-value"):
        settings_from({"data": {"file": "x"}, "outcome": {"customer_values": [[1]]}}, flags=True)
    with pytest.raises(SettingsError, match=r"--grid '=b' is not NAME=GRID.json"):
        settings_of("x.csv", {**dict.fromkeys(calibration_flags()), "grid": ["=b"]})
    with pytest.raises(SettingsError, match="customer_values"):
        settings_from({"data": {"file": "x"}, "outcome": {"custmer": "a"}})


def test_help_names_every_flag(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = capsys.readouterr().out
    assert [name for name in calibration_flags() if f"--{name.replace('_', '-')}" not in text] == []


@pytest.mark.parametrize(
    ("lang", "environment", "language"),
    [
        ("", {"LANG": "fr_FR.UTF-8"}, "fr"),
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        (["fr", "en"], {"LANG": "en_GB.UTF-8"}, "fr"),
        (["fr,en"], {}, "fr"),
        (None, {"LC_ALL": "fr_CA", "LANG": "en_US"}, "fr"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_terminal_speaks_the_language_of_its_environment(
    lang: str | list[str] | None, environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words_of(lang).language == language
