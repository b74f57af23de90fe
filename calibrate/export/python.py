"""A scorer in one Python file, standard library only: ``score(lead)``, ``band(lead)``, ``reasons(lead)``.

Names and levels of the grid stand in it as literals only, so no text of a grid can become code.
"""

from __future__ import annotations

from ..engine.words import NO, YES
from ..grid import Grid
from .base import Coverage, Options, account, ordered_bands, reason_text

_HEAD = '''"""Lead scorer written by calibrate from one grid; standard library only.

score(lead) gives whole points, band(lead) the name of the band, reasons(lead) the lines that made the score.
A lead is a mapping of source columns to values as they stand in the data; an absent column counts as not given.
"""

import math
import re
from decimal import Decimal
from numbers import Real

'''

_TAIL = '''

DECIMAL = re.compile(r"[ \\t\\r\\n]*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \\t\\r\\n]*")
YES = {yes}
NO = {no}


def score(lead):
    """Whole points of a lead."""
    return sum(points for points, _ in _lines(lead))


def band(lead):
    """Name of the band that the score of a lead falls into; empty below the lowest."""
    total = score(lead)
    return next((name for at_least, name in BANDS if total >= at_least), "")


def reasons(lead):
    """Texts of the lines that made the score, the weightiest first."""
    lines = [line for line in _lines(lead) if line[0]]
    return [text for _, text in sorted(lines, key=lambda line: -abs(line[0]))]


def _lines(lead):
    return [(levels[(at := _level(kind, levels, lead.get(column)))][4], levels[at][5])
            for column, kind, levels in CRITERIA]


def _level(kind, levels, value):
    roles = [level[0] for level in levels]
    missing, other = roles.index("missing"), roles.index("other")
    if _is_missing(value) or _lists(levels[missing][1], value):
        return missing
    number = _number(value) if kind == "number" else None
    for at, (role, values, low, high, _, _) in enumerate(levels):
        if role != "value":
            continue
        if kind == "presence":
            return at
        if kind == "number":
            if number is not None and (low is None or number >= low) and (high is None or number < high):
                return at
        elif _lists(values, value):
            return at
    return other


def _is_missing(value):
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, str):
        return not value.strip(" \\t\\r\\n")
    return isinstance(value, Real) and value != value


def _is_flag(value):
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _lists(values, value):
    texts = [each for each in values if isinstance(each, str)]
    flags = [each for each in values if not isinstance(each, str)]
    if _is_flag(value):
        return bool(value) in flags or any(text.lower() in (YES if value else NO) for text in texts)
    if isinstance(value, str):
        return value in texts or value.lower() in ["true" if flag else "false" for flag in flags]
    number = _number(value)
    return number is not None and any(_number(text) == number for text in texts)


def _number(value):
    if isinstance(value, str):
        return float(value) if DECIMAL.fullmatch(value) else None
    if not (isinstance(value, (Real, Decimal)) or _is_flag(value)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return None
    return None if math.isnan(number) else number
'''


def write(grid: Grid, options: Options) -> str:
    """Text of a Python module that scores like the grid.

    >>> from calibrate.criteria import Criterion, Level
    >>> demo = Criterion("demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> scorer = {}
    >>> exec(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options()), scorer)
    >>> scorer["score"]({"Demo": "yes"}), scorer["reasons"]({"Demo": "yes"})
    (20, ['demo: yes (+20)'])
    """
    rows = [f"GRID = {grid.name!r}", f"BANDS = {tuple(ordered_bands(grid))!r}"]
    if grid.thresholds:
        rows.append(f"MARKETING_QUALIFIED = {int(grid.thresholds.marketing_qualified)}")
        rows.append(f"SALES_QUALIFIED = {int(grid.thresholds.sales_qualified)}")
    rows.append("# column, kind, levels: (role, values, low, high, points, reason)")
    rows.append("CRITERIA = (")
    for at, criterion in enumerate(grid.criteria):
        rows.append(f"    ({criterion.column!r}, {criterion.kind!r}, (")
        for place, level in enumerate(criterion.levels):
            values = tuple(level.values)
            line = (level.role, values, _bound(level.low), _bound(level.high), int(grid.points[at][place]))
            rows.append(f"        {(*line, reason_text(grid, at, place, options.language))!r},")
        rows.append("    )),")
    rows.append(")")
    tail = _TAIL.replace("{yes}", repr(tuple(sorted(YES)))).replace("{no}", repr(tuple(sorted(NO))))
    return _HEAD + "\n".join(rows) + "\n" + tail


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything but expiry is carried."""
    return account("python", grid)


def _bound(bound: float | None) -> float | None:
    return None if bound is None else float(bound)
