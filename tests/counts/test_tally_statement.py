"""What the tally asks the engine: rows kept, the sample of the others, and hashes of buyers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from calibrate.counts.counting import count
from calibrate.counts.encoding import coding
from calibrate.counts.tally_statement import Thinning, hashed, statement_of_tally, thinning_of
from calibrate.engine import open_table
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Group, Terms

LEVELS = (Level("a", values=("a",)), Level("missing", "missing"), Level("other", "other"))
KIND = Criterion("kind", "kind", "text", "fit", LEVELS)


def history(tmp_path: Path, **terms: Any) -> History:
    rows = [f"{i},2025-01-{i % 28 + 1:02d},{'yes' if i % 10 == 0 else 'no'},a,{f'c{i // 2}' if i % 3 else ''}"
            for i in range(1000)]  # fmt: skip
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["id,created,won,kind,company", *rows]), encoding="utf-8")
    return observe(open_table(path), (KIND,), Terms(customer="won", lead_id="id", **terms))


def answer(found: History, share: float) -> dict[str, np.ndarray]:
    how = coding(found.table, (KIND,))
    rows: dict[str, np.ndarray] = found.table.fetch(statement_of_tally(found, how, Thinning(others=share)))
    return rows


def test_every_customer_stays_in_the_sample_and_about_the_share_of_the_others(tmp_path: Path) -> None:
    flags = answer(history(tmp_path), 0.25)["flags"]
    customers, stays = flags & 1, (flags & 2) > 0
    assert customers.sum() == 100 and stays[customers == 1].all()
    assert stays[customers == 0].sum() == pytest.approx(225, abs=4 * (900 * 0.25 * 0.75) ** 0.5)
    again = answer(history(tmp_path), 0.25)["flags"]
    assert (np.sort(flags) == np.sort(again)).all()
    assert not (answer(history(tmp_path), 1.0)["flags"] & 2).any()  # nobody has to be thinned: nothing is hashed


def test_young_leads_are_told_apart(tmp_path: Path) -> None:
    """As of 10 April with 90 days to close, leads of 10 January and before can be judged: 10 of every 28."""
    from datetime import date

    found = history(tmp_path, created_at="created", as_of=date(2025, 4, 10))
    flags = answer(found, 1.0)["flags"]
    days = np.array([i % 28 + 1 for i in range(1000)])
    assert ((flags & 4) == 0).sum() == (days <= 10).sum() and len(flags) == 1000


def test_leads_of_one_company_have_one_hash_and_those_without_have_none(tmp_path: Path) -> None:
    buyers = answer(history(tmp_path, group=Group("company", "company")), 1.0)["buyer"]
    named = {f"c{i // 2}" for i in range(1000) if i % 3}
    assert len(np.unique(buyers[buyers != 0])) == len(named)
    assert (buyers == 0).sum() == sum(i % 3 == 0 for i in range(1000))


def test_buyers_of_a_database_are_hashed_here() -> None:
    texts = np.array(["acme", None, "", "acme", float("nan"), "umbrella"], object)
    found = hashed(texts)
    assert found is not None and found.dtype == np.uint64
    assert found[0] == found[3] != found[5] and (found[[1, 2, 4]] == 0).all() and found[0] != 0
    numbers = np.array([3, 0], np.uint64)
    assert hashed(numbers) is numbers and hashed(None) is None


@pytest.mark.parametrize(
    ("leads", "customers", "most", "thinning"),
    [
        (1000, 100, 1000, Thinning()),
        (1000, 100, 550, Thinning(1, 0.5)),  # 450 of 900
        (1000, 900, 500, Thinning(375 / 900, 1)),  # too many customers: three quarters of the rows are theirs
        (2000, 900, 800, Thinning(600 / 900, 200 / 1100)),
    ],
)
def test_shares_that_stay(leads: int, customers: int, most: int, thinning: Thinning) -> None:
    found = SimpleNamespace(totals=np.array([[leads // 2, customers // 2], [leads // 2, customers // 2]]))
    shares = thinning_of(found, most)  # type: ignore[arg-type]
    assert (shares.customers, shares.others) == pytest.approx((thinning.customers, thinning.others))


def test_too_many_customers_are_thinned_and_cohorts_keep_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibrate.counts.marginals.MOST_CELLS", 1)  # else so few profiles are never thinned
    named = replace(KIND, name="by company", column="company")
    found, most = replace(history(tmp_path), criteria=(KIND, named)), 110  # one in ten buys: 100 customers
    tally = count(found, most_rows=most)
    assert not tally.exact and tally.counted.sum() < 1.5 * most
    cohorts = range(len(found.totals))
    leads, customers = (np.bincount(tally.cohort, counts) for counts in (tally.leads, tally.customers))
    restored = [np.allclose((leads[cohort], customers[cohort]), found.totals[cohort]) for cohort in cohorts]
    assert sum(restored) >= 12  # the others have none of one kind in their few rows
