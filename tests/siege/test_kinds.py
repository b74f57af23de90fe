"""Inputs made by hand, kind by kind: each ends in 0, or in 2 with one message and nothing left."""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from siege.files import SETTINGS, book, events, feedback, grid, separated, trial
from siege.running import fault_in

from calibrate.monthly.settings import options

LEADS = ("leads.csv", "--customer", "Status")
DIGITS = "9" * 400
LONG = "a" * 300


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good files of every role, in which commands run."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "here"
    folder.mkdir()
    for name, content in (
        ("leads.csv", separated()), ("grid.json", grid("json")()), ("events.csv", events()), ("trial.csv", trial()),
        ("feedback.csv", feedback()), ("calibration.toml", SETTINGS),
    ):  # fmt: skip
        (folder / name).write_bytes(content)
    monkeypatch.chdir(folder)
    return folder


def held(place: Path) -> list[Path]:
    return sorted(place.rglob("*"))


REFUSED_FLAGS = {
    "header_row": ("-1", "x", "1.5", DIGITS, "10000", ""),
    "as_of": ("yesterday", "2025-02-30", "10000-01-01", "0000-00-00", DIGITS, "-1", ""),
    "observe_days": ("-1", "x", "1e3", DIGITS, "100000000000", "²"),
    "close_within_days": ("-1", "0", "nan", DIGITS, "100000000000"),
    "max_lines": ("0", "-3", "x", DIGITS[:0] or "1.5"),
    "max_criteria": ("0", "-3", "x"),
    "cap": ("0", "-1", "nan"),
    "pivot": ("0", "-5", "x"),
    "capacity": ("0", "-1", "nan", "inf", "1e400", "x"),
    "close_rate": ("0", "1", "-0.5", "nan", "5%"),
    "share_of_customers": ("0", "1.5", "nan", "inf"),
    "cost_of_call": ("0", "-1", "nan", "inf"),
    "value_of_customer": ("-1", "nan", "inf"),
    "minutes_per_call": ("0", "-1", "nan", "1e9"),
    "scale": ("", "big", DIGITS),
    "unit": ("person", ""),
    "lang": ("", "zz", "../en", "en,zz", LONG),
    "methods": ("magic", ",", LONG),
    "crm": ("excel", "", LONG),
    "customer": ("", "nothing", "\x1b[2J", LONG),
    "customer_value": ("never", "\x00", LONG),
    "created_at": ("", "nothing", "Status", LONG),
    "lead_id": ("nothing", LONG),
    "order": ("nothing", LONG),
    "criteria": ("nothing", ",", LONG),
    "current": ("", "nothing.json", ".", "leads.csv", "\x00", LONG),
    "grid": ("", "x", "=", "x=", "=grid.json", "x=nothing.json", "x=.", "x=\x00"),
    "events": ("", "nothing.csv", ".", "grid.json", "\x00", LONG),
    "outcomes": ("", "nothing.csv", ".", "\x00", LONG),
    "feedback": ("\x00", LONG),
}  # fmt: skip
ODD_FLAGS = ("", " ", "\t", "0", "-1", "1e400", "nan", "²/³", "'", '"; DROP', "../..", "=1+1", "\u202e", "é" * 400)


def flags() -> Iterator[tuple[str, str, tuple[int, ...]]]:
    for name, values in REFUSED_FLAGS.items():
        yield from ((name, value, (2,)) for value in values)
    for option in options():
        if option.flag is not None and option.name != "out" and option.type is not bool:
            yield from ((option.name, value, (0, 2)) for value in ODD_FLAGS)


def test_flags_out_of_range(place: Path) -> None:
    before, faults, tried = held(place), [], 0
    for name, value, codes in flags():
        wrong = fault_in(("check", *LEADS, f"--{name.replace('_', '-')}", value), codes)
        tried += 1
        faults += [(name, value[:30], wrong)] if wrong else []
    assert faults == [] and held(place) == before
    assert tried > 400


