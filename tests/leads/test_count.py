"""Counting in the engine: against pandas, within its budget, and the same whatever the source."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate.counts.counting import count
from calibrate.counts.tally import Tally
from calibrate.engine import open_table
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion(
    "sector", "sector", "text", "fit", (Level("Bank", values=("Bank",)), Level("Farm", values=("Farm",)), *SPECIAL)
)
VISITS = Criterion(
    "visits", "visits", "number", "engagement",
    (Level("<2", high=2), Level("2-4", low=2, high=5), Level("5+", low=5), *SPECIAL),
)  # fmt: skip
FLAGS = (Level("yes", values=(True,)), Level("no", values=(False,)))
DEMO = Criterion("demo", "demo", "boolean", "engagement", (*FLAGS, *SPECIAL))
MANY = tuple(Criterion(f"v{i}", "visits", "number", "fit", VISITS.levels) for i in range(9))


def leads(rows: int = 5000) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "sector": rng.choice(np.array(["Bank", "Farm", "Shop", None], object), rows),
            "visits": np.where(rng.random(rows) < 0.1, np.nan, rng.poisson(3, rows)),
            "demo": rng.random(rows) < 0.2,
            "won": rng.random(rows) < 0.1,
        }
    )


def counted(source: Path, criteria: tuple[Criterion, ...] = (SECTOR, VISITS, DEMO), most_rows: int = 2**20) -> Tally:
    return count(observe(open_table(source), criteria, Terms(customer="won", lead_id="id")), most_rows=most_rows)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "leads.csv"
    leads().to_csv(path, index=False)
    return path


def test_counts_are_those_of_pandas(source: Path) -> None:
    frame, tally = leads(), counted(source)
    by_sector = frame.groupby(frame["sector"].fillna("missing"))["won"].agg(["size", "sum"])
    for i, name in enumerate(["Bank", "Farm", "missing", "Shop"]):
        assert tally.marginals[0].sum(axis=0)[i].tolist() == by_sector.loc[name].tolist()
    bins = np.select([frame["visits"] < 2, frame["visits"] < 5, frame["visits"] >= 5], [0, 1, 2], 3)
    for i in range(4):
        assert tally.marginals[1].sum(axis=0)[i].tolist() == [
            int((bins == i).sum()),
            int(frame["won"][bins == i].sum()),
        ]
    assert tally.exact
    assert tally.leads.sum() == len(frame)
    assert tally.rows < 20 * 4 * 5 * 4  # identical profiles of a cohort share a row


def test_the_same_leads_from_any_file_give_the_same_tally(source: Path, tmp_path: Path) -> None:
    frame = leads()
    first = counted(source)
    parquet, base = tmp_path / "leads.parquet", tmp_path / "crm.duckdb"
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{parquet}' (FORMAT PARQUET)")
    with duckdb.connect(str(base)) as connection:
        connection.execute("CREATE TABLE leads AS SELECT * FROM frame")
    frame.to_json(tmp_path / "leads.jsonl", orient="records", lines=True)
    for other in (parquet, base, tmp_path / "leads.jsonl"):
        second = counted(other)
        np.testing.assert_array_equal(first.codes, second.codes)
        np.testing.assert_array_equal(first.leads, second.leads)
        np.testing.assert_array_equal(first.customers, second.customers)


def test_without_profiles_the_counts_are_the_same(source: Path) -> None:
    history = observe(open_table(source), (SECTOR, *MANY), Terms(customer="won", lead_id="id"))
    whole, counts = count(history), count(history, profiles=False)
    assert counts.rows == 0
    assert not counts.exact
    for one, other in zip(whole.marginals, counts.marginals, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("number", [1, 2, 3, 10])
def test_counts_per_level_are_those_of_the_rows(source: Path, number: int) -> None:
    tally = counted(source, (SECTOR, DEMO, *MANY)[:number])
    for margin, codes in zip(tally.marginals, tally.codes, strict=True):
        found = np.zeros_like(margin)
        np.add.at(found, (tally.cohort, codes, 0), tally.leads.astype(np.int64))
        np.add.at(found, (tally.cohort, codes, 1), tally.customers.astype(np.int64))
        np.testing.assert_array_equal(margin, found)


def test_equal_ids_are_found(tmp_path: Path) -> None:
    frame = leads(300)
    frame["id"] = [f"L-{min(i, 297)}" for i in range(300)]
    frame.loc[5, "id"] = None
    frame.to_csv(tmp_path / "twice.csv", index=False)
    history = observe(open_table(tmp_path / "twice.csv"), (SECTOR,), Terms(customer="won", lead_id="id"))
    assert history.excluded == {"repeated": 2}


def test_beyond_the_budget_leads_are_thinned_and_totals_stay(source: Path) -> None:
    whole, thinned = counted(source, (SECTOR, *MANY)), counted(source, (SECTOR, *MANY), most_rows=1500)
    assert not thinned.exact
    assert thinned.counted.sum() < 1700
    assert thinned.customers.sum() == whole.customers.sum()  # every customer is kept
    for cohort in range(len(whole.cohorts)):
        np.testing.assert_allclose(thinned.leads[thinned.cohort == cohort].sum(), whole.totals[cohort, 0])
    for one, other in zip(whole.marginals, thinned.marginals, strict=True):
        np.testing.assert_array_equal(one, other)  # marginals are exact all the same
    again = counted(source, (SECTOR, *MANY), most_rows=1500)
    np.testing.assert_array_equal(again.codes, thinned.codes)
