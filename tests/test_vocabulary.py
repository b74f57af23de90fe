"""Words for no answer, yes and no."""

from __future__ import annotations

import pytest

from calibrate.grid.criteria import is_placeholder


@pytest.mark.parametrize(
    "text", ["Select", "N/A", " not provided ", "-", "unknown", "None Given", "Non renseigné", "n.c."]
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["None", "Other", "Autre", "No", "0", "Na Trang", "Selected", "Aucun"])
def test_answers_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)
