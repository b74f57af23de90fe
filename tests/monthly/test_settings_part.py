"""What every section of the settings is made of."""

import pytest
from pydantic import ValidationError

from calibrate.monthly.settings_part import SettingsPart


class Section(SettingsPart):
    """A section with one key."""

    days: int = 1


def test_a_section_is_frozen_and_refuses_unknown_keys() -> None:
    with pytest.raises(ValidationError):
        Section(days=2).days = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Section.model_validate({"day": 2})
