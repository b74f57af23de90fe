"""No pattern of the package is worse than linear: texts without a match take twice as long when twice as long."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path

import calibrate

HOME = Path(calibrate.__file__).parent
SHORT, MOST_GROWTH, NOTICED = 1_500, 3.0, 0.02
"""Length of the shorter text, how much longer four times its length may take per letter, and seconds that count."""
PIECES = ("a", "A", "0", " ", "-", ".", ",", "@", "'", "_", "/", ":", "(", "é", "Ω", "字", "\t", "\n", "a ", "A ", "0 ",
          "a-", "a.", "a@", "0.", "0,", "0-", "0/", "Aa ", "A. ", "a, ", "00 ", "a0", "+0", "a'", "www.", "http://",
          "a=b&", "M. ", "de ", "GmbH ", "total ", '"', "<a>", "{", "\\", "%", "$", "€0 ")  # fmt: skip


def flags_of(call: ast.Call) -> int:
    named = {each.attr for each in ast.walk(call) if isinstance(each, ast.Attribute)}
    flags = 0
    for name in named & {"I", "IGNORECASE", "X", "VERBOSE", "S", "DOTALL", "M", "MULTILINE", "A", "ASCII"}:
        flags |= getattr(re, name)
    return flags


def patterns() -> Iterator[tuple[str, frozenset[str], re.Pattern[str]]]:
    """Every compiled pattern that a module holds, and every one that is written where it is used."""
    package = "\n".join(path.read_text(encoding="utf-8") for path in HOME.rglob("*.py"))
    for path in sorted(HOME.rglob("*.py")):
        parts = path.relative_to(HOME.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if parts[-1] == "__main__":
            continue
        module = importlib.import_module(name)
        for attribute, value in vars(module).items():
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else (value,)
            )
            for pattern in values:
                for compiled in pattern if isinstance(pattern, tuple) else (pattern,):
                    if isinstance(compiled, re.Pattern) and isinstance(compiled.pattern, str):
                        yield f"{name}.{attribute}", verbs_of(attribute, package), compiled
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            function = call.func if isinstance(call, ast.Call) else None
            verb = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if verb not in ("search", "match", "fullmatch", "sub", "split", "findall", "finditer") or not call.args:
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                try:
                    yield f"{name}:{call.lineno}", frozenset({verb}), re.compile(first.value, flags_of(call))
                except re.error:  # a text's own split or a statement
                    continue


def verbs_of(name: str, text: str) -> frozenset[str]:
    """How a pattern of that name is used anywhere in the package; where that is not seen, in every way."""
    verbs = frozenset(
        re.findall(rf"\b{re.escape(name)}(?:\[[^]]*\])?\.(fullmatch|match|search|sub|split|find\w+)\(", text)
    )
    return verbs or frozenset({"fullmatch", "match", "search"})


def seconds(pattern: re.Pattern[str], verbs: frozenset[str], text: str) -> float:
    start = time.process_time()
    for verb in verbs:
        getattr(pattern, verb if verb in ("fullmatch", "match") else "search")(text)
    return time.process_time() - start


def grows(pattern: re.Pattern[str], verbs: frozenset[str], piece: str) -> bool:
    """Whether four times the text takes more than four times as long by far, in the best of three."""
    for end in ("", "\x00"):
        short = piece * (SHORT // len(piece)) + end
        if seconds(pattern, verbs, short) < NOTICED / 10:
            long = piece * (4 * SHORT // len(piece)) + end
            if seconds(pattern, verbs, long) < NOTICED:
                continue
        times = [
            min(seconds(pattern, verbs, piece * (size // len(piece)) + end) for _ in range(3))
            for size in (SHORT, 4 * SHORT)
        ]
        if times[1] > NOTICED and times[1] > MOST_GROWTH * 4 * max(times[0], 1e-5):
            return True
    return False


def test_no_pattern_is_worse_than_linear() -> None:
    unique = {(pattern.pattern, pattern.flags, verbs): name for name, verbs, pattern in patterns()}
    assert len(unique) > 100
    slow = [
        (name, piece)
        for (text, flags, verbs), name in unique.items()
        for piece in PIECES
        if grows(re.compile(text, flags), verbs, piece)
    ]
    assert [(name, [piece for _, piece in same]) for name, same in itertools.groupby(slow, lambda each: each[0])] == []
