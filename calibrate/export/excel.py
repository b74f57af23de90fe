"""A workbook that scores: paste leads into the sheet Leads, and score, band and points follow by formulas.

The sheet Grid holds the points, one line per level; change one there and every score follows. No text of the grid
stands in a formula: formulas point at cells, and texts are written as texts.
"""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ExportError
from ..grid.criteria import Criterion, as_number, meaning
from ..grid.event_columns import is_event_column
from ..grid.grid import Expiry, Grid
from ..grid.mailbox_kinds import DISPOSABLE, FREE, PROFESSIONAL, lists, made_from
from ..grid.reasons import told, words_in
from . import csv
from .base import Coverage, Options, Status, account, key_column, ordered_bands
from .lines import ZERO

ROWS = 500
"""Lines of leads that have formulas; more by filling down."""
LONGEST = 32_767
"""Letters in one cell."""
ENDLESS = 9.99e307
MOST_CRITERIA = 5000
EXACT = 8
EXACTLY = ("kind", "axis", "role", "values", "low", "high", *csv.SIGNS)
"""Hidden columns of the sheet Grid, from column EXACT on, that say exactly what each level holds."""
CREATED = datetime.datetime(2000, 1, 1)
WORDS = {
    "en": {
        "grid": ("criterion", "column", "level", "points"),
        "leads": ("score", "band", "points: {}"),
        "aged": ("scored on", "age in days: {}"),
        "filter": "Clear the filter of this column to see them.",
        "how": "Paste leads below the headings; scores follow. Points are kept in the sheet Grid.",
    },
    "fr": {
        "grid": ("critère", "colonne", "niveau", "points"),
        "leads": ("score", "palier", "points : {}"),
        "aged": ("scores au", "âge en jours : {}"),
        "filter": "Effacez le filtre de cette colonne pour les voir.",
        "how": "Collez les leads sous les titres ; les scores suivent. Les points sont dans la feuille Grid.",
    },
}


@dataclass(frozen=True)
class _Places:
    """Rows (from 1) of one criterion: its levels in Grid, its listed values or intervals in Values."""

    points: Sequence[int]
    first: int
    last: int


