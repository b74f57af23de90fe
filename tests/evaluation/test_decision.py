"""Decisions: a month is closed, the next one starts from it, and the promise is held against what came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drift_case import demo
from drift_case import grid as drift_grid
from report_case import review

from calibrate.counts.rates import rate
from calibrate.counts.tally import tally_of
from calibrate.evaluation import decision as deciding
from calibrate.evaluation.decision import (
    Adopted,
    Decision,
    Outcome,
    Promise,
    decided,
    outcomes,
    overrides,
)
from calibrate.grid.grid import Thresholds
from calibrate.monthly import decision_file
from calibrate.points.score_table import score

pytestmark = pytest.mark.usefixtures("light")

REVIEW = review(3000)
GRID = REVIEW.candidates[0].grid


def test_a_grid_decided_by_hand() -> None:
    criterion = GRID.criteria[0]
    changes = overrides([f"{criterion.name}={criterion.levels[1].name}=+9"], GRID, "Claire", "asked")
    made = Decision("2025-11", "logistic", "Claire", "agreed", Thresholds(11, 30), GRID.thresholds, changes)
    grid = decided(GRID, made)
    assert grid.points[0][1] == 9 and grid.points[0][0] == GRID.points[0][0]
    assert {band.name: band.at_least for band in grid.bands} == {"call now": 30, "nurture": 11}
    assert grid.curve is None and [pin.points for pin in grid.pins][-1] == 9
    assert decision_file.parsed(decision_file.text(made)) == made


def test_what_came_is_counted_after_what_was_known() -> None:
    tally = replace(REVIEW.tally, ends=30 + 30 * np.arange(24))
    promise = {stage: Promise(100.0, 30.0, 10.0) for stage in deciding.STAGES}
    limits = Thresholds(5, 10)
    first, second = (
        Adopted(Decision(month, "logistic", "C", "w", limits, until=until, promises=promise), GRID)
        for month, until in (("2025-01", "2024-10"), ("2025-03", "2024-12"))
    )
    found = outcomes([first, second], tally)
    assert [(one.month, one.first, one.last, one.months) for one in found[::2]] == [
        ("2025-01", "2024-11", "2024-12", 2), ("2025-03", "2025-01", "2025-08", 8),
    ]  # fmt: skip
    scores = score(tally.only(np.array([c > "2024-12" for c in tally.cohorts])), GRID)
    above = scores.scores >= 5
    came = found[2].came
    assert came is not None and came.leads == scores.total[0][above].sum()
    assert came.customers == scores.total[1][above].sum()
    assert found[2].side == ("below" if came.high < 0.2 else "kept" if found[2].expected >= 10 else "early")
    # 15.6 of 211 were promised and 23 of 183 came: 5.2 points more, by chance perhaps; 46 are too many for chance
    near = replace(found[2], promise=Promise(211.0, 15.6, 5.0, later=211.0), came=rate(23, 183))
    assert near.side == "kept" and replace(near, came=rate(46, 183)).side == "above"
    assert replace(near, promise=Promise(211.0, 42.0, 5.0), came=rate(10, 183)).side == "below"
    assert replace(near, came=rate(0, 0)).side == "" and replace(near, promise=Promise(0.0, 0.0, None)).side == "early"
    # of 41 leads three customers were to be expected and none came: neither kept nor broken
    assert replace(near, promise=Promise(211.0, 15.6, 5.0, later=211.0), came=rate(0, 41)).side == "early"
    assert found[2].leads_per_month == came.leads / 8
    last = outcomes([first], tally, newest=30 * 14 + 45)[0]  # of November all 30 days, of December 15
    assert (last.first, last.last, last.months) == ("2024-11", "2025-08", 1.5)


def test_a_promise_whose_base_has_halved_since_is_broken_not_kept() -> None:
    """Of 1,000 leads 188 came where 20 % were promised; but of the newest 200 only 18, where 40 should have."""
    promise = Promise(2000.0, 400.0, 10.0, later=2000.0)
    kept = Outcome("2025-01", "g", "marketing_qualified", 5, promise, rate(188, 1000), 6.0)
    assert kept.side == "kept"
    assert replace(kept, recent=rate(18, 200), since="2025-06").side == "broken"
    assert replace(kept, recent=rate(34, 200), since="2025-06").side == "kept"
    assert replace(kept, came=rate(140, 1000), recent=rate(18, 200)).side == "below"


def test_the_newest_leads_are_held_against_the_promise_by_themselves() -> None:
    """Ten leads a month and answer; all that score buy until May 2025, none after: the newest run is June on."""
    months = [f"2025-{i:02d}" for i in range(1, 9)]
    cohort = np.repeat(np.arange(8), 40)
    codes = np.tile(np.repeat([0, 1], 20), 8)[None].astype(np.uint8)
    bought = (codes[0] == 0) & (cohort < 5)
    tally = tally_of([demo()], codes, bought, cohort, months)
    tally = replace(tally, ends=20089 + 30 * np.arange(1, 9))
    promise = dict.fromkeys(deciding.STAGES, Promise(1000.0, 600.0, 10.0))
    made = Decision("2025-01", "seed", "C", "w", Thresholds(5, 6), until="2024-12", promises=promise)
    found = outcomes([Adopted(made, drift_grid())], tally)[0]
    assert found.since == "2025-06" and found.recent is not None
    assert (found.recent.leads, found.recent.customers, found.entered, found.undecided) == (60, 0, 160, 0)
    assert found.came is not None and (found.came.leads, found.came.customers, found.side) == (160, 100, "broken")


def test_a_promise_counted_on_companies_is_as_unsure_as_so_many_fewer_leads() -> None:
    alone, couples = Promise(500.0, 50.0, 5.0, later=200.0), Promise(500.0, 50.0, 5.0, later=400.0, design_effect=2.0)
    assert couples.interval == pytest.approx(alone.interval)
