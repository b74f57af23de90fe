"""Rules of another system turned into criteria: read its tests, ask them about every value they mention.

A scheme is what a system says about one property: tests with points, of which the first that holds counts, or all
that hold. It is asked about no value, about each listed value, about each interval between the numbers it mentions,
and about a value it has never heard of; the answers are the points of the levels. So any nesting of tests on one
property becomes exact levels. Reading compares and adds; nothing of a file is run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

from ..errors import GridError
from ..free_names import free_name, unique_names, wrapped
from ..grid.criteria import MISSING, MOST_LEVELS, OTHER, Axis, Criterion, Level, as_number, is_missing
from ..grid.grid import Band, Grid
from ..grid.moved import shifted
from .grid_file import MOST_BYTES as MOST_BYTES
from .grid_file import MOST_CRITERIA, MOST_POINTS, MOST_VALUES
from .json import check_levels
from .lines import IN_THRESHOLDS
from .rules import number_text

Op = Literal["known", "unknown", "one_of", "at_least", "above", "at_most", "below", "always", "all", "any", "not"]
T = TypeVar("T")
MOST_WORK = 5_000_000
"""Tests times values of one property."""
UNSEEN = "\0 a value that no rule lists"


@dataclass(frozen=True)
class Ask:
    """One test of a value, or all / any / not of other tests."""

    op: Op
    values: tuple[str | bool | float, ...] = ()
    parts: tuple[Ask, ...] = ()

    def holds(self, value: str | bool | float | None) -> bool:
        """Whether a value passes; no value passes only `unknown`, `always` and what is made of them."""
        if self.op == "all":
            return all(part.holds(value) for part in self.parts)
        if self.op == "any":
            return any(part.holds(value) for part in self.parts)
        if self.op == "not":
            return not self.parts[0].holds(value)
        if self.op == "always":
            return True
        if self.op in ("known", "unknown"):
            return (value is None) == (self.op == "unknown")
        if value is None:
            return False
        if self.op == "one_of":
            return (type(value), value) in self._listed
        return isinstance(value, float) and _compare(self.op, value, float(self.values[0]))

    @cached_property
    def _listed(self) -> frozenset[tuple[type, str | bool | float]]:
        """The values with their types, so that 1.0 is not True; a text that spells a number is this number too."""
        spelt = [n for v in self.values if isinstance(v, str) and (n := as_number(v)) is not None]
        return frozenset((type(value), value) for value in (*self.values, *spelt))

    def leaves(self) -> Iterable[Ask]:
        """The tests inside, without all / any / not."""
        if not self.parts:
            return [self]
        return [leaf for part in self.parts for leaf in part.leaves()]


@dataclass
class Scheme:
    """What a system says about one property: tests with points, the first that holds or all of them, else a default."""

    column: str
    axis: Axis
    name: str = ""
    first: bool = True
    default: int = 0
    rules: list[tuple[Ask, int]] = field(default_factory=list)

    def points(self, value: str | bool | float | None) -> int:
        """Points for one value."""
        matches = [points for test, points in self.rules if test.holds(value)]
        if self.first:
            return matches[0] if matches else self.default
        return self.default + sum(matches)


def grid_of(schemes: Sequence[Scheme], name: str, *, bands: Sequence[Band] = (), source: str) -> Grid:
    """The grid that scores like the schemes; those on one property add up to one criterion."""
    if not schemes:
        raise GridError(f"{source}: no rule found that scores a property")
    if len(schemes) > MOST_CRITERIA:
        raise GridError(f"{source}: {len(schemes):,} rules; at most {MOST_CRITERIA:,} are read")
    by_column: dict[str, list[Scheme]] = {}
    for scheme in schemes:
        by_column.setdefault(scheme.column, []).append(scheme)
    names = unique_names([group[0].name or column for column, group in by_column.items()])
    criteria, points = [], []
    for title, (column, group) in zip(names, by_column.items(), strict=True):
        try:
            criterion, values = _criterion(title, column, group)
            check_levels(criterion)
        except GridError as fault:
            raise GridError(f"{source}: {fault}") from None
        criteria.append(criterion)
        points.append(values)
    ordered = tuple(sorted(bands, key=lambda band: -band.at_least))
    return Grid(name or "current", "current", tuple(criteria), tuple(points), bands=ordered)


def raised(grid: Grid, body: object, source: str) -> Grid:
    """The grid with the points that every lead has, where the file says by how many its thresholds are lower.

    >>> raised(Grid("g", "m", (), (), bands=(Band("call", 9, ""),)), {"calibrate": {"start": 6}}, "ours.json").bands
    (Band(name='call', at_least=15, action='', ...),)
    """
    extra = body.get("calibrate") if isinstance(body, dict) else None
    start = whole(extra["start"], f"{source}: start") if isinstance(extra, dict) and "start" in extra else 0
    facts = {key: fact for key, fact in grid.provenance.items() if key != IN_THRESHOLDS}
    return replace(shifted(grid, start), provenance=facts)


def whole(value: object, where: str) -> int:
    """A number of points, which must be whole and of a sane size."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise GridError(f"{where}: {str(value)[:60]!r} is no number of points")
    try:
        if "_" in str(value):  # Python's own way to write numbers, nobody else's
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError):
        raise GridError(f"{where}: {str(value)[:60]!r} is no number of points") from None
    if not number.is_integer() or abs(number) > MOST_POINTS:
        raise GridError(f"{where}: {str(value)[:60]} points; a grid has whole points up to {MOST_POINTS:,}")
    return int(number)


