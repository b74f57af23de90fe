"""One line per level, to be read in a spreadsheet and argued over; it can be read back.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that begins with an
apostrophe; reading takes one away. Listed values stand in one cell as a JSON list.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ..grid import Grid
from .base import Coverage, Options, account

COLUMNS = (
    "criterion", "column", "kind", "axis", "level", "role", "values", "low", "high", "points",
    "leads", "customers", "points_low", "points_high", "sign_kept", "note",
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def write(grid: Grid, options: Options) -> str:
    """The lines of a grid as CSV, separated by commas.

    >>> from calibrate.criteria import Criterion, Level
    >>> demo = Criterion("=demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> print(write(Grid("g", "lift", (demo,), ((20, -1, 0),)), Options()).splitlines()[2])
    '=demo,Demo,presence,engagement,missing,missing,,,,-1,,,,,,
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for at, criterion in enumerate(grid.criteria):
        for place, (level, points) in enumerate(zip(criterion.levels, grid.points[at], strict=True)):
            row: list[Any] = [criterion.name, criterion.column, criterion.kind, criterion.axis, level.name, level.role]
            row += [json.dumps(level.values, ensure_ascii=False) if level.values else "", level.low, level.high, points]
            if grid.evidence:
                found = grid.evidence[at][place]
                row += [found.leads, found.customers, found.low, found.high, found.sign_kept, found.note]
            else:
                row += [None] * 6
            lines.writerow([safe(cell) if isinstance(cell, str) else _number(cell) for cell in row])
    return out.getvalue()


def coverage(grid: Grid, options: Options) -> Coverage:
    """Every line is carried; a table of lines has no place for the rest."""
    lost = "a table of lines has no place for it; keep the JSON file beside it"
    return account("csv", grid, bands=("impossible", lost), expiry=("impossible", lost))


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs.

    >>> [safe(text) for text in ("SaaS", "=1+1", "'quoted'")]
    ['SaaS', "'=1+1", "''quoted'"]
    """
    return f"'{text}" if text.startswith(RISKY) else text


def unsafe(cell: str) -> str:
    """The text of a cell written by `safe`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell


def _number(value: Any) -> str:
    if value is None:
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
