"""Who buys: the column that tells which leads belong to one buyer (a company, an account, a deal), and who is who.

The first of these that a source has is taken: a company's id, the domain of professional mailboxes (free and disposable
ones say nothing of a company), a company's name. A column tells companies apart when its values recur, are many, and
none of them holds a tenth of the leads: "FR" and "n/a" are no companies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...engine import sql
from ...engine.table import Column, Table
from ..terms import Group
from .mailbox import LOOKED_AT, company_domain, find_addresses
from .naming import in_order, words_of
from .roles import repeats, values_of

_IDS = in_order("""
    company id, account id, organization id, organisation id, org id, associated company id,
    primary associated company id, associated company ids, company record id, parent account id, firm id,
    id societe, id entreprise, id compte, id organisation, identifiant societe, identifiant entreprise,
    identifiant compte, siren, siret, account number, company number, numero de compte, firmen id,
    unternehmens id, id empresa, id azienda, company domain name, company domain, domaine entreprise
""")
_NAMES = in_order("""
    company, company name, account, account name, organization, organization name, organisation,
    organisation name, associated company, primary company, entreprise, nom de l entreprise,
    nom entreprise, societe, nom de la societe, nom societe, raison sociale, compte, nom du compte,
    employer, employeur, firma, unternehmen, empresa, azienda, ragione sociale
""")
_DEALS = in_order("""
    deal id, deal record id, record id, opportunity id, id deal, id opportunite, id affaire,
    contract id, deal name, deal, opportunity name, opportunity, affaire, transaction,
    nom de la transaction, dealname, contract number, order id, contract, order number
""")
_NOT_THEIRS = re.compile(
    r"\b(owner|proprietaire|sales|rep|assigned|assigne|commercial\w*|vendeu\w*|manager|user|agent|created|modified|cree|"
    r"modifie|by|par|referr\w*|parrain|invit\w*|partner|partenaire|support|from|sender|expediteur)\b"
)
"""Words of columns that hold somebody else's address or name, such as that of the sales person."""
_FULL = in_order("""
    full name, contact name, lead name, name, nom complet, nom prenom, prenom nom, contact,
    nom du contact, nom et prenom
""")
_FIRST = ("first name", "given name", "prenom", "vorname", "nombre", "nome")
_LAST = ("last name", "surname", "family name", "nom", "nom de famille", "nachname", "apellido", "apellidos", "cognome")
LARGEST, FEWEST = 0.10, 20
"""Share of the leads that one company holds at most, and how many there must be."""
FIRST_ROWS = 50_000
"""Rows that say whether a column tells companies apart."""
OFTEN = 0.3
"""Share of the leads that must have a value."""
MOSTLY_ONE = 0.4
"""Share of different values from which an address or an id is each lead's own."""


def find_group(table: Table, outcomes: Table | None = None, key: str | None = None) -> Group | None:
    """The column that tells buyers apart, or None; `key` is the column of the outcomes that holds the lead."""
    for column in _called(table, _IDS):
        if _tells_companies(table, Group(column.name, "company")):
            return Group(column.name, "company")
    for name in own_addresses(table):
        if _tells_companies(table, Group(name, "domain")):
            return Group(name, "domain")
    for column in _called(table, _NAMES):
        if column.type == "text" and _tells_companies(table, Group(column.name, "company")):
            return Group(column.name, "company")
    for column in _called(outcomes, _DEALS) if outcomes is not None else ():
        if column.name != key and outcomes is not None and repeats(outcomes, group_sql(outcomes, Group(column.name))):
            return Group(column.name, "deal")
    return None


def own_addresses(table: Table) -> list[str]:
    """Columns with the leads' own e-mail addresses (not those of their sales people), in the order of the table."""
    return [name for name in find_addresses(table) if not _NOT_THEIRS.search(words_of(name))]


def group_sql(table: Table, group: Group) -> str:
    """SQL (DuckDB dialect) for the key of a lead's buyer: NULL where nothing is known of it.

    Spaces at the ends and capitals make no difference.
    """
    if group.kind == "domain":
        return company_domain(table, group.column)
    text = f"LOWER(TRIM(CAST({_quoted(group.column)} AS VARCHAR)))"
    return f"CASE WHEN {text} IN ('', 'n/a', 'na', 'none', 'null', '-', 'unknown', 'inconnu') THEN NULL ELSE {text} END"