def parse(text: str | bytes, source: str) -> Any:
    """JSON of a stranger, bounded in size and depth."""
    if len(text) > MOST_BYTES:
        raise GridError(f"{source}: {len(text):,} bytes; at most {MOST_BYTES:,} are read. Is this the right file?")
    try:
        return json.loads(text)
    except RecursionError:
        raise GridError(f"{source}: nested too deeply to be a file of rules") from None
    except ValueError as fault:
        raise GridError(f"{source}: this is not JSON ({fault})") from None


def part(body: Any, key: str, kind: type[T], where: str) -> T:
    """One entry of an object in a stranger's file, of the type it must have."""
    value = body.get(key) if isinstance(body, dict) else None
    if not isinstance(value, kind):
        words = {str: "a text", list: "a list", dict: "an object", bool: "true or false"}
        raise GridError(f"{where}: '{key}' must be {words.get(kind, kind.__name__)}, not {str(value)[:60]!r}")
    return value


def number(body: dict[str, Any], key: str, where: str) -> float:
    """One number of an object in a stranger's file."""
    value = body.get(key)
    parsed = as_number(value) if not isinstance(value, bool) else None
    if parsed is None or not math.isfinite(parsed):
        raise GridError(f"{where}: '{key}' must be a number, not {str(value)[:60]!r}")
    return parsed


def _criterion(name: str, column: str, group: Sequence[Scheme]) -> tuple[Criterion, tuple[int, ...]]:
    leaves = [leaf for scheme in group for test, _ in scheme.rules for leaf in test.leaves()]
    answers = list(dict.fromkeys((type(v).__name__, v) for leaf in leaves if leaf.op == "one_of" for v in leaf.values))
    if len(answers) > MOST_VALUES:
        raise GridError(f"'{column}' lists {len(answers):,} values; at most {MOST_VALUES:,} are read")
    texts = [value for _, value in answers if isinstance(value, str) and not is_missing(value)]
    flags = [value for _, value in answers if isinstance(value, bool)]
    cuts = _cuts(leaves)
    if len(leaves) * (len(answers) + len(cuts)) > MOST_WORK:
        raise GridError(
            f"'{column}' has {len(leaves):,} tests of {len(answers) + len(cuts):,} values; too many to be read"
        )
    levels: list[tuple[Level, int]] = []
    kind: Literal["text", "number", "boolean", "presence"] = "presence"

    def total(value: str | bool | float | None) -> int:
        return sum(scheme.points(value) for scheme in group)

    away = total(None)
    placeholders = tuple(text for text in texts if total(_read(text) if cuts else text) == away)
    if cuts:
        kind = "number"
        odd = [text for text in texts if text not in placeholders and as_number(text) is None]
        if odd:
            raise GridError(f"'{column}' is compared as a number and as the text '{odd[0][:60]}'; a criterion is one")
        levels = _intervals(cuts, total)
    elif texts or flags:
        kind = "text" if texts else "boolean"
        placeholders = ()
        levels = _listed([*texts, *flags], total)
    else:
        levels = [(Level("filled"), total(UNSEEN))]
        placeholders = ()
    names = {level.name for level, _ in levels}
    ends = [
        Level(free_name(MISSING, names, wrapped), "missing", placeholders),
        Level(free_name(OTHER, names, wrapped), "other"),
    ]
    whole_set = (*(level for level, _ in levels), *ends)
    points = (*(value for _, value in levels), away, total(UNSEEN))
    return Criterion(name, column, kind, group[0].axis, whole_set), points


