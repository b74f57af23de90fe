"""Every kind of file the tool reads, broken 200 times: it is read, or one message says what is wrong."""

from __future__ import annotations

import gc
import gzip
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from siege.files import (
    CHANGES,
    SCORED,
    SETTINGS,
    book,
    by_duckdb,
    by_sqlite,
    database,
    deals,
    events,
    feedback,
    grid,
    objects,
    odoo,
    old_book,
    one_list,
    separated,
    spreadsheet,
    trial,
    zipped,
)
from siege.months import decision, read_decision, read_month, run_file
from siege.mutants import Mutator, fields, json_lines, members, mutants, tree, unpacked, words
from siege.running import fault_in

from calibrate import export
from calibrate.engine import Session
from calibrate.errors import CalibrateError
from calibrate.export.base import Options
from calibrate.export.reading import read_grid
from calibrate.monthly import settings as spelling
from calibrate.monthly.changes import read_changes

MUTANTS = 200
COMMANDS = 8
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


class Tables:
    """Opens tables in one session, which is half of the time of a small file; a session that broke is closed."""

    def __init__(self) -> None:
        self.session = Session()

    def opened(self, path: Path) -> None:
        """Every row of a table, as statements will read it."""
        try:
            table = self.session.open(path)
            table.fetch(f"SELECT * FROM {table.relation}")
            repr(table.facts)
        except CalibrateError as error:
            if isinstance(error.__cause__, duckdb.FatalException):
                self.session.close()
            raise
        finally:
            if path.suffix == ".duckdb":  # attached once a session
                self.session.close()


TABLES = Tables()
opened = TABLES.opened


def read_back(path: Path) -> None:
    """A grid, read and written again."""
    export.FORMATS["json"].write(read_grid(str(path)), Options())


def scored(path: Path) -> None:
    for lead in export.read_scored(str(path), "Lead Id"):
        repr(lead)


CHECK = ("check", "#", "--customer", "Status")
JSON = (tree, tree, words)
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
    Reader("decision", "decision.json", decision, JSON, read_decision),
    Reader("report", "run.json", run_file, JSON, read_month),
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
    """A command line, which must end in 0, or in 2 with one message."""
    assert fault_in(arguments) == ""


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
        if reader.command and number % (MUTANTS // COMMANDS) == 3:
            words_ = [known.get(word, word) for word in reader.command]
            faults.append((number, complaint(lambda words_=words_: command(*words_))))  # type: ignore[misc]
            out.unlink(missing_ok=True)
        assert set(place.iterdir()) == before, number
    assert [fault for fault in faults if fault[1]] == []
    TABLES.session.close()
    gc.collect()
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


REFUSED = ("zip", "zip without a suffix", "old workbook", "open document", "zstd", "sqlite")
"""Kinds that may be told by name and refused."""
