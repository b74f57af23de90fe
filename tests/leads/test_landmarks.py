"""Leads seen at several ages: which rows there are, what is known at each, and who counts as a customer of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import calibrate
from calibrate.errors import GridError, HistoryError
from calibrate.export import json as grid_json
from calibrate.grid.lead_age import AGE
from calibrate.leads.history import observe
from calibrate.leads.landmarks import ages_allowed, at_landmarks, check_ages
from calibrate.leads.terms import Terms
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from
from calibrate.scoring.rows import score_file

TERMS = Terms(created_at="came", customer_at="closed", lead_id="id", close_within_days=30)


def test_rows_of_three_leads_by_hand() -> None:
    frame = pd.DataFrame({
        "id": ["a", "b", "c"],
        "came": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-03-20"]),
        "closed": pd.to_datetime(["2025-01-20", None, None]),
        "sector": ["x", "y", "x"],
    })  # fmt: skip
    seen = at_landmarks([calibrate.open_table(frame)] * 3, (14, 30, 60), TERMS, date(2025, 4, 30))
    table = seen.table
    answer = table.fetch(f'SELECT "lead at age" AS r, "seen on" AS s, "{AGE}" AS a FROM {table.relation} ORDER BY 1')
    days = [str(day)[:10] for day in answer["s"]]
    assert list(zip(answer["r"], days, [int(age) for age in answer["a"]], strict=True)) == [
        ("a at 14", "2025-01-15", 14),  # at 30 days it has closed
        ("b at 14", "2025-01-15", 14),
        ("b at 30", "2025-01-31", 30),
        ("b at 60", "2025-03-02", 60),
        ("c at 14", "2025-04-03", 14),
        ("c at 30", "2025-04-19", 30),  # at 60 days it is not yet
    ]
    history = observe(table, (), seen.terms)
    assert (history.kept, int(history.totals[:, 1].sum())) == (4, 1)
    assert history.excluded == {"immature": 2}
    assert seen.terms.group is not None
    assert seen.terms.group.column == "id"


@pytest.mark.parametrize("ages", [(), (14,), (30, 14), (14, 14), (3, 30), (14, 900), tuple(range(10, 100, 10))])
def test_ages_that_are_none_are_refused(ages: tuple[int, ...]) -> None:
    with pytest.raises(HistoryError, match="rising ages"):
        check_ages(ages)


def test_what_is_not_known_is_asked_for() -> None:
    table = calibrate.open_table(pd.DataFrame({"id": ["a"], "came": ["2025-01-01"]}))
    with pytest.raises(HistoryError, match="--customer-at"):
        at_landmarks([table], (14,), Terms(created_at="came", lead_id="id"), date(2025, 4, 1))


def fading(rows: int = 2000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leads whose hazard halves every 30 days and is four times higher once they have seen a demo."""
    rng = np.random.default_rng(18)
    came = np.datetime64("2024-01-01") + rng.integers(0, 500, rows).astype("timedelta64[D]")
    demo = np.where(rng.random(rows) < 0.3, rng.integers(0, 60, rows), 10_000)
    closed = np.full(rows, -1)
    for day in range(1, 300):
        hazard = 0.004 * 0.5 ** (day / 30) * np.where(demo <= day, 4.0, 1.0)
        closed = np.where((closed < 0) & (rng.random(rows) < hazard), day, closed)
    came_on = pd.Series(came)
    end = pd.Timestamp("2025-12-31")
    closed_on = (came_on + pd.to_timedelta(np.where(closed < 0, 0, closed), unit="D")).where(closed >= 0)
    leads = pd.DataFrame(
        {"id": [f"l{i}" for i in range(rows)], "came": came_on, "closed": closed_on.where(closed_on <= end)}
    )
    leads["sector"] = rng.choice(["a", "b"], rows)
    saw = demo < 10_000
    events = pd.DataFrame({
        "lead_id": leads["id"][saw], "at": came_on[saw] + pd.to_timedelta(demo[saw], unit="D"), "type": "demo",
    })  # fmt: skip
    return leads, events


