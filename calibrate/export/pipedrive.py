"""Pipedrive: a sheet of the criteria to type into Pipedrive Scores, or scores as values of a field.

Scores (since June 2025, deals only) take ten criteria, each highly positive (+25), slightly positive (+10) or negative
(-10), with conditions as in filters; the result is brought to 0 to 100. A grid made with ``--for pipedrive`` has just
these points, so it is carried line by line; of any other grid the scores are loaded into a number field.

Sources: support.pipedrive.com/article/scores, /scores-calculation. It prints no formula between 0 (only negative
criteria met) and 100 (all positive ones and no negative): linear in between is an assumption. Leads inherit the custom
fields of deals (developers.pipedrive.com/docs/api/v1/Leads).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..grid.criteria import Criterion
from ..grid.grid import Grid
from ..grid.limits import TARGETS
from ..grid.reasons import told, words_in
from ..language import load
from . import sheet
from .base import Coverage, Options, Scored, account
from .hubspot import scores_csv
from .markdown import band_said, counted_band, escape, table
from .remarks import Fate, Remark, remark
from .rules import number_text

LIMITS = TARGETS["pipedrive"]
BEST = 100
GROUPS = {25: "plus_25", 10: "plus_10", -10: "minus_10"}


@dataclass(frozen=True)
class Rule:
    """One criterion of Pipedrive: its points, its field, and the condition in words."""

    points: int
    field: str
    condition: str


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options: criteria where Pipedrive can hold the grid, else scores to load."""
    words_in(options.language)
    if not LIMITS.holds(grid):
        return sheet.write(grid, options, "pipedrive")
    words, rules = load(options.language), rules_of(grid, options.language)
    lines = ["# " + words("pipedrive.title", grid=escape(grid.name)), "", f"## {words('pipedrive.order')}", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(steps(grid, options.language), 1)]
    lines.append("")
    for value, group in GROUPS.items():
        rows = [(rule.field, rule.condition, "☐") for rule in rules if rule.points == value]
        if rows:
            lines += [
                f"## {words(f'pipedrive.group_{group}')}",
                "",
                *table(words("pipedrive.head").split("|"), rows),
                "",
            ]
    lines += [words("pipedrive.zero"), ""]
    low, high = ends_of(rules)
    if grid.bands:
        rows_of_bands = []
        for band in grid.ladder:
            name, action = band_said(band.name, band.action, options.language)
            score = str(placed(band.at_least - grid.start, low, high))
            rows_of_bands.append((name, str(band.at_least), score, action, counted_band(grid, band, options.language)))
        lines += [f"## {words('pipedrive.bands')}", "", words("pipedrive.scale", low=low, high=high), ""]
        lines += [*table(words("pipedrive.band_head").split("|"), rows_of_bands), ""]
    return "\n".join(lines)


def steps(grid: Grid, language: str) -> tuple[str, ...]:
    """What to click: to type the criteria in where Pipedrive can hold the grid, else to load scores."""
    if not LIMITS.holds(grid):
        return tuple(sheet.steps_of("pipedrive", load(language)))
    count = len(rules_of(grid, language))
    return tuple(sheet.steps_of("pipedrive", load(language), "criteria", count=count))


def rules_of(grid: Grid, language: str) -> list[Rule]:
    """The criteria to type in: answers of one field with the same points are one.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> levels = (Level("a", values=("a",)), Level("b", values=("b",)), *ends)
    >>> grid = Grid("g", "m", (Criterion("c", "Sector", "text", "fit", levels),), ((25, 0, 0, 10),))
    >>> [(rule.points, rule.condition) for rule in rules_of(grid, "en")]
    [(25, 'is a'), (10, 'is not a and is not b and is not empty')]
    """
    rules = []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        for value in sorted({int(p) for p in points} - {0}, reverse=True):
            places = [place for place, worth in enumerate(points) if worth == value]
            rules.append(Rule(value, criterion.column, _condition(criterion, places, language)))
    return rules


def ends_of(rules: Iterable[Rule]) -> tuple[int, int]:
    """Sum of the negative criteria and sum of the positive ones: what Pipedrive brings to 0 and to 100."""
    points = [rule.points for rule in rules]
    return sum(p for p in points if p < 0), sum(p for p in points if p > 0)


def placed(points: int, low: int, high: int) -> int:
    """Points on the scale from 0 to 100, linear in between.

    >>> [placed(points, -20, 60) for points in (-30, -20, 20, 60)]
    [0, 0, 50, 100]
    """
    return 0 if high <= low else max(0, min(BEST, round(BEST * (points - low) / (high - low))))


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores for the spreadsheet import."""
    head = ("Deal - ID", "Deal - Lead score", "Deal - Lead band", "Deal - Lead reasons")
    rates = ("Deal - Lead close rate", "Deal - Lead close rate low", "Deal - Lead close rate high")
    return scores_csv(grid, scored, head, rates)


def coverage(grid: Grid, options: Options) -> Coverage:
    """A grid within the limits is carried as criteria of a score; of another one the whole score travels as a value."""
    held = LIMITS.holds(grid)
    conditions = LIMITS.used(grid)

    def judge(at: int, place: int) -> Fate:
        if held:
            return "carried", remark("by_hand")
        return "approximated", remark("value_alone")

    notes: tuple[Remark, ...] = (remark("headings"),)
    if held:
        notes = (
            remark("deals_only"),
            remark("brought_evenly"),
        )
        bands: Fate = ("approximated", remark("evenly"))
        fades: Fate = ("impossible", remark("criteria_stay"))
        return account("pipedrive", grid, judge, bands=bands, minimums=True, expiry=fades, notes=notes)
    notes += (remark("ten_criteria", most=LIMITS.conditions or 0, needed=conditions),)
    return account("pipedrive", grid, judge, minimums=True, notes=notes)


def _condition(criterion: Criterion, places: list[int], language: str) -> str:
    """The condition under which an answer is one of some levels, as a filter says it."""
    words, names = load(language), words_in(language)
    levels = range(len(criterion.levels))
    outside = [place for place in levels if place not in places]
    empty, filled = words("pipedrive.empty"), words("pipedrive.filled")

    def said(place: int) -> str:
        level = criterion.levels[place]
        if criterion.kind == "number":
            ends = [f">= {number_text(level.low)}"] if level.low is not None else []
            ends += [f"< {number_text(level.high)}"] if level.high is not None else []
            return words("pipedrive.and").join(ends) or words("pipedrive.any")
        if criterion.kind == "presence":
            return filled
        texts = [str(value) for value in level.values] if level.values else [told(criterion, place, names)]
        return words("pipedrive.or").join(words("pipedrive.is", answer=text) for text in texts)

    values = [place for place in places if criterion.levels[place].role == "value"]
    if criterion.other in places and criterion.kind in ("text", "boolean"):
        others = [place for place in outside if criterion.levels[place].role == "value"]
        texts = [str(v) for place in others for v in criterion.levels[place].values]
        parts = [words("pipedrive.is_not", answer=text) for text in texts]
        parts += [] if criterion.missing in places else [filled]
        joined = words("pipedrive.and").join(parts)
        if criterion.missing in places and parts:
            return f"{empty}{words('pipedrive.or')}{f'({joined})' if len(parts) > 1 else joined}"
        return joined or words("pipedrive.any")
    parts = [said(place) for place in values]
    if criterion.missing in places:
        parts.append(empty)
    return words("pipedrive.or").join(parts) or filled
