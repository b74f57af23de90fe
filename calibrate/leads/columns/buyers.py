"""Who buys: the column that tells which leads belong to one buyer (a company, an account, a deal), and who is who.

The first of these that a source has is taken: a company's id, the domain of professional mailboxes (free and disposable
ones say nothing of a company), a company's name. A column tells companies apart when its values recur, are many, and
none of them holds a tenth of the leads: "FR" and "n/a" are no companies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...engine.query import (
    EVERYTHING,
    NOTHING,
    as_text,
    both,
    call,
    case,
    count,
    filled,
    joined,
    like,
    one_of,
    quoted,
    rows,
    select,
    total,
    value,
    whole,
)
from ...engine.table import Column, Table
from ..terms import Group
from .mailbox import LOOKED_AT, company_domain, find_addresses
from .naming import in_order, words_of
from .roles import repeats

_IDS = in_order("""
    company id, account id, organization id, organisation id, org id, associated company id,
    primary associated company id, associated company ids, company record id, parent account id, firm id,
    id societe, id entreprise, id compte, id organisation, identifiant societe, identifiant entreprise,
    identifiant compte, siren, siret, account number, company number, numero de compte, firmen id,
    unternehmens id, id empresa, id azienda, company domain name, company domain, domaine entreprise,
    company ids, associated account ids, id de l entreprise, ids de l entreprise, id d entreprise,
    id de l entreprise associee, ids de l entreprise associee, ids d entreprise associes, ids des entreprises associees,
    id de la societe, id du compte, identifiant de l entreprise, numero siret, numero siren, firmennummer, firmen nr,
    unternehmensnummer, unternehmen id, firma id, id de empresa, id de la empresa, id dell azienda, partita iva,
    id da empresa, cnpj, vat number, numero de tva
