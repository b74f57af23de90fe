"""Worked leads beside all: counts, and a simulated selection."""

from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.proportion import proportions_ztest

from calibrate.counts.counting import count
from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.engine import Session
from calibrate.funnel.worked import select_worked
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms
from calibrate.simulated_leads import simulate


def worked_case(worked_rate: float, other_rate: float, leads: int = 4000) -> Tally:
    random = np.random.default_rng(3)
    special = (Level("missing", "missing"), Level("other", "other"))
    flag = (Level("no", values=(False,)), Level("yes", values=(True,)), *special)
    sides = (Criterion("called", "called", "boolean", "fit", flag, reference="no"),
             Criterion("demo", "demo", "boolean", "engagement", flag, reference="no"))  # fmt: skip
    codes = np.stack([np.arange(leads) % 2, random.integers(0, 2, leads)]).astype(np.uint8)
    return tally_of(sides, codes, random.random(leads) < np.where(codes[0], worked_rate, other_rate))


def test_worked_leads_beside_all() -> None:
    tally = worked_case(0.10, 0.03)
    rates = estimate(tally.without(["called"]))
    found = select_worked(tally, rates, "called")
    assert (found.worked.leads, found.others.leads) == (2000, 2000)
    assert found.worked.customers + found.others.customers == found.all_leads.customers
    assert found.leads.sum() == found.worked.leads
    assert found.customers.sum() == found.worked.customers
    assert found.differs
    assert not select_worked(worked_case(0.05, 0.05), rates, "called").differs


def test_a_level_that_lives_on_calls_is_told() -> None:
    """Demo requests close at 20 % when called and at 2 % when not; the rest closes at 4 % either way."""
    random = np.random.default_rng(9)
    tally = worked_case(0.0, 0.0, 8000)
    called, demo = tally.codes
    chance = np.where(demo == 1, np.where(called == 1, 0.20, 0.02), 0.04)
    tally = tally_of(tally.criteria, tally.codes, random.random(8000) < chance)
    rates = estimate(tally.without(["called"]))
    found = select_worked(tally, rates, "called")
    names = [level.name for level in rates.criteria[0].levels]
    assert found.moved[names.index("yes")]


def test_a_simulated_selection_is_seen_and_none_is_not(tmp_path: Path) -> None:
    differs = []
    for selection in (0.9, 0.0):
        made = simulate(leads=6000, rate=0.1, selection=selection, signal=0.0, events=False, seed=4)
        made.leads[["lead_id", "created_at", "customer_at", "worked_by_sales", "sector"]].to_csv(tmp_path / "l.csv")
        table = Session().open(tmp_path / "l.csv")
        terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=made.as_of)
        tally = count(observe(table, propose(table, include=("sector", "worked_by_sales")).criteria, terms))
        differs.append(select_worked(tally, estimate(tally.without(["worked_by_sales"])), "worked_by_sales").differs)
    assert differs == [True, False]


@pytest.mark.parametrize(
    ("level", "worked"),
    [
        (Level("called", values=("called",)), True),
        (Level("No", values=(" No ",)), False),
        (Level("0", values=("0",)), False),
        (Level("no or yes", values=("no", "yes")), True),
        (Level("<1", high=1), False),
        (Level("0 to 2", low=0, high=2), False),
        (Level("1+", low=1), True),
        (Level("filled"), True),
    ],
)
def test_an_answer_says_whether_a_lead_was_worked(level: Level, worked: bool) -> None:
    """Ten leads of that level with 5 customers, ten without an answer with 1."""
    column = Criterion("calls", "calls", "text", "fit", (level, Level("missing", "missing"), Level("other", "other")))
    codes = np.repeat([0, 1], 10).astype(np.uint8)[None]
    tally = tally_of([column], codes, np.isin(np.arange(20), (0, 1, 2, 3, 4, 10)))
    found = select_worked(tally, estimate(tally), "calls")
    assert (found.worked.leads, found.worked.customers) == ((10, 5) if worked else (0, 0))
    assert found.others.leads == (10 if worked else 20)


def test_two_close_rates_differ_where_the_pooled_test_says_so() -> None:
    flag = (Level("yes", values=(True,)), Level("no", values=(False,)), Level("missing", "missing"))
    column = Criterion("called", "called", "boolean", "fit", (*flag, Level("other", "other")))
    codes = np.repeat([0, 1], 100).astype(np.uint8)[None]
    for others in range(10, 45):
        tally = tally_of([column], codes, np.concatenate([np.arange(100) < 25, np.arange(100) < others]))
        p_value = proportions_ztest([25, others], [100, 100])[1]
        assert select_worked(tally, estimate(tally), "called").differs == (p_value < 0.05)


@pytest.mark.parametrize("answer", [0, 1])
def test_where_all_leads_were_worked_or_none_nothing_differs(answer: int) -> None:
    tally = worked_case(0.1, 0.1)
    alike = tally_of(tally.criteria, np.stack([tally.codes[0] * 0 + answer, tally.codes[1]]), tally.customers > 0)
    found = select_worked(alike, estimate(alike.without(["called"])), "called")
    assert not found.differs and not found.moved.any()
    assert (found.worked.leads, found.others.leads) == ((4000, 0) if answer else (0, 4000))


@pytest.mark.parametrize(("customers", "moves"), [(16, True), (20, False)])
def test_a_lift_that_moves_by_pencil(customers: int, moves: bool) -> None:
    """Demo requests close at 40 of 200 (100 of 1,000 in all) when worked: lift 2; at 16 of 200 when not: lift 0.8.

    ln 2 - ln 0.8 = 0.916, variance 1/40 + 1/16 - 2/200 = 0.0775, so 3.29 errors; two levels are looked at: above
    sqrt(2 ln(2 / 0.025)) = 2.96. With 20 of 200 it is 0.693 / sqrt(0.065) = 2.72.
    """
    worked, demo, bought = [], [], []
    cells = [(1, 1, 200, 40), (1, 0, 800, 60), (0, 1, 200, customers), (0, 0, 800, 100 - customers)]
    for called, yes, leads, won in cells:
        worked += [called] * leads
        demo += [yes] * leads
        bought += [1] * won + [0] * (leads - won)
    tally = worked_case(0.1, 0.1)
    tally = tally_of(tally.criteria, np.array([worked, demo], np.uint8), np.array(bought))
    rates = estimate(tally.without(["called"]))
    found = select_worked(tally, rates, "called")
    assert found.moved[[level.name for level in rates.criteria[0].levels].index("yes")] == moves
