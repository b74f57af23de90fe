"""Random grids with hostile names, and random leads to score: the same for every format."""

from __future__ import annotations

import random
import sys
from itertools import pairwise
from typing import Any

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Evidence, Expiry, Grid, Pin, Thresholds

# fmt: off
HOSTILE = (
    "'; DROP TABLE leads; --", "<script>alert(1)</script>", "</script><b>", '=HYPERLINK("http://x","y")', "+1+1",
    "-2+3", "@SUM(A1)", "a\\b", "back\\", "\\'", "\\n", "line\nbreak", "back\\\nbreak", "tab\there", "cr\rhere",
    "it's", 'say "hi"', '"""', "'''", "`tick`", "[x]]", "été", "ÉTÉ", "été", "naïve", "日本語", "😀🎯", "a,b;c|d",
    "{{x}}", "${x}", "%s %d", "#{x}", "&amp;", "<![CDATA[", "]]>", "-->", "*/", "/*", "--", "null", "NULL", "None",
    "true", "FALSE", "0", "1", "1.0", "-1", "007", "1e3", "Select", "select", "SELECT", "a ", "a", " a", "A", "other",
    "missing", "__proto__", "constructor", "toString", "\u2028", "\xa0", "ﬁ", "ß", "ss", "İ", "ſ", "x" * 200, "$1",
    "?", ":p", "é\\", "N'x'", "'", "\\", '"', "$$", "E'\\\\'", "NaN", "inf", "Infinity", "1_000", "0x10", "١٢",
    "\ufeff", "=1", "{=1}",
)
BLANK = ("", " ", "\t", " \r\n ")
NUMBERS = (
    "0", "5", "-3", "1.5", " 7 ", "+2", ".5", "5.", "1e1", "1E-2", "-0", "1e999", "00012", "99999999999999999999",
    "1,5", "1 000", "--1", "+-1", "e5", "1e", ".", "abc", "12abc", "0,1", "1 000,5", "1\u202f000,5", "1\xa0000",
    "5'000", "1,000", "1,000.5", "-2,5", "5,0", "3,5 %", "1.000,5",
)
# fmt: on
SIGNS = ((".", ""), (".", ""), (",", ""), (",", " "), (".", ","), (".", " "))
"""How sources write numbers: sign of the fraction, sign between thousands."""
CUTS = (-2.5, 0.0, 0.1, 1.0, 5.0, 7.0, 12.0, 1e3, 0.30000000000000004)


def text(rng: random.Random) -> str:
    """A hostile string, or a random one, never blank and without NUL."""
    if rng.random() < 0.7:
        return rng.choice(HOSTILE)
    alphabets = ((33, 127), (161, 1000), (0x1F300, 0x1F600))
    return "".join(chr(rng.randrange(*rng.choice(alphabets))) for _ in range(3))


