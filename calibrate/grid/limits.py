"""What a scoring system can hold: how many conditions, which points a line may have, how high the best lead may reach.

Sources: Pipedrive Scores (support.pipedrive.com/article/scores-calculation): ten criteria in all, each worth +25, +10
or -10. HubSpot's lead scoring on Professional: 100 points a score. Zoho CRM (scoring rules API v8): active rules times
criteria of a rule, by edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import SettingsError, unknown
from .grid import Grid


@dataclass(frozen=True)
class Limits:
    """Bounds of one system; None and empty: unbounded.

    `conditions` are counted as the system counts them: where it joins answers by OR, the answers of one question with
    the same points are one; elsewhere each listed value and each cut is one.
    """

    system: str
    conditions: int | None = None
    points: tuple[int, ...] = ()
    best: int | None = None
    joins: bool = False

    def used(self, grid: Grid) -> int:
        """Conditions that a grid takes there.

        >>> from calibrate.grid.criteria import Criterion, Level
        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> levels = (Level("a", values=("a", "A")), Level("b", values=("b",)), *ends)
        >>> grid = Grid("g", "m", (Criterion("c", "c", "text", "fit", levels),), ((10, 10, -10, 0),))
        >>> TARGETS["pipedrive"].used(grid), TARGETS["zoho"].used(grid)
        (2, 4)
        """
        if self.joins:
            return sum(len(set(points) - {0}) for points in grid.points)
        total = 0
        for criterion, points in zip(grid.criteria, grid.points, strict=True):
            rest = points[criterion.other]
            total += bool(rest)
            for level, worth in zip(criterion.levels, points, strict=True):
                if level.role == "value" and worth != rest:
                    bounds = (level.low is not None) + (level.high is not None)
                    total += bounds if criterion.kind == "number" else max(1, len(level.values))
                elif level.role == "missing" and worth:
                    total += 1
        return total

    def holds(self, grid: Grid) -> bool:
        """Whether a grid can be typed in there as it stands."""
        return (
            (self.conditions is None or self.used(grid) <= self.conditions)
            and (not self.points or {int(p) for p in grid.flat} <= {0, *self.points})
            and (self.best is None or grid.maximum <= self.best)
        )


TARGETS: Mapping[str, Limits] = {
    "pipedrive": Limits("Pipedrive", 10, (25, 10, -10), joins=True),
    "hubspot": Limits("HubSpot", best=100),
    "zoho": Limits("Zoho CRM", 25 * 30),
    "zoho-standard": Limits("Zoho CRM Standard", 10),
    "zoho-professional": Limits("Zoho CRM Professional", 20),
    "zoho-developer": Limits("Zoho CRM Developer", 15 * 5),
    "zoho-ultimate": Limits("Zoho CRM Ultimate", 40 * 50),
}
"""Systems that `--for` knows, by name."""


def limits_for(target: str) -> Limits:
    """Limits of a target; SettingsError with the nearest name for one that is not known."""
    if target not in TARGETS:
        raise SettingsError(unknown("target with limits", target, TARGETS))
    return TARGETS[target]
