"""The kinds of bad files made by hand, one row a kind: what the file is, and whether it is read or refused."""

from __future__ import annotations

import gc
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from siege.files import book, by_duckdb, grid, objects, one_list, separated
from siege.running import fault_in

READ, REFUSED, EITHER = (0,), (2,), (0, 2)
CUSTOMER = ("--customer", "Status")
CSV = separated()
LINES = CSV.decode().splitlines()
BOOK = book()
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b"<!DOCTYPE x [<!ENTITY a '" + b"ha" * 500 + b"'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(6)
) + b"]>"  # fmt: skip


def member(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[], bytes]:
    """A workbook with one part changed, or left out."""

    def content() -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(BOOK)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
            for part in source.namelist():
                text = source.read(part)
                new = change(text) if part == name else text
                if new is not None:
                    target.writestr(part, new)
        return packed.getvalue()

    return content


def in_head(text: bytes) -> Callable[[bytes], bytes]:
    """Something behind the declaration of a part."""
    return lambda part: part.replace(b"?>", b"?>" + text, 1)


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        assert old in part, part[:300]
        return part.replace(old, new, 1)

    return change


def patched(place: int, value: bytes, mark: bytes = b"PK\x01\x02") -> bytes:
    """The archive with bytes of every entry of its list changed."""
    content = bytearray(BOOK)
    at = content.find(mark)
    while at >= 0:
        content[at + place : at + place + len(value)] = value
        at = content.find(mark, at + 4)
    return bytes(content)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