COMMANDS: list[tuple[tuple[str, ...], tuple[int, ...]]] = [
    (("demo", "--leads", "1000000000000", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--seed", "-1", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--seed", DIGITS, "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--lang", "zz", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--lang", "", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--out", "leads.csv"), (2,)),
    (("demo", "--leads", "600", "--out", "a\x00b"), (2,)),
    (("demo", "--leads", "600", "--out", LONG), (2,)),
    (("trial", "plan", "--leads", "nan", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "inf", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "1e308", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "-1", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "0", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "1e-9", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", DIGITS), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", "1000000"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", "0"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", "-5"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", DIGITS), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", "100000000"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "-1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "1e300"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--share", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--share", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--mode", "shadow", "--common", "1.5"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--power", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--power", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--design-effect", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--design-effect", "-1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lang", "zz"), (2,)),
    (("trial", "read"), (2,)),
    (("trial", "read", "--new-counts", "²/³", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", f"1/{DIGITS}", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "5/2", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "-1/2", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "0/0", "--old-counts", "0/0", "--week", "1"), (0, 2)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "0"), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", DIGITS), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "1", "--weeks", "0"), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "1", "--weeks", DIGITS), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "a\x00b.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", f"{LONG}.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.txt"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "."), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "leads.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.csv", "--lang", "zz"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.csv", "--at", "9999-99-99"), (2,)),
    (("score", "nothing.json", "leads.csv", "--out", "o.csv"), (2,)),
    (("score", "leads.csv", "leads.csv", "--out", "o.csv"), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "a\x00b"), (2,)),
    (("export", "grid.json", "--to", "json", "--out", LONG), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "."), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "leads.csv/x"), (2,)),
    (("export", "grid.json", "--to", "", "--out", "o"), (2,)),
    (("export", "grid.json", "--to", "magic", "--out", "o"), (2,)),
    (("export", "grid.json", "--to", "sql-duckdb", "--out", "o", "--at", "someday"), (2,)),
    (("export", "grid.json", "--to", "markdown", "--out", "o", "--lang", "zz"), (2,)),
    (("export", "grid.json", "--to", "zoho", "--out", "o", "--edition", "magic"), (2,)),
    (("export", "grid.json", "--to", "hubspot", "--out", "o", "--scores", "leads.csv"), (2,)),
    (("grid", "check", ""), (2,)),
    (("grid", "check", "."), (2,)),
    (("grid", "check", LONG), (2,)),
    (("grid", "check", "a\x00b"), (2,)),
    (("grid", "check", "leads.csv"), (2,)),
    (("grid", "check", "events.csv"), (2,)),
    (("grid", "diff", "grid.json", "nothing.json"), (2,)),
    (("grid", "explain", "grid.json", "--out", "o.doc"), (2,)),
    (("grid", "explain", "grid.json", "--out", "."), (2,)),
    (("grid", "explain", "grid.json", "--out", "a\x00.html"), (2,)),
    (("grid", "explain", "grid.json", "--out", "o.html", "--lang", "zz"), (2,)),
    (("adopt", "nothing", "lift"), (2,)),
    (("adopt", "leads.csv", "lift"), (2,)),
    (("adopt", ".", "lift"), (2,)),
    (("adopt", "a\x00b", "lift"), (2,)),
    (("adopt", LONG, "lift"), (2,)),
    (("adopt", ".", "lift", "--changes", "."), (2,)),
    (("adopt", ".", "lift", "--changes", "a\x00"), (2,)),
    (("adopt", ".", "lift", "--thresholds", "1"), (2,)),
    (("adopt", ".", "lift", "--thresholds", "²,³"), (2,)),
    (("adopt", ".", "lift", "--thresholds", f"1,{'9' * 5000}"), (2,)),
    (("status", "nothing"), (2,)),
    (("status", "leads.csv"), (2,)),
    (("status", "a\x00b"), (2,)),
    (("status", "."), (0,)),
    (("status", ".", "--lang", "zz"), (2,)),
    (("check", ""), (2,)),
    (("check", "."), (2,)),
    (("check", LONG), (2,)),
    (("check", "a\x00b"), (2,)),
    (("check", "\x1b[2J"), (2,)),
    (("check", "nothing://x"), (2,)),
    (("check", "postgresql://"), (2,)),
    (("check", "postgresql://nobody:secret@127.0.0.1:1/x#leads"), (2,)),
    (("check", "http://127.0.0.1:1/x.csv"), (2,)),
    (("check", "leads.csv#sheet"), (2,)),
    (("check", "*"), (2,)),
    (("check", "[[["), (2,)),
    (("check", "/dev/null"), (2,)),
    (("check", *LEADS, "--table", "x"), (0, 2)),
    (("init", *LEADS, "--out", "leads.csv"), (2,)),
    (("init", *LEADS, "--out", "."), (2,)),
    (("init", *LEADS, "--out", "a\x00b"), (2,)),
    (("init", *LEADS, "--out", LONG), (2,)),
    (("run", *LEADS, "--out", "leads.csv"), (2,)),
    (("run", *LEADS, "--out", "leads.csv/x"), (2,)),
    (("run", *LEADS, "--out", "a\x00b"), (2,)),
    (("run", *LEADS, "--out", LONG), (2,)),
    (("compare", *LEADS), (2,)),
    (("frontier", *LEADS, "--methods", "magic"), (2,)),
    (("drift", "grid.json", *LEADS, "--since", "someday"), (2,)),
    (("drift", "grid.json", *LEADS, "--since", "9999-12-31"), (2,)),
    (("drift", "nothing.json", *LEADS), (2,)),
]  # fmt: skip


