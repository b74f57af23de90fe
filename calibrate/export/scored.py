"""Leads that `calibrate score` has scored, read from its CSV to be written as another system imports them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from re import fullmatch

from ..errors import InputError, unknown
from ..grid.criteria import as_number
from ..spreadsheet_cells import unsafe
from .base import CLOSE_RATE, Scored


def read_scored(path: str, key: str) -> Iterator[Scored]:
    """The leads of a scored CSV, one by one; `key` names the column by which the system knows them."""
    if Path(path).is_char_device():
        raise InputError(f"'{path}' is a device, which has no end. Give the file that calibrate score wrote")
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            head = rows.fieldnames or []
            for name in (key, "score"):
                if name not in head:
                    hint = "name it with --lead-id" if name == key else "it must be a CSV written by calibrate score"
                    raise InputError(f"{path}: {unknown('column', name, head)} {hint[0].upper()}{hint[1:]}")
            for row in rows:
                score = (row["score"] or "").strip()
                if not fullmatch(r"[+-]?[0-9]{1,15}", score):
                    raise InputError(f"{path}: line {rows.line_num} has no whole score ({score[:40]!r})")
                texts = unsafe(row.get("band") or ""), unsafe(row.get("reasons") or "")
                yield Scored(row[key] or "", int(score), *texts, _close_rate(row))
    except OSError as fault:
        raise InputError(
            f"'{path}' cannot be read: {fault.strerror}. Give the file that calibrate score wrote"
        ) from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: this is no CSV in UTF-8 ({fault})") from None


def _close_rate(row: Mapping[str, str | None]) -> tuple[float, float, float] | None:
    rate, low, high = (as_number(row.get(name) or "") for name in CLOSE_RATE)
    return None if rate is None or low is None or high is None else (rate, low, high)
