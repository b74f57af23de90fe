"""A criterion as exclusive branches, in the order in which they are asked: what rule-based systems are written from.

Missing first, then each level with its listed values or its interval, then the rest. A value that two levels list
belongs to the first, so it stands in one branch only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..grid.criteria import Criterion, Kind, as_number, meaning
from ..grid.grid import Grid

How = Literal["missing", "listed", "inside", "filled", "rest"]


@dataclass(frozen=True)
class Branch:
    """One answer, how it is recognised, and its points: texts and truth values it lists, or low <= number < high."""

    how: How
    place: int
    name: str
    points: int
    texts: tuple[str, ...] = ()
    flags: tuple[bool, ...] = ()
    low: float | None = None
    high: float | None = None
    numbers: tuple[float, ...] = ()
    """Numbers that stand for no answer in a number criterion."""


def branches(grid: Grid, at: int) -> list[Branch]:
    """Branches of one criterion; exactly one of them holds for any lead.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing", ("-",)), Level("other", "other"))
    >>> sector = Criterion("s", "s", "text", "fit", (Level("a", values=("x", "-")), *ends))
    >>> [(b.how, b.texts, b.points) for b in branches(Grid("g", "m", (sector,), ((5, -1, 0),)), 0)]
    [('missing', ('-',), -1), ('listed', ('x',), 5), ('rest', (), 0)]
    """
    criterion, points = grid.criteria[at], grid.points[at]
    used: set[tuple[bool, str | bool]] = set()
    answers: list[Branch] = []
    for place in [criterion.missing, *_values(criterion)]:
        level = criterion.levels[place]
        words = [truth for value in level.values if (truth := meaning(value)) is not None]
        words = words if field_kind(criterion) == "boolean" else []  # a checkbox holds yes or no
        fresh = [value for value in (*level.values, *words) if (isinstance(value, bool), value) not in used]
        used |= {(isinstance(value, bool), value) for value in fresh}
        texts = tuple(value for value in fresh if isinstance(value, str))
        flags = tuple(dict.fromkeys(value for value in fresh if isinstance(value, bool)))
        if place == criterion.missing:
            numbers = [n for n in map(as_number, texts) if n is not None] if criterion.kind == "number" else []
            placeholders = tuple(dict.fromkeys(numbers))
            answers.append(Branch("missing", place, level.name, points[place], texts, flags, numbers=placeholders))
        elif criterion.kind == "presence":
            answers.append(Branch("filled", place, level.name, points[place]))
            return answers
        elif criterion.kind == "number":
            answers.append(Branch("inside", place, level.name, points[place], low=level.low, high=level.high))
        else:
            answers.append(Branch("listed", place, level.name, points[place], texts, flags))
    return [*answers, Branch("rest", criterion.other, criterion.levels[criterion.other].name, points[criterion.other])]


def field_kind(criterion: Criterion) -> Kind:
    """The kind of field a criterion needs: a yes/no criterion whose column holds words, such as Yes and No, a text.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> yes = [(Level("yes", values=values), *ends) for values in (("Yes",), ("1", True))]
    >>> [field_kind(Criterion("c", "c", "boolean", "fit", levels)) for levels in yes]
    ['text', 'boolean']
    """
    values = [value for level in criterion.levels if level.role == "value" for value in level.values]
    words = [value for value in values if isinstance(value, str) and value.lower() not in ("true", "false", "1", "0")]
    return "text" if criterion.kind == "boolean" and words else criterion.kind


def _values(criterion: Criterion) -> list[int]:
    return [i for i, level in enumerate(criterion.levels) if level.role == "value"]


def number_text(value: float) -> str:
    """A number as formulas and rules write it: whole numbers without a point.

    >>> [number_text(x) for x in (5.0, 0.1, -2.5)]
    ['5', '0.1', '-2.5']
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
