"""What drift found: one look per cohort, and the verdict of the newest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from ..counts.so_far import MOVED
from ..language import Words, breakable, load
from ..shown import Shown
from .shift_tests import Change, Status


@dataclass(frozen=True)
class Look:
    """One cohort as it looked when it had come in: counts, promised customers, verdict and what it rests on.

    `expected` is None where the grid carries no curve. `changes` has the most surprising first. Of the leads
    `undecided` may still close; customers are those so far, and `expected` how many should have come by now.
    """

    cohort: str
    leads: int
    customers: int
    expected: float | None
    stability: float
    status: Status
    changes: tuple[Change, ...]
    undecided: int = 0


@dataclass(frozen=True, repr=False)
class Drift(Shown):
    """What moved since the calibration: one look per cohort, and the verdict of the newest.

    `lines` has one row per level: points, counts then and now (over the shortest run of newest cohorts with enough
    leads; undecided ones as they count, `entered` how many they are), design effects of both rates, ratio of the rates,
    chance, status. `mix` has one row per criterion: stability index of the newest cohort. `closing_times` is the chance
    that leads take as long to close as they did; where it is small (`moved`), undecided leads are left out.
    """

    grid: str
    status: Status
    since: str | None
    leads_then: int
    customers_then: int
    looks: tuple[Look, ...]
    lines: pd.DataFrame = field(repr=False, compare=False)
    mix: pd.DataFrame = field(repr=False, compare=False)
    closing_times: float = 1.0

    @property
    def moved(self) -> bool:
        """Whether leads take longer, or less long, to close than they did."""
        return self.closing_times <= MOVED

    @property
    def undecided(self) -> int:
        """Leads that may still close, in all cohorts looked at."""
        return sum(look.undecided for look in self.looks)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the verdict rests on, the most surprising first."""
        return self.looks[-1].changes

    @property
    def episodes(self) -> tuple[tuple[str, str, Change], ...]:
        """What was ever in alarm: first cohort, last cohort, and the change when it was most surprising."""
        alarms: dict[tuple[str, str, str], tuple[str, str, Change]] = {}
        for look in self.looks:
            for change in look.changes:
                key = (change.kind, change.criterion, change.level)
                if change.status != "recalibrate" and key not in alarms:
                    continue
                strongest = min((change, *(alarm[2] for alarm in [alarms.get(key)] if alarm)), key=lambda c: c.chance)
                alarms[key] = (change.since, change.until or look.cohort, strongest)
        return tuple(alarms.values())

    @property
    def alarms(self) -> int:
        """Cohorts whose verdict was another one than keep."""
        return sum(look.status != "keep" for look in self.looks)

    def said(self, words: Words) -> str:
        """The verdict in one sentence."""
        key = "keep_after" if self.status == "keep" and self.alarms else self.status
        return words(f"drift.{key}", grid=self.grid, looks=len(self.looks), alarms=self.alarms)

    @property
    def why(self) -> str:
        """The verdict in English, with what it rests on most."""
        words = load("en")
        return breakable(" ".join([self.said(words), *(change.said(words) for change in self.changes[:1])]))

    def frame(self) -> pd.DataFrame:
        """One line per cohort: leads, customers, promised customers, stability index, status, strongest change."""
        rows = [
            (k.cohort, k.leads, k.customers, k.expected, k.stability, k.status, str(k.changes[0]) if k.changes else "")
            for k in self.looks
        ]
        names = ["cohort", "leads", "customers", "expected", "stability", "status", "change"]
        return pd.DataFrame(rows, columns=names)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        looks = [{**asdict(look), "changes": [asdict(change) for change in look.changes]} for look in self.looks]
        tables = {name: getattr(self, name).to_dict("records") for name in ("lines", "mix")}
        episodes = [{"first": first, "last": last, "change": asdict(change)} for first, last, change in self.episodes]
        then = {"leads": self.leads_then, "customers": self.customers_then}
        return {
            "grid": self.grid,
            "status": self.status,
            "since": self.since,
            "why": self.why,
            "calibration": then,
            "undecided": self.undecided,
            "closing_times_moved": self.moved,
            "looks": looks,
            "episodes": episodes,
            **tables,
        }

    def __str__(self) -> str:
        return f"{self.why}\n{self.frame().to_string(index=False, float_format='{:.3g}'.format)}"

    @property
    def headline(self) -> str:
        """What it says, in one line."""
        return self.why
