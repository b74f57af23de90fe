"""A grid that already runs somewhere, read from the file it comes in, to be measured before anything changes.

`read` tells the formats apart by their content. A table with the columns criterion, level and points (in English or
French) is taken from CSV or a workbook; level names say what they hold: ``5-9``, ``<5``, ``10+``, yes/no, or a text.
Nothing of a file is run, and size, depth and counts are bounded while it is read.
"""

from __future__ import annotations

import csv as stdlib_csv
import io
import json as stdlib_json
import math
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from .. import vocabulary
from ..errors import GridError
from ..grid.criteria import MISSING, MOST_LEVELS, OTHER, Axis, Criterion, Kind, Level, as_number
from ..grid.grid import Grid
from ..grid.lead_age import ANY_AGE
from ..spreadsheet_cells import safe, unsafe
from . import csv, json
from .grid_file import LONGEST_NAME, MOST_BYTES, MOST_CRITERIA
from .json import check_levels
from .schemes import whole

if TYPE_CHECKING:
    from ..engine import Table

MOST_ROWS = 100_000
GRID_SHEET = "Grid"
"""Looked at first: the sheet with the points of our workbooks; others hold formulas for each lead."""
MOST_UNPACKED = 32 * 1024 * 1024
HEADS = {
    "criterion": ("criterion", "critère", "critere", "criteria"),
    "level": ("level", "niveau", "answer", "réponse", "reponse", "value", "valeur"),
    "points": ("points", "score", "point"),
    "column": ("column", "colonne", "field", "champ"),
    "axis": ("axis", "axe"),
}
NO_ANSWER = (
    "missing",
    "(missing)",
    "not given",
    "non renseigné",
    "non renseigne",
    "empty",
    "vide",
    "absent",
    "no answer",
)
REST = ("other", "(other)", "others", "any other answer", "autre", "autres", "autre réponse", "autre reponse")
EVERY_LEAD = ("every lead", "tout lead", "all leads", "tous les leads")
"""What every lead has before its answers count: a line without a criterion."""
FILLED = ("filled", "renseigné", "renseigne", "rempli", "given", "present")
YES, NO = (tuple(sorted(word for word in words if len(word) > 1)) for words in (vocabulary.YES, vocabulary.NO))
"""Levels of a yes/no question: a lone letter or digit may be anything."""


def _foreign(name: str) -> Callable[[str, str], Grid]:
    """The reader of a format that is not ours, loaded when a file is in it."""
    from . import hubspot_reading, marketo, mautic, odoo, pmml_reading, zoho

    rooms = {
        "pmml": pmml_reading,
        "hubspot": hubspot_reading,
        "zoho": zoho,
        "mautic": mautic,
        "marketo": marketo,
        "odoo": odoo,
    }
    reader: Callable[[str, str], Grid] = rooms[name].read
    return reader


def load(path: str | Path) -> Grid:
    """The grid in a file, whatever format it is in."""
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise GridError(f"{path}: {file.stat().st_size:,} bytes; a grid file has at most {MOST_BYTES:,}")
        with file.open("rb") as opened:  # a pipe or a device has no size, and no end
            content = opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise GridError(f"{path}: cannot be read ({fault.strerror or fault}). Is the path right?") from None
    return read(content, str(path))


def read(content: bytes | str, source: str) -> Grid:
    r"""The grid in a file's content; the format is told by the content.

    >>> grid = read("criterion,level,points\nVisits,0-4,0\nVisits,5+,9\nDemo,yes,20\n", "ours.csv")
    >>> grid.score({"Visits": 7, "Demo": "yes"}), grid.score({"Visits": 4})
    (29, 0)
    """
    if isinstance(content, bytes) and content[:4] == b"PK\x03\x04":
        rows = _workbook(content, source)
        return _ours(rows, source) or table(rows, source)
    text = _text(content, source)
    name = recognised(text, source) or ("json" if source.lower().endswith(".json") else "")
    try:
        if not name:
            return table(_rows(text, source), source)
        ours = {"json": json.read, "csv": csv.read}
        return (ours[name] if name in ours else _foreign(name))(text, source)
    except RecursionError:
        raise GridError(f"{source}: nested too deeply to be a file of rules") from None


