"""What the section on drift shows, and the command with it: the verdict in words, cohorts, lines, mix."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..counts.rates import Rate, rate
from ..monitoring.drift import ALARMS, MIX_WATCHED
from ..monitoring.drift_looks import Drift
from ..monitoring.shift_tests import Change
from .language import Words

MOST_LINES, MOST_MIXES = 8, 8


class Moving(NamedTuple):
    """One line then and now: `first` is the cohort from which the leads of now are counted."""

    criterion: str
    level: str
    points: int
    then: Rate
    now: Rate
    first: str
    ratio: float
    chance: float
    status: str


def verdict(found: Drift, words: Words) -> str:
    """The verdict in one sentence."""
    key = "keep_after" if found.status == "keep" and found.alarms else found.status
    return words(f"drift.{key}", grid=found.grid, looks=len(found.looks), alarms=found.alarms)


def reasons(found: Drift, words: Words) -> list[str]:
    """What the verdict rests on, the most surprising first, one sentence each."""
    return [said(change, words) for change in found.changes]


def said(change: Change, words: Words) -> str:
    """One change as a sentence, with its beginning and, where it has one, its end."""
    span = words(
        "drift.between" if change.until else "drift.since",
        since=words.date(change.since), until=words.date(change.until),
    )  # fmt: skip
    return words(f"drift.{change.kind}", **{**change.facts, "level": level(change.level, words), "span": span})


def over(found: Drift, words: Words) -> list[str]:
    """What once was in alarm and is named no longer, one sentence each."""
    standing = {(change.kind, change.criterion, change.level) for change in found.changes}
    gone = [each for each in found.episodes if (each[2].kind, each[2].criterion, each[2].level) not in standing]
    return [
        words("drift.earlier", first=words.date(first), last=words.date(last), what=said(change, words))
        for first, last, change in gone
    ]


def moved(found: Drift, most: int = MOST_LINES) -> list[Moving]:
    """The lines that moved most: those named first, then by their chance and size."""
    table = found.lines[(found.lines["leads"] > 0) & (found.lines["leads_then"] > 0)]
    table = table.assign(named=table["status"] == "keep")
    table = table.sort_values(["named", "chance", "leads"], ascending=[True, True, False], kind="stable").head(most)
    return [
        Moving(row["criterion"], row["level"], int(row["points"]), rate(row["customers_then"], row["leads_then"]),
               rate(row["customers"], row["leads"]), row["from"], row["ratio"], row["chance"], row["status"])
        for row in table.to_dict("records")
    ]  # fmt: skip


def mixes(found: Drift, words: Words, most: int = MOST_MIXES) -> str:
    """Each criterion's stability index in the newest cohort, the most changed first, with what few leads explain."""
    table = found.mix.sort_values("stability", ascending=False, kind="stable").head(most)
    told = []
    for row in table.to_dict("records"):
        few = row["stability"] >= MIX_WATCHED and row["chance"] > ALARMS
        index = words.decimal(row["stability"], 2) + (f" ({words('drift.few')})" if few else "")
        told.append(f"{row['criterion']} {index}")
    return words("drift.mixes", told=", ".join(told))


COHORTS = (
    "drift.cohort", "column.leads", "column.customers", "drift.promised", "drift.index", "drift.verdict",
    "drift.reason",
)  # fmt: skip
LINES = (
    "column.criterion", "column.level", "column.points", "drift.then", "drift.now", "drift.from", "drift.ratio",
    "drift.chance", "drift.verdict",
)  # fmt: skip


def chance(value: float, words: Words) -> str:
    """A corrected chance: two digits that tell, nothing where all of it is chance."""
    if value >= 1:
        return words("drift.mere_chance")
    return words.percent(value) if value >= 0.0001 else "< " + words.percent(0.0001)


def level(name: str, words: Words) -> str:
    """A level as it is shown: a word of ours for missing, other, true and false."""
    return words.texts.get(f"level.{name.casefold()}", name)


def drift_json(found: Drift | None) -> dict[str, Any] | None:
    """The drift of the grid in use as plain values, without lines that nobody has."""
    if found is None:
        return None
    plain = found.as_dict()
    plain["lines"] = [line for line in plain["lines"] if line["leads"] or line["leads_then"]]
    return plain
