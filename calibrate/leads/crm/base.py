"""What the exports of a CRM look like: the type that each system's file fills in.

Names are written as `columns.words_of` gives them (``Created_Time`` and ``createdTime`` are both "created time");
one that ends in ``*`` is the beginning of a name. Values are compared in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ... import vocabulary
from ..columns.naming import words_of

Names = tuple[str, ...]
"""Words that a column, or a value, may be called by: the first that is there is taken."""
Part = Literal["labels", "labels_fr", "columns", "values", "join"]
"""What about an export could not be confirmed: titles, French titles, which columns, words for won, the join."""
Aside = Literal["crm_stage", "crm_after", "crm_score", "crm_work", "crm_owner", "crm_amount"]
"""Why a column is no criterion: how far sales got, filled at the end, a score, sales' work, who owns it, a value."""

YES: Names = tuple(sorted({words_of(word) for word in vocabulary.YES}))
NO: Names = tuple(sorted({words_of(word) for word in vocabulary.NO}))
EMPTY = ""
"""As a value: the cell is empty."""


@dataclass(frozen=True)
class Outcome:
    """One column that tells the outcome.

    A value that is neither won, lost nor open is what `rest` says. `open_in` gives other columns, each with the values
    by which a row that is not won is open; the first that exists is asked instead of the column's own values. `at` is
    the date of the win. A conversion is no sale.
    """

    column: Names
    won: Names
    lost: Names = ()
    open: Names = ()
    rest: Literal["open", "lost"] = "open"
    open_in: tuple[tuple[Names, Names], ...] = ()
    at: Names = ()
    sale: bool = True


@dataclass(frozen=True)
class System:
    """The exports of one CRM.

    `signs` are headers as they are written there: an export that has all of one sign is recognised. `lost_signs` are
    columns with the values of lost rows, for systems whose exports may leave these out. `deal_keys` say how a second
    file is joined: column of the leads, column of the deals. `amount` is what a customer signed.
    """

    name: str
    title: str
    signs: tuple[tuple[str, ...], ...] = ()
    prefixes: Names = ()
    lead_id: Names = ()
    created_at: Names = ()
    outcomes: tuple[Outcome, ...] = ()
    deal_keys: tuple[tuple[Names, Names], ...] = ()
    stages: Names = ()
    amount: Names = ()
    aside: Mapping[Aside, Names] = field(default_factory=dict)
    lost_signs: tuple[tuple[Names, Names], ...] = ()
    how_to_export_lost: str = ""
    unconfirmed: tuple[Part, ...] = ()

    def find(self, columns: Iterable[str], names: Names) -> str | None:
        """The first column, by the order of the names, that is called so, with one of the prefixes or without."""
        return next(iter(self.all(columns, names)), None)

    def all(self, columns: Iterable[str], names: Names) -> list[str]:
        """Every column that is called so, in the order of the names."""
        words = {column: self._bare(column) for column in columns}
        return [
            column
            for name in names
            for column, phrase in words.items()
            if phrase == name or (name.endswith("*") and phrase.startswith(name[:-1]))
        ]

    def _bare(self, column: str) -> str:
        """The words of a column's name without the prefix of its object."""
        column = column.replace("IDs", "Ids")
        for prefix in self.prefixes:
            if column.casefold().startswith(prefix.casefold()):
                return words_of(column[len(prefix) :])
        return words_of(column)

    def recognised(self, columns: Iterable[str]) -> int:
        """How many headers of its most telling sign are there, 0 if no sign is complete."""
        there = set(columns)
        return max((len(sign) for sign in self.signs if there.issuperset(sign)), default=0)