""")
_NAMES = in_order("""
    company, company name, account, account name, organization, organization name, organisation,
    organisation name, associated company, primary company, entreprise, nom de l entreprise,
    nom entreprise, societe, nom de la societe, nom societe, raison sociale, compte, nom du compte,
    employer, employeur, firma, unternehmen, empresa, azienda, ragione sociale, firmenname, firmen name,
    unternehmensname, nombre de la empresa, nombre de empresa, razon social, organizacion, nome azienda,
    nome dell azienda, nome da empresa, razao social, entreprise associee, company account
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

    Spaces at the ends and capitals make no difference, nor does the legal form behind a company's name.
    """
    if group.kind == "domain":
        return company_domain(table, group.column)
    key = call.lower(call.trim(as_text(quoted(group.column))))
    if group.kind == "company" and words_of(group.column) in _NAMES:
        key = _without_form(key, table.dialect)
    return case((one_of(key, NOBODY), NOTHING), otherwise=key)


NOBODY = ("", "n/a", "na", "none", "null", "-", "unknown", "inconnu")
"""Keys that name no buyer."""


def person_keys(table: Table) -> tuple[tuple[str, str], ...]:
    """What makes two rows one person, as (key of the language files, SQL): the address, or name and company."""
    keys = [("address", _address_sql(table, name)) for name in own_addresses(table) if not _is_domain(table, name)]
    company = [c.name for c in _called(table, _NAMES) if c.type == "text"]
    first, last, full = (
        [c.name for c in _called(table, names) if c.type == "text"] for names in (_FIRST, _LAST, _FULL)
    )
    name = [first[0], last[0]] if first and last else full[:1]
    if company and name and company[0] not in name:
        keys.append(("name_and_company", _joined(name, company[0], table.dialect)))
    return tuple(keys)


def _called(table: Table, names: Sequence[str]) -> list[Column]:
    """Columns called so, the best name first."""
    fitting = [c for c in table.columns if words_of(c.name) in names and c.type in ("text", "number")]
    return sorted(fitting, key=lambda column: names.index(words_of(column.name)))


def _tells_companies(table: Table, group: Group) -> bool:
    """Whether the values of a column recur, are many, fill a good part of the first rows, and none prevails."""
    first = rows(select(EVERYTHING, table.relation, limit=FIRST_ROWS), "leads")
    keyed = rows(select({"buyer": group_sql(table, group)}, first), "keyed")
    counts = {"buyers": whole(count()), "leads": total("leads"), "most": whole(call.coalesce(call.max("leads"), 0))}
    buyer_counts = rows(select({"buyer": "buyer", "leads": count()}, keyed, group=(1,)), "counted")
    row = table.fetch(select(counts, buyer_counts, where=filled("buyer")))
    buyers, leads, most = (int(row[name][0]) for name in ("buyers", "leads", "most"))
    enough = leads >= OFTEN * min(table.rows, FIRST_ROWS) if table.rows else leads > 0
    return FEWEST <= buyers < leads and enough and most <= max(LARGEST * leads, 5)


def _is_domain(table: Table, name: str) -> bool:
    """Whether a column holds domains, which no person has alone."""
    few = rows(select([quoted(name)], table.relation, limit=50), "few")
    row = table.fetch(select({"one": call.max(quoted(name))}, few))
    return "@" not in str(row["one"][0] or "")


def _address_sql(table: Table, name: str) -> str:
    """SQL for an address without capitals, and where cells have more than it, what stands around; NULL: there is none.

    Whether they have is seen in the first rows.
    """
    column = quoted(name)
    cells = table.fetch(select({"cell": column}, table.relation, limit=LOOKED_AT))["cell"]
    bare = all(cell is None or ("<" not in str(cell) and str(cell).strip() == str(cell)) for cell in cells)
    inner = call.trim(call.split_part(call.split_part(column, value("<"), -1), value(">"), 1))
    return case((like(column, "%@%"), call.lower(column if bare else inner)))


_PLAIN = ("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy")
_SIGNS = " .,-_'"


_FORMS = (
    "gmbh", "ag", "kg", "kgaa", "ohg", "ug", "se", "sas", "sasu", "sarl", "eurl", "sa", "snc", "scop", "srl", "spa",
    "sl", "slu", "lda", "ltda", "ltd", "limited", "plc", "llc", "llp", "inc", "corp", "bv", "nv", "bvba",
)  # fmt: skip
_FORMS_BEFORE = ("sarl", "sasu", "sas", "eurl")
"""Legal forms behind the name of a company, or before it, without points."""
_FORM = f"^({'|'.join(_FORMS_BEFORE)}) +|[ ,]+(gmbh & co.*|({'|'.join('[.]?'.join(form) for form in _FORMS)})[.]?)$"


def _without_form(company: str, dialect: str) -> str:
    """SQL for a company's name, in small letters, without the legal form: ``acme s.a.s.`` and ``sas acme`` are acme."""
    if dialect == "duckdb":  # a pattern takes a fourth of the time
        return call.regexp_replace(company, value(_FORM), value(""))
    first, last = (call.split_part(company, value(" "), place) for place in (1, -1))
    more = like(company, "%_ _%")
    behind = call.rtrim(call.substring(company, 1, f"{call.length(company)} - {call.length(last)}"), value(" ,"))
    return case(
        (both(more, one_of(first, _FORMS_BEFORE)), call.substring(company, f"{call.length(first)} + 2")),
        (like(company, "%_ gmbh & co%"), call.split_part(company, value(" gmbh"), 1)),
        (both(more, one_of(call.replace(last, value("."), value("")), _FORMS)), behind),
        otherwise=company,
    )


def _joined(names: Sequence[str], company: str, dialect: str) -> str:
    """SQL for a person's names and company as one text, without capitals, accents, spaces, signs and legal form.

    NULL where one of them is empty.
    """
    cells = [quoted(name) for name in (*names, company)]
    told = both(*(both(filled(cell), f"{call.length(call.trim(cell))} > 1") for cell in cells))
    *who, where = cells
    together = joined(
        [*(part for cell in who for part in (cell, value("|"))), _without_form(call.lower(where), dialect)]
    )
    return case((told, _bare(f"({together})", dialect)))


def _bare(column: str, dialect: str) -> str:
    """SQL for a text without capitals, accents, spaces and signs.

    DuckDB translates letter by letter through a map: five times as slow as to replace the signs of plain texts.
    """
    plain = call.lower(column)
    general = call.translate(plain, value(_PLAIN[0] + _SIGNS), value(_PLAIN[1]))
    if dialect != "duckdb":
        return general
    for sign in _SIGNS:
        plain = call.replace(plain, value(sign), value(""))
    return case((f"{call.strlen(column)} = {call.length(column)}", plain), otherwise=general)
