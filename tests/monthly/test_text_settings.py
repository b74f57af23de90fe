"""Settings of what is read in texts: they stand in a settings file and come back from it."""

from pathlib import Path

import pytest

from calibrate.errors import SettingsError
from calibrate.monthly import settings as module
from calibrate.monthly.settings_file import settings_text


def test_words_are_written_and_read_again(tmp_path: Path) -> None:
    texts = {
        "titles": ("Poste",),
        "seniority": {"head or manager": ("squad lead*",)},
        "department": {"sales": ("csm",)},
    }
    asked = module.settings_from({"data": {"file": "x.csv"}, "texts": texts})
    (tmp_path / "calibration.toml").write_text(settings_text(asked, Path()), encoding="utf-8")
    assert module.read(tmp_path / "calibration.toml").texts == asked.texts


def test_a_word_where_a_list_should_stand_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"texts\.seniority"):
        module.settings_from({"data": {"file": "x.csv"}, "texts": {"seniority": {"head or manager": 5}}})
