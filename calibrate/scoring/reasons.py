"""Score and reasons of a row from one lookup per criterion: each line of a grid is a bit beside its points.

Lines stand in the order of their points, the weightiest first, and each has a bit of its own. What a level gives is
one whole number: its points (counted from the criterion's least, so that none is negative) in the low bits, its line's
bit above them. The sum over the criteria then holds the score and the set of lines that made it; the lowest bits of the
set are the weightiest lines. Lines that find no room beside the score stand in further sums, in which only criteria
with such lines take part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from ..engine import sql
from ..engine.query import EVERYTHING, both, call, case, case_of, cast, listing, rows, select, value, whole
from ..errors import GridError
from ..grid.grid import Grid, Measure
from ..grid.reasons import start_reason, told, words_in
from ..spreadsheet_cells import safe

MOST_REASONS = 3
SMALL, LARGE = 62, 126
"""Bits of a BIGINT and of a HUGEINT that a sum may use; the last one is the sign."""
_Left: TypeAlias = Mapping[int, Mapping[int, str]]


@dataclass(frozen=True)
class Marked:
    """SQL for the score and the reasons of each row of a relation.

    `over(relation)` has the relation's columns and those that `names` tells: the score and, where a band of the grid
    asks for them, the points of fit and of engagement. `reasons` is an expression over it, the text of the weightiest
    lines.
    """

    selects: tuple[dict[str, str], ...]
    reasons: str
    names: Mapping[Measure, str]

    def over(self, relation: str) -> str:
        """The relation with what is added to each of its rows."""
        for columns in self.selects:
            relation = rows(select({EVERYTHING: EVERYTHING} | columns, relation), "marked")
        return relation


@dataclass(frozen=True)
class _Line:
    """One line with points: its criterion, level and text."""

    criterion: int
    level: int
    text: str


@dataclass(frozen=True)
class _Word:
    """The lines of one sum, from a first bit on."""

    lines: tuple[_Line, ...]
    first: int

    @property
    def end(self) -> int:
        """The first bit that is free."""
        return self.first + len(self.lines)

    def bits(self, criterion: int) -> dict[int, int]:
        """The bit of each line of a criterion, by level."""
        return {line.level: 1 << self.first + i for i, line in enumerate(self.lines) if line.criterion == criterion}


def marked(
    grid: Grid,
    codes: Sequence[exp.Expr],
    remaining: _Left,
    columns: Sequence[str],
    words: Mapping[str, str] | None = None,
    *,
    every_line: bool = False,
    most_bits: int = LARGE,
) -> Marked:
    """Score and reasons of a grid, from the expression of each criterion's level code.

    `remaining` has SQL for the points that are left of a line, by criterion and level; with nothing left it is no
    reason. `columns` are the relation's: none of them has the name of one that is added. `words` are those of
    `words_in`. With `every_line` the reasons are all lines that fired: their points add up to the score. `most_bits`
    are those of the engine's largest whole number.
    """
    prefix = _prefix(columns)
    measures: dict[Measure, str] = {
        "score": f"{prefix}score",
        "fit": f"{prefix}fit",
        "engagement": f"{prefix}engagement",
    }
    least = [min(0, *points) for points in grid.points]
    room = (grid.maximum - grid.start - sum(least)).bit_length()
    if room >= SMALL:
        raise GridError(f"grid '{grid.name}' has points too large to be added up; divide all of them by one number")
    lines = _lines(grid, words_in("en") if words is None else words)
    line_words = _words(lines, room, most_bits)
    wide = line_words[0].end + MOST_REASONS > SMALL
    sums = [_sum(grid, codes, least if i == 0 else None, word, remaining, wide) for i, word in enumerate(line_words)]
    score = f"{whole(f'{prefix}sum0 & {2**room - 1}')} + {sum(least) + grid.start}"
    sets = [f"({prefix}sum{i} & {-(1 << word.first)})" for i, word in enumerate(line_words)]
    sets[-1] = f"({sets[-1]} | {((1 << MOST_REASONS) - 1) << line_words[-1].end})"  # so that no set runs out of lines
    marks = {measures["score"]: score}
    if grid.gated:
        marks[measures["fit"]] = _fit(grid, codes, remaining)
    marks |= {f"{prefix}set{i}": expression for i, expression in enumerate(sets)}
    selects = [{f"{prefix}sum{i}": expression for i, expression in enumerate(sums)}, marks]
    if grid.gated:
        selects.append({measures["engagement"]: f"{measures['score']} - {measures['fit']} - {grid.start}"})
    names = [f"{prefix}set{i}" for i in range(len(line_words))]
    if every_line:
        start = start_reason(grid, words)
        return Marked(tuple(selects), _all_texts(line_words, names, remaining, str(start or "")), measures)
    places = []
    for _ in range(MOST_REASONS):
        places.append(_weightiest(names, line_words))
        selects.append({f"{name}_": part for name, part in zip(names, _without(names), strict=True)})
        names = [f"{name}_" for name in names]
    return Marked(tuple(selects[:-1]), _texts(lines, places, remaining), measures)


def _prefix(columns: Sequence[str]) -> str:
    """A beginning that no column's name has.

    >>> _prefix(["a", "score"]), _prefix(["__SUM0"])
    ('__', '___')
    """
    prefix = "__"
    while any(name.lower().startswith(prefix) for name in columns):
        prefix += "_"
    return prefix


def _lines(grid: Grid, words: Mapping[str, str]) -> list[_Line]:
    """All lines, the weightiest first; ties keep the grid's order."""
    ranked = [
        (-abs(points), criterion, level)
        for criterion, line in enumerate(grid.points)
        for level, points in enumerate(line)
        if points
    ]
    lines = []
    for _, criterion, level in sorted(ranked):
        answered = grid.criteria[criterion]
        text = f"{answered.name}: {told(answered, level, words)} ({grid.points[criterion][level]:+d})"
        lines.append(_Line(criterion, level, safe(text)))
    return lines


