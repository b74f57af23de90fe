"""A criterion is one question the grid asks; a level is one answer it can get.

Every lead has exactly one level per criterion: `missing` and `other` always exist. Which level a
value falls into is decided by `Criterion.index_of`, and nowhere else: the engine's SQL and every
exported scorer are translations of that one rule (`coding.code_sql` is the engine's).

The rule, for a value as it stands in the source column:

1. no value (None, NaN, text of blanks only) is `missing`; so is a value that the missing level lists
   (a placeholder such as 'Select'), and for a number criterion any spelling of a number that it lists ('0.0' is '0');
2. text and boolean: the first level that lists the value, compared exactly (a value that is a number is
   compared as a number: 5 and 5.0 are the listed '5'; a truth value is the listed word for it, such as 'Yes' or
   'non', and any spelling of true and false is a listed truth value);
   number: the level whose interval holds it, ``low <= value < high``, a text being read with the signs that the
   source writes in its numbers ('1 234,5' where `decimal` is a comma and `thousands` a blank); presence: any value
   is the one `filled` level;
3. everything else (an unseen text, a text where a number should stand) is `other`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import GridError
from ..numbers import Pairs, Signs, Thousands
from ..vocabulary import NO, YES
from ..vocabulary import is_placeholder as is_placeholder
from .derived import Derived
from .missing import is_missing as is_missing

Axis = Literal["fit", "engagement"]
Kind = Literal["text", "number", "boolean", "presence"]
Role = Literal["value", "missing", "other"]

MISSING = "missing"
OTHER = "other"
MOST_LEVELS = 255
"""A level code is one byte."""


@dataclass(frozen=True)
class Level:
    """One answer: listed values (text, boolean), or an interval ``low <= x < high`` (number).

    `low` and `high` are None where the interval is open to that side. The missing level may list
    placeholder values. A level whose `role` is "other" lists nothing: it takes what is left.
    """

    name: str
    role: Role = "value"
    values: tuple[str | bool, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Criterion:
    """One question: the source column, the axis it counts for, and all the levels it can have.

    `reference` names the level that gets 0 points (for a presence or yes/no criterion: absent), or is
    None when no level is pinned to zero. `ordered` says that the value levels stand in their natural
    order. `fixed` says that the user gave the levels, so that binning leaves them alone. `decimal` and `thousands`
    say how the source writes numbers, for values that come as text (a thousands sign of " " stands for all blanks and
    the apostrophe), `units` what else stands in them, each with what a plain number has instead ("$": "", "k": "e3").
    `derived` says how the column is made from the texts of another, where the source has only those.

    >>> visits = Criterion("visits", "TotalVisits", "number", "engagement",
    ...     (Level("0-4", high=5), Level("5+", low=5), Level("missing", "missing"), Level("other", "other")))
    >>> [visits.levels[visits.index_of(v)].name for v in ("3", 5, None, "n/a")]
    ['0-4', '5+', 'missing', 'other']
    """

    name: str
    column: str
    kind: Kind
    axis: Axis
    levels: tuple[Level, ...]
    reference: str | None = None
    ordered: bool = False
    fixed: bool = False
    decimal: Literal[".", ","] = "."
    thousands: Thousands = ""
    units: Pairs = ()
    derived: Derived | None = None

    def __post_init__(self) -> None:
        roles = [level.role for level in self.levels]
        if roles.count("missing") != 1 or roles.count("other") != 1:
            raise GridError(
                f"criterion '{self.name}' needs exactly one missing and one other level; it has "
                f"{roles.count('missing')} and {roles.count('other')}"
            )
        names = [level.name for level in self.levels]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise GridError(f"criterion '{self.name}' has two levels named '{twice}'; give each its own name")
        if self.reference is not None and self.reference not in names:
            raise GridError(f"criterion '{self.name}' has no level '{self.reference}' to be its reference level")
        if len(self.levels) > MOST_LEVELS:
            raise GridError(
                f"criterion '{self.name}' has {len(self.levels)} levels; at most {MOST_LEVELS} are possible"
            )

    @property
    def missing(self) -> int:
        """Position of the missing level."""
        return next(i for i, level in enumerate(self.levels) if level.role == "missing")

    @property
    def other(self) -> int:
        """Position of the other level."""
        return next(i for i, level in enumerate(self.levels) if level.role == "other")

    @property
    def cuts(self) -> tuple[float, ...]:
        """Cut points of a number criterion, ascending.

        >>> Criterion("n", "n", "number", "fit", (Level("<5", high=5), Level("5+", low=5),
        ...     Level("missing", "missing"), Level("other", "other"))).cuts
        (5,)
        """
        return tuple(sorted({bound for level in self.levels for bound in (level.low, level.high) if bound is not None}))

    @property
    def signs(self) -> tuple[tuple[str, str], ...]:
        """Signs of the numbers that the source writes as text, each with what a plain number has instead, in order.

        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> rate = Criterion("rate", "Taux", "number", "fit", (Level("2+", low=2), *ends), decimal=",", thousands=" ")
        >>> [rate.levels[rate.index_of(text)].name for text in ("3,5", "1 234,50", "-2'000", "2.5", "3,5 %")]
        ['2+', '2+', 'other', '2+', 'other']
        """
        return Signs(self.decimal, self.thousands, self.units).replaced

    @property
    def source(self) -> str:
        """The column that the source must have: the one that a derived column is made from, else the column itself."""
        return self.column if self.derived is None else self.derived.source

    def value_in(self, lead: Mapping[str, Any]) -> Any:
        """The value of a lead, a mapping of columns: as it stands there, else as it is derived.

        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> rule = Derived("Title", (("boss", ("ceo",)),))
        >>> rank = Criterion("rank", "Rank", "text", "fit", (Level("boss", values=("boss",)), *ends), derived=rule)
        >>> [rank.value_in(lead) for lead in ({"Title": "C.E.O., CEO"}, {"Rank": "boss", "Title": "x"}, {})]
        ['boss', 'boss', None]
        """
        if self.derived is None or self.column in lead:
            return lead.get(self.column)
        return self.derived.answer(lead.get(self.derived.source))

    def index_of(self, value: object) -> int:
        """Position of the level that a value falls into: the rule at the head of this file."""
        if is_missing(value) or _listed(self.levels[self.missing], value):
            return self.missing
        if self.kind == "presence":
            return self.filled
        if self.kind == "number":
            number = as_number(self._plain(value))
            if number in self.no_answers:
                return self.missing
            return self.other if number is None else self.holding(number)
        return self._first(lambda level: _listed(level, value))

    @property
    def no_answers(self) -> tuple[float, ...]:
        """Numbers that the missing level of a number criterion lists: however they are spelt, they are no answer."""
        numbers = (as_number(self._plain(text)) for text in self.levels[self.missing].values if isinstance(text, str))
        return tuple(dict.fromkeys(number for number in numbers if number is not None))

    @property
    def filled(self) -> int:
        """Position of the level of a presence criterion that any value falls into."""
        return self._first(lambda level: True)

    def holding(self, number: float) -> int:
        """Position of the level whose interval holds a number, else of the other level."""
        return self._first(lambda level: _inside(level, number))

    def _plain(self, value: object) -> object:
        """A text without the signs of the source; other values as they are."""
        if isinstance(value, str):
            for sign, plain in self.signs:
                value = value.replace(sign, plain)
        return value

    def _first(self, holds: Callable[[Level], bool]) -> int:
        """Position of the first value level that holds, else of the other level."""
        return next((i for i, level in enumerate(self.levels) if level.role == "value" and holds(level)), self.other)

    def placed(self, fine: Criterion) -> NDArray[np.uint8]:
        """Position in this criterion of each level of a finer one over the same column.

        The finer criterion must cut wherever this one cuts; its `other` goes to `other`.
        """
        if self.levels is fine.levels and self.kind == fine.kind:
            return np.arange(len(self.levels), dtype=np.uint8)
        before = self._placements.get(id(fine))
        if before is None or before[0] is not fine:
            before = fine, np.array([self._place(level) for level in fine.levels], np.uint8)
            before[1].flags.writeable = False
            self._placements[id(fine)] = before
        return before[1]

    @cached_property
    def _placements(self) -> dict[int, tuple[Criterion, NDArray[np.uint8]]]:
        """Finer criteria that were placed in this one, with where their levels are."""
        return {}

    def _place(self, level: Level) -> int:
        if level.role == "missing":
            return self.missing
        if level.role == "other" and self.kind != "presence":
            return self.other
        if level.values:
            return self.index_of(level.values[0])
        if self.kind == "number" or level.low is not None or level.high is not None:
            return self.index_of(_a_value_inside(level))
        return self.index_of("filled")


_DECIMAL = re.compile(r"[ \t\r\n]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t\r\n]*")


def as_number(value: object) -> float | None:
    """The value as a number, or None where it is none (booleans count as 0 and 1).

    A text is a number only as a plain decimal ("12", "-1.5", " 3e2 "), so that every engine and every
    exported scorer can read it alike; "inf", "1_000" and digits of other scripts are none. A short float is the decimal
    that it stands for, as engines read a column of them.

    >>> [as_number(v) for v in ("1.5", 2, True, "n/a", "inf", "1_000", np.float32(0.7))]
    [1.5, 2.0, 1.0, None, None, None, 0.7]
    """
    if isinstance(value, str):
        return float(value) if _DECIMAL.fullmatch(value) else None
    if not isinstance(value, (int, float, Decimal, np.integer, np.floating, np.bool_)):
        return None
    try:
        number = float(str(value) if isinstance(value, (np.float32, np.float16)) else value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return None
    return None if math.isnan(number) else number


def offsets(criteria: Sequence[Criterion]) -> NDArray[np.intp]:
    """Where each criterion's levels start in an array over all levels; one more entry for the end.

    Arrays over all levels (rates, weights, points) are laid out criterion after criterion.
    """
    return np.concatenate([[0], np.cumsum([len(c.levels) for c in criteria])]).astype(np.intp)


def interval_name(low: float | None, high: float | None, *, integers: bool = True) -> str:
    """How a number's level is called: '<5', '5-9', '7', '10+'; '0.5 to <2' where values are not whole.

    >>> interval_name(None, 5), interval_name(5, 10), interval_name(7, 8), interval_name(10, None)
    ('<5', '5-9', '7', '10+')
    >>> interval_name(0.5, 2, integers=False), interval_name(-5, 0), interval_name(None, None)
    ('0.5 to <2', '-5 to -1', 'any')
    """
    if low is None and high is None:
        return "any"
    if low is None:
        return f"<{plain_number(high)}"
    if high is None:
        return f"{plain_number(low)}+"
    if not integers:
        return f"{plain_number(low)} to <{plain_number(high)}"
    if high == low + 1:
        return plain_number(low)
    between = "-" if low >= 0 else " to "
    return f"{plain_number(low)}{between}{plain_number(high - 1)}"


def plain_number(number: float | None) -> str:
    """A number without needless digits."""
    return f"{number:.10g}" if number is not None and abs(number) < 1e10 else f"{number:g}"


def _listed(level: Level, value: object) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return any(meaning(entry) == bool(value) for entry in level.values)
    texts = [v for v in level.values if isinstance(v, str)]
    if isinstance(value, str):
        return value in texts or value.lower() in [_word(v) for v in level.values if isinstance(v, bool)]
    number = as_number(value)
    return number is not None and any(as_number(text) == number for text in texts)


def meaning(entry: str | bool) -> bool | None:
    """The truth value that a listed value stands for: itself, or a word for yes or no; None for other texts.

    >>> [meaning(listed) for listed in (True, "Yes", "non", "Maybe")]
    [True, True, False, None]
    """
    if isinstance(entry, bool):
        return entry
    word = entry.lower()
    return True if word in YES else False if word in NO else None


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _inside(level: Level, number: float) -> bool:
    return (level.low is None or number >= level.low) and (level.high is None or number < level.high)


def _a_value_inside(level: Level) -> float:
    if level.low is not None:
        return level.low
    return -math.inf
