"""Files as people send them: every trap is read rightly and reported, or refused with its place and its remedy."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.counts.encoding import coding
from calibrate.engine import Session, Table, open_table
from calibrate.errors import InputError
from calibrate.grid.criteria import Criterion, Level

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return _write


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def column(table: Table, name: str) -> list[Any]:
    quoted = '"' + name.replace('"', '""') + '"'
    values = table.fetch(f"SELECT {quoted} AS v FROM {table.relation} ORDER BY {table.position}")["v"]
    if values.dtype.kind == "f":
        return [None if np.isnan(v) else float(v) for v in values]
    return (
        [str(v) if isinstance(v, np.datetime64) else v for v in values.tolist()]
        if values.dtype.kind != "M"
        else [None if np.isnat(v) else str(v.astype("datetime64[s]")) for v in values]
    )


def fact(table: Table, key: str) -> dict[str, Any]:
    return next((dict(found.facts) for found in table.facts if found.key == key), {})


# --- encoding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8 with BOM"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("latin-1", "cp1252"), ("utf-32", "utf-32")],
)  # fmt: skip
def test_encodings_are_told_apart(write: Write, encoding: str, told: str) -> None:
    text = "société;ville\nCafé Élan;Orléans\n" + "Plain;Paris\n" * 40
    table = open_table(write(text.encode(encoding)))
    assert list(types(table)) == ["société", "ville"]
    assert column(table, "société")[0] == "Café Élan"
    assert fact(table, "encoding") == {"name": told}


def test_lines_of_two_encodings_are_each_read_in_their_own(write: Write) -> None:
    lines = [b"name,n", "été,1".encode(), "hiver é,2".encode("cp1252"), b"ok,3"]
    table = open_table(write(b"\n".join(lines)))
    assert column(table, "name") == ["été", "hiver é", "ok"]
    assert fact(table, "encoding") == {"name": "mixed"}


def test_a_byte_of_no_encoding_is_refused_with_its_place(write: Write) -> None:
    with pytest.raises(InputError, match=r"line 3, byte 3 \(0x81\).*export the file as CSV in UTF-8"):
        open_table(write(b"name,n\nok,1\nab\x81c,2\n"))


def test_a_nul_byte_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(InputError, match="NUL byte in line 3"):
        open_table(write(b"name,n\nok,1\na\0b,2\n"))


# --- separators, quotes, lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(write: Write, separator: str, newline: str) -> None:
    rows = [["id", "comment", "n"], ["a", f'"x{separator} y"', "1"], ["b", '"say ""hi"""', "2"]]
    table = open_table(write(newline.join(separator.join(row) for row in rows)))
    assert column(table, "comment") == [f"x{separator} y", 'say "hi"']
    assert column(table, "n") == [1, 2]
    assert fact(table, "separator")["character"] == separator


def test_commas_in_numbers_do_not_hide_the_semicolon(write: Write) -> None:
    table = open_table(write("taux;ca\n1,5;1234,50\n2,25;0,10\n"))
    assert column(table, "taux") == [1.5, 2.25]
    assert fact(table, "decimal_comma") == {"column": "taux"}


def test_one_column_alone(write: Write) -> None:
    assert column(open_table(write("n\n1\n\n2\n")), "n") == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        "\n\na,b\n1,x\n2,y\n",
        "sep=,\na,b\n1,x\n2,y\n",
        "a,b\n1,x\n\n2,y\n\n",
        "a,b\n1,x\n,\n2,y\n , \n",
        "a,b\r\n1,x\n2,y\r\n",
        '"a","b"\n"1","x"\n"2","y"',
        " a , b \n1,x\n2,y\n",
    ],
    ids=[
        "blank lines first",
        "sep line",
        "blank lines",
        "rows without cells",
        "mixed line ends",
        "quoted",
        "padded names",
    ],
)
def test_untidy_files_are_read(write: Write, content: str) -> None:
    table = open_table(write(content))
    assert (column(table, "a"), column(table, "b")) == ([1, 2], ["x", "y"])


def test_line_breaks_in_cells_and_names(write: Write) -> None:
    table = open_table(write('"first\nname",b\n"x\ny",2\nz,3\n'))
    assert [c.name for c in table.columns] == ["first name", "b"] or [c.name for c in table.columns] == [
        "first\nname",
        "b",
    ]
    assert column(table, table.columns[0].name) == ["x\ny", "z"]


def test_quotes_escaped_by_a_backslash(write: Write) -> None:
    table = open_table(write('a,b\n"x\\"y",1\n"p, \\"q\\"",2\n'))
    assert column(table, "a") == ['x"y', 'p, "q"']
    assert fact(table, "escape") == {"character": "\\"}


