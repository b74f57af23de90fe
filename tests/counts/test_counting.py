"""Counting in the engine: against pandas, within its budget, the same whatever the source.

It keeps when customers closed and what is not decided yet.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from counting_case import DEMO, SECTOR, VISITS, counted, leads

import calibrate
from calibrate.counts.counting import count
from calibrate.engine import open_table
from calibrate.grid.criteria import Criterion
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

MANY = tuple(Criterion(f"v{i}", "visits", "number", "fit", VISITS.levels) for i in range(9))


def table(path: Path) -> str:
    """Eight months, three leads a day, one in four a customer after 5 to 44 days."""
    first, rows = date(2025, 1, 1), ["id,created,won,team"]
    for i in range(720):
        day = first + timedelta(days=i // 3)
        closed = day + timedelta(days=5 + i % 40)
        sold = i % 4 == 0 and closed <= date(2025, 8, 28)
        rows.append(f"{i},{day},{closed if sold else ''},{'ab'[i % 2]}")
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_sales_and_undecided_leads_are_those_of_the_rows(tmp_path: Path) -> None:
    history = calibrate.observe(
        table(tmp_path / "leads.csv"), created_at="created", customer_at="won", close_within_days=60, lead_id="id"
    )
    tally = calibrate.count(history)
    assert tally.sales is not None and tally.undecided is not None and tally.young is not None
    assert len(tally.sales.took) == tally.overall[1]
    assert set(np.unique(tally.sales.took)) <= {5 + i % 40 for i in range(0, 720, 4)}
    assert tally.undecided.closed.sum() <= tally.young.totals[:, 1].sum()
    told = tally.young.totals[:, 0].sum()
    assert told - 15 <= tally.undecided.leads.sum() <= told  # all but leads of the last days, which tell nothing
    assert (np.diff(tally.undecided.share[np.argsort(tally.undecided.share)]) >= 0).all()


def test_without_a_closing_date_there_are_none(tmp_path: Path) -> None:
    source = tmp_path / "flat.csv"
    rows = [f"{i},{'yes' if i % 4 == 0 else 'no'},{'ab'[i % 2]}" for i in range(400)]
    source.write_text("\n".join(["id,sold,team", *rows]) + "\n")
    history = calibrate.observe(str(source), customer="sold", lead_id="id")
    tally = calibrate.count(history)
    assert tally.sales is None and tally.undecided is None


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
