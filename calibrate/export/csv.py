"""One line per level with points, to be read in a spreadsheet and argued over; it can be read back.

Its last line says that all other answers have 0 points; a level of 0 points is listed only where others depend on it.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that begins with an
apostrophe; reading takes one away. Listed values stand in one cell as a JSON list.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ..errors import GridError
from ..grid.criteria import Criterion
from ..grid.grid import Grid
from ..grid.reasons import words_in
from ..spreadsheet_cells import safe, unsafe
from . import grid_file
from . import json as canonical
from .base import Coverage, Options, account
from .lines import lines_only, zero_line
from .remarks import remark
from .schemes import MOST_BYTES, number, whole

COLUMNS = (
    *("criterion", "column", "kind", "axis", "level", "role", "values", "low", "high", "points"),
    *("leads", "customers", "points_low", "points_high", "sign_kept", "points_kept", "note"),
)
SIGNS = ("decimal", "thousands", "units")
"""Further columns where a source writes numbers with signs of its own, as words."""
RULE = "derived"
"""One more where columns are derived from texts: the rule, on the first line of its criterion."""
START = "start"
"""The role of the line that says what every lead has before its answers count."""
WORDS = {".": "", ",": "comma", " ": "blank", "": ""}


def write(grid: Grid, options: Options) -> str:
    """The lines of a grid as CSV, separated by commas.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("=demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> print(write(Grid("g", "lift", (demo,), ((20, -1, 0),)), Options()).splitlines()[2])
    '=demo,Demo,presence,engagement,missing,missing,,,,-1,,,,,,,
    """
    grid = lines_only(grid)
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")  # then both signs are quoted inside a cell
    signed = any(criterion.signs for criterion in grid.criteria)
    ruled = any(criterion.derived is not None for criterion in grid.criteria)
    lines.writerow((*COLUMNS, *(SIGNS if signed else ()), *((RULE,) if ruled else ())))
    for at, criterion in enumerate(grid.criteria):
        rule = grid_file.rule_said(criterion.derived)
        for place, (level, points) in enumerate(zip(criterion.levels, grid.points[at], strict=True)):
            if not points and level.role != "value" and not level.values:
                continue
            row: list[Any] = [criterion.name, criterion.column, criterion.kind, criterion.axis, level.name, level.role]
            row += [json.dumps(level.values, ensure_ascii=False) if level.values else "", level.low, level.high, points]
            if grid.evidence:
                evidence = grid.evidence[at][place]
                counts = [evidence.leads, evidence.customers, evidence.low, evidence.high]
                row += [*counts, evidence.sign_kept, evidence.points_kept, evidence.note]
            else:
                row += [None] * 7
            row += signs_of(criterion) if signed else []
            row += [rule] if ruled else []
            rule = ""
            lines.writerow([safe(cell) if isinstance(cell, str) else _number(cell) for cell in row])
    if grid.start:
        row = ["", "", "", "", words_in(options.language)["start"], START, "", "", "", grid.start]
        lines.writerow([*(safe(str(cell)) if isinstance(cell, str) else cell for cell in row), *[""] * 7])
    lines.writerow([zero_line(options.language), *[""] * (len(COLUMNS) - 1)])
    return out.getvalue()


def coverage(grid: Grid, options: Options) -> Coverage:
    """Every line is carried; a table of lines has no place for the rest."""
    lost = remark("no_place")
    return account(
        "csv", grid, bands=("impossible", lost), expiry=("impossible", lost), makes=("mailbox", "events", "words")
    )


def read(text: str, source: str) -> Grid:
    """The grid behind lines written by `write`, also after somebody changed points in a spreadsheet."""
    if len(text) > MOST_BYTES:
        raise GridError(f"{source}: {len(text):,} bytes; at most {MOST_BYTES:,} are read. Is this the right file?")
    criteria: dict[str, dict[str, Any]] = {}
    start = 0
    for line, row in enumerate(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")), 2):
        where = f"{source}: line {line}"
        cells = {key: unsafe(value or "") for key, value in row.items() if key and isinstance(value, str)}
        if cells.get("criterion") and not any(text for key, text in cells.items() if key != "criterion"):
            continue  # the sentence on answers without points
        if not {"criterion", "level", "points"} <= cells.keys():
            raise GridError(f"{where} has too few cells; expected the columns {', '.join(COLUMNS)}")
        if cells.get("role") == START:
            start += whole(cells["points"] or "0", where)
            continue
        head = {key: cells.get(key, "") for key in ("column", "kind", "axis")}
        head |= {key: _sign(key, cells[key], where) for key in SIGNS if cells.get(key)}
        name = cells["criterion"]
        entry = criteria.setdefault(name, {"name": name, **head, "levels": []})
        if cells.get(RULE):
            entry["derived"] = json.loads(grid_file.rule_said(grid_file.rule_read(cells[RULE], where)))
        if {key: entry[key] for key in head} != head:
            raise GridError(f"{where}: the criterion '{name[:60]}' has another column, kind or axis than above")
        entry["levels"].append(_level(cells, where))
    for entry in criteria.values():
        entry["levels"] += _ends(entry["levels"])
    sums = [(max(p), min(p)) for c in criteria.values() if (p := [level["points"] for level in c["levels"]])]
    body = {
        "schema": grid_file.SCHEMA,
        "name": "current",
        "method": "current",
        "criteria": list(criteria.values()),
        "maximum": start + sum(best for best, _ in sums),
        "minimum": start + sum(worst for _, worst in sums),
        "start": start,
    }
    return canonical.read(json.dumps(body), source)


def _ends(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The levels missing and other that a table of lines leaves out, with 0 points."""
    names, roles = {level["level"] for level in levels}, {level["role"] for level in levels}
    ends = []
    for role in ("missing", "other"):
        name: str = role
        while name in names:
            name = f"({name})"
        ends += [] if role in roles else [{"level": name, "role": role, "points": 0}]
    return ends


def signs_of(criterion: Criterion) -> list[str]:
    """The signs of a criterion's numbers as cells: decimal, thousands, units."""
    between = "point" if criterion.thousands == "." else WORDS[criterion.thousands]
    units = json.dumps(criterion.units, ensure_ascii=False) if criterion.units else ""
    return [WORDS[criterion.decimal], between, units]


def _sign(key: str, word: str, where: str) -> Any:
    if key == "units":
        try:
            return json.loads(word)
        except (ValueError, RecursionError):
            raise GridError(f"{where}: '{word[:40]}' is no list of units") from None
    signs = {name: sign for sign, name in WORDS.items() if name} | ({"point": "."} if key == "thousands" else {})
    if word not in signs:
        raise GridError(f"{where}: '{word[:40]}' is no sign in numbers; write {' or '.join(signs)}")
    return signs[word]


def _level(cells: dict[str, str], where: str) -> dict[str, Any]:
    level: dict[str, Any] = {"level": cells["level"], "role": cells.get("role") or "value"}
    level["points"] = whole(cells["points"], where)
    if cells.get("values"):
        try:
            level["values"] = json.loads(cells["values"])
        except (ValueError, RecursionError):
            raise GridError(f'{where}: \'values\' must be a list such as ["a", "b"]') from None
    for key in ("low", "high"):
        if cells.get(key):
            level[key] = number(cells, key, where)
    if cells.get("leads") and cells.get("customers"):
        counts = {"leads": whole(cells["leads"], where), "customers": whole(cells["customers"], where)}
        names = {"points_low": "low", "points_high": "high", "sign_kept": "sign_kept"}
        names["points_kept"] = "points_kept"
        more = {new: number(cells, old, where) for old, new in names.items() if cells.get(old)}
        level["evidence"] = {**counts, **more, "note": cells.get("note", "")}
    return level


def _number(value: Any) -> str:
    if value is None:
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
