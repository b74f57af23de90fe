"""Salesforce: formula fields of the object Lead, as metadata XML.

One Number field holds the score and one Text field the band. Where the formula is longer than a field takes (3,900
characters, 4,000 bytes), each criterion gets a helper field and the score adds them up; a criterion that is too long
by itself is cut into several helpers. Points of the branch "any other" are the base, so that the pieces simply add.

Limits: Apex Developer Guide (formula evaluation): 3,900 characters; saved size 4,000 bytes. Field names: 40 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as Tree

from ..errors import ExportError
from ..free_names import unique_names
from ..grid.grid import Grid
from .base import Coverage, Options, Scored, account, ordered_bands, refuse_illegal
from .contains import contained, reason
from .fields import Fields, fields_of, plain_letters
from .hubspot import scores_csv
from .remarks import Fate, remark
from .rules import Branch, branches, field_kind, number_text

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
MOST_CHARACTERS = 3900
MOST_BYTES = 4000
COMPILED = 5000
LONGEST_NAME = 40
MOST_FIELDS = 500
FIELD = r"[A-Za-z][A-Za-z0-9]*(__c)?|[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*__c"
PICKLISTS = {"LeadSource", "Status", "Industry", "Rating", "Salutation"}


def write(grid: Grid, options: Options) -> str:
    """The object file ``Lead.object`` with the fields to deploy.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("Sector", "Lead Source", "text", "fit", (Level("Web", values=("Web",)), *ends))
    >>> print(formulas(Grid("g", "lift", (sector,), ((12, -4, 1),)), Options())[-1][2])
    CASE(LeadSource, "", -4, "Web", 12, 1)
    """
    refuse_illegal(grid, "salesforce")
    root = Tree.Element("CustomObject", {"xmlns": NAMESPACE})
    fields = formulas(grid, options)
    for name, label, text in fields:
        _field(root, name, label, text, f"Lead score, grid {grid.name}")
    bands = ordered_bands(grid)
    if bands:
        text = '""'
        for at_least, band in reversed(bands):
            text = f"IF({fields[-1][0]} >= {at_least}, {quoted(band)}, {text})"
        _check(text, "the band")
        _field(root, "Lead_Score_Band__c", "Lead score band", text, "", kind="Text")
    Tree.indent(root, "    ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def formulas(grid: Grid, options: Options) -> list[tuple[str, str, str]]:
    """Name, label and formula of each number field, helpers first and the score last."""
    columns = field_names(grid, options)
    terms = [_term(grid, at, columns) for at in range(len(grid.criteria))]
    start = [str(grid.start)] if grid.start else []
    formula = " + ".join([*(term for term in terms if term != "0"), *start]) or "0"
    score = ("Lead_Score__c", "Lead score")
    if _fits(formula):
        return [(*score, formula)]
    helpers: list[tuple[str, str, str]] = []
    for at, criterion in enumerate(grid.criteria):
        pieces = [terms[at]] if _fits(terms[at]) else _pieces(grid, at, columns)
        for piece in pieces if terms[at] != "0" else []:
            number = len(helpers) + 1
            slug = re.sub(r"[^A-Za-z0-9]+", "_", plain_letters(criterion.name)).strip("_")[:15].strip("_")
            label = f"Lead score {number} {criterion.name}"[:LONGEST_NAME]
            helpers.append((f"Lead_Score_{number}{'_' if slug else ''}{slug}__c", label, piece))
    if len(helpers) > MOST_FIELDS:
        raise ExportError(
            f"salesforce: {len(helpers)} helper fields are needed and Lead takes {MOST_FIELDS}; calibrate with fewer "
            f"lines (--max-lines), or load scores as a file"
        )
    total = " + ".join([*(name for name, _, _ in helpers), *start])
    _check(total, "the sum of the helper fields")
    return [*helpers, (*score, total)]


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on fields whose API name is known are carried; guessed names are to be checked."""
    fields = fields_in(options)

    def judge(at: int, place: int) -> Fate:
        criterion = grid.criteria[at]
        worded = asks_words(grid, at)
        column = criterion.source if worded else criterion.column
        name, certain = field_name(column, fields)
        if not certain:
            return "approximated", fields.guess(column, name)
        if worded:
            return "approximated", reason(contained(grid, at)[2])
        if field_kind(criterion) == "boolean" and criterion.levels[place].role == "missing":
            return "impossible", remark("checkbox_never_empty")
        if field_kind(criterion) in ("number", "boolean") and criterion.levels[place].role == "other":
            return "carried", remark("never_met")
        return "carried", None

    sizes = [len(text.encode()) for _, _, text in formulas(grid, options)]
    notes = [
        remark("case"),
        remark("compiled", limit=COMPILED, size=sum(sizes)),
    ]
    if sum(sizes) > COMPILED:
        notes.append(remark("load_scores"))
    return account("salesforce", grid, judge, notes=(*notes, *fields.notes(grid)))


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores as a file for Data Loader, into stored fields."""
    rates = ("Lead_Close_Rate__c", "Lead_Close_Rate_Low__c", "Lead_Close_Rate_High__c")
    return scores_csv(grid, scored, ("Id", "Lead_Score__c", "Lead_Score_Band__c"), rates)


def fields_in(options: Options) -> Fields:
    """API names of the fields of Lead."""
    return fields_of("salesforce", "Salesforce", FIELD, options)


def field_name(column: str, fields: Fields) -> tuple[str, bool]:
    """API name of a column, and whether it is certain."""
    name, certain = fields.name(column)
    if certain:
        return name, True
    name = re.sub(r"_+", "_", name)[:LONGEST_NAME].strip("_")
    return (name if name[:1].isalpha() else f"F_{name}") + "__c", False


def field_names(grid: Grid, options: Options) -> dict[str, str]:
    """API name of each source column, all different."""
    fields = fields_in(options)
    asked = [c.source if asks_words(grid, at) else c.column for at, c in enumerate(grid.criteria)]
    columns = list(dict.fromkeys(asked))
    bare = unique_names([field_name(column, fields)[0].removesuffix("__c") for column in columns])
    custom = [field_name(column, fields)[0].endswith("__c") for column in columns]
    return {column: name + "__c" * is_custom for column, name, is_custom in zip(columns, bare, custom, strict=True)}


def field_table(grid: Grid, options: Options) -> dict[str, tuple[str, bool]]:
    """API name of each source column, and whether it is certain."""
    fields = fields_in(options)
    return {column: (name, fields.name(column)[1]) for column, name in field_names(grid, options).items()}


def quoted(text: str) -> str:
    r"""A text literal of a formula.

    >>> print(quoted('say "hi"\\'))
    "say \"hi\"\\"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _term(grid: Grid, at: int, columns: Mapping[str, str]) -> str:
    """Points of one criterion as an expression."""
    answers = branches(grid, at)
    if not any(branch.points for branch in answers):
        return "0"
    if asks_words(grid, at):
        return _worded(grid, at, columns[grid.criteria[at].source])
    name = columns[grid.criteria[at].column]
    otherwise = answers[-1].points
    kind = field_kind(grid.criteria[at])
    if kind == "text":
        pairs = _pairs(answers)
        return f"CASE({name}, {', '.join(pairs)}, {otherwise})" if pairs else str(otherwise)
    if kind == "boolean":
        yes, no = (next((b.points for b in answers if flag in b.flags), otherwise) for flag in (True, False))
        return f"IF({name}, {yes}, {no})"
    blank = f'{name} = ""' if name in PICKLISTS else f"ISBLANK({name})"
    if kind == "presence":
        return f"IF({blank}, {answers[0].points}, {otherwise})"
    blank = _either([blank, *(f"{name} = {number_text(number)}" for number in answers[0].numbers)])
    text = str(otherwise)
    for branch in reversed(answers[1:-1]):
        text = f"IF({_inside(branch, name)}, {branch.points}, {text})"
    return f"IF({blank}, {answers[0].points}, {text})"


