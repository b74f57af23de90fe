"""Why a lead has its score: the lines of the grid that made it, the weightiest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..language import load
from .criteria import MISSING, OTHER, Axis, Criterion
from .grid import Grid


@dataclass(frozen=True)
class Reason:
    """One line of the grid that counted for a lead: the answer it gave, and its points.

    What every lead has is of no criterion and of no axis.
    """

    criterion: str
    level: str
    points: int
    axis: Axis | None

    def __str__(self) -> str:
        name = f"{self.criterion}: {self.level}" if self.criterion else self.level
        return f"{name} ({self.points:+d})"


@cache
def words_in(language: str) -> Mapping[str, str]:
    """How the levels that calibrate names by itself are said; a SettingsError names the known languages.

    >>> words_in("fr")["missing"], words_in("en")["yes"]
    ('non renseigné', 'yes')
    """
    texts = load(language).texts
    return {name: texts[f"answer.{name}"] for name in (MISSING, OTHER, "filled", "yes", "no", "start")}


@cache
def bands_in(language: str) -> Mapping[str, str]:
    """How the bands and actions that calibrate names by itself are said, where otherwise than in English.

    >>> bands_in("fr")["call now"], bands_in("en")
    ('appeler tout de suite', {})
    """
    texts, english = load(language).texts, load("en").texts
    names = {english[key]: text for key, text in texts.items() if key.startswith("said.")}
    return {name: text for name, text in names.items() if name != text}


def told(criterion: Criterion, place: int, words: Mapping[str, str] | None = None) -> str:
    """Name of a level as a reader should see it.

    >>> from calibrate.grid.criteria import Level
    >>> sector = Criterion("sector", "Sector", "text", "fit",
    ...     (Level("SaaS", values=("SaaS",)), Level("missing", "missing"), Level("other", "other")))
    >>> [told(sector, place, words_in("fr")) for place in range(3)]
    ['SaaS', 'non renseigné', 'autre réponse']
    """
    level, words = criterion.levels[place], words_in("en") if words is None else words
    if level.role == "value" and (criterion.kind == "presence" or True in level.values or False in level.values):
        return words.get(level.name, level.name) if level.name in ("filled", "yes", "no") else level.name
    own_name = level.role == "value" or level.name not in (MISSING, OTHER)
    return level.name if own_name else words.get(level.role, level.name)


def reasons_of(grid: Grid, lead: Mapping[str, Any], words: Mapping[str, str] | None = None) -> tuple[Reason, ...]:
    """Lines with points that made one lead's score, the weightiest first, ties in the grid's order.

    What every lead has stands last. Their points add up to the score.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("sector", "Sector", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> demo = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ends))
    >>> grid = Grid("g", "lift", (sector, demo), ((4, -6, 0), (20, 0, 0)))
    >>> [str(reason) for reason in reasons_of(grid, {"Demo": "2025-03-01"})]
    ['demo: yes (+20)', 'sector: not given (-6)']
    """
    answer_reasons = []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        place = criterion.index_of(criterion.value_in(lead))
        if points[place]:
            answer_reasons.append(Reason(criterion.name, told(criterion, place, words), points[place], criterion.axis))
    answer_reasons.sort(key=lambda reason: -abs(reason.points))
    start = start_reason(grid, words)
    return tuple(answer_reasons) if start is None else (*answer_reasons, start)


def start_reason(grid: Grid, words: Mapping[str, str] | None = None) -> Reason | None:
    """What every lead has before its answers count; None where that is nothing.

    >>> print(start_reason(Grid("g", "m", (), (), start=6), words_in("fr")))
    tous les leads (+6)
    """
    words = words_in("en") if words is None else words
    return Reason("", words["start"], grid.start, None) if grid.start else None
