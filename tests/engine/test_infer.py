"""Types of columns that were read as text."""

from __future__ import annotations

from typing import Any

import pytest
from engine_case import Write, column, fact, types

from calibrate.engine import open_table

# --- types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        (["1", "2", ""], "number", [1, 2, None]),
        (["1.5", "-2", "1e3", ".5"], "number", [1.5, -2, 1000, 0.5]),
        ([" 5 ", "6"], "number", [5, 6]),
        (["1", "N/A", "-", "nan", "inf", "null", "NC"], "number", [1, None, None, None, None, None, None]),
        (["1", "x"], "text", ["1", "x"]),
        (["01234", "75001"], "text", ["01234", "75001"]),
        (["+33612345678", "+33712345678"], "text", ["+33612345678", "+33712345678"]),
        (["1_000", "2"], "text", ["1_000", "2"]),
        (["123456789012345678", "5"], "text", ["123456789012345678", "5"]),
        (["Yes", "No", ""], "text", ["Yes", "No", None]),
        (["true", "false"], "text", ["true", "false"]),
        (["Select", "N/A", "None", " "], "text", ["Select", "N/A", "None", None]),
        (["2025-12-31", "2025-01-02", ""], "date", ["2025-12-31T00:00:00", "2025-01-02T00:00:00", None]),
        (
            ["2025-12-31 10:00:00+02:00", "2025-12-31T10:00:00Z"],
            "timestamp",
            ["2025-12-31T08:00:00", "2025-12-31T10:00:00"],
        ),
        (["31/12/2025", "01/02/2025"], "date", ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["12/31/2025", "01/02/2025"], "date", ["2025-12-31T00:00:00", "2025-01-02T00:00:00"]),
        (["31.12.2025 09:05", "1.2.2025 23:59"], "timestamp", ["2025-12-31T09:05:00", "2025-02-01T23:59:00"]),
        (["12/31/2025 1:05 PM", "1/2/2025 11:00 AM"], "timestamp", ["2025-12-31T13:05:00", "2025-01-02T11:00:00"]),
        (["31 Dec 2025", "1 Feb 2025"], "date", ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["01/02/2025", "03/04/2025"], "text", ["01/02/2025", "03/04/2025"]),
        (["31/12/2025", "12/31/2025"], "text", ["31/12/2025", "12/31/2025"]),
        (["31/02/2025", "01/02/2025"], "text", ["31/02/2025", "01/02/2025"]),
    ],
    ids=str,
)
def test_types_of_columns(write: Write, cells: list[str], kind: str, read: list[Any]) -> None:
    table = open_table(write("k;v\n" + "\n".join(f"{i};{cell}" for i, cell in enumerate(cells, 10))))
    assert types(table)["v"] == kind
    assert column(table, "v") == read


def test_a_decimal_comma_beside_a_comma_separator(write: Write) -> None:
    table = open_table(write('k,v\na,"1,5"\nb,"2"\nc,"10,25"\n'))
    assert column(table, "v") == [1.5, 2, 10.25]


@pytest.mark.parametrize(
    ("cells", "separator", "read"),
    [
        (["1 234,50", "12\u00a0000", "7"], ";", [1234.5, 12000, 7]),
        (['"1,234"', '"12,000"', "7"], ",", [1234, 12000, 7]),
    ],
)
def test_marks_between_thousands(write: Write, cells: list[str], separator: str, read: list[float]) -> None:
    table = open_table(write(f"k{separator}v\n" + "\n".join(f"x{separator}{cell}" for cell in cells)))
    assert column(table, "v") == read
    assert fact(table, "thousands")["column"] == "v"


def test_what_is_rare_decides_too(write: Write) -> None:
    """One odd cell after ten thousand others is seen, wherever it stands."""
    lines = ["k,n,d,w,c"] + [f"{i},{i % 7},0{i % 9 + 1}/02/2025,{i % 5},{i % 3}" for i in range(10_000)]
    lines[7001] = "7000,oops,01/13/2025,N/A,007"
    table = open_table(write("\n".join(lines)))
    assert types(table) == {"k": "number", "n": "text", "d": "date", "w": "number", "c": "text"}
    assert column(table, "d")[:2] == ["2025-01-02T00:00:00", "2025-02-02T00:00:00"]
    assert fact(table, "placeholders") == {"column": "w", "words": "N/A", "cells": 1}
    assert [c.whole for c in table.columns if c.type == "number"] == [True, True]


def test_a_rhythm_in_the_file_does_not_mislead(write: Write) -> None:
    """Every fiftieth cell, and none of the others, would have been looked at by a sample in equal steps."""
    for period in (2, 5, 10, 50):
        lines = ["k,n,sparse"] + [
            f"x{i},{'N/A' if i % period == 0 else i % 77},{'' if i % 997 else i}" for i in range(20_000)
        ]
        assert types(open_table(write("\n".join(lines)))) == {"k": "text", "n": "number", "sparse": "number"}


def test_many_columns(write: Write) -> None:
    names = [f"c{i}" for i in range(120)]
    rows = [",".join(f"{i}.5" if c % 3 == 0 else f"2025-01-{i + 1:02d}" if c % 3 == 1 else f"t{i}" for c in range(120))
            for i in range(20)]  # fmt: skip
    table = open_table(write("\n".join([",".join(names), *rows])))
    assert [c.type for c in table.columns] == ["number", "date", "text"] * 40
    assert column(table, "c117") == [i + 0.5 for i in range(20)]
    assert column(table, "c1")[4] == "2025-01-05T00:00:00"


def test_one_zone_among_dates_is_seen(write: Write) -> None:
    lines = ["k,day,at"] + [f"{i},2025-01-{i % 28 + 1:02d},2025-01-01 10:00:00" for i in range(10_000)]
    lines[7001] = "7000, 2025-01-02T23:30:00-02:00,2025-01-01 10:00:00+02:00"
    table = open_table(write("\n".join(lines)))
    assert types(table) == {"k": "number", "day": "timestamp", "at": "timestamp"}
    assert column(table, "day")[7000] == "2025-01-03T01:30:00"
    assert column(table, "at")[7000] == "2025-01-01T08:00:00"
