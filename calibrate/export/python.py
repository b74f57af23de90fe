"""A scorer in one Python file, standard library only: ``score(lead)``, ``band(lead)``, ``reasons(lead)``.

Names and levels of the grid stand in it as literals only, so no text of a grid can become code.
"""

from __future__ import annotations

from ..grid.grid import Grid
from ..grid.mailbox_kinds import lists, made_from
from ..vocabulary import NO, YES
from .base import (
    Coverage,
    Options,
    account,
    band_rates,
    close_rates,
    expiry_rule,
    needed_columns,
    ordered_bands,
    raw_notes,
    reason_text,
    word_rules,
)
from .lines import start_texts

_HEAD = '''"""Lead scorer written by calibrate from one grid; standard library only.

score(lead) gives whole points, band(lead) the name of the band, reasons(lead) the lines that made the score.
A lead is a mapping of source columns to values as they stand in the data; None and empty texts are no answer. A lead
without one of the COLUMNS is refused with MissingColumn; with strict=False an absent column is no answer either.
Numbers may come as text, written as the calibrated source writes them (1 234,5 where it has decimal commas).
With at=date(...), points are those of that day: lines that expire keep what the age of their signal leaves. The day of
a signal is a date, a datetime or a text that begins with YYYY-MM-DD.
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from numbers import Real

'''

_TAIL = '''

DECIMAL = re.compile(r"[ \\t\\r\\n]*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \\t\\r\\n]*")
YES = {yes}
NO = {no}


class MissingColumn(LookupError):
    """A lead lacks a column that the score needs."""


def score(lead, at=None, strict=True):
    """Whole points of a lead."""
    return START + sum(points for points, _ in _lines(lead, at, strict))


def band(lead, at=None, strict=True):
    """Name of the band that the score of a lead falls into; empty below the lowest."""
    total = score(lead, at, strict)
    return next((name for at_least, name in BANDS if total >= at_least), "")


def close_rate(lead, at=None, strict=True):
    """Close rate to expect at the score of a lead, with its 95 % interval: (rate, low, high); None: not known."""
    total = score(lead, at, strict)
    below = [rates for at_least, *rates in CLOSE_RATES if total >= at_least] or [rates for _, *rates in CLOSE_RATES[:1]]
    return tuple(below[-1]) if below else None


def reasons(lead, at=None, strict=True):
    """Texts of the lines that made the score, the weightiest first."""
    lines = [line for line in _lines(lead, at, strict) if line[0]]
    return [text for _, text in sorted(lines, key=lambda line: -abs(line[0]))] + START_TEXTS


def _lines(lead, at, strict):
    needed = COLUMNS + (DATED if at is not None else ()) if strict else ()
    lacking = [column for column in needed if not _has(lead, column)]
    if lacking:
        raise MissingColumn(
            f"the lead has no column {', '.join(map(repr, lacking))}; a column without an answer is given as None, and "
            "strict=False takes what is absent for no answer"
        )
    for column, kind, levels, *signs in CRITERIA:
        _, _, _, _, points, text, rule = levels[_level(kind, levels, _value(lead, column), signs)]
        day = _day(lead.get(rule[3])) if rule and at is not None else None
        if day is None:
            yield points, text
        else:
            left = _left(points, rule, (at - day).days)
            yield left, text if left == points else text.rpartition(" (")[0] + f" ({left:+d})"


def _has(lead, column):
    return column in lead


def _value(lead, column):
    return lead.get(column)


def _left(points, rule, age):
    days, percent, every_days, _ = rule
    if days is not None:
        return points if age < days else 0
    left = (2 * abs(points) * max(0, 100 - percent * (max(age, 0) // every_days)) + 100) // 200
    return left if points > 0 else -left


def _day(value):
    if isinstance(value, datetime):
        return value.date() if value == value else None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def _level(kind, levels, value, signs):
    roles = [level[0] for level in levels]
    missing, other = roles.index("missing"), roles.index("other")
    if _is_missing(value) or _lists(levels[missing][1], value):
        return missing
    number = _number(_plain(value, signs)) if kind == "number" else None
    texts = [text for text in levels[missing][1] if isinstance(text, str)]
    if number is not None and any(_number(_plain(text, signs)) == number for text in texts):
        return missing
    for at, (role, values, low, high, *_) in enumerate(levels):
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


def _plain(value, signs):
    for sign, plain in signs if isinstance(value, str) else ():
        value = value.replace(sign, plain)
    return value


def _number(value):
    if isinstance(value, str):
        return float(value) if DECIMAL.fullmatch(value) else None
    if not (isinstance(value, (Real, Decimal)) or _is_flag(value)):
        return None
    try:
        number = float(str(value) if type(value).__name__ in ("float32", "float16") else value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return None
    return None if math.isnan(number) else number
'''


_BY_SCORE = _TAIL[_TAIL.index("def band(") : _TAIL.index("\n\n\ndef close_rate(")]
_GATED = '''def band(lead, at=None, strict=True):
    """Name of the band that a lead is in: the first of which it has the score and the points of fit and engagement."""
    had = {"fit": 0, "engagement": 0}
    for axis, (points, _) in zip(AXES, _lines(lead, at, strict)):
        had[axis] += points
    had["score"] = START + sum(had.values())
    return next((name for name, demands in BANDS if all(had[what] >= least for what, least in demands)), "")'''