def test_a_separator_at_every_line_end_makes_no_column(write: Write) -> None:
    table = open_table(write("a,b,\r\n1,x,\r\n2,y,\r\n"))
    assert list(types(table)) == ["a", "b"]
    assert fact(table, "extra_column") == {"position": 3}


@pytest.mark.parametrize("content", ["a,b\n1,x,\n2,y,\n", "a,b,\n1,x\n2,y\n"], ids=["rows only", "header only"])
def test_a_separator_too_many_on_one_side(write: Write, content: str) -> None:
    assert list(types(open_table(write(content)))) == ["a", "b"]


def test_a_column_without_a_name_gets_one(write: Write) -> None:
    table = open_table(write("a,,b\n1,x,2\n2,y,3\n"))
    assert list(types(table)) == ["a", "column_2", "b"]
    assert fact(table, "unnamed_column") == {"position": 2, "name": "column_2"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b,c\n1,2,3\n4,5\n", r"line 3 has 2 cells where the header has 3; cells are missing"),
        ("a,b,c\n1,2,3\n4,5,6\n7,8,9,10\n", r"line 4 has 4 cells .* must stand in quotes"),
        ('a,b\n"x\ny",1\n2\n', r"line 4 has 1 cells"),
        ('a,b\n"x,1\n' + "y,2\n" * 30, r"quote opened on line 2 is closed only on line 32"),
        ("a,b\n", "a header line but no rows"),
        ("a,b", "a header line but no rows"),
        ("", "the file is empty"),
        ("\n\n\r\n", "the file is empty"),
        (",,\n1,2,3\n", "no names"),
    ],
)
def test_broken_files_are_refused_with_place_and_remedy(write: Write, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_table(write(content))


def test_missing_files_and_folders(tmp_path: Path, write: Write) -> None:
    write("a\n1\n", "leads.csv")
    with pytest.raises(InputError, match=r"no file named 'leds.csv'. Did you mean 'leads.csv'"):
        open_table(tmp_path / "leds.csv")
    with pytest.raises(InputError, match="no folder"):
        open_table(tmp_path / "nowhere" / "leads.csv")
    with pytest.raises(InputError, match="no Parquet files here"):
        open_table(tmp_path)
    with pytest.raises(InputError, match="zip archive"):
        open_table(write(b"PK\x03\x04rest", "leads.csv"))
    with pytest.raises(InputError, match="old Excel workbook"):
        open_table(write(b"\xd0\xcf\x11\xe0rest", "leads.xls"))
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        open_table(write("no parquet", "leads.parquet"))
    with pytest.raises(InputError, match="gzip file is damaged"):
        open_table(write(gzip.compress(b"a,b\n1,2\n" * 1000)[:40], "leads.csv.gz"))
    with pytest.raises(InputError, match="no kind of database named 'mysql'"):
        open_table("mysql://host/base")


def test_gzip(write: Write) -> None:
    table = open_table(write(gzip.compress(b"a;b\n1;x\n2;y\n"), "leads.csv.gz"))
    assert column(table, "b") == ["x", "y"]
    assert fact(table, "compressed") == {"how": "gzip"}


def test_names_and_values_that_look_like_code(write: Write) -> None:
    name = "a\"; DROP TABLE x; --'"
    values = ["'; DROP TABLE leads; --", "<script>alert(1)</script>", '=HYPERLINK("http://x")', "\\", "é'\"", "%s{0}"]
    quoted = ['"' + value.replace('"', '""') + '"' for value in (name, *values)]
    table = open_table(write("\n".join(f"{cell},{i}" for i, cell in enumerate(quoted))))
    assert table.columns[0].name == name
    assert column(table, name) == values


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


def test_a_file_kept_on_disk_is_the_same(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a,b\n" + "".join(f"{i},x{i % 3}\n" for i in range(5000)))
    small = open_table(path)
    monkeypatch.setattr("calibrate.engine.files.LARGE", 1000)
    large = open_table(path)
    assert (large.columns, large.facts, large.fingerprint) == (small.columns, small.facts, small.fingerprint)
    assert column(large, "b") == column(small, "b")


ODD = (
    "", " ", "x", "1", "2.5", "N/A", "a,b", "a;b", 'q"q', "l\nm", "é", "'", "\\", "a\\", '"', "\t", "|", "07", "--",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=("Cs",)), max_size=5)
CELLS = st.one_of(st.sampled_from(ODD), TEXT)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans(),
)  # fmt: skip
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[list[str]], separator: str, newline: str, encoding: str, quote: bool
) -> None:
    rows = [["first", "1", "x"], *rows]
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, lineterminator=newline, quoting=quoting)
    writer.writerows([["a", "b", "c"], *rows])
    with tempfile.TemporaryDirectory() as folder, Session() as session:
        path = Path(folder) / "leads.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        table = session.open(path)
        kept = [row for row in rows if any(cell.strip(" \t\r\n") for cell in row)]
        assert [c.name for c in table.columns] == ["a", "b", "c"]
        for i, column_ in enumerate(table.columns):
            if column_.type == "text":
                expected = [row[i] if row[i].strip(" \t\r\n") else None for row in kept]
                assert column(table, column_.name) == expected