def test_a_grid_of_ages_calls_old_leads_dead(tmp_path: Path) -> None:
    leads, events = fading()
    leads.to_csv(tmp_path / "leads.csv", index=False)
    events.to_csv(tmp_path / "events.csv", index=False)
    asked = settings_from({
        "data": {"file": str(tmp_path / "leads.csv")},
        "outcome": {"lead_id": "id"},
        "time": {"created_at": "came", "customer_at": "closed", "ages": (14, 30, 60, 120), "as_of": date(2025, 12, 31)},
        "events": {"file": str(tmp_path / "events.csv")},
        "candidates": {"methods": ["evidence"]},
    })  # fmt: skip
    counted = monthly.read_rows(asked, follow=False)
    age = next(criterion for criterion in counted.tally.criteria if criterion.column == AGE)
    assert (age.kind, age.axis, age.ordered) == ("number", "engagement", True)
    assert [level.name for level in age.levels][:4] == ["<30", "30-59", "60-119", "120+"]
    rates = np.asarray(counted.tally.marginals[counted.tally.position(age.name)]).sum(axis=0)[:4]
    shares = rates[:, 1] / rates[:, 0]
    assert (np.diff(shares) < 0).all()
    assert counted.tally.group is not None
    grid = monthly.review(counted).candidates[0].grid
    again = grid_json.read(grid_json.write(grid), "g.json")
    assert again.provenance["created_at"] == "came"
    assert again.provenance["ages"] == "14,30,60,120"
    out = tmp_path / "scored.csv"
    score_file(again, str(tmp_path / "leads.csv"), str(out), events=str(tmp_path / "events.csv"), at=date(2025, 5, 15))
    scored = pd.read_csv(out, parse_dates=["came"])
    old = (pd.Timestamp("2025-05-15") - scored["came"]).dt.days
    assert scored["score"][old >= 120].mean() < scored["score"][(old >= 0) & (old < 30)].mean() - 1
    with pytest.raises(GridError, match="--at"):
        score_file(again, str(tmp_path / "leads.csv"), str(out), events=str(tmp_path / "events.csv"))


def test_ages_are_found_where_enough_leads_are_still_open(tmp_path: Path) -> None:
    """On a day early in the history few leads are old enough; counted with pandas too."""
    leads, _ = fading(400)
    table = calibrate.open_table(leads)
    assert ages_allowed(table, TERMS, date(2025, 12, 31)) == (14, 30, 60, 90, 180)
    for day in (date(2024, 8, 15), date(2024, 10, 1)):
        seen = {age: leads["came"] + pd.Timedelta(days=age) for age in (14, 30, 60, 90, 180)}
        still = {age: ((on + pd.Timedelta(days=30) <= pd.Timestamp(day)) & ~(leads["closed"] <= on)).sum()
                 for age, on in seen.items()}  # fmt: skip
        assert ages_allowed(table, TERMS, day) == tuple(age for age, count in still.items() if count >= 100)
    with pytest.raises(HistoryError, match="fewer than 100 leads"):
        ages_allowed(table, TERMS, date(2024, 4, 1))
    with pytest.raises(HistoryError, match="--customer-at"):
        ages_allowed(table, Terms(created_at="came", lead_id="id"), date(2025, 12, 31))
    leads.to_csv(tmp_path / "leads.csv", index=False)
    time = {"created_at": "came", "customer_at": "closed", "ages": "auto", "as_of": date(2025, 12, 31)}
    asked = settings_from({"data": {"file": str(tmp_path / "leads.csv")}, "outcome": {"lead_id": "id"}, "time": time})
    counted = monthly.read_rows(asked, follow=False)
    age = next(criterion for criterion in counted.tally.criteria if criterion.column == AGE)
    assert [level.name for level in age.levels if level.role == "value"][-1] == "180+"
