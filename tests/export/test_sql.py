"""Replay: the exported SELECT scores every lead as the grid does, on engines really run; parsed in the others."""

import random
import sqlite3

import duckdb
import pytest
import sqlglot
from replay import cases, gates, golden
from sqlglot import exp

from calibrate.export import sql
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid
from calibrate.grid.mailbox_kinds import kind_of
from calibrate.grid.reasons import reasons_of

TYPES = {
    "duckdb": {"text": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN"},
    "postgres": {"text": "TEXT", "number": "DOUBLE PRECISION", "integer": "BIGINT", "boolean": "BOOLEAN"},
    "sqlite": {"text": "TEXT", "number": "REAL", "integer": "INTEGER", "boolean": "INTEGER"},
}
TABLES = ("leads", "order", 'my "leads"; --', "été")


def quoted(name, dialect):
    return exp.to_identifier(name, quoted=True).sql(dialect)


def replay(dialect, run, mark, *, grids=20, count=100):
    """Score random leads in an engine; number of scores that were compared, all of them equal."""
    compared = 0
    for seed in range(grids):
        rng = random.Random(seed)
        grid, types = cases.typed(rng, flags=dialect != "sqlite")
        leads = cases.leads(rng, grid, types, count)
        options = Options(table=rng.choice(TABLES), lead_id=rng.choice(("lead_id", 'the "key"', "été; --")))
        table, columns = quoted(options.table, dialect), [c.column for c in grid.criteria]
        described = ", ".join(f"{quoted(c, dialect)} {TYPES[dialect][types[c]]}" for c in columns)
        run(f"DROP TABLE IF EXISTS {table}")
        run(f"CREATE TABLE {table} ({quoted(options.lead_id, dialect)} INTEGER, {described})")
        row = f"({', '.join([mark] * (len(columns) + 1))})"
        given = [value for at, lead in enumerate(leads) for value in (at, *(lead.get(c) for c in columns))]
        run(f"INSERT INTO {table} VALUES {', '.join([row] * len(leads))}", given)
        found = {row[0]: row for row in run(sql.write(grid, options, dialect))}
        for at, lead in enumerate(leads):
            expected = sorted(str(reason) for reason in reasons_of(grid, lead))
            _, score, band, *texts = found[at]
            got = (score, band, sorted(text for text in texts if text is not None))
            assert got == (grid.score(lead), grid.band(lead), expected), (seed, lead)
            assert isinstance(score, int)
            compared += 1
        narrowed = gates.gated(rng, grid)
        bands = {row[0]: row[2] for row in run(sql.write(narrowed, options, dialect))}
        assert bands == dict(enumerate(gates.by_hand(narrowed, lead) for lead in leads)), seed
    return compared


def test_duckdb(capsys):
    connection = duckdb.connect()
    cases.compared(capsys, "duckdb", replay("duckdb", lambda q, v=(): connection.execute(q, v).fetchall(), "?"))


def test_sqlite(capsys):
    connection = sqlite3.connect(":memory:")
    cases.compared(capsys, "sqlite", replay("sqlite", lambda q, v=(): connection.execute(q, v).fetchall(), "?"))


def test_postgres(postgres, capsys):
    cases.compared(capsys, "postgresql", replay("postgres", postgres, "%s"))


TRANSLATED = ("snowflake", "bigquery", "redshift", "databricks", "spark")
"""Dialects without a server here whose SELECT sqlglot can turn back into DuckDB's, to be run there."""


@pytest.mark.parametrize("dialect", TRANSLATED)
def test_the_other_dialects_score_alike_once_translated(dialect, capsys):
    def run(statement, values=()):
        if statement.startswith("SELECT"):
            (tree,) = sqlglot.parse(statement, read=dialect)
            statement = tree.sql("duckdb")
        return connection.execute(statement, values).fetchall()

    connection, compared = duckdb.connect(), 0
    for seed in range(8):
        rng = random.Random(seed)
        grid, _ = cases.typed(rng)
        types = {c.column: "text" if c.kind == "presence" else c.kind for c in grid.criteria}
        leads = [lead for lead in cases.leads(rng, grid, types, 80) if all(map(finite, lead.values()))]
        columns = [c.column for c in grid.criteria]
        if dialect == "bigquery" and any("." in column for column in columns):
            continue  # no column there can have such a name
        described = ", ".join(f"{quoted(c, 'duckdb')} {TYPES['duckdb'][types[c]]}" for c in columns)
        run(f"CREATE OR REPLACE TABLE leads (lead_id INTEGER, {described})")
        row = f"({', '.join(['?'] * (len(columns) + 1))})"
        given = [value for at, lead in enumerate(leads) for value in (at, *(lead.get(c) for c in columns))]
        run(f"INSERT INTO leads VALUES {', '.join([row] * len(leads))}", given)
        found = {row[0]: row[1:3] for row in run(sql.write(grid, Options(), dialect))}
        assert found == {at: (grid.score(lead), grid.band(lead)) for at, lead in enumerate(leads)}, seed
        compared += len(leads)
        narrowed = gates.gated(rng, grid)
        bands = {row[0]: row[2] for row in run(sql.write(narrowed, Options(), dialect))}
        assert bands == dict(enumerate(gates.by_hand(narrowed, lead) for lead in leads)), seed
    cases.compared(capsys, f"{dialect} translated", compared)


def finite(value):
    return not isinstance(value, float) or abs(value) < 1e300


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_hostile_text_stays_text(dialect):
    """The statement parses as one SELECT from one table, and every value comes back as it went in."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    criteria = tuple(
        Criterion(text, text, "text", "fit", (Level("l", values=(text,)), *ends)) for text in cases.HOSTILE
    )
    bands = tuple(Band(text, at, "") for at, text in enumerate(cases.HOSTILE))
    grid = Grid("g", "m", criteria, ((1, 0, 0),) * len(criteria), bands=bands)
    statement = sql.write(grid, Options(table="a table", lead_id="'; --"), dialect)
    (tree,) = sqlglot.parse(statement, read=dialect)
    assert isinstance(tree, exp.Select)
    assert [table.name for table in tree.find_all(exp.Table)] == ["a table"]
    literals = {each.this for each in tree.find_all(exp.Literal, exp.National)}
    for text in cases.HOSTILE:
        if not set(text) & set("\t\r\n"):  # those are spelt out as CHR(9), CHR(10), CHR(13)
            assert {text + sql.DIALECTS[dialect].mark, text} <= literals


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_statement_of_the_small_grid(dialect):
    golden.same(f"small-{dialect}.sql", sql.write(golden.small(), Options(), dialect))


def test_sqlite_compares_exactly_even_in_a_column_that_does_not():
    levels = (Level("l", values=("SaaS",)), Level("missing", "missing"), Level("other", "other"))
    grid = Grid("g", "m", (Criterion("c", "c", "text", "fit", levels),), ((1, 2, 4),))
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE leads (lead_id INTEGER, c TEXT COLLATE NOCASE)")
    connection.executemany("INSERT INTO leads VALUES (?, ?)", [(1, "SaaS"), (2, "saas"), (3, " ")])
    assert [row[1] for row in connection.execute(sql.write(grid, Options(), "sqlite"))] == [1, 4, 2]


def test_table_names_are_taken_as_a_user_writes_them():
    def table(name, dialect="duckdb"):
        tree = sqlglot.parse_one(sql.write(golden.small(), Options(table=name), dialect), read=dialect)
        return tree.find(exp.Table).sql(dialect)

    assert table("crm.leads") == '"crm"."leads"'
    assert table("leads; DROP TABLE x") == '"leads; DROP TABLE x"'
    assert table("LEADS", "snowflake") == "LEADS"


ADDRESSES = (
    "Ana@acme.fr",
    "ana@gmail.com",
    "Ana <a@b@YOPMAIL.com>",
    "n/a",
    "",
    None,
    "acme.fr",
    "x@sfr.fr.",
    "a b@c d.fr",
    "a@@x.y",
    "@",
)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_the_kind_of_mailbox_is_made_from_the_address(dialect, request):
    kinds = ("professional", "free", "disposable")
    levels = (*(Level(k, values=(k,)) for k in kinds), Level("missing", "missing"), Level("other", "other"))
    grid = Grid("g", "m", (Criterion("Mailbox", "E-mail (mailbox)", "text", "fit", levels),), ((5, -3, -9, 1, 0),))
    expected = [grid.score({"E-mail (mailbox)": kind_of(address)}) for address in ADDRESSES]

    def scores(run, mark):
        run('CREATE TABLE leads (lead_id INTEGER, "E-mail" TEXT)')
        for at, address in enumerate(ADDRESSES):
            run(f"INSERT INTO leads VALUES ({at}, {mark})", [address])
        return [row[1] for row in sorted(run(sql.write(grid, Options(), dialect)))]

    if dialect == "postgres":
        run = request.getfixturevalue("postgres")
        run("DROP TABLE IF EXISTS leads")
        assert scores(run, "%s") == expected
    else:
        connection = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
        assert scores(lambda q, v=(): connection.execute(q, v).fetchall(), "?") == expected


def test_a_band_says_what_a_recount_of_its_leads_says():
    """Leads, customers and close rate beside a score are those of the leads in its band; none where nobody counted."""
    criterion = Criterion(
        "demo",
        "demo",
        "text",
        "engagement",
        (
            Level("yes", values=("yes",)),
            Level("no", values=("no",)),
            Level("missing", "missing"),
            Level("other", "other"),
        ),
    )
    bands = (
        Band("call", 10, "", leads=8, customers=2),
        Band("talk", 5, ""),
        Band("wait", 0, "", leads=20, customers=1),
    )
    grid = Grid("g", "lift", (criterion,), ((10, 0, 0, 0),), bands=bands)
    leads = [("yes", at < 2) for at in range(8)] + [("no", at < 1) for at in range(20)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE leads (lead_id INTEGER, demo VARCHAR, won BOOLEAN)")
    connection.executemany("INSERT INTO leads VALUES (?, ?, ?)", [(at, *lead) for at, lead in enumerate(leads)])
    scored = sql.write(grid, Options(lead_id="lead_id"), "duckdb")
    recount = connection.execute(
        f"""SELECT count(*), sum(won::INT), avg(won::INT), any_value(band_leads), any_value(band_customers),
        any_value(band_close_rate), min(band_close_rate_low), max(band_close_rate_high) FROM ({scored}) AS s
        JOIN leads USING (lead_id) GROUP BY band"""
    ).fetchall()
    assert len(recount) == 2
    for count, won, share, band_leads, band_customers, rate, low, high in recount:
        assert (band_leads, band_customers, float(rate)) == (count, won, pytest.approx(share))
        assert low < rate < high
    plain = Grid("g", "lift", (criterion,), ((10, 0, 0, 0),), bands=(Band("wait", 0, ""),))
    assert "band_leads" not in sql.write(plain, Options(), "duckdb")
