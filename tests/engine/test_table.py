"""A table's columns, and names that statements need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from engine_case import Write

import calibrate
from calibrate.engine import Session
from calibrate.engine.table import RESERVED
from calibrate.errors import InputError


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_that_statements_need_are_refused(write: Write, name: str) -> None:
    with pytest.raises(InputError, match="rename this column"), Session() as session:
        session.open(write(f"id,{name.upper()}\n1,2\n"))


def test_all_names_that_statements_need_are_known() -> None:
    """Every column of two underscores that the steps name, save those that dodge the columns of the source."""
    folder = Path(calibrate.__file__).parent
    written = {
        name
        for file in folder.rglob("*.py")
        for name in re.findall(r"(?:\bAS |[\"'.])(__[a-z]+)\b(?!_)", file.read_text(encoding="utf-8"))
    }
    assert {"__row", "__created"} < written - {"__c", "__position"} <= RESERVED  # a CRM's suffix; a name that dodges
