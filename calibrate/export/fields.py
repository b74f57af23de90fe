"""Names that systems have for their fields: what a heading of an export is called where rules are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def _systems() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))


def labels_of(system: str) -> Mapping[str, str]:
    """Headings of a system's exports, in lower case, with the names that its rules ask for.

    >>> labels_of("salesforce")["lead source"]
    'LeadSource'
    """
    return _systems()[system]
