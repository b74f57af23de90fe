"""What the section on drift shows, and the command with it: the verdict in words, cohorts, lines, mix."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..counts.rates import Rate, rate
from ..language import Words
from ..monitoring.drift import ALARMS, MIX_WATCHED
from ..monitoring.drift_looks import Drift, Look
from ..monitoring.shift_tests import level_said as level_said

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


def reasons(drift: Drift, words: Words) -> list[str]:
    """What the verdict rests on, the most surprising first, one sentence each."""
    return [change.said(words) for change in drift.changes]


def over(drift: Drift, words: Words) -> list[str]:
    """What once was in alarm and is named no longer, one sentence each."""
    standing = {(change.kind, change.criterion, change.level) for change in drift.changes}
    gone = [
        episode
        for episode in drift.episodes
        if (episode[2].kind, episode[2].criterion, episode[2].level) not in standing
    ]
    return [
        words("drift.earlier", first=words.date(first), last=words.date(last), what=change.said(words))
        for first, last, change in gone
    ]


def month(look: Look, words: Words) -> str:
    """The cohort of a look; "so far" where some of its leads may still close."""
    cohort = words.date(look.cohort)
    return words("drift.so_far", cohort=cohort) if look.undecided else cohort


def open_leads(drift: Drift, words: Words) -> str:
    """How leads count that are still inside their closing window, or why they do not; empty where there are none."""
    if drift.moved:
        return words("drift.moved")
    return words("drift.open", undecided=drift.undecided) if drift.undecided else ""


def moved(drift: Drift, most: int = MOST_LINES) -> list[Moving]:
    """The lines that moved most: those named first, then by their chance and size."""
    table = drift.lines[(drift.lines["leads"] > 0) & (drift.lines["leads_then"] > 0)]
    table = table.assign(named=table["status"] == "keep")
    table = table.sort_values(["named", "chance", "leads"], ascending=[True, True, False], kind="stable").head(most)
    return [
        Moving(
            row["criterion"],
            row["level"],
            int(row["points"]),
            rate(row["customers_then"], row["leads_then"], row["effect_then"]),
            rate(row["customers"], row["leads"], row["effect"]),
            row["from"],
            row["ratio"],
            row["chance"],
            row["status"],
        )
        for row in table.to_dict("records")
    ]


def mixes(drift: Drift, words: Words, most: int = MOST_MIXES) -> str:
    """Each criterion's stability index in the newest cohort, the most changed first, with what few leads explain."""
    table = drift.mix.sort_values("stability", ascending=False, kind="stable").head(most)
    parts = []
    for row in table.to_dict("records"):
        few = row["stability"] >= MIX_WATCHED and row["chance"] > ALARMS
        index = words.decimal(row["stability"], 2) + (f" ({words('drift.few')})" if few else "")
        parts.append(f"{row['criterion']} {index}")
    return words("drift.mixes", told=", ".join(parts))


COHORTS = (
    "drift.cohort",
    "column.leads",
    "column.customers",
    "drift.promised",
    "drift.index",
    "drift.verdict",
    "drift.reason",
)
LINES = (
    "column.criterion",
    "column.level",
    "column.points",
    "drift.then",
    "drift.now",
    "drift.from",
    "drift.ratio",
    "drift.chance",
    "drift.verdict",
)


def chance(value: float, words: Words) -> str:
    """A corrected chance: two digits that tell, nothing where all of it is chance."""
    if value >= 1:
        return words("drift.mere_chance")
    return words.percent(value) if value >= 0.0001 else "< " + words.percent(0.0001)


def drift_json(drift: Drift | None) -> dict[str, Any] | None:
    """The drift of the grid in use as plain values, without lines that nobody has."""
    if drift is None:
        return None
    plain = drift.as_dict()
    plain["lines"] = [line for line in plain["lines"] if line["leads"] or line["leads_then"]]
    return plain
