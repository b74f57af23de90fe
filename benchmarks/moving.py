"""Histories that move: leads forgotten, leads not decided yet, criteria that repeat each other; truth known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calibrate.counts.auc import auc_of
from calibrate.counts.closings import Sales, undecided_now
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import Backtest, folds, replay
from calibrate.grid.criteria import Criterion, Level
from calibrate.points import plan as planning
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.recency import ALIKE, recency_of, with_undecided
from calibrate.points.redundancy import repeats
from calibrate.points.score_table import row_scores

SEED = 20261130
MONTHS, WINDOW = 20, 90
ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(4))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*NAMES, *ENDS)) for i in range(8))
Line = tuple[str, float, float, float]


def history(kind: str, leads: int, rng: np.random.Generator) -> Tally:
    """Twenty months: `still`, a close rate as at a bank in a crisis (`rate`), or `answers` that change sides."""
    early, late = rng.normal(0, 0.6, (2, len(QUESTIONS), 4))
    when = np.arange(leads) * MONTHS // leads
    passed = when / (MONTHS - 1)
    codes = rng.integers(0, 4, (len(QUESTIONS), leads)).astype(np.uint8)
    odds = np.full(leads, -2.0)
    if kind == "rate":
        odds += np.interp(passed, [0, 0.3, 0.5, 0.7, 1], [0, -1.2, -0.2, 1.2, 1.7])
    share = passed if kind == "answers" else np.zeros(leads)
    for i, column in enumerate(codes):
        odds += (1 - share) * early[i][column] + share * late[i][column]
    bought = rng.random(leads) < 1 / (1 + np.exp(-odds))
    return tally_of(QUESTIONS, codes, bought, when, [f"m{i:02d}" for i in range(MONTHS)])


def log_loss(backtest: Backtest) -> float:
    """Log-loss of the leads that a candidate was judged on."""
    rate, later = np.clip(backtest.rate, 1e-9, 1 - 1e-9), backtest.later
    return -float(later.customers @ np.log(rate) + (later.leads - later.customers) @ np.log(1 - rate))


def forgetting(runs: int) -> list[Line]:
    """Log-loss on later leads with forgetting as chosen, against none: change in per cent."""
    lines, plan = [], Plan("logistic", "logistic")
    for kind, low, high in (("still", -0.1, 0.1), ("rate", -np.inf, -4.0), ("answers", -np.inf, -4.0)):
        rng, change = np.random.default_rng(SEED), []
        for _ in range(max(runs // 5, 4)):
            tally = history(kind, 4000, rng)
            chosen = log_loss(replay(tally, [plan], folds(tally))[0])
            planning.recency_of, kept = (lambda tally: ALIKE), planning.recency_of
            try:
                change.append(100 * (chosen / log_loss(replay(tally, [plan], folds(tally))[0]) - 1))
            finally:
                planning.recency_of = kept
        lines.append(
            (f"forgetting: log-loss of later leads, per cent, history {kind}", float(np.mean(change)), low, high)
        )
    rng = np.random.default_rng(SEED + 1)
    used = [recency_of(history("still", leads, rng)).used for _ in range(runs) for leads in (1500, 6000)]
    return [*lines, ("forgetting is chosen where nothing moves", float(np.mean(used)), 0.0, 0.02)]


def dated(kind: str, rng: np.random.Generator, a_month: int = 400) -> tuple[Tally, np.ndarray, np.ndarray]:
    """Fourteen months, closing after 38 days in the median; codes and log-odds of the leads of the next three months.

    In `moved` all effects changed six months ago, in `broke` three: no lead after it is decided.
    """
    months, coming = 14, 3
    early, late = rng.normal(0, 0.5, (2, len(QUESTIONS), 4))
    entered = np.sort(rng.integers(0, (months + coming) * 30, a_month * (months + coming)))
    codes = rng.integers(0, 4, (len(QUESTIONS), len(entered))).astype(np.uint8)
    odds = np.full(len(entered), -2.2)
    new = (kind != "still") & (entered > (months - {"moved": 6, "broke": 3}.get(kind, 0)) * 30)
    for i, column in enumerate(codes):
        odds += np.where(new, late[i][column], early[i][column])
    took = np.minimum(np.exp(rng.normal(np.log(38), 0.8, len(entered))), WINDOW - 1).astype(np.int32)
    bought, last = rng.random(len(entered)) < 1 / (1 + np.exp(-odds)), months * 30 - 1
    old, young = entered + WINDOW <= last, (entered <= last) & (entered + WINDOW > last)
    when = (entered // 30).astype(np.int32)
    tally = tally_of(QUESTIONS, codes[:, old], bought[old], when[old], [f"m{i:02d}" for i in range(months - 3)])
    mine = old & bought
    alone = np.full(int(mine.sum()), -1, np.int32)
    sales = Sales(codes[:, mine], when[mine], entered[mine].astype(np.int32), took[mine], alone)
    so_far = bought & (entered + took <= last)
    undecided = undecided_now(codes[:, young], last - entered[young], so_far[young], sales)
    ends = np.arange(1, len(tally.cohorts) + 1) * 30 - 1
    later = entered > last
    return replace(tally, ends=ends, window=WINDOW, sales=sales, undecided=undecided), codes[:, later], odds[later]


def undecided(runs: int) -> list[Line]:
    """Leads that are not decided yet: the rate they tell, and the AUC on coming leads that they bring."""
    rng, rates = np.random.default_rng(SEED + 2), []
    gains: dict[str, list[float]] = {"still": [], "moved": [], "broke": []}
    for _ in range(runs):
        tally, _, _ = dated("still", rng)
        newest = with_undecided(tally).totals[-1]
        rates.append(newest[1] / newest[0] / (tally.overall[1] / tally.overall[0]))
    for _ in range(max(runs // 5, 4)):
        for kind, gain in gains.items():
            tally, codes, odds = dated(kind, rng)
            chance = 1 / (1 + np.exp(-odds))
            fresh = tally_of(QUESTIONS, codes, rng.random(len(odds)) < chance)
            grids = [
                calibrate_prepared(prepare(tally, recency=recency), Plan("logistic", "logistic"))
                for recency in (None, ALIKE)
            ]
            one, two = (auc_of(row_scores(fresh, grid), fresh.leads, chance) for grid in grids)
            gain.append(one - two)
    return [
        ("undecided leads tell the rate of decided ones, ratio", float(np.mean(rates)), 0.97, 1.03),
        ("newest leads: AUC gained on coming leads, nothing moved", float(np.mean(gains["still"])), -0.001, np.inf),
        ("newest leads: AUC gained on coming leads, effects moved", float(np.mean(gains["moved"])), 0.008, np.inf),
        ("the same where effects broke off three months ago", float(np.mean(gains["broke"])), 0.008, np.inf),
    ]


def redundancy(runs: int) -> list[Line]:
    """Criteria that repeat another one are found, and others are not."""
    rng, found, wrong, asked = np.random.default_rng(SEED + 3), 0, 0, 0
    for _ in range(runs):
        effects = np.sort(rng.normal(0, 0.5, (len(QUESTIONS), 4)))
        mixed = 0.3 * rng.standard_normal(5000) + 0.95 * rng.standard_normal((len(QUESTIONS), 5000))
        codes = np.searchsorted([-0.7, 0.0, 0.7], mixed).astype(np.uint8)
        codes[-1] = codes[0] > 1
        effects[0], effects[-1] = [-0.6, -0.2, 0.2, 0.6], 0.0
        odds = -2.2 + sum(effects[i][codes[i]] for i in range(len(QUESTIONS)))
        pairs = repeats(tally_of(QUESTIONS, codes, rng.random(5000) < 1 / (1 + np.exp(-odds))))
        found += pairs.get("c7") == "c0"
        wrong += len(pairs.keys() - {"c7"})
        asked += len(QUESTIONS) - 1
    return [
        ("a criterion that repeats another one is found", found / runs, 0.9, 1.0),
        ("a criterion with something of its own is taken for a repeat", wrong / asked, 0.0, 0.02),
    ]
