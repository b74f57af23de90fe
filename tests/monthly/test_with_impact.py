"""What the meeting sees beside the verdict, all of it in one review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrate.errors import SettingsError
from calibrate.language import load
from calibrate.monthly import run as monthly
from calibrate.monthly.counted import Counted
from calibrate.monthly.settings import settings_from
from calibrate.points.grade import demand
from calibrate.report.impact import chosen_by, handed_over
from calibrate.report.review import Review
from calibrate.report.tables import place_of, steps
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


def reviewed(place: Path, **more: Any) -> Review:
    return monthly.review(rows_of(place, **more))


def test_the_review_carries_it_all(place: Path) -> None:
    refused = {"file": str(place / "refus.csv")}
    (place / "refus.csv").write_text("lead_id,reason\nnobody,x\n", encoding="utf-8")
    asked = {"cost_of_call": 209, "value_of_customer": 210, "fit_minimum": 1, "minutes_per_call": 12}
    found = reviewed(place, thresholds=asked, report={"segments": ["role"]}, feedback=refused)
    feedback, swap, policy = found.handover.feedback, found.changes.swap, found.handover.policy
    assert feedback is not None and (feedback.read, feedback.found) == (1, 0)
    best = float(steps(found, found.candidates[0])["isotonic"].max())
    assert ("break_even_out_of_reach" in [key for key, _ in found.warnings]) == (best < 209 / 210)
    assert swap is not None and {swap.old, swap.new} == {
        "cautious",
        "evidence",
    }
    assert [table.by for table in found.changes.sides[0].tables] == [None, "role"]
    assert found.handover.demands[0].minimum == 1 and found.handover.minutes_per_call == 12
    assert policy is not None and (policy.kind, policy.value) == (
        "money",
        209 / 210,
    )
    text = chosen_by(found, load("en"))
    assert "a call costs 209, a customer is worth 210" in text and "99.5% on (break-even)" in text
    handed, only = handed_over(found, found.candidates[0]), found.handover.demands[0].met
    assert handed is not None and (handed["leads"], handed["customers"]) == (only.leads, only.customers)
    for each in found.candidates:  # the slider and the table count the minimum too
        limits, shown = each.grid.thresholds, steps(found, each)
        assert limits is not None
        (met,) = (d.met for d in demand(found.tally, each.grid, months=20.0) if d.stage == "marketing_qualified")
        met_by = (0, 0)
        if not shown.empty:
            step = shown.iloc[place_of(shown, limits.marketing_qualified)]
            met_by = step["leads"], step["customers"]
        assert met.leads == met_by[0]  # customers are those that leads the points have not seen let expect
        assert met_by[1] <= met_by[0]
    assert len(found.handover.kpis) == len(found.tally.cohorts) and found.changes.lines
    with pytest.raises(SettingsError, match="--cost-of-call and --value-of-customer"):
        reviewed(place, thresholds={"cost_of_call": 20})
    with pytest.raises(SettingsError, match="chosen in one way"):
        reviewed(place, thresholds={"capacity": 20, "close_rate": 0.2})


def test_a_pin_on_an_unknown_answer_is_refused(place: Path) -> None:
    pin = {"criterion": "role", "level": "Managr", "points": 5}
    with pytest.raises(SettingsError, match=r"no level of role named 'Managr'.* Did you mean 'Manager'"):
        reviewed(place, pin=[pin])