_PLAIN_VALUE = """def _has(lead, column):
    return column in lead


def _value(lead, column):
    return lead.get(column)
"""
_WORDS = """LETTERS = {letters}
DERIVED = {derived}


def _has(lead, column):
    return _plain_has(lead, column) or (column in DERIVED and DERIVED[column][0] in lead)


def _value(lead, column):
    if column in lead or column not in DERIVED:
        return _plain_value(lead, column)
    source, letters, edge, path, answers, rest = DERIVED[column]
    value = lead.get(source)
    if _is_missing(value):
        return None
    text = str(int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value)
    text = _path(text) if path else text
    text = "".join(LETTERS[letters].get(letter, letter) for letter in edge + text + edge).lower()
    text = text.replace(" ", "<>").replace("><", "").replace("<>", " ")
    text = text.replace(" |", "|").replace("| ", "|") if edge == "|" else text
    return next((answer for answer, parts in answers if any(part in text for part in parts)), rest)


def _path(address):
    plain = address.strip(" ").partition("?")[0].partition("#")[0]
    if "://" in plain:
        plain = plain.partition("://")[2]
    elif plain.startswith("/"):
        return plain
    elif "." not in plain.partition("/")[0]:
        return "/" + plain
    return "/" + plain.partition("/")[2]
"""


_MAILBOX = """FREE = frozenset({free}.split())
DISPOSABLE = frozenset({disposable}.split())


def _has(lead, column):
    return column in lead or (column.endswith(" (mailbox)") and column.removesuffix(" (mailbox)") in lead)


def _value(lead, column):
    if column in lead or not column.endswith(" (mailbox)"):
        return lead.get(column)
    address = lead.get(column.removesuffix(" (mailbox)"))
    domain = address.rpartition("@")[2].lower().rstrip(" \\t\\r\\n<>()[]\\"\';,.") if isinstance(address, str) else ""
    if "." not in domain[1:] or " " in domain:
        return None
    return "disposable" if domain in DISPOSABLE else "free" if domain in FREE else "professional"
"""


def write(grid: Grid, options: Options) -> str:
    """Text of a Python module that scores like the grid.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> scorer = {}
    >>> exec(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options()), scorer)
    >>> scorer["score"]({"Demo": "yes"}), scorer["reasons"]({"Demo": "yes"})
    (20, ['demo: yes (+20)'])
    """
    rows = [f"GRID = {grid.name!r}", f"BANDS = {tuple(ordered_bands(grid))!r}"]
    if grid.gated:
        rows[1] = f"BANDS = {tuple((band.name, band.demands) for band in grid.ladder)!r}"
        rows.append(f"AXES = {tuple(criterion.axis for criterion in grid.criteria)!r}")
    rows.append(f"CLOSE_RATES = {close_rates(grid)!r}")
    rows.append(f"BAND_RATES = {band_rates(grid)!r}  # leads not seen before, customers, close rate, its 95 % interval")
    if grid.thresholds:
        rows.append(f"MARKETING_QUALIFIED = {int(grid.thresholds.marketing_qualified)}")
        rows.append(f"SALES_QUALIFIED = {int(grid.thresholds.sales_qualified)}")
    rows += [
        f"START = {int(grid.start)}  # what every lead has",
        f"START_TEXTS = {start_texts(grid, options.language)!r}",
    ]
    columns, dated = needed_columns(grid)
    rows += [f"COLUMNS = {columns!r}", f"DATED = {dated!r}"]
    rows.append("# column, kind, levels: (role, values, low, high, points, reason, expiry); signs in numbers, if any")
    rows.append("CRITERIA = (")
    for at, criterion in enumerate(grid.criteria):
        rows.append(f"    ({criterion.column!r}, {criterion.kind!r}, (")
        for place, level in enumerate(criterion.levels):
            values = tuple(level.values)
            line = (level.role, values, _bound(level.low), _bound(level.high), int(grid.points[at][place]))
            text, rule = reason_text(grid, at, place, options.language), expiry_rule(grid, at, place)
            rows.append(f"        {(*line, text, rule)!r},")
        rows.append(f"    ){''.join(f', {sign!r}' for sign in criterion.signs)}),")
    rows.append(")")
    tail = _TAIL.replace("{yes}", repr(tuple(sorted(YES)))).replace("{no}", repr(tuple(sorted(NO))))
    if grid.gated:
        tail = tail.replace(_BY_SCORE, _GATED)
    before, after = tail.split(_PLAIN_VALUE)
    functions = _PLAIN_VALUE
    if any(made_from(criterion.column) is not None for criterion in grid.criteria):
        free, disposable = (" ".join(sorted(domains)) for domains in lists())
        functions = _MAILBOX.replace("{free}", repr(free)).replace("{disposable}", repr(disposable))
    rules = word_rules(grid)
    if rules.columns:
        plain = functions.replace("def _value(", "def _plain_value(").replace("def _has(", "def _plain_has(")
        letters = ",\n    ".join(ascii(table) for table in rules.letters)
        listed = ",\n    ".join(f"{column!a}: {rule!a}" for column, rule in rules.columns.items())
        words = _WORDS.replace("{letters}", f"(\n    {letters},\n)")
        functions = plain + "\n\n" + words.replace("{derived}", f"{{\n    {listed},\n}}")
    return _HEAD + "\n".join(rows) + "\n" + before + functions + after


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything is carried, save what is made from events."""
    return account("python", grid, minimums=True, expiry=None, makes=("mailbox", "words"), notes=raw_notes(grid))


def _bound(bound: float | None) -> float | None:
    return None if bound is None else float(bound)
