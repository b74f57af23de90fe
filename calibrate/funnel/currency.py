"""Amounts in several currencies, told by a column beside them: they are not added up."""

from __future__ import annotations

from ..engine.query import both, call, count, falling, filled, quoted, select
from ..engine.table import Table, column_of
from ..errors import InputError
from ..leads.columns.naming import words_of

_NAMES = frozenset(
    (
        "currency",
        "currency code",
        "currency iso code",
        "currencyisocode",
        "deal currency",
        "amount currency",
        "opportunity currency",
        "transaction currency",
        "deal currency code",
        "devise",
        "code devise",
        "monnaie",
        "wahrung",
        "waehrung",
        "wahrungscode",
        "moneda",
        "divisa",
        "valuta",
        "moeda",
        "munteenheid",
        "ccy",
        "curr",
    )
)
MOST_NAMED = 6


def currencies(home: Table, amount: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """The column that tells the currency of the amounts, and rows with an amount per currency, the commonest first.

    Without such a column the name is empty.
    """
    name = next((c.name for c in home.columns if words_of(c.name) in _NAMES and c.type == "text"), "")
    if not name or column_of(home, amount).type != "number":
        return name, ()
    code, worth = call.upper(call.trim(quoted(name))), quoted(amount)
    told = both(filled(worth), f"{worth} <> 0", f"{code} <> ''")
    order = (falling("2"), 1)
    answer = home.fetch(
        select({"code": code, "n": count()}, home.relation, where=told, group=(1,), order=order, limit=50)
    )
    return name, tuple((str(currency), int(n)) for currency, n in zip(answer["code"], answer["n"], strict=True))


def refuse_several(home: Table, amount: str) -> None:
    """An error where amounts are in several currencies: a sum of them is none."""
    name, counts = currencies(home, amount)
    if len(counts) > 1:
        sums = ", ".join(f"{code} ({rows:,} rows)" for code, rows in counts[:MOST_NAMED])
        raise InputError(
            f"{home.name}: the amounts in '{amount}' are in {len(counts)} currencies, as '{name}' says: {sums}. They "
            "cannot be added up: write them in one currency in a column of their own, and name that with --value"
        )
