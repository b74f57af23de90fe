"""Every kind of file the tool reads, broken 200 times: it is read, or one message says what is wrong."""

from __future__ import annotations

import contextlib
import gc
import gzip
import io
import json
import random
import shutil
import sqlite3
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from replay import golden

from calibrate import export
from calibrate.cli.app import main
from calibrate.engine import Session
from calibrate.errors import CalibrateError
from calibrate.export.base import Options
from calibrate.export.reading import read_grid
from calibrate.monthly import settings as spelling
from calibrate.monthly.changes import read_changes
from calibrate.monthly.status import status
from siege.mutants import Mutator, fields, json_lines, members, mutants, tree, unpacked, words

MUTANTS = 200
COMMANDS = 12
"""So many of them also go through a whole command."""
LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Reader:
    """A kind of file: a good one, how it is mutated, and what reads it (`#` stands for the file in a command)."""

    name: str
    file: str
    content: Callable[[], bytes]
    ways: tuple[Mutator, ...]
    read: Callable[[Path], object]
    command: tuple[str, ...] = ()


def rows(count: int = 60, seed: int = 3) -> list[list[str]]:
    chance = random.Random(seed)
    table = [["Lead Id", "Created", "Source", "Employees", "Deal amount", "Closed", "Status"]]
    for i in range(count):
        won = chance.random() < 0.35
        table.append([
            f"00Q{i:04}", f"2025-{i % 8 + 1:02}-{i % 27 + 1:02}", chance.choice(["Web", "Fair, hall 3", "Référence"]),
            str(chance.randrange(1, 900)), f"{chance.uniform(10, 9000):.2f}",
            f"2025-{i % 8 + 2:02}-{i % 27 + 1:02}" if won else "", "Closed Won" if won else "Closed Lost",
        ])  # fmt: skip
    return table


def separated(separator: str = ",", encoding: str = "utf-8", above: str = "", below: str = "") -> bytes:
    lines = [separator.join(cell.replace(",", " -") for cell in row) for row in rows()]
    return (above + "\n".join(lines) + "\n" + below).encode(encoding)


def events() -> bytes:
    chance = random.Random(5)
    lines = ["lead id,at,event,value"]
    for i in range(150):
        kind = chance.choice(["open", "click", "demo"])
        lines.append(f"00Q{i % 60:04},2025-{i % 8 + 1:02}-{i % 27 + 2:02} 10:3{i % 10}:00,{kind},{i}")
    return ("\n".join(lines) + "\n").encode()


def trial() -> bytes:
    chance = random.Random(6)
    lines = ["id,arm,created,won,closed"]
    for i in range(90):
        won = chance.random() < 0.3
        lines.append(f"T{i},{'new' if i % 2 else 'old'},2025-0{i % 2 + 3}-{i % 27 + 1:02},{'yes' if won else 'no'},"
                     f"{f'2025-05-{i % 27 + 1:02}' if won else ''}")  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def deals() -> bytes:
    lines = ["Lead Id,Stage,Close date,Amount"]
    lines += [f"00Q{i:04},{'Closed Won' if i % 3 else 'Closed Lost'},2025-09-{i % 27 + 1:02},{i * 10}"
              for i in range(0, 60, 2)]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def feedback() -> bytes:
    return ("Lead Id,Reason\n" + "".join(f"00Q{i:04},{('no budget', 'too small')[i % 2]}\n" for i in range(20))).encode()


def book(table: list[list[Any]] | None = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for i, row in enumerate(table or rows()):
        sheet.append([date.fromisoformat(c) if i and c.startswith("2025-") else c for c in row] if not table else row)
    made.create_sheet("Notes").append(["nothing here"])
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def by_duckdb(suffix: str, options: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "in.csv", Path(place) / f"out{suffix}"
        source.write_bytes(separated())
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' ({options})")
        return target.read_bytes()


def database() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "in.csv", Path(place) / "out.duckdb"
        source.write_bytes(separated())
        with duckdb.connect(str(target)) as connection:
            connection.execute(f"CREATE TABLE leads AS FROM read_csv('{source}')")
        return target.read_bytes()


def by_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "out.sqlite"
        with contextlib.closing(sqlite3.connect(target)) as connection:
            connection.execute("CREATE TABLE leads (id, created, source, employees, amount, closed, status)")
            connection.executemany("INSERT INTO leads VALUES (?,?,?,?,?,?,?)", rows()[1:])
            connection.commit()
        return target.read_bytes()


def objects() -> bytes:
    names = rows()[0]
    lines = [json.dumps({**dict(zip(names, row, strict=True)), "Owner": {"id": i, "tags": ["a", "b"]}})
             for i, row in enumerate(rows()[1:])]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def one_list() -> bytes:
    return json.dumps([json.loads(line) for line in objects().splitlines()]).encode()


def zipped(name: str = "leads.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, separated())
    return packed.getvalue()


def spreadsheet() -> bytes:
    """An OpenDocument sheet as LibreOffice packs it: a first member that is not packed, and the cells."""
    cells = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        ) + "</table:table-row>" for row in rows()
    )  # fmt: skip
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Leads">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", text)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return packed.getvalue()


