"""Good files of every kind that the tool reads, small and made here."""

from __future__ import annotations

import contextlib
import io
import json
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from replay import golden

from calibrate import export
from calibrate.export.base import Options


def rows(count: int = 45, seed: int = 3) -> list[list[str]]:
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
        lines.append(f"00Q{i % 45:04},2025-{i % 8 + 1:02}-{i % 27 + 2:02} 10:3{i % 10}:00,{kind},{i}")
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
              for i in range(0, 45, 2)]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def feedback() -> bytes:
    return (
        "Lead Id,Reason\n" + "".join(f"00Q{i:04},{('no budget', 'too small')[i % 2]}\n" for i in range(20))
    ).encode()


def book(table: list[list[Any]] | None = None) -> bytes:
    """A workbook as Excel writes it, with shared strings and days as numbers, and a sheet of notes behind."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved, {"in_memory": True}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet = made.add_worksheet("Leads")
        for i, row in enumerate(table or rows()):
            for j, cell in enumerate(row):
                if not table and i and cell.startswith("2025-"):
                    sheet.write_datetime(i, j, datetime.fromisoformat(cell), day)
                elif isinstance(cell, int) or (not table and i and j == 3):
                    sheet.write_number(i, j, float(cell))
                else:
                    sheet.write_string(i, j, cell)
        made.add_worksheet("Notes").write_string(0, 0, "nothing here")
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
            return (
                b"criterion,level,points\nVisits,0-4,0\nVisits,5+,9\nDemo,yes,20\nSector,Software,7\nSector,other,-2\n"
            )
        if form == "book":
            return book(
                [["criterion", "level", "points"], ["Visits", "0-4", 0], ["Visits", "5+", 9], ["Demo", "yes", 20]]
            )
        written = export.FORMATS[form].write(golden.small(), Options())
        return written if isinstance(written, bytes) else written.encode()

    return content


def odoo() -> bytes:
    return (
        b"variable,value,won_count,lost_count\ncountry_id,France,12,30\ncountry_id,Spain,3,20\n"
        b"phone_state,correct,9,9\nphone_state,incorrect,1,19\n"
    )


SCORED = b"Lead Id,score,band,reasons\n" + b"".join(b"00Q%04d,%d,call now,demo +20\n" % (i, i) for i in range(40))
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


def good_files(folder: Path) -> None:
    """Write a good file of every role that commands read."""
    for name, content in (
        ("leads.csv", separated()), ("grid.json", grid("json")()), ("events.csv", events()), ("trial.csv", trial()),
        ("feedback.csv", feedback()), ("calibration.toml", SETTINGS),
    ):  # fmt: skip
        (folder / name).write_bytes(content)
