"""PMML of columns derived from texts: fields that fold the text step by step, and one with the answer.

Letters stand in patterns by their number, so that no engine trips over a sign that XML or a pattern writes otherwise.
"""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from collections.abc import Callable, Iterable, Mapping

from ..grid.criteria import Criterion
from ..grid.derived import Derived, letter_table
from .grid_file import rule_said

Free = Callable[[str], str]
_NOTHING = "$1"
"""What a pattern with an empty group is replaced by where nothing is to be left: an empty text is none to PMML4S."""


def answer_field(criterion: Criterion, free: Free) -> str:
    """Name of the field that holds the answer of a criterion's rule."""
    return free(f"answer of {criterion.column}")


def derive_words(parent: Tree.Element, criteria: Iterable[Criterion], free: Free) -> None:
    """Fields for every derived column; texts that are folded alike are folded once."""
    folds: dict[tuple[str, str, str, bool], str] = {}
    for criterion in {c.column: c for c in criteria if c.derived is not None}.values():
        rule = criterion.derived
        assert rule is not None
        key = (rule.source, rule.blanks, rule.breaks, rule.path)
        if key not in folds:
            folds[key] = _folded(parent, rule, f"text {len(folds) + 1} of {rule.source}", free)
        _answer(parent, criterion, rule, folds[key], answer_field(criterion, free))


def _folded(parent: Tree.Element, rule: Derived, name: str, free: Free) -> str:
    """Fields that fold a text, one step each; the name of the last."""
    before = rule.source
    if rule.path:
        before = _path(parent, before, name, free)
    field = free(f"{name} with edges")
    joint = _apply(_field(parent, field), "concat")
    _constant(joint, rule.edge)
    _reference(joint, before)
    _constant(joint, rule.edge)
    for step, (pattern, plain) in enumerate(_replacements(letter_table(rule.blanks, rule.breaks), rule.edge), 1):
        before, field = field, free(f"{name} step {step}")
        _replace(_field(parent, field), before, pattern, plain)
    last = free(f"{name} folded")
    _reference(_apply(_field(parent, last), "lowercase"), field)
    return last


def _replacements(letters: Mapping[str, str], edge: str) -> list[tuple[str, str]]:
    """Patterns with what they become: the letters of one plain letter together, then blanks and bars."""
    alike: dict[str, list[str]] = {}
    for letter, plain in letters.items():
        alike.setdefault(plain, []).append(letter)
    steps = [(_any_of(many), plain) for plain, many in alike.items() if plain not in ("", " ")]
    steps = [(f"(){_any_of(alike.get('', []))}", _NOTHING), *steps]
    steps.append((f"{_any_of([*alike.get(' ', []), ' '])}+", " "))
    return [*steps, (r" ?\| ?", "|")] if edge == "|" else steps


def _path(parent: Tree.Element, source: str, name: str, free: Free) -> str:
    """A field with the path of an address, as `grid.derived.path_of` says."""
    plain, path = free(f"{name} without query"), free(f"{name} path")
    field = _apply(_field(parent, plain), "replace")
    _reference(_apply(field, "trimBlanks"), source)
    _constant(field, rf"(?s)(){_any_of('?#')}.*$")
    _constant(field, _NOTHING)
    choice = _field(parent, path)
    segment = "(?:(?!/).)*"
    cases = (("^.*://.*$", f"(?s)^.*?://{segment}/?"), ("^/.*$", ""), (rf"^{segment}\..*$", f"(?s)^{segment}/?"))
    for test, host in cases:
        choice = _apply(choice, "if")
        _matches(choice, plain, f"(?s){test}")
        if host:
            _replace(choice, plain, host, "/")
        else:
            _reference(choice, plain)
    joint = _apply(choice, "concat")
    _constant(joint, "/")
    _reference(joint, plain)
    return path


def _answer(parent: Tree.Element, criterion: Criterion, rule: Derived, folded: str, name: str) -> None:
    """The field with the first answer whose words stand in the folded text; a blank where there is no text."""
    field = _field(parent, name)
    Tree.SubElement(field, "Extension", extender="calibrate", name="column", value=criterion.column)
    Tree.SubElement(field, "Extension", extender="calibrate", name="derived", value=rule_said(rule))
    choice = _apply(field, "if")
    _matches(choice, rule.source, r"^(?: |\t|\r|\n)*$")
    _constant(choice, " ")
    steps = [(answer, parts) for answer, parts in rule.needles if parts]
    place = choice
    for answer, parts in steps:
        place = _apply(place, "if")
        _matches(place, folded, f"^.*(?:{'|'.join(_spelt(part) for part in parts)}).*$")
        _constant(place, answer)
    _constant(place, rule.rest)


def _any_of(letters: Iterable[str]) -> str:
    """A pattern for one of some letters, without brackets: PMML4S reads a text from its last one on."""
    return f"(?:{'|'.join(_spelt(letter) for letter in letters)})"


def _spelt(letters: Iterable[str]) -> str:
    r"""Letters as a pattern has them: plain ones as they are, all others by their number.

    >>> print(_spelt("a-é "))
    a\u002d\u00e9\u0020
    """
    return "".join(c if c.isascii() and c.isalnum() else f"\\u{ord(c):04x}" for c in letters)


def _field(parent: Tree.Element, name: str) -> Tree.Element:
    return Tree.SubElement(parent, "DerivedField", name=name, optype="categorical", dataType="string")


def _apply(parent: Tree.Element, function: str) -> Tree.Element:
    return Tree.SubElement(parent, "Apply", function=function)


def _reference(parent: Tree.Element, field: str) -> None:
    Tree.SubElement(parent, "FieldRef", field=field, mapMissingTo="")


def _constant(parent: Tree.Element, text: str) -> None:
    Tree.SubElement(parent, "Constant", dataType="string").text = text


def _matches(parent: Tree.Element, field: str, pattern: str) -> None:
    test = _apply(parent, "matches")
    _reference(test, field)
    _constant(test, pattern)


def _replace(parent: Tree.Element, field: str, pattern: str, plain: str) -> None:
    change = _apply(parent, "replace")
    _reference(change, field)
    _constant(change, pattern)
    _constant(change, plain)
