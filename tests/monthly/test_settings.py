"""Settings: one definition of an option gives the flag, the comment of the file and the README's row."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pydantic import Field

from calibrate.cli.app import main
from calibrate.cli.flags import calibration_flags, settings_of
from calibrate.errors import SettingsError
from calibrate.monthly import settings as module
from calibrate.monthly.settings import Candidates, Flag, Settings, options, read, settings
from calibrate.monthly.settings_file import settings_text, toml


def test_every_option_says_what_it_means_and_no_two_have_one_flag() -> None:
    assert [o.key for o in options() if not o.field.description or "|" in o.field.description] == []
    names = [o.name for o in options() if o.flag]
    assert len(names) == len(set(names)) > 30


def test_a_new_field_is_a_new_flag_and_a_new_line_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class More(Candidates):
        width: Annotated[int, Flag("N")] = Field(default=3, ge=1, description="how wide")

    class Wider(Settings):
        candidates: More = Field(default_factory=More)

    monkeypatch.setattr(module, "Settings", Wider)
    (option,) = [o for o in options() if o.key == "width"]
    assert (option.name, option.type, option.default) == ("width", int, "3")
    text = settings_text(settings({"data": {"file": "a.csv"}, "candidates": {"width": 4}}), tmp_path)
    assert "width = 4  # how wide" in text.splitlines()
    flags = {**dict.fromkeys(calibration_flags()), "width": 5}
    assert settings_of("a.csv", flags).candidates.width == 5  # type: ignore[attr-defined]


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
        settings({"data": {"file": "x"}, "outcome": {"customer_values": [[1]]}}, flags=True)
    with pytest.raises(SettingsError, match=r"--grid '=b' is not NAME=GRID.json"):
        settings_of("x.csv", {**dict.fromkeys(calibration_flags()), "grid": ["=b"]})
    with pytest.raises(SettingsError, match="customer_values"):
        settings({"data": {"file": "x"}, "outcome": {"custmer": "a"}})


@budget(max_examples=60, deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5), st.text(min_size=1))
def test_no_text_breaks_out_of_its_quotes(value: object, key: str) -> None:
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        value = [part if isinstance(part, list) else [part] for part in value]
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value
    assert tomllib.loads(f"x = {toml({key: 1})}")["x"] == {key: 1}


def test_help_names_every_flag(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = capsys.readouterr().out
    assert [name for name in calibration_flags() if f"--{name.replace('_', '-')}" not in text] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"), ('[data]\nfile = "f.csv"\n[outcome]\ncustomer = "won"\n'
      '[[criterion]]\ncolumn = "visits"\ncuts = [nan]', "finite number")],
)  # fmt: skip
def test_a_strange_file_of_settings_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "calibration.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        read(tmp_path / "calibration.toml")
