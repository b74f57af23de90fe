"""One export looked at as its system describes it: which columns play which part, and what their values mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...engine.table import Fact, Table
from ...errors import HistoryError
from ..columns.naming import words_of
from ..columns.outcome_words import meaning
from ..columns.profile import commonest
from ..keys import keys_of as compared
from .base import EMPTY, Aside, Names, Outcome, System

MOST_VALUES = 1000
_FRENCH = re.compile(r"\b(de|du|le|la|l|statut|etape|affaire|cree|proprietaire|montant)\b")
"""A header that has such a word is in French."""


@dataclass(frozen=True)
class Told:
    """What tells the outcome in one file: column, its values that mean customer and those that mean open, date.

    `open_in` is another column in which the open values stand; an empty text there is an empty cell.
    """

    customer: str
    customer_values: tuple[str, ...] = ()
    open_values: tuple[str, ...] = ()
    open_in: str | None = None
    customer_at: str | None = None
    sale: bool = True


def told(system: System, table: Table, *, column: str | None = None, sale: bool = False) -> Told | None:
    """How a file tells the outcome: the first way of the system for which the file has a column and won rows.

    Where it has a column but no known word for won, the column comes without values, so that it is asked back.
    `column` is the one the user named; `sale` leaves out what is only a conversion.
    """
    names = [c.name for c in table.columns]
    unclear: Told | None = None
    for outcome in system.outcomes:
        if sale and not outcome.sale:
            continue
        for match in system.all(names, outcome.column):
            if column is not None and match != column:
                continue
            at = system.find(names, outcome.at)
            values = commonest(table, match, MOST_VALUES)
            won = tuple(v for v in values if _won(v, outcome))
            if won:
                where, still = _open(system, table, outcome, values)
                return Told(match, won, still, where, at, outcome.sale)
            if unclear is None:
                unclear = Told(match, customer_at=at, sale=outcome.sale)
    return unclear


def _open(system: System, table: Table, outcome: Outcome, values: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The column whose values tell open rows (None: the outcome's own), and these values."""
    names = [c.name for c in table.columns]
    for columns, words in outcome.open_in:
        match = system.find(names, columns)
        if match is None:
            continue
        still = tuple(v for v in commonest(table, match, MOST_VALUES) if _said(v, words))
        return match, (*still, EMPTY) if EMPTY in words else still
    open_unless_lost = outcome.rest == "open"
    return None, tuple(
        v
        for v in values
        if not _won(v, outcome)
        and not _said(v, outcome.lost)
        and (
            _said(v, outcome.open)
            or (meaning(v) != "lost" if open_unless_lost else meaning(v) == "open" and bool(outcome.lost))
        )
    )


def _won(value: str, outcome: Outcome) -> bool:
    """Whether a value is one of the system's words for won, or a known one of another language beside them."""
    if _said(value, outcome.won):
        return True
    return outcome.sale and bool(outcome.lost) and not _said(value, outcome.lost) and meaning(value) == "won"


def check_lost(system: System, table: Table) -> None:
    """Refuse an export in which no row is lost, of a system that leaves lost rows out unless it is told not to.

    Raises
    ------
    HistoryError
        Lost leads are missing; the message says how to export them.
    """
    if not system.lost_signs:
        return
    names = [c.name for c in table.columns]
    columns_read = []
    for columns, words in system.lost_signs:
        for match in system.all(names, columns):
            columns_read.append(match)
            values = commonest(table, match, MOST_VALUES)
            if values and (not words or any(_said(v, words) for v in values)):
                return
    finding = (
        f"no row is lost in {', '.join(repr(name) for name in columns_read)}"
        if columns_read
        else "no column tells lost rows"
    )
    raise HistoryError(
        f"{table.name}: {finding}. {system.title} archives lost leads and leaves them out of a usual export, so every "
        f"close rate would be far too high. Export them too: {system.how_to_export_lost}. If none was ever lost or "
        "archived, say --crm none"
    )


def amount(system: System, table: Table) -> str | None:
    """The column with the amount that a customer signed, if it holds numbers."""
    numbers = [c.name for c in table.columns if c.type == "number"]
    return system.find(numbers, system.amount)


def set_aside(system: System, table: Table) -> dict[str, Aside]:
    """Columns that this system fills while sales work, or after the outcome, with the reason."""
    names = [c.name for c in table.columns]
    reason_of: dict[str, Aside] = {}
    amounts = (*system.amount, *system.aside.get("crm_amount", ()))
    reasons: Mapping[Aside, Names] = {**system.aside, "crm_amount": amounts}
    for reason, words in reasons.items():
        for column in system.all(names, words):
            reason_of.setdefault(column, reason)
    for column in system.all(names, (*system.stages, *(n for outcome in system.outcomes for n in outcome.at))):
        reason_of.setdefault(column, "crm_after")
    return reason_of


def keys(system: System, leads: Table, deals_system: System, deals: Table) -> tuple[str, str] | None:
    """The columns by which a file of deals belongs to the leads: that of the leads, that of the deals."""
    lead_columns, theirs = ([c.name for c in table.columns] for table in (leads, deals))
    for mine, deal_names in system.deal_keys:
        by, key = system.find(lead_columns, mine), deals_system.find(theirs, deal_names)
        if by is not None and key is not None and _meet(leads, by, deals, key):
            return by, key
    return None


def key_of(system: System, deals_system: System, deals: Table) -> str | None:
    """The first column of a file of deals that may name their leads."""
    names = [c.name for c in deals.columns]
    return next((key for _, deal_names in system.deal_keys if (key := deals_system.find(names, deal_names))), None)


def _meet(leads: Table, by: str, deals: Table, key: str) -> bool:
    """Whether any row of the deals belongs to a lead."""
    return compared(leads, by, deals, key).matched > 0


@dataclass(frozen=True)
class Spoken:
    """Facts and warnings about an export, as keys of the language files."""

    facts: tuple[Fact, ...] = ()
    warnings: tuple[tuple[str, Mapping[str, str | int | float]], ...] = field(default=())


def spoken(system: System, table: Table, outcome: Told | None, *, by_user: bool, file: str) -> Spoken:
    """What is worth telling about how a file was understood."""
    facts = [Fact("crm_named" if by_user else "crm_detected", {"system": system.title, "name": file})]
    warnings: list[tuple[str, Mapping[str, str | int | float]]] = []
    if outcome is not None and outcome.customer_values:
        facts.append(
            Fact(
                "crm_outcome",
                {
                    "column": outcome.customer,
                    "won": ", ".join(outcome.customer_values),
                    "name": file,
                },
            )
        )
        if outcome.open_values:
            still = ", ".join(value or "-" for value in outcome.open_values[:12])
            facts.append(Fact("crm_open", {"column": outcome.open_in or outcome.customer, "open": still}))
        if not outcome.sale:
            warnings.append(("crm_conversion", {"column": outcome.customer, "system": system.title}))
    french = any(_FRENCH.search(words_of(column.name)) for column in table.columns)
    facts += [
        Fact("crm_unconfirmed", {"system": system.title, "part": f"crm_{part}"})
        for part in system.unconfirmed
        if part != ("labels" if french else "labels_fr")
    ]
    return Spoken(tuple(facts), tuple(warnings))


def _said(value: str, words: Names) -> bool:
    """Whether a value is one of the words; 100.0 is 100."""
    phrase = words_of(value)
    try:
        number = f"{float(value.replace(',', '.')):g}"
    except ValueError:
        number = phrase
    return phrase in words or number in words
