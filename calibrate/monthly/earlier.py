"""What an earlier month's `run.json` counted, to be counted again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ..evaluation.decision import MONTH
from ..report.run_schema import FILE


class Earlier(NamedTuple):
    """The ledger of an earlier run, and the day on which it was made."""

    ledger: dict[str, Any]
    as_of: str


def earlier_ledger(reports: Path, as_of: date | None) -> Earlier | None:
    """The newest ledger in the folders of months before this one; what cannot be read is passed over."""
    if as_of is None or not reports.is_dir():
        return None
    names = sorted(place.parent.name for place in reports.glob(f"*/{FILE}") if MONTH.fullmatch(place.parent.name))
    for name in reversed([name for name in names if name < as_of.isoformat()[:7]]):
        try:
            values = json.loads((reports / name / FILE).read_text(encoding="utf-8"))
            ledger, day = values["ledger"], values["history"]["as_of"]
            date.fromisoformat(day)
            if isinstance(ledger["columns"], dict) and len(ledger["leads"]) == len(ledger["cohorts"]):
                return Earlier(ledger, day)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None
