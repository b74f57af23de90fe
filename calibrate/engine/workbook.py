"""One sheet of a workbook as a text file, so that names, types and ends of its table are found as in every other."""

from __future__ import annotations

import csv
import datetime
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..errors import InputError, unknown
from .bounds import Head, head_of, unlike_names
from .limits import check_archive, check_cell
from .shared_texts import read_texts
from .table import Fact
from .textfile import TextFile, fingerprint_of, with_places

BEGINNING = 300
"""Rows of a sheet that tell where its table begins."""
MOST_BLANK = 1_048_576
"""Blank rows between two others: as many as a sheet of Excel has rows."""


def written_sheet(
    path: Path, sheet: str | None, target: Path, header_row: int | None = None
) -> tuple[TextFile, tuple[Fact, ...]]:
    """The sheet of that name, or else the first that holds a table, written to `target` as plain CSV.

    Sheets of charts are none. `header_row` is the row with the names, from 1, or 0 for none.
    """
    with ExitStack() as open_files:
        book, charts = _opened(path, open_files)
        sheets = {str(worksheet.title): worksheet for worksheet in book.worksheets}
        if sheet is not None and sheet not in sheets:
            chart = f"'{sheet}' is a sheet of charts; " if sheet in charts else ""
            raise InputError(f"{path}: {chart}" + unknown("sheet", sheet, sheets))
        title = sheet
        names: tuple[str, ...] = ()
        for title in [sheet] if sheet else _likeliest(path, sheets):
            names, unnamed, facts = _written(path, sheets[title], target, header_row)
            if names:
                break
    if not names:
        raise InputError(f"{path}: the workbook has no sheet with a header line and rows")
    sheet_facts = [Fact("sheet", {"name": title or ""})]
    if not sheet and len(sheets) > 1:
        sheet_facts.append(Fact("sheets_unread", {"names": ", ".join(name for name in sheets if name != title)}))
    text = TextFile(target, names, ",", '"', True, unnamed, facts, fingerprint_of(path))
    return text, tuple(sheet_facts)


def _opened(path: Path, open_files: ExitStack) -> tuple[Any, list[str]]:
    """The workbook, and the names of its sheets that hold charts and no cells: those are not opened."""
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.utils.exceptions import InvalidFileException
    from openpyxl.xml.constants import SHARED_STRINGS

    charts: list[str] = []

    class _Cells(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
        def read_chartsheet(self, sheet: Any, rel: object) -> None:
            charts.append(str(sheet.name))

        def read_strings(self) -> None:
            shared = self.package.find(SHARED_STRINGS)
            if shared is not None:
                with self.archive.open(shared.PartName[1:]) as source:
                    self.shared_strings = read_texts(path, source)

    faults = (InvalidFileException, KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_archive(path)
            reader = _Cells(open_files.enter_context(path.open("rb")), read_only=True, data_only=True)
            open_files.callback(reader.archive.close)
            reader.read()
    except faults as error:
        raise InputError(f"{path}: cannot be read as an Excel workbook ({error}); save it again as .xlsx") from error
    return reader.wb, charts


def _likeliest(path: Path, sheets: dict[str, Any]) -> list[str]:
    """The sheets in their order, those with a table of two columns and two rows first."""

    def narrow(name: str) -> bool:
        records = list(itertools.islice(_records(path, sheets[name]), 10))
        return sum(sum(1 for cell in record if cell.strip()) > 1 for record in records) < 2

    return sorted(sheets, key=narrow)


def _records(path: Path, sheet: Any, first: int = 1) -> Iterator[list[str]]:
    """The rows of a sheet that are not blank, from a row on; what the sheet says of its own size is not believed."""
    sheet.reset_dimensions()
    blank = 0
    for cells in sheet.iter_rows(min_row=first, values_only=True):
        record = [as_text(cell) for cell in cells]
        check_cell(f"{path}: sheet '{sheet.title[:40]}'", max(map(len, record), default=0))
        if any(cell.strip() for cell in record):
            blank = 0
            yield record
        else:
            blank += 1
        if blank > MOST_BLANK:
            raise InputError(
                f"{path}: sheet '{sheet.title[:40]}': a row stands more than {MOST_BLANK:,} rows below the one before "
                "it; delete it, or save the sheet as CSV"
            )


def _written(
    path: Path, sheet: Any, target: Path, header_row: int | None
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[Fact, ...]]:
    """Write a sheet as CSV: the names of its columns, which of them it does not name, and what was found."""
    records = _records(path, sheet, max(header_row or 1, 1))
    beginning = list(itertools.islice(records, BEGINNING))
    if not beginning:
        return (), (), ()
    width = max(len(record) for record in beginning)
    beginning = [record + [""] * (width - len(record)) for record in beginning]
    head = head_of(beginning, has_names=None if header_row is None else header_row > 0)
    names, unnamed, facts = _named(head, width)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        widest = width
        for record in itertools.chain(beginning[head.above + head.taken :], records):
            widest = max(widest, len(record))
            writer.writerow([*record, *[""] * (width - len(record))])
    if widest > width:
        names, unnamed, facts = _named(head, widest)
        _widen(target, names)
    return names, unnamed, facts


def _widen(target: Path, names: tuple[str, ...]) -> None:
    """Write a file anew in which some rows have more cells than its first ones had."""
    narrow = target.with_suffix(".narrow")
    target.replace(narrow)
    with narrow.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for record in itertools.islice(csv.reader(source), 1, None):
            writer.writerow([*record, *[""] * (len(names) - len(record))])
    narrow.unlink()


def _named(head: Head, width: int) -> tuple[tuple[str, ...], tuple[int, ...], tuple[Fact, ...]]:
    names, unnamed = with_places([*head.names, *[""] * (width - len(head.names))])
    names, repeated = unlike_names(names)
    return tuple(names), unnamed, (*head.facts, *repeated)


def as_text(value: object) -> str:
    """A cell as text: dates as ISO, whole numbers without a point.

    >>> as_text(3.0), as_text(datetime.datetime(2025, 1, 2)), as_text(None)
    ('3', '2025-01-02', '')
    """
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).replace("\0", "")
