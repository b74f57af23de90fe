"""A sweep that is done in pieces: what was tried stands in a file, and the next piece goes on behind it."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Sweep:
    """Cases that were tried, each with its complaints, in a file of JSON lines (in memory where none is named)."""

    log: Path | None = None
    minutes: float = float("inf")
    tried: dict[str, list[str]] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.end = time.monotonic() + 60 * self.minutes
        if self.log is not None and self.log.exists():
            for line in self.log.read_text(encoding="utf-8").splitlines():
                self.tried.update(json.loads(line))

    def over(self) -> bool:
        """Whether the time of this piece is used up."""
        return time.monotonic() > self.end

    def remains(self, cases: list[str]) -> list[str]:
        """Those of the cases that were not tried yet."""
        return [case for case in cases if case not in self.tried]

    def add(self, case: str, complaints: list[str]) -> None:
        """Remember a case and what was wrong with it."""
        self.tried[case] = complaints
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({case: complaints}) + "\n")

    @property
    def faults(self) -> int:
        """How many of the cases had complaints."""
        return sum(bool(complaints) for complaints in self.tried.values())
