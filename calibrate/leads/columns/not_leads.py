"""Rows that are no leads: tests of one's own forms, deleted records, and records merged into another.

Known by flags that CRMs export (`IsDeleted`, `MasterRecordId`), by addresses such as test17@..., anything at
example.com, and by people called Test. What comes out is a condition in SQL for each reason; no name leaves the engine.
"""

from __future__ import annotations

from ...engine import sql
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


def find_not_leads(table: Table) -> tuple[tuple[str, str], ...]:
    """Reasons and conditions (SQL) of rows that are no leads, only those that some row meets.

    A condition that holds for more than half of the rows is no sign: there the column means something else.
    """
    tested = [_flag(c) for c in table.columns if words_of(c.name) in TESTED]
    tested += [part for c in table.columns if c.type == "text" and (part := _test_person(c))]
    candidates = (
        ("test_lead", tested),
        ("deleted", [_flag(c, filled=True) for c in table.columns if words_of(c.name) in DELETED]),
        ("merged", [_flag(c, filled=True) for c in table.columns if words_of(c.name) in MERGED]),
    )
    conditions = [(reason, f"({part})") for reason, parts in candidates for part in parts]
    if not conditions or not table.rows:
        return ()
    sums = ", ".join(
        f"CAST(SUM(CASE WHEN {part} THEN 1 ELSE 0 END) AS BIGINT) AS n{i}" for i, (_, part) in enumerate(conditions)
    )
    rows = table.fetch(f"SELECT {sums} FROM {table.relation}")
    met = [
        (reason, part)
        for i, (reason, part) in enumerate(conditions)
        if 0 < int(rows[f"n{i}"][0] or 0) <= table.rows / 2
    ]
    return tuple(
        (reason, " OR ".join(part for name, part in met if name == reason))
        for reason in ("test_lead", "deleted", "merged")
        if any(name == reason for name, _ in met)
    )


def _flag(column: Column, *, filled: bool = False) -> str:
    """SQL: the column says yes; with `filled`, any value that does not say no will do (a day, a key)."""
    name = sql.identifier(column.name).sql("duckdb")
    if column.type == "boolean":
        return f"{name} IS NOT NULL AND {name}"
    if column.type == "number":
        return f"{name} IS NOT NULL AND {name} <> 0" if filled else f"{name} = 1"
    if column.type != "text":
        return f"{name} IS NOT NULL"
    word = f"LOWER(TRIM({name}))"
    if filled:
        return f"{name} IS NOT NULL AND {word} NOT IN ({_listed(tuple(sorted(NO_FLAG)))})"
    return f"{name} IS NOT NULL AND {word} IN ({_listed(tuple(sorted(YES)))})"


def _test_person(column: Column) -> str:
    """SQL: the column holds the address or the name of a test; nothing where it holds neither."""
    role, loose = role_of(column.name)
    name = sql.identifier(column.name).sql("duckdb")
    word = f"LOWER(TRIM({name}))"
    if role in ("given", "person") and not loose:
        return f"{name} IS NOT NULL AND {word} IN ({_listed(GIVEN if role == 'given' else PERSONS)})"
    if role != "mail":
        return ""
    local, domain = f"SPLIT_PART({word}, '@', 1)", f"SPLIT_PART({word}, '@', 2)"
    ends = " OR ".join(f"{domain} LIKE '%{end}'" for end in TOP_LEVELS)
    return (
        f"{name} IS NOT NULL AND {word} LIKE '%@%' AND (RTRIM({local}, '0123456789') IN ({_listed(LOCAL)}) OR "
        f"{local} LIKE 'test+%' OR {local} LIKE '%+test%' OR {domain} IN ({_listed(DOMAINS)}) OR {ends})"
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(sql.literal(word).sql("duckdb") for word in words)