def write(grid: Grid, options: Options) -> bytes:
    """The workbook; the same grid gives the same bytes."""
    import xlsxwriter

    words_in(options.language)
    _refuse_long(grid)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED, "title": grid.name, "comments": "calibrate"})
        leads, sheet, values = book.add_worksheet("Leads"), book.add_worksheet("Grid"), book.add_worksheet("Values")
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        places = _write_grid(grid, options, sheet, values, bold, day)
        count = _write_bands(grid, values)
        values.hide()
        mailboxes = any(made_from(criterion.column) is not None for criterion in grid.criteria)
        domains = _write_domains(book.add_worksheet("Domains")) if mailboxes else 0
        if grid.gated:
            _write_axes(grid, book.add_worksheet("Axes"))
        _write_leads(grid, options, leads, places, count, domains, bold)
        leads.activate()
    return content.getvalue()


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything is carried, expiry where one column of the leads dates the lines of a criterion."""

    def fate(rule: Expiry) -> tuple[Status, str]:
        if rule.dated is None:
            return "impossible", "no column says when it was last seen"
        if not any(rule in rules.values() for rules in _rules(grid).values()):
            return "impossible", "one column dates all lines of a criterion here"
        if is_event_column(rule.dated):
            return "approximated", f"'{rule.dated}' is made by calibrate from events: fill it"
        return "carried", ""

    notes: tuple[str, ...] = (
        "a spreadsheet tells numbers apart by 12 to 15 digits, and knows no infinite ones",
        "a text where a number should stand is read as the spreadsheet reads it: '1 000' may count as a number",
        f"the first {ROWS} lines have formulas; fill down for more",
    )
    if _rules(grid):
        notes += ("points expire by the day in cell G1 of the sheet Grid, today unless another is typed there",)
    return account("excel", grid, minimums=True, expiry=fate, makes=("mailbox",), notes=notes)


def _rules(grid: Grid) -> dict[int, dict[int, Expiry]]:
    """Rules by criterion and level, of criteria whose lines are dated by one column: that of the first rule."""
    rules: dict[int, dict[int, Expiry]] = {}
    for at, criterion in enumerate(grid.criteria):
        mine = [rule for rule in grid.expiry if rule.criterion == criterion.name and rule.dated]
        names = [level.name for level in criterion.levels]
        aging = {names.index(rule.level): rule for rule in mine if rule.dated == mine[0].dated}
        if aging:
            rules[at] = aging
    return rules


def _write_grid(grid: Grid, options: Options, sheet: Any, values: Any, bold: Any, day: Any) -> list[_Places]:
    """Points in Grid (column D), and per listed value or interval a line in Values that points at them.

    Values: A text, B its number ("-" for none), C from, D below, E points, F whether it means yes (1) or no (0),
    G whether it is a truth value and no text (1), L to N days, percent and days per percent after which points expire.
    """
    words = WORDS[options.language]
    aging = _rules(grid)
    if aging:
        sheet.write_string(0, 5, words["aged"][0], bold)
        sheet.write_formula(0, 6, "=TODAY()", day)
    for column, title in enumerate(words["grid"]):
        sheet.write_string(0, column, title, bold)
    sheet.set_column(0, 2, 28)
    sheet.freeze_panes(1, 0)
    exact = all(len(cell) < LONGEST for c in grid.criteria for i in range(len(c.levels)) for cell in _exactly(c, i))
    for column, title in enumerate(EXACTLY if exact else (), EXACT):
        sheet.write_string(0, column, title, bold)
    sheet.set_column(EXACT, EXACT + len(EXACTLY) - 1, None, None, {"hidden": True})
    row, line, places = 1, 0, []
    for at, criterion in enumerate(grid.criteria):
        first_row, first = row, line
        for place, points in enumerate(grid.points[at]):
            for column, cell in enumerate(_exactly(criterion, place) if exact else (), EXACT):
                sheet.write_string(row, column, cell)
            sheet.write_string(row, 0, criterion.name)
            sheet.write_string(row, 1, criterion.column)
            sheet.write_string(row, 2, told(criterion, place, words_in(options.language)))
            sheet.write_number(row, 3, points)
            if not points:  # filtered out, but there to be given points
                sheet.set_row(row, None, None, {"hidden": True})
            row += 1
        for place, text, low, high in _entries(criterion):
            flag = isinstance(text, bool)
            cell_text = ("true" if text else "false") if isinstance(text, bool) else text
            number = None if flag else as_number(text)
            values.write_string(line, 0, cell_text)
            _write_cell(values, line, 1, number)
            values.write_number(line, 2, low)
            values.write_number(line, 3, high)
            values.write_formula(line, 4, f"=Grid!D{first_row + place + 1}", None, grid.points[at][place])
            truth = meaning(text)
            _write_cell(values, line, 5, None if truth is None else float(truth))
            values.write_number(line, 6, float(flag))
            rule = aging.get(at, {}).get(place)
            for column, number in enumerate(_terms(rule) if aging else (), 11):
                values.write_number(line, column, number)
            line += 1
        if line == first:  # a range needs a line
            values.write_string(line, 0, "")
            values.write_string(line, 1, "-")
            values.write_number(line, 2, ENDLESS)
            values.write_number(line, 3, -ENDLESS)
            values.write_number(line, 4, 0)
            values.write_string(line, 5, "-")
            values.write_number(line, 6, 0)
            line += 1
        places.append(_Places(range(first_row + 1, row + 1), first + 1, line))
    sheet.autofilter(0, 0, max(1, row - 1), 3)
    sheet.filter_column(3, "x != 0")
    sheet.write_comment(0, 3, f"{ZERO[options.language]} {words['filter']}")
    return places


def _exactly(criterion: Criterion, place: int) -> list[str]:
    """What the name of a level leaves out, so that the workbook can be read back; as the CSV format says it."""
    level = criterion.levels[place]
    bounds = ["" if bound is None else repr(float(bound)) for bound in (level.low, level.high)]
    values = json.dumps(level.values, ensure_ascii=False) if level.values else ""
    return [criterion.kind, criterion.axis, level.role, values, *bounds, *csv.signs_of(criterion)]


def _terms(rule: Expiry | None) -> tuple[float, int, int]:
    """Days, percent and days per percent; those of a line that keeps its points where there is no rule."""
    days = rule.days if rule else None
    return ENDLESS if days is None else days, (rule and rule.percent) or 0, (rule and rule.every_days) or 1


def _write_cell(sheet: Any, row: int, column: int, number: float | None) -> None:
    if number is None or abs(number) > ENDLESS:
        sheet.write_string(row, column, "-")
    else:
        sheet.write_number(row, column, number)


def _entries(criterion: Criterion) -> list[tuple[int, str | bool, float, float]]:
    """Level, listed value, from, below: in the order in which levels are asked, each value once."""
    entries: list[tuple[int, str | bool, float, float]] = []
    values: set[tuple[bool, str | bool]] = set()
    order = [criterion.missing, *(i for i, level in enumerate(criterion.levels) if level.role == "value")]
    for place in order:
        level = criterion.levels[place]
        for value in level.values if place == criterion.missing or criterion.kind in ("text", "boolean") else ():
            if (isinstance(value, bool), value) not in values:
                values.add((isinstance(value, bool), value))
                entries.append((place, value, ENDLESS, -ENDLESS))
        if criterion.kind == "number" and level.role == "value":
            low = -ENDLESS if level.low is None else level.low
            entries.append((place, "", low, ENDLESS if level.high is None else level.high))
    return entries


def _write_bands(grid: Grid, values: Any) -> int:
    """Bands in Values, columns H and I, the lowest first; how many there are.

    Where bands ask for points of fit or engagement, in the order in which they are asked, with those in J and K.
    """
    if grid.gated:
        for row, band in enumerate(grid.ladder):
            demands: dict[str, int] = dict(band.demands)
            values.write_string(row, 8, band.name)
            for column, what in ((7, "score"), (9, "fit"), (10, "engagement")):
                values.write_number(row, column, demands.get(what, -ENDLESS))
        return len(grid.bands)
    steps = dict(reversed(ordered_bands(grid)))
    for row, at_least in enumerate(sorted(steps)):
        values.write_number(row, 7, at_least)
        values.write_string(row, 8, steps[at_least])
    return len(steps)


def _write_axes(grid: Grid, sheet: Any) -> None:
    """A 1 for each criterion of fit, a 0 for each of engagement, in the order in which their points stand."""
    for at, criterion in enumerate(grid.criteria):
        sheet.write_number(0, at, float(criterion.axis == "fit"))
    sheet.hide()


def _write_leads(
    grid: Grid, options: Options, sheet: Any, places: list[_Places], bands: int, domains: int, bold: Any
) -> None:
    words = WORDS[options.language]
    columns = list(dict.fromkeys(made_from(c.column) or c.column for c in grid.criteria))
    aging = _rules(grid)
    dated = list(dict.fromkeys(str(rule.dated) for rules in aging.values() for rule in rules.values()))
    columns = list(dict.fromkeys([*columns, *dated]))
    mailboxes = list(dict.fromkeys(c.column for c in grid.criteria if made_from(c.column) is not None))
    key = key_column(grid, options) or "lead_id"
    score, band = len(columns) + 1, len(columns) + 2
    titles = [key, *columns, *words["leads"][:2], *(words["leads"][2].format(c.name) for c in grid.criteria)]
    titles += [*mailboxes, *(words["aged"][1].format(column) for column in dated)]
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, bold)
    sheet.write_comment(0, 0, words["how"])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(titles), 16)
    first, last = _letters(score + 2), _letters(score + 1 + len(grid.criteria))
    for row in range(2, ROWS + 2):
        empty = f"COUNTA(A{row}:{_letters(len(columns))}{row})=0"
        sheet.write_formula(row - 1, score, f'=IF({empty},"",SUM({first}{row}:{last}{row}))', None, "")
        if bands:
            total = f"{_letters(score)}{row}"
            place = f"MATCH({total},Values!$H$1:$H${bands},1)"
            if grid.gated:
                fit = f"SUMPRODUCT(Axes!$A$1:${_letters(len(grid.criteria) - 1)}$1,{first}{row}:{last}{row})"
                asked_for = ((total, "H"), (fit, "J"), (f"({total}-{fit})", "K"))
                met = "*".join(f"({had}>=Values!${column}$1:${column}${bands})" for had, column in asked_for)
                place = f"MATCH(1,INDEX({met},0),0)"
            band_name = f"INDEX(Values!$I$1:$I${bands},{place})"
            sheet.write_formula(row - 1, band, f'=IF({empty},"",IFERROR({band_name},""))', None, "")
        kinds = {column: f"{_letters(score + 2 + len(grid.criteria) + at)}{row}" for at, column in enumerate(mailboxes)}
        for at, column in enumerate(mailboxes):
            address = f"{_letters(columns.index(made_from(column) or column) + 1)}{row}"
            sheet.write_formula(row - 1, score + 2 + len(grid.criteria) + at, _mailbox(address, domains), None, "")
        ages = {}
        for at, column in enumerate(dated, score + 2 + len(grid.criteria) + len(mailboxes)):
            signal, ages[column] = f"{_letters(columns.index(column) + 1)}{row}", f"{_letters(at)}{row}"
            sheet.write_formula(row - 1, at, _age(signal), None, "")
        for at, criterion in enumerate(grid.criteria):
            cell = kinds.get(criterion.column) or f"{_letters(columns.index(criterion.column) + 1)}{row}"
            rules = aging.get(at, {})
            age = ages[str(next(iter(rules.values())).dated)] if rules else ""
            points = _points(criterion, places[at], cell, rules, age)
            sheet.write_formula(row - 1, score + 2 + at, f'=IF({empty},"",{points})', None, "")


def _mailbox(address: str, count: int) -> str:
    """Formula for the kind of mailbox of an address, looked up in the sheet Domains."""
    domain = f'TRIM(LOWER(RIGHT(SUBSTITUTE({address}&"","@",REPT(" ",300)),300)))'
    kind = f'IFERROR(VLOOKUP({domain},Domains!$A$1:$B${count},2,FALSE),"{PROFESSIONAL}")'
    return f'=IF(OR(ISERROR(FIND(".",{domain},2)),ISNUMBER(FIND(" ",{domain}))),"",{kind})'


def _write_domains(sheet: Any) -> int:
    """The lists of free and disposable mailboxes; how many lines they have."""
    free, disposable = lists()
    kinds = {**dict.fromkeys(free, FREE), **dict.fromkeys(disposable, DISPOSABLE)}
    for row, domain in enumerate(sorted(kinds)):
        sheet.write_string(row, 0, domain)
        sheet.write_string(row, 1, kinds[domain])
    sheet.hide()
    return len(kinds)


def _age(cell: str) -> str:
    """Formula for the age in days of a date, a moment or a text that begins with a day; -1 where there is none."""
    age = f"IFERROR(Grid!$G$1-DATEVALUE(LEFT(TRIM({cell}),10)),-1)"
    return f"=IF(ISNUMBER({cell}),Grid!$G$1-INT({cell}),{age})"


def _left(points: str, days: str, percent: str, every: str, age: str) -> str:
    """Formula for what an age leaves of points (of one cell, or of a range in a sum of products), as `Expiry.keeps`."""
    gone = f"{percent}*INT(MAX({age},0)/{every})"
    share = f"(100-{gone})*({gone}<100)"
    return f"SIGN({points})*INT((2*ABS({points})*{share}+100)/200)*({age}<{days})"


def _points(criterion: Criterion, place: _Places, cell: str, rules: Mapping[int, Expiry], age: str) -> str:
    """Formula for the points of one criterion: missing, listed or inside, else other."""
    rows = f"${place.first}:${{}}${place.last}"

    def column(letter: str) -> str:
        return f"Values!${letter}{rows.format(letter)}"

    points = [f"Grid!$D${row}" for row in place.points]
    for at, rule in rules.items():
        days, percent, every = _terms(rule)
        points[at] = _left(points[at], f"{days:.15g}", str(percent), str(every), age)
    worth = _left(column("E"), column("L"), column("M"), column("N"), age) if rules else column("E")
    blank = f'{cell}&""'
    for sign in (9, 10, 13):
        blank = f'SUBSTITUTE({blank},CHAR({sign}),"")'
    exact = f"EXACT({column('A')},{cell})*(1-{column('G')})+EXACT({column('A')},LOWER({cell}))*{column('G')}"
    truth = f"ISNUMBER({column('F')})*({column('F')}=N({cell}))"
    number = f"ISNUMBER({column('B')})*({column('B')}={cell})"
    kinds = f"ISLOGICAL({cell})", f"ISNUMBER({cell})*(1-ISLOGICAL({cell}))", f"ISTEXT({cell})"
    # sums of products and no IF, which old versions want in braces; LibreOffice takes TRUE for a number
    matches = "+".join(f"{kind}*({test})" for kind, test in zip(kinds, (truth, number, exact), strict=True))
    missing_level = criterion.levels[criterion.missing]
    gone = f'TRIM({blank})=""'
    if missing_level.values:
        count = len({(isinstance(v, bool), v) for v in missing_level.values})
        end = place.first + count - 1
        gone = f"OR({gone},SUMPRODUCT({matches.replace(f'${place.last}', f'${end}')})>0)"
    remainder = points[criterion.other]
    if criterion.kind == "presence":
        remainder = points[next(i for i, level in enumerate(criterion.levels) if level.role == "value")]
    elif criterion.kind == "number":
        reading = cell
        for spelling, plain in criterion.signs:
            reading = f"SUBSTITUTE({reading},{_spelt(spelling)},{_spelt(plain)})"
        read = f'IF(ISLOGICAL({cell}),N({cell}),IF(ISNUMBER({cell}),{cell},_xlfn.NUMBERVALUE({reading},".","|")))'
        if criterion.no_answers:
            matches = f"ISNUMBER({column('B')})*({column('B')}={read})".replace(f"${place.last}", f"${end}")
            gone = f"OR({gone},IFERROR(SUMPRODUCT({matches})>0,FALSE))"
        inside = f"({column('C')}<={read})*({read}<{column('D')})"
        odd = f'ISNUMBER(SEARCH("%",{reading}))'
        level_points = f"IF(SUMPRODUCT({inside})>0,SUMPRODUCT({inside}*{column('E')}),{remainder})"
        remainder = f"IF({odd},{remainder},IFERROR({level_points},{remainder}))"
    elif any(level.role == "value" for level in criterion.levels):
        first = f"MATCH(1,INDEX({matches},0),0)"
        level_points = f"INDEX({worth},{first})"
        if rules:
            level_points = f"SUMPRODUCT((ROW({column('E')})={first}+{place.first - 1})*{worth})"
        remainder = f"IFERROR({level_points},{remainder})"
    return f"IF({gone},{points[criterion.missing]},{remainder})"


def _spelt(text: str) -> str:
    """A text in a formula, letter by letter by its number."""
    return "&".join(f"_xlfn.UNICHAR({ord(letter)})" for letter in text) or '""'


def _letters(column: int) -> str:
    """Name of a column counted from 0.

    >>> [_letters(column) for column in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    name = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    return name


def _refuse_long(grid: Grid) -> None:
    if len(grid.criteria) > MOST_CRITERIA:
        raise ExportError(f"excel: {len(grid.criteria)} criteria; a sheet has columns for {MOST_CRITERIA}")
    for criterion in grid.criteria:
        for text in (criterion.name, criterion.column, *(v for level in criterion.levels for v in level.values)):
            if isinstance(text, str) and len(text) > LONGEST - 20:
                raise ExportError(f"excel: '{text[:60]}…' has {len(text):,} letters; a cell holds {LONGEST:,}")
