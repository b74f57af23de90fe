"""What a file may unpack to: beyond a stated bound it is refused, before it fills the memory."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import xlsxwriter

from calibrate.engine import Session, limits, textfile
from calibrate.engine.table import MOST_COLUMNS
from calibrate.errors import InputError

STRINGS = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'


def book(path: Path, strings: bytes | None = None, cell: str = "web") -> Path:
    """A workbook of three leads, with other shared strings where they are given."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved) as made:
        sheet = made.add_worksheet()
        for i, row in enumerate([["id", "source"], ["1", cell], ["2", "fair"], ["3", "web"]]):
            sheet.write_row(i, 0, row)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, strings if strings and name.endswith("sharedStrings.xml") else old.read(name))
    return path


def read(path: Path) -> int:
    with Session() as session:
        return session.open(path).rows


def test_shared_texts_that_grow_as_no_table_does_are_refused(tmp_path: Path) -> None:
    bomb = book(tmp_path / "bomb.xlsx", STRINGS % (b"<si><t>a</t></si>" * 1_500_000))
    assert bomb.stat().st_size < 200_000
    with pytest.raises(InputError, match=r"bytes unpack to more than 25,500,\d+, as no table of leads does"):
        read(bomb)


def test_a_part_has_a_bound_and_so_have_shared_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "b.xlsx")
    monkeypatch.setattr(limits, "MOST_UNPACKED", 300)
    with pytest.raises(InputError, match=r"unpacks to [\d,]+ bytes, and at most 300 are read; save the sheet as CSV"):
        read(path)
    monkeypatch.undo()
    monkeypatch.setattr("calibrate.engine.shared_texts.MOST_STRINGS", 4)
    with pytest.raises(InputError, match="more than 4 different texts"):
        read(path)


def test_a_cell_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELL", 100)
    monkeypatch.setattr(textfile, "MOST_CELL", 100)
    with pytest.raises(InputError, match=r"b\.xlsx: sheet .*: a cell of 200 letters, and at most 100 are read"):
        read(book(tmp_path / "b.xlsx", cell="x" * 200))
    assert read(book(tmp_path / "c.xlsx", cell="x" * 90)) == 3


def test_shared_texts_are_read_as_they_are_seen(tmp_path: Path) -> None:
    """Runs of one cell are one text; what is spoken beside it is none."""
    runs = (
        b"<si><t>id</t></si><si><t>source</t></si><si><t>1</t></si>"
        b"<si><r><t>We</t></r><r><rPr/><t>b</t></r><rPh sb='0' eb='1'><t>spoken</t></rPh></si>"
        b"<si><t>2</t></si><si><t/></si><si><t>3</t></si>"
    )
    with Session() as session:
        table = session.open(book(tmp_path / "r.xlsx", STRINGS % runs))
        assert list(table.fetch(f"SELECT source FROM {table.relation}")["source"]) == ["Web", None, "Web"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_line_has_a_bound_in_every_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(limits, "MOST_LINE", 5_000)
    path = tmp_path / "l.csv"
    path.write_bytes(("id,text\n1,é\n2," + "é" * 9_000 + "\n3,b\n").encode(encoding))
    monkeypatch.setattr(textfile, "PIECE", 1_000)
    with pytest.raises(InputError, match=r"line \d has more than 5,000 bytes; a line holds one lead"):
        read(path)
    path.write_bytes(("id,text\n" + "1,é\n" * 3_000).encode(encoding))
    assert read(path) == 3_000


def test_a_quoted_cell_of_many_lines_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "MOST_CELL", 5_000)
    monkeypatch.setattr("calibrate.engine.files.MOST_LINE", 5_000)
    path = tmp_path / "l.csv"
    path.write_text('id,text\n1,"' + "some words\n" * 1_000 + '"\n2,b\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 2 cannot be read"):
        read(path)


def test_gzip_that_grows_as_no_table_does_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.csv.gz"
    path.write_bytes(gzip.compress(b"id,won\n" + b"1,yes\n" * 5_000_000))
    with pytest.raises(InputError, match="as no table of leads does"):
        read(path)


def test_a_line_may_be_as_long_as_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bound of 5: a line of 5 in two pieces passes, whatever stood before; the sixth letter is refused on line 3."""
    monkeypatch.setattr(limits, "MOST_LINE", 5)
    lines = limits.LineLengths(Path("l.csv"))
    for piece in ("abc", "de", "\n12", "\n123", "45"):
        lines.add(piece)
    with pytest.raises(InputError, match="line 3 has more than 5 bytes"):
        lines.add("6")


@pytest.mark.parametrize("rows", [400, 20_000])
def test_a_parquet_cell_that_is_longer_than_any_answer_is_refused(tmp_path: Path, rows: int) -> None:
    """Told by what the column unpacks to at the file's end, or measured; ordinary long texts are read."""
    long, usual = tmp_path / "long.parquet", tmp_path / "usual.parquet"
    with duckdb.connect() as connection:
        for path, length in ((long, limits.MOST_CELL + 1), (usual, 3_000)):
            connection.execute(
                f"COPY (SELECT i AS id, CASE WHEN i = 200 THEN repeat('a', {length}) ELSE 'Web ' || i END AS source "
                f"FROM range({rows}) t(i)) TO '{path}' (COMPRESSION ZSTD)"
            )
    with pytest.raises(InputError, match=r"column 'source': a cell of 16,000,\d+ letters, and at most 16,000,000"):
        read(long)
    assert read(usual) == rows


def test_two_thousand_columns_are_read_from_frames_and_one_more_is_refused() -> None:
    frame = pd.DataFrame({f"c{i}": [1, 2] for i in range(MOST_COLUMNS + 1)})
    with Session({"leads": frame}) as session, pytest.raises(InputError, match="2,001 columns, and at most 2,000"):
        session.open("leads")
    with Session({"leads": frame.iloc[:, 1:]}) as session:
        assert len(session.open("leads").columns) == MOST_COLUMNS
