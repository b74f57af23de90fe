"""A review to draw: simulated B2B leads counted for real, with grids and judgements made up plausibly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from calibrate.counts.leakage import Suspect
from calibrate.counts.rates import LevelsSoFar, estimate, wilson
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import Fold
from calibrate.evaluation.comparison import Comparison, Judged, Verdict
from calibrate.evaluation.metrics import Estimate
from calibrate.funnel.windows import WindowCount, Windows
from calibrate.grid.criteria import Criterion, Level, offsets
from calibrate.grid.grid import Band, Evidence, Grid, Pin
from calibrate.leads.columns.outcome import Outcome, Value
from calibrate.points.score_table import score
from calibrate.points.thresholds import Policy, choose
from calibrate.report.review import Account, Candidate, Review

HOSTILE = "</script><script>document.title='owned';alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = '=HYPERLINK("http://evil.example/","click")'

SHAPE = [  # criterion, axis, reference, levels with share of leads and log-odds
    ("sector", "fit", None, [("software", 0.28, 0.7), ("industry", 0.22, 0.3), ("retail", 0.2, -0.1),
                             ("health", 0.15, 0.1), ("public sector", 0.08, -0.9), ("mining", 0.0006, 0.4)]),
    ("company size", "fit", None, [("1-9", 0.3, -0.8), ("10-49", 0.27, 0), ("50-249", 0.22, 0.6), ("250+", 0.12, 0.9)]),
    ("role", "fit", None, [("director", 0.12, 0.9), ("manager", 0.33, 0.5), ("staff", 0.4, -0.4),
                           ("student", 0.08, -2.5)]),
    ("mailbox", "fit", None, [("professional", 0.68, 0.4), ("free", 0.28, -0.9)]),
    ("newsletter", "engagement", "absent", [("absent", 0.7, 0), ("present", 0.3, 0.05)]),
    ("pricing page", "engagement", "absent", [("absent", 0.82, 0), ("present", 0.18, 1.1)]),
    ("webinar", "engagement", "absent", [("absent", 0.88, 0), ("present", 0.12, 0.5)]),
    ("demo request", "engagement", "absent", [("absent", 0.94, 0), ("present", 0.06, 2.4)]),
]  # fmt: skip


def criteria() -> tuple[Criterion, ...]:
    return tuple(
        Criterion(name, name.replace(" ", "_"), "text", axis,
                  (*(Level(level, values=(level,)) for level, _, _ in levels), Level("missing", "missing"),
                   Level("other", "other")), reference)
        for name, axis, reference, levels in SHAPE
    )  # fmt: skip


def simulated(leads: int, seed: int = 7) -> tuple[Tally, dict[str, dict[str, float]]]:
    """A tally, and the true close rate of each level."""
    random = np.random.default_rng(seed)
    codes = np.zeros((len(SHAPE), leads), np.uint8)
    odds = np.full(leads, -4.1)
    for i, (_, _, _, levels) in enumerate(SHAPE):
        share = np.array([part for _, part, _ in levels] + [0.0])
        share[-1] = max(0.0, 1 - share.sum())
        codes[i] = random.choice(len(share), leads, p=share / share.sum())
        odds += np.array([gain for _, _, gain in levels] + [-0.2])[codes[i]]
    months = [f"{2023 + (8 + m) // 12}-{(8 + m) % 12 + 1:02d}" for m in range(24)]
    chance = 1 / (1 + np.exp(-odds))
    truth = {
        name: {
            level: float(chance[codes[i] == j].mean())
            for j, (level, _, _) in enumerate(levels)
            if (codes[i] == j).any()
        }
        for i, (name, _, _, levels) in enumerate(SHAPE)
    }
    bought = random.random(leads) < chance
    return tally_of(criteria(), codes, bought, np.sort(random.integers(0, 24, leads)), months), truth


def grid(counted: Tally, name: str, method: str, scale: float, most: int, keep: float) -> Grid:
    rates = estimate(counted)
    with np.errstate(divide="ignore"):
        worth = np.clip(np.log(np.maximum(rates.shrunk / rates.overall.value, 0.02)) * scale, -most, most)
    worth[(np.abs(worth) < keep) | (rates.leads == 0)] = 0
    bounds = offsets(counted.criteria)
    points, evidence = [], []
    for criterion, a, b in zip(counted.criteria, bounds, bounds[1:], strict=False):
        row = [0 if level.name == criterion.reference or level.role == "other" else round(float(w))
               for level, w in zip(criterion.levels, worth[a:b], strict=True)]  # fmt: skip
        points.append(tuple(row))
        evidence.append(tuple(
            Evidence(int(n), int(k), p - 2.2, p + 2.4, sign_kept=0.82 if n < 200 else 1.0)
            for n, k, p in zip(rates.leads[a:b], rates.customers[a:b], row, strict=True)
        ))  # fmt: skip
    origin = {"method": method, "auc_unrounded": 0.8466, "auc_rounded": 0.8461, "notes": "no pin placed"}
    return Grid(
        name, method, counted.criteria, tuple(points), pivot=15, evidence=tuple(evidence), provenance=origin
    )  # fmt: skip


def judged(candidate: Candidate, auc: float, baseline: str, gap: float) -> Judged:
    n, k = candidate.scores.leads.sum(0), candidate.scores.customers.sum(0)
    tenth = np.minimum((n.cumsum() / n.sum() * 10 - 1e-9).astype(int), 9)
    groups = pd.DataFrame({"tenth": tenth, "leads": n, "customers": k}).groupby("tenth").sum().reset_index()
    groups["observed"] = groups["customers"] / groups["leads"]
    groups["low"], groups["high"] = wilson(groups["customers"].to_numpy(), groups["leads"].to_numpy())
    groups["predicted"] = groups["observed"] * np.linspace(1.15, 0.95, len(groups)) + 0.002
    down = slice(None, None, -1)
    gains = pd.DataFrame({"share_leads": np.concatenate([[0], n[down].cumsum() / n.sum()]),
                          "share_customers": np.concatenate([[0], k[down].cumsum() / k.sum()])})  # fmt: skip

    def near(value: float, width: float) -> Estimate:
        return Estimate(value, value - width, value + width)

    metrics = {"auc": near(auc, 0.014), "log_loss": near(0.131 - 0.1 * gap, 0.006), "brier": near(0.031, 0.002),
               "calibration_slope": near(0.97, 0.08), "calibration_intercept": near(-0.02, 0.1),
               "capture_at_capacity": near(0.58 + gap, 0.03), "close_rate_at_capacity": near(0.11 + gap / 4, 0.01),
               "top_decile_lift": near(4.1 + 9 * gap, 0.3)}  # fmt: skip
    difference = {} if candidate.name == baseline else {
        "auc": near(gap, 0.008), "log_loss": near(-0.1 * gap, 0.002), "brier": near(-0.0004, 0.0008),
        "capture_at_capacity": near(gap, 0.02), "close_rate_at_capacity": near(gap / 4, 0.006),
        "top_decile_lift": near(9 * gap, 0.2)}  # fmt: skip
    return Judged(candidate.name, candidate.method, candidate.grid.lines, metrics,
                  None if candidate.name == baseline else baseline, difference, groups.drop(columns="tenth"),
                  gains)  # fmt: skip


def fold(cohorts: tuple[str, ...], at: int) -> Fold:
    place = np.arange(len(cohorts))
    train, later = place < at, (place >= at) & (place < at + 3)
    return Fold(cohorts[:at], cohorts[at : at + 3], 3000 + at, 140 - at, train, later)


def account() -> Account:
    return Account(
        "leads-2025.csv", 26_310, 24_000, {"immature": 1_950, "already_closed": 210, "repeated": 118,
                                           "unparsable_date": 32},
        "created_at", "created_at", "2025-11-30", 14, 90, "became_customer",
        (("separator", {"character": ";", "name": "semicolon"}), ("encoding", {"name": "cp1252"}),
         ("dates", {"column": "created_at", "format": "DD/MM/YYYY", "unreadable": 32}),
         ("placeholders", {"column": "role", "words": "Select|N/A", "cells": 1597}),
         ("a_finding_nobody_translated", {"column": "notes", "share": 0.42})),
        outcome=Outcome("became_customer", "leads", (
            Value("no", 23_101, "lost"), Value("yes", 1_812, "customer"), Value("pending", 1_397, "open"),
        )),
        as_of_reason="created", as_of_column="created_at",
        windows=Windows(90, 210, (WindowCount(90, 24_000, 1_357), WindowCount(180, 20_100, 1_402))),
    )  # fmt: skip


def suspects() -> tuple[Suspect, ...]:
    return (
        Suspect(
            "Tags",
            "level_always_closes",
            {"level": "Closed by Horizzon", "leads": 358, "customers": 356, "rate": 356 / 358, "all_customers": 1357},
        ),
        Suspect("Closing note", "names_outcome", {"name": "the column's name speaks of the outcome"}),
    )


def review(leads: int = 24_000) -> Review:
    counted, truth = simulated(leads)
    table = estimate(counted)
    sorts = [
        ("logistic", "logistic", 5.0, 12, 0.5, 0.842, 0.031),
        ("cautious", "cautious", 3.4, 9, 1.2, 0.831, 0.020),
        ("lift", "lift", 6.0, 20, 0.4, 0.819, 0.008),
        ("current", "file", 2.0, 5, 1.0, 0.811, 0.0),
    ]
    candidates, verdicts = [], []
    for name, method, scale, most, keep, auc, gap in sorts:
        made = grid(counted, name, method, scale, most, keep)
        limits = choose(score(counted, made), Policy(), 24.0)
        bands = (Band("call now", limits.sales_qualified, "Sales calls within the day"),
                 Band("nurture", limits.marketing_qualified, "Marketing sequence"))  # fmt: skip
        made = replace(made, thresholds=limits, bands=bands)
        candidate = Candidate(name, method, made, score(counted, made))
        candidates.append(candidate)
        verdicts.append(judged(candidate, auc, "current", gap))
    pinned = replace(candidates[0].grid, pins=(Pin("newsletter", "present", 1, "Claire (sales)", "asked for it"),))
    candidates[0] = replace(candidates[0], grid=pinned)
    folds = tuple(fold(counted.cohorts, 12 + 3 * i) for i in range(4))
    facts = {"baseline": "current", "leads": 12_006, "customers": 554, "folds": 4, "candidate": "logistic",
             "value": 0.842, "base": 0.811, "difference": 0.031, "low": 0.023, "high": 0.039, "best": "logistic",
             "best_value": 0.842, "candidates": 3}  # fmt: skip
    verdict = Verdict("adopt", "logistic", "better", facts, baseline="current")
    return Review(
        "Leads of Northwind", account(), counted, table, suspects(), tuple(candidates),
        Comparison("current", "auc", tuple(verdicts), folds, 12_006, 554, verdict), "logistic", 24.0,
        {"auc": 0.861}, truth, (("thin_levels", {"share": 0.031}),),
    )  # fmt: skip


def hostile() -> Review:
    """The same review, every text of the user's an attack."""
    calm = review(4_000)

    def spoilt(grid: Grid) -> Grid:
        first, *rest = grid.criteria
        levels = (Level(HOSTILE, values=(HOSTILE,)), Level(FORMULA, values=(FORMULA,)), *first.levels[2:])
        bad = replace(first, name=f"sector {HOSTILE}", levels=levels)
        return replace(grid, name=grid.name + HOSTILE, criteria=(bad, *rest))

    candidates = tuple(replace(c, name=c.name + HOSTILE, grid=spoilt(c.grid)) for c in calm.candidates)
    bad = candidates[0].grid.criteria
    counted = replace(calm.tally, criteria=bad)
    against = tuple(replace(j, name=j.name + HOSTILE, against=j.against and j.against + HOSTILE)
                    for j in calm.comparison.judged)  # fmt: skip
    verdict = replace(
        calm.comparison.verdict,
        candidate="logistic" + HOSTILE,
        reason=HOSTILE,
        facts={**calm.comparison.verdict.facts, "baseline": HOSTILE},
    )
    return replace(
        calm, title=HOSTILE, tally=counted, rates=estimate(counted), candidates=candidates, chosen=candidates[0].name,
        account=replace(calm.account, source=HOSTILE, excluded={HOSTILE: 1, **calm.account.excluded},
                        facts=(("separator", {"character": HOSTILE, "name": HOSTILE}), (HOSTILE, {HOSTILE: HOSTILE})),
                        customer=FORMULA, order_column=HOSTILE),
        suspects=(Suspect(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}), Suspect(FORMULA, "names_outcome", {"word": FORMULA})),
        comparison=replace(calm.comparison, baseline="current" + HOSTILE, judged=against, verdict=verdict),
    )  # fmt: skip


def with_open_leads(found: Review) -> Review:
    """The same with ten leads on every level whose window is open, each counting half, and no sale among them yet."""
    rates, size = found.rates, len(found.rates.leads)
    leads = rates.leads + 5.0
    share = rates.customers / leads
    low, high = wilson(rates.customers.astype(float), leads)
    overall = rates.overall
    so_far = LevelsSoFar(
        overall=replace(overall, leads=overall.leads + 50),
        undecided=np.full(size, 10),
        leads=leads,
        customers=rates.customers,
        rate=share,
        low=low,
        high=high,
        open_leads=100,
    )
    return replace(found, rates=replace(rates, so_far=so_far))
