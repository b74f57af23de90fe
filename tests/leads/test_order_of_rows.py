"""Joins hand rows out in any order: tallies have theirs by what rows hold, scored files that of the source."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from calibrate.counts.counting import count
from calibrate.engine import Session
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.leads.events import join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms
from calibrate.scoring.rows import score_file

LEADS = 400_000
ENDS = (Level("missing", "missing"), Level("other", "other"))
SIZES = (250, 251, 13)


def remainder(size: int) -> Criterion:
    """The remainder of the lead's number: so many levels that hardly two leads are alike."""
    levels = tuple(Level(str(i), low=i, high=i + 1) for i in range(size))
    return Criterion(f"r{size}", f"r{size}", "number", "fit", (*levels, *ENDS))


DEMO = Criterion(
    "demo", "demo (events)", "number", "engagement", (Level("some", low=1), Level("none", high=1), *ENDS),
    reference="none",
)  # fmt: skip
CRITERIA = (*map(remainder, SIZES), DEMO)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads of which every third had a demo, and the customers in a second file: every eleventh."""
    place = tmp_path_factory.mktemp("order")
    rest = ", ".join(f"i % {size} AS r{size}" for size in SIZES)
    leads = f"SELECT i AS lead_id, DATE '2025-01-05' AS created_at, {rest} FROM range({LEADS}) AS t(i)"
    demos = f"SELECT i AS lead_id, DATE '2025-01-06' AS at, 'demo' AS type FROM range(0, {LEADS}, 3) AS t(i)"
    won = f"SELECT i AS lead_id, DATE '2025-02-05' AS won FROM range(0, {LEADS}, 11) AS t(i)"
    for name, statement in (("leads", leads), ("events", demos), ("won", won)):
        duckdb.sql(f"COPY ({statement}) TO '{place / name}.parquet' (FORMAT parquet, ROW_GROUP_SIZE 20000)")
    return place


@pytest.mark.parametrize("most_rows", [2**20, 100_000])
def test_rows_of_a_tally_stand_alike_whatever_the_order_of_the_source(folder: Path, most_rows: int) -> None:
    shuffled = f"SELECT * FROM read_parquet('{folder / 'leads.parquet'}') ORDER BY hash(lead_id)"
    duckdb.sql(f"COPY ({shuffled}) TO '{folder / 'shuffled.parquet'}' (FORMAT parquet)")
    tallies = []
    for name in ("leads", "shuffled"):
        with Session() as session:
            leads, events, won = (session.open(folder / f"{part}.parquet") for part in (name, "events", "won"))
            terms = Terms(
                outcomes=won, customer_at="won", created_at="created_at", lead_id="lead_id", observe_days=10,
                close_within_days=40, as_of=np.datetime64("2025-12-31").item(),
            )  # fmt: skip
            joined = join_events(leads, events, terms).table
            tallies.append(count(observe(joined, CRITERIA, terms), most_rows=most_rows))
    first, second = tallies
    for part in ("codes", "cohort", "leads", "customers", "counted"):
        np.testing.assert_array_equal(getattr(first, part), getattr(second, part))
    lead = np.arange(LEADS)
    wanted = np.array([*(lead % size for size in SIZES), np.minimum(lead % 3, 1)], np.uint8)
    bought = lead % 11 == 0
    if most_rows > LEADS:
        assert sorted(map(tuple, first.codes.T)) == sorted(map(tuple, wanted.T))
    else:  # of the thinned leads the customers stay
        mine = first.codes[:, first.customers == 1]
        assert sorted(map(tuple, mine.T)) == sorted(map(tuple, wanted[:, bought].T))


def test_rows_of_a_scored_file_stand_as_in_the_source(folder: Path, tmp_path: Path) -> None:
    grid = Grid(
        "g", "lift", (remainder(13), DEMO), ((*range(13), 0, 0), (20, 0, 0, 0)),
        provenance={"lead_id": "lead_id", "created_at": "created_at", "observe_days": 10},
    )  # fmt: skip
    out = tmp_path / "scored.parquet"
    score_file(grid, str(folder / "leads.parquet"), str(out), events=str(folder / "events.parquet"))
    wrong = duckdb.sql(
        f"SELECT COUNT(*) FROM read_parquet('{out}', file_row_number = true) WHERE lead_id <> file_row_number "
        "OR score <> lead_id % 13 + CASE WHEN lead_id % 3 = 0 THEN 20 ELSE 0 END"
    ).fetchall()
    assert wrong == [(0,)]
