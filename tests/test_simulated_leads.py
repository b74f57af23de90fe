"""The simulated history keeps its promises: its truth is the truth of the leads it shows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from calibrate.simulated_leads import LEAKS, WORLD, Drift, Simulated, share_closed, simulate


@pytest.fixture(scope="module")
def history() -> Simulated:
    return simulate(leads=40_000)


def test_same_seed_same_history_and_another_seed_another() -> None:
    one, two, three = simulate(leads=500), simulate(leads=500), simulate(leads=500, seed=1)
    pd.testing.assert_frame_equal(one.leads, two.leads)
    pd.testing.assert_frame_equal(one.events, two.events)
    assert not one.leads["email"].equals(three.leads["email"])


def test_events_do_not_change_the_leads() -> None:
    pd.testing.assert_frame_equal(simulate(leads=500).leads, simulate(leads=500, events=False).leads)


def test_truth_has_every_level_once_and_counts_every_lead(history: Simulated) -> None:
    assert [(r.criterion, r.level) for r in history.truth.itertuples()] == [(c, v) for c in WORLD for v in WORLD[c]]
    assert (history.truth.groupby("criterion")["leads"].sum() == 40_000).all()


def test_true_rate_of_a_level_is_the_mean_chance_of_its_leads(history: Simulated) -> None:
    truth = history.truth.set_index(["criterion", "level"])
    leads = history.leads
    for criterion, level, mask in [
        ("demo_request", "True", leads["demo_request"]),
        ("sector", "missing", leads["sector"].isna()),
        ("sector", "Select", leads["sector"] == "Select"),
        ("employees", "50-249", leads["employees"].between(50, 249)),
        ("email_clicks", "2+", leads["email_clicks"] >= 2),
    ]:
        mask = mask.to_numpy(bool)
        assert truth.loc[(criterion, level), "leads"] == mask.sum()
        assert truth.loc[(criterion, level), "close_rate"] == pytest.approx(history.chance[mask].mean())


def test_chance_is_logistic_in_the_stated_log_odds(history: Simulated) -> None:
    """The intercept and the joint log-odds give back the chance of single leads, added up by hand."""
    for i in range(0, 40_000, 4_001):
        lead, total = history.leads.iloc[i], history.intercept
        for criterion, levels in WORLD.items():
            value = lead[criterion]
            if pd.isna(value):
                total += levels["missing"]
            elif criterion in ("employees", "email_opens", "email_clicks", "pricing_page_views"):
                total += next(w for name, w in levels.items() if _holds(name, value))
            else:
                total += levels[str(value)]
        assert history.chance[i] == pytest.approx(1 / (1 + np.exp(-total)))


def _holds(band: str, value: float) -> bool:
    low, _, high = band.rstrip("+").partition("-")
    return float(low) <= value and (band.endswith("+") or value <= float(high or low))


def test_rates_are_those_of_the_field(history: Simulated) -> None:
    truth = history.truth.set_index(["criterion", "level"])["close_rate"]
    assert history.chance.mean() == pytest.approx(0.035)
    assert truth["demo_request", "True"] > 4 * 0.035
    assert truth["newsletter", "True"] == pytest.approx(truth["newsletter", "False"], rel=0.05)
    assert max(truth["competitor", "True"], truth["student", "True"]) < 0.003


def test_mature_leads_close_as_often_as_the_truth_says(history: Simulated) -> None:
    """Observed customers within 90 days lie within 4 standard deviations of the sum of true chances, level by level."""
    leads = history.leads
    mature = (pd.Timestamp(history.as_of) - leads["created_at"].dt.normalize()).dt.days >= 90
    closed = (leads["customer_at"] - leads["created_at"]).dt.days < 90
    for column in ("demo_request", "role", "webinar", "sector", "pricing_page_views"):
        for level, rate in history.true_rates(column, lambda value: value).items():
            same = leads[column].isna() if pd.isna(level) else leads[column] == level
            n = int((mature & same).sum())
            k = int((mature & same & closed).sum())
            assert abs(k - n * rate) < 4 * np.sqrt(n * rate * (1 - rate)) + 1, (column, level)


def test_newest_cohorts_look_worse_only_because_they_are_young(history: Simulated) -> None:
    month = history.leads["created_at"].dt.to_period("M")
    by_month = history.leads["customer_at"].notna().groupby(month).mean()
    true = pd.Series(history.chance).groupby(month).mean()
    assert by_month.iloc[-1] < 0.25 * true.iloc[-1]
    assert by_month.iloc[:12].mean() == pytest.approx(true.iloc[:12].mean(), rel=0.12)


def test_criteria_tell_the_same_story(history: Simulated) -> None:
    numbers = pd.DataFrame({
        "demo": history.leads["demo_request"], "pricing": history.leads["pricing_page_views"] > 0,
        "letter": history.leads["newsletter"],
    }).astype(float)  # fmt: skip
    assert numbers.corr().loc["demo", "pricing"] > 0.2
    assert numbers.corr()["letter"].drop("letter").abs().max() < 0.02


def test_dates_stand_in_order_and_before_as_of(history: Simulated) -> None:
    end = pd.Timestamp(history.as_of) + pd.Timedelta(days=1)
    stages = history.leads[["created_at", "mql_at", "sql_at", "opportunity_at", "customer_at"]]
    assert stages["created_at"].is_monotonic_increasing
    assert (stages.max() < end).all()
    for before, after in zip(stages.columns, stages.columns[1:], strict=False):
        reached = stages[after].notna()
        assert (stages.loc[reached, before] <= stages.loc[reached, after]).all()
    assert history.leads.loc[stages["customer_at"].notna(), "amount"].gt(0).all()
    assert (history.events["at"] < end).all()


def test_columns_count_the_events_of_the_observation(history: Simulated) -> None:
    joined = history.events.merge(history.leads[["lead_id", "created_at"]], on="lead_id")
    early = joined[(joined["at"] - joined["created_at"]) <= pd.Timedelta(days=14)]
    for kind, column in (("email_open", "email_opens"), ("pricing_page", "pricing_page_views"), ("demo_request",) * 2):
        counted = early[early["type"] == kind].groupby("lead_id").size()
        shown = history.leads.set_index("lead_id")[column].astype(int)
        pd.testing.assert_series_equal(
            counted.reindex(shown.index, fill_value=0), shown, check_names=False, check_dtype=False
        )


def test_counting_all_events_ever_overstates_the_pricing_page(history: Simulated) -> None:
    ever = history.leads["lead_id"].isin(history.events.loc[history.events["type"] == "pricing_page", "lead_id"])
    rate = pd.Series(history.chance)
    true = rate[history.leads["pricing_page_views"] > 0].mean() / rate.mean()
    naive = history.leads["customer_at"].notna()[ever].mean() / history.leads["customer_at"].notna().mean()
    assert naive > 1.15 * true


def test_no_signal_means_one_chance_for_all() -> None:
    assert np.ptp(simulate(leads=500, signal=0.0).chance) == 0


def test_drift_halves_one_line_from_its_month_on() -> None:
    before = simulate(leads=3000, events=False)
    after = simulate(leads=3000, events=False, drift=Drift("demo_request", "True", month=12))
    hit = (before.leads["demo_request"] & (before.leads["created_at"] >= "2025-01-01")).to_numpy()
    np.testing.assert_allclose(after.chance[hit], before.chance[hit] / 2)
    np.testing.assert_array_equal(after.chance[~hit], before.chance[~hit])


def test_selection_takes_chance_from_leads_nobody_called() -> None:
    plain, selected = simulate(leads=1000, events=False), simulate(leads=1000, events=False, selection=0.8)
    called = plain.leads["worked_by_sales"].to_numpy()
    assert 0.2 < called.mean() < 0.6
    np.testing.assert_allclose(selected.chance, plain.chance * np.where(called, 1, 0.2))


def test_leaks_are_planted_by_name_and_know_the_outcome() -> None:
    clean, leaky = simulate(leads=3000), simulate(leads=3000, leak=True)
    assert list(leaky.leads.columns.difference(clean.leads.columns, sort=False)) == list(LEAKS)
    won = leaky.leads["customer_at"].notna()
    assert (leaky.leads["contract_number"].notna() == won).all()
    assert won[leaky.leads["onboarding_call"] == "planned"].mean() > 0.9
    assert won[leaky.leads["billing_contact"].notna()].mean() > 0.9
    assert (leaky.leads["stage_changes"] >= 4).equals(won)
    assert list(simulate(leads=50, leak=["stage_changes"]).leads.columns.difference(clean.leads.columns)) == [
        "stage_changes"
    ]


def test_people_are_invented(history: Simulated) -> None:
    leads = history.leads
    at_work = leads.loc[leads["mailbox"] == "professional", "email"]
    assert at_work.str.endswith(".example").all()
    assert leads["email"].isna().equals(leads["mailbox"].isna())
    assert leads["phone"].dropna().str.startswith("+33 6 39 98 ").all()


def test_a_customer_of_every_window(history: Simulated) -> None:
    assert share_closed(0) == 0 and share_closed(10_000) == pytest.approx(1)
    days = (history.leads["customer_at"] - history.leads["created_at"]).dt.total_seconds().dropna() / 86400
    old = history.leads.loc[days.index, "created_at"] < "2025-06-01"
    assert (days[old] < 38).mean() == pytest.approx(0.5, abs=0.06)


def test_the_value_is_frozen(history: Simulated) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        history.intercept = 0.0  # type: ignore[misc]
