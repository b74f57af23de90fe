"""What kind of text file this is: encoding, separator, quoting, header. Found by looking, and reported.

`examined` reads the bytes once (encoding, fingerprint) and the beginning twice (separator, header). A file
that is not UTF-8 is copied into UTF-8 first; `rewritten` copies a file that only a patient reader understands.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import AnyStr, BinaryIO

from ..errors import InputError
from .bounds import TAIL, head_of, is_footer, unlike_names
from .limits import MOST_CELL, LineLengths, check_growth
from .table import Fact

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BEGINNING = 256 * 1024
"""Characters read to find separator and header."""
FIRST_RECORDS = 300
"""Records of them that are looked at."""
PIECE = 4 * 2**20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextFile:
    """A UTF-8 file with separated columns: where it lies, how it is written, and what was found.

    `plain` says that its first line holds the names and the engine can read it as it is. `unnamed` are the columns
    that got a name from their place. The table begins after `skipped` lines and `above` records of titles; its names
    take `head` records.
    """

    path: Path
    header: tuple[str, ...]
    separator: str
    escape: str
    plain: bool
    unnamed: tuple[int, ...]
    facts: tuple[Fact, ...]
    fingerprint: str
    skipped: int = 0
    above: int = 0
    head: int = 1

    @property
    def unnamed_end(self) -> bool:
        """Whether the last column has no name, which may come from a separator at every line end."""
        return len(self.header) > 1 and len(self.header) - 1 in self.unnamed


def examined(path: Path, folder: Path, header_row: int | None = None) -> TextFile:
    """The file's encoding, separator and header; copies go into `folder`.

    `header_row` is the line with the names, from 1, where the user gives it; 0 where there is none.
    """
    encoding, fingerprint, compressed = _encoding(path)
    facts = [Fact("compressed", {"how": "gzip"})] if compressed else []
    facts.append(Fact("encoding", {"name": {"utf-8-sig": "utf-8 with BOM"}.get(encoding, encoding)}))
    readable = path
    if compressed or encoding not in ("utf-8", "utf-8-sig"):
        readable = folder / f"{fingerprint[:16]}.csv"
        _transcode(path, readable, encoding)
    with readable.open(encoding="utf-8-sig", newline="") as file:
        text = file.read(BEGINNING)
        complete = not file.read(1)
    if not text.strip("\r\n \t,;|"):
        raise InputError(f"{path}: the file is empty; export it again with a header line and one line per lead")
    layout = _layout(path, text, complete, header_row)
    return replace(layout, path=readable, facts=(*facts, *layout.facts), fingerprint=fingerprint, plain=layout.plain)


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def fingerprint_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encoding(path: Path) -> tuple[str, str, bool]:
    """Encoding, fingerprint and whether the file is compressed, in one reading."""
    with path.open("rb") as file:
        start = file.read(4096)
    compressed = start[:2] == b"\x1f\x8b"
    if start[:4] == b"PK\x03\x04":
        raise InputError(f"{path}: this is a zip archive or a workbook; unpack it, or name it .xlsx")
    if not start:
        raise InputError(f"{path}: the file is empty; export it again with a header line and one line per lead")
    fingerprint = fingerprint_of(path)
    try:
        with opened(path) as stream:
            head = stream.read(4096)
            for mark, name in _BOMS:
                if head.startswith(mark):
                    if mark == codecs.BOM_UTF8:
                        _bytewise(path, itertools.chain([head], iter(lambda: stream.read(PIECE), b"")))
                    return name, fingerprint, compressed
            wide = _wide(head)
            if wide:
                return wide, fingerprint, compressed
            return (
                _bytewise(path, itertools.chain([head], iter(lambda: stream.read(PIECE), b""))),
                fingerprint,
                compressed,
            )
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the gzip file is damaged ({error}); copy it again from its source") from error


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain text is zero."""
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.6 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and head[0::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _bytewise(path: Path, pieces: Iterator[bytes]) -> str:
    """utf-8, or cp1252 where that fails, or "mixed" where the file has both."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, good = 1, True
    for piece in bounded(path, pieces):
        if (at := piece.find(0)) >= 0:
            raise InputError(
                f"{path}: a NUL byte in line {line + piece[:at].count(10)}: this is no text file, or it is damaged; "
                "export it again as CSV in UTF-8"
            )
        if good:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                good = False
        line += piece.count(b"\n")
    if good:
        try:
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            good = False
    return "mixed" if _has_both(path) else "cp1252"


def bounded(path: Path, pieces: Iterator[AnyStr]) -> Iterator[AnyStr]:
    """The same pieces of a text; InputError where a line is too long, or the file grows as no table does."""
    lines, packed, unpacked = LineLengths(path), path.stat().st_size, 0
    for piece in pieces:
        unpacked += len(piece)
        check_growth(path, packed, unpacked)
        lines.add(piece)
        yield piece


def _has_both(path: Path) -> bool:
    """Whether a file that is not UTF-8 has lines with accents in UTF-8 all the same."""
    with opened(path) as stream:
        return any(not line.isascii() and _is_utf8(line) for line in stream)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _transcode(path: Path, target: Path, encoding: str) -> None:
    """Copy a file into UTF-8, line by line where it mixes encodings."""
    decode = _line_decoder(path) if encoding in ("mixed", "cp1252") else None
    with target.open("w", encoding="utf-8", newline="") as out:
        if decode:
            with opened(path) as stream:
                for number, line in enumerate(stream, start=1):
                    out.write(decode(number, line))
            return
        with opened(path) as stream:
            reader = codecs.getreader(encoding)(stream)
            try:
                for piece in bounded(path, iter(lambda: reader.read(PIECE), "")):
                    if "\0" in piece:
                        raise InputError(f"{path}: NUL characters in the text; export it again as CSV in UTF-8")
                    out.write(piece)
            except UnicodeError as error:
                raise InputError(
                    f"{path}: the file begins as {encoding} but cannot be read as such ({error}); export it as UTF-8"
                ) from error


def _line_decoder(path: Path) -> Callable[[int, bytes], str]:
    def decode(number: int, line: bytes) -> str:
        if _is_utf8(line):
            return line.decode("utf-8")
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}: line {number}, byte {error.start + 1} (0x{line[error.start]:02x}) belongs to no encoding "
                "that can be told (not UTF-8, not Windows-1252); export the file as CSV in UTF-8"
            ) from error

    return decode


def _layout(path: Path, text: str, complete: bool, header_row: int | None) -> TextFile:
    """Separator, quoting and header from the beginning of the text."""
    skipped = max((header_row or 1) - 1, 0)
    body = _from_line(path, text, skipped)
    first = body.split("\n", 1)[0].strip("\r")
    separator = ""
    if first.lower().startswith("sep=") and len(first) == 5:
        separator, body = first[4], body.partition("\n")[2]
    plain = not separator and not skipped and body[:1] not in "\r\n"
    escape = '"'
    if not separator:
        separator = max(SEPARATORS, key=lambda mark: _fit(_records(body, mark, '"', complete)))
    if '\\"' in body and not _strictly(body, separator, '"', complete) and _strictly(body, separator, "\\", complete):
        escape = "\\"
    records = _records(body, separator, escape, complete)
    if not any(cell.strip() for cell in records[0]):
        raise InputError(f"{path}: the header line has no names; the first line must name the columns")
    head = head_of(records, has_names=None if header_row is None else header_row > 0)
    header = list(head.names)
    width = _width(header, records[head.above + head.taken :])
    if width == len(header) + 1:
        header.append("")
    elif width == len(header) - 1 and not header[-1]:
        header.pop()
    header, unnamed = with_places(header)
    header, repeated = unlike_names(header)
    facts = [Fact("separator", {"character": separator, "name": SEPARATORS.get(separator, separator)})]
    facts += [Fact("escape", {"character": escape})] if escape != '"' else []
    plain = plain and not head.above and head.taken == 1
    return TextFile(
        path,
        tuple(header),
        separator,
        escape,
        plain,
        unnamed,
        (*facts, *head.facts, *repeated),
        "",
        skipped,
        head.above,
        head.taken,
    )


def _from_line(path: Path, text: str, skipped: int) -> str:
    """The text after so many lines."""
    for _ in range(skipped):
        text = text.partition("\n")[2]
    if not text.strip():
        raise InputError(f"{path}: --header-row {skipped + 1} lies beyond the end of the file")
    return text


def with_places(names: list[str]) -> tuple[list[str], tuple[int, ...]]:
    """Names with `column_N` where there is none, and the places of those.

    >>> with_places(["id", "", "won"])
    (['id', 'column_2', 'won'], (1,))
    """
    unnamed = tuple(i for i, name in enumerate(names) if not name)
    return [name or f"column_{i + 1}" for i, name in enumerate(names)], unnamed


def _records(text: str, separator: str, escape: str, complete: bool) -> list[list[str]]:
    """The first records that are not blank; the last is left out if the text may be cut inside it."""
    reader = _reader(io.StringIO(text, newline=""), separator, escape)
    records: list[list[str]] = []
    try:
        for record in reader:
            if any(cell.strip() for cell in record) or (len(record) > 1 and not records):
                records.append(record)
            if len(records) > FIRST_RECORDS:
                break
    except csv.Error:
        return records or [[""]]
    cut = not complete and 1 < len(records) <= FIRST_RECORDS
    return (records[:-1] if cut else records[:FIRST_RECORDS]) or [[""]]


def _reader(lines: Iterator[str], separator: str, escape: str, *, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_CELL)
    if escape == '"':
        return csv.reader(lines, delimiter=separator, strict=strict)
    return csv.reader(lines, delimiter=separator, doublequote=False, escapechar=escape, strict=strict)


def _strictly(text: str, separator: str, escape: str, complete: bool) -> bool:
    """Whether every quote is closed before a separator or a line end."""
    try:
        for _ in _reader(io.StringIO(text, newline=""), separator, escape, strict=True):
            pass
    except csv.Error as error:
        return not complete and "end of data" in str(error)
    return True


def _width(header: list[str], records: list[list[str]]) -> int:
    """Cells of most records, if one more than the header and that one empty, or one less; else the header's."""
    if not records:
        return len(header)
    width, count = Counter(len(record) for record in records).most_common(1)[0]
    if count < 0.9 * len(records):
        return len(header)
    if width == len(header) + 1 and not any(record[-1].strip() for record in records if len(record) == width):
        return width
    return width if width == len(header) - 1 else len(header)


def _fit(records: list[list[str]]) -> tuple[float, int]:
    """How well a separator fits: the share of records as wide as the header, then the width."""
    titles = head_of(records).above
    records = records[titles:]
    width = len(records[0])
    if width < 2:
        return (0.0, 0)
    alike = sum(width - 1 <= len(record) <= width + 1 for record in records[1:])
    same = sum(len(record) == width for record in records[1:])
    share = (same + 0.5 * (alike - same)) / max(len(records) - 1, 1) if len(records) > 1 else 1.0
    return (max(0.5 * share if titles else share, 0.01), width)


def rewritten(source: TextFile, label: Path | str, target: Path) -> TextFile:
    """A copy with plain commas, quotes and line ends, read record by record; faults are named with their line.

    Titles above the names are left out, and so are lines below the table that have fewer cells: totals and footers.
    """
    short: list[tuple[int, int, list[str]]] = []
    with (
        source.path.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(source.header)
        for first, last, record in _table_records(source, label, file):
            if len(record) == len(source.header) - 1 and source.unnamed_end:
                record.append("")
            if short or len(record) != len(source.header):
                short.append((first, last, record))
                if len(record) >= len(source.header) or len(short) > TAIL:
                    break
                continue
            writer.writerow(record)
    if any(not is_footer(record, len(source.header)) for _, _, record in short):
        raise _ragged(label, source, *short[0])
    facts = (*source.facts, Fact("outside_rows", {"rows": len(short)})) if short else source.facts
    return replace(source, path=target, separator=",", escape='"', plain=True, facts=facts, skipped=0, above=0, head=1)


def _table_records(source: TextFile, label: Path | str, file: Iterator[str]) -> Iterator[tuple[int, int, list[str]]]:
    """The records below the names that are not blank, each with its first and last line."""
    lines = _counted(file)
    for _ in range(source.skipped):
        next(lines)
    reader = _reader(lines, source.separator, source.escape)
    outside, start = source.above + source.head, lines.number + 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(f"{label}: line {start} cannot be read ({error}); mend the quotes in it") from error
        number, start = start, lines.number + 1
        if not any(cell.strip() for cell in record):
            continue
        if number == source.skipped + 1 and record[0].lower().startswith("sep=") and len(record[0]) <= 5:
            continue
        if outside:
            outside -= 1
            continue
        yield number, lines.number, record


def escaped_by_backslash(source: TextFile) -> TextFile | None:
    """The same file with quotes escaped by a backslash, where only this reading closes every quote; else None."""
    with source.path.open("rb") as file:
        if source.escape != '"' or not any(b'\\"' in line for line in file):
            return None
    for escape in ('"', "\\"):
        with source.path.open(encoding="utf-8-sig", newline="") as file:
            try:
                wide = {len(record) for record in _reader(file, source.separator, escape, strict=True) if record}
            except csv.Error:
                continue
        if escape == '"' and len(wide) == 1:
            return None
        if escape == "\\":
            return replace(
                source, escape=escape, plain=False, facts=(*source.facts, Fact("escape", {"character": "\\"}))
            )
    return None


class _counted:
    """Lines of a file with the number of the last one given."""

    def __init__(self, file: Iterator[str]) -> None:
        self.file, self.number = file, 0

    def __iter__(self) -> _counted:
        return self

    def __next__(self) -> str:
        line = next(self.file)
        self.number += 1
        return line


def _ragged(label: Path | str, source: TextFile, number: int, last: int, record: list[str]) -> InputError:
    width = len(source.header)
    name = SEPARATORS.get(source.separator, source.separator)
    where = f"line {number}" if last == number else f"lines {number} to {last}"
    if last - number > 20:
        return InputError(
            f"{label}: a quote opened on line {number} is closed only on line {last}; write a quote inside a cell "
            'twice ("") or take it out'
        )
    hint = (
        f'a cell that contains a {name} must stand in quotes ("...")'
        if len(record) > width
        else "cells are missing at its end, or a line break inside a cell is not in quotes"
    )
    return InputError(f"{label}: {where} has {len(record)} cells where the header has {width}; {hint}")
