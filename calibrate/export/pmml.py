"""PMML 4.4 Scorecard with reason codes, bands and verification rows: the neutral weight file.

Every source column is declared as text and read in derived fields: without the blanks around it, in lower case where a
yes or no is asked, as a number where it is a plain decimal. So a column of numbers, a column of digits in text and a
text where a number should stand are scored as the grid scores them. Listed values are attributes of predicates, never
arrays: one engine (PMML4S) loses text before a bracket in element content.

Standard: https://dmg.org/pmml/v4-4/Scorecard.html
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from xml.etree import ElementTree as Tree

from ..free_names import free_name
from ..grid.criteria import Criterion, Level, as_number, meaning
from ..grid.grid import Grid
from ..grid.mailbox_kinds import DISPOSABLE, FREE, PROFESSIONAL, SUFFIX, lists, made_from
from .base import Coverage, Options, account, ordered_bands, reason_text, refuse_illegal
from .pmml_sides import Condition, band_outputs, derive_sides
from .pmml_words import answer_field, derive_words
from .remarks import remark

NAMESPACE = "http://www.dmg.org/PMML-4_4"
_DOMAIN = r"^(?:.*@)?(.*?)(?: |\t|\r|\n|\x3C|\x3E|\(|\)|\x5B|\x5D|\x22|'|;|,|\.)*$"
"""What stands behind the last @, without the signs that may follow; no sign that XML escapes (PMML4S splits there)."""
DECIMAL = r"^(\+|-)?(\d+(\.\d*)?|\.\d+)((e|E)(\+|-)?\d{1,3})?$"
_VERIFIED = 40


def write(grid: Grid, options: Options) -> bytes:
    """The document, in UTF-8.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> b'<Attribute partialScore="20" reasonCode="demo: yes (+20)">' in write(
    ...     Grid("g", "lift", (demo,), ((20, 0, 0),)), Options())
    True
    """
    refuse_illegal(grid, "pmml")
    root = Tree.Element("PMML", {"xmlns": NAMESPACE, "version": "4.4"})
    header = _add(root, "Header", description=f"Lead score, grid {grid.name}")
    _add(header, "Application", name="calibrate")
    columns = list(dict.fromkeys(made_from(c.column) or c.source for c in grid.criteria))
    dictionary = _add(root, "DataDictionary", numberOfFields=str(len(columns)))
    for column in columns:
        _add(dictionary, "DataField", name=column, optype="categorical", dataType="string")
    free = _Names(columns)
    derived = _add(root, "TransformationDictionary")
    for address in dict.fromkeys(made_from(criterion.column) for criterion in grid.criteria):
        if address is not None:
            _mailbox(derived, address, free)
    derive_words(derived, grid.criteria, free.free)
    for at, criterion in enumerate(grid.criteria):
        _derive(derived, criterion, free, at + 1)
    if grid.gated:

        def conditions(at: int, place: int) -> list[list[Condition]]:
            return _conditions(grid.criteria[at], grid.criteria[at].levels[place], free, at + 1)

        derive_sides(derived, grid, conditions, free.free)
    card = _add(
        root,
        "Scorecard",
        modelName=grid.name,
        functionName="regression",
        initialScore=str(int(grid.start)),
        useReasonCodes="true",
        reasonCodeAlgorithm="pointsAbove",
        baselineScore="0",
        baselineMethod="other",
    )
    schema = _add(card, "MiningSchema")
    for column in columns:
        _add(schema, "MiningField", name=column, usageType="active", invalidValueTreatment="asIs")
    _outputs(card, grid, free)
    characteristics = _add(card, "Characteristics")
    for at in range(len(grid.criteria)):
        _characteristic(characteristics, grid, at, free, options)
    _verification(card, grid, columns, free)
    Tree.indent(root, " ")
    text: bytes = Tree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything but expiry is carried."""
    notes = (
        remark("reason_codes"),
        remark("as_text"),
        remark("truth_words"),
        remark("nan"),
    )
    return account("pmml", grid, minimums=True, makes=("mailbox", "words"), notes=notes)