def _words(lines: Sequence[_Line], room: int, most_bits: int) -> list[_Word]:
    """The lines in as many words as they need: one where they find room beside the score."""
    words, first = [], room
    end = most_bits - MOST_REASONS
    while len(lines) > end - first:
        words.append(_Word(tuple(lines[: end - first]), first))
        lines, first = lines[end - first :], 0
    return [*words, _Word(tuple(lines), first)]


def _sum(
    grid: Grid, codes: Sequence[exp.Expr], least: Sequence[int] | None, word: _Word, remaining: _Left, wide: bool
) -> str:
    """SQL for one sum over the criteria: the bits of its lines and, where `least` is given, the points below them."""
    parts = []
    for at, (code, points) in enumerate(zip(codes, grid.points, strict=True)):
        bits = word.bits(at)
        low = 0 if least is None else least[at]
        numbers = [(0 if least is None else worth - low) + bits.get(level, 0) for level, worth in enumerate(points)]
        aged = {}
        for level, worth_left in remaining.get(at, {}).items():
            worth = "0" if least is None else f"({worth_left} - {low})"
            aged[level] = f"{worth} + {case((f'{worth_left} = 0', 0), otherwise=bits.get(level, 0))}"
        if any(numbers):
            parts.append(_chosen(code, numbers, aged))
    first = cast(parts[0] if parts else "0", "hugeint" if wide else "bigint")
    return " + ".join([first, *parts[1:]])


def _fit(grid: Grid, codes: Sequence[exp.Expr], remaining: _Left) -> str:
    """SQL for the points of fit."""
    parts = [
        _chosen(code, points, remaining.get(at, {}))
        for at, (criterion, code, points) in enumerate(zip(grid.criteria, codes, grid.points, strict=True))
        if criterion.axis == "fit" and any(points)
    ]
    return " + ".join(parts) or "0"


def _chosen(code: exp.Expr, numbers: Sequence[int], instead: Mapping[int, str]) -> str:
    """The number of a row's level, or other SQL for some levels."""
    number = sql.mapped(code, numbers.__getitem__).sql("duckdb")
    return case_of(code.sql("duckdb"), dict(sorted(instead.items())), number)


def _weightiest(sets: Sequence[str], words: Sequence[_Word]) -> str:
    """SQL for the place, from 1 on, of the lowest bit among all lines."""
    branches, before = [], 0
    for name, word in zip(sets, words, strict=True):
        lowest = whole(call.bit_count(f"({name} & -{name}) - 1"))
        place = f"{lowest} + {before - word.first + 1}"
        branches.append((f"{name} <> 0", place))
        before += len(word.lines)
    *earlier, (_, last) = branches
    return case(*earlier, otherwise=last) if earlier else last


def _without(sets: Sequence[str]) -> list[str]:
    """SQL for the sets without the lowest bit of all."""
    reduced = []
    for i, name in enumerate(sets):
        cleared = f"{name} & ({name} - 1)"
        spent = both(*(f"{heavier} = 0" for heavier in sets[:i]))
        reduced.append(case((spent, cleared), otherwise=name) if i else cleared)
    return reduced


def _texts(lines: Sequence[_Line], places: Sequence[str], remaining: _Left) -> str:
    """SQL for the texts of the lines at some places, behind one another; behind the last line there are empty ones.

    A line that age has taken points from says what is left of them.
    """
    pieces = []
    for i, place in enumerate(places):
        phrases = [f"; {line.text}" if i else line.text for line in lines] + [""] * MOST_REASONS
        picked = call.list_extract(f"[{listing(map(value, phrases))}]", place)
        branches = {}
        for at, line in enumerate(lines):
            worth = remaining.get(line.criterion, {}).get(line.level)
            if worth is not None:
                branches[at + 1] = _aged(phrases[at], worth)
        pieces.append(case_of(place, branches, picked))
    return call.concat(*pieces)


def _all_texts(words: Sequence[_Word], sets: Sequence[str], remaining: _Left, start: str) -> str:
    """SQL for the texts of all lines whose bit is set, the weightiest first, then of what every lead has."""
    pieces = []
    for word, name in zip(words, sets, strict=True):
        for at, line in enumerate(word.lines):
            text = f"; {line.text}"
            worth = remaining.get(line.criterion, {}).get(line.level)
            phrase = value(text) if worth is None else _aged(text, worth)
            pieces.append(case((f"({name} & {1 << word.first + at}) <> 0", phrase), otherwise=value("")))
    pieces += [value(f"; {start}")] if start else []
    return call.substring(call.concat(value(""), *pieces), 3) if pieces else value("")


def _aged(text: str, worth: str) -> str:
    """SQL for the text of a line from which age has taken points: it says what is left."""
    stem = value(text.rpartition("(")[0] + "(")
    sign = case((f"{worth} > 0", value("+")), otherwise=value(""))
    return call.concat(stem, sign, worth, value(")"))
