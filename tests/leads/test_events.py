"""Events as columns: by pencil, as an identity, and against the events that were not yet known."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate.cli.app import main
from calibrate.engine import Session
from calibrate.errors import CalibrateError
from calibrate.export.base import CLOSE_RATE
from calibrate.leads.events import EventNames, Joined, join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

LEADS = """id,created,sector
a,2025-03-01,Steel
b,2025-03-05,Glass
c,2025-03-05,Wood
"""
EVENTS = """id,at,type,value
a,2025-02-28,demo,/before
a,2025-03-01,demo,/first
a,2025-03-01,page,/x
a,2025-03-03,page,/y
a,2025-03-15,page,/last
a,2025-03-16,demo,/late
b,2025-03-06,unsubscribe,
b,,page,/undated
z,2025-03-06,page,/nobody
"""
TERMS = Terms(created_at="created", lead_id="id", observe_days=14)


def joined(
    folder: Path, leads: str = LEADS, events: str = EVENTS, terms: Terms = TERMS, names: EventNames | None = None
) -> Joined:
    (folder / "leads.csv").write_text(leads, encoding="utf-8")
    (folder / "events.csv").write_text(events, encoding="utf-8")
    session = Session()
    return join_events(session.open(folder / "leads.csv"), session.open(folder / "events.csv"), terms, names)


def frame(made: Joined) -> pd.DataFrame:
    table = made.table
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return pd.DataFrame(table.fetch(f"SELECT {columns} FROM {table.relation} ORDER BY {table.position}"))


def test_every_feature_by_pencil(tmp_path: Path) -> None:
    made = joined(tmp_path)
    found = frame(made).set_index("id")
    # a is observed from 1 to 15 March: demo once (not before, not after), page on 1, 3 and 15 March
    assert found.loc["a", ["demo (events)", "page (events)", "unsubscribe (events)"]].tolist() == [1, 3, 0]
    assert found.loc["a", ["events (count)", "events (active days)", "events (days since last)"]].tolist() == [4, 3, 0]
    assert found.loc["a", ["events (first value)", "events (last value)"]].tolist() == ["/first", "/last"]
    assert found.loc["b", ["events (count)", "events (active days)", "events (days since last)"]].tolist() == [1, 1, 13]
    assert found.loc["c", ["events (count)", "demo (events)", "events (pace)"]].tolist() == [0, 0, "none"]
    assert np.isnan(found.loc["c", "events (days since last)"])
    # pace: a did 1 in the last 7 days (9 to 15 March) against 2 in the 8 before; b all its events early
    assert found["events (pace)"].tolist() == ["slower", "slower", "none"]
    assert made.types == ("page", "demo", "unsubscribe")
    facts = {fact.key: fact.facts for fact in made.table.facts}
    assert (facts["events"]["rows"], facts["events"]["counted"], facts["events"]["leads"]) == (9, 5, 2)
    assert facts["events_outside"] == {"undated": 1, "unknown": 1, "early": 1, "late": 1}


def test_hours_count_where_both_sides_have_them(tmp_path: Path) -> None:
    leads = "id,created\na,2025-03-01 12:00:00\n"
    moments = ("2025-03-01 11:59:59", "2025-03-01 12:00:00", "2025-03-15 12:00:00", "2025-03-15 12:00:01")
    events = "id,at,type\n" + "".join(f"a,{at},x\n" for at in moments)
    assert frame(joined(tmp_path, leads, events))["x (events)"].tolist() == [2]
    by_day = frame(joined(tmp_path, "id,created\na,2025-03-01\n", events))
    assert by_day["x (events)"].tolist() == [4]


@pytest.mark.parametrize(
    ("created", "at"),
    [
        ("01/03/2025,31/01/2025", "15/03/2025"),  # day first, decided by the 31
        ("03/01/2025,01/31/2025", "03/15/2025"),  # month first
        ("1740787200,1738281600", "1742040000"),  # seconds
        ("1740787200000,1738281600000", "1742040000000"),  # milliseconds
        ("2025-03-01T02:00:00+02:00,2025-01-31T00:00:00Z", "2025-03-15T01:00:00+01:00"),
    ],
)
def test_dates_as_people_and_machines_write_them(tmp_path: Path, created: str, at: str) -> None:
    first, second = created.split(",")
    found = frame(joined(tmp_path, f"id,created_at\na,{first}\nb,{second}\n", f"id,at,type\na,{at},x\nb,{at},x\n",
                         replace(TERMS, created_at="created_at")))  # fmt: skip
    assert found["x (events)"].tolist() == [1, 0]


def test_ambiguous_dates_of_events_are_refused_with_both_readings(tmp_path: Path) -> None:
    events = "id,at,type\na,03/04/2025,x\na,05/06/2025,x\n"
    with pytest.raises(CalibrateError, match=r"two ways: '.*' is 2025-..-.. with the day first and 2025-..-.. with"):
        joined(tmp_path, events=events)


@pytest.mark.parametrize("window", [3, 14, 59, 60, 61, 130, 400])
def test_active_days_are_the_distinct_days(tmp_path: Path, window: int) -> None:
    random = np.random.default_rng(window)
    size = 400
    leads = pd.DataFrame({"id": [f"L{i}" for i in range(30)], "created": pd.Timestamp("2024-01-01")})
    leads["created"] += pd.to_timedelta(random.integers(0, 90, 30), "D")
    events = pd.DataFrame({"id": [f"L{i}" for i in random.integers(0, 30, size)], "type": "x"})
    events["at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 500, size), "D")
    made = joined(tmp_path, leads.to_csv(index=False), events.to_csv(index=False), replace(TERMS, observe_days=window))
    both = events.merge(leads, on="id")
    inside = both[(both["at"] >= both["created"]) & ((both["at"] - both["created"]).dt.days <= window)]
    expected = leads["id"].map(inside.groupby("id")["at"].nunique()).fillna(0)
    assert frame(made)["events (active days)"].tolist() == expected.tolist()
    assert frame(made)["events (count)"].tolist() == leads["id"].map(inside["id"].value_counts()).fillna(0).tolist()


def test_ids_of_another_type_are_matched_as_text(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,created\n1,2025-03-01\n2,2025-03-01\n", encoding="utf-8")
    duckdb.sql("SELECT '1' AS id, DATE '2025-03-02' AS at, 'x' AS type").write_parquet(str(tmp_path / "events.parquet"))
    session = Session()
    made = join_events(session.open(tmp_path / "leads.csv"), session.open(tmp_path / "events.parquet"), TERMS)
    assert frame(made)["x (events)"].tolist() == [1, 0]


def test_leads_listed_twice_keep_their_rows(tmp_path: Path) -> None:
    found = frame(joined(tmp_path, LEADS + "a,2025-03-10,Steel\n"))
    assert found["id"].tolist() == ["a", "b", "c", "a"]
    assert found["page (events)"].tolist() == [3, 0, 0, 1]


@pytest.mark.parametrize(
    ("terms", "events", "says"),
    [
        (replace(TERMS, lead_id=None), EVENTS, "--lead-id"),
        (replace(TERMS, created_at=None), EVENTS, "--created-at"),
        (TERMS, EVENTS.replace("at,type", "at,colour"), 'under [events]: type = "…"'),
        (TERMS, "id,at,type\nZ,2025-03-02,x\n", "none of its 1 events belongs to a lead in its first 14 days"),
    ],
)
def test_errors_say_how_to_mend_it(tmp_path: Path, terms: Terms, events: str, says: str) -> None:
    with pytest.raises(CalibrateError) as fault:
        joined(tmp_path, events=events, terms=terms)
    assert says in str(fault.value)


@pytest.mark.parametrize(
    ("ids", "in_events", "reading"),
    [
        (("Ana@Acme.fr", "bo@x.io"), ("ana@acme.FR", "BO@x.io"), "addresses"),
        (("00Q5e00000AbCdEEAV", "00Q5e00000AbCdFEAV"), ("00Q5e00000AbCdE", "00Q5e00000AbCdF"), "salesforce"),
        (("L123.0", "123.0"), ("124", "123"), "numbers"),
    ],
)
def test_ids_of_events_are_read_as_those_of_deals(
    tmp_path: Path, ids: tuple[str, str], in_events: tuple[str, str], reading: str
) -> None:
    leads = "id,created,sector\n" + "".join(f"{lead},2025-03-01,Steel\n" for lead in ids)
    events = "id,at,type\n" + "".join(f"{lead},2025-03-02,page\n" for lead in in_events)
    made = joined(tmp_path, leads, events)
    matched = 1 if reading == "numbers" else 2
    assert sum(frame(made)["page (events)"]) == matched
    fact = next(fact for fact in made.table.facts if fact.key == f"joined_{reading}")
    assert (fact.facts["matched"], fact.facts["ids"]) == (matched, 2)


def test_a_column_of_that_name_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(CalibrateError, match="already has a column 'demo \\(events\\)'"):
        joined(tmp_path, LEADS.replace("sector", "demo (events)"))


def test_scoring_sees_the_same_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run on events, then its grid on the same files: the scores are those of the calibration."""
    random = np.random.default_rng(5)
    size = 900
    created = np.datetime64("2024-01-01") + np.sort(random.integers(0, 500, size))
    demo = random.random(size) < 0.3
    won = random.random(size) < np.where(demo, 0.4, 0.05)
    leads = pd.DataFrame({"lead_id": [f"L{i}" for i in range(size)], "created_at": created})
    leads["sector"] = random.choice(["Steel", "Glass"], size)
    leads["customer_at"] = np.where(won, created + 40, np.datetime64("NaT"))
    events = pd.DataFrame({"lead_id": leads["lead_id"], "at": created + np.where(demo, 3, 30), "type": "demo"})
    leads.to_csv(tmp_path / "leads.csv", index=False)
    events.to_csv(tmp_path / "events.csv", index=False)
    files = [str(tmp_path / "leads.csv"), "--events", str(tmp_path / "events.csv")]
    run(["run", *files, "--as-of", "2025-12-31", "--methods", "lift", "--out", str(tmp_path / "out"), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["history"]["observe_days"] == 14
    criterion = next(c for c in found["criteria"] if c["name"] == "demo (events)")
    assert criterion["axis"] == "engagement"
    assert {each["level"]: each["leads"] for each in criterion["levels"] if each["leads"]} == {
        "0": int((~demo).sum()), "1": int(demo.sum()),
    }  # fmt: skip
    grid = str(Path(found["report"]) / found["candidates"][0]["grid"])
    provenance = json.loads(Path(grid).read_text())["provenance"]
    assert provenance["created_at"] == "created_at"
    assert provenance["events_at"] == "at"
    run(["score", grid, *files, "--out", str(tmp_path / "scored.csv")])
    scored = pd.read_csv(tmp_path / "scored.csv")
    assert list(scored.columns) == [*leads.columns, "score", "band", *CLOSE_RATE, "reasons"]
    assert (scored.loc[demo, "score"].min() > scored.loc[~demo, "score"].max()) or demo.all()
    with pytest.raises(SystemExit) as left:
        main(["score", grid, files[0], "--out", str(tmp_path / "no.csv")])
    assert left.value.code == 2
    assert "add --events FILE" in capsys.readouterr().err
    run(["check", str(Path(found["report"]) / "calibration.toml"), "--json"])  # the same again
    assert json.loads(capsys.readouterr().out)["criteria"] == found["criteria"]


def test_a_young_lead_is_seen_on_the_last_day_of_the_events(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,created\na,2025-03-01\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text("id,at,type\na,2025-03-02,x\nz,2025-03-06,x\n", encoding="utf-8")
    session = Session()
    tables = session.open(tmp_path / "leads.csv"), session.open(tmp_path / "events.csv")
    assert frame(join_events(*tables, TERMS, scoring=True))["events (days since last)"].tolist() == [4]
    later = join_events(*tables, TERMS, as_of=date(2025, 3, 30), scoring=True)
    assert frame(later)["events (days since last)"].tolist() == [13]


def run(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0


@pytest.mark.parametrize(
    "written", ["31/03/2025", "03/31/2025", "1743379200", "1743379200000", "2025-03-31T01:00:00+02:00"]
)
def test_outcomes_in_any_way_of_writing(tmp_path: Path, written: str) -> None:
    """31 March (30 March in UTC where the zone says so) is within 80 days of 20 January and not of the first."""
    rows = "".join(f"{i},2025-01-{i:02d}\n" for i in range(1, 29))
    (tmp_path / "leads.csv").write_text(f"id,created\n{rows}", encoding="utf-8")
    (tmp_path / "won.csv").write_text(f"id,signed_at\n1,{written}\n20,{written}\n", encoding="utf-8")
    session = Session()
    terms = Terms(created_at="created", customer_at="signed_at", lead_id="id", as_of=date(2025, 12, 31),
                  outcomes=session.open(tmp_path / "won.csv"), close_within_days=80)  # fmt: skip
    history = observe(session.open(tmp_path / "leads.csv"), (), terms)
    assert history.totals.sum(axis=0).tolist() == [28, 1]  # 89 days after 1 January, 70 after the 20th


def test_ambiguous_outcomes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,created\n1,2025-01-01\n2,2025-01-02\n", encoding="utf-8")
    (tmp_path / "won.csv").write_text("id,signed_at\n1,03/04/2025\n2,05/06/2025\n", encoding="utf-8")
    session = Session()
    won = session.open(tmp_path / "won.csv")
    terms = Terms(created_at="created", customer_at="signed_at", lead_id="id", outcomes=won)
    with pytest.raises(CalibrateError, match="with the day first and"):
        observe(session.open(tmp_path / "leads.csv"), (), terms)


def test_sessions_as_leads_and_their_clicks_as_events(tmp_path: Path) -> None:
    """A web log (session, event, timestamp) beside a table of its sessions: a purchase closes the session's lead."""
    random = np.random.default_rng(1)
    kinds = np.array(["home", "search", "cart", "error_page"])
    start = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.sort(random.integers(0, 150 * 86400, 500)), "s")
    log = pd.DataFrame({"session_id": np.repeat([f"s{i}" for i in range(500)], 6), "event": random.choice(kinds, 3000)})
    log["timestamp"] = np.repeat(start, 6) + pd.to_timedelta(np.tile(np.arange(6) * 40, 500), "s")
    sessions = pd.DataFrame({"session_id": [f"s{i}" for i in range(500)], "created_at": start})
    sessions["purchase_at"] = (start + pd.Timedelta(minutes=9)).where(random.random(500) < 0.2)
    log.to_csv(tmp_path / "log.csv.gz", index=False)
    sessions.to_csv(tmp_path / "sessions.csv", index=False)
    session = Session()
    terms = Terms(created_at="created_at", customer_at="purchase_at", lead_id="session_id", observe_days=1)
    made = join_events(session.open(tmp_path / "sessions.csv"), session.open(tmp_path / "log.csv.gz"), terms)
    assert (made.names.lead_id, made.names.at, made.names.type) == ("session_id", "timestamp", "event")
    assert set(made.types) == set(kinds)
    assert frame(made)["events (count)"].tolist() == [6] * 500
