"""Rows that are no leads: tests of one's own forms, deleted records, and records merged into another.

Known by flags that CRMs export (`IsDeleted`, `MasterRecordId`), by addresses such as test17@..., anything at
example.com, and by people called Test. What comes out is a condition in SQL for each reason; no name leaves the engine.
"""

from __future__ import annotations

from ...engine.query import (
    NEVER,
    both,
    call,
    case,
    either,
    filled,
    flag,
    like,
    none_of,
    one_of,
    quoted,
    select,
    value,
    whole,
)
from ...engine.table import Column, Table
from ...vocabulary import NO, YES
from .naming import in_order, words_of
from .personal_roles import phrases, role_of

TESTED = phrases("""
    is test, test lead, is test lead, test record, is test record, istest, testlead, test contact, is internal
    test, lead de test, ligne de test, est un test, testdatensatz, prueba, es prueba, di prova, de teste,
    testrecord
""")
DELETED = phrases("""
    is deleted, isdeleted, deleted, deleted at, deleted on, deleted date, deletion date, supprime, supprimee,
    est supprime, date de suppression, geloscht, geloscht am, eliminado, eliminado el, eliminato, excluido,
    apagado, verwijderd, verwijderd op
""")
MERGED = phrases("""
    master record id, masterrecordid, masterid, master id, merged, is merged, merged into, merged into id,
    merged to, merged with, fusionne, fusionne avec, zusammengefuhrt, zusammengefuhrt mit, fusionado, unito a,
    samengevoegd
""")
NO_FLAG = NO | {"null", "none", "-", ""}
GIVEN = ("test", "tests", "tester", "testing", "teste", "testvorname", "asdf", "qwerty", "essai", "prueba", "prova")
PERSONS = (
    *in_order("""
    test, test test, test lead, lead test, test user, test tester, tester test, test contact,
    contact test,
    test prospect, asdf, asdf asdf, qwerty, test client, client test, essai essai,
    prueba prueba,
    prova prova, teste teste, max mustermann test, max test, john test, test account
"""),
    "test, test",
)
LOCAL = in_order("""
    test, tests, tester, testing, test.test, test-test, test_test, testtest, testlead,
    test.lead, test-lead, test_lead, testuser, test.user, test_user, test-user, usertest,
    leadtest, mytest, formtest, testform, asdf, qwerty, qwertz, azerty, teste, prueba,
    essai
""")
DOMAINS = ("example.com", "example.org", "example.net", "test.test", "test.test.com")
TOP_LEVELS = (".test", ".example", ".invalid", ".localhost")
HINTS = ("test", "asdf", "qwert", "azerty", "prueba", "essai", "example", ".invalid", ".localhost")
"""Each of these addresses has one of these in it; all others are looked at no further."""


def find_not_leads(table: Table) -> tuple[tuple[str, str], ...]:
    """Reasons and conditions (SQL) of rows that are no leads, only those that some row meets.

    A condition that holds for more than half of the rows is no sign: there the column means something else.
    """
    tested = [_flag(c) for c in table.columns if words_of(c.name) in TESTED]
    tested += [part for c in table.columns if c.type == "text" and (part := _test_person(c))]
    candidates = (
        ("test_lead", tested),
        ("deleted", [_flag(c, any_value=True) for c in table.columns if words_of(c.name) in DELETED]),
        ("merged", [_flag(c, any_value=True) for c in table.columns if words_of(c.name) in MERGED]),
    )
    conditions = [(reason, f"({part})") for reason, parts in candidates for part in parts]
    if not conditions or not table.rows:
        return ()
    sums = {f"n{i}": whole(call.sum(flag(part))) for i, (_, part) in enumerate(conditions)}
    rows = table.fetch(select(sums, table.relation))
    met = [
        (reason, part)
        for i, (reason, part) in enumerate(conditions)
        if 0 < int(rows[f"n{i}"][0] or 0) <= table.rows / 2
    ]
    return tuple(
        (reason, either(*(part for name, part in met if name == reason)))
        for reason in ("test_lead", "deleted", "merged")
        if any(name == reason for name, _ in met)
    )


def flags_of(table: Table) -> tuple[str, ...]:
    """Columns that say which rows are tests, deleted or merged: they are no criteria.

    >>> from types import SimpleNamespace
    >>> flags_of(SimpleNamespace(columns=[Column("IsDeleted", "text"), Column("LeadSource", "text")]))
    ('IsDeleted',)
    """
    return tuple(column.name for column in table.columns if words_of(column.name) in {*TESTED, *DELETED, *MERGED})


def _flag(column: Column, *, any_value: bool = False) -> str:
    """Condition: the column says yes; with `any_value`, what does not say no will do (a day, a key)."""
    cell = quoted(column.name)
    if column.type == "boolean":
        return both(filled(cell), cell)
    if column.type == "number":
        return both(filled(cell), f"{cell} <> 0") if any_value else f"{cell} = 1"
    if column.type != "text":
        return filled(cell)
    word = call.lower(call.trim(cell))
    return both(filled(cell), none_of(word, sorted(NO_FLAG)) if any_value else one_of(word, sorted(YES)))


def _test_person(column: Column) -> str:
    """Condition: the column holds the address or the name of a test; nothing where it holds neither."""
    role, loose = role_of(column.name)
    cell = quoted(column.name)
    word = call.lower(call.trim(cell))
    if role in ("given", "person") and not loose:
        return both(filled(cell), one_of(word, GIVEN if role == "given" else PERSONS))
    if role != "mail":
        return ""
    local, domain = (call.split_part(word, value("@"), part) for part in (1, 2))
    signs = (
        one_of(call.rtrim(local, value("0123456789")), LOCAL),
        like(local, "test+%"),
        like(local, "%+test%"),
        one_of(domain, DOMAINS),
        *(like(domain, f"%{end}") for end in TOP_LEVELS),
    )
    seldom = either(*(like(call.lower(cell), f"%{part}%") for part in HINTS))
    return case((seldom, both(like(word, "%@%"), either(*signs))), otherwise=NEVER)
