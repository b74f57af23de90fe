"""SQL that folds a text and looks for words in it, in ten dialects: what `grid.derived` says, as expressions.

Texts of SQL go in and come out; `quote` writes a text as a literal of the dialect. Where a dialect has no TRANSLATE,
letters are replaced one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

Quote = Callable[[str], str]

POSITIONS = {
    "sqlite": "INSTR({text}, {part})",
    "snowflake": "POSITION({part}, {text})",
    "databricks": "INSTR({text}, {part})",
    "spark": "INSTR({text}, {part})",
    "tsql": "CHARINDEX({part}, {text})",
    "mysql": "INSTR({text}, {part})",
}
"""How a dialect says where a part begins in a text, 0 where it has none; the others say STRPOS."""
FENCES = {"postgres": " OFFSET 0", "sqlite": " LIMIT -1", "mysql": " LIMIT 18446744073709551615"}
"""What keeps a planner from working out a folded text anew for every word that is looked for."""
LETTER_BY_LETTER = ("sqlite", "mysql")
A_STEP = 12
"""So many letters are replaced in one step there."""
_GONE = ">"
"""What a letter becomes that is left out: a sign that no folded text has."""


def folded(
    letters: Mapping[str, str], edge: str, quote: Quote, dialect: str = "duckdb", *, path: bool = False
) -> list[Callable[[str], str]]:
    """Steps that turn a text into the one in which words are looked for; each takes the expression of the one before.

    Letters are replaced and small, blanks single, an edge stands before and behind. It is one step where the dialect
    has TRANSLATE; else some letters a step, so that no parser is nested too deeply.

    >>> letters = {"É": "e", "é": "e", "-": " ", "ß": "ss", "<": " ", ">": " "}
    >>> (step,) = folded(letters, " ", lambda text: f"'{text}'")
    >>> print(step("t")[:57])
    REPLACE(REPLACE(REPLACE(LOWER(REPLACE(REPLACE(TRANSLATE((
    """

    def first(text: str) -> str:
        text = path_of(text, quote, dialect) if path else text
        return _concat(_concat(quote(edge), text, dialect), quote(edge), dialect)

    def last(text: str) -> str:
        text = f"LOWER({text})"
        for before, after in ((" ", "<>"), ("><", ""), ("<>", " ")):
            text = _replaced(text, before, after, quote)
        if edge == "|":
            text = _replaced(_replaced(text, " |", "|", quote), "| ", "|", quote)
        return text

    if dialect in LETTER_BY_LETTER:
        signs = sorted(letters.items(), key=lambda pair: pair[0] in "<>")
        middle = [
            partial(_each_replaced, signs=signs[at : at + A_STEP], quote=quote) for at in range(0, len(signs), A_STEP)
        ]
        return [first, *middle, last]
    return [lambda text: last(_translated(first(text), letters, quote))]


def answer(
    text: str, answers: Iterable[tuple[str, Sequence[str]]], rest: str, quote: Quote, dialect: str = "duckdb"
) -> str:
    """The first answer with a text that the folded one contains, else the rest; NULL where there is no text.

    >>> print(answer("t", [("yes", (" cto ",))], "no", lambda text: f"'{text}'"))
    CASE WHEN t IS NULL THEN NULL WHEN STRPOS(t, ' cto ') > 0 THEN 'yes' ELSE 'no' END
    """
    steps = []
    for level, parts in answers:
        if parts:
            held = " OR ".join(f"{position(text, quote(part), dialect)} > 0" for part in parts)
            steps.append(f"WHEN {held} THEN {quote(level)}")
    return f"CASE WHEN {text} IS NULL THEN NULL {' '.join(steps)} ELSE {quote(rest)} END"


def position(text: str, part: str, dialect: str) -> str:
    """Where a part begins in a text, from 1; 0 where the text does not have it.

    >>> position("t", "'a'", "tsql")
    "CHARINDEX('a', t)"
    """
    return POSITIONS.get(dialect, "STRPOS({text}, {part})").replace("{text}", text).replace("{part}", part)


def path_of(address: str, quote: Quote, dialect: str = "duckdb") -> str:
    """The path of an address: see `grid.derived.path_of`."""
    plain = _before(_before(f"TRIM({address})", "?", quote, dialect), "#", quote, dialect)
    slash, after_host = quote("/"), _after(plain, "/", quote, dialect)
    absolute = _after(_after(plain, "://", quote, dialect), "/", quote, dialect)
    return (
        f"CASE WHEN {position(plain, quote('://'), dialect)} > 0 THEN {_concat(slash, absolute, dialect)} "
        f"WHEN {position(plain, slash, dialect)} = 1 THEN {plain} "
        f"WHEN {position(_before(plain, '/', quote, dialect), quote('.'), dialect)} = 0 "
        f"THEN {_concat(slash, plain, dialect)} ELSE {_concat(slash, after_host, dialect)} END"
    )


def _translated(text: str, letters: Mapping[str, str], quote: Quote) -> str:
    """The text with every letter replaced by what it becomes."""
    single = {letter: plain or _GONE for letter, plain in letters.items() if len(plain) < 2}
    text = f"TRANSLATE({text}, {quote(''.join(single))}, {quote(''.join(single.values()))})"
    double = [(letter, plain) for letter, plain in letters.items() if len(plain) > 1]
    return _each_replaced(text, [(_GONE, ""), *double], quote)


def _each_replaced(text: str, signs: Sequence[tuple[str, str]], quote: Quote) -> str:
    for letter, plain in signs:
        text = _replaced(text, letter, plain, quote)
    return text


def _replaced(text: str, before: str, after: str, quote: Quote) -> str:
    return f"REPLACE({text}, {quote(before)}, {quote(after)})"


def _concat(first: str, second: str, dialect: str) -> str:
    """Both texts in one, NULL where one is."""
    if dialect == "mysql":
        return f"CONCAT({first}, {second})"
    return f"({first} {'+' if dialect == 'tsql' else '||'} {second})"


def _before(text: str, sign: str, quote: Quote, dialect: str) -> str:
    """The text before the first such sign, or all of it."""
    end = position(_concat(text, quote(sign), dialect), quote(sign), dialect)
    return f"{_substring(dialect)}({text}, 1, {end} - 1)"


def _after(text: str, sign: str, quote: Quote, dialect: str) -> str:
    """The text behind the first such sign, nothing where there is none."""
    start = position(text, quote(sign), dialect)
    return f"CASE WHEN {start} > 0 THEN {_substring(dialect)}({text}, {start} + {len(sign)}, 4000) ELSE {quote('')} END"


def _substring(dialect: str) -> str:
    return "SUBSTRING" if dialect == "tsql" else "SUBSTR"
