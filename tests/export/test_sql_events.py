"""Event columns in SQL: the join gives the scores that `calibrate score --events` gives, on engines really run."""

import csv
import random
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import duckdb
import pytest
import sqlglot
from replay import cases
from sqlglot import exp

from calibrate.errors import ExportError
from calibrate.export import coverage, sql, write
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.event_columns import COUNT, DAYS, FIRST, LAST, PACE, SINCE
from calibrate.grid.grid import Expiry, Grid
from calibrate.scoring.rows import score_file

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
                (
                    lead,
                    created + after,
                    rng.choice(("it's", "pricing page", "other")),
                    rng.choice(("/a", "/b", "/c", None)),
                )
            )
    events.append(("nobody", start + timedelta(days=70), "other", "/a"))
    return [(a, b.strftime(shape)) for a, b in leads], [(a, b.strftime(shape), c, d) for a, b, c, d in events]


def aging(days, *, values=True):
    """The same with points that expire, dated by events and by a column of the leads."""
    rules = (
        Expiry("it's (events)", "2", percent=30, every_days=7, dated="it's (last event)"),
        Expiry("it's (events)", "3", days=45, dated="it's (last event)"),
        Expiry("pricing page (events)", "1", percent=100, every_days=30, dated="pricing page (last event)"),
        Expiry("pace", "slower", percent=7, every_days=3, dated="created"),
        Expiry(DAYS, "missing", days=10, dated="created"),
        Expiry(COUNT, "2", days=10),
    )
    return replace(grid(days, values=values), expiry=rules)


def expected(made, leads, events, folder, at=None):
    for name, head, rows in (("leads", ("id", "created"), leads), ("events", ("lead", "at", "what", "page"), events)):
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
    files = {"out": str(folder / "out.csv"), "events": str(folder / "events.csv")}
    score_file(made, str(folder / "leads.csv"), at=at, **files)
    with open(folder / "out.csv", newline="", encoding="utf-8") as file:
        return {row["id"]: int(row["score"]) for row in csv.DictReader(file)}


def found(made, dialect, run, mark, leads, events, kind, at=""):
    for statement in ("DROP TABLE IF EXISTS leads", "DROP TABLE IF EXISTS events"):
        run(statement)
    run(f"CREATE TABLE leads (id TEXT, created {kind})")
    run(f'CREATE TABLE events (lead TEXT, "at" {kind}, what TEXT, page TEXT)')
    for table, rows in (("leads", leads), ("events", events)):
        row = f"({', '.join([mark] * len(rows[0]))})"
        run(f"INSERT INTO {table} VALUES {', '.join([row] * len(rows))}", [cell for each in rows for cell in each])
    return {row[0]: row[1] for row in run(sql.write(made, Options(events="events", at=at), dialect))}


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_the_join_gives_the_scores_of_calibrate_score(dialect, timed, tmp_path, request):
    made = grid(14, values=dialect != "sqlite")
    leads, events = history(1, timed=timed)
    wanted = expected(made, leads, events, tmp_path)
    assert len(set(wanted.values())) > 20
    kind = {"sqlite": "TEXT"}.get(dialect, "TIMESTAMP" if timed else "DATE")
    run, mark = engine(dialect, request)
    assert found(made, dialect, run, mark, leads, events, kind) == wanted


def engine(dialect, request):
    if dialect == "postgres":
        return request.getfixturevalue("postgres"), "%s"
    connection = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
    return lambda q, v=(): connection.execute(q, v).fetchall(), "?"


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_points_expire_as_in_calibrate_score_on_a_day(dialect, timed, tmp_path, request, capsys):
    made = aging(14, values=dialect != "sqlite")
    leads, events = history(2, timed=timed)
    kind = {"sqlite": "TEXT"}.get(dialect, "TIMESTAMP" if timed else "DATE")
    run, mark = engine(dialect, request)
    seen = set()
    for at in (date(2025, 1, 20), date(2025, 3, 1), date(2025, 4, 15), date(2026, 1, 1)):
        wanted = expected(made, leads, events, tmp_path, at)
        kept = expected(replace(made, expiry=()), leads, events, tmp_path, at)
        assert found(made, dialect, run, mark, leads, events, kind, at) == wanted
        seen |= {wanted[lead] - kept[lead] for lead in wanted}
    assert len(seen) > 10
    cases.compared(capsys, f"{dialect}, by age", 4 * len(leads))


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_today_is_the_day_of_the_server(dialect, request):
    made = aging(14, values=False)
    leads, events = history(3, timed=False)
    run, mark = engine(dialect, request)
    (today,) = run("SELECT DATE('now')" if dialect == "sqlite" else "SELECT CAST(CURRENT_DATE AS VARCHAR)")[0]
    kind = "TEXT" if dialect == "sqlite" else "DATE"
    asked = [found(made, dialect, run, mark, leads, events, kind, at) for at in ("today", date.fromisoformat(today))]
    assert asked[0] == asked[1]


def test_coverage_says_what_expiry_needs():
    made, day = aging(14), date(2025, 3, 1)

    def told(**options):
        items = coverage(made, "sql-duckdb", Options(**options)).items
        return [(item.status, str(item.reason or "")) for item in items if item.kind == "expiry"]

    assert {status for status, _ in told(events="events", at=day)} == {"carried", "impossible"}
    assert [reason for status, reason in told(events="events", at=day) if status != "carried"] == [
        "no column says when it was last seen"
    ]
    assert {status for status, _ in told(at="today")} == {"carried", "approximated", "impossible"}
    assert {status for status, _ in told(events="events")} == {"impossible"}
    with pytest.raises(ExportError, match="name the day to score on: --at today"):
        write(made, "sql-duckdb", Options(events="events", strict=True))


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_the_join_parses_in_every_dialect_and_says_what_it_cannot_make(dialect):
    for made, at in ((grid(30), ""), (aging(30), "today"), (aging(30), date(2025, 3, 1))):
        text = sql.write(made, Options(events="crm.events", table="crm.leads", at=at), dialect)
        (tree,) = sqlglot.parse(text, read=dialect)
        assert isinstance(tree, exp.Select)
        assert {table.name for table in tree.find_all(exp.Table)} == {"leads", "events"}
    told = coverage(grid(30), f"sql-{dialect}", Options(events="events"))
    assert told.lossless == (dialect in ("duckdb", "postgres"))
    assert coverage(grid(30, values=False), f"sql-{dialect}", Options(events="events")).lossless
    assert not coverage(grid(30, values=False), f"sql-{dialect}").lossless
