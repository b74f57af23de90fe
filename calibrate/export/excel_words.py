"""Columns derived from texts, in the scoring workbook: helper columns fold a text step by step, the last one answers.

A formula holds at most 64 functions one inside the other, so a text is folded in several columns; letters and what they
become stand in the sheet Abc, words and their answers in the sheet Words. No text of a grid stands in a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..grid.derived import Derived, letter_table
from ..grid.grid import Grid
from .base import words_of_grid
from .excel_formulas import letters

NESTED = 50
"""Letters replaced in one formula."""
CAPITALS = "İẞ\u212a\u212b"
"""Replaced before capitals become small letters: spreadsheets disagree about what they become."""
NO_BREAK = "_xlfn.UNICHAR(160)"
"""A no-break space by its number. xlsxwriter looks through each formula for functions of new versions thirty times,
which took seven seconds a workbook, unless one of them is spelt in full as here."""
CONTROLS = "\t\r\n\v\f"
"""Blanks that are written by their number, for files of sheets have no place for them."""


@dataclass(frozen=True)
class Fold:
    """One way of folding the texts of a column: rows (from 0) of its letters, and where they stand in the sheet."""

    source: str
    blanks: str
    breaks: str
    path: bool
    column: int
    count: int

    @property
    def edge(self) -> str:
        """What stands before and behind each part of a folded text."""
        return "|" if self.breaks else " "

    @property
    def steps(self) -> int:
        """Helper columns that it takes."""
        return (2 if self.path else 1) + -(-self.count // NESTED) + 1


@dataclass(frozen=True)
class Answer:
    """A derived column: its fold, and the lines (from 1) of its words in the sheet; the last line has the rest."""

    name: str
    fold: int
    first: int
    last: int


@dataclass(frozen=True)
class WordSheets:
    """Where letters and words stand, and the helper columns that read them."""

    folds: tuple[Fold, ...]
    answers: tuple[Answer, ...]

    @property
    def titles(self) -> list[str]:
        """Headings of the helper columns."""
        steps = [f"{fold.source} ({at + 1})" for fold in self.folds for at in range(fold.steps)]
        return [*steps, *(answer.name for answer in self.answers)]

    def formulas(self, row: int, first: int, cells: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
        """Formulas of the helper columns from the column `first` on, and the cell of each derived column.

        `cells` are the cells of the source columns, by name.
        """
        formulas: list[str] = []
        folded = []
        for fold in self.folds:
            for formula in _steps(fold, cells[fold.source], first + len(formulas), row):
                formulas.append(formula)
            folded.append(f"{letters(first + len(formulas) - 1)}{row}")
        derived = {}
        for answer in self.answers:
            derived[answer.name] = f"{letters(first + len(formulas))}{row}"
            source = cells[self.folds[answer.fold].source]
            formulas.append(_answer(answer, folded[answer.fold], source))
        return formulas, derived


def write_words(grid: Grid, book: Any) -> WordSheets | None:
    """The sheets Abc and Words, hidden; None where a grid derives nothing from texts."""
    rules = words_of_grid(grid)
    if not rules:
        return None
    letters_sheet, words_sheet = book.add_worksheet("Abc"), book.add_worksheet("Words")
    folds: list[Fold] = []
    answers = []
    line = 0
    for name, rule in rules.items():
        at = _fold_of(folds, rule, letters_sheet)
        start = line
        for answer, needles in rule.needles:
            for needle in needles:
                words_sheet.write_string(line, 0, needle)
                words_sheet.write_string(line, 1, answer)
                line += 1
        if line == start:  # a range needs a line: nothing is longer than a cell
            words_sheet.write_string(line, 0, "|" * 200)
            line += 1
        words_sheet.write_string(line, 1, rule.rest)
        line += 1
        answers.append(Answer(name, at, start + 1, line))
    letters_sheet.hide()
    words_sheet.hide()
    return WordSheets(tuple(folds), tuple(answers))


def _fold_of(folds: list[Fold], rule: Derived, sheet: Any) -> int:
    """Place of the fold of a rule among those known; a new one is written."""
    signature = (rule.source, rule.blanks, rule.breaks, rule.path)
    for at, fold in enumerate(folds):
        if (fold.source, fold.blanks, fold.breaks, fold.path) == signature:
            return at
    column = 2 * len(folds)
    pairs = replacements(rule.blanks, rule.breaks)
    for row, (letter, plain) in enumerate(pairs):
        sheet.write_string(row, column, letter)
        if plain:
            sheet.write_string(row, column + 1, plain)
    folds.append(Fold(*signature, column, len(pairs)))
    return len(folds) - 1


def replacements(blanks: str, breaks: str) -> list[tuple[str, str]]:
    """Letters and what they become, of small letters only; the few that must go before capitals do stand first.

    >>> pairs = replacements("-", ";")
    >>> pairs[0], dict(pairs)["é"], dict(pairs)[";"], "É" in dict(pairs)
    (('İ', 'i'), 'e', '|', False)
    """
    table = letter_table(blanks, breaks)
    first = [(letter, table[letter]) for letter in CAPITALS]
    small = [(letter, plain) for letter, plain in table.items() if letter == letter.lower() and letter not in CONTROLS]
    return first + [(letter, plain) for letter, plain in small if letter not in CAPITALS]


def _steps(fold: Fold, source: str, first: int, row: int) -> list[str]:
    """Formulas of the helper columns of a fold; each reads the one before it."""
    control = {sign: "|" if sign in fold.breaks else " " for sign in CONTROLS}
    formulas = [_path_cut(source)] if fold.path else []
    text = f"{letters(first)}{row}" if fold.path else f'{source}&""'
    text = _path_of(text) if fold.path else text
    for sign, plain in control.items():
        text = f'SUBSTITUTE({text},CHAR({ord(sign)}),"{plain}")'
    formulas.append(f"={text}")
    for start in range(0, fold.count, NESTED):
        cell = f'SUBSTITUTE({letters(first + len(formulas) - 1)}{row},{NO_BREAK}," ")'
        early = len(CAPITALS) if not start else 0
        text = _replaced(cell, fold, range(start, start + early))
        text = f"LOWER({text})" if not start else text
        text = _replaced(text, fold, range(start + early, min(start + NESTED, fold.count)))
        formulas.append(f"={text}")
    cell = f"TRIM({letters(first + len(formulas) - 1)}{row})"
    if fold.breaks:
        cell = f'SUBSTITUTE(SUBSTITUTE({cell}," |","|"),"| ","|")'
    return [*formulas, f'="{fold.edge}"&{cell}&"{fold.edge}"']


def _replaced(text: str, fold: Fold, rows: Sequence[int]) -> str:
    """Letters of some rows of the sheet Abc replaced, one after another."""
    old, new = letters(fold.column), letters(fold.column + 1)
    for row in rows:
        text = f"SUBSTITUTE({text},Abc!{old}${row + 1},Abc!{new}${row + 1})"  # short, for there are thousands
    return text


def _path_cut(source: str) -> str:
    """An address without what stands behind ? or #."""
    text = f'TRIM({source}&"")'
    question = f'LEFT({text},FIND("?",{text}&"?")-1)'
    return f'=LEFT({question},FIND("#",{question}&"#")-1)'