# --- other kinds of files ----------------------------------------------------------------------------------------


def parquet(path: Path, query: str) -> Path:
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_types(tmp_path: Path) -> None:
    query = (
        "SELECT 1::TINYINT AS i, 1.5::DECIMAL(9,2) AS d, 2.5::FLOAT AS f, true AS b, DATE '2025-01-02' AS day, "
        "'x' AS t, '2025-12-31 10:00:00+02'::TIMESTAMPTZ AS z, TIMESTAMP_NS '2025-01-02 03:04:05' AS s, [1, 2] AS l, "
        "3::HUGEINT AS h, 'mon'::ENUM('mon') AS e, 'a b'::BLOB AS o"
    )
    table = open_table(parquet(tmp_path / "x.parquet", query))
    assert types(table) == {
        "i": "number", "d": "number", "f": "number", "b": "boolean", "day": "date", "t": "text", "z": "timestamp",
        "s": "timestamp", "l": "text", "h": "number", "e": "text", "o": "text",
    }  # fmt: skip
    assert column(table, "z") == ["2025-12-31T08:00:00"]
    assert column(table, "d") == [1.5]
    assert {f.facts["column"] for f in table.facts if f.key == "rewritten"} == {"l", "o"}


@pytest.mark.parametrize(
    ("name", "decoy"),
    [("leads[1].csv", "leads1.csv"), ("le?ds.csv", "leads.csv"), ("l*.csv", "lost.csv"), ("~ana.csv", "ana.csv")],
)
@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet", ".xlsx"])
def test_a_path_is_a_name_before_it_is_a_pattern(tmp_path: Path, name: str, decoy: str, suffix: str) -> None:
    for file, sector in ((name, "right"), (decoy, "wrong")):
        path = (tmp_path / file).with_suffix(suffix)
        if suffix == ".csv":
            path.write_text(f"sector,won\n{sector},yes\n")
        elif suffix == ".json":
            path.write_text(f'{{"sector": "{sector}", "won": "yes"}}\n')
        elif suffix == ".parquet":
            plain = tmp_path / "plain.parquet"
            duckdb.sql(f"SELECT '{sector}' AS sector, 'yes' AS won").write_parquet(str(plain))
            plain.replace(path)
        else:
            book = openpyxl.Workbook()
            for row in (["sector", "won"], [sector, "yes"]):
                book.active.append(row)
            book.save(path)
    table = open_table((tmp_path / name).with_suffix(suffix))
    assert table.fetch(f"SELECT sector FROM {table.relation}")["sector"].tolist() == ["right"]
    assert "pattern" not in [fact.key for fact in table.facts]


def test_what_a_pattern_takes_is_said(tmp_path: Path) -> None:
    for number in (1, 2):
        duckdb.sql(f"SELECT {number} AS part").write_parquet(str(tmp_path / f"part-{number}.parquet"))
        (tmp_path / f"part-{number}.csv").write_text("part\n1\n")
    table = open_table(f"{tmp_path}/part-?.parquet")
    assert (table.rows, table.facts[0]) == (2, ("pattern", {"pattern": "part-?.parquet", "files": 2}))
    alone = open_table(f"{tmp_path}/part-[1].csv")
    assert (alone.rows, alone.facts[0]) == (1, ("pattern", {"pattern": "part-[1].csv", "files": 1}))
    with pytest.raises(InputError, match="as a pattern it takes 2 files"):
        open_table(f"{tmp_path}/part-?.csv")


def test_parquet_folders_and_patterns_keep_their_order(tmp_path: Path) -> None:
    for i in range(3):
        parquet(tmp_path / f"part{i}.parquet", f"SELECT {i} * 100 + range AS n FROM range(100)")
    for source in (tmp_path, f"{tmp_path}/part*.parquet"):
        table = open_table(source)
        assert table.rows == 300
        assert column(table, "n") == list(range(300))
    with pytest.raises(InputError, match="no Parquet files"):
        open_table(f"{tmp_path}/none*.parquet")


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path, write: Write) -> None:
    path = parquet(tmp_path / "x.parquet", "SELECT 1 AS a")
    assert open_table(path).fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    text = write("a\n1\n")
    assert open_table(text).fingerprint == hashlib.sha256(b"a\n1\n").hexdigest()


