"""A PMML Scorecard read back, ours or another program's: its characteristics become criteria.

The document is parsed without entities and without a document type, within bounds of size and depth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from xml.parsers import expat

from ..errors import GridError
from ..grid.criteria import Axis, Criterion
from ..grid.derived import Derived
from ..grid.grid import Grid
from ..numbers import MOST_UNITS, Pairs, Thousands
from .grid_file import MOST_BYTES, rule_read
from .schemes import Ask, Op, Scheme, grid_of, whole

DEEPEST = 100
MOST_ELEMENTS = 500_000
OPERATORS: dict[str, Op] = {
    "equal": "one_of",
    "greaterOrEqual": "at_least",
    "greaterThan": "above",
    "lessOrEqual": "at_most",
    "lessThan": "below",
}


@dataclass
class Element:
    """One element of a document: its name without namespace, attributes, text and children."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """One attribute."""
        return self.attributes.get(name, default)

    def all(self, tag: str) -> Iterator[Element]:
        """Every element of one name below this one."""
        waiting = self.children[::-1]
        while waiting:
            element = waiting.pop()
            if element.tag == tag:
                yield element
            waiting += element.children[::-1]


@dataclass(frozen=True)
class Source:
    """What a field of the model reads: a column, as text, number, or yes and no."""

    column: str
    kind: str


def read(content: str | bytes, source: str) -> Grid:
    """The grid behind a Scorecard; a GridError that names what a grid cannot say."""
    root = parsed(content, source)
    card = next(root.all("Scorecard"), None)
    if root.tag != "PMML" or card is None:
        raise GridError(f"{source}: no Scorecard model in this document")
    fields = _fields(root)
    schemes = [_scheme(characteristic, fields, source) for characteristic in card.all("Characteristic")]
    start = whole(card.get("initialScore", "0"), f"{source}: initialScore")
    grid = grid_of(schemes, card.get("modelName"), source=source)
    signs = {}
    for characteristic in card.all("Characteristic"):
        extensions = {e.get("name"): e.get("value") for e in characteristic.children if e.tag == "Extension"}
        if extensions.get("kind") == "number":
            signs[extensions.get("column")] = tuple(extensions.get(key) for key in ("decimal", "thousands", "units"))
    rules = _rules(root, source)
    criteria = tuple(_signed(c, *signs.get(c.column, ("", "", ""))) for c in grid.criteria)
    return replace(grid, criteria=tuple(replace(c, derived=rules.get(c.column)) for c in criteria), start=start)


def _rules(root: Element, source: str) -> dict[str, Derived]:
    """The rules of columns derived from texts, by column, where the document is ours and says them."""
    rules = {}
    for element in root.all("DerivedField"):
        extensions = {child.get("name"): child.get("value") for child in element.children if child.tag == "Extension"}
        if extensions.get("derived") and extensions.get("column"):
            rules[extensions["column"]] = rule_read(
                extensions["derived"], f"{source}: field '{element.get('name')[:60]}'"
            )
    return rules


def _signed(criterion: Criterion, decimal: str | None, thousands: str | None, units: str | None) -> Criterion:
    """The criterion with the signs that its source writes in numbers, where the document is ours and says so."""
    if criterion.kind != "number":
        return criterion
    comma: Literal[".", ","] = "," if decimal == "," else "."
    between: Thousands = next((sign for sign in (" ", ",", ".") if sign == thousands), "")
    return replace(criterion, decimal=comma, thousands=between, units=_pairs(units))


def _pairs(units: str | None) -> Pairs:
    """Units as the document says them; none where it says anything else."""
    try:
        pairs = tuple((str(sign)[:40], str(plain)) for sign, plain in json.loads(units or "[]"))
    except (ValueError, TypeError, RecursionError):
        return ()
    return pairs[:MOST_UNITS] if all(sign and plain in ("", "-", "e3", "e6", "e9") for sign, plain in pairs) else ()


def parsed(content: str | bytes, source: str) -> Element:
    """The document as elements; no entities, no document type, bounded."""
    if len(content) > MOST_BYTES:
        raise GridError(f"{source}: {len(content):,} bytes; at most {MOST_BYTES:,} are read. Is this the right file?")
    stack: list[Element] = [Element("", {})]
    count = [0]

    def start(name: str, attributes: dict[str, str]) -> None:
        count[0] += 1
        if len(stack) > DEEPEST or count[0] > MOST_ELEMENTS:
            raise GridError(f"{source}: nested too deeply, or too many elements, for a scorecard")
        element = Element(name.rpartition("}")[2], dict(attributes))
        stack[-1].children.append(element)
        stack.append(element)

    def refuse(*_: Any) -> None:
        raise GridError(f"{source}: the document declares a document type or entities; remove the DOCTYPE")

    def text(data: str) -> None:
        stack[-1].text += data

    def end(_: str) -> None:
        stack.pop()

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content.encode() if isinstance(content, str) else content, True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as fault:
        raise GridError(f"{source}: this is not XML ({fault})") from None
    return stack[0].children[0]


def _fields(root: Element) -> dict[str, Source]:
    """Each field of the document with the column it reads; derived fields are followed to it."""
    kinds = {"double": "number", "float": "number", "integer": "number", "boolean": "boolean"}
    declared = [(element.get("name"), kinds.get(element.get("dataType"), "text")) for element in root.all("DataField")]
    sources = {name: Source(name, kind) for name, kind in declared}
    for derived in root.all("DerivedField"):
        if any(child.tag == "Extension" and child.get("name") == "column" for child in derived.children):
            sources[derived.get("name")] = Source(derived.get("name"), "text")  # the kind of mailbox of an address
            continue
        read_from = {sources[ref.get("field")].column for ref in derived.all("FieldRef") if ref.get("field") in sources}
        functions = {apply.get("function") for apply in derived.all("Apply")}
        if any(child.tag == "Extension" and child.get("name") == "signs" for child in derived.children):
            functions.discard("replace")  # ours: signs taken out of numbers, which the criterion tells
        if len(read_from) == 1 and functions <= {"trimBlanks", "lowercase", "if", "matches"}:
            kind = kinds.get(derived.get("dataType"), "text")
            kind = "boolean" if functions == {"lowercase"} else "trimmed" if functions == {"trimBlanks"} else kind
            sources[derived.get("name")] = Source(read_from.pop(), kind)
    return sources


def _scheme(characteristic: Element, fields: dict[str, Source], source: str) -> Scheme:
    name = characteristic.get("name") or characteristic.get("reasonCode")
    where = f"{source}: characteristic '{name[:60]}'"
    extensions = {e.get("name"): e.get("value") for e in characteristic.children if e.tag == "Extension"}
    axis: Axis = "engagement" if extensions.get("axis") == "engagement" else "fit"
    columns: set[str] = set()
    rules = []
    for attribute in characteristic.children:
        if attribute.tag != "Attribute":
            continue
        if any(child.tag == "ComplexPartialScore" for child in attribute.children):
            raise GridError(f"{where}: a ComplexPartialScore computes its points; a grid has them as whole numbers")
        predicates = [child for child in attribute.children if child.tag not in ("Extension", "ComplexPartialScore")]
        if len(predicates) != 1:
            raise GridError(f"{where}: an attribute needs exactly one predicate, not {len(predicates)}")
        points = whole(attribute.get("partialScore", characteristic.get("baselineScore", "0")), where)
        rules.append((_ask(predicates[0], fields, columns, where), points))
    if len(columns) > 1:
        raise GridError(f"{where}: it asks several columns ({', '.join(sorted(columns)[:5])}); a criterion asks one")
    return Scheme(extensions.get("column") or (columns.pop() if columns else name), axis, name, rules=rules)


def _ask(predicate: Element, fields: dict[str, Source], columns: set[str], where: str) -> Ask:
    if predicate.tag in ("True", "False"):
        return Ask("always") if predicate.tag == "True" else Ask("not", parts=(Ask("always"),))
    if predicate.tag == "CompoundPredicate" and predicate.get("booleanOperator") in ("and", "or"):
        parts = tuple(_ask(e, fields, columns, where) for e in predicate.children if e.tag != "Extension")
        return Ask("all" if predicate.get("booleanOperator") == "and" else "any", parts=parts)
    field = fields.get(predicate.get("field"))
    if field is None:
        raise GridError(
            f"{where}: the test {predicate.tag} on '{predicate.get('field')[:60]}' cannot be read as a rule"
        )
    columns.add(field.column)
    operator = predicate.get("operator")
    if predicate.tag == "SimplePredicate":
        return _simple(field, operator, predicate.get("value"), where)
    if predicate.tag == "SimpleSetPredicate" and predicate.get("booleanOperator") in ("isIn", "isNotIn"):
        array = next(predicate.all("Array"), Element("Array", {}))
        same = Ask("one_of", tuple(_value(field, item, where) for item in items(array.text)))
        if predicate.get("booleanOperator") == "isIn":
            return same
        return Ask("all", parts=(Ask("known"), Ask("not", parts=(same,))))
    raise GridError(f"{where}: the test {predicate.tag} has no counterpart in a grid")


def _simple(field: Source, operator: str, value: str, where: str) -> Ask:
    if operator in ("isMissing", "isNotMissing"):
        return Ask("unknown" if operator == "isMissing" else "known")
    if field.kind == "trimmed":
        if operator == "equal" and not value:
            return Ask("unknown")
        raise GridError(f"{where}: a test of a trimmed text other than for nothing cannot be read")
    if operator == "notEqual":
        return Ask("all", parts=(Ask("known"), Ask("not", parts=(_simple(field, "equal", value, where),))))
    if operator not in OPERATORS or (operator != "equal" and field.kind != "number"):
        raise GridError(f"{where}: the operator '{operator[:40]}' on a {field.kind} field has no counterpart in a grid")
    return Ask(OPERATORS[operator], (_value(field, value, where),))


def _value(field: Source, text: str, where: str) -> str | bool | float:
    if field.kind == "boolean":
        return text.lower() == "true"
    if field.kind != "number":
        return text
    try:
        return float(text)
    except ValueError:
        raise GridError(f"{where}: {text[:40]!r} is no number") from None


def items(text: str) -> list[str]:
    r"""Items of an array: words, or texts in quotes with \" inside.

    >>> items('a "b c" "d\\"e"')
    ['a', 'b c', 'd"e']
    """
    matches = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', text)
    return [bare or re.sub(r"\\(.)", r"\1", inner) for inner, bare in matches]
