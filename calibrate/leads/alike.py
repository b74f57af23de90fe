"""Rows that stand for one person or for one company: they share their outcome, and the earliest of them counts.

Windows run on a narrow copy of the rows (place, hash of each key, day, outcome), and only on those whose key some
other row has: of a million leads, sixty thousand. The statement of the leads is joined with what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..engine.derived import discarded, kept
from ..engine.query import (
    EVERYTHING,
    NOTHING,
    among,
    as_text,
    call,
    case,
    count,
    either,
    empty,
    filled,
    flag,
    listing,
    named,
    over,
    rows,
    select,
    total,
)
from ..engine.table import Table
from .terms import BUYER

MOSTLY_ONE = 0.4
"""Share of different values from which an address, or a name with a company, is each lead's own."""
OUTCOME = ("__bought", "__closed", "__open")
"""The cells that rows of one person share, beside their place in time."""


@dataclass(frozen=True)
class Persons:
    """Rows that have others of their person (`relation`), and the keys that tell it, as (name, column).

    Columns: ``__twin`` (place in the source), ``__twice`` (place among the rows of the person, from 1), the keys,
    ``__row_bought``, and `OUTCOME` as that of all rows.
    """

    relation: str
    keys: tuple[tuple[str, str], ...]


def hashed(table: Table, key: str) -> str:
    """A key as a number where the engine has a hash of its own; no value where it has none."""
    return call.nullif(call.hash(key), call.hash(as_text(NOTHING))) if table.dialect == "duckdb" else key


def persons(table: Table, statement: str, names: Sequence[str]) -> Persons | None:
    """The rows that share a person with others; None where no key recurs.

    `statement` gives ``__row``, ``__late`` and ``__moment`` (order in time), `OUTCOME`, and ``__same0``, ``__same1``
    and so on for the keys called so. The id of a lead is one; others count where they are each lead's own as a rule.
    """
    stored = kept(table, statement, rows=table.rows)
    source = named(stored, "narrow")
    keys = {f"__same{i}": name for i, name in enumerate(names)}
    again = {key: kept(table, _several(source, key), rows=table.rows // 10) for key in keys}
    present = table.fetch(select({key: count(key) for key in keys}, source))
    recurring = {}
    for key, name in keys.items():
        beyond = int(table.fetch(select({"rows": total("leads - 1")}, named(again[key], "recurring")))["rows"][0])
        filled_in = int(present[key][0])
        if beyond and (name == "id" or filled_in - beyond >= MOSTLY_ONE * filled_in):
            recurring[key] = name
    relation = ""
    if recurring:
        alike = either(*(among(key, select([key], named(again[key], "recurring"))) for key in recurring))
        relation = kept(table, _of_persons(source, tuple(recurring), alike), rows=table.rows // 10)
    for scratch in (stored, *again.values()):
        discarded(table, scratch)
    return Persons(relation, tuple((name, key) for key, name in recurring.items())) if recurring else None


def _several(source: str, key: str) -> str:
    """The values of a key that several rows have, and how many."""
    return select({key: key, "leads": count()}, source, where=filled(key), group=(key,), having=f"{count()} > 1")


def _of_persons(source: str, keys: Sequence[str], alike: str) -> str:
    """The rows that are `alike`, with the outcome of their person: a customer if any row of it is one.

    What their order is makes no difference.

    Of several keys, the last place and the first closing count.
    """
    places, bought, still_open = [], ["__bought"], ["__open"]
    closed = [case(("__bought = 1", "__closed"))]
    for key in keys:
        alone = empty(key)
        order = listing(("__late", "__moment", "__row"))
        places.append(case((alone, 1), otherwise=over(call.row_number(), by=key, order=order)))
        bought.append(case((alone, 0), otherwise=over(call.max("__bought"), by=key)))
        still_open.append(case((alone, 0), otherwise=over(call.max("__open"), by=key)))
        first = over(call.min(case(("__bought = 1", "__closed"))), by=key)
        closed.append(case((alone, NOTHING), otherwise=first))
    of_person = call.greatest(*bought)
    cells = {
        "__twin": "__row",
        **{key: key for key in keys},
        "__twice": places[0] if len(places) == 1 else call.greatest(*places),
        "__row_bought": "__bought",
        "__bought": of_person,
        "__closed": call.coalesce(call.least(*closed), "__closed"),
        "__open": case((f"{of_person} = 1", 0), otherwise=call.greatest(*still_open)),
    }
    return select(cells, rows(select(EVERYTHING, source, where=alike), "alike"))


def companies(table: Table, statement: str) -> str:
    """Relation of the rows that share a company with others: ``__mate`` (place in it, from 1) and its outcome.

    `statement` gives ``__row``, the hash of the buyer, ``__late``, ``__moment`` and `OUTCOME`; ``__partner`` is the
    place in the source.
    """
    stored = kept(table, statement, rows=table.rows)
    source = named(stored, "narrow")
    bought = over(call.max("__bought"), by=BUYER)
    cells = {
        "__partner": "__row",
        "__mate": over(call.row_number(), by=BUYER, order=listing(("__late", "__moment", "__row"))),
        "__bought": bought,
        "__closed": over(call.min(case(("__bought = 1", "__closed"))), by=BUYER),
        "__open": case((f"{bought} = 1", 0), otherwise=over(call.max("__open"), by=BUYER)),
    }
    several = rows(_several(source, BUYER), "several")
    alike = select(EVERYTHING, source, where=among(BUYER, select([BUYER], several)))
    relation = kept(table, select(cells, rows(alike, "alike")), rows=table.rows)
    discarded(table, stored)
    return relation


def repeats_by_key(table: Table, alike: Persons) -> Mapping[str, tuple[int, int]]:
    """By key: rows beyond the first of each person, and persons who stand with both outcomes."""
    answers = {}
    for name, key in alike.keys:
        of_person = {"size": count(), "least": call.min("__row_bought"), "most": call.max("__row_bought")}
        by_person = rows(select(of_person, named(alike.relation, "twins"), where=filled(key), group=(key,)), "persons")
        measures = {"again": total("size - 1"), "conflicts": total(flag("least < most"))}
        row = table.fetch(select(measures, by_person, where="size > 1"))
        answers[name] = (int(row["again"][0]), int(row["conflicts"][0]))
    return answers
