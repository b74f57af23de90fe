"""Immortal time: customers go on acting until they sign, so that counting all events ever praises every action.

On a simulated history the true lift is known: what is counted within the observation holds it, what is counted ever
does not. (Suissa 2008, "Immortal time bias in pharmaco-epidemiology".)
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibrate.counts.counting import count
from calibrate.counts.rates import estimate
from calibrate.engine import Session
from calibrate.grid.criteria import Criterion
from calibrate.leads.columns.fine_classing import named_levels
from calibrate.leads.events import join_events
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms
from calibrate.simulated_leads import Simulated, simulate

SIGNALS = {"pricing_page": "pricing_page_views", "email_open": "email_opens", "case_study": "case_study"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulated, Path]:
    made = simulate(leads=16000, rate=0.12, seed=8)
    folder = tmp_path_factory.mktemp("immortal")
    made.leads[["lead_id", "created_at", "customer_at"]].to_csv(folder / "leads.csv", index=False)
    made.events.to_csv(folder / "events.csv", index=False)
    return made, folder


def lifts(made: Simulated, folder: Path, *, ever: bool) -> dict[str, tuple[float, float, float]]:
    """Lift of having done a thing at least once, with its interval: within 14 days, or counted ever."""
    session = Session()
    leads, events = session.open(folder / "leads.csv"), session.open(folder / "events.csv")
    terms = Terms(
        created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=made.as_of, observe_days=14
    )
    table = join_events(leads, events, replace(terms, observe_days=800 if ever else 14)).table
    criteria: tuple[Criterion, ...] = tuple(named_levels(f"{signal} (events)", cuts=[1]) for signal in SIGNALS)
    rates = estimate(count(observe(table, criteria, terms)))
    place = {signal: 4 * i + 1 for i, signal in enumerate(SIGNALS)}  # <1, 1+, missing, other
    return {s: (float(rates.lift[i]), float(rates.lift_low[i]), float(rates.lift_high[i])) for s, i in place.items()}


def test_counting_ever_overstates_and_ours_does_not(files: tuple[Simulated, Path]) -> None:
    made, folder = files
    ours, ever = lifts(made, folder, ever=False), lifts(made, folder, ever=True)
    for signal, column in SIGNALS.items():
        whole = made.true_rates(column, lambda value: 0, observe_days=14)[0]
        truth = made.true_rates(column, lambda value: value >= 1, observe_days=14)[True] / whole  # type: ignore[operator]
        value, low, high = ours[signal]
        assert low <= truth <= high, (signal, truth, ours[signal])
        assert ever[signal][1] > truth, (signal, truth, ever[signal])  # the whole interval lies above the truth
        assert abs(np.log(ever[signal][0] / truth)) > 2 * abs(np.log(value / truth))


def test_a_signal_that_means_nothing_looks_strong_when_counted_ever(files: tuple[Simulated, Path]) -> None:
    """Opening mails is worth next to nothing in this world; counted ever it seems to be worth a lot."""
    made, folder = files
    assert lifts(made, folder, ever=False)["email_open"][0] < 1.2
    assert lifts(made, folder, ever=True)["email_open"][1] > 1.2
