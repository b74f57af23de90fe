"""What a scoring system can hold: how many conditions, which points a line may have, how high the best lead may reach.

Sources: Pipedrive Scores (support.pipedrive.com/article/scores-calculation): ten criteria in all, each worth +25, +10
or -10, answers joined by OR. HubSpot's lead scoring (knowledge.hubspot.com, score limits): a limit on the whole score,
one on each group, here fit and engagement; 100 on Professional, others by plan. Zoho CRM (scoring rules API v8): active
rules of so many criteria, by edition; a rule adds to fit or to engagement where there are rules enough. What a portal
has otherwise is told with `limits_for`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import SettingsError, unknown
from .criteria import Axis
from .grid import Grid

AXES: tuple[Axis, Axis] = ("fit", "engagement")


@dataclass(frozen=True)
class Limits:
    """Bounds of one system; None and empty: unbounded.

    `conditions` are counted as the system counts them: where it joins answers by OR, the answers of one question with
    the same points are one; elsewhere each listed value and each cut is one. Where it has `rules`, that is how many of
    them may be active, and conditions are those of one rule. `best` bounds the points of the best lead, `group` those
    of fit alone and of engagement alone.
    """

    system: str
    conditions: int | None = None
    points: tuple[int, ...] = ()
    best: int | None = None
    joins: bool = False
    rules: int | None = None
    group: int | None = None

    @property
    def most(self) -> int | None:
        """Conditions that fit in at most."""
        return None if self.conditions is None else self.conditions * (self.rules or 1)

    def used(self, grid: Grid) -> int:
        """Conditions that a grid takes there.

        >>> from calibrate.grid.criteria import Criterion, Level
        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> levels = (Level("a", values=("a", "A")), Level("b", values=("b",)), *ends)
        >>> grid = Grid("g", "m", (Criterion("c", "c", "text", "fit", levels),), ((10, 10, -10, 0),))
        >>> TARGETS["pipedrive"].used(grid), TARGETS["zoho"].used(grid)
        (2, 4)
        """
        return sum(self._of(grid, at) for at in range(len(grid.criteria)))

    def _of(self, grid: Grid, at: int) -> int:
        """Conditions that one criterion takes."""
        criterion, points = grid.criteria[at], grid.points[at]
        if self.joins:
            return len(set(points) - {0})
        rest = points[criterion.other]
        total = int(bool(rest))
        for level, worth in zip(criterion.levels, points, strict=True):
            if level.role == "value" and worth != rest:
                steps = 1 + (level.high is not None)  # where its points begin, and where they end
                total += steps if criterion.kind == "number" else max(1, len(level.values))
            elif level.role == "missing":  # an empty field, and texts or numbers that stand for no answer
                total += bool(worth) + (len(level.values) if worth != rest or criterion.kind == "number" else 0)
        return total if any(points) else 0

    def rules_used(self, grid: Grid) -> int:
        """Scoring rules that a grid takes: those of fit and of engagement apart, together where that is too many.

        >>> from calibrate.grid.criteria import Criterion, Level
        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> fit, deed = (Criterion(axis, axis, "text", axis, (Level("a", values=("a",)), *ends)) for axis in AXES)
        >>> both = Grid("g", "m", (fit, deed), ((5, 0, 0), (3, 0, 0)))
        >>> TARGETS["zoho"].rules_used(both), TARGETS["zoho-standard"].rules_used(both)
        (2, 1)
        """
        if self.conditions is None:
            return 1
        axes = [c.axis for c in grid.criteria]
        used = [sum(self._of(grid, at) for at, mine in enumerate(axes) if mine == axis) for axis in AXES]
        apart = sum(-(-conditions // self.conditions) for conditions in used)
        return apart if apart <= (self.rules or 1) else -(-sum(used) // self.conditions)

    def holds(self, grid: Grid) -> bool:
        """Whether a grid can be typed in there as it stands."""
        return (
            self.rules_used(grid) <= (self.rules or 1)
            and (not self.points or {int(p) for p in grid.flat} <= {0, *self.points})
            and (self.best is None or grid.maximum - grid.start <= self.best)
            and (self.group is None or max(groups_of(grid)) <= self.group)
        )


def groups_of(grid: Grid) -> tuple[int, int]:
    """Most points, up or down, that fit alone and engagement alone can come to.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> fit, deed = (Criterion(axis, axis, "text", axis, (Level("a", values=("a",)), *ends)) for axis in AXES)
    >>> groups_of(Grid("g", "m", (fit, deed), ((5, -8, 0), (3, 0, 0))))
    (8, 3)
    """
    parts = [(c.axis, points) for c, points in zip(grid.criteria, grid.points, strict=True)]
    up, down = (
        [sum(max(0, *(sign * p for p in points)) for mine, points in parts if mine == axis) for axis in AXES]
        for sign in (1, -1)
    )
    return max(up[0], down[0]), max(up[1], down[1])


TARGETS: Mapping[str, Limits] = {
    "pipedrive": Limits("Pipedrive", 10, (25, 10, -10), joins=True),
    "hubspot": Limits("HubSpot", best=100, group=100),
    "zoho": Limits("Zoho CRM", 30, rules=25),
    "zoho-standard": Limits("Zoho CRM Standard", 10, rules=1),
    "zoho-professional": Limits("Zoho CRM Professional", 20, rules=1),
    "zoho-developer": Limits("Zoho CRM Developer", 5, rules=15),
    "zoho-enterprise": Limits("Zoho CRM Enterprise", 30, rules=25),
    "zoho-ultimate": Limits("Zoho CRM Ultimate", 50, rules=40),
}
"""Systems that `--for` knows, by name."""
CHANGEABLE = ("conditions", "rules", "best", "group")
"""Limits that depend on the plan of a portal: what is known of them may be told otherwise."""


def limits_for(target: str, told: Mapping[str, int] | None = None) -> Limits:
    """Limits of a target, with those that its portal has otherwise; SettingsError for a name that is not known.

    >>> limits_for("hubspot", {"group": 60}).group
    60
    """
    if target not in TARGETS:
        raise SettingsError(unknown("target with limits", target, TARGETS))
    for name, number in (told or {}).items():
        if name not in CHANGEABLE:
            raise SettingsError(unknown("limit", name, CHANGEABLE))
        if number < 1:
            raise SettingsError(f"the limit '{name}' is {number}; it must be 1 or more")
    return replace(TARGETS[target], **dict(told or {}))  # type: ignore[arg-type]
