"""Names say what a thing is: locals and parameters that name nothing stay rare, and so do statements kept by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).parents[1] / "calibrate"
WORDS = """
found each asked told held made seen said kept shown given listed known looked chosen taken drawn wanted named written
spoken counted judged marked settled joined placed moved left apart beside whole over rest own other others
"""
FILLERS = frozenset(WORDS.split())
"""Words that say that something happened to a thing, not what it is."""
MOST_SHARE = 0.05
MOST_KEPT_BY_HAND = 60


def fillers(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each function of a module with the fillers that it stores or takes."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            parameters = {parameter.arg for parameter in (*node.args.args, *node.args.kwonlyargs)}
            yield node.name, (stored | parameters) & FILLERS


def test_names_are_nouns_of_the_field() -> None:
    functions, wrong = 0, []
    for path in sorted(HOUSE.rglob("*.py")):
        for name, words in fillers(path.read_text(encoding="utf-8")):
            functions += 1
            if words:
                wrong.append(f"{path.relative_to(HOUSE)} {name}: {', '.join(sorted(words))}")
    assert len(wrong) <= MOST_SHARE * functions, f"{len(wrong)} of {functions} functions:\n" + "\n".join(wrong)


def test_the_counting_sees_stores_and_parameters() -> None:
    text = "def a(found, *, rest):\n    for each in found:\n        kept = each\ndef b(lead):\n    return lead.other\n"
    assert dict(fillers(text)) == {"a": {"found", "rest", "each", "kept"}, "b": set()}


def test_the_formatter_lays_out_the_code() -> None:
    lines = [
        f"{path.relative_to(HOUSE)}:{number}"
        for path in sorted(HOUSE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "# fmt:" in line
    ]
    assert len(lines) <= MOST_KEPT_BY_HAND, "\n".join(lines)
