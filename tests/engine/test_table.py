"""A table's columns, and names that statements need."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from engine_case import Write

import calibrate
from calibrate.engine import Session
from calibrate.engine.table import MOST_COLUMNS, RESERVED
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


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_more_columns_than_can_be_tried_are_refused_with_the_reason(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"wide{suffix}"
    frame = pd.DataFrame({f"c{i}": ["a", "b"] for i in range(MOST_COLUMNS + 1)})
    with Session() as session:
        if suffix == ".json":
            frame.to_json(path, orient="records", lines=True)
        elif suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            with duckdb.connect() as connection:
                connection.register("wide", frame)
                connection.execute(f"COPY wide TO '{path}' (FORMAT PARQUET)")
        with pytest.raises(InputError, match=r"wide\..*: 2,001 columns, and at most 2,000 are read, since"):
            session.open(path)


def test_a_wide_row_of_json_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.jsonl"
    pd.DataFrame({f"c{i}": ["a", "b"] for i in range(300)}).to_json(path, orient="records", lines=True)
    with Session() as session:
        assert [column.name for column in session.open(path).columns] == [f"c{i}" for i in range(300)]
