"""A derived column as conditions of a system that only asks whether a text contains another.

Such a system knows neither the borders of words nor letters without their accents: short words, which stand inside
longer ones, are left out, and what is written is an approximation that the coverage report names.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..grid.grid import Grid
from .remarks import Remark, remark

SHORTEST = 4
"""Words of fewer letters stand inside too many others: 'cto' in 'director'."""


@dataclass(frozen=True)
class Contained:
    """Points of texts that contain one of the words, and none of the words of an earlier part."""

    points: int
    words: tuple[str, ...]


def contained(grid: Grid, at: int) -> tuple[list[Contained], int, int]:
    """Parts of a derived criterion in the order in which they are asked, points of all other texts, words left out.

    Neighbours with the same points are one part; parts behind the last that differs from the other texts are none.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> from calibrate.grid.derived import Derived
    >>> rule = Derived("Title", (("assistant", ("assist*",)), ("boss", ("cto", "director")), ("staff", ("clerk",))))
    >>> levels = (Level("boss", values=("boss",)), Level("missing", "missing"), Level("other", "other"))
    >>> contained(Grid("g", "m", (Criterion("c", "c", "text", "fit", levels, derived=rule),), ((7, -1, 0),)), 0)
    ([Contained(points=0, words=('assist',)), Contained(points=7, words=('director',))], 0, 1)
    """
    criterion, points = grid.criteria[at], grid.points[at]
    rule = criterion.derived
    if rule is None:
        return [], points[criterion.other], 0
    remainder = points[criterion.index_of(rule.rest)]
    parts: list[Contained] = []
    lost = 0
    for answer, patterns in rule.answers:
        words = tuple(word for pattern in patterns if len(word := pattern.strip("*")) >= SHORTEST)
        lost += len(patterns) - len(words)
        worth = points[criterion.index_of(answer)]
        if parts and parts[-1].points == worth:
            parts[-1] = Contained(worth, (*parts[-1].words, *words))
        elif words:
            parts.append(Contained(worth, words))
    while parts and parts[-1].points == remainder:
        parts.pop()
    return parts, remainder, lost


def reason(lost: int) -> Remark:
    """What a coverage report says of lines that are asked so.

    >>> str(reason(2)).endswith("; 2 words of fewer than 4 letters left out")
    True
    """
    return remark("contains_fewer", lost=lost, shortest=SHORTEST) if lost else remark("contains")