def recognised(text: str, source: str) -> str:
    """Name of the format a text is in; empty for a table of lines."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        return "pmml"
    if start in ("{", "["):
        return _json_format(text, source)
    head = next(iter(_rows(text[:10_000], source)), [])
    names = {cell.strip().casefold() for cell in head}
    if {"won_count", "lost_count"} <= names:
        return "odoo"
    return "csv" if {"criterion", "kind", "role", "points"} <= names else ""


def _json_format(text: str, source: str) -> str:
    if len(text) > MOST_BYTES:
        raise GridError(f"{source}: {len(text):,} bytes; a grid file has at most {MOST_BYTES:,}")
    try:
        body = stdlib_json.loads(text)
    except (ValueError, RecursionError):
        return "json"  # its reader says what is wrong
    if isinstance(body, list):
        return "mautic"
    keys = set(body) if isinstance(body, dict) else set()
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        paths = " ".join(str(request.get("path", "")) for request in body["requests"] if isinstance(request, dict))
        for mark, name in (
            ("lead-scoring", "hubspot"),
            ("scoring_rules", "zoho"),
            ("/points", "mautic"),
            ("tokens", "marketo"),
        ):
            if mark in paths:
                return name
    for mark, name in (
        ("groupConfigs", "hubspot"),
        ("scoring_rules", "zoho"),
        ("points", "mautic"),
        ("result", "marketo"),
    ):
        if mark in keys and "schema" not in keys:
            return name
    return "json"


def as_answered(grid: Grid, leads: Table) -> Grid:
    """The grid where a criterion read as numbers meets a column that holds the names of its levels as texts.

    A table says ``10-49`` alike for people counted and for the answer of a list; the leads tell which it is.
    """
    from ..engine import sql

    texts = {column.name for column in leads.columns if column.type == "text"}
    criteria = []
    for criterion in grid.criteria:
        values = [level for level in criterion.levels if level.role == "value"]
        names = [level.name for level in values if as_number(level.name) is None and not level.values]
        if grid.method == "current" and criterion.kind == "number" and criterion.column in texts and names:
            statement = sql.listed(sql.identifier(criterion.column), names).sql("duckdb")
            count = f"SELECT COUNT(CASE WHEN {statement} THEN 1 END) AS n FROM {leads.relation}"
            if int(leads.fetch(count)["n"][0]):
                levels = tuple(
                    Level(level.name, values=(level.name,)) if level.role == "value" else level
                    for level in criterion.levels
                )
                criterion = replace(criterion, kind="text", levels=levels)
        criteria.append(criterion)
    return replace(grid, criteria=tuple(criteria))


def table(rows: Sequence[Sequence[str]], source: str) -> Grid:
    """The grid in a table with the columns criterion, level and points; column and axis if there are any."""
    if not rows:
        raise GridError(f"{source}: nothing in it. Expected columns criterion, level, points")
    places = _places(rows[0], source)
    lines_of: dict[str, list[tuple[str, int]]] = {}
    heads: dict[str, tuple[str, Axis]] = {}
    start = 0
    for number, row in enumerate(rows[1:], 2):
        cells = {key: unsafe(row[at].strip()) if at < len(row) else "" for key, at in places.items()}
        if not any(cells.values()):
            continue
        where = f"{source}: line {number}"
        longest = max(map(len, cells.values()))
        if longest > LONGEST_NAME:
            raise GridError(f"{where} has a cell of {longest:,} letters; a name has at most {LONGEST_NAME:,}")
        if not cells["criterion"] and cells["level"].casefold() in EVERY_LEAD:
            start += whole(cells["points"] or "0", where)
            continue
        if not cells["criterion"] or not cells["level"]:
            raise GridError(f"{where} has no {'criterion' if not cells['criterion'] else 'level'}")
        axis: Axis = "engagement" if cells.get("axis", "").casefold().startswith("eng") else "fit"
        heads.setdefault(cells["criterion"], (cells.get("column") or cells["criterion"], axis))
        lines = lines_of.setdefault(cells["criterion"], [])
        lines.append((cells["level"], whole(cells["points"] or "0", where)))
        if len(lines_of) > MOST_CRITERIA or len(lines) > MOST_LEVELS:
            raise GridError(f"{where}: a grid has at most {MOST_CRITERIA:,} criteria of {MOST_LEVELS} levels")
    if not lines_of:
        raise GridError(f"{source}: headings only; no line of a grid follows")
    criteria, points = [], []
    for name, lines in lines_of.items():
        try:
            criterion, values = _criterion(name, *heads[name], lines)
            check_levels(criterion)
        except GridError as fault:
            raise GridError(f"{source}: {fault}") from None
        criteria.append(criterion)
        points.append(values)
    return Grid(Path(source).stem or "current", "current", tuple(criteria), tuple(points), start=start)


def _criterion(
    name: str, column: str, axis: Axis, lines: Sequence[tuple[str, int]]
) -> tuple[Criterion, tuple[int, ...]]:
    """One criterion from its lines; missing and any other answer count 0 unless a line says otherwise."""
    away = [line for line in lines if line[0].casefold() in NO_ANSWER]
    remainder = [line for line in lines if line[0].casefold() in REST]
    values = [line for line in lines if line not in away and line not in remainder]
    if len(away) > 1 or len(remainder) > 1:
        raise GridError(f"criterion '{name}' has two lines for {'no answer' if len(away) > 1 else 'other answers'}")
    names = [level.casefold() for level, _ in values]
    kind: Kind = "text"
    if values and all(level in (*YES, *NO) for level in names):
        kind = "boolean"
        levels = [_flag(level) for level, _ in values]
    elif names in ([word] for word in FILLED):
        kind = "presence"
        levels = [Level(values[0][0])]
    elif (
        values and all(_interval(level) for level in names) and not all(as_number(level) is not None for level in names)
    ):
        kind = "number"
        levels = _intervals([level for level, _ in values])
    else:
        levels = [Level(level, values=(level,)) for level, _ in values]
    ends = [
        Level(away[0][0] if away else MISSING, "missing"),
        Level(remainder[0][0] if remainder else OTHER, "other"),
    ]
    points = [p for _, p in values] + [away[0][1] if away else 0, remainder[0][1] if remainder else 0]
    return Criterion(name, column, kind, axis, (*levels, *ends)), tuple(points)


def _flag(name: str) -> Level:
    """A yes or a no in the spellings that files have."""
    yes = name.casefold() in YES
    words = [word for word in (YES if yes else NO) if word not in ("true", "false")]
    digit = "1" if yes else "0"
    spelt = (*words, *(word.capitalize() for word in words), *(word.upper() for word in words), digit)
    return Level(name, values=(yes, *dict.fromkeys(spelt)))


_N = r"(-?[\d.]+|-?\d+,\d{1,2})"
"""A number, also with a decimal comma; three digits behind a comma could be thousands."""
_SHAPES = tuple(
    (pattern.replace("N", _N), shape)
    for pattern, shape in (
        (r"(?:<|below|under|moins de)\s*N", "below"),
        (r"(?:<=|≤|up to|jusqu'à)\s*N", "up to"),
        (r"(?:>=|≥|from|à partir de)\s*N", "from"),
        (r"(?:>|over|above|plus de)\s*N", "above"),
        (r"N\s*(?:\+|and more|or more|et plus)", "from"),
        (r"N\s*(?:-|–|to|à)\s*N", "between"),
        (r"N\s*(?:to below|to under|to\s*<|à\s*<)\s*N", "half open"),
        (r"N", "between"),
    )
)


def _interval(name: str) -> tuple[str, tuple[float, ...]] | None:
    """Shape and numbers of a level name that says an interval.

    >>> [_interval(name) for name in ("5-9", "10+", "< 0,5", "Software")]
    [('between', (5.0, 9.0)), ('from', (10.0,)), ('below', (0.5,)), None]
    """
    for pattern, shape in _SHAPES:
        match = re.fullmatch(pattern, name.strip().casefold())
        numbers = [as_number(bound.replace(",", ".")) for bound in match.groups()] if match else []
        if numbers and all(number is not None for number in numbers):
            return shape, tuple(number for number in numbers if number is not None)
    return None


def _intervals(names: Sequence[str]) -> list[Level]:
    """Levels of a number criterion; ``5-9`` reaches up to where the next one begins."""
    read_as = [(name, interval) for name in names if (interval := _interval(name))]
    starts = sorted(numbers[0] for _, (shape, numbers) in read_as if shape in ("between", "half open", "from"))
    levels = []
    for name, (shape, numbers) in read_as:
        low, high = numbers[0], numbers[-1]
        if shape == "below":
            levels.append(Level(name, high=low))
        elif shape == "up to":
            levels.append(Level(name, high=_end(low, starts)))
        elif shape in ("from", "above"):
            levels.append(Level(name, low=low if shape == "from" else math.nextafter(low, math.inf)))
        else:
            levels.append(Level(name, low=low, high=high if shape == "half open" else _end(high, starts, low)))
    return levels


def _end(last: float, starts: Sequence[float], first: float = -math.inf) -> float:
    """Where an interval that names its last number ends: at the next start, if that is within the next whole number."""
    after = [start for start in starts if last <= start <= last + 1 and start > first]
    if after:
        return after[0]
    return last + 1 if last.is_integer() else math.nextafter(last, math.inf)


def _places(head: Sequence[str], source: str) -> dict[str, int]:
    names = [cell.strip().casefold().lstrip("\ufeff") for cell in head]
    places = {key: names.index(word) for key, words in HEADS.items() for word in words if word in names}
    lacking = [key for key in ("criterion", "level", "points") if key not in places]
    if lacking:
        headings = ", ".join(f"'{cell[:30]}'" for cell in head[:10])
        raise GridError(
            f"{source}: no column named {' or '.join(lacking)}; its first line has {headings or 'nothing'}. "
            f"A table of a grid has the columns criterion, level, points"
        )
    return places


def _text(content: bytes | str, source: str) -> str:
    if len(content) > MOST_BYTES:
        raise GridError(f"{source}: {len(content):,} bytes; a grid file has at most {MOST_BYTES:,}")
    if isinstance(content, str):
        return content
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GridError(f"{source}: neither UTF-8 nor Windows text; save it as CSV in UTF-8")


def _rows(text: str, source: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    try:
        rows = [
            row
            for row, _ in zip(
                stdlib_csv.reader(io.StringIO(text, newline=""), delimiter=separator), range(MOST_ROWS), strict=False
            )
        ]
    except stdlib_csv.Error as fault:
        raise GridError(f"{source}: this is no table ({fault})") from None
    return [row for row in rows if any(cell.strip() for cell in row)]


def _workbook(content: bytes, source: str) -> list[list[str]]:
    """Lines of the first sheet that has the headings of a grid."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise GridError(f"{source}: unpacks to more than {MOST_UNPACKED:,} bytes; a grid is small")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except GridError:
        raise
    except Exception as fault:  # openpyxl raises many kinds on a broken file
        raise GridError(f"{source}: this is no workbook ({type(fault).__name__})") from None
    first: list[list[str]] = []
    for sheet in sorted(book.worksheets, key=lambda sheet: sheet.title != GRID_SHEET):
        try:
            cells = list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS, max_col=50))
        except Exception as fault:  # a sheet is parsed only when its rows are taken
            raise GridError(f"{source}: its sheet '{sheet.title[:40]}' is damaged ({type(fault).__name__})") from None
        rows = [[_cell(cell) for cell in row] for row in cells]
        rows = [row for row in rows if any(row)]
        names = {cell.strip().casefold() for cell in rows[0]} if rows else set()
        if all(names & set(HEADS[key]) for key in ("criterion", "level", "points")):
            return rows
        first = first or rows
    return first


