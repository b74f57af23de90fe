"""Which column tells won from lost, where nobody named one: by its values first, then by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ...engine.query import as_text, count_where, flag, one_of, quoted, select
from ...engine.table import Table
from ...errors import HistoryError
from .naming import axis_of, words_of
from .outcome_words import meaning, spelling
from .profile import Profile, profiles_of

MOST_VALUES = 60
"""A status has at most so many different values."""
UNDERSTOOD = 0.3
"""In a column that tells won from lost, at least this share of the rows has a value that is understood."""
_STATUS = re.compile(
    r"\b(status|statuts?|stage\w*|etape|phase|state|etat|outcome|result\w*|esito|stato|fase|estado|etapa|situacao|"
    r"stadium|uitkomst|ergebnis|disposition|pipeline|dealstage|stagename)\b"
)
_WON = re.compile(
    r"^(is |has |deal |lead |closed )?(won|converted|customer|became customer|sold|signed|purchased|bought|sale|"
    r"outcome|gagnee?|clos gagne|converti|client|devenu client|vendu|signe|achat|gewonnen|kunde|konvertiert|verkauft|"
    r"ganad[oa]|cliente|convertido|comprado|vendido|vint[oa]|convertito|venduto|ganh[oa]|klant|geconverteerd|verkocht)"
    r"( flag| y n)?$"
)
_EARLIER = re.compile(r"\b(prev\w*|last|former|earlier|dernier\w*|ultim[oa]|letzt\w*|precedent\w*|anterior)\b")


def find_outcome(table: Table, ignore: Sequence[str] = ()) -> str | None:
    """The column that tells which rows are customers: it has words for won and for lost, or is a yes/no called so.

    Raises
    ------
    HistoryError
        Several columns tell it and disagree.
    """
    names = tuple(c.name for c in table.columns if c.type in ("text", "boolean", "number") and c.name not in ignore)
    texts = profiles_of(table, tuple(n for n in names if n in _texts(table)))
    telling = [name for name, column_profile in texts.items() if _tells(column_profile)]
    if not telling:
        candidates = tuple(n for n in names if _WON.match(words_of(n)))
        profiles = profiles_of(table, candidates) if candidates else {}
        telling = [name for name, column_profile in profiles.items() if _yes_no(column_profile)]
    telling.sort(key=lambda name: not _STATUS.search(words_of(name)))
    for one, another in pairwise(telling):
        conflicts = _apart(table, one, another, texts | profiles_of(table, (one, another)))
        if conflicts:
            raise HistoryError(
                f"two columns of {table.name} tell the outcome and disagree in {conflicts:,} rows: '{one}' and "
                f"'{another}'. Name the one that tells customers with --customer, e.g. --customer '{one}'"
            )
    return telling[0] if telling else None


def possible_outcomes(table: Table, ignore: Sequence[str] = ()) -> list[str]:
    """Columns that say yes and no and can be an outcome: a status first, none that tells what a lead did."""
    names = tuple(
        column.name
        for column in table.columns
        if column.type in ("text", "boolean", "number")
        and column.name not in ignore
        and axis_of(column.name) != "engagement"
        and not _EARLIER.search(words_of(column.name))
    )
    profiles = profiles_of(table, names) if names else {}
    flags = [name for name, column_profile in profiles.items() if _yes_no(column_profile)]
    return sorted(flags, key=lambda name: not _STATUS.search(words_of(name)))


def find_value(table: Table, values: Sequence[str]) -> list[str]:
    """The columns in which every one of some values stands, however it is written."""
    spellings = {spelling(value) for value in values}
    profiles = profiles_of(table, tuple(c.name for c in table.columns if c.type in ("text", "boolean")))
    return [
        name
        for name, column_profile in profiles.items()
        if spellings <= {spelling(text) for text, _ in column_profile.texts}
    ]


def statuses(table: Table) -> list[tuple[str, Profile]]:
    """Columns that are called a status and have several values, few of which (or none) are understood."""
    candidates = tuple(c.name for c in table.columns if c.type == "text" and _STATUS.search(words_of(c.name)))
    profiles = profiles_of(table, candidates) if candidates else {}
    return [
        (name, column_profile)
        for name, column_profile in profiles.items()
        if 2 <= column_profile.distinct <= MOST_VALUES
    ]


def _texts(table: Table) -> set[str]:
    return {c.name for c in table.columns if c.type == "text"}


def _tells(column_profile: Profile) -> bool:
    """Whether a column has words for won and for lost, or is called a status and has words for won and not decided."""
    if not 2 <= column_profile.distinct <= MOST_VALUES or _EARLIER.search(words_of(column_profile.column.name)):
        return False
    meanings = {text: meaning(text) for text, _ in column_profile.texts}
    understood = sum(rows for text, rows in column_profile.texts if meanings[text] is not None)
    words, status = {*meanings.values()}, bool(_STATUS.search(words_of(column_profile.column.name)))
    return (
        "won" in words
        and ("lost" in words or (status and "open" in words))
        and understood >= UNDERSTOOD * column_profile.filled
    )


def _yes_no(column_profile: Profile) -> bool:
    """Whether a column says yes and no, or 1 and 0, and nothing else."""
    if column_profile.column.type == "boolean":
        return column_profile.distinct == 2
    if column_profile.column.type == "number":
        return column_profile.numbers is not None and {*column_profile.numbers.tolist()} == {0.0, 1.0}
    meanings = {meaning(text) for text, _ in column_profile.texts}
    return column_profile.distinct <= MOST_VALUES and meanings in ({"yes", "no"}, {"converted", "no"}, {"won", "no"})


def _apart(table: Table, one: str, another: str, profiles: dict[str, Profile]) -> int:
    """Rows that one column calls a sale and the other does not."""
    first, right = (_sale(profiles[name]) for name in (one, another))
    answer = table.fetch(select({"n": count_where(f"{first} <> {right}")}, table.relation))
    return int(answer["n"][0])


def _sale(column_profile: Profile) -> str:
    """SQL for 0/1: the column says that the row is a sale."""
    column = quoted(column_profile.column.name)
    if column_profile.column.type == "number":
        return flag(f"{column} = 1")
    words = {meaning(text) for text, _ in column_profile.texts}
    sales = (
        [text for text, _ in column_profile.texts if meaning(text) == "won"]
        if "won" in words
        else [text for text, _ in column_profile.texts if meaning(text) in ("yes", "converted")]
    )
    return flag(one_of(as_text(column), sales))
