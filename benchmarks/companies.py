"""Histories whose leads are contacts of companies: winners win with all of them. For `truth.py`, one line a promise."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pandas as pd

from calibrate import Terms, observe, open_table
from calibrate.counts.counting import count
from calibrate.counts.design_effect import grouped
from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import folds, replay
from calibrate.evaluation.comparison import Comparison, compare
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid
from calibrate.leads.columns.buyers import find_group, person_keys
from calibrate.leads.history import History
from calibrate.monitoring.drift import find_drift
from calibrate.points.curve import fit_curve
from calibrate.points.plan import Plan
from calibrate.points.score_table import score

SEED = 20261130
LEVELS, CRITERIA, BLOCKS = 4, 8, 20
CONTACTS = (1, 2, 3, 4, 5)
SHARES = (0.5, 0.3, 0.15, 0.05)
ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = tuple(Level(f"v{i}", values=(f"v{i}",)) for i in range(LEVELS))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*NAMES, *ENDS), "v0") for i in range(CRITERIA))
EFFECTS = np.array([0.0, 0.5, 1.0, -0.7])
Line = tuple[str, float, float, float]


def history(
    rng: np.random.Generator, leads: int, contacts: int, *, rate: float = 0.08, signal: float = 0.0,
    blocks: int = BLOCKS,
) -> Tally:  # fmt: skip
    """Companies of 1 to so many contacts, which come within a fifth of the history and win all together or not at all.

    Even criteria are a company's, odd ones a contact's; with a signal, the first criterion moves a company's log-odds.
    """
    size = rng.integers(1, contacts + 1, leads)
    group = np.repeat(np.arange(leads), size)[:leads]
    codes = np.array(
        [rng.choice(LEVELS, leads, p=SHARES)[group] if i % 2 == 0 else rng.choice(LEVELS, leads, p=SHARES)
         for i in range(CRITERIA)], np.uint8,
    )  # fmt: skip
    odds = np.log(rate / (1 - rate)) + signal * EFFECTS[codes[0]]
    bought = rng.random(leads)[group] < 1 / (1 + np.exp(-odds))
    moment = rng.random(leads)[group] + 0.2 * rng.random(leads)
    block = np.argsort(np.argsort(moment)) * blocks // leads
    return tally_of(QUESTIONS, codes, bought, block, [f"block {i:02d}" for i in range(blocks)], group)


def rates(runs: int, contacts: int, leads: int = 3000) -> list[Line]:
    """Levels called distinct where there is no effect, and intervals of rates and lifts where there is one."""
    rng = np.random.default_rng(SEED + contacts)
    distinct = held = lifts = levels = 0
    true = 1 / (1 + np.exp(-(np.log(0.08 / 0.92) + EFFECTS)))
    overall = float(true @ np.array(SHARES))
    for _ in range(runs):
        distinct += bool(estimate(history(rng, leads, contacts)).distinct.any())
        found = estimate(history(rng, leads, contacts, signal=1.0))
        truth = np.concatenate([true, [np.nan] * 2, *[[overall] * 4 + [np.nan] * 2] * (CRITERIA - 1)])
        mine = (found.leads > 0) & np.isfinite(truth)
        levels += int(mine.sum())
        held += int(((found.low <= truth) & (truth <= found.high))[mine].sum())
        lifts += int(((found.lift_low <= truth / overall) & (truth / overall <= found.lift_high))[mine].sum())
    most = 0.05 + 2 * np.sqrt(0.0475 / runs)
    return [
        (f"1 to {contacts} contacts: histories without effect with a distinct level", distinct / runs, 0.0, most),
        (f"1 to {contacts} contacts: intervals of rates hold the truth", held / levels, 0.93, 0.97),
        (f"1 to {contacts} contacts: intervals of lifts hold the truth", lifts / levels, 0.93, 0.97),
    ]


def judged(tally: Tally, plans: tuple[Plan, ...]) -> Comparison:
    """All plans on later leads; reliable where some level is distinct."""
    reliable = bool(estimate(tally).distinct.any())
    return compare(replay(tally, plans, folds(tally)), baseline=plans[0].name, reliable=reliable)


def verdicts(runs: int, contacts: int, leads: int = 3000) -> list[Line]:
    """Histories without effect end in "no reliable weights"; two grids that know nothing are not called different."""
    rng = np.random.default_rng(SEED + 100 + contacts)
    plans = tuple(Plan(method, method) for method in ("lift", "cautious", "evidence", "logistic"))
    nothing = different = 0
    for _ in range(runs):
        nothing += judged(history(rng, leads, contacts), plans).verdict.decision == "no_reliable_weights"
        points = [tuple((*map(int, rng.integers(-5, 6, LEVELS)), 0, 0) for _ in QUESTIONS) for _ in range(2)]
        pair = [Plan(name, grid=Grid(name, "file", QUESTIONS, each)) for name, each in zip("ab", points, strict=True)]
        gap = judged(history(rng, leads, contacts), tuple(pair)).judged[1].difference["auc"]
        different += not gap.low <= 0 <= gap.high
    room = 2 * np.sqrt(0.0475 / runs)
    return [
        (f"1 to {contacts} contacts: without effect no reliable weights", nothing / runs, 0.95 - room, 1.0),
        (f"1 to {contacts} contacts: equal grids called different", different / runs, 0.0, 0.05 + room),
    ]


def alarms(runs: int, contacts: int, leads: int = 4000) -> list[Line]:
    """Months that alarm though nothing moved: twelve later months of a grid counted on as many leads before."""
    rng = np.random.default_rng(SEED + 200 + contacts)
    alarmed = looks = 0
    for _ in range(runs):
        before = history(rng, leads, contacts, signal=1.0)
        counted = estimate(before)
        points = tuple((0, 2, 4, -3, 0, 0) if i == 0 else (0, 1, 1, 1, 0, 0) for i in range(CRITERIA))
        pairs = [Evidence(int(n), int(k)) for n, k in zip(counted.leads, counted.customers, strict=True)]
        lines = tuple(tuple(pairs[6 * i : 6 * i + 6]) for i in range(CRITERIA))
        grid = Grid("grid", "file", QUESTIONS, points, evidence=lines)
        scores = score(before, grid)
        grid = replace(grid, curve=fit_curve(scores.scores, *scores.total))
        seen = find_drift(grid, history(rng, leads, contacts, signal=1.0, blocks=12)).looks
        alarmed += sum(look.status != "keep" for look in seen)
        looks += len(seen)
    room = 2 * np.sqrt(0.0475 / runs)
    return [(f"1 to {contacts} contacts: months that alarm though nothing moved", alarmed / looks, 0.0, 0.05 + room)]


def repeated(runs: int, share: float, by: str, contacts: int = 3, leads: int = 2000) -> list[Line]:
    """Persons who stand in several rows under new ids: what is counted is the history without those rows.

    They are the same by `by`: their address, or their name and company. Then every figure is that of the history
    without repeats, whose promises are held above.
    """
    rng = np.random.default_rng(SEED + 300 + round(100 * share) + len(by))
    unlike = left = distinct = 0
    for _ in range(runs):
        tally = history(rng, leads, contacts)
        read = _read_twice(tally, share, by, rng)
        left += read.kept - leads
        found = count(read)
        one, other = grouped(tally), grouped(found)
        unlike += not np.array_equal(found.by_level, tally.by_level) or (one is None) != (other is None)
        if one is not None and other is not None:
            unlike += not np.allclose(found.pairs.own, tally.pairs.own) or not np.isclose(
                found.effect(), tally.effect()
            )
        distinct += bool(estimate(found).distinct.any())
    most = 0.05 + 2 * np.sqrt(0.0475 / runs)
    return [
        (f"{share:.0%} of the rows repeat a person ({by}): such rows left", float(left), 0.0, 0.0),
        (f"{share:.0%} of the rows repeat a person ({by}): counts unlike those without", float(unlike), 0.0, 0.0),
        (
            f"{share:.0%} of the rows repeat a person ({by}): a distinct level without effect",
            distinct / runs,
            0.0,
            most,
        ),
    ]


def _read_twice(tally: Tally, share: float, by: str, rng: np.random.Generator) -> History:
    """The rows of a tally as a file in which a share of them repeats an earlier one, read back."""
    leads = tally.rows
    frame = pd.DataFrame({f"c{i}": np.array([f"v{k}" for k in range(LEVELS)])[c] for i, c in enumerate(tally.codes)})
    alone = np.arange(leads) + leads
    company = alone if tally.group is None else np.where(tally.group < 0, alone, tally.group)
    if by == "address":
        frame["email"] = [f"p{i}@firm{k}.example" for i, k in enumerate(company)]
    else:
        frame["company"], frame["last_name"] = (
            [f"Firm {k} Ltd" for k in company],
            [f"Name{i:05d}" for i in range(leads)],
        )
        frame["first_name"] = "Ada"
    frame["won"] = tally.customers.astype(int)
    again = frame.sample(frac=share / (1 - share), replace=True, random_state=int(rng.integers(2**31)))
    if by == "address":
        again["email"] = again["email"].str.upper()
    else:
        again["company"], again["last_name"] = again["company"].str[:-4] + " LTD.", again["last_name"].str.upper()
    frame = pd.concat([frame, again], ignore_index=True)
    frame["id"] = rng.permutation(len(frame)) + 10_000
    with TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "leads.csv", index=False)
        table = open_table(Path(folder) / "leads.csv")
        terms = Terms(customer="won", customer_values=("1",), lead_id="id", group=find_group(table),
                      persons=person_keys(table))  # fmt: skip
        return observe(table, QUESTIONS, terms)


def company_rates(runs: int) -> list[Line]:
    """Levels called distinct, and intervals, for 1 to 5 contacts a company."""
    return [line for contacts in CONTACTS for line in rates(runs, contacts)]


def company_verdicts(runs: int) -> list[Line]:
    """Verdicts and equal grids for 1 to 5 contacts a company."""
    return [line for contacts in CONTACTS for line in verdicts(runs, contacts)]


def company_alarms(runs: int) -> list[Line]:
    """Alarms of drift for 1 to 5 contacts a company."""
    return [line for contacts in CONTACTS for line in alarms(runs, contacts)]


def repeated_persons(runs: int) -> list[Line]:
    """Up to every second row repeats a person, by address or by name and company."""
    cases = [(share, by) for share in (0.1, 0.3, 0.5) for by in ("address", "name and company")]
    return [line for share, by in cases for line in repeated(runs, share, by)]


CHECKS = (company_rates, company_verdicts, company_alarms, repeated_persons)
