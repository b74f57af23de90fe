"""Thresholds: each policy by hand, limits that cannot be met, and what is true of every table."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.counts.rates import rate
from calibrate.errors import SettingsError
from calibrate.grid.grid import Thresholds
from calibrate.points.score_table import Scores
from calibrate.points.thresholds import Policy, choose, trade_off, unmet

# score:      -5    0   10   20   30
LEADS = [400.0, 400, 100, 80, 20]
CUSTOMERS = [2.0, 8, 5, 20, 10]


def table(leads=LEADS, customers=CUSTOMERS, scores=(-5, 0, 10, 20, 30)) -> Scores:
    half = np.array(leads) / 2
    return Scores(("a", "b"), np.array(scores), np.stack([half, half]), np.stack([np.array(customers) / 2] * 2))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(), Thresholds(10, 30)),  # 20 % of 1000 is 200: from 10; 5 % is 50: 20 leads are nearer than 100
        (Policy("top", 0.1, 0.02), Thresholds(20, 30)),
        (Policy("capacity", 60), Thresholds(20, 30)),  # two months: 120 leads; 100 fit; a quarter of 100: 20
        (Policy("capacity", 50, 10), Thresholds(20, 30)),
        (Policy("rate", 0.15), Thresholds(10, 30)),  # 35/200 = 17.5 %; a quarter of 200: 20 and 100 leads, 20 nearer
        (Policy("rate", 0.30), Thresholds(20, 30)),  # 30/100
        (Policy("share", 0.6), Thresholds(20, 30)),  # 30 of 45 customers from 20 up
        (Policy("share", 1.0, 0.5), Thresholds(-5, 20)),
        (Policy("money", 0.05), Thresholds(10, 30)),  # 5/100 at the score itself
        (Policy("pivot", 15), Thresholds(15, 30)),
        (Policy("pivot", 15, 25), Thresholds(15, 25)),
    ],
)
def test_each_policy_by_hand(policy, expected):
    assert choose(table(), policy, months=2) == expected
    assert unmet(table(), policy, months=2) is None


def test_the_table_by_hand():
    lines = trade_off(table(), months=2).set_index("threshold")
    from_20 = lines.loc[20]
    assert (from_20.leads, from_20.customers, from_20.leads_per_month, from_20.missed) == (100, 30, 50, 15)
    assert from_20.caught == pytest.approx(30 / 45)
    exact = rate(30, 100)
    assert from_20.close_rate == exact.value
    assert from_20.low < exact.low and from_20.high > exact.high  # two cohorts do not tell that nothing moves
    one = Scores(("a",), np.array([0, 20]), np.array([[900.0, 100]]), np.array([[15.0, 30]]))
    alone = trade_off(one, months=1).set_index("threshold").loc[20]
    assert (alone.low, alone.high) == (exact.low, exact.high)
    assert from_20.isotonic == 0.25
    assert trade_off(table(), months=None)["leads_per_month"].isna().all()


@pytest.mark.parametrize(
    ("policy", "threshold", "key"),
    [
        (Policy("capacity", 3), 30, "capacity_below_top_score"),
        (Policy("rate", 0.9), 30, "rate_out_of_reach"),
        (Policy("money", 0.9), 30, "break_even_out_of_reach"),
        (Policy("pivot", 40), 40, "pivot_out_of_reach"),
    ],
)
def test_what_cannot_be_met_comes_as_near_as_it_can_and_is_said(policy, threshold, key):
    assert choose(table(), policy, months=2).marketing_qualified == threshold
    found = unmet(table(), policy, months=2)
    assert found is not None and found[0] == key
    assert all(np.isfinite(list(found[1].values())))


def test_no_leads_one_score_and_undated_leads():
    nothing = Scores(("a",), np.zeros(0, np.int64), np.zeros((1, 0)), np.zeros((1, 0)))
    assert choose(nothing, Policy(), None) == Thresholds(0, 0)
    assert choose(nothing, Policy("pivot", 15), None) == Thresholds(15, 15)
    assert trade_off(nothing, None).empty and unmet(nothing, Policy("rate", 0.2), None) is None
    assert choose(table([10], [1], [3]), Policy(), None) == Thresholds(3, 3)
    assert choose(table([10], [0], [3]), Policy("rate", 0.2), None) == Thresholds(3, 3)
    assert choose(table(), Policy("capacity", 100), months=None) == Thresholds(20, 30)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Policy("capacity", 0), "a capacity of 0 leads a month calls nobody"),
        (lambda: Policy("rate", 20), "needs a share above 0 and up to 1, such as 0.2 for 20 %; it was given 20"),
        (lambda: Policy.break_even(100, 20), "a call that costs 100 cannot pay with a customer worth 20"),
    ],
)
def test_impossible_wishes_are_refused(make, text):
    with pytest.raises(SettingsError, match=text):
        make()


def test_top_share_is_what_the_threshold_lets_in():
    assert Policy("capacity", 60).top_share(2, (1000, 45)) == pytest.approx(0.12)
    assert Policy("capacity", 1e9).top_share(2, (1000, 45)) == 1
    assert Policy("top", 0.3).top_share(None, (0, 0)) == 0.3
    assert Policy("rate", 0.3).top_share(None, (0, 0)) == 0.2


COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.sampled_from(["top", "capacity", "rate", "share", "money"]), st.floats(0.01, 1))
def test_always_ordered_and_never_more_than_asked(counts, kind, value):
    leads = np.array([n + k for n, k in counts], float)
    customers = np.array([k for _, k in counts], float)
    scores = table(leads, customers, np.arange(len(counts)))
    policy = Policy(kind, value * 50 if kind == "capacity" else value)
    chosen = choose(scores, policy, months=3)
    assert chosen.marketing_qualified <= chosen.sales_qualified
    lines = trade_off(scores, months=3)
    assert (np.diff(lines["leads"]) < 0).all() and (np.diff(lines["isotonic"]) >= 0).all()
    if lines.empty:
        return
    assert lines["leads"].iloc[0] == leads.sum() and lines["caught"].iloc[0] == pytest.approx(
        float(customers.sum() > 0)
    )
    line = lines.set_index("threshold").loc[chosen.marketing_qualified]
    if unmet(scores, policy, months=3) is None and customers.sum() > 0:
        met = {
            "top": True,
            "capacity": line.leads_per_month <= policy.value + 1e-9,
            "rate": line.close_rate >= value - 1e-9,
            "share": line.caught >= value - 1e-6,
            "money": line.isotonic >= value - 1e-9,
        }
        assert met[kind]


def test_minimums_count_in_the_choice():
    # with the fit, and with the engagement too, of the leads at each score
    fit, both = table([200, 100, 60, 20, 10], [1, 2, 4, 12, 8]), table([50, 50, 20, 9, 6], [1, 0, 2, 6, 5])
    enough = {"marketing_qualified": fit, "sales_qualified": both}
    lines = trade_off(fit, 2, table())
    assert lines["leads"].tolist() == [390, 190, 90, 30, 10] and lines["missed"].tolist() == [18, 19, 21, 25, 37]
    assert lines["caught"].tolist() == pytest.approx([27 / 45, 26 / 45, 24 / 45, 20 / 45, 8 / 45])

    # 45 a month: 90 leads, and 90 have the fit from 10 on; of all, 200 would be there, and 20 from 30 on
    assert choose(table(), Policy("capacity", 45), 2).marketing_qualified == 30
    asked = replace(Policy("capacity", 45), fit_minimum=5, engagement_minimum=3)
    assert choose(table(), asked, 2, enough) == Thresholds(10, 20, 5, 3)  # a quarter of 90: 15 from 20 on are nearest
    assert choose(table(), Policy("capacity", 45, 3), 2, enough) == Thresholds(10, 30)  # 6 leads in two months
    assert choose(table(), Policy("rate", 0.6), 2, enough).marketing_qualified == 20  # 20 of 30
    assert choose(table(), Policy("share", 0.5), 2, enough).marketing_qualified == 10  # 24 of 45
    assert choose(table(), Policy("top", 0.1), 2, enough).marketing_qualified == 10  # 90 of 1,000 leads
    assert choose(table(), Policy("pivot", 15, 25), 2, enough) == Thresholds(15, 25)

    assert unmet(fit, Policy("share", 0.7), 2, table()) == ("share_out_of_reach", {"target": 0.7, "best": 27 / 45})
    assert unmet(fit, Policy("share", 0.6), 2, table()) is None
    nobody = table([0] * 5, [0] * 5)
    assert unmet(nobody, Policy("share", 0.6), 2, table()) == ("minimum_out_of_reach", {})
    assert choose(table(), Policy("capacity", 60), 2, {"marketing_qualified": nobody}) == Thresholds(20, 30)
