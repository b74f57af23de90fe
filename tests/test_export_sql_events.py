"""Event columns in SQL: the join gives the scores that `calibrate score --events` gives, on engines really run."""

import csv
import random
import sqlite3
from datetime import datetime, timedelta
from itertools import pairwise

import duckdb
import pytest
import sqlglot
from replay import servers
from sqlglot import exp

from calibrate.criteria import Criterion, Level
from calibrate.events import COUNT, DAYS, FIRST, LAST, PACE, SINCE
from calibrate.export import coverage, sql
from calibrate.export.base import Options
from calibrate.grid import Grid
from calibrate.scoring import score_file

ENDS = (Level("missing", "missing"), Level("other", "other"))


def grid(days, *, values=True):
    counts = [(f"{name} (events)", (1, 2, 4)) for name in ("it's", "pricing page")]
    numbers = [*counts, (COUNT, (1, 3, 6)), (DAYS, (1, 2, 4)), (SINCE, (1, 3, 9))]
    criteria, points = [], []
    for at, (column, cuts) in enumerate(numbers):
        ends = [None, *cuts, None]
        levels = [Level(str(i), low=low, high=high) for i, (low, high) in enumerate(pairwise(ends))]
        criteria.append(Criterion(column, column, "number", "engagement", (*levels, *ENDS)))
        points.append((*(10**at * i for i in range(4)), 7 * 10**at, 9 * 10**at))
    paces = [Level(pace, values=(pace,)) for pace in ("none", "faster", "slower", "steady")]
    criteria.append(Criterion("pace", PACE, "text", "engagement", (*paces, *ENDS)))
    points.append((0, 100_000, 200_000, 300_000, 400_000, 500_000))
    for column in (FIRST, LAST) if values else ():
        seen = [Level(value, values=(value,)) for value in ("/a", "/b")]
        criteria.append(Criterion(column, column, "text", "engagement", (*seen, *ENDS)))
        points.append((1, 2, 3, 4))
    made = {"lead_id": "id", "created_at": "created", "observe_days": days}
    made |= {"events_lead_id": "lead", "events_at": "at", "events_type": "what", "events_value": "page"}
    return Grid("g", "m", tuple(criteria), tuple(points), provenance=made)


def history(seed, *, timed):
    """Leads and events; some events before, after and exactly at the ends of the window, some of nobody."""
    rng = random.Random(seed)
    start, shape = datetime(2025, 1, 1), "%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d"

    def moment(day):
        return start + timedelta(days=day, seconds=rng.choice((0, 3600, 86399)) if timed else 0)

    leads = [(f"L{at}", moment(rng.randrange(60))) for at in range(120)]
    events = []
    for lead, created in leads:
        for _ in range(rng.choice((0, 0, 1, 3, 8))):
            after = timedelta(
                days=rng.choice((-1, 0, 1, 7, 14, 15, 30)), seconds=rng.choice((-1, 0, 1, 5000)) if timed else 0
            )
            events.append(
                (lead, created + after, rng.choice(("it's", "pricing page", "other")), rng.choice(("/a", "/b", "/c")))
            )
    events.append(("nobody", start + timedelta(days=70), "other", "/a"))
    return [(a, b.strftime(shape)) for a, b in leads], [(a, b.strftime(shape), c, d) for a, b, c, d in events]


def expected(made, leads, events, folder):
    for name, head, rows in (("leads", ("id", "created"), leads), ("events", ("lead", "at", "what", "page"), events)):
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
    score_file(made, str(folder / "leads.csv"), str(folder / "out.csv"), events=str(folder / "events.csv"))
    with open(folder / "out.csv", newline="", encoding="utf-8") as file:
        return {row["id"]: int(row["score"]) for row in csv.DictReader(file)}


def found(made, dialect, run, mark, leads, events, kind):
    for statement in ("DROP TABLE IF EXISTS leads", "DROP TABLE IF EXISTS events"):
        run(statement)
    run(f"CREATE TABLE leads (id TEXT, created {kind})")
    run(f'CREATE TABLE events (lead TEXT, "at" {kind}, what TEXT, page TEXT)')
    for table, rows in (("leads", leads), ("events", events)):
        row = f"({', '.join([mark] * len(rows[0]))})"
        run(f"INSERT INTO {table} VALUES {', '.join([row] * len(rows))}", [cell for each in rows for cell in each])
    return {row[0]: row[1] for row in run(sql.write(made, Options(events="events"), dialect))}


@pytest.fixture(scope="module")
def postgres():
    if not servers.programs():
        pytest.skip("PostgreSQL is not installed")
    import psycopg

    with servers.postgres() as address, psycopg.connect(address, autocommit=True) as connection:

        def run(statement, values=()):
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []

        yield run


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_the_join_gives_the_scores_of_calibrate_score(dialect, timed, tmp_path, request):
    made = grid(14, values=dialect != "sqlite")
    leads, events = history(1, timed=timed)
    wanted = expected(made, leads, events, tmp_path)
    assert len(set(wanted.values())) > 20
    kind = {"sqlite": "TEXT"}.get(dialect, "TIMESTAMP" if timed else "DATE")
    if dialect == "postgres":
        run, mark = request.getfixturevalue("postgres"), "%s"
    else:
        connection = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
        run, mark = lambda q, v=(): connection.execute(q, v).fetchall(), "?"
    assert found(made, dialect, run, mark, leads, events, kind) == wanted


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_the_join_parses_in_every_dialect_and_says_what_it_cannot_make(dialect):
    (tree,) = sqlglot.parse(sql.write(grid(30), Options(events="crm.events", table="crm.leads"), dialect), read=dialect)
    assert isinstance(tree, exp.Select)
    assert {table.name for table in tree.find_all(exp.Table)} == {"leads", "events"}
    told = coverage(grid(30), f"sql-{dialect}", Options(events="events"))
    assert told.lossless == (dialect in ("duckdb", "postgres"))
    assert coverage(grid(30, values=False), f"sql-{dialect}", Options(events="events")).lossless
    assert not coverage(grid(30, values=False), f"sql-{dialect}").lossless