FILES: list[tuple[str, str, bytes | Callable[[], bytes], tuple[int, ...]]] = [
    ("nothing in it", "f.csv", b"", REFUSED),
    ("a NUL byte", "f.csv", b"\0", REFUSED),
    ("NUL bytes in a cell", "f.csv", CSV.replace(b"Web", b"We\0b", 1), REFUSED),
    ("line ends only", "f.csv", b"\n\n\n\n", REFUSED),
    ("separators only", "f.csv", b",,,\n,,,\n", REFUSED),
    ("a header alone", "f.csv", LINES[0].encode(), REFUSED),
    ("one column", "f.csv", b"Status\nWon\nLost\n", EITHER),
    ("one lead", "f.csv", "\n".join(LINES[:2]).encode(), EITHER),
    ("the last line without its end", "f.csv", CSV.rstrip(), READ),
    ("line ends of Windows", "f.csv", CSV.replace(b"\n", b"\r\n"), READ),
    ("line ends of old Macs", "f.csv", CSV.replace(b"\n", b"\r"), EITHER),
    ("line ends mixed", "f.csv", CSV.replace(b"\n", b"\r\n", 20), EITHER),
    ("a quote never closed", "f.csv", CSV.replace(b"Web", b'"Web', 1), REFUSED),
    ("a quote in a word", "f.csv", CSV.replace(b"Web", b'W"eb', 1), READ),
    ("a line too short", "f.csv", CSV + b"x,y\n" + CSV.split(b"\n", 1)[1], EITHER),
    ("a line too long", "f.csv", CSV + b"a,b,c,d,e,f,g,h,i\n", EITHER),
    ("names twice", "f.csv", CSV.replace(b"Source", b"Status", 1), EITHER),
    ("names that differ by capitals", "f.csv", CSV.replace(b"Source", b"STATUS", 1), EITHER),
    ("a name of 70,000 letters", "f.csv", CSV.replace(b"Source", b"S" * 70_000, 1), EITHER),
    ("a name of blanks", "f.csv", CSV.replace(b"Source", b"   ", 1), READ),
    ("a name that is a formula", "f.csv", CSV.replace(b"Source", b"=1+1", 1), READ),
    ("a name with escapes", "f.csv", CSV.replace(b"Source", b"\x1b[2J", 1), READ),
    ("a name called rowid", "f.csv", CSV.replace(b"Source", b"rowid", 1), READ),
    ("a reserved name", "f.csv", CSV.replace(b"Source", b"__row", 1), EITHER),
    ("a name with quotes", "f.csv", CSV.replace(b"Source", b'"So""urce"', 1), READ),
    ("bytes of no encoding", "f.csv", CSV.replace(b"Web", b"\x81\x8d\xff", 1), REFUSED),
    ("two encodings", "f.csv", CSV + "x,2025-01-01,é,1,1,,Closed Lost\n".encode("cp1252"), READ),
    ("UTF-16 without its last byte", "f.csv", separated(",", "utf-16")[:-1], READ),
    ("UTF-32", "f.csv", separated(",", "utf-32"), READ),
    ("no CSV but a page", "f.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", REFUSED),
    ("a workbook called CSV", "f.csv", BOOK, REFUSED),
    ("a picture called CSV", "f.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), REFUSED),
    ("dates of the year 0", "f.csv", CSV.replace(b"2025-", b"0000-"), EITHER),
    ("dates of the year 9999", "f.csv", CSV.replace(b"2025-", b"9999-"), EITHER),
    ("days that are none", "f.csv", CSV.replace(b"2025-0", b"2025-9"), EITHER),
    ("numbers beyond all", "f.csv", CSV.replace(b",Web,", b"," + b"9" * 400 + b","), READ),
    ("one outcome", "f.csv", CSV.replace(b"Closed Won", b"Closed Lost"), REFUSED),
    ("no outcome", "f.csv", CSV.replace(b"Closed Won", b"").replace(b"Closed Lost", b""), REFUSED),
    ("gzip, damaged", "f.csv.gz", lambda: gzip.compress(CSV)[:60] + b"\xff" * 200 + gzip.compress(CSV)[260:], REFUSED),
    ("gzip, cut", "f.csv.gz", lambda: gzip.compress(CSV)[:-20], REFUSED),
    ("gzip, its sum wrong", "f.csv.gz", lambda: gzip.compress(CSV)[:-8] + bytes(8), REFUSED),
    ("gzip, two in one", "f.csv.gz", lambda: gzip.compress(CSV) + gzip.compress(CSV.split(b"\n", 1)[1]), READ),
    ("gzip, rubbish behind", "f.csv.gz", lambda: gzip.compress(CSV) + b"rubbish", REFUSED),
    ("gzip of nothing", "f.csv.gz", lambda: gzip.compress(b""), REFUSED),
    ("gzip, a bomb", "f.csv.gz", lambda: gzip.compress(CSV + b"," * 60_000_000), REFUSED),
    ("gzip in gzip", "f.csv.gz", lambda: gzip.compress(gzip.compress(CSV)), REFUSED),
    ("JSON: nothing", "f.jsonl", b"", REFUSED),
    ("JSON: null", "f.json", b"null", REFUSED),
    ("JSON: a number", "f.json", b"3", REFUSED),
    ("JSON: an empty list", "f.json", b"[]", REFUSED),
    ("JSON: a list of numbers", "f.json", b"[1, 2, 3]", REFUSED),
    ("JSON: lists in a list", "f.json", b"[[1, 2], [3]]", REFUSED),
    ("JSON: empty objects", "f.jsonl", b"{}\n{}\n", REFUSED),
    ("JSON: cut", "f.json", one_list()[:-30], REFUSED),
    ("JSON: a line that is none", "f.jsonl", objects() + b"not json\n", REFUSED),
    ("JSON: nested deep", "f.jsonl", nested(5000) + b"\n", REFUSED),
    ("JSON: keys twice", "f.jsonl", objects().replace(b'"Source"', b'"Status"'), EITHER),
    ("JSON: keys that differ by capitals", "f.jsonl", objects().replace(b'"Source"', b'"STATUS"'), EITHER),
    ("JSON: lone surrogates", "f.jsonl", objects().replace(b'"Web"', b'"\\ud800"'), EITHER),
    ("JSON: NaN and Infinity", "f.jsonl", objects().replace(b'"Web"', b"NaN", 1), EITHER),
    ("JSON: a mark before it", "f.jsonl", b"\xef\xbb\xbf" + objects(), EITHER),
    ("JSON in UTF-16", "f.jsonl", objects().decode().encode("utf-16"), EITHER),
    ("Parquet: nothing", "f.parquet", b"", REFUSED),
    ("Parquet: its ends alone", "f.parquet", b"PAR1PAR1", REFUSED),
    ("Parquet: cut", "f.parquet", lambda: by_duckdb(".parquet", "FORMAT PARQUET")[:-200], REFUSED),
    ("Parquet: without its end", "f.parquet", lambda: by_duckdb(".parquet", "FORMAT PARQUET")[:-4], REFUSED),
    ("Parquet: first page zeros", "f.parquet",
     lambda: (b := by_duckdb(".parquet", "FORMAT PARQUET"))[:4] + bytes(300) + b[304:], EITHER),
    ("CSV called Parquet", "f.parquet", CSV, REFUSED),
    ("a database that is none", "f.duckdb", b"DUCK" + bytes(5000), REFUSED),
    ("a workbook", "f.xlsx", BOOK, READ),
    ("XLSX: no archive", "f.xlsx", b"PK\x03\x04" + bytes(100), REFUSED),
    ("XLSX: CSV", "f.xlsx", CSV, REFUSED),
    ("XLSX: an archive of nothing", "f.xlsx", b"PK\x05\x06" + bytes(18), REFUSED),
    ("XLSX: cut", "f.xlsx", BOOK[:-300], REFUSED),
    ("XLSX: encrypted", "f.xlsx", patched(8, b"\x01"), REFUSED),
    ("XLSX: packed in an unknown way", "f.xlsx", patched(10, b"\x63"), REFUSED),
    ("XLSX: sums wrong", "f.xlsx", patched(16, b"\0\0\0\0"), REFUSED),
    ("XLSX: sizes beyond all", "f.xlsx", patched(24, b"\xff\xff\xff\x7f"), REFUSED),
    ("XLSX: no sheet", "f.xlsx", member(SHEET, lambda _: None), REFUSED),
    ("XLSX: no list of sheets", "f.xlsx", member("xl/workbook.xml", lambda _: None), REFUSED),
    ("XLSX: no types", "f.xlsx", member("[Content_Types].xml", lambda _: None), REFUSED),
    ("XLSX: no texts", "f.xlsx", member(STRINGS, lambda _: None), REFUSED),
    ("XLSX: sheet empty", "f.xlsx", member(SHEET, lambda _: b""), REFUSED),
    ("XLSX: sheet cut", "f.xlsx", member(SHEET, lambda part: part[: len(part) // 2]), REFUSED),
    ("XLSX: styles cut", "f.xlsx", member(STYLES, lambda part: part[:-50]), REFUSED),
    ("XLSX: styles are no XML", "f.xlsx", member(STYLES, lambda _: b"x"), REFUSED),
    ("XLSX: texts cut", "f.xlsx", member(STRINGS, lambda part: part[:-60]), REFUSED),
    ("XLSX: text that is none", "f.xlsx", member(SHEET, replaced(b"<v>0</v>", b"<v>999999</v>")), REFUSED),
    ("XLSX: text before the first", "f.xlsx", member(SHEET, replaced(b"<v>0</v>", b"<v>x</v>")), REFUSED),
    ("XLSX: a cell of no place", "f.xlsx", member(SHEET, replaced(b'r="A2"', b'r="??"')), REFUSED),
    ("XLSX: a column of no place", "f.xlsx", member(SHEET, replaced(b'r="B2"', b'r="ZZZZZZ2"')), REFUSED),
    ("XLSX: a row far below", "f.xlsx", member(SHEET, replaced(b'<row r="30"', b'<row r="1048576"')), EITHER),
    ("XLSX: a stale size, one cell", "f.xlsx",
     member(SHEET, replaced(b'<dimension ref="A1:G46"', b'<dimension ref="A1"')), READ),
    ("XLSX: a stale size, few rows", "f.xlsx",
     member(SHEET, replaced(b'<dimension ref="A1:G46"', b'<dimension ref="A1:D9"')), READ),
    ("XLSX: entities of a file", "f.xlsx",
     member(SHEET, lambda part: replaced(b"<v>0</v>", b"<v>&e;</v>")(in_head(XXE)(part))), REFUSED),
    ("XLSX: laughs in texts", "f.xlsx", member(STRINGS, lambda part: in_head(LAUGHS)(part).replace(b"Web", b"&g;", 1)),
     REFUSED),
    ("XLSX: a text of 25 MB", "f.xlsx", member(STRINGS, replaced(b"Web", b"a" * 25_000_000)), REFUSED),
    ("an old workbook", "f.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), REFUSED),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "content", "codes"), FILES, ids=[row[0] for row in FILES])
def test_a_file_of_this_kind(
    kind: str, name: str, content: bytes | Callable[[], bytes], codes: tuple[int, ...], place: Path
) -> None:
    (place / name).write_bytes(content() if callable(content) else content)
    before = sorted(place.rglob("*"))
    assert fault_in(("check", name, *CUSTOMER), codes) == "", kind
    gc.collect()  # a process that ends removes its own folder
    assert sorted(place.rglob("*")) == before and os.listdir(place.parent) == ["here"]


DAYS = ("", "not a date", "0001-01-01", "9999-12-31", "2025-02-30", "10000-01-01", "-1", "now", "=1+1", "\x1b[2J")
NUMBERS = ("1e300", "-5", "nan", "inf", "9" * 40, "x", "", "1_000", "0.5", "²")
FIELDS = [("as_of", day) for day in DAYS] + [
    (name, number) for name in ("observe_days", "close_within_days", "fingerprint") for number in NUMBERS
]
READERS = (
    ("grid", "check", "g.json"), ("score", "g.json", "leads.csv", "--out", "o.csv"),
    ("drift", "g.json", "leads.csv", *CUSTOMER, "--created-at", "Created"),
)  # fmt: skip


@pytest.mark.parametrize("field", sorted({name for name, _ in FIELDS}))
@pytest.mark.parametrize("words", READERS, ids=[words[0] for words in READERS])
def test_what_a_grid_says_of_itself_out_of_range(field: str, words: tuple[str, ...], place: Path) -> None:
    values = json.loads(grid("json")())
    faults = []
    for name, odd in FIELDS:
        if name != field:
            continue
        for value in (odd, [odd], {"a": odd}):
            said = {**(values.get("provenance") or {}), name: value}
            (place / "g.json").write_text(json.dumps(values | {"provenance": said}), encoding="utf-8")
            if fault := fault_in(words):
                faults.append((value, fault))
            (place / "o.csv").unlink(missing_ok=True)
    assert faults == []


SHAPES = (None, 1, "x", [], [1], [None], [[]], {}, {"a": 1}, [{}], [{"outputs": {}}])


@pytest.mark.parametrize("form", ["hubspot", "zoho", "mautic", "marketo", "json"])
def test_every_part_of_a_grid_of_a_system_has_another_shape(form: str, place: Path) -> None:
    good = json.loads(grid(form)())
    faults = []
    for key in good:
        for shape in SHAPES:
            (place / "g.json").write_text(json.dumps(good | {key: shape}), encoding="utf-8")
            if fault := fault_in(("grid", "check", "g.json")):
                faults.append((key, shape, fault))
    assert good and faults == []


def test_the_table_is_large() -> None:
    assert len(FILES) + 3 * len(FIELDS) * len(READERS) + 5 * 4 * len(SHAPES) > 649
