"""Young leads are counted beside the others in the same crossing: a numpy count of the same file agrees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.counts.counting import count
from calibrate.engine import Session
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms


def leads(path, rows=4000):
    rng = np.random.default_rng(3)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    closes = day + pd.to_timedelta(rng.integers(1, 60, rows), unit="D")
    bought = (rng.random(rows) < 0.2) & (closes <= pd.Timestamp("2025-10-28"))
    frame = pd.DataFrame({
        "id": [f"L{i}" for i in range(rows)], "created": day.strftime("%Y-%m-%d"),
        "signed": np.where(bought, closes.strftime("%Y-%m-%d"), ""),
        "sector": rng.choice(["bank", "farm", "shop"], rows), "visits": rng.integers(0, 9, rows),
    })  # fmt: skip
    frame.to_csv(path, index=False)
    return frame


@pytest.mark.parametrize("most_rows", [2**20, 500])
def test_young_leads_per_age_and_level(tmp_path, most_rows):
    frame = leads(tmp_path / "leads.csv")
    table = Session().open(str(tmp_path / "leads.csv"))
    proposal = propose(table, include=["sector", "visits"])
    as_of = pd.Timestamp("2025-10-28").date()
    history = observe(table, proposal.criteria, Terms(created_at="created", customer_at="signed", as_of=as_of))
    tally = count(history, most_rows=most_rows)
    age = (pd.Timestamp(as_of) - pd.to_datetime(frame["created"])).dt.days.to_numpy()
    young = age < 90
    assert tally.young is not None and tally.young.width == 1
    assert tally.young.totals[:, 0].sum() == young.sum() == history.excluded["immature"]
    at = tally.position("sector")
    place = {level.name: i for i, level in enumerate(tally.criteria[at].levels)}
    for sector in ("bank", "farm", "shop"):
        mine = young & (frame["sector"] == sector).to_numpy()
        wanted = np.bincount(age[mine], minlength=len(tally.young.margins[at]))
        customers = np.bincount(age[mine & (frame["signed"] != "").to_numpy()], minlength=len(wanted))
        assert (tally.young.margins[at][:, place[sector]] == np.stack([wanted, customers], axis=1)).all()
    assert tally.overall[0] == (~young).sum()
    one = tally.without(["sector"])
    assert one.young is not None and (one.young.margins[0] == tally.young.margins[tally.position("visits")]).all()


def test_without_dates_nobody_is_young(tmp_path):
    frame = leads(tmp_path / "leads.csv", 500)
    frame["bought"] = np.where(frame["signed"] != "", "yes", "no")
    frame.drop(columns=["created", "signed"]).to_csv(tmp_path / "leads.csv", index=False)
    table = Session().open(str(tmp_path / "leads.csv"))
    history = observe(table, propose(table, include=["sector"]).criteria, Terms(customer="bought"))
    assert count(history).young is None