def person_keys(table: Table) -> tuple[tuple[str, str], ...]:
    """What makes two rows one person, as (key of the language files, SQL): the address, or name and company."""
    keys = [("address", _address_sql(table, name)) for name in own_addresses(table) if not _is_domain(table, name)]
    company = [c.name for c in _called(table, _NAMES) if c.type == "text"]
    first, last, full = (
        [c.name for c in _called(table, names) if c.type == "text"] for names in (_FIRST, _LAST, _FULL)
    )
    name = [first[0], last[0]] if first and last else full[:1]
    if company and name and company[0] not in name:
        keys.append(("name_and_company", _joined([*name, company[0]], table.dialect)))
    return tuple(keys)


def _called(table: Table, names: Sequence[str]) -> list[Column]:
    """Columns called so, the best name first."""
    fitting = [c for c in table.columns if words_of(c.name) in names and c.type in ("text", "number")]
    return sorted(fitting, key=lambda column: names.index(words_of(column.name)))


def _tells_companies(table: Table, group: Group) -> bool:
    """Whether the values of a column recur, are many, fill a good part of the first rows, and none prevails."""
    keys = (
        f"SELECT {group_sql(table, group)} AS buyer FROM (SELECT * FROM {table.relation} LIMIT {FIRST_ROWS}) AS leads"
    )
    buyer_counts = f"SELECT buyer, COUNT(*) AS leads FROM ({keys}) AS keyed GROUP BY 1"
    row = table.fetch(
        f"SELECT CAST(COUNT(*) AS BIGINT) AS buyers, CAST(COALESCE(SUM(leads), 0) AS BIGINT) AS leads, "
        f"CAST(COALESCE(MAX(leads), 0) AS BIGINT) AS most FROM ({buyer_counts}) AS counted WHERE buyer IS NOT NULL"
    )
    buyers, leads, most = (int(row[name][0]) for name in ("buyers", "leads", "most"))
    enough = leads >= OFTEN * min(table.rows, FIRST_ROWS) if table.rows else leads > 0
    return FEWEST <= buyers < leads and enough and most <= max(LARGEST * leads, 5)


def _is_domain(table: Table, name: str) -> bool:
    """Whether a column holds domains, which no person has alone."""
    column = _quoted(name)
    row = table.fetch(f"SELECT MAX({column}) AS one FROM (SELECT {column} FROM {table.relation} LIMIT 50) AS few")
    return "@" not in str(row["one"][0] or "")


def _address_sql(table: Table, name: str) -> str:
    """SQL for an address without capitals, and where cells have more than it, what stands around; NULL: there is none.

    Whether they have is seen in the first rows.
    """
    column = _quoted(name)
    rows = table.fetch(f"SELECT {column} AS cell FROM {table.relation} LIMIT {LOOKED_AT}")["cell"]
    bare = all(cell is None or ("<" not in str(cell) and str(cell).strip() == str(cell)) for cell in rows)
    inner = column if bare else f"TRIM(SPLIT_PART(SPLIT_PART({column}, '<', -1), '>', 1))"
    return f"CASE WHEN {column} LIKE '%@%' THEN LOWER({inner}) ELSE NULL END"


_PLAIN = ("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy")
_SIGNS = " .,-_''"


def _joined(names: Sequence[str], dialect: str) -> str:
    """SQL for several texts as one, without capitals, accents, spaces and signs; NULL where one of them is empty."""
    filled = " AND ".join(f"{_quoted(name)} IS NOT NULL AND LENGTH(TRIM({_quoted(name)})) > 1" for name in names)
    parts = " || '|' || ".join(_bare(_quoted(name), dialect) for name in names)
    return f"CASE WHEN {filled} THEN {parts} ELSE NULL END"


def _bare(column: str, dialect: str) -> str:
    """SQL for a text without capitals, accents, spaces and signs.

    DuckDB translates letter by letter through a map: five times as slow as to replace the signs of plain texts.
    """
    lower = f"LOWER({column})"
    general = f"TRANSLATE({lower}, '{_PLAIN[0]}{_SIGNS}', '{_PLAIN[1]}')"
    if dialect != "duckdb":
        return general
    plain = lower
    for sign in (" ", ".", ",", "-", "_", "''"):
        plain = f"REPLACE({plain}, '{sign}', '')"
    return f"CASE WHEN STRLEN({column}) = LENGTH({column}) THEN {plain} ELSE {general} END"


def recurring(table: Table, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those keys of which some value stands in several rows, but is each lead's own as a rule."""
    for name, key in keys:
        filled, different = values_of(table, key)
        if MOSTLY_ONE * filled <= different < filled:
            yield name, key


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
