"""Small months read as `calibrate run` reads them: leads counted by pencil, settings as values."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from calibrate.engine import Session, Table
from calibrate.monthly.counted import Counted
from calibrate.monthly.read import read_rows
from calibrate.monthly.settings import Settings, settings_from

FIRST = date(2024, 1, 1)
HEADER = ("id", "created", "won", "sector", "demo")


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def dated(count: int = 300) -> list[tuple[object, ...]]:
    """A lead a day, every fifth a customer after 20 days; of two sectors, every fourth with a demo."""
    return [
        (
            f"L{i}",
            day(i),
            day(i + 20) if i % 5 == 0 else "",
            "Steel" if i % 2 else "Glass",
            "yes" if i % 4 == 0 else "no",
        )
        for i in range(count)
    ]


def asked(file: Path, **parts: Mapping[str, object]) -> Settings:
    """Settings for one file; reports go beside it."""
    report = {"out": str(file.parent / "reports"), **parts.pop("report", {})}
    return settings_from({"data": {"file": str(file), **parts.pop("data", {})}, "report": report, **parts})


def counted(file: Path, follow: bool = False, **parts: Mapping[str, object]) -> Counted:
    """The file read and its leads counted."""
    return read_rows(asked(file, **parts), follow=follow)


def opened(file: Path, session: Session | None = None) -> Table:
    return (session or Session()).open(file)