def test_json_lines(write: Write) -> None:
    rows = [{"id": "a", "n": 1, "ok": True, "at": "2025-12-31T10:00:00Z", "fr": "31/12/2025", "x": {"k": 1}},
            {"id": "b", "n": 2.5, "ok": None, "at": None, "fr": "01/02/2025"}]  # fmt: skip
    table = open_table(write("\n".join(map(json.dumps, rows)), "leads.jsonl"))
    assert types(table) == {
        "id": "text",
        "n": "number",
        "ok": "boolean",
        "at": "timestamp",
        "fr": "date",
        "x.k": "number",
    }
    assert column(table, "fr") == ["2025-12-31T00:00:00", "2025-02-01T00:00:00"]
    assert open_table(write(json.dumps(rows), "leads.json")).rows == 2
    with pytest.raises(InputError, match="JSON lines"):
        open_table(write('{"a": 1}\n{"a": ', "leads.jsonl"))


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import datetime

    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Leads")
    sheet.append([])
    sheet.append(["Id", "Visits", None, "Since", "Rate", "Zip"])
    sheet.append(["a", 3, None, datetime.datetime(2025, 12, 31), 0.5, "01234"])
    sheet.append(["b", 4.0, None, datetime.datetime(2025, 1, 2), "#N/A", "75001"])
    sheet.append([None] * 6)
    book.create_sheet("More").append(["x"])
    book.save(tmp_path / "leads.xlsx")
    table = open_table(tmp_path / "leads.xlsx")
    assert types(table) == {"Id": "text", "Visits": "number", "Since": "date", "Rate": "number", "Zip": "text"}
    assert column(table, "Since") == ["2025-12-31T00:00:00", "2025-01-02T00:00:00"]
    assert fact(table, "sheet") == {"name": "Leads"}
    assert table.rows == 2
    assert open_table(tmp_path / "leads.xlsx", table="Leads").rows == 2
    assert open_table(f"{tmp_path}/leads.xlsx#Leads").rows == 2
    with pytest.raises(InputError, match=r"no sheet named 'Lead'. Did you mean 'Leads'"):
        open_table(tmp_path / "leads.xlsx", table="Lead")


# --- sessions ----------------------------------------------------------------------------------------------------


def test_tables_of_one_session_can_be_joined(write: Write) -> None:
    with Session() as session:
        leads = session.open(write("id,n\na,1\nb,2\nc,3\n", "leads.csv"))
        deals = session.open(write("id;won\nb;oui\nc;oui\n", "deals.csv"))
        found = leads.fetch(
            f"SELECT COUNT(*) AS n, COUNT(deals.id) AS won FROM {leads.relation} AS leads "
            f"LEFT JOIN {deals.relation} AS deals ON leads.id = deals.id"
        )
        assert (int(found["n"][0]), int(found["won"][0])) == (3, 2)
        assert (leads.name, deals.name) == ("leads.csv", "deals.csv")


def test_a_session_leaves_nothing_behind(write: Write) -> None:
    session = Session()
    session.open(write(b"a;b\n\xe9;1\n"))
    folder = session.connection.folder
    assert folder.exists()
    session.close()
    assert not folder.exists()


