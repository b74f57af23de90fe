"""Why a lead has its score: the lines of the grid that made it, the weightiest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError, unknown
from .criteria import MISSING, OTHER, Axis, Criterion
from .grid import Grid

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {MISSING: "not given", OTHER: "any other answer", "filled": "filled", "yes": "yes", "no": "no"},
    "fr": {MISSING: "non renseigné", OTHER: "autre réponse", "filled": "renseigné", "yes": "oui", "no": "non"},
}
"""How the levels that calibrate names by itself are said to a reader."""
BANDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "fr": {
        "sales-qualified": "qualifié commercial",
        "marketing-qualified": "qualifié marketing",
        "not yet": "pas encore",
        "call now": "appeler tout de suite",
        "nurture": "entretenir la relation",
        "wait": "attendre",
    },
}
"""How the bands and actions that calibrate names by itself are said; what a user wrote stays."""


@dataclass(frozen=True)
class Reason:
    """One line of the grid that counted for a lead: the answer it gave, and its points."""

    criterion: str
    level: str
    points: int
    axis: Axis

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level} ({self.points:+d})"


def words_in(language: str) -> Mapping[str, str]:
    """Words of one language; a SettingsError that names the known ones if there are none."""
    if language not in WORDS:
        raise SettingsError(unknown("language", language, WORDS))
    return WORDS[language]


def told(criterion: Criterion, place: int, words: Mapping[str, str] = WORDS["en"]) -> str:
    """Name of a level as a reader should see it.

    >>> from calibrate.grid.criteria import Level
    >>> sector = Criterion("sector", "Sector", "text", "fit",
    ...     (Level("SaaS", values=("SaaS",)), Level("missing", "missing"), Level("other", "other")))
    >>> [told(sector, place, WORDS["fr"]) for place in range(3)]
    ['SaaS', 'non renseigné', 'autre réponse']
    """
    level = criterion.levels[place]
    if level.role == "value" and (criterion.kind == "presence" or True in level.values or False in level.values):
        return words.get(level.name, level.name) if level.name in ("filled", "yes", "no") else level.name
    own_name = level.role == "value" or level.name not in (MISSING, OTHER)
    return level.name if own_name else words.get(level.role, level.name)


def reasons(grid: Grid, lead: Mapping[str, Any], words: Mapping[str, str] = WORDS["en"]) -> tuple[Reason, ...]:
    """Lines with points that made one lead's score, the weightiest first, ties in the grid's order.

    Their points add up to the score.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("sector", "Sector", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> demo = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ends))
    >>> grid = Grid("g", "lift", (sector, demo), ((4, -6, 0), (20, 0, 0)))
    >>> [str(reason) for reason in reasons(grid, {"Demo": "2025-03-01"})]
    ['demo: yes (+20)', 'sector: not given (-6)']
    """
    answer_reasons = []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        place = criterion.index_of(criterion.value_in(lead))
        if points[place]:
            answer_reasons.append(Reason(criterion.name, told(criterion, place, words), points[place], criterion.axis))
    return tuple(sorted(answer_reasons, key=lambda reason: -abs(reason.points)))
