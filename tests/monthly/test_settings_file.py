"""The settings as a file of text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pydantic import Field

from calibrate.cli.flags import calibration_flags, settings_of
from calibrate.monthly import settings as module
from calibrate.monthly.settings import Candidates, Flag, Settings, options, settings_from
from calibrate.monthly.settings_file import settings_text, toml


def test_a_new_field_is_a_new_flag_and_a_new_line_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class More(Candidates):
        width: Annotated[int, Flag("N")] = Field(default=3, ge=1, description="how wide")

    class Wider(Settings):
        candidates: More = Field(default_factory=More)

    monkeypatch.setattr(module, "Settings", Wider)
    (option,) = [o for o in options() if o.key == "width"]
    assert (option.name, option.type, option.default) == ("width", int, "3")
    text = settings_text(settings_from({"data": {"file": "a.csv"}, "candidates": {"width": 4}}), tmp_path)
    assert "width = 4  # how wide" in text.splitlines()
    flags = {**dict.fromkeys(calibration_flags()), "width": 5}
    assert settings_of("a.csv", flags).candidates.width == 5  # type: ignore[attr-defined]


@budget(max_examples=60, deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5), st.text(min_size=1))
def test_no_text_breaks_out_of_its_quotes(value: object, key: str) -> None:
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        value = [part if isinstance(part, list) else [part] for part in value]
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value
    assert tomllib.loads(f"x = {toml({key: 1})}")["x"] == {key: 1}
