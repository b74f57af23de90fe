"""A workbook that scores: paste leads into the sheet Leads, and score, band and points follow by formulas.

The sheet Grid holds the points, one line per level; change one there and every score follows. No text of the grid
stands in a formula: formulas point at cells, and texts are written as texts.
"""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

from ..errors import ExportError
from ..grid.criteria import Criterion, as_number, meaning
from ..grid.event_columns import is_event_column
from ..grid.grid import Expiry, Grid
from ..grid.mailbox_kinds import DISPOSABLE, FREE, lists, made_from
from ..grid.reasons import told, words_in
from ..language import load
from . import csv
from .base import Coverage, Options, account, band_rates, close_rates, key_column, ordered_bands
from .excel_formulas import (
    ENDLESS,
    Places,
    age_formula,
    band_formula,
    letters,
    mailbox_formula,
    points_formula,
    rate_formula,
    terms_of,
)
from .excel_words import WordSheets, write_words
from .grid_file import rule_said
from .lines import zero_line
from .markdown import band_said
from .remarks import Fate, Remark, remark

ROWS = 500
"""Lines of leads that have formulas; more by filling down."""
LONGEST = 32_767
"""Letters in one cell."""
MOST_CRITERIA = 5000
EXACT = 8
EXACTLY = ("kind", "axis", "role", "values", "low", "high", *csv.SIGNS, csv.RULE)
"""Hidden columns of the sheet Grid, from column EXACT on, that say exactly what each level holds."""
CREATED = datetime.datetime(2000, 1, 1)


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
        day, percent = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "0.0%"))
        places = _write_grid(grid, options, sheet, values, bold, day)
        count = _write_bands(grid, values)
        _write_rates(grid, values)
        if band_rates(grid):
            _write_counted(grid, options, book.add_worksheet("Bands"), bold, percent)
        values.hide()
        mailboxes = any(made_from(criterion.column) is not None for criterion in grid.criteria)
        domains = _write_domains(book.add_worksheet("Domains")) if mailboxes else 0
        if grid.gated:
            _write_axes(grid, book.add_worksheet("Axes"))
        words = write_words(grid, book)
        _write_leads(grid, options, leads, (places, words), (count, domains), (bold, percent))
        leads.activate()
    return content.getvalue()


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything is carried, expiry where one column of the leads dates the lines of a criterion."""

    def fate(rule: Expiry) -> Fate:
        if rule.dated is None:
            return "impossible", remark("undated")
        if not any(rule in rules.values() for rules in _rules(grid).values()):
            return "impossible", remark("one_date_column")
        if is_event_column(rule.dated):
            return "approximated", remark("from_events", column=rule.dated)
        return "carried", None

    notes: tuple[Remark, ...] = (
        remark("digits"),
        remark("text_numbers"),
        remark("first_lines", rows=ROWS),
    )
    if _rules(grid):
        notes += (remark("scored_on"),)
    return account("excel", grid, minimums=True, expiry=fate, makes=("mailbox", "words"), notes=notes)


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


def _write_grid(grid: Grid, options: Options, sheet: Any, values: Any, bold: Any, day: Any) -> list[Places]:
    """Points in Grid (column D), and per listed value or interval a line in Values that points at them.

    Values: A text, B its number ("-" for none), C from, D below, E points, F whether it means yes (1) or no (0),
    G whether it is a truth value and no text (1), L to N days, percent and days per percent after which points expire.
    """
    words = load(options.language)
    aging = _rules(grid)
    if aging:
        sheet.write_string(0, 5, words("scoring_book.scored_on"), bold)
        sheet.write_formula(0, 6, "=TODAY()", day)
    for column, title in enumerate(words("scoring_book.grid").split("|")):
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
            for column, number in enumerate(terms_of(rule) if aging else (), 11):
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
        places.append(Places(range(first_row + 1, row + 1), first + 1, line))
    if grid.start:
        sheet.write_string(row, 2, words_in(options.language)["start"])
        sheet.write_number(row, 3, grid.start)
        if exact:
            sheet.write_string(row, EXACT + EXACTLY.index("role"), csv.START)
        row += 1
    sheet.autofilter(0, 0, max(1, row - 1), 3)
    sheet.filter_column(3, "x != 0")
    sheet.write_comment(0, 3, f"{zero_line(options.language)} {words('scoring_book.filter')}")
    return places


def _exactly(criterion: Criterion, place: int) -> list[str]:
    """What the name of a level leaves out, so that the workbook can be read back; as the CSV format says it."""
    level = criterion.levels[place]
    bounds = ["" if bound is None else repr(float(bound)) for bound in (level.low, level.high)]
    values = json.dumps(level.values, ensure_ascii=False) if level.values else ""
    rule = "" if place else rule_said(criterion.derived)
    return [criterion.kind, criterion.axis, level.role, values, *bounds, *csv.signs_of(criterion), rule]


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


def _write_rates(grid: Grid, values: Any) -> None:
    """From which score on which close rate is expected, with its interval: Values, columns P to S."""
    for row, step in enumerate(close_rates(grid)):
        for column, number in enumerate(step, 15):
            values.write_number(row, column, number)


def _write_counted(grid: Grid, options: Options, sheet: Any, bold: Any, percent: Any) -> None:
    """The bands with what leads that the points had not seen came to in them (95 % interval)."""
    for column, title in enumerate(load(options.language)("scoring_book.bands").split("|")):
        sheet.write_string(0, column, title, bold)
    sheet.set_column(0, 7, 20)
    rates = band_rates(grid)
    for row, band in enumerate(grid.ladder, 1):
        name, action = band_said(band.name, band.action, options.language)
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, band.at_least)
        sheet.write_string(row, 2, action)
        for column, number in enumerate(rates.get(band.name, ()), 3):
            sheet.write_number(row, column, number, percent if column > 4 else None)


def _write_axes(grid: Grid, sheet: Any) -> None:
    """A 1 for each criterion of fit, a 0 for each of engagement, in the order in which their points stand."""
    for at, criterion in enumerate(grid.criteria):
        sheet.write_number(0, at, float(criterion.axis == "fit"))
    sheet.hide()


def _write_leads(
    grid: Grid,
    options: Options,
    sheet: Any,
    sheets: tuple[list[Places], WordSheets | None],
    counts: tuple[int, int],
    formats: tuple[Any, Any],
) -> None:
    """The sheet to paste leads into; `sheets` tells where points and words stand.

    `counts` are the lines of bands and of domains, `formats` bold and percent.
    """
    words, (bands, domains), (bold, percent), (places, derived) = load(options.language), counts, formats, sheets
    columns = list(dict.fromkeys(made_from(c.column) or c.source for c in grid.criteria))
    aging = _rules(grid)
    dated = list(dict.fromkeys(str(rule.dated) for rules in aging.values() for rule in rules.values()))
    columns = list(dict.fromkeys([*columns, *dated]))
    mailboxes = list(dict.fromkeys(c.column for c in grid.criteria if made_from(c.column) is not None))
    start_row = 2 + sum(len(criterion.levels) for criterion in grid.criteria)
    steps = len(close_rates(grid))
    rates = words("scoring_book.rates").split("|") if steps else ()
    score, band = len(columns) + 1, len(columns) + 2
    first_rate = band + 1
    first_points = first_rate + len(rates)
    first_mailbox = first_points + len(grid.criteria)
    titles = [key_column(grid, options) or "lead_id", *columns]
    titles += [words("scoring_book.score"), words("scoring_book.band"), *rates]
    titles += [words("scoring_book.points", criterion=c.name) for c in grid.criteria]
    titles += [*mailboxes, *(words("scoring_book.age", column=column) for column in dated)]
    first_word = len(titles)
    titles += derived.titles if derived is not None else []
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, bold)
    sheet.write_comment(0, 0, words("scoring_book.how"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(titles), 16)
    for row in range(2, ROWS + 2):
        empty = f"COUNTA(A{row}:{letters(len(columns))}{row})=0"
        points = f"{letters(first_points)}{row}:{letters(first_mailbox - 1)}{row}"
        start = f"+Grid!$D${start_row}" if grid.start else ""
        total = f"{letters(score)}{row}"
        sheet.write_formula(row - 1, score, f'=IF({empty},"",SUM({points}){start})', None, "")
        if bands:
            name = band_formula(grid, bands, total, points, start)
            sheet.write_formula(row - 1, band, f'=IF({empty},"",{name})', None, "")
        for part in range(len(rates)):
            rate = rate_formula(steps, total, part)
            sheet.write_formula(row - 1, first_rate + part, f'=IF({empty},"",{rate})', percent, "")
        kinds = {column: f"{letters(first_mailbox + at)}{row}" for at, column in enumerate(mailboxes)}
        for at, column in enumerate(mailboxes):
            address = f"{letters(columns.index(made_from(column) or column) + 1)}{row}"
            sheet.write_formula(row - 1, first_mailbox + at, mailbox_formula(address, domains), None, "")
        ages = {}
        for at, column in enumerate(dated, first_mailbox + len(mailboxes)):
            signal, ages[column] = f"{letters(columns.index(column) + 1)}{row}", f"{letters(at)}{row}"
            sheet.write_formula(row - 1, at, age_formula(signal), None, "")
        pasted = {column: f"{letters(at)}{row}" for at, column in enumerate(columns, 1)}
        formulas, made = ([], {}) if derived is None else derived.formulas(row, first_word, pasted)
        for at, formula in enumerate(formulas, first_word):
            sheet.write_formula(row - 1, at, formula, None, "")
        for at, criterion in enumerate(grid.criteria):
            cell = kinds.get(criterion.column) or made.get(criterion.column) or pasted[criterion.source]
            rules = aging.get(at, {})
            age = ages[str(next(iter(rules.values())).dated)] if rules else ""
            worth = points_formula(criterion, places[at], cell, rules, age)
            sheet.write_formula(row - 1, first_points + at, f'=IF({empty},"",{worth})', None, "")


def _write_domains(sheet: Any) -> int:
    """The lists of free and disposable mailboxes; how many lines they have."""
    free, disposable = lists()
    kinds = {**dict.fromkeys(free, FREE), **dict.fromkeys(disposable, DISPOSABLE)}
    for row, domain in enumerate(sorted(kinds)):
        sheet.write_string(row, 0, domain)
        sheet.write_string(row, 1, kinds[domain])
    sheet.hide()
    return len(kinds)


def _refuse_long(grid: Grid) -> None:
    if len(grid.criteria) > MOST_CRITERIA:
        raise ExportError(f"excel: {len(grid.criteria)} criteria; a sheet has columns for {MOST_CRITERIA}")
    for criterion in grid.criteria:
        for text in (criterion.name, criterion.column, *(v for level in criterion.levels for v in level.values)):
            if isinstance(text, str) and len(text) > LONGEST - 20:
                raise ExportError(f"excel: '{text[:60]}…' has {len(text):,} letters; a cell holds {LONGEST:,}")
