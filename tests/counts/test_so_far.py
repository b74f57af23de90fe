"""Leads that may still close: what they tell so far, by pencil and by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drift_case import demo

from calibrate.counts.binning import shown_rates
from calibrate.counts.closings import Sales, undecided_now
from calibrate.counts.rates import wilson
from calibrate.counts.so_far import (
    OpenLeads,
    inflation,
    levels_so_far,
    moved,
    rate_so_far,
    still_closing,
    with_so_far,
)
from calibrate.counts.tally import Tally, tally_of

START = 20089  # 1 January 2025
WINDOW = 90


def history(
    rng: np.random.Generator, *, leads: int = 6000, rate: float = 0.2, days: int = 360, slower: float = 1.0
) -> Tally:
    """A year of leads of one question, half of the sales within 25 days; the last half year `slower` times as slow."""
    entered = np.sort(rng.integers(0, days, leads))
    codes = rng.integers(0, 2, (1, leads)).astype(np.uint8)
    bought = rng.random(leads) < rate
    median = np.where(entered > days / 2, 25 * slower, 25)
    took = np.minimum(np.ceil(np.exp(rng.normal(np.log(median), 0.6))), WINDOW).astype(np.int64)
    age = days - 1 - entered
    old = age >= WINDOW
    month = entered // 30
    labels = [f"2025-{i + 1:02d}" for i in range(int(month[old].max()) + 1)]
    tally = tally_of([demo()], codes[:, old], bought[old], month[old], labels)
    mine, count = old & bought, len(labels)
    alone = np.full(int(mine.sum()), -1, np.int32)
    dates = (START + entered[mine]).astype(np.int32), took[mine].astype(np.int32)
    sales = Sales(codes[:, mine], month[mine].astype(np.int32), *dates, alone)
    closed = bought & (took <= age)
    young = undecided_now(
        codes[:, ~old], age[~old], closed[~old], sales, np.where(closed, took, -1)[~old], START + days - 1
    )
    ends = START + 30 * np.arange(1, count + 1) - 1
    return replace(tally, ends=ends, window=WINDOW, sales=sales, undecided=young)


def test_by_pencil() -> None:
    """Sales after 10 or 30 days, half each. A lead of age 12 counts half, one of age 40 wholly; months go on."""
    sales = Sales(
        np.zeros((1, 40), np.uint8), *(np.array(v, np.int32) for v in ([0] * 40, [START] * 40, [10] * 20 + [30] * 20)),
        np.full(40, -1, np.int32),
    )  # fmt: skip
    tally = tally_of([demo()], np.zeros((1, 100), np.uint8), np.arange(100) < 40, np.zeros(100, int), ["2025-01"])
    age, closed = np.array([40, 12, 12, 12]), np.array([True, True, False, False])
    young = undecided_now(np.array([[0, 0, 1, 1]], np.uint8), age, closed, sales, np.where(closed, 9, -1), START + 70)
    tally = replace(tally, ends=np.array([START + 30]), window=WINDOW, sales=sales, undecided=young)
    joined = with_so_far(tally)
    assert joined.cohorts == ("2025-01", "2025-02") and joined.undecided is None
    assert joined.totals.tolist() == [[101, 41], [2, 1]]  # three halves are two; the oldest entered on 31 January
    assert joined.leads[-4:].tolist() == [1, 0.5, 0.5, 0.5] and joined.ends is not None
    assert joined.ends.tolist() == [START + 30, START + 58]
    rates = levels_so_far(tally, np.ones(4))
    assert rates is not None and rates.open_leads == 4 and rates.undecided.tolist() == [2, 2, 0, 0]
    assert rates.leads.tolist() == [101.5, 1.0, 0, 0] and rates.customers.tolist() == [42, 0, 0, 0]
    assert (rates.overall.customers, rates.overall.leads, rates.overall.value) == (42, 102, 42 / 102.5)
    low, high = wilson(np.array([42.0]), np.array([101.5]))
    assert rates.low[0] < low[0] < rates.rate[0] < high[0] < rates.high[0]  # open leads tell less than decided ones
    held = OpenLeads.of(tally)
    assert held.leads[:, -1].tolist() == [1, 3] and held.share[:, -1].tolist() == [1, 1.5]
    assert held.square[1].tolist() == [0.25, 0.5, 0, 0, 0.75] and held.sales == 40
    found = rate_so_far(joined, joined.cohort == 1)
    assert (found.entered, found.undecided, found.rate.customers, found.rate.leads) == (3, 3, 1, 2)
    assert with_so_far(replace(tally, undecided=None)) is not None and moved(tally) == 1.0


def test_variance_of_leads_that_may_still_close() -> None:
    """Of 400 leads of rate .4 with half of their sales to come, customers vary as 200 decided ones do times 1.33."""
    rng = np.random.default_rng(1)
    drawn = rng.binomial(400, 0.4 * 0.5, 20_000)
    parts = np.array([400.0]), np.array([200.0]), np.array([100.0])
    found = float(inflation(np.array([200.0]), parts, np.array([0.4]), 10**9)[0])
    assert found == pytest.approx(np.var(drawn) / (200 * 0.4 * 0.6), rel=0.03) and found == pytest.approx(0.8 / 0.6)
    assert float(inflation(np.array([200.0]), parts, np.array([0.4]), 50)[0]) > 1.5 * found  # a curve of fifty sales
    nothing = (np.zeros(1),) * 3
    assert inflation(np.array([200.0]), nothing, np.array([0.4]), 50).tolist() == [1.0]


def test_intervals_hold_while_closing_times_stay() -> None:
    """Rates of the newest four months, mostly of leads that may still close, in 200 histories."""
    rng = np.random.default_rng(7)
    held = total = 0
    for _ in range(200):
        tally = with_so_far(history(rng, leads=3000))
        for level in (0, 1):
            mine = (tally.codes[0] == level) & (tally.cohort >= len(tally.cohorts) - 3)
            found = rate_so_far(tally, mine)
            assert found.undecided > 0.6 * found.entered
            held, total = held + (found.rate.low <= 0.2 <= found.rate.high), total + 1
    assert 0.93 <= held / total <= 0.98
    low, high = wilson(np.array([20.0]), np.array([100.0]))
    assert found.rate.low < found.rate.value < found.rate.high and low < 0.2 < high


def test_closing_times_that_move_are_said() -> None:
    rng = np.random.default_rng(3)
    same = [moved(history(rng, leads=3000)) for _ in range(60)]
    slower, sooner = ([moved(history(rng, slower=factor)) for _ in range(10)] for factor in (1.6, 0.6))
    assert np.mean(np.array(same) < 0.05) <= 0.12 and max(slower) < 0.05 and max(sooner) < 0.05
    tally = history(rng, slower=2.0)
    known, chance = still_closing(tally)
    assert chance < 0.05 and known.undecided is None and known.sales is tally.sales


def test_rates_of_levels_with_open_leads_hold_the_truth() -> None:
    """Two hundred histories of two levels: intervals hold 20 % as often as they say, and are shorter than without."""
    rng, inside, shorter = np.random.default_rng(12), [], []
    for _ in range(200):
        tally = history(rng, leads=1500)
        rates = shown_rates(tally)
        if rates.so_far is None:  # one history in twenty seems to close at another pace
            continue
        now = rates.so_far
        inside += ((now.low <= 0.2) & (now.high >= 0.2))[:2].tolist()
        shorter.append((now.high - now.low)[:2].sum() / (rates.high - rates.low)[:2].sum())
    assert len(inside) > 300
    assert abs(np.mean(inside) - 0.95) < 3 * np.sqrt(0.0475 / len(inside))
    assert np.mean(shorter) < 0.97


def test_moved_closing_times_leave_open_leads_out_of_the_rates() -> None:
    slow = [shown_rates(history(np.random.default_rng(seed), slower=2.5)).so_far for seed in range(10)]
    assert slow == [None] * 10
    assert shown_rates(replace(history(np.random.default_rng(1)), undecided=None)).so_far is None
