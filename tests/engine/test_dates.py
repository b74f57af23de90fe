"""Dates as people write them: read, or refused with both readings, never guessed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from calibrate.engine import Table, open_table
from calibrate.engine.dates import moment, writing_of
from calibrate.errors import InputError


def table_of(tmp_path: Path, kind: str, values: list[str | None]) -> Table:
    """A Parquet file whose column `at` keeps the type it is given."""
    listed = ", ".join("(NULL)" if v is None else f"('{v}')" for v in values)
    query = f"SELECT CAST(v AS {kind}) AS at FROM (VALUES {listed}) AS t(v)"
    duckdb.execute(f"COPY ({query}) TO '{tmp_path / 'x.parquet'}' (FORMAT parquet)")
    return open_table(tmp_path / "x.parquet")


def read(table: Table, **choices: str) -> list[str | None]:
    found = moment(table, "at", **choices)  # type: ignore[arg-type]
    values = table.fetch(
        f"SELECT {found.expression.sql('duckdb')} AS v FROM {table.relation} ORDER BY {table.position}"
    )
    return [None if np.isnat(v) else str(v.astype("datetime64[s]")) for v in values["v"]]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2025-12-31", None, " 2025-1-5 "], ["2025-12-31T00:00:00", None, "2025-01-05T00:00:00"]),
        (["2025/12/31 08:30", "2025/01/02 09:00"], ["2025-12-31T08:30:00", "2025-01-02T09:00:00"]),
        (["2025-12-31T10:00:00.250Z"], ["2025-12-31T10:00:00"]),
        (["2025-12-31T10:00:00+02:00", "2025-12-31 10:00:00-0530"], ["2025-12-31T08:00:00", "2025-12-31T15:30:00"]),
        (["2025-12-31 10:00:00 UTC"], ["2025-12-31T10:00:00"]),
        (
            ["2025-12-31 10:00:00 +0200", "2025-12-31 10:00:00 -05:30", "2025-12-31 10:00 Z"],
            ["2025-12-31T08:00:00", "2025-12-31T15:30:00", "2025-12-31T10:00:00"],
        ),
        (["31/12/2025", "1/2/2025"], ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["12/31/2025", "1/2/2025"], ["2025-12-31T00:00:00", "2025-01-02T00:00:00"]),
        (["31/12/25", "01/02/25"], ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["31-12-2025 23:59:58"], ["2025-12-31T23:59:58"]),
        (["31/12/2025, 10:00"], ["2025-12-31T10:00:00"]),
        (["12/31/2025 12:00:01 AM"], ["2025-12-31T00:00:01"]),
        (["Dec 31, 2025", "Feb 1, 2025"], ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["31 December 2025", "1-Feb-2025"], ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]),
        (["2025-12-31", "31/12/2025"], ["2025-12-31T00:00:00", "2025-12-31T00:00:00"]),
        (["31/12/2025", "05/05/2025"], ["2025-12-31T00:00:00", "2025-05-05T00:00:00"]),
        (["05/05/2025", "2025-01-01"], ["2025-05-05T00:00:00", "2025-01-01T00:00:00"]),
        (["31/12/2025", "oops", "2025-13-01"], ["2025-12-31T00:00:00", None, None]),
        (["31/12/2025", "31/02/2025"], ["2025-12-31T00:00:00", None]),
    ],
    ids=str,
)
def test_texts(tmp_path: Path, texts: list[str | None], expected: list[str | None]) -> None:
    assert read(table_of(tmp_path, "VARCHAR", texts)) == expected


def test_what_cannot_be_read_is_counted_and_shown(tmp_path: Path) -> None:
    found = moment(table_of(tmp_path, "VARCHAR", ["31/12/2025", "soon", None, "", "31/02/2025"]), "at")
    assert (found.unreadable, found.example, found.words) == (2, "31/02/2025", "DD/MM/YYYY")
    assert dict(found.fact.facts) == {"column": "at", "format": "DD/MM/YYYY", "unreadable": 2}


def test_two_readings_are_both_shown(tmp_path: Path) -> None:
    table = table_of(tmp_path, "VARCHAR", ["01/02/2025", "03/04/2025", "05/05/2025"])
    with pytest.raises(InputError, match="two ways: '01/02/2025' is 2025-02-01 with the day first and 2025-01-02 with"):
        moment(table, "at")
    assert read(table, order="day")[0] == "2025-02-01T00:00:00"
    assert read(table, order="month")[0] == "2025-01-02T00:00:00"


def test_one_late_value_decides(tmp_path: Path) -> None:
    texts: list[str | None] = [f"{day:02d}/{month:02d}/2025" for day in range(1, 13) for month in range(1, 13)] * 20
    table = table_of(tmp_path, "VARCHAR", [*texts, "13/01/2025"])
    assert read(table)[1] == "2025-02-01T00:00:00"


def test_two_ways_at_once_are_refused(tmp_path: Path) -> None:
    table = table_of(tmp_path, "VARCHAR", ["31/12/2025", "12/31/2025", "01/02/2025"])
    with pytest.raises(InputError, match=r"mixes two ways .* '31/12/2025' has the day first, '12/31/2025' the month"):
        moment(table, "at")


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("DATE", ["2025-12-31"], ["2025-12-31T00:00:00"]),
        ("TIMESTAMP", ["2025-12-31 10:00:00"], ["2025-12-31T10:00:00"]),
        ("TIMESTAMPTZ", ["2025-12-31 10:00:00+02"], ["2025-12-31T08:00:00"]),
        ("BIGINT", ["1767175200", None], ["2025-12-31T10:00:00", None]),
        ("BIGINT", ["1767175200123"], ["2025-12-31T10:00:00"]),
        ("DOUBLE", ["1767175200.5"], ["2025-12-31T10:00:00"]),
        ("BIGINT", ["20251231", "20250102"], ["2025-12-31T00:00:00", "2025-01-02T00:00:00"]),
        ("BIGINT", ["1767175200", "0", "1767175201"], ["2025-12-31T10:00:00", None, "2025-12-31T10:00:01"]),
    ],
    ids=str,
)
def test_other_types(tmp_path: Path, kind: str, values: list[str | None], expected: list[str | None]) -> None:
    assert read(table_of(tmp_path, kind, values)) == expected


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("BOOLEAN", "true", "holds no dates but yes/no values"),
        ("BIGINT", "42", "holds no dates: its numbers are neither"),
        ("VARCHAR", "Google", r"no dates that can be read .one is written like 'Aaaaaa'.; write them as YYYY-MM-DD"),
        ("VARCHAR", "", "no dates that can be read"),
    ],
)
def test_what_is_no_date_is_refused(tmp_path: Path, kind: str, value: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        moment(table_of(tmp_path, kind, [value]), "at")
    with pytest.raises(InputError, match=r"no column named 'att'. Did you mean 'at'"):
        moment(table_of(tmp_path, kind, [value]), "att")


def test_numbers_say_their_unit(tmp_path: Path) -> None:
    for value, key in (("1767175200", "dates_seconds"), ("1767175200123", "dates_milliseconds"), ("20251231", "dates")):
        assert moment(table_of(tmp_path, "BIGINT", [value]), "at").fact.key == key


def test_writings() -> None:
    assert writing_of(["2025-12-31 10:00", "31.12.2025"]).words == "YYYY-MM-DD, DD.MM.YYYY"
    assert writing_of(["12/31/2025 1:00 PM"]).words == "MM/DD/YYYY hh:mm AM/PM"
    assert (writing_of(["99/99/2025"]).known, writing_of(["32 Foo 2025"]).known) == (0, 0)
    assert not writing_of(["03/03/2025"]).ambiguous


def test_days_of_excel(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("k,v,w\na,45292,45292.5\nb,45831,45831.25\n")
    table = open_table(path)
    for name, moments in (("v", ["2024-01-01 00:00:00", "2025-06-23 00:00:00"]),
                          ("w", ["2024-01-01 12:00:00", "2025-06-23 06:00:00"])):  # fmt: skip
        read = moment(table, name)
        asked = f"SELECT CAST({read.expression.sql('duckdb')} AS VARCHAR) AS v FROM {table.relation}"
        assert table.fetch(asked)["v"].tolist() == moments
        assert read.fact.key == "dates_serial"


def test_day_and_month_that_a_spreadsheet_exchanged_are_put_back(tmp_path):
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-06-24"))
    cells = []
    for day in days:
        year, month, number = str(day).split("-")
        cells.append(f"{year}-{number}-{month}" if int(number) <= 12 else f"{number}/{month}/{year}")
    path = tmp_path / "leads.csv"
    path.write_text("k;v\n" + "".join(f"a;{cell}\n" for cell in cells))
    table = open_table(path)
    found = table.fetch(f"SELECT CAST(v AS VARCHAR) AS v FROM {table.relation}")["v"].tolist()
    assert found == [str(day) for day in days]
    said = next(fact.facts for fact in table.facts if fact.key == "dates_swapped")
    assert said["cells"] == sum(int(str(day)[8:]) <= 12 for day in days)


def test_two_honest_ways_of_writing_are_not_exchanged(tmp_path):
    days = [str(day) for day in np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-06-24"))]
    cells = [day if i % 2 else "/".join(reversed(day.split("-"))) for i, day in enumerate(days)]
    path = tmp_path / "leads.csv"
    path.write_text("k;v\n" + "".join(f"a;{cell}\n" for cell in cells))
    table = open_table(path)
    assert table.fetch(f"SELECT CAST(v AS VARCHAR) AS v FROM {table.relation}")["v"].tolist() == days
    assert "dates_swapped" not in [fact.key for fact in table.facts]
