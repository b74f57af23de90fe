"""Names of fields: as each system writes them, findable by the headings of its exports."""

from __future__ import annotations

import re

import pytest

from calibrate.export import hubspot, odoo, salesforce, zoho
from calibrate.export.fields import labels_of

PATTERNS = {
    "hubspot": hubspot.PROPERTY,
    "odoo": odoo.FIELD,
    "salesforce": salesforce.FIELD,
    "zoho": zoho.FIELD,
}


@pytest.mark.parametrize("system", PATTERNS)
def test_headings_are_folded_and_names_are_of_the_systems_shape(system: str) -> None:
    for heading, name in labels_of(system).items():
        assert heading == heading.strip().casefold()
        assert re.fullmatch(PATTERNS[system], name, re.ASCII), name