def _path_of(cell: str) -> str:
    """The path of an address in a cell: what stands behind the first stroke of what follows the scheme."""

    def behind_host(rest: str) -> str:
        return f'"/"&MID({rest},FIND("/",{rest}&"/")+1,32767)'

    scheme = f'MID({cell},FIND("://",{cell})+3,32767)'
    whole_path = f'IF(ISNUMBER(FIND(".",LEFT({cell},FIND("/",{cell}&"/")-1))),{behind_host(cell)},"/"&{cell})'
    plain = f'IF(LEFT({cell},1)="/",{cell},{whole_path})'
    return f'IF(ISNUMBER(FIND("://",{cell})),{behind_host(scheme)},{plain})'


def _answer(answer: Answer, folded: str, source: str) -> str:
    """The first answer with a word in the folded text, else the rest; nothing where the source has nothing."""
    blank = f'{source}&""'
    for sign in (9, 10, 13):
        blank = f'SUBSTITUTE({blank},CHAR({sign}),"")'
    words = f"Words!$A${answer.first}:$A${answer.last - 1}"
    answers = f"Words!$B${answer.first}:$B${answer.last - 1}"
    place = f"MATCH(1,INDEX(ISNUMBER(FIND({words},{folded}))*1,0),0)"
    return f'=IF(TRIM({blank})="","",IFERROR(INDEX({answers},{place}),Words!$B${answer.last}))'
