"""Leads that `calibrate score` has scored, read from its CSV to be written as another system imports them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from re import fullmatch

from ..errors import InputError, unknown
from .base import Scored


def read_scored(path: str, key: str) -> Iterator[Scored]:
    """The leads of a scored CSV, one by one; `key` names the column by which the system knows them."""
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
                yield Scored(row[key] or "", int(score), row.get("band") or "", row.get("reasons") or "")
    except OSError as fault:
        raise InputError(
            f"'{path}' cannot be read: {fault.strerror}. Give the file that calibrate score wrote"
        ) from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: this is no CSV in UTF-8 ({fault})") from None