def distinct(rng: random.Random, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[text(rng)] = None
    return list(found)


def criterion(rng: random.Random, name: str, column: str, kind: str) -> Criterion:
    names = distinct(rng, 12)
    missing = Level("missing", "missing", tuple(distinct(rng, rng.choice((0, 0, 1, 2)))))
    other = Level("other", "other")
    if kind == "presence":
        levels = [Level(names[0])]
    elif kind == "number":
        cuts = sorted({rng.choice(CUTS) for _ in range(rng.randint(1, 4))})
        ends = [None if rng.random() < 0.8 else -10.0, *cuts, None if rng.random() < 0.8 else 1e6]
        levels = [Level(names[i], low=a, high=b) for i, (a, b) in enumerate(pairwise(ends))]
        if len(levels) > 2 and rng.random() < 0.3:
            del levels[1]
    elif kind == "boolean":
        flags = [True, False]
        rng.shuffle(flags)
        said = {True: ("Yes", "oui", "1", "TRUE"), False: ("No", "non", "0", "n")}
        words = rng.random() < 0.5
        spelt = [tuple(rng.sample(said[flag], 2)) if words else (flag,) for flag in flags]
        levels = [Level(name, values=values) for name, values in zip(names[:2], spelt, strict=True)][
            : rng.randint(1, 2)
        ]
    else:
        values = distinct(rng, rng.randint(1, 8))
        levels, at = [], 0
        while values:
            take = rng.randint(1, 3)
            levels.append(Level(names[at], values=tuple(values[:take])))
            values, at = values[take:], at + 1
    order = [*levels, missing, other]
    if rng.random() < 0.3:
        order = [missing, other, *levels]
    taken = {level.name for level in levels}
    if taken & {"missing", "other"}:
        order = [Level("(missing)", level.role, level.values) if level.role == "missing" else level for level in order]
        order = [Level("(other)", "other") if level.role == "other" else level for level in order]
    axis = rng.choice(("fit", "engagement"))
    reference, ordered = rng.choice((None, order[0].name)), rng.random() < 0.2
    signs = rng.choice(SIGNS) if kind == "number" else SIGNS[0]
    return Criterion(name, column, kind, axis, tuple(order), reference, ordered, False, *signs)  # type: ignore[arg-type]


def grid(rng: random.Random, *, size: int = 6, columns: list[str] | None = None) -> Grid:
    """A grid with hostile names, negative points, bands and evidence."""
    names = distinct(rng, size)
    columns = columns or distinct(rng, size)
    criteria = tuple(
        criterion(rng, name, column, rng.choice(("text", "text", "number", "boolean", "presence")))
        for name, column in zip(names, columns, strict=True)
    )
    points = tuple(tuple(rng.choice((0, 0, rng.randint(-30, 60))) for _ in c.levels) for c in criteria)
    bands = tuple(Band(name, rng.randint(-40, 120), text(rng)) for name in distinct(rng, rng.randint(0, 3)))
    low = rng.randint(-10, 40)
    return Grid(
        text(rng),
        "lift",
        criteria,
        points,
        rng.choice((None, Thresholds(low, low + rng.randint(0, 40)))),
        None,
        bands,
        (Expiry(criteria[0].name, criteria[0].levels[0].name, days=30),) if rng.random() < 0.3 else (),
        (Pin(criteria[0].name, criteria[0].levels[0].name, 5, text(rng), text(rng)),) if rng.random() < 0.3 else (),
        tuple(
            tuple(Evidence(rng.randint(1, 999), 1, -1.5, 2.25, 0.9, 0.5, text(rng)) for _ in c.levels) for c in criteria
        ),
        None,
        {"as_of": "2025-09-30", "leads": 100, "note": text(rng)},
        random.Random(repr(points)).choice((0, 0, -12, 6, 15)),  # of its own: all else is drawn as before
    )


def value(rng: random.Random, asked: Criterion, column_type: str) -> Any:
    """A value for one criterion, of one column type: text, number, boolean or any."""
    if column_type == "any":
        column_type = rng.choice(("text", "text", "number", "boolean"))
    if rng.random() < 0.1:
        return None
    listed = [v for level in asked.levels for v in level.values]
    bounds = [b for level in asked.levels for b in (level.low, level.high) if b is not None]
    if column_type == "boolean":
        return rng.random() < 0.5
    if column_type == "integer":
        return rng.choice([*(int(b) for b in bounds), *(int(b) + 1 for b in bounds), 0, 1, -1, 7, 12, 10**12])
    if column_type == "number":
        near = [b + d for b in bounds for d in (0, -1e-9, 1e-9, 1)]
        plain = [0, 1, -1, 7, 3.25, 1e300, -1e-300, float("nan"), float("inf"), float("-inf")]
        return rng.choice([*near, *near, *plain])
    if asked.kind == "number" and rng.random() < 0.7:
        return rng.choice([repr(b) for b in bounds] + [repr(b).replace(".", ",") for b in bounds] + list(NUMBERS))
    texts = [v for v in listed if isinstance(v, str)] + [rng.choice(("true", "False", "TRUE"))]
    twisted = [t.swapcase() for t in texts] + [t + " " for t in texts] + [t.strip() or "x" for t in texts]
    return rng.choice([*texts, *texts, rng.choice(twisted), rng.choice(BLANK), text(rng), rng.choice(NUMBERS)])


def leads(rng: random.Random, grid: Grid, types: dict[str, str], count: int) -> list[dict[str, Any]]:
    """Leads of a grid; with columns of one type each, or any where the type is not given; keys may be absent."""
    made = []
    for _ in range(count):
        lead = {c.column: value(rng, c, types.get(c.column, "any")) for c in grid.criteria}
        made.append({key: v for key, v in lead.items() if v is not None or rng.random() < 0.5})
    return made


def typed(rng: random.Random, *, size: int = 6, flags: bool = True) -> tuple[Grid, dict[str, str]]:
    """A grid on columns that a database can hold, and a type for each; `flags` says that truth values exist."""
    names = [name for name in HOSTILE if len(name.encode()) < 60]
    rng.shuffle(names)
    columns = list({name.casefold().strip(): name for name in names}.values())[:size]
    made = grid(rng, size=size, columns=columns)
    own = {"text": "text", "number": "number", "boolean": "boolean", "presence": "text"}
    types = {}
    for asked in made.criteria:
        possible = ["text", "number", "integer", "boolean"] if flags else ["text", "number", "integer"]
        if asked.kind == "boolean" and not flags:  # there a number 1 is a yes
            possible = ["text", "boolean"]
        types[asked.column] = own[asked.kind] if rng.random() < 0.6 else rng.choice(possible)
    return made, types


def compared(capsys: Any, engine: str, count: int) -> None:
    """Tell how many scores one replay compared."""
    with capsys.disabled():
        sys.stdout.write(f" [{engine}: {count:,} scores compared]")
