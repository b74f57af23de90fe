"""How much a file may unpack to: stated bounds, beyond which it is refused before it fills the memory.

A cell of at most 16 million letters, a line or an object of at most 20 million bytes; of a workbook at most 1 GiB a
part. Something packed that grows more than a hundredfold is no table of leads: spreadsheets and CSV files grow five- to
thirtyfold.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import AnyStr

from ..errors import InputError

MOST_CELL = 16_000_000
"""Letters in one cell of a text file or workbook."""
MOST_AVERAGE = 100_000
"""Bytes of a cell on the average of a large block of a Parquet column, beyond which its cells are not measured."""
USUAL_AVERAGE = 200
"""Bytes of a cell on the average of a large block, up to which no cell of it is measured."""
MOST_LINE = 20_000_000
"""Bytes in one line of a text file, or in one object of JSON."""
MOST_UNPACKED = 2**30
"""Bytes that one part of a workbook unpacks to."""
MOST_GROWTH = 100
"""Times its size to which something packed may grow, once it is large."""
SMALL = 16 * 2**20
"""Unpacked bytes below which growth is not looked at."""
MOST_STRINGS = 5_000_000
"""Different texts that the cells of a workbook share."""


def check_growth(path: Path | str, packed: int, unpacked: int) -> None:
    """Refuse what unpacks to far more than a table would.

    >>> check_growth("leads.csv.gz", 10_000_000, 300_000_000)
    >>> check_growth("leads.csv.gz", 300_000, 300_000_000)
    Traceback (most recent call last):
    ...
    calibrate.errors.InputError: leads.csv.gz: 300,000 bytes unpack to more than 300,000,000, as no table of leads ...
    """
    if unpacked > SMALL and unpacked > MOST_GROWTH * max(packed, 1):
        raise InputError(
            f"{path}: {packed:,} bytes unpack to more than {unpacked:,}, as no table of leads does (at most "
            f"{MOST_GROWTH} times); unpack the file yourself and look at what is in it"
        )


def check_archive(path: Path) -> None:
    """Refuse a workbook of which a part unpacks to too much; nothing is unpacked for it.

    Raises zipfile.BadZipFile where the file is no archive.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            check_growth(path, part.compress_size, part.file_size)
            if part.file_size > MOST_UNPACKED:
                raise InputError(
                    f"{path}: '{part.filename[:80]}' in it unpacks to {part.file_size:,} bytes, and at most "
                    f"{MOST_UNPACKED:,} are read; save the sheet as CSV"
                )


def check_cell(where: str, letters: int) -> None:
    """Refuse a cell that is longer than any answer."""
    if letters > MOST_CELL:
        raise InputError(
            f"{where}: a cell of {letters:,} letters, and at most {MOST_CELL:,} are read; take the column out of the "
            "export"
        )


class LineLengths:
    """Follows a text that comes in pieces, and refuses it once a line is too long."""

    def __init__(self, path: Path) -> None:
        self.path, self.line, self.length = path, 1, 0

    def add(self, piece: AnyStr) -> None:
        """One more piece of the text, of bytes or letters, shorter than a line may be."""
        ends = ("\n", "\r") if isinstance(piece, str) else (b"\n", b"\r")
        last = max(piece.rfind(end) for end in ends)
        if last < 0:
            self.length += len(piece)
        else:
            self.line += piece.count(ends[0])
            self.length = len(piece) - last - 1
        if self.length > MOST_LINE:
            raise InputError(
                f"{self.path}: line {self.line:,} has more than {MOST_LINE:,} bytes; a line holds one lead: mend its "
                "line ends or quotes, or take the column with so long a text out of the export"
            )
