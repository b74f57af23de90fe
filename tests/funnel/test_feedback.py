"""What sales said of leads, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate.counts.rates import wilson
from calibrate.errors import InputError
from calibrate.funnel.feedback import read_feedback
from calibrate.monthly import run as monthly
from calibrate.monthly.counted import Counted
from calibrate.monthly.settings import settings_from
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.simulated_leads import simulate


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meeting")
    simulate(leads=3000, months=20, seed=4, events=False).leads.to_csv(folder / "leads.csv", index=False)
    return folder


def rows_of(place: Path, **more: Any) -> Counted:
    values = {
        "data": {"file": str(place / "leads.csv")},
        "time": {"created_at": "created_at", "customer_at": "customer_at"},
        "columns": {"exclude": ["worked_by_sales", "amount"]}, "candidates": {"methods": ["cautious", "evidence"]},
    }  # fmt: skip
    return monthly.read_rows(settings_from({**values, **more}))


def test_feedback_of_sales_on_the_lines(place: Path) -> None:
    lines = (place / "leads.csv").read_text().splitlines()
    head = lines[0].split(",")
    key, role = head.index("lead_id"), head.index("role")
    rows = [line.split(",") for line in lines[1:]]
    assistants = [row[key] for row in rows if row[role] == "Assistant"][:9]
    rest = [row[key] for row in rows if row[role] == "Manager"][:3]
    said = [*(f"{lead};étudiant" for lead in assistants), *(f"{lead};budget" for lead in rest), "nobody;hors cible"]
    (place / "refus.csv").write_text("\n".join(["Lead_ID;Motif du refus", *said]), encoding="utf-8")
    read = rows_of(place)
    grid = calibrate_prepared(prepare(read.tally, allowed=read.allowed), Plan("cautious", "cautious"))
    found = read_feedback(read.history, read.tally, grid, str(place / "refus.csv"))
    assert (found.read, found.found) == (13, 12)
    assert found.reasons == (("étudiant", 9), ("budget", 3), ("hors cible", 1))
    line = next(each for each in found.lines if each.level.name == "Assistant")
    assert line.rejected == 9 and line.share == 0.75 and line.reasons == (("étudiant", 9),) and line.more
    sums = {each.criterion: 0 for each in found.lines}
    for each in found.lines:
        sums[each.criterion] += each.rejected
    assert set(sums.values()) == {12}
    (place / "wrong.csv").write_text("who,reason\n1,x\n")
    with pytest.raises(InputError, match="no column like the lead id"):
        read_feedback(read.history, read.tally, grid, str(place / "wrong.csv"))


@pytest.mark.parametrize("shared", [True, False], ids=["of one company", "each of its own"])
def test_rejected_leads_of_one_company_are_one_opinion(tmp_path: Path, shared: bool) -> None:
    """Six of twelve rejected leads are interns; where all of them are of one company, they count as two would.

    Residuals are half a lead: the company's sum is 3, the six others' sums 1/2 each, so the variance is (9 + 6/4) / 3.
    """
    rng = np.random.default_rng(5)
    role = np.where(np.arange(1200) % 4 == 0, "Intern", "Manager")
    role[12:], company = rng.choice(["Intern", "Manager"], 1188, p=[0.25, 0.75]), np.arange(1200)
    role[:6], role[6:12] = "Intern", "Manager"
    company[1000:] = company[800:1000]  # some companies have two leads, so that the groups are told
    company[:6] = 0 if shared else company[:6]
    leads = pd.DataFrame({"lead_id": np.arange(1200), "company_id": [f"C{c}" for c in company], "role": role})
    leads["won"] = np.where(rng.random(1200) < 0.2, "yes", "no")
    leads.to_csv(tmp_path / "leads.csv", index=False)
    pd.DataFrame({"lead_id": np.arange(12), "reason": "too junior"}).to_csv(tmp_path / "no.csv", index=False)
    read = monthly.read_rows(
        settings_from({"data": {"file": str(tmp_path / "leads.csv")}, "outcome": {"customer": "won"}})
    )
    assert read.history.terms.group is not None
    grid = calibrate_prepared(prepare(read.tally, allowed=read.allowed), Plan("lift", "lift"))
    found = read_feedback(read.history, read.tally, grid, str(tmp_path / "no.csv"))
    line = next(line for line in found.lines if line.level.name == "Intern")
    effect = (9 + 6 / 4) / 3 if shared else 1.0
    low, high = wilson(np.array([6 / effect]), np.array([12 / effect]))
    assert (line.rejected, line.low, line.high) == (6, pytest.approx(low[0]), pytest.approx(high[0]))