def test_commands_that_ask_for_the_impossible(place: Path) -> None:
    before, faults = held(place), []
    for words, codes in COMMANDS:
        wrong = fault_in(words, codes)
        faults += [([word[:40] for word in words], wrong)] if wrong else []
        if held(place) != before:
            faults.append(([word[:40] for word in words], f"left {sorted(set(held(place)) - set(before))}"))
            before = held(place)
    assert faults == []


TRIAL = ("trial", "read", "trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2206-01-01", "2024-01-01", "someday", ""])
def test_a_trial_is_not_read_on_a_day_beyond_its_data(place: Path, day: str) -> None:
    assert fault_in((*TRIAL, "--as-of", day), (2,)) == ""


ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, float("nan"), float("inf"), 1e300, "", "x", "9999-12-31", "0001-01-01", "not a date",
    "x" * 100_000, "\x00", "\x1b[2J", [], [1], [[]], {}, {"a": 1}, "²",
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every entry of a JSON value, lists by their first entry alone."""
    entries = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(content: bytes, path: tuple[Any, ...], value: Any) -> bytes:
    body = json.loads(content)
    inner = body
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(body).encode()


GRID_COMMANDS = (
    ("grid", "check", "g.json"), ("score", "g.json", "leads.csv", "--out", "o.csv"),
    ("compare", *LEADS, "--current", "g.json"), ("drift", "g.json", *LEADS), ("grid", "explain", "g.json", "--out", "o.md"),
)  # fmt: skip


def lead_grid() -> bytes:
    """A grid on the columns of `leads.csv`, with everything that a grid can have."""
    body = json.loads(grid("json")())
    body["provenance"] = {"as_of": "2025-09-30", "observe_days": 14, "close_within_days": 90, "lead_id": "Lead Id",
                          "created_at": "Created", "months": 8, "leads": 45}  # fmt: skip
    return json.dumps(body).encode()


@pytest.mark.parametrize("form", ["json", "hubspot", "zoho", "mautic", "marketo"])
def test_every_entry_of_a_weight_file_may_be_odd(place: Path, form: str) -> None:
    content = lead_grid() if form == "json" else grid(form)()
    faults, tried = [], 0
    for path in places(json.loads(content)):
        for value in ODD[tried % 3 :: 3]:
            (place / "g.json").write_bytes(changed(content, path, value))
            wrong = fault_in(GRID_COMMANDS[0])
            tried += 1
            faults += [(path, str(value)[:20], wrong)] if wrong else []
    assert faults == [] and tried > 100


@pytest.mark.parametrize("key", ["as_of", "observe_days", "close_within_days", "lead_id", "created_at", "months"])
def test_every_fact_that_a_grid_tells_of_itself_may_be_odd(place: Path, key: str) -> None:
    faults = []
    for value in ODD:
        (place / "g.json").write_bytes(changed(lead_grid(), ("provenance", key), value))
        for words in GRID_COMMANDS[1:]:
            wrong = fault_in(words)
            faults += [(str(value)[:20], words[0], wrong)] if wrong else []
    assert faults == []


TOML = ("nan", "inf", "-1", "0", "1e400", "9" * 30, '""', '"x"', "true", "[]", "[[]]", "{}", "[nan]", "2025-13-01",
        "9999-12-31", "1979-05-27T00:32:00Z", "'\\u0000'", "[1, 'x']")  # fmt: skip


def test_every_key_of_the_settings_may_be_odd(place: Path) -> None:
    lines = SETTINGS.decode().splitlines()
    faults, tried = [], 0
    for at, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        for value in TOML if equals else ():
            text = "\n".join([*lines[:at], f"{key} = {value}", *lines[at + 1 :]])
            (place / "calibration.toml").write_text(text, encoding="utf-8")
            wrong = fault_in(("check", "calibration.toml"))
            tried += 1
            faults += [(key, value[:20], wrong)] if wrong else []
    assert faults == [] and tried > 250


@pytest.mark.parametrize("text", [
    b"", b"\0", b"\xff\xfe", b"[" * 3000, b"a = " + b"[" * 3000, b"a = " + b"9" * 5000, b"[data]\n[data]\n", b"x = 1\n",
    b"[data]\nfile = 3\n", b"[data]\nfile = 'leads.csv'\nfil = 'x'\n", b"\xe9 = 1", b"[data]\nfile = '.'\n",
    b"[data]\nfile = 'calibration.toml'\n", b"[data]\nfile = 'leads.csv'\n[[criterion]]\ncolumn = 'nothing'\n",
])  # fmt: skip
def test_settings_of_other_shapes(place: Path, text: bytes) -> None:
    (place / "calibration.toml").write_bytes(text)
    assert fault_in(("check", "calibration.toml"), (2,)) == ""


def repacked(content: bytes, **parts: bytes | None) -> bytes:
    """A workbook with other parts, named by the end of their path; None takes one out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            end = name.rpartition("/")[2].partition(".")[0].strip("[]")
            data = parts.get(end, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return packed.getvalue()


def part_of(content: bytes, end: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(end)))


