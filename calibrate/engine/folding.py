"""SQL that folds a text and looks for words in it, in ten dialects: what `grid.derived` says, as expressions.

Texts of SQL go in and come out; `quote` writes a text as a literal of the dialect. Where a dialect has no TRANSLATE,
letters are replaced one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

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
LETTER_BY_LETTER = ("sqlite", "mysql")
_GONE = ">"
"""What a letter becomes that is left out: a sign that no folded text has."""


def folded(
    text: str, letters: Mapping[str, str], edge: str, quote: Quote, dialect: str = "duckdb", *, path: bool = False
) -> str:
    """The text as words are looked for in it: letters replaced, small, blanks single, an edge before and behind.

    >>> letters = {"É": "e", "é": "e", "-": " ", "ß": "ss", "<": " ", ">": " "}
    >>> print(folded("t", letters, " ", lambda text: f"'{text}'")[:57])
    REPLACE(REPLACE(REPLACE(LOWER(REPLACE(TRANSLATE(CONCAT(CO
    """
    if path:
        text = path_of(text, quote, dialect)
    text = _concat(_concat(quote(edge), text, dialect), quote(edge), dialect)
    text = f"LOWER({_translated(text, letters, quote, dialect)})"
    for before, after in ((" ", "<>"), ("><", ""), ("<>", " ")):
        text = _replaced(text, before, after, quote)
    if edge == "|":
        text = _replaced(_replaced(text, " |", "|", quote), "| ", "|", quote)
    return text


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


def _translated(text: str, letters: Mapping[str, str], quote: Quote, dialect: str) -> str:
    """The text with every letter replaced by what it becomes."""
    single = {letter: plain or _GONE for letter, plain in letters.items() if len(plain) < 2}
    if dialect in LETTER_BY_LETTER:
        for letter, plain in single.items():
            if letter != _GONE:
                text = _replaced(text, letter, plain if plain != _GONE else "", quote)
        text = _replaced(text, _GONE, single.get(_GONE, _GONE), quote)
    else:
        text = f"TRANSLATE({text}, {quote(''.join(single))}, {quote(''.join(single.values()))})"
        text = _replaced(text, _GONE, "", quote)
    for letter, plain in letters.items():
        text = _replaced(text, letter, plain, quote) if len(plain) > 1 else text
    return text


def _replaced(text: str, before: str, after: str, quote: Quote) -> str:
    return f"REPLACE({text}, {quote(before)}, {quote(after)})"


def _concat(first: str, second: str, dialect: str) -> str:
    return f"({first} || {second})" if dialect == "sqlite" else f"CONCAT({first}, {second})"


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
