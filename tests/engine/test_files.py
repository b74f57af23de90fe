"""Files as people send them: every trap is read rightly and reported, or refused with its place and its remedy."""

from __future__ import annotations

import gzip
import hashlib
import json
from itertools import pairwise
from pathlib import Path

import duckdb
import openpyxl
import pytest
from engine_case import Write, column, fact, parquet, types

from calibrate.counts.encoding import coding
from calibrate.engine import files, open_table
from calibrate.engine.query import select
from calibrate.errors import InputError
from calibrate.grid.criteria import Criterion, Level


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
    with pytest.raises(InputError, match="no kind of database named 'oracle'"):
        open_table("oracle://host/base")


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
    statement = select({"n": "CAST(n AS DOUBLE)"} | how.columns, table.relation)
    found = {None if n != n else n: code for piece in table.stream(statement)
             for n, code in zip(piece["n"].tolist(), how.codes(piece)[0].tolist(), strict=True)}  # fmt: skip
    assert len(found) == len(values) + 1
    assert found == {value: criterion.index_of(value) for value in found}


def test_a_quote_that_is_never_closed_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    note = "a long note, with commas\n" * 40_000
    path.write_text('id,note,won\nL1,"' + note * 40 + '",no\nL2,x,yes\n', encoding="utf-8")  # 40 MB in one cell
    with pytest.raises(InputError, match="line 2 cannot be read"):
        open_table(path)


def test_a_long_cell_over_the_end_of_a_piece_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, long = tmp_path / "leads.csv", "a note, with\ncommas; " * 250_000
    before = "".join(f"L{i},x,no\n" for i in range(1_600_000))
    path.write_text(f'id,note,won\n{before}A,"{long}",yes\nB,"{long}",no\n', encoding="utf-8")
    monkeypatch.setattr(files, "CSV_BUFFER", 20_000_000)
    table = open_table(path)
    answer = table.fetch(f"SELECT note FROM {table.relation} WHERE LENGTH(note) > 1")
    assert table.rows == 1_600_002 and list(answer["note"]) == [long, long]