def _ours(rows: Sequence[Sequence[str]], source: str) -> Grid | None:
    """The grid in a workbook of ours, which says in hidden columns what each level holds; points are those shown."""
    heads = {word: key for key, words in HEADS.items() for word in words}
    names = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if not {"kind", "role", "values"} <= set(names):
        return None
    text = io.StringIO()
    lines = stdlib_csv.writer(text)
    lines.writerow(heads.get(name, name) for name in names)
    lines.writerows([safe(cell) for cell in row] for row in rows[1:])
    return csv.read(text.getvalue(), source)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def read_grid_for(path: str, at: date | None) -> tuple[Grid, str, bool]:
    """The grid to score with: for a day, the one beside it that holds at any age, where its provenance names one.

    Also that grid's name (empty: there is none, or no day), and whether its file lies beside the first one.
    """
    grid = read_grid(path)
    name = str(grid.provenance.get(ANY_AGE) or "")
    if at is None or not name or Path(name).name != name:
        return grid, "", False
    beside = Path(path).with_name(f"{name}.json")
    return (read_grid(str(beside)), name, True) if beside.is_file() else (grid, name, False)


def read_grid(path: str) -> Grid:
    """A grid from a weight file, or from the rules of a system that runs one: see `export.reading`."""
    if not Path(path).exists():
        raise GridError(f"there is no grid file '{path}'")
    return load(path)
