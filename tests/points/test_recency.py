"""Forgetting: used where a history moves, never where it stands still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibrate.counts.closings import Sales, undecided_now
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import Backtest, folds, replay
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Curve, Grid
from calibrate.points import plan as planning
from calibrate.points.plan import Plan
from calibrate.points.recency import ALIKE, Recency, newest_cohorts, promised, recency_of, with_undecided
from calibrate.points.score_table import Scores
from calibrate.points.thresholds import trade_off

ENDS = (Level("missing", "missing"), Level("other", "other"))
QUESTIONS = tuple(
    Criterion(f"c{i}", f"c{i}", "text", "fit", (*(Level(f"v{j}", values=(f"v{j}",)) for j in range(4)), *ENDS))
    for i in range(6)
)
MONTHS = 20


def history(kind: str, seed: int, leads: int = 4000) -> Tally:
    """Twenty months: `still`, a close rate that goes up and down (`rate`), or answers that change sides (`answers`)."""
    rng = np.random.default_rng(seed)
    early, late = rng.normal(0, 0.6, (2, len(QUESTIONS), 4))
    when = np.arange(leads) * MONTHS // leads
    passed = when / (MONTHS - 1)
    codes = rng.integers(0, 4, (len(QUESTIONS), leads)).astype(np.uint8)
    odds = np.full(leads, -2.0)
    if kind == "rate":  # as at the bank that the audit looked at: 18, 6, 16, 40, 52 %
        odds += np.interp(passed, [0, 0.3, 0.5, 0.7, 1], [0, -1.2, -0.2, 1.2, 1.7])
    share = passed if kind == "answers" else np.zeros(leads)
    for i, column in enumerate(codes):
        odds += (1 - share) * early[i][column] + share * late[i][column]
    bought = rng.random(leads) < 1 / (1 + np.exp(-odds))
    return tally_of(QUESTIONS, codes, bought, when, [f"m{i:02d}" for i in range(MONTHS)])


def log_loss(backtest: Backtest) -> float:
    rate, later = np.clip(backtest.rate, 1e-9, 1 - 1e-9), backtest.later
    return -float(later.customers @ np.log(rate) + (later.leads - later.customers) @ np.log(1 - rate))


def judged(tally: Tally, recency: Recency | None) -> tuple[Backtest, ...]:
    """Candidates on later leads, with a recency of ours or the one that they choose."""
    with pytest.MonkeyPatch.context() as patch:
        if recency is not None:
            patch.setattr(planning, "recency_of", lambda tally: recency)
        return replay(tally, (Plan("evidence", "evidence"), Plan("logistic", "logistic")), folds(tally))


def test_nothing_is_forgotten_where_nothing_moves() -> None:
    assert [recency_of(history("still", seed)) for seed in range(12)] == [ALIKE] * 12


def test_too_few_customers_say_nothing() -> None:
    assert recency_of(history("rate", 1, leads=250)) is ALIKE
    assert recency_of(tally_of([], np.zeros((0, 0), np.uint8), np.zeros(0, int))) is ALIKE


def test_a_close_rate_that_moves_gives_the_newest_cohorts_their_own() -> None:
    chosen = [recency_of(history("rate", seed)) for seed in range(4)]
    assert all(recency.newest and recency.errors > 2.3 and recency.gain > 0.05 for recency in chosen)


def test_answers_that_change_sides_are_forgotten() -> None:
    chosen = [recency_of(history("answers", seed)) for seed in range(4)]
    assert sum(recency.half_life is not None and recency.half_life <= 4 for recency in chosen) >= 3


@pytest.mark.parametrize("kind", ["rate", "answers"])
def test_later_leads_are_foretold_better_by_at_least_four_per_cent(kind: str) -> None:
    tally = history(kind, 3)
    for chosen, alike in zip(judged(tally, None), judged(tally, ALIKE), strict=True):
        assert log_loss(chosen) < 0.96 * log_loss(alike)


def test_a_grid_says_how_fast_its_leads_were_forgotten() -> None:
    tally = history("answers", 1)
    grid = planning.calibrate(tally, Plan("logistic", "logistic"))
    recency = recency_of(planning.prepare(tally).tally)
    assert recency.used and Recency.of(grid).facts == recency.facts
    assert "half_life_cohorts" not in planning.calibrate(history("still", 1), Plan("lift", "lift")).provenance
    rows = sum(line.leads for line in grid.evidence[0])
    assert rows == tally.overall[0]  # counts are shown as they are, whatever they count for


def test_a_curve_at_the_newest_level_expects_what_the_newest_cohorts_brought() -> None:
    tally = history("rate", 2)
    grid = planning.calibrate(tally, Plan("logistic", "logistic"))
    mine = newest_cohorts(tally.totals)
    newest = tally.only(mine)
    from calibrate.points.score_table import row_scores

    assert grid.curve is not None and Recency.of(grid).newest
    expected = newest.leads @ grid.curve.at(row_scores(newest, grid))
    assert expected == pytest.approx(newest.overall[1], rel=0.02)


def test_intercept_takes_more_cohorts_where_customers_are_few() -> None:
    totals = np.array([[100, 50], [100, 20], [100, 9], [10, 8], [0, 0]])
    assert newest_cohorts(totals).tolist() == [False, False, True, True, False]
    assert newest_cohorts(np.array([[90, 9], [90, 5], [90, 4]])).tolist() == [True, True, True]


def with_days(kind: str, seed: int, a_month: int = 400) -> Tally:
    """Fourteen months, closing after 38 days in the median; in `moved` all effects changed six months ago."""
    rng = np.random.default_rng(seed)
    months, window = 14, 90
    early, late = rng.normal(0, 0.5, (2, len(QUESTIONS), 4))
    entered = np.sort(rng.integers(0, months * 30, a_month * months))
    codes = rng.integers(0, 4, (len(QUESTIONS), len(entered))).astype(np.uint8)
    odds = np.full(len(entered), -2.0)
    for i, column in enumerate(codes):
        new = (kind != "still") & (entered > (months - {"moved": 6, "broke": 3}.get(kind, 0)) * 30)
        odds += np.where(new, late[i][column], early[i][column])
    took = np.minimum(np.exp(rng.normal(np.log(38), 0.8, len(entered))), window - 1).astype(np.int64)
    bought, last = rng.random(len(entered)) < 1 / (1 + np.exp(-odds)), months * 30 - 1
    old = entered + window <= last
    when = (entered // 30).astype(np.int32)
    tally = tally_of(QUESTIONS, codes[:, old], bought[old], when[old], [f"m{i:02d}" for i in range(months - 3)])
    mine = old & bought
    sales = Sales(
        codes[:, mine],
        when[mine],
        entered[mine].astype(np.int32),
        took[mine].astype(np.int32),
        np.full(int(mine.sum()), -1, np.int32),
    )
    so_far = bought & (entered + took <= last)
    undecided = undecided_now(codes[:, ~old], last - entered[~old], so_far[~old], sales)
    ends = np.arange(1, len(tally.cohorts) + 1) * 30 - 1
    return replace(tally, ends=ends, window=window, sales=sales, undecided=undecided)


def test_leads_that_are_not_decided_count_where_they_tell_something_new() -> None:
    moved = [recency_of(with_days("moved", seed)) for seed in range(4)]
    assert sum(recency.undecided for recency in moved) >= 3
    assert sum(recency_of(with_days("still", seed)).used for seed in range(8)) <= 1


def test_a_break_so_fresh_that_no_lead_after_it_is_decided_is_seen() -> None:
    """All effects changed three months ago, as long as the window is: undecided leads alone tell, and count most."""
    broke = [recency_of(with_days("broke", seed)) for seed in range(6)]
    assert sum(recency.undecided and recency.half_life is not None for recency in broke) >= 4


def test_undecided_leads_add_what_they_tell_and_keep_the_rate() -> None:
    tally = with_days("still", 3)
    assert tally.undecided is not None
    more = with_undecided(tally)
    share = (more.totals[-1, 0] / tally.undecided.leads.sum(), tally.undecided.share.mean())
    assert share[0] == pytest.approx(share[1], rel=0.05)
    rate = (more.totals[-1, 1] / more.totals[-1, 0], tally.overall[1] / tally.overall[0])
    assert rate[0] == pytest.approx(rate[1], rel=0.15)


def companies(rng: np.random.Generator, leads: int = 3000, contacts: int = 5) -> Tally:
    """Companies of 1 to five contacts, who come within a fifth of the history and buy together or not; no effects."""
    size = rng.integers(1, contacts + 1, leads)
    group = np.repeat(np.arange(leads), size)[:leads]
    codes = rng.integers(0, 4, (len(QUESTIONS), leads)).astype(np.uint8)
    codes[::2] = codes[::2, group]
    bought = rng.random(leads)[group] < 0.08
    moment = rng.random(leads)[group] + 0.2 * rng.random(leads)
    when = np.argsort(np.argsort(moment)) * 20 // leads
    return tally_of(QUESTIONS, codes, bought, when, [f"m{i:02d}" for i in range(20)], group)


def test_companies_that_buy_together_are_no_movement() -> None:
    """Contacts on both sides, or counted as if each had decided alone, made a third of such histories "move"."""
    used = [recency_of(companies(np.random.default_rng(seed))).used for seed in range(40)]
    assert sum(used) <= 5  # 99 % point of forty at 5 %


def test_a_promise_rests_on_the_leads_that_its_curve_does() -> None:
    """Of four cohorts of a hundred leads: half-life 1 counts 1, 1/2, 1/4, 1/8; the newest two alone are a half."""
    leads, customers = np.full((4, 1), 100.0), np.full((4, 1), 20.0)
    scores = Scores(tuple("abcd"), np.zeros(1, np.int64), leads, customers)
    weights = np.array([0.125, 0.25, 0.5, 1])
    assert Recency().rests_on(scores) == 1
    assert Recency(half_life=1).rests_on(scores) == pytest.approx(weights.sum() ** 2 / (weights**2).sum() / 4)
    assert Recency(newest=True).rests_on(scores) == 0.5
    alike, newest = (
        trade_off(promised(Grid("g", "fixed", (), (), curve=Curve((0,), (0.2,)), provenance=facts), scores), 4)
        for facts in ({}, {"newest_cohorts": 2})
    )
    assert newest["low"][0] < alike["low"][0] < 0.2 < alike["high"][0] < newest["high"][0]