def asks_words(grid: Grid, at: int) -> bool:
    """Whether a criterion asks what a text contains: it is derived from one, by few words."""
    return grid.criteria[at].derived is not None and _fits(_worded(grid, at, "x" * LONGEST_NAME))


def _worded(grid: Grid, at: int, name: str) -> str:
    """Points by the words that a text contains, the first part that has one."""
    parts, remainder, _ = contained(grid, at)
    text = str(remainder)
    for part in reversed(parts):
        words = _either([f"CONTAINS(LOWER({name}), {quoted(word)})" for word in part.words])
        text = f"IF({words}, {part.points}, {text})"
    blank = f'{name} = ""' if name in PICKLISTS else f"ISBLANK({name})"
    return f"IF({blank}, {grid.points[at][grid.criteria[at].missing]}, {text})"


def _pairs(answers: Sequence[Branch], base: int = 0) -> list[str]:
    """Value and points above `base` of each text that is worth something else than the rest, the empty one first."""
    otherwise = answers[-1].points
    pairs = [f'"", {answers[0].points - base}'] if answers[0].points != otherwise else []
    for branch in answers:
        pairs += [f"{quoted(text)}, {branch.points - base}" for text in branch.texts if branch.points != otherwise]
    return pairs


def _either(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({', '.join(conditions)})"


def _inside(branch: Branch, name: str) -> str:
    parts = [f"{name} >= {number_text(branch.low)}"] if branch.low is not None else []
    parts += [f"{name} < {number_text(branch.high)}"] if branch.high is not None else []
    if not parts:
        return "TRUE"
    return parts[0] if len(parts) == 1 else f"AND({', '.join(parts)})"


def _pieces(grid: Grid, at: int, columns: Mapping[str, str]) -> list[str]:
    """A long criterion as several expressions that add up: the rest, and what each value has above it."""
    answers = branches(grid, at)
    name = columns[grid.criteria[at].column]
    otherwise = answers[-1].points
    if field_kind(grid.criteria[at]) == "text":
        pairs, frame = _pairs(answers, otherwise), f"CASE({name}, {{}}, 0)"
    else:
        pairs = [f"IF({_inside(b, name)}, {b.points - otherwise}, 0)" for b in answers[1:-1]]
        blank = _either([f"ISBLANK({name})", *(f"{name} = {number_text(number)}" for number in answers[0].numbers)])
        pairs = [f"IF({blank}, {answers[0].points - otherwise}, 0)", *(f"IF({blank}, 0, {pair})" for pair in pairs)]
        frame = "{}"
    joint = ", " if field_kind(grid.criteria[at]) == "text" else " + "
    pieces: list[list[str]] = [[]]
    for pair in pairs:
        if not _fits(frame.format(joint.join([*pieces[-1], pair]))) and pieces[-1]:
            pieces.append([])
        pieces[-1].append(pair)
    texts = [frame.replace("{}", joint.join(piece)) for piece in pieces]
    for text in texts:
        _check(text, f"one level of the criterion '{grid.criteria[at].name}'")
    return [f"{otherwise} + {texts[0]}", *texts[1:]] if otherwise else texts


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS - 20 and len(text.encode()) <= MOST_BYTES - 20


def _check(text: str, what: str) -> None:
    if not _fits(text):
        raise ExportError(
            f"salesforce: {what} needs {len(text):,} characters ({len(text.encode()):,} bytes); a formula takes "
            f"{MOST_CHARACTERS:,} ({MOST_BYTES:,}). Shorten its names, or calibrate with fewer lines (--max-lines)"
        )


def _field(root: Tree.Element, name: str, label: str, text: str, help_text: str, *, kind: str = "Number") -> None:
    field = Tree.SubElement(root, "fields")
    entries = {
        "fullName": name,
        "formula": text,
        "formulaTreatBlanksAs": "BlankAsBlank",  # else an empty number would be a 0
        "inlineHelpText": help_text[:510],
        "label": label,
        "type": kind,
    }
    if kind == "Number":
        entries |= {"precision": "18", "scale": "0"}
    for tag in sorted(entries):
        if entries[tag]:
            Tree.SubElement(field, tag).text = entries[tag]