def old_book() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(4000)


def grid(form: str) -> Callable[[], bytes]:
    def content() -> bytes:
        if form == "table":
            return b"criterion,level,points\nVisits,0-4,0\nVisits,5+,9\nDemo,yes,20\nSector,Software,7\nSector,other,-2\n"
        if form == "book":
            return book([["criterion", "level", "points"], ["Visits", "0-4", 0], ["Visits", "5+", 9], ["Demo", "yes", 20]])
        written = export.FORMATS[form].write(golden.small(), Options())
        return written if isinstance(written, bytes) else written.encode()

    return content


def odoo() -> bytes:
    return (
        b"variable,value,won_count,lost_count\ncountry_id,France,12,30\ncountry_id,Spain,3,20\n"
        b"phone_state,correct,9,9\nphone_state,incorrect,1,19\n"
    )


def opened(path: Path) -> None:
    """Every row of a table, as statements will read it."""
    with Session() as session:
        table = session.open(path)
        table.fetch(f"SELECT * FROM {table.relation}")
        repr(table.facts)


def read_back(path: Path) -> None:
    """A grid, read and written again."""
    export.FORMATS["json"].write(read_grid(str(path)), Options())


def scored(path: Path) -> None:
    with contextlib.ExitStack():
        for lead in export.read_scored(str(path), "Lead Id"):
            repr(lead)


SCORED = b"Lead Id,score,band,reasons\n" + b"".join(b"00Q%04d,%d,call now,demo +20\n" % (i, i) for i in range(40))
CHECK = ("check", "#", "--customer", "Status")
JSON = (tree, tree, words)
CHANGES = json.dumps({
    "schema": 1, "candidate": "lift", "by": "Ada", "why": "as agreed", "thresholds": [10, 20],
    "points": [{"criterion": "Source", "level": "Web", "points": 3}],
}).encode()  # fmt: skip
SETTINGS = b"""schema = 1
[data]
file = "leads.csv"
[outcome]
customer = "Status"
customer_values = ["Closed Won"]
[time]
created_at = "Created"
as_of = 2025-10-31
observe_days = 3
close_within_days = 60
[columns]
exclude = ["Deal amount"]
min_leads = 5
[candidates]
methods = ["lift"]
cap_criterion = { Source = 9 }
never_negative = ["Source"]
[thresholds]
capacity = 12.5
[[criterion]]
column = "Employees"
cuts = [10.0, 50, 250]
[[pin]]
criterion = "Source"
level = "Web"
points = 4
who = "Ada"
why = "she said so"
"""
READERS = [
    Reader("csv", "l.csv", separated, (fields(","), words), opened, CHECK),
    Reader("csv with a mark", "l.csv", lambda: separated(encoding="utf-8-sig"), (fields(","),), opened, CHECK),
    Reader("csv of Windows", "l.csv", lambda: separated(";", "cp1252"), (fields(";", "cp1252"),), opened, CHECK),
    Reader("csv in UTF-16", "l.csv", lambda: separated("\t", "utf-16"), (fields("\t", "utf-16"),), opened, CHECK),
    Reader("tsv", "l.tsv", lambda: separated("\t"), (fields("\t"),), opened, CHECK),
    Reader("report with titles", "l.csv", lambda: separated(";", above="Leads of 2025\n\n", below="Total;;;60\n"),
           (fields(";"), words), opened, CHECK),
    Reader("gzip", "l.csv.gz", lambda: gzip.compress(separated(), mtime=0), (unpacked(fields(",")),), opened, CHECK),
    Reader("zip", "l.zip", zipped, (members(fields(",")),), opened, CHECK),
    Reader("zip without a suffix", "leads", zipped, (members(fields(",")),), opened),
    Reader("workbook", "l.xlsx", book, (members(), members(words)), opened, CHECK),
    Reader("old workbook", "l.xls", old_book, (), opened, CHECK),
    Reader("open document", "l.ods", spreadsheet, (members(),), opened, CHECK),
    Reader("parquet, snappy", "l.parquet", lambda: by_duckdb(".parquet", "FORMAT PARQUET"), (), opened, CHECK),
    Reader("parquet, zstd", "l.parquet", lambda: by_duckdb(".parquet", "FORMAT PARQUET, COMPRESSION ZSTD"), (), opened),
    Reader("zstd", "l.csv.zst", lambda: by_duckdb(".csv.zst", "FORMAT CSV, COMPRESSION ZSTD"), (), opened, CHECK),
    Reader("json lines", "l.jsonl", objects, (json_lines, words), opened, CHECK),
    Reader("json", "l.json", one_list, (tree, words), opened, CHECK),
    Reader("duckdb", "l.duckdb", database, (), opened, CHECK),
    Reader("sqlite", "l.sqlite", by_sqlite, (), opened, CHECK),
    Reader("events", "e.csv", events, (fields(","), words), opened, ("check", "@leads", "--customer", "Status",
           "--events", "#")),
    Reader("outcomes", "o.csv", deals, (fields(","), words), opened, ("check", "@leads", "--outcomes", "#")),
    Reader("feedback", "f.csv", feedback, (fields(","), words), opened),
    Reader("trial", "t.csv", trial, (fields(","), words), opened, ("trial", "read", "#", "--arm", "arm", "--customer",
           "won", "--created-at", "created", "--customer-at", "closed", "--lead-id", "id")),
    Reader("scored leads", "s.csv", lambda: SCORED, (fields(","), words), scored,
           ("export", "@grid", "--to", "hubspot", "--scores", "#", "--lead-id", "Lead Id", "--out", "@out")),
    Reader("settings", "calibration.toml", lambda: SETTINGS, (words, words), spelling.read, ("check", "#")),
    Reader("grid, json", "g.json", grid("json"), JSON, read_back, ("grid", "check", "#")),
    Reader("grid, csv", "g.csv", grid("csv"), (fields(","), words), read_back, ("grid", "check", "#")),
    Reader("grid, table", "g.csv", grid("table"), (fields(","), words), read_back,
           ("grid", "diff", "#", "@grid")),
    Reader("grid, workbook", "g.xlsx", grid("book"), (members(),), read_back, ("grid", "check", "#")),
    Reader("grid, our workbook", "g.xlsx", grid("excel"), (members(),), read_back),
    Reader("grid, pmml", "g.pmml", grid("pmml"), (words,), read_back, ("grid", "check", "#")),
    Reader("grid, hubspot", "g.json", grid("hubspot"), JSON, read_back, ("grid", "check", "#")),
    Reader("grid, zoho", "g.json", grid("zoho"), JSON, read_back, ("grid", "check", "#")),
    Reader("grid, mautic", "g.json", grid("mautic"), JSON, read_back, ("grid", "check", "#")),
    Reader("grid, marketo", "g.json", grid("marketo"), JSON, read_back, ("grid", "check", "#")),
    Reader("grid, odoo", "g.csv", odoo, (fields(","), words), read_back),
    Reader("changes", "changes.json", lambda: CHANGES, JSON, read_changes),
]  # fmt: skip