def _cuts(leaves: Iterable[Ask]) -> list[float]:
    """Numbers at which an answer can change: each test holds or fails between two neighbours."""
    cuts: set[float] = set()
    spelt: set[float] = set()  # numbers given as texts: they are numbers where others are
    for leaf in leaves:
        numbers = [float(v) for v in leaf.values if isinstance(v, float)]
        spelt.update(n for v in leaf.values if isinstance(v, str) and (n := as_number(v)) is not None)
        if leaf.op in ("at_least", "below", "one_of"):
            cuts.update(numbers)
        if leaf.op in ("above", "at_most", "one_of"):
            cuts.update(math.nextafter(number, math.inf) for number in numbers)
    for number in spelt if cuts else ():
        cuts.update((number, math.nextafter(number, math.inf)))
    return sorted(cut for cut in cuts if math.isfinite(cut))


def _intervals(cuts: Sequence[float], total: Any) -> list[tuple[Level, int]]:
    """Intervals between the cuts; neighbours of equal points are one."""
    intervals: list[tuple[float | None, float | None, int]] = []
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        points = total(low if low is not None else math.nextafter(cuts[0], -math.inf))
        if intervals and intervals[-1][2] == points:
            intervals[-1] = (intervals[-1][0], high, points)
        else:
            intervals.append((low, high, points))
    if len(intervals) > MOST_LEVELS - 2:
        raise GridError(f"{len(intervals)} intervals; at most {MOST_LEVELS - 2} are possible")
    return [(Level(_interval_name(low, high), low=low, high=high), points) for low, high, points in intervals]


def _interval_name(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "any number"
    if low is None:
        return f"below {number_text(high or 0.0)}"
    return f"{number_text(low)} and more" if high is None else f"{number_text(low)} to below {number_text(high)}"


def _listed(values: Sequence[str | bool], total: Any) -> list[tuple[Level, int]]:
    """One level per value; values of equal points together where there are too many."""
    if len(values) <= MOST_LEVELS - 2:
        names = unique_names([str(value).lower() if isinstance(value, bool) else value for value in values])
        return [(Level(n, values=(v,)), total(v)) for n, v in zip(names, values, strict=True)]
    together: dict[int, list[str | bool]] = {}
    for value in values:
        together.setdefault(total(value), []).append(value)
    if len(together) > MOST_LEVELS - 2:
        raise GridError(f"{len(values)} values of {len(together)} different points; {MOST_LEVELS - 2} are possible")
    return [(Level(f"{p:+d} points", values=tuple(vs)), p) for p, vs in together.items()]


def _read(text: str) -> str | float:
    """A text among numbers: the number it spells, if it spells one."""
    spelt = as_number(text)
    return text if spelt is None else spelt


def _compare(op: Op, value: float, bound: float) -> bool:
    if op == "at_least":
        return value >= bound
    if op == "above":
        return value > bound
    return value <= bound if op == "at_most" else value < bound