def flagged(content: bytes, at: int, value: int) -> bytes:
    """The header of the first member with one byte changed, here and in the list of members."""
    here, there = bytearray(content), content.index(b"PK\x01\x02")
    here[at] = here[there + at + 2] = value
    return bytes(here)


def sheets() -> Iterator[tuple[str, bytes]]:
    good = book()
    cells, strings = part_of(good, "sheet1.xml"), part_of(good, "sharedStrings.xml")
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10 if i else b"&a;" * 10) for i in range(9)
    ) + b"]>"  # fmt: skip
    start = cells.index(b"<worksheet")
    yield "empty", b""
    yield "no archive", b"PK\x03\x04" + b"\0" * 100
    yield "cut", good[: len(good) // 2]
    yield "encrypted", flagged(good, 6, 1)
    yield "unknown packing", flagged(good, 8, 99)
    yield "sheet cut", repacked(good, sheet1=cells[: len(cells) // 2])
    yield "sheet empty", repacked(good, sheet1=b"")
    yield "sheet lost", repacked(good, sheet1=None)
    yield "no list of sheets", repacked(good, workbook=None)
    yield "no types", repacked(good, Content_Types=None)
    yield "no strings", repacked(good, sharedStrings=None)
    yield "no styles", repacked(good, styles=None)
    yield "styles cut", repacked(good, styles=b"<styleSheet")
    yield "strings cut", repacked(good, sharedStrings=strings[:200])
    yield "string of no place", repacked(good, sheet1=cells.replace(b"<v>3</v>", b"<v>99999</v>", 1))
    yield "string of a text", repacked(good, sheet1=cells.replace(b"<v>3</v>", b"<v>x</v>", 1))
    yield "string below zero", repacked(good, sheet1=cells.replace(b"<v>3</v>", b"<v>-1</v>", 1))
    yield "cell nowhere", repacked(good, sheet1=cells.replace(b'r="B2"', b'r="?"', 1))
    yield "cell far right", repacked(good, sheet1=cells.replace(b'r="B2"', b'r="ZZZZZZ2"', 1))
    yield "cell at the right end", repacked(good, sheet1=cells.replace(b'r="G2"', b'r="XFD2"', 1))
    yield "cell at the lower end", repacked(good, sheet1=cells.replace(b'r="B2"', b'r="B1048576"', 1))
    yield "row far below", repacked(good, sheet1=cells.replace(b'<row r="3"', b'<row r="99999999999"', 1))
    yield "row of no number", repacked(good, sheet1=cells.replace(b'<row r="3"', b'<row r="x"', 1))
    yield "kind unknown", repacked(good, sheet1=cells.replace(b't="s"', b't="zz"', 1))
    yield "date beyond", repacked(good, sheet1=cells.replace(b"<v>4", b"<v>99999999999", 1))
    yield "entity of a file", repacked(good, sheet1=b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                                       + cells[start:].replace(b"<v>3</v>", b"<v>&e;</v>", 1))  # fmt: skip
    yield "entities in entities", repacked(good, sharedStrings=bomb + strings[strings.index(b"<sst") :].replace(
        b"Web", b"&a8;", 1))  # fmt: skip
    yield "another encoding", repacked(good, sheet1=cells.replace(b"UTF-8", b"no-such", 1))
    yield "another suffix", separated()


@pytest.mark.parametrize(("name", "content"), list(sheets()), ids=lambda value: value if isinstance(value, str) else "")
def test_workbooks_of_other_shapes(place: Path, name: str, content: bytes) -> None:
    (place / "m.xlsx").write_bytes(content)
    assert fault_in(("check", "m.xlsx", "--customer", "Status")) == ""
    assert fault_in(("grid", "check", "m.xlsx"), (2,)) == ""


PARQUET: dict[str, str] = {
    "infinite moments": "'infinity'::TIMESTAMP AS t", "moments far off": "'290000-01-01'::TIMESTAMP AS t",
    "before our era": "'-4000-01-01'::DATE AS t", "days to infinity": "'-infinity'::DATE AS t",
    "nested": "{'a': [1, 2], 'b': {'c': 1}} AS t", "list": "[i, NULL] AS t", "map": "MAP {'k': i} AS t",
    "blob": "'\\x00\\xFF'::BLOB AS t", "nan": "'nan'::DOUBLE AS t", "infinite": "'inf'::FLOAT AS t",
    "huge": "170141183460469231731687303715884105727::HUGEINT AS t", "decimal": "1.5::DECIMAL(38,10) AS t",
    "interval": "INTERVAL 1 MONTH AS t", "uuid": "uuid() AS t", "time": "'12:30'::TIME AS t", "nothing": "NULL AS t",
    "zone": "'2025-01-01 00:00:00+14'::TIMESTAMPTZ AS t", "enum": "(CASE WHEN i % 2 = 0 THEN 'a' END)::ENUM('a') AS t",
    "long name": f'1 AS "{LONG * 10}"', "odd name": '1 AS "a""b\';--\x01"', "no name": '1 AS " "',
    "name of ours": "i AS file_row_number", "rowid": "i AS rowid", "score": "i AS score", "nul": "chr(0) || 'x' AS t",
}  # fmt: skip


@pytest.mark.parametrize("kind", PARQUET)
@pytest.mark.parametrize("role", ["extra", "created"])
def test_parquet_of_every_type(place: Path, kind: str, role: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'L' || i AS id, i % 3 = 0 AS won, {PARQUET[kind]} FROM range(60) r(i)) TO 'm.parquet'"
        )
    flags = ("--created-at", "t") if role == "created" else ()
    assert fault_in(("check", "m.parquet", "--customer", "won", *flags)) == ""


HEAD = b"id,created,source,size,won\n"


def texts() -> dict[str, bytes]:
    body = b"".join(b"L%d,2025-0%d-1%d,%s,%d,%s\n" % (i, i % 8 + 1, i % 9, (b"Web", b"Fair")[i % 2], i,
                                                      (b"yes", b"no", b"no")[i % 3]) for i in range(60))  # fmt: skip
    return {
        "nothing": b"", "one byte": b"x", "line ends": b"\n\n\n\n", "names alone": HEAD, "one row": HEAD + b"L1,,,,yes\n",
        "separators alone": b",,,,\n,,,,\n", "nul": HEAD + body.replace(b"Web", b"W\0b", 1), "mark alone": b"\xef\xbb\xbf",
        "all the same": HEAD + body.replace(b",yes", b",no"), "no outcome": HEAD + body.replace(b",yes", b",").replace(b",no", b","),
        "one quote": HEAD + body.replace(b"Web", b'"Web', 1), "quotes": HEAD + body.replace(b"Web", b'"We"b"', 3),
        "year zero": HEAD + body.replace(b"2025-01-1", b"0000-01-1"), "year 9999": HEAD + body.replace(b"2025-01-1", b"9999-01-1", 1),
        "all in 9999": HEAD + body.replace(b"2025-0", b"9999-0"), "no day": HEAD + body.replace(b"2025-0", b"2025-9"),
        "same ids": HEAD + body.replace(b"L1", b"L"), "huge numbers": HEAD + body.replace(b",7,", b"," + DIGITS.encode() + b",", 3),
        "long cell": HEAD + body.replace(b"Web", b"W" * 1_000_000, 1), "many cells": HEAD + body.replace(b"Web", b"," * 5000, 1),
        "long name": LONG.encode() * 40 + HEAD + body, "same names": b"a,a,a,a,won\n" + body, "no names": b",,,,won\n" + body,
        "terminal": HEAD.replace(b"source", b"\x1b[2Jsource") + body, "utf-32": (HEAD + body).decode().encode("utf-32"),
        "utf-16 cut": (HEAD + body).decode().encode("utf-16")[:-1], "utf-7": "id,ü,won\n".encode("utf-7") + body,
        "shift-jis": HEAD + body.replace(b"Web", "日本語ソ".encode("shift-jis")), "binary": bytes(range(256)) * 20,
        "old line ends": (HEAD + body).replace(b"\n", b"\r"), "mixed line ends": (HEAD + body).replace(b"L1", b"\r\nL1"),
        "html": b"<html><table><tr><td>id</td></tr></table></html>", "json in csv": b'[{"id": 1}]',
        "zip in csv": b"PK\x03\x04" + body, "pdf": b"%PDF-1.7\n" + body, "gzip in csv": gzip.compress(HEAD + body),
        "gzip cut": gzip.compress(HEAD + body)[:-20], "gzip of gzip": gzip.compress(gzip.compress(HEAD + body)),
        "reserved name": HEAD.replace(b"size", b"score") + body, "sep line": b"sep=,\n" + HEAD + body,
        "wrong sep line": b"sep=;\n" + HEAD + body, "blank lines": (HEAD + body).replace(b"\n", b"\n\n"),
        "total": HEAD + body + b"Total,,,60,\n", "formula": HEAD + body.replace(b"Web", b"=cmd|' /C calc'!A0"),
        "surrogates": HEAD + body.replace(b"Web", b"\xed\xa0\x80"), "overlong": HEAD + body.replace(b"Web", b"\xc0\xaf"),
        "exponents": HEAD + body.replace(b",7,", b",1e999,").replace(b",8,", b",-1e-999,"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", texts())
def test_texts_of_every_shape(place: Path, kind: str) -> None:
    (place / "m.csv").write_bytes(texts()[kind])
    before = held(place)
    for words in (
        ("check", "m.csv", "--customer", "won"),
        ("check", "m.csv"),
        ("check", *LEADS, "--events", "m.csv"),
        ("check", *LEADS, "--outcomes", "m.csv", "--lead-id", "Lead Id"),
        ("grid", "check", "m.csv"),
        ("trial", "read", "m.csv", "--arm", "source", "--customer", "won", "--created-at", "created"),
        ("export", "grid.json", "--to", "hubspot", "--scores", "m.csv", "--lead-id", "id", "--out", "o.csv"),
    ):
        assert fault_in(words) == "", words
    assert held(place) == before


OBJECTS: dict[str, str] = {
    "numbers": "1\n2\n", "lists": "[1]\n[2]\n", "nothing": "", "null": "null\n", "one text": '"x"\n', "cut": '{"id": 1, "won"',
    "twins": '{"a": 1, "A": 2, "won": true}\n' * 20, "same key": '{"a": 1, "a": 2, "won": true}\n' * 20,
    "deep": '{"a": ' * 3000 + "1" + "}" * 3000, "other types": '{"won": true}\n{"won": "x"}\n{"won": [1]}\n{"won": {"a": 1}}\n',
    "no names": '{"": 1, "won": true}\n' * 20, "huge": '{"n": 1e999, "won": true}\n' * 20, "surrogate": '{"n": "\\ud800", "won": 1}\n' * 9,
    "nul": '{"n": "\\u0000", "won": true}\n' * 20, "many keys": "".join(f'{{"k{i}": 1, "won": true}}\n' for i in range(300)),
    "list of lists": "[[1, 2], [3]]", "object of lists": '{"id": [1, 2], "won": [true, false]}', "nan": '{"n": NaN, "won": true}\n' * 9,
}  # fmt: skip


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_of_every_shape(place: Path, kind: str) -> None:
    (place / "m.jsonl").write_text(OBJECTS[kind], encoding="utf-8")
    assert fault_in(("check", "m.jsonl", "--customer", "won")) == ""
    assert fault_in(("grid", "check", "m.jsonl"), (2,)) == ""


@pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")
@pytest.mark.parametrize("make", [
    lambda p: p.symlink_to(p), lambda p: p.symlink_to("nowhere"), lambda p: p.mkdir(), lambda p: p.write_bytes(b""),
    lambda p: (p.mkdir(), (p / "x.csv").write_bytes(b"a,b\n1,2\n")),
], ids=["loop", "link to nothing", "folder", "empty", "folder of CSV"])  # fmt: skip
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".json", ".duckdb", ""])
def test_what_is_no_file(place: Path, make: Callable[[Path], object], suffix: str) -> None:
    make(place / f"m{suffix}")
    assert fault_in(("check", f"m{suffix}", "--customer", "won"), (2,)) == ""
    assert fault_in(("grid", "check", f"m{suffix}"), (2,)) == ""