def test_a_stream_gives_the_rows_in_their_order(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", "SELECT range AS n, IF(range % 3 = 0, NULL, 'x') AS t FROM range(400000)")
    table = open_table(path)
    pieces = list(table.stream(f"SELECT n, t, n % 2 = 0 AS b, NULL::INT AS g FROM {table.relation}"))
    assert len(pieces) > 2
    assert (np.concatenate([piece["n"] for piece in pieces]) == np.arange(400_000)).all()
    first = pieces[0]
    assert (first["t"][0], first["t"][1]) == (None, "x")
    assert first["b"].dtype == np.bool_
    assert np.isnan(first["g"]).all()


def test_a_stream_of_numbers_alone(tmp_path: Path) -> None:
    """It comes without frames: same rows, same order, gaps as NaN, and nothing of a piece is lost with the next."""
    query = "SELECT range AS n, IF(range % 3 = 0, NULL, range) AS gap FROM range(400000)"
    table = open_table(parquet(tmp_path / "x.parquet", query))
    statement = (
        f"SELECT n, (n % 250)::UTINYINT AS small, gap::INTEGER AS gap, n / 2 AS half FROM {table.relation} WHERE n <> 7"
    )
    pieces = list(table.stream(statement))
    types = [str(each.dtype) for each in pieces[0].values()]
    assert len(pieces) > 2 and types == ["int64", "uint8", "float64", "float64"]
    rows = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    wanted = np.delete(np.arange(400_000), 7)
    assert (rows["n"] == wanted).all() and (rows["small"] == wanted % 250).all() and (rows["half"] == wanted / 2).all()
    assert (np.isnan(rows["gap"]) == (wanted % 3 == 0)).all() and np.nansum(rows["gap"]) == wanted[wanted % 3 > 0].sum()
    assert list(table.stream(f"SELECT n FROM {table.relation} WHERE n < 0")) == []


def test_a_stream_of_numbers_that_breaks_off_says_why(tmp_path: Path) -> None:
    table = open_table(parquet(tmp_path / "x.parquet", "SELECT range AS n FROM range(400000)"))
    broken = f"SELECT CASE WHEN n = 300000 THEN error('{{}}')::INTEGER ELSE 1 END AS n FROM {table.relation}"
    with pytest.raises(InputError, match=r"cannot be read any more .*no such luck"):
        list(table.stream(broken.format("no such luck")))
    with pytest.raises(InputError, match="more memory is needed"):
        list(table.stream(broken.format("Out of Memory")))
    with pytest.raises(InputError, match="cannot be read any more"):
        list(table.stream(broken.format("IO Error")))


def test_gaps_have_one_form_per_type(tmp_path: Path) -> None:
    values = "SELECT 1 AS i, 1.5::DOUBLE AS f, 'x' AS t, true AS b, DATE '2025-01-02' AS d"
    query = f"{values} UNION ALL SELECT NULL, NULL, NULL, NULL, NULL"
    table = open_table(parquet(tmp_path / "x.parquet", query))
    statement = f"SELECT * FROM {table.relation} ORDER BY i NULLS LAST"
    for found in (table.fetch(statement), next(iter(table.stream(statement)))):
        assert [str(found[name].dtype) for name in "iftbd"] == [
            "float64",
            "float64",
            "object",
            "object",
            "datetime64[us]",
        ]
        assert (found["t"][1], found["b"][0], found["b"][1]) == (None, True, None)
        assert np.isnan(found["i"][1]) and np.isnat(found["d"][1])


def test_columns_called_as_the_engine_calls_its_own(write: Write) -> None:
    """A column named rowid hides DuckDB's own; rows still come in their order, and samples are still drawn."""
    path = write("RowId,__Position,n\n" + "".join(f"{i % 7},x,{i}\n" for i in range(3000)))
    with Session() as session:
        table = session.open(path)
        assert types(table) == {"RowId": "number", "__Position": "text", "n": "number"}
        found = table.fetch(f'SELECT "n", ROW_NUMBER() OVER () - 1 AS place FROM {table.relation}')
        assert (found["n"] == found["place"]).all()
        assert table.fetch(f'SELECT "__Position" AS p FROM {table.relation} LIMIT 1')["p"].tolist() == ["x"]


SPANS = {"TINYINT": (-128, 127), "UTINYINT": (0, 255), "UBIGINT": (0, 2**64 - 1)}
OTHERS = ("SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL(18,0)", "DECIMAL(9,2)", "FLOAT", "DOUBLE")


@pytest.mark.parametrize("kind", [*SPANS, *OTHERS])
def test_numbers_of_every_type_get_the_level_of_the_rule(tmp_path: Path, kind: str) -> None:
    lowest, highest = SPANS.get(kind, (-4000, 32767))
    values = sorted({lowest, *range(max(lowest, -7), 110), highest})
    rows = ", ".join(f"({value})" for value in [*values, "NULL"])
    path = parquet(tmp_path / "x.parquet", f"SELECT CAST(v AS {kind}) AS n FROM (VALUES {rows}) AS t(v)")
    bounds = [None, -5.0, 0.0, 2.5, 3.0, 7.0, 50.0, 100.0, None]
    levels = [Level(f"l{i}", low=low, high=high) for i, (low, high) in enumerate(pairwise(bounds))]
    criterion = Criterion("n", "n", "number", "fit", (*levels, Level("other", "other"), Level("missing", "missing")))
    table = open_table(path)
    how = coding(table, [criterion])
    statement = f"SELECT CAST(n AS DOUBLE) AS n{how.selected} FROM {table.relation}"
    found = {None if n != n else n: code for piece in table.stream(statement)
             for n, code in zip(piece["n"].tolist(), how.codes(piece)[0].tolist(), strict=True)}  # fmt: skip
    assert len(found) == len(values) + 1
    assert found == {value: criterion.index_of(value) for value in found}