def complaint(action: Callable[[], object]) -> str:
    """What is wrong with how an action ended: nothing where it was done or refused with a message."""
    start = time.monotonic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            action()
    except CalibrateError as error:
        if not str(error).strip():
            return "an error without words"
    except Exception as fault:
        places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(fault.__traceback__)[-6:]]
        return f"{type(fault).__name__}: {str(fault)[:150]} ({' < '.join(reversed(places))})"
    took = time.monotonic() - start
    return f"took {took:.0f} s" if took > LONGEST_SECONDS else ""


def command(*arguments: str) -> None:
    """A command line run here, which must end in 0, or in 2 with one message."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as leaving:
        main(arguments)
    said = err.getvalue()
    if leaving.value.code == 1 or "Traceback" in said:
        lines = [line.strip() for line in said.splitlines() if line.strip().startswith("File") or "Error" in line]
        raise AssertionError(" < ".join(reversed(lines[-6:])))
    assert leaving.value.code in (0, 2), (leaving.value.code, said)
    if leaving.value.code == 2:
        assert said.strip() and not out.getvalue().strip(), (said, out.getvalue()[:200])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own for the files and for all that is temporary."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "leads.csv").write_bytes(separated())
    (folder / "grid.json").write_bytes(grid("json")())
    monkeypatch.chdir(folder)
    return folder


def test_there_are_enough_readers() -> None:
    assert len(READERS) >= 27 and len({reader.name for reader in READERS}) == len(READERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_broken_file_is_read_or_refused_in_words(reader: Reader, place: Path) -> None:
    path, out = place / f"m-{reader.file}", place / "out.csv"
    known = {"#": str(path), "@leads": str(place / "leads.csv"), "@grid": str(place / "grid.json"), "@out": str(out)}
    faults = []
    good = reader.content()
    path.write_bytes(good)
    if reader.name not in REFUSED:
        reader.read(path)
    before = set(place.iterdir())
    for number, content in enumerate(mutants(good, MUTANTS, reader.ways, reader.name)):
        path.write_bytes(content)
        faults.append((number, complaint(lambda: reader.read(path))))
        if reader.command and number % (MUTANTS // COMMANDS) == 1:
            words_ = [known.get(word, word) for word in reader.command]
            faults.append((number, complaint(lambda words_=words_: command(*words_))))  # type: ignore[misc]
            out.unlink(missing_ok=True)
        assert set(place.iterdir()) == before, number
    assert [fault for fault in faults if fault[1]] == []
    gc.collect()
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


REFUSED = ("zip", "zip without a suffix", "old workbook", "open document", "zstd", "sqlite")
"""Kinds that may be told by name and refused."""
