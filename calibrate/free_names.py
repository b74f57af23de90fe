"""Names that are free: the first form of a name that nothing else has."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Form = Callable[[str, int], str]
"""A name and the turn (from 2 on) to the next name to try."""


def numbered(name: str, turn: int) -> str:
    """``name (2)``: for people."""
    return f"{name} ({turn})"


def suffixed(name: str, turn: int) -> str:
    """``name_2``: for systems."""
    return f"{name}_{turn}"


def underlined(name: str, turn: int) -> str:
    """``name_``: for columns that nobody sees."""
    return name + "_" * (turn - 1)


def wrapped(name: str, turn: int) -> str:
    """``(name)``: for the levels that every criterion has."""
    return "(" * (turn - 1) + name + ")" * (turn - 1)


def free_name(name: str, used: Iterable[str], form: Form = numbered) -> str:
    """The name, or its first form that is not used; capitals make no difference.

    >>> free_name("Date", ["id"]), free_name("date", ["Date", "date (2)"]), free_name("__row", ["__ROW"], underlined)
    ('Date', 'date (3)', '__row_')
    """
    return _free(name, {name.casefold() for name in used}, form)


def unique_names(names: Iterable[str], form: Form = suffixed) -> list[str]:
    """The names in their order, each made different from the earlier ones.

    >>> unique_names(["a", "b", "A"])
    ['a', 'b', 'A_2']
    """
    folds: set[str] = set()
    unique = []
    for name in names:
        unique.append(_free(name, folds, form))
        folds.add(unique[-1].casefold())
    return unique


def _free(name: str, folds: set[str], form: Form) -> str:
    free, turn = name, 1
    while free.casefold() in folds:
        turn += 1
        free = form(name, turn)
    return free