class _Names:
    """Names of fields that no source column has."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.taken = set(columns)

    def free(self, name: str) -> str:
        return free_name(name, self.taken, lambda plain, turn: "calibrate_" * (turn - 1) + plain)


def _column(criterion: Criterion, names: _Names) -> str:
    """The field that a criterion reads: its column, or what is made from another: an answer, a kind of mailbox."""
    if criterion.derived is not None:
        return answer_field(criterion, names.free)
    return criterion.column if made_from(criterion.column) is None else names.free(f"kind of {criterion.column}")


def _mailbox(parent: Tree.Element, address: str, names: _Names) -> None:
    """Fields that make the kind of mailbox of a column of addresses: its domain, the lists, and neither."""
    domain, lookup = names.free(f"domain of {address}"), names.free(f"list of {address}")
    field = _add(parent, "DerivedField", name=domain, optype="categorical", dataType="string")
    cut = _add(_add(field, "Apply", function="lowercase"), "Apply", function="replace")
    _add(cut, "FieldRef", field=address, mapMissingTo="")
    _add(cut, "Constant", dataType="string").text = _DOMAIN
    _add(cut, "Constant", dataType="string").text = "$1"
    field = _add(parent, "DerivedField", name=lookup, optype="categorical", dataType="string")
    kinds = _add(field, "MapValues", outputColumn="kind", defaultValue=PROFESSIONAL, dataType="string")
    _add(kinds, "FieldColumnPair", field=domain, column="domain")
    table = _add(kinds, "InlineTable")
    free, disposable = lists()
    for kind, members in ((FREE, free), (DISPOSABLE, disposable)):
        for member in sorted(members):
            row = _add(table, "row")
            _add(row, "domain").text = member
            _add(row, "kind").text = kind
    name = names.free(f"kind of {address}{SUFFIX}")
    field = _add(parent, "DerivedField", name=name, optype="categorical", dataType="string")
    _add(field, "Extension", extender="calibrate", name="column", value=address + SUFFIX)
    choice = _add(field, "Apply", function="if")
    shape = _add(choice, "Apply", function="matches")
    _add(shape, "FieldRef", field=domain)
    _add(shape, "Constant", dataType="string").text = r"^(?!.* ).+\..*$"
    _add(choice, "FieldRef", field=lookup)
    _add(choice, "Constant", dataType="string").text = " "


def _derive(parent: Tree.Element, criterion: Criterion, names: _Names, number: int) -> None:
    trimmed = names.free(f"trimmed_{number}")
    field = _add(parent, "DerivedField", name=trimmed, optype="categorical", dataType="string")
    column = _column(criterion, names)
    _add(_add(field, "Apply", function="trimBlanks"), "FieldRef", field=column, mapMissingTo="")
    if any(isinstance(value, bool) for level in criterion.levels for value in level.values):
        field = _add(
            parent, "DerivedField", name=names.free(f"lower_{number}"), optype="categorical", dataType="string"
        )
        _add(_add(field, "Apply", function="lowercase"), "FieldRef", field=column, mapMissingTo="")
    if criterion.kind == "number":
        field = _add(
            parent, "DerivedField", name=names.free(f"number_{number}"), optype="continuous", dataType="double"
        )
        if criterion.signs:
            _add(field, "Extension", extender="calibrate", name="signs", value=" ".join(a for a, _ in criterion.signs))
        choice = _add(field, "Apply", function="if")
        test = _add(choice, "Apply", function="matches")
        _plain(test, criterion, trimmed)
        _add(test, "Constant", dataType="string").text = DECIMAL
        _plain(choice, criterion, trimmed)


def _plain(parent: Tree.Element, criterion: Criterion, field: str) -> None:
    """The text of a field without the signs that the source writes in numbers."""
    steps = []
    for sign, plain in reversed(criterion.signs):
        parent = _add(parent, "Apply", function="replace")
        steps.append((parent, sign, plain))
    _add(parent, "FieldRef", field=field)
    for step, sign, plain in steps:
        _add(step, "Constant", dataType="string").text = f"()[{sign}]" if len(sign) == 1 else f"(){_escaped(sign)}"
        _add(step, "Constant", dataType="string").text = plain or "$1"  # an empty text is none to PMML4S


def _escaped(sign: str) -> str:
    """A sign of several letters as a pattern: a letter that means something in one stands in a class of its own."""
    return "".join(letter if letter.isalnum() else f"[{letter}]" for letter in sign)


def _outputs(card: Tree.Element, grid: Grid, names: _Names) -> None:
    output = _add(card, "Output")
    score = names.free("score")
    _add(output, "OutputField", name=score, optype="continuous", dataType="integer", feature="predictedValue")
    bands = ordered_bands(grid)
    if grid.gated:
        band_outputs(output, grid, score, names.free)
    elif bands:
        field = _add(
            output,
            "OutputField",
            name=names.free("band"),
            optype="categorical",
            dataType="string",
            feature="transformedValue",
        )
        steps = _add(field, "Discretize", field=score, defaultValue="", dataType="string")
        above: int | None = None
        for at_least, name in bands:
            if at_least == above:
                continue
            step = _add(steps, "DiscretizeBin", binValue=name)
            interval = _add(step, "Interval", closure="closedOpen", leftMargin=str(int(at_least)))
            if above is not None:
                interval.set("rightMargin", str(int(above)))
            above = at_least
    for rank in range(1, len(grid.criteria) + 1):
        _add(
            output,
            "OutputField",
            name=names.free(f"reason_{rank}"),
            optype="categorical",
            dataType="string",
            feature="reasonCode",
            rank=str(rank),
        )


def _characteristic(parent: Tree.Element, grid: Grid, at: int, names: _Names, options: Options) -> None:
    criterion, number = grid.criteria[at], at + 1
    place = _add(parent, "Characteristic", name=criterion.name, baselineScore="0")
    extensions = [("kind", criterion.kind), ("axis", criterion.axis), ("column", criterion.column)]
    extensions += [("decimal", criterion.decimal), ("thousands", criterion.thousands)] if criterion.signs else []
    extensions += [("units", json.dumps(criterion.units, ensure_ascii=False))] if criterion.units else []
    for key, value in extensions:
        _add(place, "Extension", extender="calibrate", name=key, value=value)
    levels = list(enumerate(criterion.levels))
    values = [(i, level) for i, level in levels if level.role == "value"]
    ends = [(i, level) for i, level in levels if level.role == "other"]
    for i, level in [(criterion.missing, criterion.levels[criterion.missing]), *values, *ends]:
        points = str(int(grid.points[at][i]))
        attribute = _add(place, "Attribute", partialScore=points, reasonCode=reason_text(grid, at, i, options.language))
        _add(attribute, "Extension", extender="calibrate", name="level", value=level.name)
        _add(attribute, "Extension", extender="calibrate", name="role", value=level.role)
        _predicate(attribute, _conditions(criterion, level, names, number))


def _conditions(criterion: Criterion, level: Level, names: _Names, number: int) -> list[list[Condition]]:
    """Conditions of a level: any of lists of conditions that all hold; an empty inner list always holds."""
    if level.role == "other":
        return [[]]
    column = _column(criterion, names)
    conditions: list[list[Condition]] = []
    if level.role == "missing":
        conditions += [[(column, "isMissing", "")], [(names.free(f"trimmed_{number}"), "equal", "")]]
        if not any("NaN" in placeholder.values for placeholder in criterion.levels):
            conditions.append([(column, "equal", "NaN")])
        if criterion.kind == "number":  # 1.0 is the listed '1'
            numbers = dict.fromkeys(n for n in map(as_number, level.values) if n is not None)
            conditions += [[(names.free(f"number_{number}"), "equal", repr(placeholder))] for placeholder in numbers]
    elif criterion.kind == "presence":
        return [[]]
    elif criterion.kind == "number":
        bounds = (("greaterOrEqual", level.low), ("lessThan", level.high))
        field = names.free(f"number_{number}")
        inside = [(field, operator, repr(float(bound))) for operator, bound in bounds if bound is not None]
        return [inside or [(field, "isNotMissing", "")]]
    for value in level.values:
        if isinstance(value, bool):
            conditions.append([(names.free(f"lower_{number}"), "equal", "true" if value else "false")])
        else:
            conditions.append([(column, "equal", value)])
    if criterion.kind == "boolean":  # engines hand a truth value over as one of two words
        truths = dict.fromkeys(meaning(value) for value in level.values if isinstance(value, str))
        conditions += [[(column, "equal", "true" if flag else "false")] for flag in truths if flag is not None]
    return conditions


def _predicate(parent: Tree.Element, anyof: list[list[Condition]]) -> None:
    if anyof == [[]]:
        _add(parent, "True")
        return
    if not anyof:
        _add(parent, "False")
        return
    if len(anyof) > 1:
        parent = _add(parent, "CompoundPredicate", booleanOperator="or")
    for allof in anyof:
        place = _add(parent, "CompoundPredicate", booleanOperator="and") if len(allof) > 1 else parent
        for field, operator, value in allof:
            simple = _add(place, "SimplePredicate", field=field, operator=operator)
            if operator not in ("isMissing", "isNotMissing"):
                simple.set("value", value)


ADDRESSES = {PROFESSIONAL: "ana@acme.example", FREE: "ana@gmail.com", DISPOSABLE: "ana@yopmail.com"}


def _verification(card: Tree.Element, grid: Grid, columns: Sequence[str], names: _Names) -> None:
    """Rows with their score inside the file, by which an engine can check itself."""
    leads = list(_examples(grid))
    place = _add(card, "ModelVerification", recordCount=str(len(leads)), fieldCount=str(len(columns) + 1))
    fields = _add(place, "VerificationFields")
    for at, column in enumerate(columns):
        _add(fields, "VerificationField", field=column, column=f"c{at + 1}")
    _add(fields, "VerificationField", field=names.free("score"), column="score", precision="0", zeroThreshold="0")
    table = _add(place, "InlineTable")
    for lead in leads:
        row = _add(table, "row")
        for at, column in enumerate(columns):
            value = lead.get(column) or ADDRESSES.get(lead.get(column + SUFFIX, ""))
            if value is not None:
                _add(row, f"c{at + 1}").text = value
        _add(row, "score").text = str(grid.score(lead))


def _examples(grid: Grid) -> list[dict[str, str]]:
    """Leads that meet many levels, the same on every run; values as text without blanks around them."""
    rng = random.Random(0)
    answers: dict[str, list[str]] = {}
    for criterion in grid.criteria:
        column = criterion.column if made_from(criterion.column) else criterion.source
        answers.setdefault(column, []).extend(text for level in criterion.levels for text in _answers(criterion, level))
    leads: list[dict[str, str]] = [{}]
    for _ in range(_VERIFIED - 1):
        lead = {c: rng.choice([None, *([] if made_from(c) else ["an unseen answer"]), *v]) for c, v in answers.items()}
        leads.append({column: value for column, value in lead.items() if value is not None})
    return leads


def _answers(criterion: Criterion, level: Level) -> list[str]:
    if criterion.derived is not None:
        examples = [criterion.derived.example(str(value)) for value in level.values]
        return [text for text in examples if text is not None]
    if criterion.kind == "number":
        return [repr(float(bound)) for bound in (level.low, level.high) if bound is not None]
    texts = [str(value).lower() if isinstance(value, bool) else value for value in level.values]
    return [text for text in texts if re.fullmatch(r"\w([\w -]*\w)?", text)]


def _add(parent: Tree.Element, tag: str, **attributes: str) -> Tree.Element:
    return Tree.SubElement(parent, tag, attributes)
